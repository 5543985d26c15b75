"""Every service that writes has the one shape: permit, check, write, record. What has not is named here, with its reason.

The tree of syntax is read (``service_shape``), so that a service which nobody calls in a test is looked at too.
"""

import pytest

from nuanyi.program.tests.service_shape import called_by_faces, does, public_services, read_source

BY_SECRET = "A stranger without an account: his link, code or key is the permission; no entry, see adr/0006 and adr/0011."
PERSON = (
    "Whoever holds the secret link or code of a case, or proved a phone, is its person; the entry is made."
)
PART = "A part of other services' writes, in their transaction: they permit and record. No page calls it."
PROGRAM = "Run by jobs alone, for the whole district. No page calls it."
OWN = "Changes only what the account keeps for itself, and nobody else sees."
STEP = "A step of a preview: nothing is changed in the census until it is accepted, and that is recorded."

EXCEPTIONS: dict[str, str] = {
    **dict.fromkeys(
        (
            "cases.services.intake.add_word",
            "cases.services.intake.agree_to_name",
            "cases.services.intake.forget",
            "cases.services.intake.judge",
            "cases.services.intake.send_case",
            "cases.services.intake.withdraw",
        ),
        PERSON,
    ),
    **dict.fromkeys(
        (
            "cases.services.phones.send_code",
            "friendly.services.places.tell_tip",
            "learning.services.exams.begin",
            "learning.services.exams.certify",
            "learning.services.exams.hand_in",
            "learning.services.lessons.finish",
            "learning.services.progress.drop",
            "learning.services.progress.write",
            "learning.services.pushing.open_push",
            "learning.services.readers.ask",
            "learning.services.readers.confirm",
            "learning.services.readers.follow",
            "learning.services.readers.stop",
            "learning.services.readers.unfollow",
            "learning.services.sessions.give_opinion",
            "learning.services.sessions.give_up",
            "learning.services.sessions.sign_in",
            "learning.services.sessions.sign_up",
            "matrix.services.screens.open_link",
            "party.services.joining.ask",
            "party.services.joining.withdraw",
            "party.services.members.hide_oneself",
            "party.services.members.show_oneself",
            "reports.services.sending.check",
            "reports.services.sending.judge",
            "reports.services.sending.look",
            "reports.services.sending.me_too",
            "reports.services.sending.send_report",
            "stations.services.faults.check_in",
            "stations.services.faults.confirm_open",
            "stations.services.faults.rate",
            "stations.services.faults.reopen_fault",
            "stations.services.faults.tell_fault",
            "stations.services.faults.wish",
            "volunteers.services.joining.ask",
            "volunteers.services.rewards.take",
            "volunteers.services.shifts.appeal",
            "volunteers.services.shifts.come",
            "volunteers.services.shifts.give_away",
            "volunteers.services.shifts.sign_up",
        ),
        BY_SECRET,
    ),
    **dict.fromkeys(
        (
            "cases.services.desk.note",
            "cases.services.intake.tell_unit",
            "cases.services.intake.tell_worker",
            "learning.services.pushing.invite",
            "learning.services.pushing.tell_invited",
            "ledger.services.record",
            "ledger.services.reverse",
            "ledger.services.reverse_everything",
            "ledger.services.reverse_all_from",
            "ledger.services.reverse_everything",
            "notices.services.call",
            "notices.services.queue",
            "notices.services.queue_all",
            "notices.services.queue_to_role",
            "people.services.give_consent",
            "people.services.let_helpers_wait",
            "reports.services.handling.add_step",
            "reports.services.sending.keep_pictures",
            "reports.services.sending.tell_senders",
            "reports.services.sending.tell_unit",
            "stations.services.faults.first_time",
        ),
        PART,
    ),
    **dict.fromkeys(
        (
            "census.services.imports.read_import",
            "census.services.imports.sweep_file",
            "census.services.imports.write_import",
            "learning.services.exams.forget_devices",
            "learning.services.progress.forget_idle",
            "learning.services.pushing.queue_day",
            "learning.services.pushing.send_due",
            "learning.services.readers.forget_unconfirmed",
            "notices.services.send_due",
            "notices.services.spread_calls",
            "party.services.joining.tell_of_days",
            "reports.services.handling.close_silent",
            "reports.services.handling.regrid",
            "reports.services.handling.warn_late",
            "reports.services.outside.follow",
            "reports.services.outside.send_out",
            "reports.services.outside.take_back",
            "reports.services.settings.count_into_ledger",
            "reports.services.sending.forget_salts",
            "stations.services.faults.forget_hours",
        ),
        PROGRAM,
    ),
    **dict.fromkeys(
        (
            "notices.services.mark_seen",
            "people.services.drop_view",
            "people.services.keep_view",
        ),
        OWN,
    ),
    **dict.fromkeys(
        (
            "census.services.imports.choose",
            "census.services.imports.choose_columns",
            "census.services.imports.decide",
            "places.services.look_at_geojson",
        ),
        STEP,
    ),
}


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
        "people.services.give_role",
    } <= names


def test_every_writing_service_permits_and_records_or_is_named_with_its_reason():
    assert (without("permits") | without("records")) - set(EXCEPTIONS) == set()


def test_who_acts_is_named_and_comes_first():
    for function in writing():
        arguments = function.node.args
        named = [argument.arg for argument in arguments.kwonlyargs]
        if function.full_name not in EXCEPTIONS:
            assert named[:1] == ["actor"], function.full_name
            assert not arguments.args, f"{function.full_name}: arguments are named, actor first"


@pytest.mark.parametrize("reason", [PART, PROGRAM])
def test_what_is_part_of_another_write_or_of_a_job_is_called_by_no_page(reason):
    assert {name for name, why in EXCEPTIONS.items() if why == reason} & called_by_faces() == set()


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
