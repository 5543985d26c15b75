"""A try-out district is emptied, or turned into the real one: what was tried out goes, what was set stays.

Only a district that says of itself that it is a try-out: the demo, or one that was set up as such. Turned into the real
one it is no try-out any more, and nothing of it can be emptied again. The journal stays whole; the ledger takes back what
it counted by reversing entries.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.journal import services as journal
from nuanyi.ledger import services as ledger
from nuanyi.lib import clock, rooms, row_security
from nuanyi.lib.actor import Actor, system
from nuanyi.lib.errors import BadInput, Conflict
from nuanyi.lib.roles import Role
from nuanyi.people.models import Account
from nuanyi.people.passwords import Slip, one_time_password
from nuanyi.people.services import accounts
from nuanyi.places import queries as places
from nuanyi.places.models import Grid, Region
from nuanyi.program.models import Installation
from nuanyi.program.setup import events
from nuanyi.stations.models import Station

#: Kept with stations that are kept.
OF_STATIONS = frozenset(
    {
        "stations.Station",
        "stations.StationPair",
        "stations.Keeper",
        "stations.Amenity",
        "stations.HoursException",
        "stations.Photo",
    }
)
ROOMS = "nuanyi."


def is_trial() -> bool:
    """Whether this district is only tried out: it says so, or it is the demo."""
    row = Installation.objects.first()
    if row is not None and row.opened_at is not None:
        return row.trial
    return bool(settings.NUANYI_DEMO) or Region.objects.filter(synthetic=True).exists()


def lasting() -> frozenset[str]:
    """What was set and not tried out, as the rooms declare it. Every other table of a room is emptied."""
    return frozenset(f"{room.name}.{model}" for room in rooms.rooms().values() for model in room.lasting)


def of_runs() -> frozenset[str]:
    """What the program writes of its own runs, as the rooms declare it: it goes, and is no record of the district."""
    return frozenset(f"{room.name}.{model}" for room in rooms.rooms().values() for model in room.of_runs)


def emptied(keep_stations: bool) -> list[type[models.Model]]:
    """The tables that are emptied."""
    kept = lasting() | OF_STATIONS if keep_stations else lasting()
    return [
        model
        for model in apps.get_models()
        if model.__module__.startswith(ROOMS) and model._meta.label not in kept
    ]


def held() -> dict[str, int]:
    """How many records of which room would go, by the room's title; numbers only, of all that is there."""
    counted: dict[str, int] = {}
    titles = {room.name: str(room.title) for room in rooms.rooms().values()}
    no_records = of_runs()
    with row_security.reading_as(system("trial")):
        for model in emptied(keep_stations=False):
            if model._meta.label in no_records:
                continue
            if count := model._base_manager.count():
                title = titles[model._meta.app_label]
                counted[title] = counted.get(title, 0) + count
    return counted


@transaction.atomic
def empty(
    *, actor: Actor, name: str, real: bool, keep_stations: bool = False
) -> tuple[dict[str, int], list[Slip]]:
    """Take away what was tried out; with ``real`` the district is the real one from now on.

    ``name`` is the district's, typed by whoever wants it. Returns how many rows went from where, and slips with new one-time
    passwords for the accounts of the demo, whose password everybody knows. Raises NotAllowed, Conflict (no try-out),
    BadInput (another name).
    """
    actor.require("setup.empty")
    district = places.district()
    if district is None or not is_trial():
        raise Conflict(_("This district is in real use: what it holds is not emptied."), code="not-a-trial")
    if name.strip() != district.name:
        raise BadInput(
            code="wrong-name",
            fields={"name": _("Type the name of the district: %(name)s.") % {"name": district.name}},
        )
    # whoever may empty a try-out sees no person in it; what goes is all that is there
    with row_security.reading_as(system("trial")):
        went = _delete(emptied(keep_stations), keep_stations)
        ledger.reverse_everything()
        _forget_made_up_places()
        slips = _new_passwords()
    Installation.objects.update_or_create(pk=1, defaults={"opened_at": clock.now(), "trial": not real})
    journal.record(
        actor, events.TRIAL_EMPTIED, real=real, rows=sum(went.values()), stations_kept=keep_stations
    )
    rooms.read_anew()
    return went, slips


def _pointing_first(models_of: set[type[models.Model]]) -> list[type[models.Model]]:
    """Models in an order in which each stands before those that it points at, as far as there is no circle."""
    left = sorted(models_of, key=lambda model: model._meta.label)
    ordered: list[type[models.Model]] = []
    while left:
        pointed_at = {
            field.related_model
            for model in left
            for field in model._meta.concrete_fields
            if field.is_relation and field.related_model is not model
        }
        free = [model for model in left if model not in pointed_at] or left[:1]
        ordered += free
        left = [model for model in left if model not in free]
    return ordered


def _delete(tables: Iterable[type[models.Model]], keep_stations: bool) -> dict[str, int]:
    """Empty tables in one transaction, what points before what it points at: the policies of many a table ask for the row
    that theirs belongs to. Foreign keys are looked at when it ends, so that a circle does no harm.
    """
    gone = set(tables)
    went: dict[str, int] = {}
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model in apps.get_models(include_auto_created=True):
            for field in model._meta.concrete_fields:
                loses = field.is_relation and field.related_model in gone and model not in gone and field.null
                if loses:  # what stays forgets what goes
                    table, column = quote(model._meta.db_table), quote(field.column)
                    cursor.execute(f"UPDATE {table} SET {column} = NULL")  # noqa: S608 - names of our own models
        for model in _pointing_first(gone):
            for many in model._meta.local_many_to_many:
                cursor.execute(f"DELETE FROM {quote(many.m2m_db_table())}")  # noqa: S608 - names of our own models
            cursor.execute(f"DELETE FROM {quote(model._meta.db_table)}")  # noqa: S608 - names of our own models
            if cursor.rowcount:
                went[model._meta.label] = cursor.rowcount
        if keep_stations:
            _drop_made_up_stations(cursor)
        # jobs for what is gone; those that come again by the clock are made anew
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status::text IN ('todo', 'failed')")
    return went


def _drop_made_up_stations(cursor: object) -> None:
    """Of the stations that are kept, those of the demo go all the same."""
    made_up = Station.objects.filter(synthetic=True)
    for label in OF_STATIONS - {"stations.Station"}:
        apps.get_model(label)._base_manager.filter(station__in=made_up).delete()
    made_up.delete()


def _forget_made_up_places() -> None:
    """Outlines and grids of the demo; the places themselves stay where the country's own table has them."""
    made_up = Grid.objects.filter(synthetic=True)
    apps.get_model("reports.GridDuty").objects.filter(grid_code__in=made_up.values("code")).delete()
    made_up.delete()
    Region.objects.filter(synthetic=True, level="community").delete()
    Region.objects.filter(synthetic=True).update(geometry_wgs84=None, synthetic=False)


def _new_passwords() -> list[Slip]:
    """New one-time passwords for accounts whose password is the one that the demo prints."""
    from nuanyi.program.doctor import DEMO_PASSWORD

    slips = []
    for account in Account.objects.filter(is_active=True).select_related("unit"):
        if not account.check_password(DEMO_PASSWORD):
            continue
        password = one_time_password()
        accounts.set_first_password(actor=system("trial"), account=account, password=password)
        roles = "、".join(str(Role(grant.role).label) for grant in account.grants.all())
        slips.append(Slip(account.username, account.display_name, str(account.unit or ""), roles, password))
    return slips
