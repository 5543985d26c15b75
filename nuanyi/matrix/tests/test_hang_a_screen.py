"""A big screen on a wall: its link is shown once, gives the screen alone, and ends at one tap."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nuanyi.census.models import Worker
from nuanyi.journal.models import Entry
from nuanyi.ledger import services as ledger
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, logs
from nuanyi.lib.errors import NotAllowed, NotFound
from nuanyi.lib.ids import new_id
from nuanyi.matrix.models import ScreenLink
from nuanyi.matrix.services import screens
from nuanyi.people.models import Person
from nuanyi.units.models import Unit

LINKS = "/office/matrix/screen/links/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def hung(cast):
    """A link as the office makes it in the browser: ``(path, its page)``."""
    page = cast.client("office").post(LINKS, {"name": "服务中心大厅"})
    assert page.status_code == 200 and "no-store" in page["Cache-Control"]
    return re.search(r"http://testserver(/wall/[\w-]{40,}/)", page.content.decode())[1], page


def test_a_wall_shows_the_screen_without_an_account_and_for_longer_than_a_session(cast, hung):
    day = clock.today().replace(day=1) - timedelta(days=400)
    ledger.record(
        "service.policy_consultations",
        [Delivered(day, 2, "450311100", "courier"), Delivered(day, 12, "450311101", "courier")],
        source=Unit.objects.first(),
    )
    address, _page = hung
    wall = Client()
    page = wall.get(address)
    assert page.status_code == 200 and "雁山区" in page.content.decode()
    assert f'data-screen="{address}numbers.json"' in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer" and "no-store" in page["Cache-Control"]
    told = wall.get(f"{address}numbers.json")
    assert told.status_code == 200 and told.json()["numbers"]
    assert "sessionid" not in wall.cookies
    # the same in a browser in which somebody is signed in
    inside = cast.client("office").get(f"{address}numbers.json").json()
    assert inside["numbers"] == told.json()["numbers"]
    with clock.held_at(clock.now() + timedelta(days=200)):
        assert wall.get(f"{address}numbers.json").status_code == 200


def test_the_link_opens_nothing_else(hung):
    wall = Client()
    wall.get(hung[0])
    for other in ("/office/", "/office/matrix/screen/", "/office/matrix/screen/numbers.json", LINKS):
        assert wall.get(other).status_code in (302, 401)


def test_what_is_revoked_goes_dark_at_once_and_what_was_never_made_is_answered_alike(cast, hung):
    address, _page = hung
    office, wall = cast.client("office"), Client()
    assert wall.get(address).status_code == 200
    made = ScreenLink.objects.get()
    assert made.used_at is not None
    listed = office.get(LINKS).content.decode()
    assert "服务中心大厅" in listed and address not in listed
    assert office.post(LINKS, {"revoke": made.pk}).status_code == 302
    gone = wall.get(address)
    never = wall.get("/wall/" + "a" * 43 + "/")
    assert gone.status_code == never.status_code == 404
    assert wall.get(f"{address}numbers.json").status_code == 404
    told = [entry.detail for entry in Entry.objects.filter(kind="matrix.screen_link").order_by("pk")]
    assert [one["screen"] for one in told] == ["服务中心大厅"] * 2 and told[1]["revoked"]
    # the name is free again
    assert office.post(LINKS, {"name": "服务中心大厅"}).status_code == 200
    assert office.post(LINKS, {"name": "服务中心大厅"}).status_code == 422


def test_the_link_is_kept_nowhere(cast, hung):
    secret = hung[0].split("/")[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(link_digest, 'escape'), m::text FROM matrix_screenlink m")
        assert secret not in str(cursor.fetchall())
    assert secret not in str([entry.detail for entry in Entry.objects.all()])
    assert secret not in logs.masked(f"GET {hung[0]}numbers.json 200")


def test_only_the_offices_give_a_link_out_or_take_it_back(cast, hung):
    for part in ("yanshan", "department", "keeper", "auditor", "instructor"):
        assert cast.client(part).get(LINKS).status_code == 403
        with pytest.raises(NotAllowed):
            screens.make_link(actor=cast.actor(part), name="大厅")
        with pytest.raises(NotAllowed):
            screens.revoke_link(actor=cast.actor(part), pk=ScreenLink.objects.get().pk)
    with pytest.raises(NotFound):
        screens.revoke_link(actor=cast.actor("office"), pk=987654)
    assert cast.client("office").post(LINKS, {"name": " "}).status_code == 422


def test_when_it_was_last_used_is_noted_but_not_each_minute(hung, django_assert_num_queries):
    wall, now = Client(), clock.now()
    with clock.held_at(now):
        wall.get(hung[0])
    with clock.held_at(now + timedelta(minutes=1)):
        wall.get(f"{hung[0]}numbers.json")
    assert ScreenLink.objects.get().used_at == now
    with clock.held_at(now + timedelta(minutes=30)):
        wall.get(f"{hung[0]}numbers.json")
    assert ScreenLink.objects.get().used_at == now + timedelta(minutes=30)


def test_few_in_each_of_many_cells_are_no_nothing_and_no_number_tells_of_few(cast, district, hung):
    for month in range(1, 13):
        for township in ("450311100", "450311101"):
            for sector in ("courier", "delivery"):
                told = [Delivered(date(2022, month, 9), 2, township, sector)]
                ledger.record("service.policy_consultations", told, source=Unit.objects.first())
    for _n in range(12):
        Worker.objects.create(
            person=Person.objects.create(id=new_id(), region_codes=[]),
            sector="courier",
            region_code="450311100",
            first_seen_date=date(2022, 1, 1),
        )
    told = Client().get(f"{hung[0]}numbers.json").json()
    assert told["numbers"]["service"] == 95, (
        "96 in fives, though no cell of kind, sector, township and month has five"
    )
    assert told["trend"]["spec"]["series"][0]["values"] == [5.0] * 12, "8 in each month"
    assert "95" in told["trend"]["sentence"]
    tiles = told["tiles"]
    assert tiles["450311100"][0] == 450.0, "45 of 48 for 10 of 12 workers"
    assert tiles["450311101"][0] is None, "nobody is on record there"
    shown = [value for one in told["trend"]["spec"]["series"] for value in one["values"]]
    assert all(value % 5 == 0 for value in [*shown, told["numbers"]["service"]])


def test_what_all_screens_show_is_worked_out_once_in_five_minutes(cast, hung):
    address, _page = hung
    made = {"source": Unit.objects.first()}
    ledger.record("service.policy_consultations", [Delivered(date(2022, 6, 9), 10, "450311100")], **made)
    now = clock.now()

    def asked(address, browser, minutes):
        with clock.held_at(now + timedelta(minutes=minutes)), CaptureQueriesContext(connection) as seen:
            return browser.get(f"{address}numbers.json").json(), len(seen)

    first, worked_out = asked(address, Client(), 0)
    ledger.record("service.policy_consultations", [Delivered(date(2022, 6, 10), 5, "450311100")], **made)
    second, kept = asked(address, Client(), 4)
    inside, of_office = asked("/office/matrix/screen/", cast.client("office"), 4)
    assert kept <= 8 < worked_out, (kept, worked_out)
    assert of_office < worked_out
    assert first == second == inside and first["numbers"]["service"] == 10, "and it says as of when"
    later, _n = asked(address, Client(), 6)
    assert later["numbers"]["service"] == 15 and later["as_of"] != first["as_of"]


def test_the_screen_says_that_parts_may_not_add_up(hung):
    page = Client().get(hung[0]).content.decode()
    assert "各部分之和可能略小于总数" in page
