"""A day is said as people say it: with its weekday in this year, with its year in another one."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

from nuanyi.lib import clock
from nuanyi.lib.dates import day_words, moment_words, month_words, week_words

NOON = datetime(2022, 6, 30, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("zh-hans", date(2022, 6, 3), "6月3日 周五"),
        ("zh-hans", date(2021, 12, 31), "2021年12月31日"),
        ("en", date(2022, 6, 3), "3 Jun"),
        ("en", date(2021, 12, 31), "31 Dec 2021"),
    ],
)
def test_a_day_has_its_weekday_this_year_and_its_year_in_another(language, day, words):
    with clock.held_at(NOON), translation.override(language):
        assert day_words(day) == words


def test_from_one_year_into_another_both_days_have_their_year():
    said = Template("{% load front %}{% days first last %}")
    with clock.held_at(NOON), translation.override("zh-hans"):
        across = said.render(Context({"first": date(2021, 7, 1), "last": date(2022, 6, 30)}))
        within = said.render(Context({"first": date(2022, 6, 1), "last": date(2022, 6, 30)}))
    assert ">2021年7月1日<" in across and ">2022年6月30日<" in across
    assert ">6月1日 周三<" in within and ">6月30日 周四<" in within


def test_a_moment_is_of_the_day_in_china():
    with clock.held_at(NOON), translation.override("zh-hans"):
        assert moment_words(datetime(2022, 6, 2, 17, 5, tzinfo=UTC)) == "6月3日 周五 01:05"
        said = Template("{{ at|day_words }}|{{ none|day_words }}").render(
            Context({"at": datetime(2022, 6, 2, 17, 5, tzinfo=UTC), "none": None})
        )
    assert said == "6月3日 周五|"


def test_a_session_says_from_when_to_when_and_its_year_where_that_is_another():
    first, last = datetime(2022, 6, 3, 13, 40, tzinfo=UTC), datetime(2022, 6, 3, 15, tzinfo=UTC)
    shown = Template("{% load front %}{% between first last as when %}{{ when|striptags }}")
    with translation.override("zh-hans"):
        with clock.held_at(NOON):
            assert shown.render(Context({"first": first, "last": last})) == "6月3日 周五 21:40–23:00"
        with clock.held_at(datetime(2026, 6, 30, 4, tzinfo=UTC)):
            assert shown.render(Context({"first": first, "last": last})) == "2022年6月3日 21:40–23:00"


def test_a_month_is_named():
    with translation.override("zh-hans"):
        assert month_words("2022-06") == "2022年6月"
    with translation.override("en"):
        assert month_words("2022-06") == "Jun 2022"


@pytest.mark.parametrize(("metres", "words"), [(694, "690 米"), (994, "990 米"), (6791, "6.8 公里")])
def test_a_way_is_said_as_exactly_as_one_goes_it(metres, words):
    with translation.override("zh-hans"):
        assert Template("{{ metres|distance }}").render(Context({"metres": metres})) == words


def test_a_week_is_counted_within_its_month():
    with clock.held_at(datetime(2026, 11, 27, tzinfo=clock.CHINA)), translation.override("zh-hans"):
        assert week_words(date(2026, 11, 16)) == "11月第3周"
        assert week_words(date(2022, 6, 6)) == "2022年6月第1周"
        assert week_words(date(2022, 10, 31)) == "2022年10月第5周"
    with clock.held_at(datetime(2026, 11, 27, tzinfo=clock.CHINA)), translation.override("en"):
        assert week_words(date(2026, 11, 16)) == "week of 16 Nov"
