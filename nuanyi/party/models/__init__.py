"""Tables of Party work, a module a subject. Django reads this package to find them; who needs a table names its module."""

from nuanyi.party.models import (
    alliances,
    applications,
    committees,
    coverage,
    instructors,
    life,
    members,
    organisations,
    speaking,
)

__all__ = [
    "alliances",
    "applications",
    "committees",
    "coverage",
    "instructors",
    "life",
    "members",
    "organisations",
    "speaking",
]
