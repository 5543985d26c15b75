"""Every service that writes has the one shape: permit, check, write, record. What has not says its reason where it stands.

The tree of syntax is read (``service_shape``), so that a service which nobody calls in a test is looked at too.
"""

import pytest

from nuanyi.lib.shape import Reason
from nuanyi.program.tests.service_shape import called_by_faces, does, public_services, read_source


def writing():
    return [function for function in public_services() if does(function.module, function.name, "writes")]


def without(what):
    return {function.full_name for function in writing() if not does(function.module, function.name, what)}


def test_the_services_are_found():
    names = {function.full_name for function in writing()}
    assert len(names) > 150
    assert {
        "cases.services.desk.solve",
        "stations.services.faults.tell_fault",
        "people.services.accounts.give_role",
    } <= names


def exceptions():
    """The services at which a reason stands, with its name."""
    return {one.full_name: one.reason for one in public_services() if one.reason}


def test_every_writing_service_permits_and_records_or_says_why_not():
    assert (without("permits") | without("records")) - set(exceptions()) == set()


def test_no_reason_stands_where_none_is_needed_and_each_is_one_of_the_few():
    assert set(exceptions()) - (without("permits") | without("records")) == set()
    assert set(exceptions().values()) <= set(Reason.__members__)


def test_who_acts_is_named_and_comes_first():
    for function in writing():
        arguments = function.node.args
        named = [argument.arg for argument in arguments.kwonlyargs]
        if not function.reason:
            assert named[:1] == ["actor"], function.full_name
            assert not arguments.args, f"{function.full_name}: arguments are named, actor first"


@pytest.mark.parametrize("reason", ["PART", "PROGRAM"])
def test_what_is_part_of_another_write_or_of_a_job_is_called_by_no_page(reason):
    assert {name for name, why in exceptions().items() if why == reason} & called_by_faces() == set()


def test_what_a_page_calls_is_seen_in_its_functions_and_in_a_table_of_its_deeds():
    assert {"party.services.alliances.share_room", "party.services.alliances.close_room"} <= called_by_faces()


@pytest.mark.parametrize(
    ("body", "permits", "records"),
    [
        ("actor.require('x'); row.save(); journal.record(actor, KIND, row)", True, True),
        ("Row.objects.visible_to(actor).update(a=1)", True, False),
        ("row.save(); journal.record(actor, KIND, row)", False, True),
        ("Row.objects.create(a=1)", False, False),
    ],
)
def test_what_a_service_forgets_is_found(body, permits, records):
    source = f"from nuanyi.journal import services as journal\ndef change(*, actor): {body}\n"
    found = read_source(source)["change"]
    assert (found.writes, found.permits, found.records) == (True, permits, records)


def test_a_reason_is_read_where_it_stands():
    source = "@shaped_otherwise(Reason.PART)\n@transaction.atomic\ndef keep(*, actor): row.save()\n"
    assert read_source(source)["keep"].reason == "PART"
    assert read_source("@transaction.atomic\ndef keep(*, actor): row.save()\n")["keep"].reason == ""
