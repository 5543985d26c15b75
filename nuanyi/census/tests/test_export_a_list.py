import re
from datetime import timedelta

import pytest

from nuanyi.census import jobs
from nuanyi.census.models import Export, Worker
from nuanyi.census.services import exports, records
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
from nuanyi.journal.models import Entry
from nuanyi.lib import clock, sheets
from nuanyi.lib.errors import Conflict, IllegalMove, NotAllowed, NotFound


def cells(body):
    return [cell for sheet in sheets.read(body) for one in sheet.rows for cell in one]


def seen(export):
    """As many rows as the page of who decides says."""
    return exports.asked_in_words([export])[0].count


@pytest.fixture
def three(district, program):
    take(program, [HEAD, row(1), row(2, name="李大力"), row(3, name="王三丰", region="柘木镇")])


def test_a_masked_list_obeys_the_same_rights_as_the_page(cast, three):
    assert (
        sum(
            1
            for cell in cells(exports.export_masked(actor=cast.actor("yanshan"), what="workers", filters={}))
            if "****" in str(cell)
        )
        == 2
    )
    found = cells(exports.export_masked(actor=cast.actor("office"), what="workers", filters={}))
    assert "周**" in found
    assert "周小明" not in found


def test_clear_names_need_a_second_person_and_come_once(cast, three):
    export = exports.ask_for_clear(actor=cast.actor("yanshan"), purpose="发放雨衣", filters={})
    with pytest.raises(NotAllowed):
        exports.decide_export(actor=cast.actor("yanshan"), export=export, approve=True, seen=seen(export))
    exports.decide_export(actor=cast.actor("office"), export=export, approve=True, seen=seen(export))
    with pytest.raises(NotFound):
        exports.take_clear(actor=cast.actor("office"), export=export)
    found = cells(exports.take_clear(actor=cast.actor("yanshan"), export=export))
    assert {"周小明", "李大力"} <= set(found)
    assert "王三丰" not in found
    with pytest.raises(IllegalMove):
        exports.take_clear(actor=cast.actor("yanshan"), export=export)


def test_nobody_approves_their_own_request(cast, three):
    export = exports.ask_for_clear(actor=cast.actor("office"), purpose="发放雨衣", filters={})
    with pytest.raises(NotAllowed, match="第二人"):
        exports.decide_export(actor=cast.actor("office"), export=export, approve=True, seen=seen(export))


def test_a_name_that_was_searched_stands_neither_in_the_journal_nor_in_a_request(cast, three):
    first = Worker.objects.filter(region_code__startswith="450311100").order_by("pk").first()
    Worker.objects.filter(pk=first.pk).update(site_name="周小明站点")
    exports.export_masked(actor=cast.actor("office"), what="workers", filters={"q": "周小明", "sector": ""})
    export = exports.ask_for_clear(actor=cast.actor("yanshan"), purpose="发放雨衣", filters={"q": "周小明"})
    told = [entry.detail for entry in Entry.objects.filter(kind__startswith="census.export")]
    assert len(told) == 2
    assert "周小明" not in str(told)
    export.refresh_from_db()
    assert "周小明" not in str(export.filters)
    exports.decide_export(actor=cast.actor("office"), export=export, approve=True, seen=seen(export))
    found = cells(exports.take_clear(actor=cast.actor("yanshan"), export=export))
    assert len({"周小明", "李大力"} & set(found)) == 1  # the search is carried out all the same


def words_of(answer):
    return re.sub(r"\s*([：；<>])\s*", r"\1", " ".join(answer.content.decode().split()))


def test_whoever_decides_sees_which_rows_how_many_and_what_for(cast, three):
    browser = cast.client("yanshan")
    assert "行业领域：快递" in words_of(browser.get("/office/census/exports/", {"sector": "courier"}))
    browser.post("/office/census/exports/?sector=courier&region=450311100", {"purpose": "发放雨衣"})
    page = words_of(cast.client("office").get("/office/census/exports/"))
    assert "发放雨衣" in page
    assert "行业领域：快递" in page
    assert "乡镇（街道）：雁山镇" in page
    assert "2 行" in page


def test_a_list_in_clear_leaves_whole(cast, three):
    from nuanyi.lib.ids import new_id
    from nuanyi.people.models import Person

    people = [Person(id=new_id(), region_codes=["450311100"]) for _n in range(5001)]
    Person.objects.bulk_create(people)
    Worker.objects.bulk_create(
        Worker(person=person, region_code="450311100", site_name="甲站") for person in people
    )
    export = exports.ask_for_clear(actor=cast.actor("yanshan"), purpose="发放雨衣", filters={})
    exports.decide_export(actor=cast.actor("office"), export=export, approve=True, seen=seen(export))
    body = exports.take_clear(actor=cast.actor("yanshan"), export=export)
    assert cells(body).count("甲站") == 5001


def test_what_comes_to_match_after_the_approval_was_approved_by_nobody(cast, three):
    asker = cast.actor("yanshan")
    export = exports.ask_for_clear(actor=asker, purpose="发放雨衣", filters={"follow_up": "unreachable"})
    first, second = Worker.objects.filter(region_code__startswith="450311100").order_by("pk")
    records.note_follow_up(actor=asker, model=Worker, ids=[first.pk], follow_up="unreachable")
    assert seen(export) == 1
    with pytest.raises(Conflict, match="1"):
        exports.decide_export(actor=cast.actor("office"), export=export, approve=True, seen=0)
    exports.decide_export(actor=cast.actor("office"), export=export, approve=True, seen=1)
    records.note_follow_up(actor=asker, model=Worker, ids=[second.pk], follow_up="unreachable")
    found = cells(exports.take_clear(actor=asker, export=export))
    assert len({"周小明", "李大力"} & set(found)) == 1


def test_an_approval_ends_after_a_week(cast, three):
    export = exports.ask_for_clear(actor=cast.actor("yanshan"), purpose="发放雨衣", filters={})
    exports.decide_export(actor=cast.actor("office"), export=export, approve=True, seen=seen(export))
    with clock.held_at(clock.now() + timedelta(days=8)):
        with pytest.raises(IllegalMove, match="7"):
            exports.take_clear(actor=cast.actor("yanshan"), export=export)
        assert "批准超过 7 天" in words_of(cast.client("yanshan").get("/office/census/exports/"))


def test_which_rows_a_lapsed_approval_was_for_is_forgotten_by_night(cast, three):
    export = exports.ask_for_clear(actor=cast.actor("yanshan"), purpose="发放雨衣", filters={})
    exports.decide_export(actor=cast.actor("office"), export=export, approve=True, seen=seen(export))
    jobs.forget_rejected.func()
    export.refresh_from_db()
    assert export.approved_rows is not None
    with clock.held_at(clock.now() + timedelta(days=8)):
        jobs.forget_rejected.func()
        export.refresh_from_db()
        assert export.approved_rows is None
        with pytest.raises(IllegalMove, match="7"):
            exports.take_clear(actor=cast.actor("yanshan"), export=export)


def test_an_approval_that_does_not_say_which_rows_is_not_used_up_by_an_empty_list(cast, three):
    export = exports.ask_for_clear(actor=cast.actor("yanshan"), purpose="发放雨衣", filters={})
    exports.decide_export(actor=cast.actor("office"), export=export, approve=True, seen=seen(export))
    Export.objects.update(approved_rows=None)  # of before approvals kept them
    with pytest.raises(IllegalMove, match="重新申请"):
        exports.take_clear(actor=cast.actor("yanshan"), export=export)
    export.refresh_from_db()
    assert export.state == "approved"


def test_the_page_of_who_decides_sends_along_what_it_showed(cast, three):
    export = exports.ask_for_clear(actor=cast.actor("yanshan"), purpose="发放雨衣", filters={})
    browser = cast.client("office")
    assert 'name="seen" value="2"' in browser.get("/office/census/exports/").content.decode()
    address = f"/office/census/exports/{export.pk}/decide/"
    assert browser.post(address, {"approve": "1", "seen": "3"}).status_code == 409
    assert browser.post(address, {"approve": "1", "seen": "2"}).status_code == 302
