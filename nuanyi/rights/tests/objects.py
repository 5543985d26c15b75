"""One of every object of the room and the routes that take it: another unit's answers exactly like none
(``program/tests/test_answer_anothers_as_none``)."""

from nuanyi.people.models import Account
from nuanyi.rights.services import desk
from tests import declared


def colleague(city):
    """The account of somebody in the neighbouring district."""
    account = city.cast.accounts["yanshan"]
    Account.objects.filter(pk=account.pk).update(unit=city.there)
    return account.pk


#: service -> {how: an attempt from the neighbouring district} (``program/tests/test_keep_to_ones_own_district``)
ATTEMPTS = {
    "rights.services.desk.ask_for_account": {
        "": lambda c, a: desk.ask_for_account(
            actor=a, account_id=colleague(c), deed="copy", reason="本人到窗口"
        ),
    },
}

#: Routes whose objects belong to no unit: whoever has the permission has it for all of them, or only its owner knows it.
OF_THE_DISTRICT = {
    "rights:person",
    "rights:account",
    "rights:decide",
    "rights:take",
}


#: Tables of the office that are no list of records, each with its reason (``front/tests/test_one_table_for_every_list``).
OWN_TABLES = {
    "rights/staff/desk.html": declared.COMPUTED,
}

#: Routes that need more than one of every object to answer with a file, and the test that opens each.
SAVED_ELSEWHERE = {
    "office/rights/<uuid:pk>/take/": "rights/tests: a desk's request",
    "me/data/file/": "rights/tests/test_ask_what_is_kept.py",
}
