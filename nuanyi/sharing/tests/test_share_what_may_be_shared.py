"""Open data give no small cell away; a signed month is checked, added and corrected; what does not fit is refused in words."""

import csv
import io
import json
import re
from collections import defaultdict
from datetime import UTC, date, datetime
from importlib import import_module
from random import Random

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conftest import TOWNSHIPS
from nuanyi.cases.kinds import SERVED
from nuanyi.ledger import rules as kinds
from nuanyi.ledger import services as ledger
from nuanyi.ledger.models import LedgerEntry
from nuanyi.ledger.services import Delivered
from nuanyi.lib import clock, sealed
from nuanyi.lib.errors import BadInput, Conflict, IllegalMove
from nuanyi.lib.sectors import Sector
from nuanyi.lib.small_cells import OUTSIDE
from nuanyi.sharing import queries, rules
from nuanyi.sharing.models import Received, SenderKey, SigningKey
from nuanyi.sharing.services import releases, summaries
from nuanyi.units.models import Unit
from nuanyi.volunteers.kinds import LEAFLETS

pytestmark = pytest.mark.django_db

POLICY, LEGAL, *_rest = sorted(SERVED.values())
NOW = datetime(2023, 3, 5, 4, 0, tzinfo=UTC)


@pytest.fixture
def year(district):
    """Months of 2022, few people in most cells."""
    luck, source = Random(5), Unit.objects.first()
    for _n in range(160):
        line = Delivered(
            date(2022, luck.randint(1, 12), 3),
            luck.randint(1, 4),
            luck.choice([*TOWNSHIPS, "450311"]),
            luck.choice(["", *Sector.values[:3]]),
        )
        ledger.record(luck.choice([POLICY, LEGAL, LEAFLETS]), [line], source=source)
    with clock.held_at(NOW):
        yield source


def _told(**query):
    answer = Client().get("/open/services.json", query)
    assert answer.status_code == 200
    return answer.json()["rows"]


def _known_exactly(rows):
    """Cells of people whose count anybody can work out to the last one.

    A cell that is not told holds 0 to 9, a told one up to nine more than it says; the cells of a kind and year sum to
    the same in every dataset. From that the bounds of each cell are narrowed until nothing moves.
    """
    tables = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        if kinds.kinds()[row["kind"]].of_people:
            key, low = tuple(row[name] for name in queries.FILTERS), row["value"] or 0
            tables[row["kind"], row["period"][:4]][row["dataset"]][key] = (low, low + OUTSIDE - 1)
    for table in tables.values():
        before = None
        while before != (before := {name: dict(cells) for name, cells in table.items()}):
            least = max(sum(low for low, _high in cells.values()) for cells in table.values())
            most = min(sum(high for _low, high in cells.values()) for cells in table.values())
            for cells in table.values():
                lows, highs = (sum(bounds) for bounds in zip(*cells.values(), strict=True))
                for key, (low, high) in cells.items():
                    cells[key] = max(low, least - highs + high), min(high, most - lows + low)
    return [
        key
        for table in tables.values()
        for cells in table.values()
        for key, (low, high) in cells.items()
        if low == high
    ]


def test_nothing_that_open_data_tell_gives_a_small_cell_away(program, year):
    releases.release(actor=program)
    rows = _told()
    of_people = [row for row in rows if kinds.kinds()[row["kind"]].of_people]
    assert {row["value"] for row in of_people} >= {None}
    assert all(row["value"] is None or row["value"] % 10 == 0 for row in of_people)
    assert len(of_people) > 100
    assert _known_exactly(rows) == []
    # the same cell is told alike whatever filter is set
    for row in rows:
        same = {name: row[name] for name in queries.FILTERS if row[name]}
        assert row in _told(**same)


def test_the_search_for_small_cells_finds_what_may_be_worked_out():
    """The control: ninety in one month and ten places of fewer than ten each say that each has nine."""

    def row(dataset, value, period="2022", township=""):
        return {
            "dataset": dataset,
            "kind": POLICY,
            "period": period,
            "township": township,
            "sector": "",
            "value": value,
        }

    places = [row("townships", None, township=f"4503111{n:02}") for n in range(10)]
    assert len(_known_exactly([row("months", 90, "2022-01"), *places])) == 11
    assert _known_exactly([row("months", 80, "2022-01"), *places]) == []
    # one place only, and the month of the same year not told apart from it: nothing is known
    assert _known_exactly([row("months", None, "2022-01"), places[0]]) == []


def test_the_log_names_what_was_told_late_and_what_is_gone_and_not_what_is_new(program, year):
    thing = next(name for name, kind in kinds.kinds().items() if not kind.of_people and name != LEAFLETS)
    with clock.held_at(clock.midnight(date(2022, 9, 2))):
        releases.release(actor=program)
    late, new = (Delivered(date(2022, month, 3), 70, "450311101") for month in (3, 9))
    made = ledger.record(thing, [late, new], source=year)
    with clock.held_at(clock.midnight(date(2022, 10, 2))):
        entered = releases.release(actor=program)
    ledger.reverse(made[0])
    with clock.held_at(clock.midnight(date(2022, 10, 3))):
        taken_back = releases.release(actor=program)

    def told(one):
        return {
            (row["dataset"], row["period"], row["township"]): (row["before"], row["value"])
            for row in one.changes
            if row["kind"] == thing and row["dataset"] != "sectors"
        }

    assert told(entered) == {("months", "2022-03", ""): (0, 70)}
    assert told(taken_back) == {
        ("months", "2022-03", ""): (70, 0),
        ("townships", "2022", "450311101"): (140, 70),
    }
    gone = {"dataset": "months", "kind": thing, "period": "2022-03", "township": "", "sector": "", "value": 9}
    times = {"until": date(2022, 8, 1), "now_until": date(2022, 9, 1)}
    assert rules.changes([gone], [], of_people=(), **times) == [{**gone, "value": 0, "before": 9}]
    assert rules.changes([{**gone, "value": None}], [], of_people=(thing,), **times) == []
    # a release that was missed: what December brought to the year is new, and corrects nothing
    grown = {"dataset": "townships", "kind": thing, "period": "2022", "township": "450311101", "sector": ""}
    missed = {"until": date(2022, 11, 1), "now_until": date(2023, 1, 1), "of_people": ()}
    assert rules.changes([{**grown, "value": 9}], [{**grown, "value": 12}], **missed) == []
    over = {"until": date(2022, 12, 1), "now_until": date(2023, 1, 1), "of_people": ()}
    assert len(rules.changes([{**grown, "value": 9}], [{**grown, "value": 12}], **over)) == 1


def test_csv_schema_licence_and_a_log_of_what_was_corrected(program, year):
    first = releases.release(actor=program)
    with pytest.raises(IllegalMove):
        releases.release(actor=program)
    ledger.record(LEAFLETS, [Delivered(date(2022, 6, 3), 500, "450311100")], source=year)
    releases.release(actor=program, note="补登6月传单")
    browser = Client()
    rows = list(csv.DictReader(io.StringIO(browser.get("/open/services.csv").content.decode("utf-8-sig"))))
    names = [field["name"] for field in browser.get("/open/schema.json").json()["fields"]]
    assert set(names) <= set(rows[0])
    assert rows[0]["kind_title"]
    told = browser.get("/open/changes.json").json()["releases"]
    assert [one["release"] for one in told] == [2, 1]
    corrected = {
        (row["dataset"], row["period"]): row["value"] - row["before"] for row in told[0]["corrected"]
    }
    assert corrected[("months", "2022-06")] == corrected[("townships", "2022")] == 500
    assert told[0]["licence"] == "CC-BY-4.0"
    # what was published before stays as it was
    before = browser.get("/open/services.json", {"release": first.number}).json()["rows"]
    assert before == first.rows
    page = browser.get("/open/").content.decode()
    assert "补登6月传单" in page
    assert "CC-BY-4.0" in page
    assert browser.get("/open/services.json?colour=red").status_code in (400, 422)
    assert browser.get("/open/services.json?release=99").status_code == 404


def test_nobody_is_told_as_few_are(program, year):
    releases.release(actor=program)
    rows = [row for row in _told() if kinds.kinds()[row["kind"]].of_people]
    assert 0 not in {row["value"] for row in rows}
    # every cell stands there, whether anybody is in it or not: no row that is missing says so
    for dataset, many in (("months", 12), ("townships", len(TOWNSHIPS) + 1), ("sectors", len(Sector) + 1)):
        for kind in (kind for kind in kinds.kinds().values() if kind.of_people):
            told = [row for row in rows if (row["dataset"], row["kind"]) == (dataset, kind.name)]
            # from the first month with anything until the last that is over
            periods = {row["period"] for row in told}
            assert periods == (
                {f"2022-{n:02}" for n in range(1, 13)} | {"2023-01", "2023-02"}
                if dataset == "months"
                else {"2022", "2023"}
            )
            assert dataset == "months" or len(told) == many * 2


def test_lists_of_releases_do_not_read_what_was_released(cast, program, year):
    releases.release(actor=program)
    office = cast.client("office")
    for browser, path in (
        (Client(), "/open/changes.json"),
        (office, "/office/sharing/releases/"),
        (Client(), "/open/"),
    ):
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(path).status_code == 200
        asked = [row["sql"] for row in seen if 'FROM "sharing_release"' in row["sql"]]
        lists = [sql for sql in asked if int(re.search(r"LIMIT (\d+)", sql)[1]) > 1]
        assert lists
        assert not [sql for sql in lists if '"sharing_release"."rows",' in sql]


def test_a_month_that_is_not_over_is_not_public(program, year):
    ledger.record(LEAFLETS, [Delivered(date(2023, 3, 3), 7, "450311100")], source=year)
    releases.release(actor=program)
    rows = _told()
    assert "2023-03" not in {row["period"] for row in rows}
    assert not [row for row in rows if row["period"] == "2023" and row["value"]]


# upward ---------------------------------------------------------------------------------------


def _signed(program, month=date(2022, 6, 1)):
    return summaries.sign_month(actor=program, month=month)


def _raw(document):
    return json.dumps(document, ensure_ascii=False).encode()


def _other(code, month, counts, private, *, revision=1, made_at="2023-03-05T12:00:00+08:00"):
    """What another district's program signs."""
    document = {
        "format": rules.FORMAT,
        "district": {"code": code, "name": f"区{code}"},
        "month": month,
        "revision": revision,
        "made_at": made_at,
        "workers": 40,
        "counts": counts,
    }
    return rules.sign(document, private)


ONE, TWO, THREE = (bytes([n]) * 32 for n in (1, 2, 3))


def _enter(program, code, private, since=date(2022, 1, 1)):
    return summaries.set_sender(
        actor=program, code=code, name=f"区{code}", public_key=rules.public_key(private), from_date=since
    )


def test_a_month_is_signed_once_and_anew_when_its_numbers_change(program, year):
    made = _signed(program)
    assert made.document["counts"] == {
        kind: number for kind, number in made.document["counts"].items() if number
    }
    in_june = sum(entry.count for entry in LedgerEntry.objects.filter(day__month=6))
    assert sum(made.document["counts"].values()) == in_june
    assert rules.signature_holds(made.document)
    assert "township" not in json.dumps(made.document)
    assert _signed(program) == made
    ledger.record(POLICY, [Delivered(date(2022, 6, 4), 2, "450311100")], source=year)
    again = _signed(program)
    assert (again.revision, again.document["counts"][POLICY] - made.document["counts"][POLICY]) == (2, 2)
    with pytest.raises(IllegalMove):
        _signed(program, date(2023, 3, 1))


def test_a_city_checks_several_districts_and_adds_them(cast, program, year):
    own = _signed(program).document
    summaries.set_sender(
        actor=program, code="450311", name="雁山区", public_key=own["key"], from_date=date(2022, 1, 1)
    )
    _enter(program, "450302", ONE)
    _enter(program, "450303", TWO)
    summaries.receive(actor=program, raw=_raw(own))
    summaries.receive(actor=program, raw=_raw(_other("450302", "2022-06", {POLICY: 7}, ONE)))
    summaries.receive(actor=program, raw=_raw(_other("450302", "2022-06", {POLICY: 9}, ONE, revision=2)))
    table = queries.city_table(date(2022, 6, 1), date(2022, 6, 1))
    assert table.sums[POLICY] == own["counts"].get(POLICY, 0) + 9
    assert {line.code: line.missing for line in table.lines} == {
        "450302": [],
        "450303": ["2022-06"],
        "450311": [],
    }
    page = cast.client("office").get("/office/sharing/?period=2022-06").content.decode()
    assert "区450303" in page
    assert cast.client("office").get("/office/sharing/?period=june").status_code in (400, 422)


def test_the_same_month_twice_is_the_same_or_is_refused(program, year):
    _enter(program, "450302", ONE)
    first = _other("450302", "2022-06", {POLICY: 7}, ONE)
    assert summaries.receive(actor=program, raw=_raw(first))[1]
    assert not summaries.receive(actor=program, raw=_raw(first))[1]
    with pytest.raises(Conflict) as twice:
        summaries.receive(actor=program, raw=_raw(_other("450302", "2022-06", {POLICY: 8}, ONE)))
    assert twice.value.code == "same-month-twice"
    summaries.receive(actor=program, raw=_raw(_other("450302", "2022-06", {POLICY: 8}, ONE, revision=3)))
    with pytest.raises(Conflict) as older:
        summaries.receive(actor=program, raw=_raw(_other("450302", "2022-06", {POLICY: 6}, ONE, revision=2)))
    assert older.value.code == "older-revision"
    assert Received.objects.count() == 2


def test_two_districts_that_send_one_month_twice_each_count_once_and_neither_for_the_other(program, year):
    month = date(2022, 6, 1)
    senders = (("450302", ONE, 7, 9), ("450303", TWO, 20, 30))
    for code, private, first, _second in senders:
        _enter(program, code, private)
        told = _raw(_other(code, "2022-06", {POLICY: first}, private))
        assert summaries.receive(actor=program, raw=told)[1]
        assert not summaries.receive(actor=program, raw=told)[1], "the same once more"
    assert queries.city_table(month, month).sums[POLICY] == 27
    for code, private, _first, second in senders:
        # the other district's revision takes nobody's place: each has a count of its own
        told = _other(code, "2022-06", {POLICY: second}, private, revision=2)
        assert summaries.receive(actor=program, raw=_raw(told))[1]
    assert queries.city_table(month, month).sums[POLICY] == 39
    with pytest.raises(BadInput):
        summaries.receive(actor=program, raw=_raw(_other("450303", "2022-06", {POLICY: 1}, ONE, revision=3)))
    assert queries.city_table(month, month).sums[POLICY] == 39


def test_a_key_that_is_over_signs_nothing_any_more(program, year):
    _enter(program, "450302", ONE)
    _enter(program, "450302", TWO, since=date(2023, 1, 1))
    late = _other("450302", "2022-06", {POLICY: 7}, ONE)
    with pytest.raises(BadInput) as old:
        summaries.receive(actor=program, raw=_raw(late))
    assert old.value.code == "old-key"
    # the day is the signer's own word: who stole the key can write any
    in_time = _other("450302", "2022-06", {POLICY: 7}, ONE, made_at="2022-07-02T09:00:00+08:00")
    with pytest.raises(BadInput) as backdated:
        summaries.receive(actor=program, raw=_raw(in_time))
    assert backdated.value.code == "old-key"
    before = _signed(program).document["key"]
    assert summaries.change_key(actor=program).public_key != before
    assert _signed(program, date(2022, 7, 1)).document["key"] != before


def test_what_came_in_before_its_key_ended_may_come_again(program, year):
    _enter(program, "450302", ONE)
    first = _other("450302", "2022-06", {POLICY: 7}, ONE)
    assert summaries.receive(actor=program, raw=_raw(first))[1]
    _enter(program, "450302", TWO, since=date(2023, 3, 5))
    assert not summaries.receive(actor=program, raw=_raw(first))[1]
    with pytest.raises(BadInput) as old:
        summaries.receive(actor=program, raw=_raw(_other("450302", "2022-07", {POLICY: 7}, ONE)))
    assert old.value.code == "old-key"
    # the same day is the new key's alone
    assert summaries.receive(actor=program, raw=_raw(_other("450302", "2022-07", {POLICY: 7}, TWO)))[1]


@pytest.mark.parametrize(
    "made_at",
    ["2022-06-30T23:59:00+08:00", "2022-01-05T09:00:00+08:00", "2023-03-06T09:00:00+08:00"],
    ids=["before the month's end", "long before", "tomorrow"],
)
def test_a_summary_is_made_after_its_month_and_not_tomorrow(program, year, made_at):
    _enter(program, "450302", ONE)
    with pytest.raises(BadInput) as wrong:
        summaries.receive(
            actor=program, raw=_raw(_other("450302", "2022-06", {POLICY: 7}, ONE, made_at=made_at))
        )
    assert wrong.value.code == "bad-day"


def test_a_huge_revision_does_not_shut_out_those_that_follow(program, year):
    _enter(program, "450302", ONE)
    with pytest.raises(BadInput) as wrong:
        summaries.receive(
            actor=program, raw=_raw(_other("450302", "2022-06", {POLICY: 7}, ONE, revision=10_000))
        )
    assert wrong.value.code == "revision-ahead"
    for revision in (1, rules.MOST_AHEAD + 1):
        raw = _raw(_other("450302", "2022-06", {POLICY: revision}, ONE, revision=revision))
        assert summaries.receive(actor=program, raw=raw)[1]


def test_one_that_should_not_have_come_in_is_made_void_and_the_true_one_follows(cast, program, year):
    _enter(program, "450302", ONE)
    false, _new = summaries.receive(
        actor=program, raw=_raw(_other("450302", "2022-06", {POLICY: 900}, ONE, revision=2))
    )
    _enter(program, "450302", TWO, since=date(2023, 3, 5))
    office = cast.client("office")
    assert office.post("/office/sharing/void/", {"pk": false.pk, "because": " "}).status_code in (400, 422)
    assert cast.client("clerk").post("/office/sharing/void/", {"pk": false.pk}).status_code == 403
    told = {"pk": false.pk, "because": "密钥被盗"}
    assert office.post("/office/sharing/void/", told).status_code == 302
    assert office.post("/office/sharing/void/", told).status_code == 404
    assert queries.city_table(date(2022, 6, 1), date(2022, 6, 1)).sums == {}
    # the very document that was made void does not come in again, also by whoever finds its key in force
    SenderKey.objects.update(until_date=None)
    with pytest.raises(BadInput) as again:
        summaries.receive(actor=program, raw=_raw(false.document))
    assert again.value.code == "void-summary"
    for revision in (1, 2):
        raw = _raw(_other("450302", "2022-06", {POLICY: 6 + revision}, TWO, revision=revision))
        assert summaries.receive(actor=program, raw=raw)[1]
    assert queries.city_table(date(2022, 6, 1), date(2022, 6, 1)).sums == {POLICY: 8}
    assert "密钥被盗" in office.get("/office/sharing/").content.decode()


def test_with_a_new_key_a_month_can_be_signed_anew(cast, program, year):
    first = _signed(program, date(2023, 2, 1))
    summaries.change_key(actor=program)
    assert queries.own_months()[0].of_old_key
    assert "原密钥" in cast.client("office").get("/office/sharing/").content.decode()
    again = _signed(program, date(2023, 2, 1))
    assert (again.revision, again.document["counts"]) == (2, first.document["counts"])
    assert again.document["key"] != first.document["key"]
    assert not queries.own_months()[0].of_old_key
    assert _signed(program, date(2023, 2, 1)) == again


def test_a_signing_key_is_drawn_at_random_and_gone_when_another_follows(program, year):
    """Worked out from a key that no rotation changes, every later key was known to whoever once had that one."""
    _signed(program)
    first = SigningKey.objects.get()
    lasting = sealed.keys().lasting_key("monthly summary 1")
    assert first.public_key != rules.public_key(lasting)
    private = sealed.open_bytes(first, "private_key")
    assert rules.public_key(private) == first.public_key
    assert private not in bytes(first.private_key)
    second = summaries.change_key(actor=program)
    first.refresh_from_db()
    assert first.private_key is None
    assert sealed.open_bytes(second, "private_key") != private
    assert rules.signature_holds(_signed(program, date(2023, 2, 1)).document)


def test_a_key_of_an_older_version_signs_on(program, year):
    made = import_module("nuanyi.sharing.migrations.0003_keys_of_their_own")
    public = rules.public_key(sealed.keys().lasting_key("monthly summary 1"))
    SigningKey.objects.create(number=1, public_key=public, from_date=date(2023, 1, 1))
    made.seal_the_key_in_force(apps, None)
    document = _signed(program).document
    assert (document["key"], rules.signature_holds(document)) == (public, True)


def test_a_month_whose_workers_have_changed_is_said_to_have_changed(program, year, monkeypatch):
    _signed(program, date(2023, 2, 1))
    assert not queries.own_months()[0].has_changed
    monkeypatch.setattr(queries, "workers_of", lambda _month: 40)
    assert queries.own_months()[0].has_changed


@pytest.mark.parametrize("write", ["sign", "release", "key"])
def test_what_numbers_or_chooses_a_key_waits_for_whoever_does_so_now(program, year, write):
    {
        "sign": lambda: _signed(program),
        "release": lambda: releases.release(actor=program),
        "key": lambda: summaries.change_key(actor=program),
    }[write]()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND classid = %s",
            [summaries.SHARING_LOCK],
        )
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("month", ["0000-01", "1999-12", "２０２２-06", "2022-0６", "2022-13"])
def test_a_month_that_is_none_is_not_there(cast, program, year, month):
    assert cast.client("office").get(f"/office/sharing/summaries/{month}/1.json").status_code == 404
    _enter(program, "450302", ONE)
    with pytest.raises(BadInput) as wrong:
        summaries.receive(actor=program, raw=_raw(_other("450302", month, {POLICY: 7}, ONE)))
    assert wrong.value.code == "bad-summary"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d["counts"].update({POLICY: 70}), "bad-signature"),
        (lambda d: d.update(signature="00"), "bad-signature"),
        (lambda d: d.pop("signature"), "bad-signature"),
        (lambda d: d["district"].update(code="450399"), "unknown-key"),
        (lambda d: d.update(key="ab" * 32), "unknown-key"),
        (lambda d: d.update(month="2022-13"), "bad-summary"),
        (lambda d: d.update(revision=True), "bad-summary"),
        (lambda d: d.update(counts={POLICY: 1.5}), "bad-summary"),
        (lambda d: d.update(format="other"), "bad-summary"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(program, year, change, code):
    _enter(program, "450302", ONE)
    document = _other("450302", "2022-06", {POLICY: 7}, ONE)
    change(document)
    with pytest.raises(BadInput) as wrong:
        summaries.receive(actor=program, raw=_raw(document))
    assert (wrong.value.code, bool(wrong.value.fields)) == (code, True)
    assert not Received.objects.exists()


def test_another_districts_key_does_not_sign_for_this_one(program, year):
    _enter(program, "450302", ONE)
    _enter(program, "450303", TWO)
    with pytest.raises(BadInput) as wrong:
        summaries.receive(actor=program, raw=_raw(_other("450302", "2022-06", {POLICY: 7}, TWO)))
    assert wrong.value.code == "unknown-key"
    with pytest.raises(BadInput):
        summaries.receive(actor=program, raw=_raw(_other("450302", "2022-06", {POLICY: 7}, THREE)))


def test_pages_sign_receive_and_publish(cast, program, year):
    office = cast.client("office")
    assert office.post("/office/sharing/sign/", {"month": "2023-02"}).status_code == 302
    page = office.get("/office/sharing/").content.decode()
    assert "2023-02" in page
    made = office.get("/office/sharing/summaries/2023-02/1.json")
    assert rules.signature_holds(json.loads(made.content))
    # a month of years ago is seen, downloaded and signed anew as those of this year are
    assert office.post("/office/sharing/sign/", {"month": "2022-01"}).status_code == 302
    assert (
        "/office/sharing/summaries/2022-01/1.json"
        in office.get("/office/sharing/?year=2022").content.decode()
    )
    assert "summaries/2022-01/" not in office.get("/office/sharing/").content.decode()
    _enter(program, "450302", ONE)
    file = SimpleUploadedFile("a.json", _raw(_other("450302", "2022-06", {POLICY: 7}, ONE)))
    assert office.post("/office/sharing/receive/", {"file": file}).status_code == 302
    bad = SimpleUploadedFile("a.json", b"no")
    assert office.post("/office/sharing/receive/", {"file": bad}).status_code in (400, 422)
    assert office.post("/office/sharing/releases/new/", {"note": "首次发布"}).status_code == 302
    assert "首次发布" in office.get("/office/sharing/releases/").content.decode()
    assert cast.client("clerk").get("/office/sharing/").status_code == 403
