"""Handing over as requests and reports do it, by itself."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from nuanyi.lib.actor import Actor, Scope
from nuanyi.lib.errors import BadInput, IllegalMove
from nuanyi.workflow import handover

HANDLE = "things.handle"
OURS, THEIRS, THIRD = 1, 2, 3


@dataclass
class Thing:
    unit_id: int = OURS
    offered_unit_id: int | None = None
    offered_words: str = ""
    route_reason: str = "township"
    open: bool = True


def unit(pk, active=True, kind="department"):
    return SimpleNamespace(pk=pk, active=active, kind=kind)


def of(pk):
    return Actor("account", "somebody", permissions={HANDLE: (Scope(unit=pk),)})


def offered():
    thing = Thing()
    handover.offer(thing, unit(THEIRS), " 归你们 ")
    return thing


def test_what_is_offered_stays_where_it_is_until_it_is_accepted():
    thing = offered()
    assert (thing.unit_id, thing.offered_unit_id, thing.offered_words) == (OURS, THEIRS, "归你们")
    handover.accept(thing, of(THEIRS), HANDLE)
    assert thing == Thing(THEIRS, None, "", "handed-over")


def test_what_is_declined_with_a_reason_is_its_senders_as_before():
    thing = offered()
    with pytest.raises(BadInput) as refused:
        handover.decline(thing, of(THEIRS), HANDLE, " 不")
    assert set(refused.value.fields) == {"words"}
    assert thing.offered_unit_id == THEIRS
    assert handover.decline(thing, of(THEIRS), HANDLE, " 不归我们" + "。" * 300) == "不归我们" + "。" * 196
    assert thing == Thing()


@pytest.mark.parametrize("who", [OURS, THIRD])
def test_only_the_unit_that_is_asked_answers(who):
    thing = offered()
    assert handover.is_asked(thing, of(THEIRS), HANDLE)
    assert not handover.is_asked(thing, of(who), HANDLE)
    for answer in (
        lambda: handover.accept(thing, of(who), HANDLE),
        lambda: handover.decline(thing, of(who), HANDLE, "不归我们"),
    ):
        with pytest.raises(IllegalMove):
            answer()
    assert (thing.unit_id, thing.offered_unit_id) == (OURS, THEIRS)


def test_nobody_answers_where_nobody_was_asked():
    assert not handover.is_asked(Thing(), of(THEIRS), HANDLE)
    with pytest.raises(IllegalMove):
        handover.accept(Thing(), of(THEIRS), HANDLE)


@pytest.mark.parametrize(
    ("to", "words", "field"),
    [
        (unit(OURS), "归你们", "to"),
        (unit(THEIRS, active=False), "归你们", "to"),
        (unit(THEIRS), " 归", "words"),
    ],
)
def test_it_is_offered_to_another_unit_that_works_and_with_a_reason(to, words, field):
    thing = Thing()
    with pytest.raises(BadInput) as refused:
        handover.offer(thing, to, words)
    assert set(refused.value.fields) == {field}
    assert thing == Thing()


def test_what_has_ended_is_handed_to_nobody():
    with pytest.raises(IllegalMove):
        handover.offer(Thing(open=False), unit(THEIRS), "归你们")


def test_a_unit_that_does_not_answer_is_asked_no_longer_when_another_is():
    thing = offered()
    handover.offer(thing, unit(THIRD), "归他")
    assert (thing.offered_unit_id, thing.offered_words) == (THIRD, "归他")
    with pytest.raises(IllegalMove):
        handover.accept(thing, of(THEIRS), HANDLE)


def test_a_member_of_an_alliance_is_offered_nothing_it_may_be_the_firm_that_it_is_about():
    """Whoever is offered something reads it at once: an employer would have held the complaint about itself."""
    thing = Thing()
    with pytest.raises(BadInput) as refused:
        handover.offer(thing, unit(THEIRS, kind="member"), "归你们")
    assert set(refused.value.fields) == {"to"}
    assert thing.offered_unit_id is None


class Listed:
    """Rows of a list, which keep by what they were chosen."""

    def __init__(self, *by):
        self.by = by

    def filter(self, **told):
        return Listed(*self.by, told)

    def exclude(self, **told):
        return Listed(*self.by, "not", told)


@pytest.mark.parametrize(
    ("way", "by"),
    [
        (handover.TO_US, ({"offered_unit_id__in": [OURS]},)),
        (handover.BY_US, ({"offered_unit_id__isnull": False}, "not", {"offered_unit_id__in": [OURS]})),
        ("", ()),
        ("x", ()),
    ],
)
def test_a_list_shows_what_is_offered_to_us_or_to_others_and_everything_for_any_other_word(way, by):
    assert handover.offered(Listed(), way, [OURS]).by == by
