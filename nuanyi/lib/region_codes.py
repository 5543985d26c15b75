"""Codes of places: those of the National Bureau of Statistics (统计用区划代码), each beginning with that of the place above."""

#: How many digits the code of a place has, from the province down.
PROVINCE, CITY, DISTRICT, TOWNSHIP, VILLAGE = 2, 4, 6, 9, 12
