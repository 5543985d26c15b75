"""Roles, what they allow and where, and who may grant them. No database.

``PERMISSIONS`` is the one table of access: permission -> role -> kind of scope. A role that is not named may not.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import Words


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
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


STAFF: tuple[Role, ...] = tuple(role for role in Role if role is not Role.WORKER)

#: Kinds of scope: everywhere; the role's region; the region or, without one, the unit's own records; the unit's alone.
ALL, PLACE, PLACE_OR_UNIT, UNIT = "all", "place", "place-or-unit", "unit"

_D = Role
_EVERY_STAFF: dict[Role, str] = dict.fromkeys(STAFF, ALL)
_CENSUS_READERS = {
    _D.DISTRICT_OFFICE: ALL,
    _D.ORGANISATION: ALL,
    _D.UNIT_STAFF: PLACE_OR_UNIT,
    _D.INSTRUCTOR: PLACE,
    _D.GRID_WORKER: PLACE,
}

PERMISSIONS: dict[str, dict[Role, str]] = {
    "front.office": _EVERY_STAFF,
    "census.view": _CENSUS_READERS,
    "census.follow_up": _CENSUS_READERS,
    "census.enter": _CENSUS_READERS,
    "census.import": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL, _D.UNIT_STAFF: PLACE_OR_UNIT},
    "census.link": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL},
    "census.rounds": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL},
    "census.export": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL, _D.UNIT_STAFF: PLACE_OR_UNIT},
    "census.approve_export": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL},
    "people.see_masked": _CENSUS_READERS,
    "people.reveal": {
        _D.DISTRICT_OFFICE: ALL,
        _D.ORGANISATION: ALL,
        _D.UNIT_STAFF: PLACE_OR_UNIT,
        _D.INSTRUCTOR: PLACE,
    },
    "people.reveal_political": {_D.ORGANISATION: ALL},
    "people.manage_accounts": {
        _D.ADMINISTRATOR: ALL,
        _D.DISTRICT_OFFICE: ALL,
        _D.ORGANISATION: ALL,
        _D.UNIT_STAFF: UNIT,
    },
    "people.erase": {_D.ORGANISATION: ALL, _D.DISTRICT_OFFICE: ALL},
    "journal.read": {_D.AUDITOR: ALL},
    "units.view": _EVERY_STAFF,
    "units.edit_rules": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL},
    "places.view": _EVERY_STAFF,
    "places.load": {_D.DISTRICT_OFFICE: ALL},
    "matrix.view": {
        _D.DISTRICT_OFFICE: ALL,
        _D.ORGANISATION: ALL,
        _D.UNIT_STAFF: ALL,
        _D.INSTRUCTOR: ALL,
        _D.GRID_WORKER: ALL,
        _D.CLERK: ALL,
        _D.KEEPER: ALL,
        _D.AUDITOR: ALL,
    },
    "stations.view": _EVERY_STAFF,
    "stations.edit": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL, _D.UNIT_STAFF: PLACE_OR_UNIT},
    "stations.keep": {
        _D.KEEPER: ALL,
        _D.DISTRICT_OFFICE: ALL,
        _D.ORGANISATION: ALL,
        _D.UNIT_STAFF: PLACE_OR_UNIT,
    },
    # the district office handles what came to it for want of a route, and nothing of other units
    "cases.handle": {_D.CLERK: UNIT, _D.UNIT_STAFF: UNIT, _D.DISTRICT_OFFICE: UNIT},
    "cases.oversee": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL},
    "cases.settings": {_D.DISTRICT_OFFICE: ALL},
    "cases.lists": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL, _D.CLERK: UNIT, _D.UNIT_STAFF: UNIT},
    "cases.register": {_D.DISTRICT_OFFICE: ALL, _D.CLERK: UNIT, _D.UNIT_STAFF: UNIT},
    "reports.handle": {
        _D.DISTRICT_OFFICE: ALL,
        _D.ORGANISATION: ALL,
        _D.UNIT_STAFF: UNIT,
        _D.CLERK: UNIT,
        _D.GRID_WORKER: PLACE,
    },
    "volunteers.manage": {
        _D.DISTRICT_OFFICE: ALL,
        _D.ORGANISATION: ALL,
        _D.UNIT_STAFF: UNIT,
        _D.INSTRUCTOR: UNIT,
    },
    "volunteers.settings": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL},
    "volunteers.redeem": {_D.DISTRICT_OFFICE: ALL, _D.KEEPER: ALL, _D.UNIT_STAFF: UNIT},
    "reports.settings": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL},
    "learning.view": _EVERY_STAFF,
    "learning.write": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL, _D.INSTRUCTOR: ALL, _D.UNIT_STAFF: ALL},
    "learning.publish": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL},
    "learning.groups": {_D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL, _D.UNIT_STAFF: UNIT},
    "learning.sessions": {
        _D.DISTRICT_OFFICE: ALL,
        _D.ORGANISATION: ALL,
        _D.INSTRUCTOR: UNIT,
        _D.UNIT_STAFF: UNIT,
    },
    "notices.settings": {_D.ADMINISTRATOR: ALL},
    "program.health": {_D.ADMINISTRATOR: ALL},
    "setup.view": {_D.ADMINISTRATOR: ALL, _D.DISTRICT_OFFICE: ALL, _D.ORGANISATION: ALL},
}

#: What each permission is in words, for the table that administrators read.
PERMISSION_WORDS: dict[str, Words] = {
    "front.office": _("Open the office"),
    "census.view": _("See establishments and workers"),
    "census.follow_up": _("Write down a contact"),
    "census.enter": _("Record somebody at the door"),
    "census.import": _("Take a roster in"),
    "census.link": _("Decide which entries are one person"),
    "census.rounds": _("Plan a census round"),
    "census.export": _("Ask for an export in clear"),
    "census.approve_export": _("Approve an export in clear"),
    "people.see_masked": _("See masked names and phones"),
    "people.reveal": _("Open one name or phone for a purpose"),
    "people.reveal_political": _("Open political affiliation for a purpose"),
    "people.manage_accounts": _("Open and close accounts"),
    "people.erase": _("Erase a person on request"),
    "journal.read": _("Read the audit"),
    "units.view": _("Ask who answers"),
    "units.edit_rules": _("Change the rules of responsibility"),
    "places.view": _("See places and grids"),
    "places.load": _("Load townships and grids"),
    "matrix.view": _("See the matrix"),
    "stations.view": _("See stations and what is wrong there"),
    "stations.edit": _("Enter and change stations"),
    "stations.keep": _("Keep a station: open, shut, mend"),
    "cases.handle": _("Handle requests"),
    "cases.oversee": _("See who waits where, without words"),
    "cases.settings": _("Set kinds, terms, letters and routes"),
    "cases.lists": _("Keep the three lists"),
    "cases.register": _("Take registers of services in"),
    "reports.handle": _("Handle reports"),
    "volunteers.manage": _("Keep teams, shifts and campaigns"),
    "volunteers.settings": _("Set the steps of stars"),
    "volunteers.redeem": _("Hand out a reward"),
    "reports.settings": _("Set kinds, routes and platforms of reports"),
    "learning.view": _("See lessons and sessions"),
    "learning.write": _("Write a lesson"),
    "learning.publish": _("Publish lessons, set channels and the test"),
    "learning.groups": _("Keep groups and what is pushed to them"),
    "learning.sessions": _("Plan and hold sessions"),
    "notices.settings": _("Set how notices go out"),
    "program.health": _("See how the program is"),
    "setup.view": _("See what is set up and what is missing"),
}

#: How far a role reaches, in words.
SCOPE_WORDS: dict[str, Words] = {
    ALL: _("everywhere"),
    PLACE: _("own place"),
    PLACE_OR_UNIT: _("own place or unit"),
    UNIT: _("own unit"),
}

#: Who may give which role: nobody can grant more than they hold themselves.
_AT_THE_UNITS = (_D.WORKER, _D.KEEPER, _D.CLERK, _D.INSTRUCTOR, _D.GRID_WORKER, _D.UNIT_STAFF)
GRANTED_BY: dict[Role, tuple[Role, ...]] = {
    _D.DISTRICT_OFFICE: (*_AT_THE_UNITS, _D.DISTRICT_OFFICE),
    _D.ORGANISATION: (*_AT_THE_UNITS, _D.DISTRICT_OFFICE, _D.ORGANISATION, _D.AUDITOR),
    _D.ADMINISTRATOR: (_D.ADMINISTRATOR,),
    _D.UNIT_STAFF: (_D.KEEPER, _D.CLERK, _D.INSTRUCTOR, _D.GRID_WORKER, _D.UNIT_STAFF),
}

#: Roles that reach everything or watch over it: they hold only once a second person has confirmed them.
SENSITIVE: frozenset[Role] = frozenset({_D.DISTRICT_OFFICE, _D.ORGANISATION, _D.AUDITOR, _D.ADMINISTRATOR})
#: Roles that read what people told one unit: a unit that has staff appoints them itself.
OF_A_UNIT: frozenset[Role] = frozenset({_D.CLERK, _D.UNIT_STAFF})
#: A district cannot go on without one of each.
NEVER_THE_LAST: frozenset[Role] = SENSITIVE
#: For so long somebody whose account, role or password another person made is no second person beside him.
INDEPENDENT_AFTER_DAYS = 30


def needs_second(role: Role, *, own_unit: bool, unit_has_staff: bool) -> bool:
    """Whether a grant of ``role`` waits for a second person.

    ``own_unit``: the granter belongs to the account's unit. ``unit_has_staff``: that unit has staff to ask; where
    it has none somebody must begin, and the granter may.
    """
    return role in SENSITIVE or (role in OF_A_UNIT and not own_unit and unit_has_staff)


#: Running the system, reading its audit and using its data are separate people (等保 2.0, GB/T 22239).
APART: tuple[frozenset[Role], ...] = (
    frozenset({_D.ADMINISTRATOR, _D.AUDITOR}),
    frozenset({_D.ADMINISTRATOR, _D.DISTRICT_OFFICE}),
    frozenset({_D.ADMINISTRATOR, _D.ORGANISATION}),
    frozenset({_D.AUDITOR, _D.DISTRICT_OFFICE}),
    frozenset({_D.AUDITOR, _D.ORGANISATION}),
)

REVEALS_A_DAY = 200
REVEALS_ALARM = 100
MIN_PURPOSE = 4

FIELDS: dict[str, Words] = {
    "name": _("Name"),
    "phone": _("Phone"),
    "id_number": _("ID number"),
    "political": _("Political affiliation"),
}


def may_hold_together(roles: frozenset[Role]) -> bool:
    """Whether one person may have all these roles."""
    return not any(pair <= roles for pair in APART)
