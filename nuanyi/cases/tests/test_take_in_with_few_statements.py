"""What one request for help asks of the database. Each statement is a way there and back while a rider waits, and a night of
rain sends many at once: one more is looked at here, and the number written down anew only with a reason."""

import re
from collections import Counter
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

#: The first table or function that a statement names.
NAMED = re.compile(r'(?:FROM|INTO|UPDATE)\s+"?(\w+)|^\s*SELECT (\w+)\(|^(SAVEPOINT|RELEASE)')

#: What each request asks, by what it names, at most so often.
EACH = Counter(
    {
        # nothing twice: the key is looked for before any work is done, entered with what is written, and gets its answer
        "people_clientkey": 3,
        # how much this browser sent within the hour, and everybody behind its address
        "people_attempt": 1,
        # districts and townships that the form offers, and the names against which a service holds what came
        "places_region": 3,
        # the transaction around all that is written
        "SAVEPOINT": 1,
        "RELEASE": 1,
        # the request itself, everything that names somebody sealed
        "cases_case": 1,
        # its entry in the journal: the head of the chain, and the entry behind it
        "journal_next": 1,
        "journal_append": 1,
        # the unit is called; who of it is told, and by what way, is found out by a job
        "notices_call": 1,
    }
)
#: What a process asks for the first of them and remembers for a while.
FIRST = Counter(
    {
        # what a request may be about
        "cases_casekind": 1,
        # where it goes, and whether somebody there can sign in
        "cases_routingrule": 1,
        "people_account": 1,
        # by when it has to be answered
        "cases_clockrule": 1,
    }
)


def asked_for_one():
    form = {"kind": "wage", "words": "站长扣了我三天的钱", "phone": "19900007777", "region": "450311100"}
    with CaptureQueriesContext(connection) as asked:
        assert Client().post("/help/ask/", {"key": str(uuid4()), **form}).status_code == 302
    named = (NAMED.search(query["sql"]) for query in asked.captured_queries)
    return Counter(next(filter(None, found.groups())) if found else "?" for found in named)


def test_one_request_for_help_asks_no_more_than_what_each_statement_is_for(desk_cast):
    assert asked_for_one() - EACH - FIRST == Counter(), "beyond what is written down, for the first"
    assert asked_for_one() - EACH == Counter(), "beyond what is written down, for one more"
