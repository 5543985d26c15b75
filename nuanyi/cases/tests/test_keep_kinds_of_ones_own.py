"""What a request may be about is the district's to say, without a release."""

import io
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest

from nuanyi.cases import models, queries
from nuanyi.cases.models import Case
from nuanyi.cases.services import desk, settings
from nuanyi.ledger.models import LedgerEntry
from nuanyi.lib.errors import BadInput, NotAllowed


@pytest.fixture(autouse=True)
def _fresh_books():
    queries.forget_books()
    yield
    queries.forget_books()


@pytest.fixture
def rent(desk_cast):
    return settings.save_kind(
        actor=desk_cast.actor("office"),
        title="租房被赶",
        english="Thrown out of my room",
        follows="wage",
        part="hardship",
        urgency="utilities",
    )


def test_a_kind_of_ones_own_stands_on_the_phone_and_goes_where_the_one_it_follows_goes(
    desk_cast, sent, rent, client
):
    page = client.get("/help/").content.decode()
    assert "租房被赶" in page and f"kind={rent.code}" in page
    assert page.index("租房被赶") < page.index("别的事"), "everything else comes last"
    assert "租房被赶" in client.get(f"/help/ask/?kind={rent.code}").content.decode()
    case = sent(kind=rent.code)
    assert case.get_kind_display() == "租房被赶"
    assert case.unit == sent(kind="wage").unit
    assert case.urgency == "utilities"


def test_its_own_route_and_its_own_terms_come_before_those_of_the_kind_it_follows(
    desk_cast, sent, rent, district
):
    office = desk_cast.actor("office")
    settings.save_rule(
        actor=office, kind=rent.code, sector="", region_code="", unit=district["zuzhi"], because="住建"
    )
    settings.save_clock(
        actor=office,
        kind=rent.code,
        name="",
        title="当天见面",
        amount=3,
        counted="hours",
        source="本区承诺（2026）",
    )
    case = sent(kind=rent.code)
    assert case.unit == district["zuzhi"] and case.route_reason == "住建"
    assert case.due_at - case.made_at <= timedelta(hours=3)
    titles = [str(shown.title) for shown in queries.clocks_of(case)]
    assert "当天见面" in titles and any("调解" in title for title in titles)
    assert sent(kind="wage").due_source != case.due_source, "the kind it follows keeps its own terms"


def test_it_counts_under_the_figure_of_the_kind_it_follows(desk_cast, taken, rent):
    case = taken(kind=rent.code)
    desk.solve(actor=desk_cast.actor("clerk"), pk=case.pk, key=uuid4(), words="已经谈好，可以住到月底。")
    assert LedgerEntry.objects.latest("pk").kind == "service.wage_disputes_resolved"


def test_the_worklist_its_filter_and_its_excel_say_the_districts_word(desk_cast, sent, rent):
    ours, wage = sent(kind=rent.code), sent(kind="wage")
    clerk = desk_cast.client("clerk")
    only = clerk.get("/office/cases/", {"kind": rent.code}).content.decode()
    assert ours.ref in only and wage.ref not in only and "租房被赶" in only
    others = clerk.get("/office/cases/", {"kind": "wage"}).content.decode()
    assert wage.ref in others and ours.ref not in others
    book = openpyxl.load_workbook(
        io.BytesIO(clerk.get("/office/cases/worklist.xlsx", {"kind": rent.code}).content)
    )
    assert [row[1] for row in book.active.iter_rows(min_row=2, values_only=True)] == ["租房被赶"]


def test_a_closed_kind_is_offered_no_more_but_its_requests_keep_their_word_and_a_late_phone_is_not_refused(
    desk_cast, sent, rent, client
):
    case = sent(kind=rent.code)
    settings.save_kind(
        actor=desk_cast.actor("office"), code=rent.code, title="租房被赶", follows="wage", active=False
    )
    assert "租房被赶" not in client.get("/help/").content.decode()
    assert Case.objects.get(pk=case.pk).get_kind_display() == "租房被赶"
    assert sent(kind=rent.code).own_kind == rent.code, "written offline before it was closed"


def test_a_kind_of_the_program_may_have_other_words_but_follows_its_own_law(desk_cast, sent, client):
    settings.save_kind(actor=desk_cast.actor("office"), code="wage", title="老板欠我钱", follows="other")
    assert "老板欠我钱" in client.get("/help/").content.decode()
    case = sent(kind="wage")
    assert (case.kind, case.own_kind) == ("wage", "")
    assert any(clock.of_worker or "调解" in str(clock.title) for clock in queries.clocks_of(case))


def test_words_are_needed_and_unlike_and_everything_else_is_never_closed(desk_cast, rent):
    office = desk_cast.actor("office")
    for told, field in (
        ({"title": "", "follows": "other"}, "title"),
        ({"title": "租房被赶", "follows": "other"}, "title"),
        ({"title": "孩子上学", "follows": "nothing"}, "follows"),
        ({"code": "other", "title": "", "follows": "other", "active": False}, "active"),
        ({"code": "own-nothing", "title": "孩子上学", "follows": "other"}, "title"),
    ):
        with pytest.raises(BadInput) as wrong:
            settings.save_kind(actor=office, **told)
        assert field in wrong.value.fields, told
    with pytest.raises(NotAllowed):
        settings.save_kind(actor=desk_cast.actor("clerk"), title="孩子上学", follows="other")


def test_the_office_adds_and_changes_a_kind_on_one_page(desk_cast, rent):
    browser = desk_cast.client("office")
    told = {"title": "孩子上学", "follows": "other", "part": "policy", "urgency": "ordinary", "active": "on"}
    assert browser.post("/office/cases/kinds/", told).status_code == 302
    page = browser.get("/office/cases/kinds/").content.decode()
    assert "孩子上学" in page
    begun = browser.get("/office/cases/kinds/", {"change": rent.code}).content.decode()
    assert 'value="租房被赶"' in begun
    refused = browser.post("/office/cases/kinds/", told)
    assert refused.status_code == 422 and "已经有这个说法了" in refused.content.decode()


def test_the_kinds_are_read_once_for_many_requests(client, rent, django_assert_max_num_queries):
    client.get("/help/")
    with django_assert_max_num_queries(12):
        client.get("/help/")
        client.get("/help/ask/")


def test_a_change_by_another_thread_in_the_middle_of_reading_breaks_nothing(db, monkeypatch):
    class Forgetful(list):
        """Forgotten by another thread as soon as it was looked into."""

        def __getitem__(self, at):
            found = super().__getitem__(at)
            self.clear()
            return found

    known = models.CaseKind.objects.book()
    monkeypatch.setattr(models, "_kinds", Forgetful(models._kinds))
    assert models.CaseKind.objects.book() == known
