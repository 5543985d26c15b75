"""Another unit's record answers exactly like one that nobody has: every route with an object, every role, every method.

The routes and their permissions come from the addresses themselves, the objects are real, the bodies are filled. What a
role may see is worked out from its scopes, not from the answers. ``NUANYI_EXPLORE=1`` (``make access``) tries every role with
every method; without it the roles that have the permission, reading and sending, a third of the pairs of route and role.
"""

import os
import re
from datetime import timedelta
from difflib import unified_diff
from functools import cache, cached_property
from uuid import uuid4
from zlib import crc32

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from conftest import EVERY_DAY, PARTS, id_number
from nuanyi.cases import case_staff
from nuanyi.cases.models import Attachment, Case, Need, Pledge, Project, Register
from nuanyi.census.models import Establishment, Export, Import, Source, Worker
from nuanyi.front.checks import act_of, routes
from nuanyi.learning.models import Group, Push, Session, SessionPicture
from nuanyi.lib import clock, sealed
from nuanyi.lib.actor import Actor, system
from nuanyi.matrix.briefs import ACT
from nuanyi.matrix.models import Brief, KeyTask, Practice, TaskUnit
from nuanyi.matrix.services.practice import WRITE
from nuanyi.matrix.task_board import SEE
from nuanyi.matrix.task_rules import Part
from nuanyi.party.models import Application, Assignment, Member, Organisation
from nuanyi.party.rules import ORGANISE
from nuanyi.people.access import actor_for
from nuanyi.people.models import Person
from nuanyi.people.services import seal_into
from nuanyi.reports import staff as reports_staff
from nuanyi.reports.models import Kind, Picture, Report
from nuanyi.stations.models import Fault, Keeper, StationList, Wish
from nuanyi.stations.services import stations
from nuanyi.stations.services.stations import StationDraft
from nuanyi.volunteers.models import Campaign, Evidence, Shift, Team, Volunteer

pytestmark = pytest.mark.django_db

EVERYTHING = bool(os.environ.get("NUANYI_EXPLORE"))
METHODS = ("get", "post", "put", "patch", "delete", "head", "options") if EVERYTHING else ("get", "post")
#: One of so many pairs of route and role is tried at a landing; always the same ones.
SLICES = 1 if EVERYTHING else 3


class Side:
    """One unit and a place with one of every object."""

    def __init__(self, unit, region, account, n):
        self.unit, self.region, self.account, self.n = unit, region, account, n

    @cached_property
    def case(self):
        made = Case.objects.create(
            key=uuid4(),
            ref=f"QZ{self.n}0001",
            claim_digest=bytes([self.n]),
            body_digest=b"1",
            kind="wage",
            state="open",
            unit=self.unit,
            region_code=self.region,
            answer_due_at=clock.now(),
            due_at=clock.now() + timedelta(days=9),
        )
        sealed.put(made, "sealed_words", "站长扣了我三天的钱")
        made.save()
        return made

    @cached_property
    def attachment(self):
        made = Attachment(id=uuid4(), case=self.case, media="photo", content_type="image/jpeg")
        sealed.put(made, "sealed_file", b"\xff\xd8picture")
        made.save(force_insert=True)
        return made

    @cached_property
    def register(self):
        return Register.objects.create(id=uuid4(), name="登记.xlsx", file_digest="0", account=self.account)

    @cached_property
    def task(self):
        day = clock.today()
        made = KeyTask.objects.create(
            year=day.year,
            number=self.n,
            title="暖站建设",
            lead=self.unit,
            start_date=day,
            due_date=day + timedelta(days=30),
        )
        TaskUnit.objects.create(task=made, unit=self.unit, part=Part.LEAD)
        return made

    @cached_property
    def brief(self):
        return Brief.objects.create(
            period="2022-06", region_code=self.region, number=self.n, title="工作简报", unit=self.unit
        )

    @cached_property
    def practice(self):
        return Practice.objects.create(title="夜间课堂", text="晚上七点", unit=self.unit)

    @cached_property
    def project(self):
        need = Need.objects.create(part="rights", title="法律咨询", amount=9, unit=self.unit)
        pledge = Pledge.objects.create(
            part="rights",
            title="律师半天",
            amount=9,
            measure="次",
            first_date=clock.today(),
            last_date=clock.today() + timedelta(days=30),
            unit=self.unit,
        )
        return Project.objects.create(need=need, pledge=pledge, amount=1, day=clock.today())

    @cached_property
    def report(self):
        kind, _made = Kind.objects.get_or_create(
            code="lamp", defaults={"title": "路灯不亮", "amount": 3, "counted": "days"}
        )
        made = Report.objects.create(
            ref=f"RB{self.n}0001",
            kind=kind,
            lat_wgs84=25.06,
            lon_wgs84=110.31,
            cell=self.n,
            unit=self.unit,
            region_code=self.region,
            hour_at=clock.now(),
            due_at=clock.now() + timedelta(days=3),
        )
        sealed.put(made, "sealed_words", "村口路灯不亮")
        made.save()
        return made

    @cached_property
    def picture(self):
        made = Picture(id=uuid4(), report=self.report, width=1, height=1)
        sealed.put(made, "sealed_data", b"\xff\xd8picture")
        made.save(force_insert=True)
        return made

    @cached_property
    def person(self):
        made = Person(region_codes=[self.region[:6], self.region], unit_ids=[self.unit.pk])
        seal_into(made, name="周小明", phone=f"1990000000{self.n}", id_number=id_number(self.n))
        made.save()
        return made

    @cached_property
    def worker(self):
        return Worker.objects.create(
            person=self.person, region_code=self.region, unit=self.unit, sector="courier"
        )

    @cached_property
    def establishment(self):
        return Establishment.objects.create(
            name=f"甲店{self.n}", name_key=f"甲店{self.n}", region_code=self.region, unit=self.unit
        )

    @cached_property
    def roster(self):
        source = Source.objects.create(name="甲", unit=self.unit)
        return Import.objects.create(
            account=self.account,
            unit=self.unit,
            source=source,
            kind="workers",
            file_name="甲.xlsx",
            file_digest="0",
            file_bytes=1,
            state="review",
        )

    @cached_property
    def export(self):
        return Export.objects.create(asked_by=self.account, purpose="慰问", state="approved")

    @cached_property
    def group(self):
        return Group.objects.create(
            name="骑手群", robot="wecom", sealed_address=b"\1\0\1x", hour="08:00", unit=self.unit
        )

    @cached_property
    def session(self):
        return Session.objects.create(
            kind="lecture",
            title="骑行安全",
            place="驿站",
            starts_at=clock.now(),
            ends_at=clock.now() + timedelta(hours=1),
            unit=self.unit,
            region_code=self.region,
            secret=b"1" * 32,
        )

    @cached_property
    def push(self):
        return Push.objects.create(
            channel="wecom",
            session=self.session,
            group=self.group,
            day=clock.today(),
            code=f"P{self.n}",
            state="doubt",
            due_at=clock.now(),
        )

    @cached_property
    def session_picture(self):
        made = SessionPicture(key=uuid4(), session=self.session, kind="photo")
        sealed.put(made, "sealed_data", b"\xff\xd8picture")
        made.save()
        return made

    @cached_property
    def team(self):
        return Team.objects.create(name=f"先锋队{self.n}", kind="pioneer", unit=self.unit)

    @cached_property
    def volunteer(self):
        made = Volunteer(
            key=uuid4(), team=self.team, name_mask="周**", role="traffic", standing="asked", day=clock.today()
        )
        sealed.put(made, "sealed_name", "周小明")
        made.save()
        return made

    @cached_property
    def shift(self):
        return Shift.objects.create(
            team=self.team,
            topic="civility",
            title="路口劝导",
            place="路口",
            starts_at=clock.now() - timedelta(hours=2),
            ends_at=clock.now() - timedelta(hours=1),
        )

    @cached_property
    def evidence(self):
        made = Evidence(key=uuid4(), shift=self.shift)
        sealed.put(made, "sealed_data", b"\xff\xd8picture")
        made.save()
        return made

    @cached_property
    def campaign(self):
        return Campaign.objects.create(
            topic="civility",
            title="文明骑行",
            unit=self.unit,
            stock=100,
            first_day=clock.today(),
            last_day=clock.today() + timedelta(days=9),
        )

    @cached_property
    def application(self):
        made = Application(
            key=uuid4(),
            work_code=self.region,
            door="residence",
            instructor=self.account,
            asked_date=clock.today(),
        )
        sealed.put(made, "sealed_name", "周小明")
        made.save()
        return made

    @cached_property
    def member(self):
        branch = Organisation.objects.create(
            name=f"支部{self.n}",
            form="formal",
            region_code=self.region,
            secretary=self.account,
            founded_date=clock.today(),
        )
        made = Member(key=uuid4(), branch=branch, agreed="同意书", joined_date=clock.today())
        sealed.put(made, "sealed_name", "周小明")
        made.save()
        return made

    @cached_property
    def followed(self):
        Assignment.objects.create(
            account=self.account, establishment=self.establishment, from_date=clock.today()
        )
        return self.establishment

    @cached_property
    def station(self):
        draft = StationDraft(
            name=f"暖站{self.n}",
            tier="township",
            venue="care_station",
            lat=25.05 + self.n / 1000,
            lon=110.32,
            region_code=self.region,
            unit=self.unit,
            amenities=["charging"],
            functions=["rest"],
            hours=EVERY_DAY,
        )
        return stations.save_station(actor=system("test"), draft=draft)

    @cached_property
    def fault(self):
        return Fault.objects.create(
            key=uuid4(),
            station=self.station,
            trouble="broken",
            kind="charging",
            body_digest=b"1",
            made_at=clock.now(),
            due_at=clock.now() + timedelta(days=1),
        )

    @cached_property
    def wish(self):
        return Wish.objects.create(
            key=uuid4(), station=self.station, words="要个微波炉", made_date=clock.today()
        )

    @cached_property
    def station_list(self):
        return StationList.objects.create(
            id=uuid4(), account=self.account, file_name="站.xlsx", file_digest="0", crs="gcj02"
        )


NOBODYS_NUMBER = 999_999_999

#: name of the route -> (what it shows, {parameter: (object, attribute)})
OBJECTS = {
    "cases:case": ("case", {"pk": ("case", "pk")}),
    "cases:file": ("case", {"pk": ("case", "pk"), "number": ("attachment", "pk")}),
    "cases:letter": ("case", {"pk": ("case", "pk"), "name": "transfer"}),
    "cases:act": ("case", {"pk": ("case", "pk"), "deed": sorted(case_staff.DEEDS)}),
    "cases:register_out": ("register", {"pk": ("register", "pk")}),
    "cases:finish": ("project", {"pk": ("project", "pk")}),
    "census:establishment": ("establishment", {"pk": ("establishment", "pk")}),
    "census:worker": ("worker", {"pk": ("worker", "pk")}),
    "census:change": ("worker", {"what": "workers", "pk": ("worker", "pk")}),
    "census:import_mend": ("roster", {"pk": ("roster", "pk")}),
    "census:import": ("roster", {"pk": ("roster", "pk")}),
    "census:import_columns": ("roster", {"pk": ("roster", "pk")}),
    "census:import_choose": ("roster", {"pk": ("roster", "pk")}),
    "census:import_decide": ("roster", {"pk": ("roster", "pk")}),
    "census:import_undo": ("roster", {"pk": ("roster", "pk")}),
    "census:import_copy": ("roster", {"pk": ("roster", "pk"), "part": ["rejected", "marked"]}),
    "census:export_take": ("export", {"pk": ("export", "pk")}),
    "learning:group": ("group", {"pk": ("group", "pk")}),
    "learning:try": ("group", {"pk": ("group", "pk")}),
    "learning:settle": ("push", {"pk": ("push", "pk")}),
    "learning:session": ("session", {"pk": ("session", "pk")}),
    "learning:session_edit": ("session", {"pk": ("session", "pk")}),
    "learning:screen": ("session", {"pk": ("session", "pk")}),
    "learning:picture": ("session", {"pk": ("session", "pk"), "key": ("session_picture", "key")}),
    "learning:session_act": (
        "session",
        {"pk": ("session", "pk"), "deed": ["team", "cancel", "close", "invite", "picture", "nothing"]},
    ),
    "party:application": ("application", {"pk": ("application", "pk")}),
    "party:paper": (
        "application",
        {"pk": ("application", "pk"), "name": ["talk", "activist", "nothing"]},
    ),
    "party:member": ("member", {"pk": ("member", "pk")}),
    "party:group": ("followed", {"pk": ("followed", "pk")}),
    "matrix:task": ("task", {"pk": ("task", "pk")}),
    "matrix:task_edit": ("task", {"pk": ("task", "pk")}),
    "matrix:task_unit": ("task", {"pk": ("unit", "pk")}),
    "matrix:brief": ("brief", {"pk": ("brief", "pk")}),
    "matrix:brief_file": ("brief", {"pk": ("brief", "pk")}),
    "matrix:practice": ("practice", {"pk": ("practice", "pk")}),
    "people:account": ("account", {"pk": ("account", "pk")}),
    "people:reveal": ("person", {"pk": ("person", "pk")}),
    "grid:report": ("report", {"pk": ("report", "pk")}),
    "reports:report": ("report", {"pk": ("report", "pk")}),
    "reports:phones": ("report", {"pk": ("report", "pk")}),
    "reports:picture": ("report", {"pk": ("report", "pk"), "number": ("picture", "pk")}),
    "reports:act": ("report", {"pk": ("report", "pk"), "deed": sorted(reports_staff.DEEDS)}),
    "keeper:today": ("station", {"code": ("station", "code")}),
    "keeper:door": ("station", {"code": ("station", "code")}),
    "keeper:amenity": ("station", {"code": ("station", "code")}),
    "keeper:fault": ("station", {"code": ("station", "code"), "pk": ("fault", "pk")}),
    "keeper:fault_photo": ("station", {"code": ("station", "code"), "pk": ("fault", "pk")}),
    "keeper:wish": ("station", {"code": ("station", "code"), "pk": ("wish", "pk")}),
    "keeper:note": ("station", {"code": ("station", "code")}),
    "keeper:screen": ("station", {"code": ("station", "code")}),
    "keeper:screen_code": ("station", {"code": ("station", "code")}),
    "stations:sent": ("station_list", {"pk": ("station_list", "pk")}),
    "stations:edit": ("station", {"pk": ("station", "pk")}),
    "stations:move": ("station", {"pk": ("station", "pk")}),
    "stations:exceptions": ("station", {"pk": ("station", "pk")}),
    "stations:photo": ("station", {"pk": ("station", "pk")}),
    "stations:keepers": ("station", {"pk": ("station", "pk")}),
    "volunteers:move": ("volunteer", {"pk": ("volunteer", "pk")}),
    "volunteers:shift": ("shift", {"pk": ("shift", "pk")}),
    "volunteers:names": ("shift", {"pk": ("shift", "pk")}),
    "volunteers:evidence": ("shift", {"pk": ("shift", "pk"), "key": ("evidence", "key")}),
    "volunteers:shift_act": (
        "shift",
        {"pk": ("shift", "pk"), "deed": ["confirm", "decide", "close", "photo", "nothing"]},
    ),
    "volunteers:campaign": ("campaign", {"pk": ("campaign", "pk")}),
    "volunteers:campaign_map": ("campaign", {"pk": ("campaign", "pk")}),
}

#: Routes whose objects belong to no unit: whoever has the permission has it for all of them, or it is one's own sign-in.
OF_THE_DISTRICT = {
    "cases:item",
    "cases:letter_template",
    "census:split",
    "census:pair_decide",
    "census:round_move",
    "census:export_decide",
    "census:follow_up",  # the parameter is a kind of list
    "census:export",
    "census:add",  # no object yet
    "census:cells",  # the parameter is a kind of list; whose rows change is tried by the tests of the list
    "census:undo_cells",
    "census:pairs",
    "census:pairs_again",
    "party:organisation",
    "party:alliance",
    "party:alliance_points",
    "learning:lesson",
    "learning:move",
    "learning:media",
    "learning:channel",
    "learning:trial",  # its number is a random one that only the page of whoever asked for it got
    "matrix:week",  # the parameter is a place
    "matrix:records",  # the parameter is a figure
    "matrix:closing",  # the parameter is a year: of its tasks those that one sees
    "matrix:year",
    "matrix:regulation",
    "sharing:summary",
    "rights:person",
    "rights:decide",
    "rights:take",
    "stations:one",  # stations are public; what only their keepers see stands on other pages
    "stations:poster",
    "units:edit_rule",
    "units:unit",
    "units:alliance",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
}

FILLED = {
    "sure": "1",
    "good": "1",
    "came": "1",
    "came_": "0",
    "words": "已经处理好了",
    "reason": "情况属实",
    "note": "情况属实",
    "title": "甲",
    "name": "甲",
    "place": "路口",
    "purpose": "核对工资纠纷",
    "field": "phone",
    "minutes": "60",
    "state": "done",
    "reached": "12",
    "to": "active",
    "account": "1",
    "unit": "1",
    "why": "nothing",
    "kind": "lamp",
    "count": "10",
    "amount": "1",
    "day": "2026-12-01",
    "first_date": "2026-12-01",
    "last_date": "2026-12-02",
    "head_count": "30",
    "choice": "keep",
    "role": "clerk",
    "answer": "已答复",
    "open": "1",
}
_SECRETS = re.compile(
    rb'name="csrfmiddlewaretoken" value="[^"]+"|csrf[-\w]*&quot;: ?&quot;[^&]+|"X-CSRFToken": ?"[^"]+"|'
    rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)


@cache
def named_routes():
    """``(name, permission, parameters)`` of every route that takes an object and is not open to everybody."""
    found = {}
    for address, view in routes():
        parameters = re.findall(r"<(?:\w+:)?(\w+)>", address)
        if parameters and act_of(view) not in (None, "public"):
            found[address] = (act_of(view), parameters)
    return found


@cache
def names():
    """The name of every route by its pattern."""

    def walk(patterns, prefix, space):
        for pattern in patterns:
            whole = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern.url_patterns, whole, inner)
            else:
                yield whole, f"{space}{pattern.name}"

    return dict(walk(get_resolver().url_patterns, "", ""))


def name_of(address):
    """The name of a route by its pattern."""
    return names()[address]


@pytest.fixture
def sides(cast, district):
    """Two townships with their units, and a department's things in a third place; each has one of everything."""
    ours = Side(district["t101"], "450311101", cast.accounts["zhemu"], 1)
    theirs = Side(district["t100"], "450311100", cast.accounts["yanshan"], 2)
    elsewhere = Side(district["shichang"], "450311201", cast.accounts["department"], 3)
    Keeper.objects.create(station=ours.station, account=cast.accounts["keeper"])
    return ours, theirs, elsewhere


def may_see(actor, permission, kind, side):
    """What the scopes of a role say about an object, and for some objects who is named on them."""
    if kind in ("roster", "export", "station_list", "register"):
        if kind == "roster" and actor.everywhere(permission):
            return True
        if kind == "station_list" and actor.everywhere(permission):
            return True
        return actor.account_id == side.account.pk
    if kind in ("application", "followed", "member"):
        everywhere = kind != "followed" and actor.everywhere(ORGANISE)
        return everywhere or actor.account_id == side.account.pk
    if kind in ("task", "practice"):
        return actor.can({"task": SEE, "practice": WRITE}[kind], units=(side.unit.pk,))
    if kind == "brief":
        return actor.can(ACT, regions=(side.region,))
    if kind == "account":
        return actor.everywhere(permission) or side.unit.pk in actor.units(permission)
    if kind == "station" and permission == "stations.keep" and "keeper" in actor.roles:
        return Keeper.objects.filter(station=side.station, account_id=actor.account_id).exists()
    return actor.can(permission, regions=(side.region,), units=(side.unit.pk,))


def addresses(name, target):
    """Every address of a route for the objects of a side."""
    _kind, parameters = OBJECTS[name]
    filled = [{}]
    for parameter, source in parameters.items():
        if isinstance(source, tuple):
            what, attribute = source
            value = (
                getattr(getattr(target, what), attribute) if isinstance(target, Side) else target(attribute)
            )
            values = [value]
        else:
            values = source if isinstance(source, list) else [source]
        filled = [{**one, parameter: value} for one in filled for value in values]
    return [reverse(name, kwargs=one) for one in filled]


def nobodys(name):
    """The same addresses with keys that nobody has, of the kind that each parameter takes."""
    address = next(address for address in named_routes() if name_of(address) == name)
    converters = {parameter: kind for kind, parameter in re.findall(r"<(\w+):(\w+)>", address)}
    values_of = {"int": NOBODYS_NUMBER, "uuid": uuid4(), "slug": "NY99999", "str": "NY99999"}
    filled = [{}]
    for parameter, source in OBJECTS[name][1].items():
        values = source if isinstance(source, list) else [source]
        if isinstance(source, tuple):
            values = [values_of[converters[parameter]]]
        filled = [{**one, parameter: found} for one in filled for found in values]
    return [reverse(name, kwargs=one) for one in filled]


def asked(browser, method, address):
    """Status, body and target of an answer; whatever it changed is taken back."""
    browser.raise_request_exception = False  # it is an answer of 500 as anybody gets it
    data = FILLED | {"key": str(uuid4())} if method == "post" else {}
    with transaction.atomic():
        answer = getattr(browser, method)(address, data)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    # the path of a page is told in links to sign in and to change the language
    body = re.sub(rb"[?&]next=[^\"'&]*", b"", body.replace(address.encode(), b"ADDRESS"))
    # a page that leads back leads to the page of the same record: /office/cases/16/keep/ to /office/cases/16/
    keys = re.findall(r"/(\d+|[0-9a-f-]{36}|NY\d+)(?=/)", address)
    target = answer.get("Location", "")
    for key in keys:
        target = target.replace(f"/{key}/", "/KEY/")
    return answer.status_code, _SECRETS.sub(b"", body), target


def difference(one, other):
    """What two answers do not have alike, for whoever has to mend it."""
    if one[0] != other[0] or one[2] != other[2]:
        return f"{one[0]} {one[2]} instead of {other[0]} {other[2]}"
    lines = unified_diff(
        other[1].decode(errors="replace").split("\n"), one[1].decode(errors="replace").split("\n")
    )
    return "\n".join(line[:200] for line in list(lines)[2:8])


def test_every_route_with_an_object_is_tried_or_said_to_be_the_districts():
    found = {name_of(address) for address in named_routes()}
    named = set(OBJECTS) | OF_THE_DISTRICT
    assert found - named == set()
    assert named - found == set()


def try_all(part, cast, sides, only=None):
    """Every route (or only that one) for one role: requests made, answers of one's own, what was wrong."""
    actor, browser = actor_for(cast.accounts[part]), cast.client(part)
    counted = seen = 0
    empty, wrong = {}, []
    for address, (permission, _parameters) in sorted(named_routes().items()):
        name = name_of(address)
        if name not in OBJECTS or (not EVERYTHING and not actor.can(permission)):
            continue
        if name != only and (only or crc32(f"{name} {part}".encode()) % SLICES):
            continue
        none = nobodys(name)
        for side in sides:
            own = may_see(actor, permission, OBJECTS[name][0], side)
            for one, nothing in zip(addresses(name, side), none, strict=True):
                # of one's own the pages are enough to show that the test sees something at all
                for method in ("get",) if own and not EVERYTHING else METHODS:
                    if (method, nothing) not in empty:
                        empty[method, nothing] = asked(browser, method, nothing)
                    answer, expected = asked(browser, method, one), empty[method, nothing]
                    alike = answer == expected
                    counted, seen = counted + 1, seen + (not alike)
                    if answer[0] >= 500 or expected[0] >= 500:
                        wrong.append(f"{part} {method} {one}: {answer[0]}, {expected[0]}")
                    elif not own and not alike:
                        wrong.append(f"{part} {method} {one}: {difference(answer, expected)}")
                    elif not actor.can(permission) and answer[0] not in (403, 405):
                        wrong.append(f"{part} {method} {one}: {answer[0]} without the permission")
    return counted + len(empty), seen, wrong


# one stage for all of them at a landing; one each where every method is tried, so that two processes share them
@pytest.mark.parametrize(
    "parts",
    [[part] for part in sorted(PARTS)] if EVERYTHING else [sorted(PARTS)],
    ids=lambda parts: parts[0] if len(parts) == 1 else "all",
)
def test_anothers_answers_exactly_like_none(cast, sides, parts, capsys):
    faults, total, of_ones_own = [], 0, 0
    for part in parts:
        counted, seen, wrong = try_all(part, cast, sides)
        total, of_ones_own, faults = total + counted, of_ones_own + seen, faults + wrong
    with capsys.disabled():
        print(f" {total} requests, {of_ones_own} answers of one's own")
    assert not faults, "\n".join(faults)
    # a worker keeps no records, an administrator none of people: nothing is seen, by every method that there is
    assert total > 1000 or EVERYTHING
    assert of_ones_own > 50 or EVERYTHING


def test_the_test_sees_a_route_that_tells_anothers_apart(cast, sides, monkeypatch):
    """The control: with the answer of before (403 for another's) the comparison fails."""
    assert try_all("zhemu", cast, sides, only="learning:session")[2] == []
    monkeypatch.setattr(Actor, "require_within", Actor.require)
    _counted, _seen, wrong = try_all("zhemu", cast, sides, only="learning:session")
    assert any("403  instead of 404" in line for line in wrong)


def test_a_guest_is_sent_to_sign_in_from_all_of_them(sides):
    browser = Client()
    for address, (_permission, _parameters) in named_routes().items():
        name = name_of(address)
        if name in OBJECTS:
            for one in addresses(name, sides[0]):
                for method in ("get", "post"):
                    status, _body, to = asked(browser, method, one)
                    assert status == 405 or (status == 302 and to.startswith("/accounts/login/")), one
