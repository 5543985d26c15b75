"""Hours that cannot be are said together with what else is wrong in a station's form."""

from __future__ import annotations

from nuanyi.stations.forms import StationForm


def test_wrong_hours_are_told_in_the_same_answer_as_a_missing_name(district):
    form = StationForm({"weekdays": "8 点到 12 点半吧", "day7": "25:00-26:00", "every": "08:00-12:00"})
    assert not form.is_valid()
    assert {"name", "weekdays", "day7"} <= set(form.errors)


def test_a_night_that_runs_into_the_next_morning_is_told_where_it_was_said(district):
    form = StationForm({"every": "22:00-08:30 08:00-09:00"})
    assert "every" in form.errors
