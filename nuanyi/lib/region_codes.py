"""Codes of places: those of the National Bureau of Statistics (统计用区划代码), each beginning with that of the place above."""

#: How many digits the code of a place has, from the province down.
PROVINCE, CITY, DISTRICT, TOWNSHIP, VILLAGE = 2, 4, 6, 9, 12


def township_of(code: str) -> str:
    """The code of the township that a place lies in; a shorter code as it is."""
    return code[:TOWNSHIP]


def district_of(code: str) -> str:
    """The code of the district that a place lies in; a shorter code as it is."""
    return code[:DISTRICT]
