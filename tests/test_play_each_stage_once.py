"""What needs a served home or a browser's stage is run by one of the processes, so that each is played once."""

import asyncio
import os
import subprocess
import sys

import pytest


@pytest.mark.xdist_group("alone")
def test_a_test_that_names_a_group_bears_its_name_where_several_processes_share_the_work(request):
    """pytest-xdist deals groups out by names; with a pytest that lets it change none every process plays every stage."""
    several = "PYTEST_XDIST_WORKER" in os.environ
    assert request.node.nodeid.endswith("@alone") is several


def test_no_loop_runs_where_a_test_begins():
    """Django refuses the database where one does."""
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()


def test_a_process_that_drove_a_browser_goes_on_to_other_tests():
    """A browser's loop ends with its folder: whichever process had the journeys takes its share of the rest afterwards."""
    journey = "tests/browser/test_show_a_page_alone.py"
    after = "tests/test_play_each_stage_once.py::test_no_loop_runs_where_a_test_begins"
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-n0", journey, after]
    done = subprocess.run(command, env=mine, capture_output=True, text=True)
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout[-3000:]
