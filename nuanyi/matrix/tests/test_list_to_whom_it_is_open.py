"""The records behind a number tell more than the number: when and where each was."""

from __future__ import annotations

from django.urls import resolve

from nuanyi.lib import figures, rooms

#: What an office does in public, listed without anybody in it, on whatever page it is managed.
IN_PUBLIC = {
    "census.key_sectors_surveyed",  # four sectors, surveyed or not
    "governance.leaflets",  # how many were handed out at a campaign that everybody is invited to
    "learning.lessons_pushed",  # a public lesson into groups, by number
}


def test_whoever_may_not_open_the_page_of_some_records_reads_them_nowhere_else():
    """Anybody who saw the matrix read when and in which township each branch met."""
    permissions = rooms.permissions()
    readers = set(permissions["matrix.view"].roles)
    wide = set()
    for key, figure in figures.offered().items():
        if figure.listed is None or figure.listed_permission or figure.of_people or figure.route is None:
            continue
        needed = getattr(resolve(figure.route.address.split("?")[0]).func, "permission", "")
        if needed in permissions and not readers <= set(permissions[needed].roles):
            wide.add(key)
    assert wide == IN_PUBLIC
