"""Each number of the first page leads to exactly the records that it counts."""

from datetime import date, timedelta

import pytest

from nuanyi.lib import clock
from nuanyi.party import home
from nuanyi.party.models.applications import Application
from nuanyi.party.models.members import Member
from nuanyi.party.models.organisations import Organisation

pytestmark = pytest.mark.django_db

#: What the page of each list calls its rows.
ROWS = {"applications": "paths", "members": "rows", "party": "tree"}


@pytest.fixture
def waiting(cast, found, asked, secretary, entered):
    """One of each that waits, and of each one that does not."""
    found()
    asked(name="覃甲")
    asked(name="覃乙")
    asked(name="覃丙", phone="19900004322")
    resting = asked(name="覃丁", phone="19900004323")
    Application.objects.filter(pk=resting.pk).update(state="paused", moved=True)
    for name, phone in (("甲支部", "19900005001"), ("乙支部", "19900005002")):
        branch = secretary(name)
        entered(branch, phone=phone, name="梁甲")
        away = entered(branch, phone=f"{phone[:-1]}9", name="梁乙")
        if name == "甲支部":
            Member.objects.filter(pk=away.pk).update(away_from_date=clock.today())
        else:
            entered(branch, phone="19900005008", name="梁丙")
    temporary = found("临时支部", "temporary", task="防汛", until_date=date(2030, 1, 1))
    Organisation.objects.filter(pk=temporary.pk).update(until_date=clock.today() - timedelta(days=1))
    return cast


@pytest.mark.parametrize(
    ("part", "least"),
    [
        (
            "organisation",
            {"state=talk", "state=unclear", "state=moved", "wait=small", "wait=over", "wait=unclear"},
        ),
        ("instructor", {"state=talk"}),
        ("甲支部", {"wait=away"}),
    ],
)
def test_each_number_leads_to_as_many_rows(waiting, part, least):
    browser, seen = waiting.client(part), set()
    for task in home.tasks_for(waiting.actor(part)):
        address = task.href.partition("?")[0].strip("/").rpartition("/")[2]
        if not task.count or address not in ROWS:
            continue
        page = browser.get(task.href)
        assert page.status_code == 200
        assert (task.href, len(page.context[ROWS[address]])) == (task.href, task.count)
        seen.add(task.href.partition("?")[2])
    assert least <= seen
