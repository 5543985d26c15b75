import re
from datetime import date, datetime

import pytest

from nuanyi.cases import rules
from nuanyi.cases.rules import BOOK, Kind, Urgency
from nuanyi.lib import clock
from nuanyi.lib.clock import CHINA
from nuanyi.lib.errors import IllegalMove
from nuanyi.lib.terms import Term


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def test_hours_count_through_midnight_and_the_end_of_the_year():
    assert Term(2, "hours", "").after(at("2026-12-31T23:30")) == at("2027-01-01T01:30")


def test_days_end_at_midnight_of_the_last_day():
    assert Term(7, "days", "").after(at("2026-12-28T10:00")) == at("2027-01-05T00:00")


def test_working_days_know_holidays_and_make_up_days():
    first = rules.FIRST_ANSWER
    assert first.after(at("2026-11-27T09:00")) == at("2026-12-01T00:00")
    assert first.after(at("2026-09-30T09:00")) == at("2026-10-09T00:00")
    assert first.after(at("2026-02-13T09:00")) == at("2026-02-15T00:00")


def test_a_year_from_a_leap_day_ends_in_february():
    assert Term(1, "years", "").after(at("2028-02-29T08:00")) == at("2029-03-01T00:00")


def test_legal_aid_is_decided_within_seven_days_whatever_its_class():
    due, source = BOOK.due(Kind.LEGAL_AID, Urgency.HARD, at("2026-06-01T08:00"))
    assert due == at("2026-06-09T00:00")
    assert "第四十三条" in str(source)


def test_an_urgent_case_is_due_in_two_hours_even_where_the_law_gives_more():
    assert BOOK.due(Kind.WAGE, Urgency.URGENT, at("2026-06-01T23:00"))[0] == at("2026-06-02T01:00")


def test_what_the_service_list_promises_is_kept_where_it_is_earlier_and_the_law_where_that_is():
    for promised, due, source in ((3, "2026-06-05T00:00", "清单"), (30, "2026-06-09T00:00", "第四十三条")):
        found = BOOK.due(Kind.LEGAL_AID, Urgency.HARD, at("2026-06-01T08:00"), promised_days=promised)
        assert found[0] == at(due)
        assert source in str(found[1])


def test_the_workers_own_year_is_a_clock_and_no_deadline_of_the_unit():
    names = {clock.name: clock for clock in rules.LEGAL_CLOCKS[Kind.WAGE]}
    assert names["limitation"].of_worker
    assert names["limitation"].term.after(at("2026-03-05T00:00")).date() == date(2027, 3, 6)
    assert BOOK.due(Kind.WAGE, Urgency.HARD, at("2026-06-01T08:00"))[0] == at("2026-06-17T00:00")


@pytest.mark.parametrize(
    ("before", "after"), [("new", "solved"), ("withdrawn", "open"), ("closed", "solved")]
)
def test_a_state_follows_only_those_that_the_table_allows(before, after):
    with pytest.raises(IllegalMove):
        rules.check_move(before, after)


def test_a_term_of_days_is_shown_by_its_last_day_and_not_by_the_midnight_after_it():
    from nuanyi.front.templatetags.front import deadline

    with clock.held_at(at("2026-06-01T08:00")):
        assert "6月8日" in deadline(at("2026-06-09T00:00"))
        assert "6月9日" in deadline(at("2026-06-09T08:00"))
        said = re.sub("<[^>]+>", "", deadline(at("2026-06-09T00:00")))
    assert said.endswith("还剩 7 天（6月8日 周一）"), "no dot that would end or begin a line"
