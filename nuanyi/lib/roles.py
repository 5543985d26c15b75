"""The roles of people here and how far a permission of a role reaches. No database; rooms of every floor name them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person does here."""

    WORKER = "worker", _("Worker")
    KEEPER = "keeper", _("Station keeper")
    CLERK = "clerk", _("Service clerk")
    INSTRUCTOR = "instructor", _("Instructor")
    GRID_WORKER = "grid_worker", _("Grid worker")
    UNIT_STAFF = "unit_staff", _("Unit staff")
    DISTRICT_OFFICE = "district_office", _("District office")
    ORGANISATION = "organisation", _("Organisation department")
    BRANCH = "branch", _("Branch secretary")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


STAFF: tuple[Role, ...] = tuple(role for role in Role if role is not Role.WORKER)

#: Kinds of scope: everywhere; the role's region; the region or, without one, the unit's own records; the unit's alone.
ALL, PLACE, PLACE_OR_UNIT, UNIT = "all", "place", "place-or-unit", "unit"
SCOPES = frozenset({ALL, PLACE, PLACE_OR_UNIT, UNIT})

#: Whoever leads in the district, everywhere.
OFFICES: dict[Role, str] = {Role.DISTRICT_OFFICE: ALL, Role.ORGANISATION: ALL}
#: Whoever is shown the figures, everywhere: what counted behind them too, where it names nobody.
FIGURES: dict[Role, str] = OFFICES | dict.fromkeys(
    (Role.UNIT_STAFF, Role.INSTRUCTOR, Role.GRID_WORKER, Role.CLERK, Role.KEEPER, Role.AUDITOR), ALL
)
EVERY_STAFF: dict[Role, str] = dict.fromkeys(STAFF, ALL)
