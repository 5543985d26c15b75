"""Codes of places: those of the National Bureau of Statistics (统计用区划代码), each beginning with that of the place above."""

from django.db.models import Q

#: How many digits the code of a place has, from the province down.
PROVINCE, CITY, DISTRICT, TOWNSHIP, VILLAGE = 2, 4, 6, 9, 12


def township_of(code: str) -> str:
    """The code of the township that a place lies in; a shorter code as it is."""
    return code[:TOWNSHIP]


def district_of(code: str) -> str:
    """The code of the district that a place lies in; a shorter code as it is."""
    return code[:DISTRICT]


def within(code: str, field: str = "region_code") -> Q:
    """What lies in a place: a range of codes, not a beginning.

    PostgreSQL lets a condition go before a row policy only where it cannot leak, as ``>=`` and ``<`` of texts cannot and
    ``LIKE`` can: asked by beginnings, the index of places was not used and the policy looked at every row.
    """
    following = str(int(code) + 1).zfill(len(code))
    return Q(**{f"{field}__gte": code, f"{field}__lt": following})
