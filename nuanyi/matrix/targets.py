"""What a kind of service is to reach in a year."""

from __future__ import annotations

from nuanyi.ledger import rules as kinds
from nuanyi.lib.region_codes import DISTRICT
from nuanyi.matrix.models import KeyTask

#: ``{(kind, region code or ""): how many}`` of one year.
Targets = dict[tuple[str, str], int]


def of_year(year: int) -> Targets:
    """The targets of a year's key tasks by kind and region ("" is the whole district, in a city the whole city), as far as a
    task is of no one sector.

    A figure that counts what the ledger holds has the name of its kind; other figures have no place in the cube.
    """
    found: Targets = {}
    tasks = KeyTask.objects.filter(year=year, target__isnull=False, sector="", figure__in=kinds.kinds())
    rows = tasks.values_list("figure", "region_code", "district", "target")
    for figure, region, district, target in rows:
        key = (figure, district if len(region) <= DISTRICT else region)
        found[key] = max(found.get(key, 0), target or 0)
    return found


def added(of_years: list[Targets]) -> Targets:
    """The targets of several years, added up."""
    found: Targets = {}
    for year in of_years:
        for key, aim in year.items():
            found[key] = found.get(key, 0) + aim
    return found
