"""By a code to one's phone: see, take along, put right, take back, be forgotten. At a desk: two officers."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.test import Client

from nuanyi.cases.models import Case, PhoneCode
from nuanyi.cases.services import intake, phones
from nuanyi.cases.services.intake import Request as CaseRequest
from nuanyi.census.models import Change, Establishment, RecordNote, RecordPhoto, Worker
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
from nuanyi.journal.models import Entry
from nuanyi.learning.models import Reader
from nuanyi.lib import clock, retention, row_security, sealed
from nuanyi.lib.actor import GUEST, Scope
from nuanyi.lib.errors import Conflict, IllegalMove, NotAllowed, NotFound
from nuanyi.party.models.applications import Application
from nuanyi.party.models.instructors import InstructorTerms, LanguageWish
from nuanyi.party.models.members import Member, Showing
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.services import joining as party_joining
from nuanyi.party.services import members
from nuanyi.people import erasures
from nuanyi.people.models import Consent, Person, RoleGrant, keys
from nuanyi.people.services import accounts, openings, persons
from nuanyi.rights import queries
from nuanyi.rights.models import Request
from nuanyi.rights.rules import Deed, State
from nuanyi.rights.services import desk, own
from nuanyi.volunteers.models import Team, Volunteer
from nuanyi.volunteers.services import joining

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_erasures")]
PHONE = "19900000001"
PAGE, FILE = "/me/data/", "/me/data/file/"


@pytest.fixture
def zhou(cast, district, program):
    """周小明 on a roster, with a request for help, in a team, with the lesson by SMS and a consent."""
    take(program, [HEAD, row(1)])
    person = Worker.objects.get().person
    persons.seal_into(person, political="群众").save()
    persons.give_consent(actor=program, person=person, purpose="political", evidence="纸面同意书第3号")
    told = CaseRequest(
        kind="wage", words="站长扣了我三天的钱", phone=PHONE, caller="周小明", region_code="450311100"
    )
    case = intake.send_case(actor=GUEST, key=uuid4(), told=told, network="203.0.113.9")
    team = Team.objects.create(name="先锋队", kind="pioneer", unit=district["t101"])
    joining.ask(
        key=uuid4(),
        team=team.pk,
        told=joining.VolunteerInput(
            name="周小明", phone=PHONE, role="traffic", region_code="450311101", agrees=True
        ),
        network="203.0.113.9",
    )
    reader = Reader(
        key=uuid4(),
        way="sms",
        digest_of_address=keys().digest("lesson-reader", f"sms:{PHONE}"),
        hour="08:00",
        stop_code="stop",
        active=True,
    )
    sealed.put(reader, "sealed_address", PHONE)
    reader.save()
    return person, case


def proven(client, phone=PHONE):
    """A browser that has got the code and typed it in; the page it is shown."""
    PhoneCode.objects.update_or_create(
        phone_digest=phones.queries.phone_mark(phone),
        defaults={"code_digest": phones._code_mark(phones.queries.phone_mark(phone), "123456"), "tries": 0},
    )
    return client.post(PAGE, {"phone": phone, "code": "123456"})


def test_whoever_proves_a_phone_sees_everything_that_is_kept_and_who_looked(zhou, cast, client):
    person, _case = zhou
    openings.reveal(actor=cast.actor("office"), person=person, field="phone", purpose="核对工资纠纷")
    page = proven(client)
    text = page.content.decode()
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    for shown in ("周小明", PHONE, "站长扣了我三天的钱", "纸面同意书第3号", "核对工资纠纷", "组织部"):
        assert shown in text, shown
    # a number may have had another holder: identity number and affiliation are not shown on a phone's word alone
    assert "群众" not in text
    assert openings.open_for_program(person, "id_number") not in text
    assert Entry.objects.filter(kind="rights.shown", subject_id=str(person.pk)).exists()


def test_without_the_code_nothing_is_shown_and_a_proof_ends(zhou, client):
    for told in ({"phone": PHONE, "code": "000000"}, {"proof": "made-up"}, {"proof": ""}):
        assert "周小明" not in client.post(PAGE, told).content.decode()
    proof = own.proof_of(PHONE)
    assert PHONE not in proof
    with clock.held_at(clock.now()), pytest.MonkeyPatch.context() as patch:
        patch.setattr(own, "PROOF_SECONDS", -1)
        with pytest.raises(IllegalMove):
            own.show(proof=proof)
    assert client.get(FILE).status_code == 405
    assert client.post(FILE, {"proof": "x"}).status_code == 409


def test_a_phone_of_several_persons_opens_none_of_them(zhou, client, program):
    take(program, [HEAD, row(2, name="吴小红", phone=PHONE)])
    text = proven(client).content.decode()
    assert "周小明" in text  # in what was sent from the phone itself
    assert "吴小红" not in text
    known, shown = own.show(proof=own.proof_of(PHONE))
    assert known.shared
    assert {"people.person", "census.appearance"} & {holding.table for holding in shown["holdings"]} == set()
    own.forget(actor=GUEST, proof=own.proof_of(PHONE))
    assert Person.objects.filter(erased_at=None).count() == 2


def test_the_file_to_take_along_holds_every_field_and_every_look(zhou, client):
    answer = client.post(FILE, {"proof": own.proof_of(PHONE)})
    document = json.loads(answer.content)
    assert "attachment" in answer["Content-Disposition"]
    tables = {part["table"] for part in document["kept"]}
    assert {
        "people.person",
        "census.appearance",
        "cases.case",
        "volunteers.volunteer",
        "learning.reader",
    } <= tables
    field = next(f for part in document["kept"] for f in part["fields"] if f["field"] == "sealed_words")
    assert field["value"] == "站长扣了我三天的钱"
    assert field["basis"]
    assert field["days"] == 1095
    assert document["consents"][0]["evidence"] == "纸面同意书第3号"
    assert document["looked"]


def test_what_is_wrong_is_put_right_and_a_consent_taken_back(zhou, client):
    person, _case = zhou
    proof = own.proof_of(PHONE)
    client.post(PAGE, {"proof": proof, "correct": "1", "value": "周晓明"})
    person.refresh_from_db()
    assert openings.open_for_program(person, "name") == "周晓明"
    wrong = client.post(PAGE, {"proof": proof, "correct": "1", "value": "1"})
    assert wrong.status_code == 422
    consent = Consent.objects.get()
    client.post(PAGE, {"proof": proof, "withdraw": str(consent.pk)})
    person.refresh_from_db()
    assert person.sealed_political is None
    assert client.post(PAGE, {"proof": proof, "withdraw": str(consent.pk)}).status_code == 404
    assert client.post(PAGE, {"proof": proof, "withdraw": "x"}).status_code == 404


def test_to_be_forgotten_is_asked_twice_and_then_leaves_nothing_but_what_must_wait(zhou, client, program):
    person, case = zhou
    proof = own.proof_of(PHONE)
    assert client.post(PAGE, {"proof": proof, "everything": "1"}).status_code == 422
    assert Person.objects.get(pk=person.pk).erased_at is None
    page = client.post(PAGE, {"proof": proof, "everything": "1", "sure": "1"}).content.decode()
    assert Person.objects.get(pk=person.pk).erased_at is not None
    assert not Worker.objects.exists()
    assert not Reader.objects.exists()
    assert Volunteer.objects.get().sealed_name is None
    # a unit still works on the request: it says so, and it is gone once it has ended
    assert "先撤回" in page or "撤回" in page
    Case.objects.filter(pk=case.pk).update(ended_at=clock.now(), state="closed")
    own.forget(actor=GUEST, proof=proof)
    assert Case.objects.get(pk=case.pk).sealed_words is None
    assert take(program, [HEAD, row(1)]).counts["barred"] == 1
    assert "周小明" not in client.post(PAGE, {"proof": proof}).content.decode()
    assert {"cases.case", "volunteers.volunteer", "learning.reader"} <= set(erasures.noted_rows())


def test_one_row_is_forgotten_and_another_persons_row_is_as_good_as_none(zhou, client, program, district):
    proof = own.proof_of(PHONE)
    other = Volunteer.objects.create(
        key=uuid4(),
        team=Team.objects.get(),
        role="traffic",
        day=clock.today(),
        phone_mask="199****0001",
    )
    sealed.put(other, "sealed_phone", "19911110001")
    sealed.put(other, "sealed_name", "郑小刚")
    other.save()
    for key in (str(other.pk), "999999", "x"):
        assert client.post(PAGE, {"proof": proof, "forget": f"volunteers.volunteer:{key}"}).status_code == 404
    mine = Volunteer.objects.exclude(pk=other.pk).get()
    assert client.post(PAGE, {"proof": proof, "forget": f"volunteers.volunteer:{mine.pk}"}).status_code == 200
    mine.refresh_from_db()
    assert mine.sealed_name is None
    assert Person.objects.filter(erased_at=None).count() == 1


def test_what_was_forgotten_stays_forgotten_after_a_restore(zhou, program):
    own.forget(actor=GUEST, proof=own.proof_of(PHONE))
    mine = Volunteer.objects.get()
    sealed.put(mine, "sealed_name", "周小明")  # as an older backup brings it back
    mine.standing = "active"
    mine.save()
    assert persons.replay_erasures(actor=program) == 1
    mine.refresh_from_db()
    assert mine.sealed_name is None


def test_every_sealed_column_is_shown_to_its_owner_or_says_why_not():
    """A new table with personal fields is found here, unless nobody can be told to own its rows."""
    nobodys = {
        "cases.phonecode",  # gone in a day
        "census.finding",  # a masked cell of a file
        "census.importfile",  # a file of many, until it is taken in
        "volunteers.evidence",  # a photo of many
        "learning.sessionpicture",  # a photo of many
        "learning.teammember",  # a name alone; on request at the unit that held the session
        "learning.certificate",  # found by its own number
        "people.clientkey",  # a keyed mark alone, gone in two weeks
        "party.meeting",  # minutes of many; on request at the branch
        "party.teamseat",  # a name alone, without a phone; on request at the organisation department
        "party.speaker",  # the same
        "party.speakerweek",  # what is said of them, until they take it back
    }
    without = {rule.name for rule in retention.rules() if rule.of is None and retention.declared(rule.model)}
    assert without <= nobodys
    sealed_tables = {field.model._meta.label_lower for field in sealed.fields()}
    assert sealed_tables - nobodys - {rule.name for rule in retention.rules()} <= {
        "learning.group",
        "sharing.signingkey",
    }
    assert apps.get_model("rights", "Request") in {rule.model for rule in retention.rules()}


# at the desk -----------------------------------------------------------------------------------


def test_at_the_desk_two_officers_see_to_it(zhou, cast):
    person, _case = zhou
    office, second = cast.client("office"), cast.client("office2")
    found = office.post("/office/rights/", {"number": PHONE}).content.decode()
    assert f"/office/rights/persons/{person.pk}/" in found
    assert "周小明" not in found
    office.post(f"/office/rights/persons/{person.pk}/", {"deed": "copy", "reason": "持身份证到窗口"})
    request = Request.objects.get()
    assert office.post(f"/office/rights/{request.pk}/decide/", {"good": "1"}).status_code == 403
    assert office.post(f"/office/rights/{request.pk}/take/").status_code == 409
    assert second.post(f"/office/rights/{request.pk}/decide/", {"good": "1"}).status_code == 302
    assert second.post(f"/office/rights/{request.pk}/take/").status_code == 403
    page = office.post(f"/office/rights/{request.pk}/take/").content.decode()
    for shown in (
        "周小明",
        PHONE,
        "群众",
        openings.open_for_program(person, "id_number"),
        "站长扣了我三天的钱",
    ):
        assert shown in page
    assert office.post(f"/office/rights/{request.pk}/take/").status_code == 409  # once


@pytest.mark.parametrize("part", ["yanshan", "clerk", "grid", "auditor", "administrator", "worker"])
def test_nobody_else_handles_requests(zhou, cast, part):
    person, _case = zhou
    browser = cast.client(part)
    assert browser.post("/office/rights/", {"number": PHONE}).status_code == 403
    assert browser.get(f"/office/rights/persons/{person.pk}/").status_code == 403
    with pytest.raises(NotAllowed):
        desk.ask(actor=cast.actor(part), person_id=person.pk, deed="erase", reason="本人要求")


def test_a_value_is_put_right_and_a_person_forgotten_once_a_second_officer_agrees(zhou, cast):
    person, _case = zhou
    one, two = cast.actor("office"), cast.actor("organisation")
    made = desk.ask(
        actor=one, person_id=person.pk, deed="correct", reason="持身份证", field="name", value="周晓明"
    )
    with pytest.raises(Conflict):
        desk.ask(
            actor=one, person_id=person.pk, deed="correct", reason="持身份证", field="name", value="周明"
        )
    assert b"\xe5\x91\xa8" not in bytes(Request.objects.get().sealed_value)
    desk.decide(actor=two, pk=made.pk, good=True)
    person.refresh_from_db()
    assert openings.open_for_program(person, "name") == "周晓明"
    assert Request.objects.get().sealed_value is None
    withdrawn = desk.ask(actor=one, person_id=person.pk, deed="withdraw", reason="电话请求")
    desk.decide(actor=two, pk=withdrawn.pk, good=True)
    assert not queries.consents_of(retention.Subject("", (person.pk,))).exists()
    erased = desk.ask(actor=one, person_id=person.pk, deed="erase", reason="书面请求")
    desk.decide(actor=two, pk=erased.pk, good=False)
    assert Person.objects.get(pk=person.pk).erased_at is None
    erased = desk.ask(actor=one, person_id=person.pk, deed="erase", reason="书面请求")
    with pytest.raises(NotAllowed):
        desk.decide(actor=one, pk=erased.pk, good=True)
    desk.decide(actor=two, pk=erased.pk, good=True)
    assert Person.objects.get(pk=person.pk).erased_at is not None
    assert Volunteer.objects.get().sealed_name is None
    with pytest.raises(NotFound):
        desk.ask(actor=one, person_id=person.pk, deed="copy", reason="书面请求")


def test_how_somebody_asked_at_the_desk_is_shown_to_them_and_goes_with_them(zhou, cast):
    """Also of a request without a value: it says how the person was known."""
    person, _case = zhou
    one, two = cast.actor("office"), cast.actor("organisation")
    for deed in ("copy", "erase"):
        desk.ask(actor=one, person_id=person.pk, deed=deed, reason="持身份证到窗口")
    document = queries.document(retention.Subject("", (person.pk,)), full=True)
    shown = [part["fields"] for part in document["kept"] if part["table"] == "rights.request"]
    assert [[field["value"] for field in fields] for fields in shown] == [["持身份证到窗口"]] * 2
    desk.decide(actor=two, pk=Request.objects.get(deed="erase").pk, good=True)
    # that two persons decided stays; what was written of the person does not, and nothing of it waits any more
    assert set(Request.objects.values_list("deed", "reason", "state")) == {
        ("copy", "", "lapsed"),
        ("erase", "", "done"),
    }


def test_what_is_kept_of_an_instructor_is_shown_to_the_colleague_and_goes_on_request(cast):
    account = cast.accounts["instructor"]
    InstructorTerms.objects.create(account=account, capacity=12, languages="壮语")
    subject = retention.Subject(accounts=(account.pk,))
    [terms] = [one for one in queries.holdings(subject, full=True) if one.table == "party.instructorterms"]
    assert [value.shown for value in terms.values] == ["12", "壮语"]
    own.forget_subject(actor=own.HOLDER, subject=subject, table="party.instructorterms", key=terms.key)
    assert not InstructorTerms.objects.exists()


@pytest.mark.parametrize("at_desk", [True, False])
def test_whoever_is_the_contact_of_a_shop_takes_along_what_was_said_and_noted_there(cast, program, at_desk):
    """What an office noted goes by a decision at the desk. By phone alone a firm could wipe it out: it would only have
    to name a telephone of its own as the contact's.
    """
    contact = Person()
    persons.seal_into(contact, name="吴店主", phone=PHONE)
    contact.save()
    shop = Establishment.objects.create(
        name="甲店", name_key="甲店", region_code="450311100", contact=contact
    )
    other = Establishment.objects.create(name="乙店", name_key="乙店", region_code="450311100")
    LanguageWish.objects.create(establishment=shop, contact=contact, language="壮语")
    for where in (shop, other):
        note = RecordNote(key=uuid4(), establishment=where, contact=where.contact)
        sealed.put(note, "sealed_words", "吴店主的儿子住院")
        note.save()
        photo = RecordPhoto(key=uuid4(), establishment=where, contact=where.contact)
        sealed.put(photo, "sealed_data", b"jpeg")
        photo.save()
    before = Change(record_type="establishment", record_id=shop.pk, changed_at=clock.now())
    sealed.put(before, "sealed_before", json.dumps({"contact_name": "吴店主", "address": "旧址"}))
    before.save()
    full = queries.holdings(retention.Subject(persons=(contact.pk,)), full=True)
    shown = {one.table: [value.shown for value in one.values] for one in full}
    assert shown["party.languagewish"] == ["壮语"]
    assert shown["census.recordnote"] == ["吴店主的儿子住院"]
    assert "census.recordphoto" in shown
    # a number may have had another holder: by phone alone only that notes are on file
    by_phone = str(own.show(proof=own.proof_of(PHONE)))
    assert "儿子住院" not in by_phone
    assert "壮语" not in by_phone, "a language can tell where somebody comes from"
    if at_desk:
        own.forget_subject(actor=program, subject=retention.Subject(persons=(contact.pk,)))
    else:
        own.forget(actor=GUEST, proof=own.proof_of(PHONE))
    shop.refresh_from_db()
    assert shop.contact is None
    assert not LanguageWish.objects.exists()
    for model in (RecordNote, RecordPhoto):
        kept = {row.establishment_id for row in model.objects.all()}
        assert kept == ({other.pk} if at_desk else {other.pk, shop.pk})
    left = Change.objects.get(record_id=shop.pk)
    assert json.loads(sealed.open_text(left, "sealed_before")) == {"address": "旧址"}
    assert Entry.objects.filter(kind="census.contact_forgotten", subject_id=str(shop.pk)).exists()


def test_a_request_that_nobody_decides_lapses(zhou, cast, program):
    person, _case = zhou
    made = desk.ask(actor=cast.actor("office"), person_id=person.pk, deed=Deed.ERASE, reason="本人要求")
    with clock.held_at(clock.now() + timedelta(days=15)):
        with pytest.raises(IllegalMove):
            desk.decide(actor=cast.actor("organisation"), pk=made.pk, good=True)
        assert desk.lapse(actor=program) == 1
    made.refresh_from_db()
    assert made.state == State.LAPSED


def test_a_strangers_phone_finds_nothing(zhou):
    page = proven(Client(), "19955550000").content.decode()
    assert "没有保存" in page


@pytest.fixture
def political(cast, district):
    """The same phone asks to join, stands on the list of a branch, and says so in public."""
    branch = Organisation.objects.create(
        name="甲支部", form="formal", region_code="450311100", founded_date=clock.today()
    )
    made = party_joining.ask(
        key=uuid4(),
        told=party_joining.ApplicationInput(name="周小明", phone=PHONE, work_code="450311100", agrees=True),
        network="203.0.113.9",
    )
    member = Member(
        key=uuid4(),
        branch=branch,
        agreed="同意书",
        joined_date=clock.today(),
        phone_digest=keys().digest("member", PHONE),
    )
    sealed.put(member, "sealed_name", "周小明")
    member.save()
    members.show_oneself(link=members.link_of(member), said="骑手老周")
    return made, member


def test_what_party_work_keeps_is_on_file_by_phone_and_in_full_at_a_desk(zhou, political, client):
    person, _case = zhou
    _known, shown = own.show(proof=own.proof_of(PHONE))
    party = [one for one in shown["holdings"] if one.table.startswith("party.")]
    assert {one.table for one in party} == {"party.application", "party.member", "party.showing"}
    assert {value.shown for one in party for value in one.values} == {"有记录；完整内容请到窗口查阅"}
    assert not [look for look in shown["looks"] if "组织" in look.what]
    document = queries.document(desk._subject(person), full=True)
    kept = {part["table"]: part["fields"] for part in document["kept"]}
    assert kept["party.application"][0]["value"] == kept["party.member"][0]["value"] == "周小明"
    assert kept["party.showing"][0]["value"] == "骑手老周"


def test_whoever_is_forgotten_is_forgotten_by_party_work_too_and_a_restore_brings_nothing_back(
    zhou, political, program
):
    made, member = political
    own.forget(actor=GUEST, proof=own.proof_of(PHONE))

    def kept():
        now, then = Application.objects.get(pk=made.pk), Member.objects.get(pk=member.pk)
        names = now.sealed_name, now.phone_digest, then.sealed_name, then.phone_digest
        return [name for name in names if name], now.state, then.left_date, Showing.objects.count()

    assert kept() == ([], "ended", clock.today(), 0)
    # as a backup from before would have it
    Application.objects.filter(pk=made.pk).update(
        sealed_name=made.sealed_name, phone_digest=made.phone_digest, state="open"
    )
    Member.objects.filter(pk=member.pk).update(
        sealed_name=member.sealed_name, phone_digest=member.phone_digest, left_date=None
    )
    persons.replay_erasures(actor=program)
    assert kept() == ([], "ended", clock.today(), 0)


def test_what_was_taken_back_stays_so_after_a_restore(zhou, political, program):
    person, _case = zhou
    made, member = political
    person.refresh_from_db()
    before, shown = person.sealed_political, Showing.objects.get()
    consent = Consent.objects.get()
    own.withdraw(actor=GUEST, proof=own.proof_of(PHONE), consent=str(consent.pk))
    party_joining.withdraw(link=party_joining.link_of(made))
    members.hide_oneself(link=members.link_of(member))
    # as a backup from before would have it
    Person.objects.filter(pk=person.pk).update(sealed_political=before)
    Consent.objects.update(withdrawn_at=None)
    Application.objects.filter(pk=made.pk).update(sealed_name=made.sealed_name, state="open")
    Showing.objects.create(pk=shown.pk, member=member, said=shown.said)
    persons.replay_erasures(actor=program)
    assert Person.objects.get(pk=person.pk).sealed_political is None
    assert Consent.objects.get().withdrawn_at is not None
    now = Application.objects.get(pk=made.pk)
    assert (now.sealed_name, now.state) == (None, "ended")
    assert not Showing.objects.exists()
    assert Member.objects.get(pk=member.pk).sealed_name, "whoever shows themselves no more is a member still"


# a colleague -----------------------------------------------------------------------------------


def test_a_colleague_sees_what_is_kept_of_the_account_and_has_it_put_right_by_two(cast):
    account = cast.accounts["clerk"]
    office, second = cast.client("office"), cast.client("office2")
    found = office.post("/office/rights/", {"number": "clerk"}).content.decode()
    address = f"/office/rights/accounts/{account.pk}/"
    assert address in found
    assert "撤回同意" not in office.get(address).content.decode()
    wrong = office.post(address, {"deed": "correct", "field": "phone", "value": "x", "reason": "本人到窗口"})
    assert (wrong.status_code, Request.objects.count()) == (422, 0)
    told = {"deed": "correct", "field": "display_name", "value": "王经办", "reason": "本人到窗口"}
    assert office.post(address, told).status_code == 302
    made = Request.objects.get()
    assert "clerk" in office.get("/office/rights/").content.decode()
    assert office.post(f"/office/rights/{made.pk}/decide/", {"good": "1"}).status_code == 403
    assert second.post(f"/office/rights/{made.pk}/decide/", {"good": "1"}).status_code == 302
    account.refresh_from_db()
    assert account.display_name == "王经办"
    office.post(address, {"deed": "copy", "reason": "本人到窗口"})
    copy = Request.objects.get(deed="copy")
    second.post(f"/office/rights/{copy.pk}/decide/", {"good": "1"})
    page = office.post(f"/office/rights/{copy.pk}/take/").content.decode()
    assert "王经办" in page
    assert "更正" in page  # who changed it stands there too
    assert Entry.objects.filter(subject_type="people.account", subject_id=str(account.pk)).count() >= 6


def test_an_open_account_is_closed_before_its_owner_is_forgotten(cast):
    account = cast.accounts["clerk"]
    one, two = cast.actor("office"), cast.actor("organisation")
    accounts.correct_account(
        actor=one, account=account, field="email", value="w@example.cn", reason="本人要求"
    )
    made = desk.ask_for_account(actor=one, account_id=account.pk, deed="erase", reason="书面请求")
    with pytest.raises(IllegalMove, match="停用"):
        desk.decide(actor=two, pk=made.pk, good=True)
    type(account).objects.filter(pk=account.pk).update(is_active=False)
    desk.decide(actor=two, pk=made.pk, good=True)
    account.refresh_from_db()
    assert (account.email, account.display_name) == ("", f"#{account.pk}")


def test_in_a_city_the_desk_of_the_own_district_decides_and_hands_over_and_no_other_sees_it(zhou, cast):
    person, _case = zhou
    grants = RoleGrant.objects.filter(role="district_office")
    grants.update(region_code="450311")
    first, second = cast.actor("office"), cast.actor("office2")
    with row_security.reading_as(first):
        asked = desk.ask(actor=first, person_id=person.pk, deed=Deed.COPY, reason="本人持证到窗口")
    neighbour = replace(second, permissions={"rights.handle": (Scope(region="450302"),)})
    with row_security.reading_as(neighbour):
        assert not queries.waiting_for(neighbour).exists() and not queries.open_to(neighbour)
        assert not Request.objects.exists()
        with pytest.raises(NotFound):
            desk.decide(actor=neighbour, pk=asked.pk, good=True)
    with row_security.reading_as(second):
        assert queries.open_to(second).count() == 1
        assert desk.decide(actor=second, pk=asked.pk, good=True).state == State.DONE
    with row_security.reading_as(first):
        assert desk.take(actor=first, pk=asked.pk)["kept"]
        erase = desk.ask(actor=first, person_id=person.pk, deed=Deed.ERASE, reason="本人持证到窗口")
    with row_security.reading_as(second):
        assert desk.decide(actor=second, pk=erase.pk, good=True).state == State.DONE
