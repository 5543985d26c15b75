"""Roles, how far they reach, and who may grant them. No database.

What each role may do stands with the room it is done in (``room.py``); ``lib.rooms.permissions`` is the whole table.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import Words
from nuanyi.lib.roles import ALL as ALL
from nuanyi.lib.roles import PLACE as PLACE
from nuanyi.lib.roles import PLACE_OR_UNIT as PLACE_OR_UNIT
from nuanyi.lib.roles import STAFF as STAFF
from nuanyi.lib.roles import UNIT as UNIT
from nuanyi.lib.roles import Role as Role

#: How far a role reaches, in words.
SCOPE_WORDS: dict[str, Words] = {
    ALL: _("everywhere"),
    PLACE: _("own place"),
    PLACE_OR_UNIT: _("own place or unit"),
    UNIT: _("own unit"),
}

#: Who may give which role: nobody can grant more than they hold themselves.
_AT_THE_UNITS = (Role.WORKER, Role.KEEPER, Role.CLERK, Role.INSTRUCTOR, Role.GRID_WORKER, Role.UNIT_STAFF)
GRANTED_BY: dict[Role, tuple[Role, ...]] = {
    Role.DISTRICT_OFFICE: (*_AT_THE_UNITS, Role.DISTRICT_OFFICE),
    Role.ORGANISATION: (
        *_AT_THE_UNITS,
        Role.BRANCH,
        Role.DISTRICT_OFFICE,
        Role.ORGANISATION,
        Role.AUDITOR,
    ),
    Role.ADMINISTRATOR: (Role.ADMINISTRATOR,),
    Role.UNIT_STAFF: (Role.KEEPER, Role.CLERK, Role.INSTRUCTOR, Role.GRID_WORKER, Role.UNIT_STAFF),
}

#: Roles that reach everything or watch over it: they hold only once a second person has confirmed them.
SENSITIVE: frozenset[Role] = frozenset(
    {Role.DISTRICT_OFFICE, Role.ORGANISATION, Role.AUDITOR, Role.ADMINISTRATOR}
)
#: Roles that read what people told one unit: a unit that has staff appoints them itself.
OF_A_UNIT: frozenset[Role] = frozenset({Role.CLERK, Role.UNIT_STAFF})
#: Roles that hold only once somebody with another one gave or confirmed them: an instructor receives those who ask to join
#: the Party, and is the organisation department's.
CONFIRMED_BY: dict[Role, Role] = {Role.INSTRUCTOR: Role.ORGANISATION}
#: Roles that a unit gives for a place within its reach, and not without one: without a place they reach the whole district.
OF_A_PLACE: frozenset[Role] = frozenset({Role.INSTRUCTOR})
#: A district cannot go on without one of each.
NEVER_THE_LAST: frozenset[Role] = SENSITIVE
#: So many days a new account of these goes on without a second factor: the first day of a district is for its work.
SECOND_FACTOR_WITHIN_DAYS = 14
#: For so long somebody whose account, role or password another person made is no second person beside him.
INDEPENDENT_AFTER_DAYS = 30


def needs_second(role: Role, *, own_unit: bool, is_first: bool, held: Iterable[str] = ()) -> bool:
    """Whether a grant of ``role``, or a new password for somebody who has it, waits for a second person.

    ``held`` are the roles of whoever gives it. ``own_unit``: whoever gives it belongs to the account's unit.
    ``is_first``: that unit never had another account, and nothing came to it yet: somebody must begin, and the granter
    may. Closing all that a unit has makes none the first.
    """
    if role in CONFIRMED_BY and CONFIRMED_BY[role] not in held:
        return True
    return role in SENSITIVE or (role in OF_A_UNIT and not own_unit and not is_first)


#: Running the system, reading its audit and using its data are separate people (等保 2.0, GB/T 22239).
APART: tuple[frozenset[Role], ...] = (
    frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    frozenset({Role.ADMINISTRATOR, Role.DISTRICT_OFFICE}),
    frozenset({Role.ADMINISTRATOR, Role.ORGANISATION}),
    frozenset({Role.AUDITOR, Role.DISTRICT_OFFICE}),
    frozenset({Role.AUDITOR, Role.ORGANISATION}),
)

REVEALS_A_DAY = 200
REVEALS_ALARM = 100
#: How often one account may look for a whole name in an hour: each time thousands of names are opened and compared.
NAMES_AN_HOUR = 60
#: How often one account may look for a number of nobody in an hour. A mask leaves ten thousand numbers to try: at this rate
#: they take two weeks without a pause, each look in the journal.
MISSED_AN_HOUR = 30
MIN_PURPOSE = 4

FIELDS: dict[str, Words] = {
    "name": _("Name"),
    "phone": _("Phone"),
    "id_number": _("ID number"),
    "political": _("Political affiliation"),
}
#: Fields of a person by which the same person is found again.
FOUND_BY_DIGEST = ("phone", "id_number")


#: What is kept of a colleague and can be put right.
FIELDS_OF_ACCOUNT: dict[str, Words] = {
    "display_name": _("Name shown to colleagues"),
    "email": _("E-mail"),
}


def may_hold_together(roles: frozenset[Role]) -> bool:
    """Whether one person may have all these roles."""
    return not any(pair <= roles for pair in APART)
