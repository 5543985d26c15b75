"""The second wall: PostgreSQL row-level security learns, per transaction, who is reading.

Policies (see ``people/migrations``) compare a row's regions and units with three settings that live
as long as the transaction. A connection that never said who reads sees no sealed person at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from nuanyi.lib.actor import Actor

SEE_PERSONS = "people.see_masked"
HANDLE_CASES, OVERSEE_CASES = "cases.handle", "cases.oversee"


def set_reader(actor: Actor) -> None:
    """Tell the database who reads until the end of the present transaction."""
    scopes = actor.scopes(SEE_PERSONS)
    everything = actor.everywhere(SEE_PERSONS)
    regions = ",".join(sorted({scope.region for scope in scopes if scope.region}))
    units = ",".join(sorted({str(scope.unit) for scope in scopes if scope.unit is not None}))
    handles = ",".join(
        sorted({str(scope.unit) for scope in actor.scopes(HANDLE_CASES) if scope.unit is not None})
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('nuanyi.scope', %s, true), set_config('nuanyi.regions', %s, true),"
            " set_config('nuanyi.units', %s, true), set_config('nuanyi.person', %s, true),"
            " set_config('nuanyi.case_scope', %s, true), set_config('nuanyi.case_units', %s, true),"
            " set_config('nuanyi.case', '', true), set_config('nuanyi.claim', '', true),"
            " set_config('nuanyi.case_phone', '', true)",
            [
                "all" if everything else "some",
                regions,
                units,
                str(actor.person_id or ""),
                "all" if actor.scopes(OVERSEE_CASES) else "some",
                handles,
            ],
        )


def show_case(*, key: str = "", claim: str = "") -> None:
    """Let the rest of this transaction see one case: whoever holds its key or its claim code may."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('nuanyi.case', %s, true), set_config('nuanyi.claim', %s, true)", [key, claim]
        )


def show_cases_of(phone_mark: str) -> None:
    """Let the rest of this transaction see the cases of a phone: whoever proved to hold it may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('nuanyi.case_phone', %s, true)", [phone_mark])


@contextmanager
def reading_as(actor: Actor) -> Iterator[None]:
    """One transaction in which the database shows what ``actor`` may see."""
    # a new transaction stands nowhere and sees nobody, which is a guest's place
    fresh = not connection.in_atomic_block
    with transaction.atomic():
        if not (fresh and actor.kind == "guest"):
            set_reader(actor)
        yield
