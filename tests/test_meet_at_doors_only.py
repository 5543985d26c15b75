"""The contract of the doors between rooms sees what it is there for."""

import grimp
import pytest

from scripts.doors import Doors

DOORS = {"root": "nuanyi", "doors": ["services", "models"], "apart": ["lib"], "open": ["people.links"]}


@pytest.fixture
def graph():
    made = grimp.ImportGraph()
    for name in (
        "nuanyi",
        "nuanyi.cases",
        "nuanyi.cases.staff",
        "nuanyi.cases.lists",
        "nuanyi.lib",
        "nuanyi.lib.clock",
        "nuanyi.people",
        "nuanyi.people.services",
        "nuanyi.people.services.accounts",
        "nuanyi.people.links",
        "nuanyi.people.slips",
    ):
        made.add_module(name)
    for imported in ("cases.lists", "lib.clock", "people.services.accounts", "people.links"):
        made.add_import(importer="nuanyi.cases.staff", imported=f"nuanyi.{imported}")
    return made


def checked(graph):
    contract = Doors("doors", {"root_packages": ["nuanyi"]}, {"name": "doors", "type": "doors", **DOORS})
    return contract.check(graph, verbose=False)


def test_ones_own_room_the_doors_of_another_and_what_stands_open_are_free(graph):
    assert checked(graph).kept


def test_another_rooms_private_module_is_refused(graph):
    graph.add_import(importer="nuanyi.cases.staff", imported="nuanyi.people.slips")
    found = checked(graph)
    assert not found.kept
    assert found.metadata["bad"] == ["nuanyi.cases.staff -> nuanyi.people.slips"]


def test_what_stands_open_without_need_is_shut_again(graph):
    graph.remove_import(importer="nuanyi.cases.staff", imported="nuanyi.people.links")
    found = checked(graph)
    assert not found.kept
    assert found.metadata["unused"] == ["people.links"]
