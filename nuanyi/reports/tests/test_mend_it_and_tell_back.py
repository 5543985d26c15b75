import re
from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from conftest import square
from nuanyi.ledger import queries as ledger
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, IllegalMove, NotAllowed, NotFound
from nuanyi.lib.figures import Window, offered
from nuanyi.notices import services as notices
from nuanyi.notices.models import Notice
from nuanyi.people import keeping
from nuanyi.places import services as places
from nuanyi.reports import jobs, kinds, queries
from nuanyi.reports.models import Check, PasserSalt, Report, Step
from nuanyi.reports.rules import State, Why
from nuanyi.reports.services import handling, sending, settings
from nuanyi.reports.tests.conftest import AT, BESIDE, WEST, collection

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken(sent, cast):
    voice = sent()
    handling.take(actor=cast.actor("zhemu"), pk=voice.report_id)
    return voice


def fresh(voice):
    return Report.objects.get(pk=voice.report_id)


def test_from_told_to_mended_to_a_yes_and_each_step_is_told_back(taken, cast, photo):
    key = uuid4()
    for _again in range(2):  # the grid worker's phone repeats
        handling.mend(
            actor=cast.actor("grid"), pk=taken.report_id, words="换了灯泡", photos=[photo("white")], key=key
        )
    page = Client().get(f"/r/{sending.link_of(taken)}/").content.decode()
    assert "换了灯泡" in page
    assert "单位说修好了" in page
    assert page.index("是的，修好了") < page.index("办理经过"), "what asks for a word stands on top"
    assert fresh(taken).told_back
    sending.judge(voice=taken, good=True, key=uuid4())
    report = fresh(taken)
    assert report.state == State.CLOSED
    assert [step.state for step in report.steps.all()] == ["taken", "mended", "closed"]
    shown = Client().get("/reports/").content.decode()
    assert "路灯不亮" in shown
    assert "太黑" not in shown


def test_not_mended_opens_it_again_with_the_same_unit_and_a_new_deadline(taken, cast):
    handling.mend(actor=cast.actor("zhemu"), pk=taken.report_id, words="修了", photos=[])
    key = uuid4()
    for _again in range(2):
        sending.judge(voice=taken, good=False, words="还是黑的", key=key)
    report = fresh(taken)
    assert (report.state, report.reopened, report.unit.code, report.mended_at) == (
        State.TAKEN,
        1,
        "t101",
        None,
    )
    assert report.due_at > clock.now()
    notices.spread_calls()
    assert Notice.objects.filter(kind="report-reopened").exists()


def test_after_thirty_days_it_must_be_reported_anew(taken, cast):
    handling.mend(actor=cast.actor("zhemu"), pk=taken.report_id, words="修了", photos=[])
    sending.judge(voice=taken, good=True, key=uuid4())
    with clock.held_at(clock.now() + timedelta(days=32)), pytest.raises(IllegalMove):
        sending.judge(voice=taken, good=False, key=uuid4())


def test_the_map_of_the_mended_shows_what_its_list_shows_however_old(taken, cast, client):
    handling.mend(actor=cast.actor("zhemu"), pk=taken.report_id, words="修了", photos=[])
    Report.objects.filter(pk=taken.report_id).update(mended_at=clock.now() - timedelta(days=200))
    listed = [row.ref for row in queries.mended()]
    shown = client.get(reverse("report:map")).json()["features"]
    assert [feature["properties"]["ref"] for feature in shown] == listed != []


def test_a_passer_by_counts_once_from_wherever_he_taps_and_two_who_say_no_open_it(taken, cast):
    """Each load of the page made a new key: two taps of one passer-by opened the report again."""
    handling.mend(actor=cast.actor("zhemu"), pk=taken.report_id, words="修了", photos=[])
    passer = Client(enforce_csrf_checks=True)
    for address in ("203.0.113.1", "203.0.113.1", "203.0.113.2"):
        page = passer.get("/reports/mended/").content.decode()
        told = {
            "key": uuid4(),
            "good": "0",
            "csrfmiddlewaretoken": re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0],
        }
        answer = passer.post(f"/reports/check/{fresh(taken).ref}/", told, REMOTE_ADDR=address)
        assert answer.status_code == 302
    assert (fresh(taken).state, fresh(taken).bad) == (State.MENDED, 1)
    sending.check(ref=fresh(taken).ref, good=False, network="203.0.113.2|another")
    assert (fresh(taken).state, fresh(taken).reopened) == (State.TAKEN, 1)


def test_two_browsers_behind_one_address_are_one_passer_by_until_days_have_gone(taken, cast):
    """Whoever cleared the browser between two taps opened a mended report again."""
    handling.mend(actor=cast.actor("zhemu"), pk=taken.report_id, words="修了", photos=[])
    ref, noon = fresh(taken).ref, clock.now().replace(hour=4, minute=0)
    for hours, browser in ((0, "one"), (1, "two"), (24, "three")):
        with clock.held_at(noon + timedelta(hours=hours)):
            sending.check(ref=ref, good=False, network=f"203.0.113.1|{browser}")
        assert (fresh(taken).state, fresh(taken).bad) == (State.MENDED, 1)
    with clock.held_at(noon + timedelta(days=3)):
        sending.check(ref=ref, good=False, network="203.0.113.1|four")
    assert (fresh(taken).state, fresh(taken).reopened) == (State.TAKEN, 1)


def test_which_network_tapped_is_tried_by_nobody_who_has_the_keys_and_a_copy(taken, cast):
    """All addresses of a district can be tried in seconds: what they are tried with is gone, and was never copied."""
    handling.mend(actor=cast.actor("zhemu"), pk=taken.report_id, words="修了", photos=[])
    ref, noon = fresh(taken).ref, clock.now().replace(hour=4, minute=0)
    with clock.held_at(noon):
        sending.check(ref=ref, good=False, network="203.0.113.1")
        drawn = Check.objects.get()
    # the same keys and the same words, drawn anew: another number and another mark
    for table in (Check, PasserSalt):
        table.objects.all().delete()
    with clock.held_at(noon):
        sending.check(ref=ref, good=False, network="203.0.113.1")
        again = Check.objects.get()
    assert (again.network, again.key) != (drawn.network, drawn.key)
    with clock.held_at(noon + timedelta(days=1)):
        jobs.night.func()
        assert PasserSalt.objects.exists(), "yesterday's number is still recognised"
    with clock.held_at(noon + timedelta(days=2)):
        jobs.night.func()
        assert not PasserSalt.objects.exists()


def test_steps_of_reporters_and_passers_have_no_number_between_those_of_units(taken, cast):
    """They have the hour, the units' steps before and after them the second."""
    zhemu = cast.actor("zhemu")
    handling.mend(actor=zhemu, pk=taken.report_id, words="修了", photos=[])
    for number in (1, 2):
        sending.check(ref=fresh(taken).ref, good=False, network=f"203.0.113.{number}|{number}")
    handling.mend(actor=zhemu, pk=taken.report_id, words="又修了", photos=[])
    sending.judge(voice=taken, good=True, key=uuid4())
    steps = list(fresh(taken).steps.all())
    assert [step.of for step in steps] == ["unit", "unit", "passer", "unit", "reporter"]
    by_number = sorted(steps, key=lambda step: step.pk)
    assert {step.of for step in by_number[:3]} == {"unit"}
    assert all(step.pk >= 2**52 for step in by_number[3:])


def test_steps_of_an_older_version_keep_their_order_and_lose_such_numbers(taken, cast):
    turns = import_module("nuanyi.reports.migrations.0004_turns")
    at = clock.now()
    Step.objects.all().delete()
    Step.objects.bulk_create(
        Step(pk=number, report_id=taken.report_id, turn=0, state="taken", of=of, at=at)
        for number, of in ((901, "unit"), (902, "passer"), (903, "unit"))
    )
    with connection.cursor() as cursor:
        for statement in (turns.TURNS, turns.BY_LOT, turns.APART):
            cursor.execute(statement)
    found = list(fresh(taken).steps.values_list("of", "turn"))
    assert found == [("unit", 1), ("passer", 2), ("unit", 3)]
    assert Step.objects.get(of="passer").pk >= 2**52


def test_a_passer_by_who_looked_once_more_has_changed_his_mind(taken, cast):
    handling.mend(actor=cast.actor("zhemu"), pk=taken.report_id, words="修了", photos=[])
    for good in (False, True):
        sending.check(ref=fresh(taken).ref, good=good, network="203.0.113.1|one")
    assert (fresh(taken).state, fresh(taken).good, fresh(taken).bad) == (State.CLOSED, 1, 0)


def test_mended_needs_a_photo_or_a_word_and_a_refusal_a_reason(taken, cast):
    with pytest.raises(BadInput):
        handling.mend(actor=cast.actor("zhemu"), pk=taken.report_id, words=" ", photos=[])
    with pytest.raises(BadInput):
        handling.refuse(actor=cast.actor("zhemu"), pk=taken.report_id, why="", words="不想管")
    assert fresh(taken).state == State.TAKEN


def test_one_about_a_person_that_slipped_through_loses_its_words_and_photos_at_once(sent, cast, photo):
    voice = sent(photos=[photo()])
    handling.refuse(actor=cast.actor("zhemu"), pk=voice.report_id, why=Why.PERSON, words="")
    report = fresh(voice)
    assert report.sealed_words is None
    assert not report.pictures.exists()
    assert "12345" in Client().get(f"/r/{sending.link_of(voice)}/").content.decode()


def test_another_unit_sees_nothing_and_a_clerk_of_elsewhere_cannot_act(sent, cast):
    pk = sent().report_id
    for part in ("yanshan", "clerk", "department"):
        assert cast.client(part).get(f"/office/reports/{pk}/").status_code == 404
        with pytest.raises(NotFound):
            handling.take(actor=cast.actor(part), pk=pk)
    for part in ("keeper", "instructor", "auditor"):
        with pytest.raises(NotAllowed):
            handling.take(actor=cast.actor(part), pk=pk)
    assert cast.client("zhemu").get(f"/office/reports/{pk}/").status_code == 200


def test_a_hand_over_needs_acceptance_and_until_then_ours_answers(taken, cast, district):
    handling.offer(
        actor=cast.actor("zhemu"), pk=taken.report_id, unit=district["shichang"], words="灯杆归你们"
    )
    assert fresh(taken).unit.code == "t101"
    with pytest.raises(BadInput):
        handling.reply(actor=cast.actor("department"), pk=taken.report_id, accepts=False)
    handling.reply(
        actor=cast.actor("department"), pk=taken.report_id, accepts=False, words="查过了，不归我们"
    )
    assert fresh(taken).offered_unit is None
    handling.offer(actor=cast.actor("zhemu"), pk=taken.report_id, unit=district["shichang"], words="请再看")
    with pytest.raises((NotAllowed, NotFound)):
        handling.reply(actor=cast.actor("yanshan"), pk=taken.report_id, accepts=True)
    handling.reply(actor=cast.actor("department"), pk=taken.report_id, accepts=True)
    assert (fresh(taken).unit.code, fresh(taken).offered_unit) == ("shichang", None)
    page = Client().get(f"/r/{sending.link_of(taken)}/").content.decode()
    assert "市场监管局" in page
    assert "灯杆归你们" not in page  # what units say to each other is theirs


def test_two_reports_of_one_lamp_are_joined_and_both_senders_are_told(sent, cast, photo):
    first, second = sent(), sent(words="路灯坏了很黑", lat_wgs84=AT[0] + 0.0002, photos=[photo()])
    assert fresh(second).double_of_id == first.report_id
    handling.join(actor=cast.actor("zhemu"), pk=second.report_id, into=first.report_id)
    assert Report.objects.get(pk=first.report_id).voices_count == 2
    handling.mend(actor=cast.actor("zhemu"), pk=first.report_id, words="换了", photos=[])
    for voice in (first, second):
        assert "换了" in Client().get(f"/r/{sending.link_of(voice)}/").content.decode()
    with clock.held_at(clock.now() + timedelta(days=1)):
        settings.count_into_ledger()
    assert offered()["governance.community_problems_reported"].total(Window()) == 1


def test_two_that_are_joined_after_they_were_counted_count_once(sent, cast):
    first, second = sent(), sent(words="路灯坏了很黑")
    with clock.held_at(clock.now() + timedelta(days=1)):
        assert settings.count_into_ledger() == 2
        handling.join(actor=cast.actor("zhemu"), pk=second.report_id, into=first.report_id)
    assert offered()["governance.community_problems_reported"].total(Window()) == 1


def test_a_correction_dispatches_anew(sent, cast, district):
    voice = sent()
    settings.save_rule(
        actor=cast.actor("office"), rule=settings.rule_of(kind="cover", region="", unit=district["shichang"])
    )
    handling.correct(
        actor=cast.actor("zhemu"), pk=voice.report_id, kind="cover", point_wgs84=BESIDE, where="路口"
    )
    report = fresh(voice)
    assert (report.unit.code, report.region_code, report.kind.code) == ("shichang", "450311100", "cover")


def test_rules_go_from_fine_to_coarse_and_a_dry_run_says_what_would_move(sent, cast, district):
    ref = sent().report.ref
    rule = settings.rule_of(kind="lamp", region="450311101", unit=district["shichang"], because="灯归市政")
    assert queries.would_move(rule) == [(ref, "柘木镇", "市场监管局")]
    assert sent(words="路灯坏").report.unit.code == "t101"
    settings.save_rule(actor=cast.actor("office"), rule=rule)
    moved = sent(words="又一盏路灯").report
    assert (moved.unit.code, moved.route_reason) == ("shichang", "灯归市政")
    assert sent(words="有坑，路面塌陷").report.unit.code == "t101"
    with pytest.raises(NotAllowed):
        settings.save_rule(actor=cast.actor("zhemu"), rule=rule)


def test_the_grid_worker_gets_what_lies_in_his_grid_in_walking_order(sent, cast):
    settings.set_grid_worker(
        actor=cast.actor("office"), grid_code="450311101-00", account=cast.accounts["grid"]
    )
    far, near = sent(lat_wgs84=25.068), sent(words="有坑", lat_wgs84=25.061)
    sent(words="别的镇的坑", lat_wgs84=BESIDE[0], lon_wgs84=BESIDE[1])
    rows = queries.of_grids(cast.actor("grid"))
    way = queries.in_walking_order(rows, *AT)
    assert [row.pk for row, _metres in way] == [near.report_id, far.report_id]
    assert fresh(far).account == cast.accounts["grid"]
    page = cast.client("grid").get("/grid/")
    assert page.status_code == 200
    assert 'action="/accounts/logout/"' in page.content.decode(), "a borrowed phone can be left"


def test_redrawn_grids_place_open_reports_anew_and_nobody_loses_them(sent, program):
    voice = sent()
    halves = [
        (
            {"code": "450311101-00", "name": "西", "region": "450311101"},
            square(WEST[0], WEST[1], 0.005, 0.02),
        ),
        (
            {"code": "450311101-09", "name": "东", "region": "450311101"},
            square(WEST[0] + 0.005, WEST[1], 0.035, 0.02),
        ),
    ]
    places.load_geojson(actor=program, document=collection(halves), crs="wgs84", what="grids")
    assert handling.regrid() == 1
    report = fresh(voice)
    assert (report.grid_code, report.unit.code) == ("450311101-09", "t101")


def test_what_is_late_is_told_once_to_unit_and_district(sent, program, cast):
    sent()
    with clock.held_at(clock.now() + timedelta(days=30)):
        assert handling.warn_late(program) == 1
        assert handling.warn_late(program) == 0
        notices.spread_calls()
    told = set(Notice.objects.filter(kind="report-late").values_list("account__username", flat=True))
    assert {"zhemu", "office"} <= told


def test_figures_and_the_ledger_count_reports_of_days_that_are_over(sent, taken, cast):
    handling.mend(actor=cast.actor("zhemu"), pk=taken.report_id, words="修了", photos=[])
    sent(words="有坑")
    figure = offered()["governance.community_problems_reported"]
    assert figure.total(Window()) == 0
    assert settings.count_into_ledger() == 0
    with clock.held_at(clock.now() + timedelta(days=1)):
        assert settings.count_into_ledger() == 2
        assert settings.count_into_ledger() == 0
    assert ledger.sums((kinds.REPORTED,), Window())[()] == figure.total(Window()) == 2
    assert figure.count(Window(), ("township",)) == {("450311101",): 2}
    told = queries.quality(Report.objects.all())
    assert (told["reports"], told["share_mended"]) == (2, 50)


def test_what_ended_a_year_ago_is_forgotten_and_still_counts(taken, cast, program, photo):
    handling.mend(actor=cast.actor("zhemu"), pk=taken.report_id, words="修了", photos=[photo()])
    sending.judge(voice=taken, good=True, key=uuid4())
    with clock.held_at(clock.now() + timedelta(days=366)):
        assert keeping.forget_what_is_over(actor=program) >= 1
    report = fresh(taken)
    assert report.sealed_words is None
    assert not report.pictures.exists()
    with clock.held_at(clock.now() + timedelta(days=367)):
        settings.count_into_ledger()
    assert offered()["governance.community_problems_reported"].total(Window()) == 1


def test_looking_at_words_is_journaled(sent, cast):
    from nuanyi.journal.models import Entry

    cast.client("zhemu").get(f"/office/reports/{sent().report_id}/")
    assert Entry.objects.filter(kind="reports.words_seen", actor_label="zhemu").count() == 1


def test_a_card_of_the_month_names_nobody_and_no_small_place(taken, cast):
    handling.mend(actor=cast.actor("zhemu"), pk=taken.report_id, words="修了", photos=[])
    month = clock.today().replace(day=1)
    page = Client().get(f"/reports/{month:%Y}-{month.month}/").content.decode()
    assert "&lt;10" in page  # fewer than ten are no number, and no kind and no place is named
    assert "路灯不亮:" not in page
    assert "柘木" not in page
    assert Client().get("/reports/2019-13/").status_code == 404


def test_the_lists_boxes_are_those_that_the_bulk_actions_read(sent, cast):
    pk = sent().report_id
    page = " ".join(cast.client("zhemu").get("/office/reports/").content.decode().split())
    assert f'name="id" value="{pk}"' in page
    told = {"deed": "take", "all": "1", "query": "state=new"}
    assert cast.client("zhemu").post("/office/reports/bulk/", told).url.endswith("did=1&failed=0")


def test_several_are_taken_at_once_and_what_cannot_be_is_counted(sent, cast):
    pks = [sent(words=f"第{n}处坑").report_id for n in range(3)]
    handling.take(actor=cast.actor("zhemu"), pk=pks[0])
    told = {"deed": "take", "id": [*pks, 999999], "next": "/office/reports/?state=all&sort=-due"}
    browser = cast.client("zhemu")
    answer = browser.post("/office/reports/bulk/", told)
    assert answer.url == "/office/reports/?state=all&sort=-due&did=2&failed=2"
    # the list replaces only itself: what was done stands in it
    shown = browser.get(answer.url).content.decode()
    assert "完成 2 件，未能处理 2 件" in shown.partition('id="list"')[2].partition("<table")[0]
    assert Step.objects.filter(state="taken").count() == 3
