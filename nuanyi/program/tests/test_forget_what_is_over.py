"""Every declared time of keeping has a job, and what is past its time is gone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session as Login
from django.db.models import Q

from conftest import id_number
from nuanyi.cases.models import Attachment, Case, Hearing, Message, PhoneCode
from nuanyi.census.models import (
    Appearance,
    Change,
    Establishment,
    Finding,
    Import,
    ImportFile,
    Match,
    RecordNote,
    RecordPhoto,
    Source,
    Worker,
)
from nuanyi.census.rules import ImportState
from nuanyi.journal.models import Entry
from nuanyi.learning.models import (
    BankQuestion,
    Certificate,
    Paper,
    Push,
    Reader,
    Session,
    SessionPicture,
    TeamMember,
)
from nuanyi.lib import clock, retention, sealed
from nuanyi.notices.models import Watcher
from nuanyi.party.models.applications import Application, Review, StepDone
from nuanyi.party.models.instructors import InstructorTerms, LanguageWish
from nuanyi.party.models.life import Meeting
from nuanyi.party.models.members import Member, Showing
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.models.speaking import LectureTeam, Speaker, SpeakerWeek, TeamSeat
from nuanyi.people import keeping
from nuanyi.people.models import Account, ClientKey, Person, RetentionRun
from nuanyi.people.services import persons
from nuanyi.program import health
from nuanyi.program.jobs import forget_sessions
from nuanyi.reports.models import Kind, Picture, Report, Voice
from nuanyi.rights.models import Request
from nuanyi.volunteers.models import Evidence, Shift, Signup, Team, Volunteer

pytestmark = pytest.mark.django_db

SEALED = b"\x01\x00\x01sealed"


class Stage:
    """Makes one row of every table with a time of keeping, the day on which it was last used being today."""

    def __init__(self, district):
        self.unit = district["t100"]

    def account(self):
        made = Account.objects.create(
            username="gone", display_name="赵六", email="a@example.org", is_active=False
        )
        return (
            made,
            lambda: (
                Account.objects.get(pk=made.pk).display_name == "赵六"
                or bool(Account.objects.get(pk=made.pk).email)
            ),
        )

    def clientkey(self):
        made = ClientKey.objects.create(
            mark=uuid4(),
            body_digest=b"1",
            attempt=uuid4(),
            sealed_answer=SEALED,
            forget_date=clock.today() + timedelta(days=14),
        )
        return made, lambda: ClientKey.objects.filter(pk=made.pk).exists()

    def person(self):
        made = Person()
        persons.seal_into(made, name="周小明", phone="19900000001", id_number=id_number(1))
        made.save()
        Worker.objects.create(person=made, region_code="450311100", unit=self.unit)
        return made, lambda: Person.objects.filter(pk=made.pk, erased_at=None).exists()

    def case(self):
        made = Case.objects.create(
            key=uuid4(),
            ref=uuid4().hex[:12],
            claim_digest=b"1",
            body_digest=b"1",
            kind="wage",
            unit=self.unit,
            answer_due_at=clock.now(),
            due_at=clock.now(),
            ended_at=clock.now(),
            phone_mask="199****0001",
        )
        sealed.put(made, "sealed_words", "站长扣了我三天的钱")
        made.save()
        return made, lambda: Case.objects.filter(pk=made.pk, sealed_words__isnull=False).exists()

    def message(self):
        made = Message.objects.create(key=uuid4(), case=self.case()[0], of="worker", sealed_words=SEALED)
        return made, lambda: Message.objects.filter(pk=made.pk).exists()

    def attachment(self):
        made = Attachment.objects.create(
            id=uuid4(), case=self.case()[0], media="photo", content_type="image/jpeg", sealed_file=SEALED
        )
        return made, lambda: Attachment.objects.filter(pk=made.pk).exists()

    def _on_record(self, kind, **sealed_value):
        # met until the end: a record goes with its person, and what was said on it then goes, too
        met = clock.now() + timedelta(days=1200)
        worker = Worker.objects.create(
            person=Person.objects.create(), region_code="450311100", followed_at=met
        )
        made = kind.objects.create(key=uuid4(), worker=worker, **sealed_value)
        return made, lambda: kind.objects.filter(pk=made.pk).exists()

    def recordnote(self):
        return self._on_record(RecordNote, sealed_words=SEALED)

    def recordphoto(self):
        return self._on_record(RecordPhoto, sealed_data=SEALED)

    def hearing(self):
        made = Hearing.objects.create(
            key=uuid4(), case=self.case()[0], at=clock.now(), where="调解室", sealed_participants=SEALED
        )
        return made, lambda: Hearing.objects.filter(pk=made.pk, sealed_participants__isnull=False).exists()

    def phonecode(self):
        made = PhoneCode.objects.create(phone_digest=b"1", code_digest=b"2")
        return made, lambda: PhoneCode.objects.exists()

    def _import(self, state=ImportState.DONE):
        source, _made = Source.objects.get_or_create(name="甲", unit=self.unit)
        return Import.objects.create(
            source=source,
            file_name="a.xlsx",
            file_digest="0",
            file_bytes=1,
            state=state,
            done_at=clock.now() if state == ImportState.DONE else None,
        )

    def importfile(self):
        made = ImportFile.objects.create(name=f"{self._import().pk}.sent", sealed_data=SEALED)
        return made, lambda: ImportFile.objects.filter(pk=made.pk).exists()

    def finding(self):
        made = Finding.objects.create(
            source_import=self._import(), row=2, column="phone", reason="phone-length"
        )
        return made, lambda: Finding.objects.filter(pk=made.pk).exists()

    def match(self):
        made = Match.objects.create(
            source_import=self._import(ImportState.REVIEW), row=2, title="周**", sort="same"
        )
        return made, lambda: Match.objects.filter(pk=made.pk).exists()

    def change(self):
        made = Change.objects.create(
            source_import=self._import(),
            record_type="worker",
            record_id=uuid4(),
            sealed_before=SEALED,
            changed_at=clock.now(),
        )
        return made, lambda: Change.objects.filter(pk=made.pk).exists()

    def appearance(self):
        of = self._import()
        made = Appearance.objects.create(
            source=of.source, source_import=of, row=2, row_digest=b"1", as_of_date=clock.today()
        )
        return made, lambda: Appearance.objects.filter(pk=made.pk).exists()

    def report(self):
        kind, _made = Kind.objects.get_or_create(
            code="lamp", defaults={"title": "路灯", "amount": 3, "counted": "days"}
        )
        made = Report.objects.create(
            ref=uuid4().hex[:12],
            kind=kind,
            state="closed",
            lat_wgs84=25.06,
            lon_wgs84=110.31,
            cell=1,
            unit=self.unit,
            hour_at=clock.now(),
            due_at=clock.now(),
            ended_at=clock.now(),
            sealed_words=SEALED,
            counted=True,
        )
        return made, lambda: Report.objects.filter(pk=made.pk, sealed_words__isnull=False).exists()

    def voice(self):
        made = Voice.objects.create(
            key=uuid4(), report=self.report()[0], body_digest=b"1", sealed_phone=SEALED, phone_mask="199"
        )
        return (
            made,
            lambda: Voice.objects.filter(pk=made.pk).exclude(sealed_phone=None, phone_mask="").exists(),
        )

    def picture(self):
        made = Picture.objects.create(
            id=uuid4(), report=self.report()[0], sealed_data=SEALED, width=1, height=1
        )
        return made, lambda: Picture.objects.filter(pk=made.pk).exists()

    def _team(self):
        return Team.objects.get_or_create(name="先锋队", kind="pioneer", unit=self.unit)[0]

    def volunteer(self):
        made = Volunteer.objects.create(
            key=uuid4(),
            team=self._team(),
            sealed_name=SEALED,
            sealed_phone=SEALED,
            name_mask="周**",
            role="traffic",
            standing="active",
            day=clock.today(),
        )
        return made, lambda: Volunteer.objects.filter(pk=made.pk, sealed_name__isnull=False).exists()

    def _shift(self):
        return Shift.objects.create(
            team=self._team(),
            topic="civility",
            title="劝导",
            place="路口",
            starts_at=clock.now(),
            ends_at=clock.now(),
        )

    def evidence(self):
        made = Evidence.objects.create(key=uuid4(), shift=self._shift(), sealed_data=SEALED)
        return made, lambda: Evidence.objects.filter(pk=made.pk).exists()

    def reader(self):
        made = Reader.objects.create(
            key=uuid4(),
            way="sms",
            sealed_address=SEALED,
            digest_of_address=b"1",
            hour="08:00",
            stop_code=uuid4().hex[:20],
            active=True,
        )
        return made, lambda: Reader.objects.filter(pk=made.pk).exists()

    def watcher(self):
        made = Watcher.objects.create(
            key=uuid4(), mark=b"1", way="sms", sealed_address=SEALED, active=True, made_date=clock.today()
        )
        return made, lambda: Watcher.objects.filter(pk=made.pk).exists()

    def application(self):
        made = Application.objects.create(
            key=uuid4(),
            sealed_name=SEALED,
            sealed_phone=SEALED,
            phone_digest=b"1",
            work_code=self.unit.region_code,
            door="workplace",
        )
        return made, lambda: Application.objects.filter(pk=made.pk, sealed_name__isnull=False).exists()

    def stepdone(self):
        made = self.application()[0].steps.create(code="talk", done_date=clock.today(), paper="站里谈得好")
        return made, lambda: StepDone.objects.filter(pk=made.pk).exclude(paper="").exists()

    def review(self):
        made = self.application()[0].reviews.create(review_date=clock.today(), note="踏实")
        return made, lambda: Review.objects.filter(pk=made.pk).exclude(note="").exists()

    def _member(self, **more):
        branch = Organisation.objects.create(
            name=f"支部{uuid4().hex[:8]}",
            form="formal",
            region_code=self.unit.region_code,
            founded_date=clock.today(),
        )
        return Member.objects.create(
            key=uuid4(), sealed_name=SEALED, branch=branch, agreed="x", joined_date=clock.today(), **more
        )

    def member(self):
        made = self._member(left_date=clock.today())
        return made, lambda: Member.objects.filter(pk=made.pk, sealed_name__isnull=False).exists()

    def showing(self):
        made = Showing.objects.create(member=self._member(), said="骑手老陆")
        return made, lambda: Showing.objects.filter(pk=made.pk).exists()

    def meeting(self):
        made = Meeting.objects.create(
            key=uuid4(),
            organisation=self._member().branch,
            kind="assembly",
            topic="学习",
            session=1,
            planned_date=clock.today(),
            held_date=clock.today(),
            sealed_minutes=SEALED,
        )
        return made, lambda: Meeting.objects.filter(pk=made.pk, sealed_minutes__isnull=False).exists()

    def instructorterms(self):
        account = Account.objects.create(username=uuid4().hex)
        made = InstructorTerms.objects.create(account=account, capacity=3, languages="壮语")
        return made, lambda: InstructorTerms.objects.filter(pk=made.pk).exists()

    def languagewish(self):
        met = clock.now() + timedelta(days=1200)
        shop = Establishment.objects.create(name="甲", name_key="甲", region_code="450311", followed_at=met)
        made = LanguageWish.objects.create(establishment=shop, language="壮语")
        return made, lambda: LanguageWish.objects.filter(pk=made.pk).exists()

    def teamseat(self):
        account = Account.objects.create(username=uuid4().hex)
        team = LectureTeam.objects.create(
            name=uuid4().hex, region_code="450311100", instructor=account, from_date=clock.today()
        )
        made = TeamSeat.objects.create(
            key=uuid4(),
            team=team,
            sealed_part=SEALED,
            sealed_name=SEALED,
            agreed="x",
            from_date=clock.today(),
            until_date=clock.today(),
        )
        nothing = Q(sealed_name=None, sealed_part=None, agreed="")
        return made, lambda: TeamSeat.objects.filter(pk=made.pk).exclude(nothing).exists()

    def speaker(self):
        made = Speaker.objects.create(
            key=uuid4(), kind="model", sealed_name=SEALED, agreed="x", agreed_date=clock.today()
        )
        nothing = Q(sealed_name=None, agreed="")
        return made, lambda: Speaker.objects.filter(pk=made.pk).exclude(nothing).exists()

    def speakerweek(self):
        made = SpeakerWeek.objects.create(speaker=self.speaker()[0], week_date=clock.today(), said="先锋")
        return made, lambda: SpeakerWeek.objects.filter(pk=made.pk, said="先锋").exists()

    def _session(self):
        return Session.objects.create(
            kind="lecture",
            title="骑行安全",
            place="驿站",
            starts_at=clock.now(),
            ends_at=clock.now(),
            unit=self.unit,
            secret=b"1",
        )

    def teammember(self):
        made = TeamMember.objects.create(
            key=uuid4(), session=self._session(), sealed_part=SEALED, sealed_name=SEALED
        )
        return made, lambda: TeamMember.objects.filter(pk=made.pk).exists()

    def sessionpicture(self):
        made = SessionPicture.objects.create(
            key=uuid4(), session=self._session(), kind="photo", sealed_data=SEALED
        )
        return made, lambda: SessionPicture.objects.filter(pk=made.pk).exists()

    def request(self):
        made = Request.objects.create(deed="correct", reason="本人要求", field="name", sealed_value=SEALED)
        return made, lambda: Request.objects.filter(pk=made.pk).exclude(sealed_value=None, reason="").exists()

    def certificate(self):
        question = BankQuestion.objects.create(question="红灯停？", right=0, why="停")
        paper = Paper.objects.create(key=uuid4(), questions=[question.pk], passed=True)
        made = Certificate.objects.create(number="C1", paper=paper, sealed_name=SEALED, day=clock.today())
        return made, lambda: Certificate.objects.filter(pk=made.pk).exists()


KEPT = sorted(
    {
        model._meta.model_name: max(one.retention_days for one in model.PERSONAL.values())
        for model in apps.get_models()
        if getattr(model, "PERSONAL", None)
    }.items()
)


@pytest.mark.parametrize(("table", "days"), KEPT)
def test_what_is_past_its_declared_time_is_forgotten_and_not_a_day_before(district, program, table, days):
    with clock.held_at(clock.now().replace(microsecond=0)):
        made, there = getattr(Stage(district), table)()
        now = clock.now()
    assert there()
    with clock.held_at(now + timedelta(days=days) - timedelta(hours=26)):
        keeping.forget_what_is_over(actor=program)
        assert there(), "forgotten too early"
    with clock.held_at(now + timedelta(days=days + 2)):
        assert keeping.forget_what_is_over(actor=program) >= 1
        assert not there(), "kept past its time"
        assert keeping.forget_what_is_over(actor=program) == 0
        run = RetentionRun.objects.get(name=made._meta.label_lower)
        assert (run.ran_at, run.failed) == (clock.now(), "")
    assert Entry.objects.filter(kind="people.retention_over").exists()


def test_what_somebody_wrote_over_by_hand_is_forgotten_like_what_an_import_wrote_over(district, program):
    with clock.held_at(clock.now().replace(microsecond=0)):
        made, there = Stage(district).change()
        made.source_import.delete()
        made.source_import = None
        made.save(force_insert=True)
        now = clock.now()
    with clock.held_at(now + timedelta(days=365) - timedelta(hours=26)):
        keeping.forget_what_is_over(actor=program)
        assert there(), "forgotten too early"
    with clock.held_at(now + timedelta(days=367)):
        keeping.forget_what_is_over(actor=program)
        assert not there(), "kept past its time"


def test_a_table_that_declares_a_time_without_a_rule_does_not_start(monkeypatch):
    from nuanyi.people.checks import what_is_kept_ends

    assert what_is_kept_ends() == []
    retention.rules()
    monkeypatch.delitem(retention._rules, Certificate)
    assert [error.obj for error in what_is_kept_ends()] == [Certificate]


def test_who_stands_in_a_new_roster_or_has_an_open_account_is_in_use(district, program):
    stage = Stage(district)
    with clock.held_at(clock.now() - timedelta(days=800)):
        named, there = stage.person()
        member, _there = stage.person()
    of = stage._import()
    Appearance.objects.create(
        source=of.source,
        source_import=of,
        worker=Worker.objects.get(person=named),
        row=2,
        row_digest=b"1",
        as_of_date=clock.today(),
    )
    Account.objects.create(username="open", person=member)
    keeping.forget_what_is_over(actor=program)
    assert there()
    assert Person.objects.filter(erased_at=None).count() == 2
    # nothing bars who was only past the time of keeping: no mark, no line beside the keys
    Appearance.objects.all().delete()
    Account.objects.all().delete()
    keeping.forget_what_is_over(actor=program)
    assert Person.objects.filter(erased_at=None).count() == 0
    from nuanyi.people import erasures

    assert named.pk not in set(erasures.noted())


def test_who_helps_or_gets_a_lesson_is_in_use(district, program):
    stage = Stage(district)
    with clock.held_at(clock.now() - timedelta(days=1200)):
        volunteer, helps = stage.volunteer()
        reader, reads = stage.reader()
    Signup.objects.create(shift=stage._shift(), volunteer=volunteer, role="traffic")
    sent = Push.objects.create(
        channel="sms",
        session=stage._session(),
        reader=reader,
        day=clock.today(),
        code="abc",
        due_at=clock.now(),
        sent_at=clock.now(),
    )
    keeping.forget_what_is_over(actor=program)
    assert helps()
    assert reads()
    sent.delete()
    keeping.forget_what_is_over(actor=program)
    assert not reads()


def test_an_import_that_nobody_decided_for_a_month_is_given_up(district, program):
    stage = Stage(district)
    with clock.held_at(clock.now() - timedelta(days=31)):
        match, _there = stage.match()
    keeping.forget_what_is_over(actor=program)
    assert Import.objects.get(pk=match.source_import_id).state == ImportState.DISCARDED


def test_a_rule_that_fails_shows_on_the_health_page_and_holds_up_no_other(
    cast, district, program, monkeypatch
):
    state = lambda: next(one for one in health.findings() if one.key == "retention")  # noqa: E731
    assert state().state == "later"
    stage = Stage(district)
    with clock.held_at(clock.now() - timedelta(days=2000)):
        _code, there = stage.phonecode()
    keeping.forget_what_is_over(actor=program)
    assert not there()
    assert state().state == "ok"
    page = cast.client("administrator").get("/office/health/").content.decode()
    assert "姓名" in page
    assert "730" in page

    def breaks(_before):
        raise ValueError

    retention.rules()
    rule = retention._rules[Reader]
    monkeypatch.setitem(retention._rules, Reader, retention.Rule(Reader, breaks, rule.forget))
    with clock.held_at(clock.now() - timedelta(days=2000)):
        _code, there = stage.phonecode()
    keeping.forget_what_is_over(actor=program)
    assert not there()
    assert RetentionRun.objects.get(name="learning.reader").failed == "ValueError"
    assert state().state == "bad"
    monkeypatch.setitem(retention._rules, Reader, rule)
    keeping.forget_what_is_over(actor=program)
    assert state().state == "ok"
    with clock.held_at(clock.now() + timedelta(days=3)):
        assert state().state == "bad"


def test_sessions_that_are_over_are_deleted_at_night_and_the_others_go_on(cast):
    browser = cast.client("office")
    over = Login.objects.create(session_key="over", session_data="", expire_date=clock.now() - timedelta(1))
    forget_sessions()
    assert not Login.objects.filter(pk=over.pk).exists()
    assert browser.get("/office/").status_code == 200
