"""Who belongs to the Party, asked to join or reported to a branch stands in nothing that anybody else is shown.

Two worlds are compared, page by page and for the same readers: one in which nobody is anything, and the same one after
canaries were sealed into it. Whoever may not know reads both alike, to the last sign: nothing says it, and nothing
(order, count, search, export) depends on it. The control is whoever may know: their pages differ.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client

from conftest import workbook
from nuanyi.census.models import Establishment, Worker
from nuanyi.census.services import imports
from nuanyi.front.tests.test_access_table import TABLE
from nuanyi.journal.models import Entry
from nuanyi.learning.services import sessions
from nuanyi.ledger.models import LedgerEntry
from nuanyi.lib import clock, row_security
from nuanyi.notices.models import Notice
from nuanyi.party.models.applications import Application
from nuanyi.party.models.life import Meeting
from nuanyi.party.models.members import Member
from nuanyi.party.models.organisations import Organisation
from nuanyi.party.models.speaking import LectureTeam
from nuanyi.party.services import joining, life, members, organisations, speaking
from nuanyi.people.services import accounts, persons
from nuanyi.units.models import Unit

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
#: Signs that stand nowhere else.
CANARIES = ("金丝雀甲", "19900077701", "金丝雀同意书", "金丝雀预备党员")
#: Who may not know: an office of the district, clerks and keepers of units, who watches over it all, a stranger, who runs the
#: machine, who walks a grid, an instructor to whom nobody was assigned, a secretary of another branch.
CURIOUS = (
    "office",
    "zhemu",
    "clerk",
    "keeper",
    "auditor",
    "guest",
    "administrator",
    "grid",
    "other instructor",
    "other secretary",
)
MAY_KNOW = ("organisation", "instructor")
A_SECRETARY = "secretary"
SHOP = "雁山快递站"
#: What changes from one look to the next, whoever looks: tokens, nonces, keys of forms.
PASSING = re.compile(
    rb"nonce=\"[^\"]*\"|nonce-[\w+/=-]+|csrfmiddlewaretoken\" value=\"\w+|hx-headers='[^']*'"
    rb"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\"token\": \"\w+\"|/CreationDate \([^)]*\)|/ID \[[^]]*\]"
)
#: The journal grows with every look and the numbers of the machine with every request: canaries only.
GROWING = ("office/audit/", "metrics", "healthz", "office/health/")


def addresses() -> list[str]:
    """Every address that needs nothing to be filled in."""
    left_out = ("accounts/", "language/", "setup/", "office/setup/", "openrosa/")
    return [one for one in TABLE if "<" not in one and not one.startswith(left_out)]


@pytest.fixture
def world(cast, program, monkeypatch):
    """A worker on a roster, a shop with its instructor, a session with its team; nobody is anything yet."""
    with clock.held_at(NOW):
        head = ["姓名", "手机号", "行业领域", "所属乡镇"]
        rows = [
            head,
            ["金丝雀甲", "19900077701", "快递", "雁山镇"],
            ["周乙", "19900077702", "快递", "雁山镇"],
        ]
        imports.import_now(
            actor=program,
            client_key=UUID(int=1),
            data=workbook(rows),
            file_name="a.xlsx",
            source_name="甲",
            choice="keep",
        )
        shop = Establishment.objects.create(
            name=SHOP, name_key=SHOP, region_code="450311100", sector="courier", follow_up="new"
        )
        told = organisations.OrganisationInput(
            "雁山镇党委", "committee", "450311100", date(2021, 7, 1), members=5, approval="x"
        )
        above = organisations.found(actor=cast.actor("organisation"), told=told)
        session = sessions.save_session(
            actor=cast.actor("instructor"),
            told=sessions.SessionInput(
                kind="lecture",
                title="骑行安全一课",
                place="雁山镇",
                starts_at=NOW,
                ends_at=NOW.replace(hour=3),
                unit=Unit.objects.get(code="t100"),
            ),
        )
        for role, name in (("member", "韦丙"), ("instructor", "莫丁")):
            sessions.add_member(actor=cast.actor("instructor"), pk=session.pk, role=role, name=name)
        branch = organisations.found(
            actor=cast.actor("organisation"),
            told=organisations.OrganisationInput(
                "雁山联合党支部",
                "joint",
                "450311100",
                date(2022, 4, 1),
                parent=above.pk,
                members=4,
                approval="x",
            ),
        )
        secretary = accounts.make_account(
            actor=program,
            username="shuji",
            password="three-words-7",
            unit=Unit.objects.get(code="t100"),
            must_change_password=False,
        )
        accounts.give_role(actor=cast.actor("organisation"), account=secretary, role="branch", region_code="")
        cast.accounts["secretary"] = secretary
        organisations.change(
            actor=cast.actor("organisation"), pk=branch.pk, members=4, secretary=secretary.pk
        )
        for name, role, place in (
            ("receiver", "branch", ""),
            ("other secretary", "branch", ""),
            ("other instructor", "instructor", "450311101"),
        ):
            account = accounts.make_account(
                actor=program,
                username=name.replace(" ", "-"),
                password="three-words-7",
                unit=Unit.objects.get(code="t101"),
                must_change_password=False,
            )
            accounts.give_role(actor=program, account=account, role=role, region_code=place)
            cast.accounts[name] = account
            if role == "branch":
                told = organisations.OrganisationInput(
                    f"柘木支部 {name}", "formal", "450311101", date(2022, 4, 1), members=4, approval="x"
                )
                led = organisations.found(actor=cast.actor("organisation"), told=told)
                organisations.change(
                    actor=cast.actor("organisation"), pk=led.pk, members=4, secretary=account.pk
                )
        # minutes name people; that the branch met is no secret of anybody
        told = life.MeetingInput("assembly", "学习", "雁山镇", NOW, NOW.replace(hour=3))
        met = life.plan_meeting(actor=cast.actor("secretary"), key=UUID(int=9), branch=branch.pk, told=told)
        life.hold_meeting(
            actor=cast.actor("secretary"), pk=met.pk, heads=4, minutes="讨论金丝雀预备党员转正，金丝雀同意书"
        )
        speaking.set_team_up(
            actor=cast.actor("organisation"),
            name="雁山宣讲队",
            region_code="450311100",
            instructor=cast.accounts["instructor"].pk,
        )
        browsers = {part: cast.client(part) for part in {*CURIOUS, *MAY_KNOW, A_SECRETARY} - {"guest"}}
        yield {"guest": Client(), **browsers}, shop, session


def affiliate(cast, program) -> None:
    """The same world, in which the canary is a member on a roster, has asked to join and went some way."""
    person = Worker.objects.order_by("pk").select_related("person").first().person
    persons.seal_into(person, political="金丝雀预备党员").save()
    made = joining.ask(
        key=UUID(int=7),
        told=joining.ApplicationInput(
            "金丝雀甲", "19900077701", "450311100", workplace=SHOP, home_code="450311101", agrees=True
        ),
        network="203.0.113.9",
    )
    branch = Organisation.objects.get(name="雁山联合党支部")
    member = members.add_member(
        actor=cast.actor("secretary"),
        key=UUID(int=8),
        branch=branch.pk,
        told=members.MemberInput("金丝雀甲", "19900077701", "full", date(2022, 5, 1), "金丝雀同意书"),
    )
    since = clock.today()
    code = members.send_away(
        actor=cast.actor("secretary"),
        pk=member.pk,
        told=members.Absence(since, since.replace(year=since.year + 1), "450311101"),
    )
    receiving = Organisation.objects.get(secretary=cast.accounts["receiver"])
    members.check_in(actor=cast.actor("receiver"), branch=receiving.pk, code=code)
    speaking.take_into_team(
        actor=cast.actor("instructor"),
        key=UUID(int=10),
        team=LectureTeam.objects.get().pk,
        part="member",
        name="金丝雀甲",
        agreed="金丝雀同意书",
    )
    speaking.add_speaker(
        actor=cast.actor("organisation"),
        key=UUID(int=11),
        told=speaking.SpeakerInput("金丝雀甲", "model", "金丝雀同意书"),
    )
    joining.take_step(actor=cast.actor("instructor"), pk=made.pk, code="talk", on=clock.today(), paper="谈话")


def shown(browser: Client, address: str) -> bytes:
    """What one is shown: a page, or the text of what is in a workbook, without what changes at every look."""
    answer = browser.get(address)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as pack:
            body = b"".join(pack.read(name) for name in sorted(pack.namelist()) if "docProps" not in name)
    return str(answer.status_code).encode() + PASSING.sub(b"", body)


def every_page(browsers, parts, session) -> dict[tuple[str, str], bytes]:
    """``(reader, address) -> what is shown``."""
    worker = Worker.objects.order_by("pk").first().pk
    asked = [f"/{one}" for one in addresses()]
    asked += [
        f"/office/census/workers/?{query}" for query in ("sort=political", "order=political", "political=1")
    ]
    asked += [f"/office/search/?q={word}" for word in ("党员", "预备", "入党", "19900077701")]
    asked += [
        f"/office/learning/sessions/{session.pk}/",
        f"/office/learning/sessions/{session.pk}/screen/",
        f"/office/learning/sessions/{session.pk}/edit/",
        f"/office/census/workers/{worker}/",
        f"/office/census/establishments/{Establishment.objects.get(name=SHOP).pk}/",
        "/office/census/workers.xlsx",
        "/office/census/establishments.xlsx",
    ]
    return {(part, address): shown(browsers[part], address) for part in parts for address in asked}


def test_whoever_may_not_know_reads_the_same_whether_somebody_belongs_or_not(cast, program, world, caplog):
    browsers, _shop, session = world
    caplog.set_level(logging.DEBUG)
    before = every_page(browsers, CURIOUS, session)
    known = [shown(browsers[part], "/office/party/applications/") for part in MAY_KNOW]
    known.append(shown(browsers[A_SECRETARY], "/office/party/members/"))
    caplog.clear()
    entries, notices = Entry.objects.count(), Notice.objects.count()
    affiliate(cast, program)
    after = every_page(browsers, CURIOUS, session)
    differ = [
        where
        for where, body in after.items()
        if body != before[where] and not where[1].startswith(tuple(f"/{one}" for one in GROWING))
    ]
    assert differ == []
    hidden = [word.encode() for word in CANARIES[2:]]
    assert [where for where, body in after.items() if any(word in body for word in hidden)] == []
    # the control: those who may know are shown that there is something
    seen = [shown(browsers[part], "/office/party/applications/") for part in MAY_KNOW]
    seen.append(shown(browsers[A_SECRETARY], "/office/party/members/"))
    assert all(now != then for now, then in zip(seen, known, strict=True))
    # nothing beside the pages says it either: the log, the journal, notices, the ledger
    beside = {
        "log": "\n".join(record.getMessage() for record in caplog.records),
        "journal": "\n".join(
            str(one)
            for one in Entry.objects.order_by("-pk").values_list("detail")[: Entry.objects.count() - entries]
        ),
        "notices": "\n".join(str(one) for one in Notice.objects.values_list("kind", "facts")),
        "ledger": "\n".join(str(one) for one in LedgerEntry.objects.values()),
    }
    assert Notice.objects.count() > notices, "somebody was told, so that the notice is looked at"
    for place, text in beside.items():
        for word in (*CANARIES, "党", "political"):
            assert word not in text, (place, word)


#: Pages of one record that says who belongs, or asked to: what stands at its number, and what at one that nobody has.
OF_ONE = (
    ("/office/party/applications/{}/", Application),
    ("/office/party/applications/{}/papers/talk/", Application),
    ("/office/party/members/{}/", Member),
    ("/office/party/life/{}/", Meeting),
    ("/office/party/teams/{}/", LectureTeam),
)
NONE = 987_654_321


def test_the_page_of_a_record_reads_like_that_of_none_to_whoever_may_not_know(cast, program, world):
    browsers, _shop, _session = world
    affiliate(cast, program)
    for address, model in OF_ONE:
        with row_security.reading_as(program):
            number = model.objects.values_list("pk", flat=True)[0]
        page, none = address.format(number), address.format(NONE)
        for part in CURIOUS:
            there = shown(browsers[part], page).replace(page.encode(), none.encode())
            assert there == shown(browsers[part], none), (part, address)
        # the control: the organisation department reads something else there than of none
        assert shown(browsers["organisation"], page)[:3] == b"200"
        assert shown(browsers["organisation"], none)[:3] == b"404"


def test_no_room_that_serves_reads_what_somebody_belongs_to():
    """Whether and how fast a service is given cannot depend on it: a room names it only where it is kept or asked for."""
    package = Path(__file__).parents[2]
    keeping = {"census", "party", "people", "program", "rights"}
    serving = {room.rpartition(".")[2] for room in settings.ROOMS} - keeping
    assert serving > {"cases", "learning", "matrix", "stations"}
    for room in serving:
        for file in (package / room).rglob("*.py"):
            text = file.read_text()
            if "tests" in file.parts or "migrations" in file.parts:
                continue
            if (
                file.name == "ports.py" and room == "matrix"
            ):  # what Party work asks of others: sessions, lists, stations
                text = text.replace("nuanyi.party import ports\n", "").replace(
                    "nuanyi.party.ports import", ""
                )
            assert "nuanyi.party" not in text, file
            allowed = text.count('actor.can("people.reveal_political")') if room == "learning" else 0
            assert text.replace("political affiliation", "").count("political") == allowed, file
