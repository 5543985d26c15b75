"""The short form of ``make faults`` (docs/faults.md): the same scenarios, fewer of each, and the control that must lose."""

import shutil

import pytest

from faults import disks, kills
from faults import stage as stages
from faults.stage import FULL

pytestmark = [
    pytest.mark.xdist_group("home"),
    pytest.mark.skipif(shutil.which("gcc") is None, reason="the disk that fails is a small library in C"),
]


@pytest.fixture(autouse=True)
def _on_the_demo_of_the_run(home, monkeypatch):
    monkeypatch.setattr(stages, "_homes", [home])
    stages._demo.cache_clear()


def test_killed_at_random_moments_nothing_is_lost_or_there_twice():
    found = kills.run(kills=2, writes=20, seconds=240, many=1)
    assert (found["lost"], found["doubled"], found["unanswered"]) == (0, 0, 0), found
    assert found["cases"] == found["case_entries"], found
    assert sum(found["kills"].values()) == 2, found
    assert found["acknowledged"] >= 20, found


def test_a_full_disk_is_told_in_words_reads_go_on_and_on_a_disk_that_lies_the_same_writes_are_lost():
    with stages.stage(faulty=True, workers=1) as on:
        found = disks.full_on(on, FULL)
        assert (found["lost"], found["doubled"]) == (0, 0), found
        assert found["answers"].get(507), found
        assert "空间" in found["words"], found
        assert found["reads"] == [200, 200, 200], found
        # the control: without the safety acknowledged writes must be missed, or the figures above show nothing
        assert disks.lies_on(on)["lost"] > 0
