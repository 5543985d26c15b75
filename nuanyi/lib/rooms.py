"""A room declares, the roof collects.

Each room says in its ``room.py`` what it shows of itself: permissions, lines of the menu, what waits for a person
today, what its search finds, what the phone keeps for a day without network. Settings, addresses, menu, home, search,
the service worker, the table of access and the tests are made from these declarations, so that adding a room is its
folder and one line in ``settings.ROOMS``. See ``docs/adr/0017``.

What needs no word is found by the name of its file (:data:`BY_NAME`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.apps import apps
from django.conf import settings
from django.urls import NoReverseMatch, URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _

from nuanyi.lib import logs
from nuanyi.lib.actor import Actor
from nuanyi.lib.errors import Words
from nuanyi.lib.roles import SCOPES, Role
from nuanyi.lib.row_security import RowPolicy
from nuanyi.lib.source_line import source_line

if TYPE_CHECKING:
    from nuanyi.lib.demo import Demo

#: Files of a room that declare something by being imported, in this order. ``jobs`` is found by the queue itself.
BY_NAME = (
    "events",
    "kinds",
    "checks",
    "figures",
    "reactions",
    "answers",
    "files",
    "pledges",
    "ports",
    "retention",
    "sign_in",
)


@lru_cache(maxsize=1024)
def _reverse(name: str, kwargs: tuple[tuple[str, Any], ...]) -> str:
    return reverse(name, kwargs=dict(kwargs))


@dataclass(frozen=True)
class Route:
    """A named route with what fills it in; ``query`` follows the question mark, ``part`` names a part of the page."""

    name: str
    kwargs: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    part: str = ""
    written_at: str = field(default_factory=source_line, compare=False, repr=False)

    @property
    def address(self) -> str:
        """The address on this server, from its root."""
        plain = _reverse(self.name, tuple(self.kwargs.items()))
        if self.query:
            plain = f"{plain}?{urlencode(self.query, safe=',')}"
        return f"{plain}#{self.part}" if self.part else plain


@dataclass(frozen=True)
class StaticFile:
    """A file below ``static/``."""

    name: str


@dataclass(frozen=True)
class Permission:
    """What somebody may do: ``room.verb``, words for the table that administrators read, and role -> kind of scope.

    A role that is not named may not.
    """

    name: str
    title: Words
    roles: Mapping[Role, str]
    #: False: not for the staff of an alliance's member, whose role is one of a unit: it may be the firm that is complained of
    for_members: bool = True
    written_at: str = field(default_factory=source_line, compare=False, repr=False)


@dataclass(frozen=True)
class Part:
    """A part of the office's menu. Several rooms may stand in one; ``order`` says which part comes first."""

    title: Words
    order: int


TODAY = Part("", 0)
CENSUS = Part(_("Census and responsibility"), 10)
GOVERNANCE = Part(_("Governance"), 50)
#: What is set up once and seldom changed, apart from the day's work.
SETTINGS = Part(_("Settings"), 80)
HOUSE = Part(_("House"), 90)


@dataclass(frozen=True)
class MenuItem:
    """A line of the office's menu, shown to those who have ``permission``."""

    title: Words
    route: str
    icon: str
    permission: str
    part: Part | None = None  # the room's own where none is named
    order: int = 50
    written_at: str = field(default_factory=source_line, compare=False, repr=False)

    @property
    def href(self) -> str:
        """Where it leads."""
        return _reverse(self.route, ())


@dataclass(frozen=True)
class Step:
    """What a person with ``permission`` usually begins with; the home page shows the first few."""

    title: Words
    route: str
    permission: str
    order: int = 50
    written_at: str = field(default_factory=source_line, compare=False, repr=False)

    @property
    def href(self) -> str:
        """Where it leads."""
        return _reverse(self.route, ())


@dataclass(frozen=True)
class BarItem:
    """A place in the phone's bottom bar. ``covers``: namespaces and names of routes where it is the present one."""

    title: Words
    route: str
    icon: str
    order: int
    covers: frozenset[str]
    written_at: str = field(default_factory=source_line, compare=False, repr=False)

    @property
    def href(self) -> str:
        """Where it leads."""
        return _reverse(self.route, ())


@dataclass(frozen=True)
class Way:
    """A link that a room lays from a page of another room, ``page`` by its route's name, to one of its own.

    Rooms of one floor do not meet: whoever has the page shows the ways that lead on, whosesoever they are, and none
    where their room is not there.
    """

    page: str
    route: Route
    title: Words
    icon: str = ""
    order: int = 50
    #: shown where somebody who works for a unit signed in
    for_staff: bool = False

    @property
    def href(self) -> str:
        """Where it leads."""
        return self.route.address


@dataclass(frozen=True)
class Task:
    """Something that waits for a person: what, how many, where. One that counts nothing is not shown."""

    words: str
    route: Route
    count: int
    urgent: bool = False

    @property
    def href(self) -> str:
        """Where it is done."""
        return self.route.address


@dataclass(frozen=True)
class NextStep:
    """What the office usually does where little was delivered: words, and where it is done."""

    title: Words
    route: Route


@dataclass(frozen=True)
class ScreenFigure:
    """A figure that the big screen shows, by its key; with a ``head`` it is a column too where districts stand side by side.

    ``%(year)s`` in a head is the year that the screen shows.
    """

    key: str
    order: int
    head: Words = ""


@dataclass(frozen=True)
class Hit:
    """One thing that a search found; ``route`` is None where it has no page."""

    words: str
    route: Route | None = None
    detail: str = ""

    @property
    def href(self) -> str:
        """Its page, or ""."""
        return self.route.address if self.route is not None else ""


@dataclass(frozen=True)
class Hits:
    """What one room's search found of one kind."""

    title: Words
    rows: Sequence[Hit]
    #: by what was looked for, in words; empty where only the title says it
    by: Words = ""


@dataclass(frozen=True)
class Mount:
    """Routes of a room below an address: ``prefix`` without the first slash, ``module`` within the room."""

    prefix: str
    module: str = "urls"


@dataclass(frozen=True)
class Shot:
    """A page of the gallery: its name, the route, who looks (an account of the demo; nobody where "")."""

    name: str
    route: Route
    account: str = ""


@dataclass(frozen=True)
class Metric:
    """A number for Prometheus. ``read`` yields ``(labels, value)``; a ``counter`` only ever grows."""

    name: str
    words: str
    read: Callable[[], Iterable[tuple[Mapping[str, str], float]]]
    kind: str = "gauge"
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordPage:
    """The page of a record in the office: its route and the parameter that the record's number fills ("": the list that the
    record stands in, where it has no page of its own)."""

    route: str
    parameter: str = "pk"


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a room says of itself."""

    name: str
    title: Words
    permissions: Sequence[Permission] = ()
    mounts: Sequence[Mount] | None = None  # None: by the names of its files, see :func:`mounts_of`
    part: Part | None = None  # where its lines of the menu stand; a part of its own where none is named
    menu: Sequence[MenuItem] = ()
    steps: Sequence[Step] = ()
    bar: Sequence[BarItem] = ()
    ways: Sequence[Way] = ()
    #: which of its figures the first page shows, by their keys, each with the permission of those whose work it is
    home_figures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    screen: Sequence[ScreenFigure] = ()
    #: the beginning of its figures' keys ("": of those that no room speaks for) -> what to do next where numbers are thin
    where_thin: Mapping[str, NextStep] = field(default_factory=lambda: MappingProxyType({}))
    tasks: Callable[[Actor], Iterable[Task]] | None = None
    search: Callable[[Actor, str], Iterable[Hits]] | None = None
    #: lets go of what a process remembers of the room's tables for some seconds
    read_anew: Callable[[], None] | None = None
    offline: Sequence[Route | StaticFile] = ()
    #: pages that the phone keeps none of, by the pattern of their paths (a regular expression that Python and scripts read
    #: alike) -> the kept page, one of ``offline``, that stands in for them without network and fills itself on the phone
    kept: Mapping[str, Route] = field(default_factory=lambda: MappingProxyType({}))
    #: route of a kept page -> the name in its address with which only the server can answer it
    answered_online: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    #: what staff use on the phone: these pages and all whose addresses begin with theirs
    staff_phone: Sequence[Route] = ()
    #: patterns of addresses that the pages of other sites may read: public, and asked without a cookie
    for_other_pages: Sequence[str] = ()
    tones: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    metrics: Sequence[Metric] = ()
    policies: Sequence[RowPolicy] = ()
    #: models tied to a unit, an account or a person that have no policy, each with the reason
    unbound: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    #: models that hold what was set: they stay when a try-out is emptied
    lasting: frozenset[str] = frozenset()
    #: models that hold what the program writes of its own runs, also before anything is entered: they are emptied with a
    #: try-out, and are no records of the district
    of_runs: frozenset[str] = frozenset()
    #: tables whose rows are in no backup: who is signed in now, what is remembered for minutes, and salts that make marks
    #: unreadable once they are gone
    passing: frozenset[str] = frozenset()
    #: paths whose next part is a secret: the log leaves it out
    secret_paths: Sequence[str] = ()
    gallery: Sequence[Shot] = ()
    #: the pages of its records by the name of the model in small letters: where an entry of the ledger leads
    pages: Mapping[str, RecordPage] = field(default_factory=lambda: MappingProxyType({}))
    written_at: str = field(default_factory=source_line, compare=False, repr=False)


# collecting ----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def rooms() -> Mapping[str, Room]:
    """The declaration of every room by its package, in the order of ``settings.ROOMS``."""
    return MappingProxyType({package: import_module(f"{package}.room").ROOM for package in settings.ROOMS})


def collect() -> None:
    """Load what declares itself by the name of its file, then the declarations. Called when all models are there."""
    for package in settings.ROOMS:
        for module in BY_NAME:
            if _has(package, module):
                import_module(f"{package}.{module}")
    logs.hide_after([path for room in rooms().values() for path in room.secret_paths])


def forget() -> None:
    """Look again: the list of rooms or their routes have changed (tests)."""
    rooms.cache_clear()
    permissions.cache_clear()
    tones.cache_clear()
    _reverse.cache_clear()


@lru_cache(maxsize=1)
def permissions() -> Mapping[str, Permission]:
    """The one table of access, by the name of the permission; of two with one name the first holds (see problems)."""
    found: dict[str, Permission] = {}
    for room in rooms().values():
        for permission in room.permissions:
            found.setdefault(permission.name, permission)
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def tones() -> Mapping[str, str]:
    """How a state looks: state -> tone."""
    found: dict[str, str] = {}
    for room in rooms().values():
        for state, tone in room.tones.items():
            found.setdefault(state, tone)
    return MappingProxyType(found)


def menu() -> list[tuple[Part, list[MenuItem]]]:
    """The lines of the office's menu by part, both in their order."""
    parts: dict[Part, list[MenuItem]] = {}
    for room in rooms().values():
        own = room.part or Part(room.title, 60)
        for item in room.menu:
            parts.setdefault(item.part or own, []).append(item)
    ordered = sorted(parts.items(), key=lambda line: line[0].order)
    return [(part, sorted(items, key=lambda item: item.order)) for part, items in ordered]


def steps() -> list[Step]:
    """What people usually begin with, the commonest first."""
    return sorted((step for room in rooms().values() for step in room.steps), key=lambda step: step.order)


def bar() -> list[BarItem]:
    """The phone's bottom bar from left to right."""
    return sorted((item for room in rooms().values() for item in room.bar), key=lambda item: item.order)


def ways_from(page: str) -> list[Way]:
    """The ways that lead on from a page (its route's name) into other rooms, in their order, else in that of the rooms."""
    found = [way for room in rooms().values() for way in room.ways if way.page == page]
    return sorted(found, key=lambda way: (way.for_staff, way.order))


def tasks(actor: Actor) -> list[Task]:
    """What waits for this person in any room, the urgent first."""
    found = [task for room in rooms().values() if room.tasks is not None for task in room.tasks(actor)]
    return sorted((task for task in found if task.count), key=lambda task: not task.urgent)


def home_figures(actor: Actor) -> list[str]:
    """The keys of the figures that the first page shows to an actor: those that are of their own work."""
    told = [pair for room in rooms().values() for pair in room.home_figures.items()]
    return [key for key, permission in told if actor.can(permission)]


def screen_figures() -> list[ScreenFigure]:
    """What the big screen shows, in its order."""
    found = (figure for room in rooms().values() for figure in room.screen)
    return sorted(found, key=lambda figure: figure.order)


def where_thin(key: str) -> NextStep:
    """What to do next where the numbers of a figure or of a kind of service are thin, as its room says."""
    steps = {begins: step for room in rooms().values() for begins, step in room.where_thin.items()}
    return steps.get(key.partition(".")[0]) or steps[""]


def search(actor: Actor, text: str) -> list[Hits]:
    """What was looked for by ``text`` in every room where this actor may look, found or not."""
    return [hits for room in rooms().values() if room.search is not None for hits in room.search(actor, text)]


def offline() -> list[Route | StaticFile]:
    """The pages and files that a phone keeps for a day without network."""
    return [what for room in rooms().values() for what in room.offline]


def kept_pages() -> list[tuple[str, Route]]:
    """Which kept page stands in without network for the paths of a pattern."""
    return [line for room in rooms().values() for line in room.kept.items()]


def answered_online() -> dict[str, str]:
    """The address of a kept page -> the name in it with which only the server can answer."""
    lines = [line for room in rooms().values() for line in room.answered_online.items()]
    return {Route(route).address: name for route, name in lines}


def read_anew() -> None:
    """What this process remembers of any room's tables is read anew when it is next needed."""
    for room in rooms().values():
        if room.read_anew is not None:
            room.read_anew()


def passing() -> frozenset[str]:
    """The tables whose rows are in no backup."""
    return frozenset(table for room in rooms().values() for table in room.passing)


def staff_phone() -> tuple[str, ...]:
    """The beginnings of addresses whose pages staff use on the phone."""
    return tuple(route.address for room in rooms().values() for route in room.staff_phone)


def for_other_pages() -> str:
    """One pattern of the addresses that the pages of other sites may read."""
    return "|".join(pattern for room in rooms().values() for pattern in room.for_other_pages)


def metrics() -> list[Metric]:
    """The numbers of all rooms for Prometheus."""
    return [metric for room in rooms().values() for metric in room.metrics]


def gallery() -> list[Shot]:
    """The pages of which pictures are kept."""
    return [shot for room in rooms().values() for shot in room.gallery]


def _has(package: str, module: str) -> bool:
    return find_spec(f"{package}.{module}") is not None


def mounts_of(package: str) -> Sequence[Mount]:
    """Where a room's routes stand: as it says, else ``urls`` in the office and ``worker_urls`` at the root."""
    room = rooms()[package]
    if room.mounts is not None:
        return room.mounts
    usual = (Mount(f"office/{room.name}/", "urls"), Mount("", "worker_urls"))
    return [mount for mount in usual if _has(package, mount.module)]


def routes() -> list[URLPattern | URLResolver]:
    """The routes of all rooms for ``ROOT_URLCONF``."""
    return [
        path(mount.prefix, include(f"{package}.{mount.module}"))
        for package in rooms()
        for mount in mounts_of(package)
    ]


def page_of(label: str, number: str) -> str:
    """The address of the page of a record (``cases.case``, its number); "" where its room declares none."""
    name, _dot, model = label.partition(".")
    page = next((room.pages.get(model) for room in rooms().values() if room.name == name), None)
    if page is None:
        return ""
    try:
        return _reverse(page.route, ((page.parameter, number),) if page.parameter else ())
    except NoReverseMatch:  # the record has another kind of number now
        return ""


def demos() -> dict[str, Demo]:
    """What each room puts into the made-up district, by its package (its ``demo``), in the order of the rooms."""
    return {package: import_module(f"{package}.demo").DEMO for package in rooms() if _has(package, "demo")}


def routers() -> dict[str, Any]:
    """The operations of the public API by the room whose ``api.py`` has them (a router of django-ninja each)."""
    return {
        room.name: import_module(f"{package}.api").router
        for package, room in rooms().items()
        if _has(package, "api")
    }


# what does not fit ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """A declaration that cannot stand, and the line to mend."""

    words: str
    written_at: str


def problems() -> list[Problem]:
    """What is wrong with the declarations themselves; routes are looked at by ``front.checks``."""
    return [*_twice(), *_unknown_permissions(), *_of_no_scope(), *_two_tones(), *_policies()]


def _twice() -> Iterable[Problem]:
    names: dict[str, str] = {}
    for package, room in rooms().items():
        first = names.setdefault(room.name, package)
        if first != package:
            yield Problem(f"two rooms are called {room.name!r}: {first} and {package}", room.written_at)
    seen: dict[str, Permission] = {}
    for room in rooms().values():
        for permission in room.permissions:
            other = seen.setdefault(permission.name, permission)
            if other is not permission:
                yield Problem(
                    f"the permission {permission.name!r} is declared twice, first at {other.written_at}",
                    permission.written_at,
                )


def _unknown_permissions() -> Iterable[Problem]:
    for room in rooms().values():
        asking: list[MenuItem | Step] = [*room.menu, *room.steps]
        for item in asking:
            if item.permission not in permissions():
                yield Problem(f"no room declares the permission {item.permission!r}", item.written_at)


def _of_no_scope() -> Iterable[Problem]:
    for permission in permissions().values():
        for role, scope in permission.roles.items():
            if scope not in SCOPES:
                yield Problem(f"{role} has the scope {scope!r}, which is none", permission.written_at)


def _two_tones() -> Iterable[Problem]:
    for room in rooms().values():
        for state, tone in room.tones.items():
            if tones()[state] != tone:
                yield Problem(
                    f"the state {state!r} looks {tones()[state]!r} elsewhere and {tone!r} here",
                    room.written_at,
                )


def _policies() -> Iterable[Problem]:
    seen: dict[str, str] = {}
    for room in rooms().values():
        for policy in room.policies:
            try:
                apps.get_model(policy.model)
            except (LookupError, ValueError):
                yield Problem(
                    f"a policy is declared for {policy.model!r}, which is no table", policy.written_at
                )
            first = seen.setdefault(policy.model.lower(), policy.written_at)
            if first != policy.written_at:
                yield Problem(f"{policy.model!r} has two policies, first at {first}", policy.written_at)
