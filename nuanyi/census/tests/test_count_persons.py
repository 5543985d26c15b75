"""The count of persons in the product: linked, decided, split again, and told within one's own scope only."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.utils.translation import override

from nuanyi.census import jobs
from nuanyi.census.linkage import VERSION, engine, queries
from nuanyi.census.linkage.clusters import joined
from nuanyi.census.linkage.models import CountedWith, Link, LinkageRun, Verdict
from nuanyi.census.models import Worker
from nuanyi.census.services import imports, linking
from nuanyi.census.tests.test_link_rosters import number_with
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
from nuanyi.lib import row_security
from nuanyi.lib.errors import NotAllowed, NotFound
from nuanyi.lib.figures import Window, offered
from nuanyi.people.models import Person, RoleGrant
from nuanyi.people.services.persons import erase_person

NAMES = ["韦建国", "覃小梅", "莫大勇", "秦晓兰", "阳春生", "蒋志明", "廖海燕", "石秀英", "龙天明", "邓丽华"]


def two_rosters(program, people: int = 30):
    """Two sources: all with ID numbers in both but the last three, who have a changed phone and none."""
    first = []
    second = []
    for at in range(people):
        name = NAMES[at % 10][0] + "俊敏浩然子轩雨桐思远嘉怡文博"[at % 13] + NAMES[(at * 7) % 10][1:]
        number = number_with(f"19{60 + at:02}0101", at)
        first.append([name, f"1990000{at:04}", number, "甲站", "快递", "雁山镇"])
        phone = f"1990000{at:04}" if at < people - 3 else f"1881111{at:04}"
        second.append([name, phone, number if at % 2 else "", "甲站", "快递", "雁山镇"])
    head = ["姓名", "手机号", "身份证号", "站点", "行业", "乡镇"]
    take(program, [head, *first], source_name="平台")
    # the exact match of an import is what the linkage goes beyond: a phone of another form keeps rows apart
    take(program, [head, *second], source_name="企业")
    return first, second


#: Three people without ID numbers.
THREE = [
    ["姓名", "手机号", "站点", "行业", "乡镇"],
    ["韦建国", "19900000001", "甲站", "快递", "雁山镇"],
    ["秦晓兰", "19900000002", "甲站", "快递", "雁山镇"],
    ["龙天明", "19900000003", "甲站", "快递", "雁山镇"],
]


@pytest.fixture
def pair(district, program):
    """Two records and a possible link between them."""
    take(program, THREE)
    left, right, _other = sorted(Worker.objects.values_list("pk", flat=True))
    evidence = {"name": ["sounds-alike", 9.1], "phone": ["different", -3.0]}
    return Link.objects.create(
        left_id=left, right_id=right, zone="possible", probability=0.6, evidence=evidence, version="1"
    )


def persons() -> int:
    return next(f for f in offered().values() if f.key == "census.workers").count(
        Window(region="450311"), ()
    )[()]


def test_a_linkage_links_records_that_no_exact_match_found(district, program):
    two_rosters(program)
    before = Worker.objects.count()
    run = linking.link_all(actor=program)
    assert run is not None
    assert (run.entries, run.persons) == (before, before - CountedWith.objects.count())
    assert run.persons == persons()
    for link in Link.objects.holding():
        assert link.probability >= engine.UNRIVALLED
        assert link.version == VERSION


def test_nothing_changed_means_no_run_and_a_new_roster_means_one(district, program):
    take(program, [HEAD, row(1), row(2)])
    assert linking.link_all(actor=program) is not None
    assert linking.link_all(actor=program) is None
    take(program, [HEAD, row(5)], source_name="乙")
    assert jobs.link_persons() == 3
    assert LinkageRun.objects.count() == 2


def test_a_decision_moves_the_figure_and_undo_moves_it_back(pair, program, cast):
    office = cast.actor("office")
    assert persons() == 3
    linking.decide_pair(actor=office, link_id=pair.pk, verdict="same")
    assert persons() == 2
    linking.undo_decision(actor=office, link_id=pair.pk)
    assert persons() == 3


def test_a_decision_outlives_the_next_linkage_and_the_same_roster_again(pair, program, cast):
    linking.decide_pair(actor=cast.actor("office"), link_id=pair.pk, verdict="same")
    take(program, THREE)
    linking.link_all(actor=program, always=True)
    pair.refresh_from_db()
    assert pair.verdict == Verdict.SAME
    assert persons() == 2


def test_a_wrong_link_is_split_and_stays_split(pair, program, cast):
    Link.objects.filter(pk=pair.pk).update(zone="certain")
    linking._rebuild(linking.WORKERS)
    assert persons() == 2
    linking.split_record(actor=cast.actor("office"), record_id=pair.right_id)
    assert persons() == 3
    linking.link_all(actor=program, always=True)
    assert persons() == 3
    with pytest.raises(NotFound):
        linking.split_record(actor=cast.actor("office"), record_id=pair.right_id)


def test_a_decision_in_one_district_halves_no_group_that_spans_several(pair, cast):
    RoleGrant.objects.filter(role="district_office").update(region_code="450311")
    here = Worker.objects.exclude(pk__in=[pair.left_id, pair.right_id]).get()
    afar = [
        Worker.objects.create(person=Person.objects.create(), region_code="450302001") for _number in range(2)
    ]
    for left, right in ((here, afar[0]), afar):
        ends = sorted((left.pk, right.pk))
        Link.objects.create(left_id=ends[0], right_id=ends[1], zone="certain", probability=0.99, version="1")
    linking._rebuild(linking.WORKERS)
    assert CountedWith.objects.count() == 2
    office = cast.actor("office")
    with row_security.reading_as(office):
        linking.decide_pair(actor=office, link_id=pair.pk, verdict="same")
    assert CountedWith.objects.count() == 3
    with row_security.reading_as(office):
        with pytest.raises(NotFound):
            linking.split_record(actor=office, record_id=afar[1].pk)
        assert linking.split_record(actor=office, record_id=here.pk) == 2
    assert CountedWith.objects.count() == 2


def test_two_reviewers_who_differ_leave_two_persons(pair, cast):
    linking.decide_pair(actor=cast.actor("office"), link_id=pair.pk, verdict="same")
    linking.decide_pair(actor=cast.actor("office2"), link_id=pair.pk, verdict="different")
    assert persons() == 3
    assert (queries.agreement().pairs, queries.agreement().agreed) == (1, 0)
    linking.decide_pair(actor=cast.actor("office2"), link_id=pair.pk, verdict="same")
    assert (persons(), queries.agreement().percent) == (2, 100)


def test_an_erased_person_takes_the_links_along(pair, program, cast):
    linking.decide_pair(actor=cast.actor("office"), link_id=pair.pk, verdict="same")
    erase_person(actor=program, person=Worker.objects.get(pk=pair.left_id).person, reason="asked for it")
    assert not Link.objects.exists()
    assert persons() == 2


def test_an_undone_import_takes_the_links_along(district, program):
    of = take(program, [HEAD, row(1), row(2)])
    linking.link_all(actor=program)
    imports.undo(actor=program, of=of)
    assert (Link.objects.count(), CountedWith.objects.count()) == (0, 0)


def test_a_linkage_that_is_killed_leaves_the_old_links(pair, program, monkeypatch):
    Link.objects.filter(pk=pair.pk).update(zone="certain")
    linking._rebuild(linking.WORKERS)

    def dies(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(linking, "_rebuild", dies)
    with pytest.raises(KeyboardInterrupt):
        linking.link_all(actor=program, always=True)
    assert (Link.objects.get().pk, CountedWith.objects.count()) == (pair.pk, 1)


def test_an_import_during_a_linkage_is_counted_by_the_next(pair, program, monkeypatch):
    real = engine.link

    def slow(columns, **more):
        take(program, [HEAD, row(7), row(8)], source_name="乙")
        return real(columns, **more)

    monkeypatch.setattr(engine, "link", slow)
    run = linking.link_all(actor=program, always=True)
    assert run is not None
    assert run.entries == 3
    monkeypatch.undo()
    assert persons() == 5
    following = linking.link_all(actor=program)
    assert following is not None
    assert following.entries == 5


def test_a_linkage_says_how_far_it_has_come(pair, program, cast, monkeypatch):
    browser = cast.client("office")
    seen = []
    real = linking._reach

    def looked_at(run, stage):
        real(run, stage)
        progress = queries.progress()
        seen.append((progress.step, progress.steps, progress.entries))
        assert "<progress" in browser.get("/office/census/pairs/").content.decode()
        assert queries.last_run() is None, "until it is done the last one counts"

    monkeypatch.setattr(linking, "_reach", looked_at)
    linking.link_all(actor=program)
    assert seen == [(2, 4, 3), (3, 4, 3), (4, 4, 3)]
    assert queries.progress() is None
    assert "<progress" not in browser.get("/office/census/pairs/").content.decode()


def test_a_killed_linkage_is_not_shown_beside_the_next(pair, program, monkeypatch):
    def dies(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(engine, "link", dies)
        with pytest.raises(KeyboardInterrupt):
            linking.link_all(actor=program)
    assert queries.progress() is not None
    assert linking.link_all(actor=program) is not None, "nothing of it counts as done"
    assert queries.progress() is None
    assert LinkageRun.objects.count() == 1


def test_records_that_go_during_a_linkage_are_left_out(pair, program, monkeypatch):
    real = engine.link

    def slow(columns, **more):
        found = real(columns, **more)
        Worker.objects.filter(pk=pair.right_id).delete()
        return found

    monkeypatch.setattr(engine, "link", slow)
    run = linking.link_all(actor=program, always=True)
    assert run is not None
    assert linking.link_all(actor=program) is not None  # the next run sees that something changed


def test_what_another_unit_knows_does_not_reach_a_unit(pair, program, cast):
    """The third record, of another place, ties the two together; whoever does not see it is not told."""
    Link.objects.all().delete()
    ends = sorted(Worker.objects.values_list("pk", flat=True))
    middle = Worker.objects.exclude(pk__in=(ends[0], ends[2])).get()
    Worker.objects.filter(pk=middle.pk).update(region_code="450311101")
    Worker.objects.exclude(pk=middle.pk).update(region_code="450311100")
    for a, b in ((ends[0], middle.pk), (middle.pk, ends[2])):
        left, right = sorted((a, b))
        Link.objects.create(left_id=left, right_id=right, zone="certain", probability=0.99, version="1")
    linking._rebuild(linking.WORKERS)
    everything = queries.count_persons(cast.actor("office"), Worker.objects.visible_to(cast.actor("office")))
    own = queries.count_persons(cast.actor("yanshan"), Worker.objects.visible_to(cast.actor("yanshan")))
    assert (everything.entries, everything.persons) == (3, 1)
    assert (own.entries, own.persons, own.waiting) == (2, 2, 0)


def test_the_matrix_of_a_township_does_not_tell_who_else_has_a_person(pair, program, cast):
    """The record of one's own township is counted with one of another: the cell says what the own list says."""
    first, second, _third = Worker.objects.order_by("pk")
    Worker.objects.filter(pk=first.pk).update(region_code="450311101")
    Worker.objects.exclude(pk=first.pk).update(region_code="450311100")
    Link.objects.filter(pk=pair.pk).update(zone="certain", left=first, right=second)
    linking._rebuild(linking.WORKERS)
    page = cast.client("yanshan").get("/office/matrix/").context["matrix"]
    assert [cell.workers for row in page.rows for cell in row.cells if cell.township == "450311100"].count(
        2
    ) == 1
    assert (
        queries.count_persons(cast.actor("yanshan"), Worker.objects.visible_to(cast.actor("yanshan"))).persons
        == 2
    )
    page = cast.client("office").get("/office/matrix/").context["matrix"]
    assert page.sum.workers == 2, "the district office counts the person once"


def test_only_those_who_see_everything_decide(pair, cast):
    with pytest.raises(NotAllowed):
        linking.decide_pair(actor=cast.actor("yanshan"), link_id=pair.pk, verdict="same")
    assert cast.client("yanshan").get("/office/census/pairs/").status_code == 403


def test_a_pair_is_shown_masked_with_what_speaks_for_and_against(pair, cast):
    browser = cast.client("office")
    with override("en"):
        page = browser.get("/office/census/pairs/", headers={"accept-language": "en"}).content.decode()
    assert 'data-key="y"' in page
    assert "1990000000" not in page
    browser.post(f"/office/census/pairs/workers/{pair.pk}/", {"verdict": "skip"})
    assert 'data-key="y"' not in browser.get("/office/census/pairs/").content.decode()
    browser.post("/office/census/pairs/workers/again/")
    browser.post(f"/office/census/pairs/workers/{pair.pk}/", {"verdict": "same"})
    assert persons() == 2
    assert 'data-key="u"' in browser.get("/office/census/pairs/").content.decode()
    browser.post(f"/office/census/pairs/workers/{pair.pk}/", {"verdict": "undo"})
    assert persons() == 3


def test_the_list_and_the_record_say_who_is_counted_once(pair, cast):
    browser = cast.client("office")
    linking.decide_pair(actor=cast.actor("office"), link_id=pair.pk, verdict="same")
    count = browser.get("/office/census/workers/").context["count"]
    assert (count.entries, count.persons) == (3, 2)
    page = browser.get(f"/office/census/workers/{pair.right_id}/")
    assert [other.pk for other in page.context["same_person"]] == [pair.left_id]
    browser.post(f"/office/census/workers/{pair.right_id}/split/")
    assert persons() == 3


def test_the_page_of_an_import_says_how_many_persons_it_holds(pair, cast):
    linking.decide_pair(actor=cast.actor("office"), link_id=pair.pk, verdict="same")
    of = Worker.objects.get(pk=pair.left_id).made_by
    count = cast.client("office").get(f"/office/census/imports/{of.pk}/").context["count"]
    assert (count.entries, count.persons, count.waiting) == (3, 2, 0)


def test_the_page_of_the_unseen_is_honest_about_one_source(pair, cast):
    page = cast.client("office").get("/office/census/unseen/")
    assert page.status_code == 200
    assert page.context["found"].method == "one-source"


def test_the_page_of_the_unseen_follows_a_decision(pair, cast):
    browser = cast.client("office")
    assert browser.get("/office/census/unseen/").context["found"].counted == 3
    linking.decide_pair(actor=cast.actor("office"), link_id=pair.pk, verdict="same")
    assert browser.get("/office/census/unseen/").context["found"].counted == 2


def test_groups_never_bring_enemies_or_two_identities_together():
    links = [(1, 2), (2, 3), (3, 4), (5, 6)]
    assert joined(links, apart=[(1, 3)]) == [{1, 2}, {3, 4}, {5, 6}]
    assert joined(links, identity={1: "x", 4: "y"}) == [{1, 2, 3}, {5, 6}]
    assert joined([(1, 2)], identity={1: "x", 2: "y"}) == []
    assert joined([], identity={1: "x", 2: "y"}, said=[(1, 2)]) == [{1, 2}]


def test_a_process_that_links_nobody_reads_nothing_of_what_linking_needs():
    heavy = ["pypinyin", "pyarrow", "duckdb", "scipy.optimize"]
    told = f"import django, sys\ndjango.setup()\nprint([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
