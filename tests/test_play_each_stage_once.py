"""What needs a served home or a browser's stage is run by one of the processes, so that each is played once."""

import os

import pytest


@pytest.mark.xdist_group("alone")
def test_a_test_that_names_a_group_bears_its_name_where_several_processes_share_the_work(request):
    """pytest-xdist deals groups out by names; with a pytest that lets it change none every process plays every stage."""
    several = "PYTEST_XDIST_WORKER" in os.environ
    assert request.node.nodeid.endswith("@alone") is several
