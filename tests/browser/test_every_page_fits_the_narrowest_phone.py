"""Every page that a rider, a keeper, a grid worker or an instructor reaches, at 320 and at 360 pixels, in both languages, as it
is and at twice the size of text: nothing scrolls sideways, nothing lies on anything else, no day and no word is broken, no line
begins with a sign that goes with what stands before it, nothing is too small for a thumb in a glove.

The pages are taken from the routes (``tests/access.toml`` of every room): a new one is looked at, or says here why it is no page.
"""

import json
import re
import tomllib
from pathlib import Path

import pytest

import nuanyi
from tests.browser.conftest import SIZES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
FITS = (Path(__file__).parent / "fits.js").read_text().rstrip().removesuffix(";")
#: Answers of machines, files and deeds; the set-up and the wall, which are no phone's.
NO_PAGE = re.compile(
    r"office/|setup/|wall/|hsds/|open311/|feeds/|wechat/|metrics|healthz|language/|api/"
    r"|accounts/(2fa|wecom|reauthenticate)/|door/(send|token)/|learn/(kept|media)/|daily/stop/"
    r"|report/(near|too)/|reports/check/|me/data/file/"
    r"|.*\.(js|json|geojson|webmanifest|png|jpg|svg|pdf|csv|ics)$"
    r"|c/<slug:link>/.|r/<slug:link>/.|v/<slug:link>/.|party/mine/<slug:link>/.|exam/<uuid:key>/."
    r"|learn/<slug:slug>/done/|stations/<slug:code>/(confirm|rate|wish)/"
    r"|keeper/<slug:code>/(door|amenity|faults|wishes|note)/"
)
#: Who reads what needs an account.
READERS = {"keeper/": "yizhan", "accounts/": "yizhan", "grid/": "wangge", "visits/": "zhidao"}
#: Routes with a parameter, with what is put there; those of secret links are told by the server.
SHOWN = {
    "stations/<slug:code>/": ["stations/LF01/"],
    "stations/<slug:code>/tell/": ["stations/LF01/tell/"],
    "s/<slug:code>/": ["s/LF01/"],
    "keeper/<slug:code>/": ["keeper/LF01/"],
    "keeper/<slug:code>/screen/": ["keeper/LF01/screen/"],
    "learn/<slug:slug>/": ["learn/cpr/"],
    "reports/<int:year>-<int:number>/": ["reports/2022-6/"],
    "": ["", "?lat=25.05&lon=110.32&open=now&amenity=charging", "?amenity=wifi"],
    "help/ask/": ["help/ask/", "help/ask/?kind=wage"],
    "help/injury/": [
        "help/injury/",
        "help/injury/?platform=美团&province=45&day=2025-06-30",
        "help/injury/?platform=美团&province=45&day=2025-07-02",
    ],
}
#: Routes to which a page leads: whose, from where, by what.
LED_TO = {
    "exam/<uuid:key>/": (None, "/exam/", "button.huge"),
    "grid/<int:pk>/": ("wangge", "/grid/", "main a[href^='/grid/']"),
}
#: One of each state of what has a secret link or a number, worked out beside the server.
LINKS = """
import json
from nuanyi.cases.models import Case
from nuanyi.cases.services import intake
from nuanyi.friendly.models import FriendlyPlace, Tip
from nuanyi.friendly.services import places
from nuanyi.learning import rules
from nuanyi.learning.models import FirmCode, Push, Session
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import system
from nuanyi.party.models.applications import Application
from nuanyi.party.models.members import Member
from nuanyi.party.services import joining, members
from nuanyi.reports.models import Voice
from nuanyi.reports.services import sending
from nuanyi.stations.models import Fault
from nuanyi.stations.services import faults
from nuanyi.units.models import Unit
from nuanyi.volunteers import certificates
from nuanyi.volunteers.models import Volunteer
from nuanyi.volunteers.services import joining as joined
def each(rows, state):
    return list({state(row): row for row in rows}.values())
with row_security.reading_as(system("test")):
    FirmCode.objects.get_or_create(code="NARROW1", defaults={"firm": "柘木外卖站", "unit": Unit.objects.first()})
    sessions = list(Session.objects.order_by("starts_at"))
    counter = rules.counter_at(clock.now())
    shown = {
        "c/<slug:link>/": [f"c/{intake.link_of(row)}/" for row in each(Case.objects.all(), lambda row: row.state)],
        "r/<slug:link>/": [f"r/{sending.link_of(row)}/" for row in each(Voice.objects.select_related("report"), lambda row: row.report.state)],
        "v/<slug:link>/": [f"v/{joined.link_of(row)}/" for row in each(Volunteer.objects.all(), lambda row: row.standing)],
        "told/<slug:link>/": [f"told/{faults.link_of(row)}/" for row in each(Fault.objects.all(), lambda row: row.state)],
        "tip/<slug:link>/": [f"tip/{places.link_of(row)}/" for row in each(Tip.objects.all(), lambda row: row.state)],
        "party/mine/<slug:link>/": [f"party/mine/{joining.link_of(row)}/" for row in each(Application.objects.all(), lambda row: row.state)],
        "party/member/<slug:link>/": [f"party/member/{members.link_of(row)}/" for row in Member.objects.filter(left_date=None)[:2]],
        "sessions/<slug:code>/": [f"sessions/{row.code}/" for row in (sessions[0], sessions[-1])],
        "in/<slug:code>/<slug:token>/": [f"in/{sessions[-1].code}/{rules.token_of(bytes(sessions[-1].secret), counter)}/", f"in/{sessions[-1].code}/0-0/"],
        "exam/firm/<slug:code>/": ["exam/firm/NARROW1/"],
        "l/<slug:code>/": [f"l/{row.code}/" for row in Push.objects.all()[:1]],
        "volunteer/check/<str:told>/": [certificates.path_of("ZY0001", 90)],
        "friendly/<slug:code>/tell/": [f"friendly/{row.code}/tell/" for row in FriendlyPlace.objects.all()[:1]],
    }
    # as each looks to whoever has just sent it
    for route in ("c/<slug:link>/", "r/<slug:link>/"):
        shown[route].append(f"{shown[route][0]}?sent=1")
print(json.dumps(shown))
"""


def _routes():
    """Every address that is a page of a phone, and whether it needs an account."""
    found = {}
    for file in Path(nuanyi.__path__[0]).glob("*/tests/access.toml"):
        found |= tomllib.loads(file.read_text())["access"]
    return {route: act != "public" for route, act in found.items() if not NO_PAGE.match(route)}


def _pages(told):
    """Reader -> addresses; a route of which nothing is told fails."""
    shown, found, untold = SHOWN | told, {}, []
    for route, needs_account in _routes().items():
        addresses = shown.get(route, [] if "<" in route else [route])
        if not addresses and route not in LED_TO:
            untold.append(route)
        reader = next(
            (who for part, who in READERS.items() if needs_account and route.startswith(part)), None
        )
        assert reader or not needs_account, f"nobody is said to read {route}"
        found.setdefault(reader, []).extend(f"/{address}" for address in addresses)
    assert untold == [], "routes of which no page is looked at"
    return found


def _faults(page):
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    found = []
    # a line that breaks well on the one may break badly on the other
    for size in ("narrow", "phone"):
        page.set_viewport_size(SIZES[size])
        for large in (False, True):
            page.evaluate(
                "large => { document.documentElement.style.fontSize = large ? '200%' : ''; }", large
            )
            words = f"{size}, twice the text, " if large else f"{size}, "
            found += [words + fault for fault in page.evaluate(FITS, large)]
    return found


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_of_a_phone_fits_320_pixels_and_twice_the_text(open_as, stage, language):
    wrong = []
    for reader, addresses in _pages(json.loads(stage.told(LINKS))).items():
        # what a phone keeps of them is not looked at, and would be fetched for each reader anew
        page = open_as(reader, size="narrow", language=language, service_workers="block")
        for address in addresses:
            answer = page.goto(address)
            assert answer.status == 200, (address, answer.status)
            wrong += [(address, fault) for fault in _faults(page)]
        for route, (whose, start, leads) in LED_TO.items():
            if whose == reader:
                page.goto(start)
                page.locator(leads).first.click()
                page.wait_for_url(lambda address, start=start: not address.endswith(start))
                wrong += [(route, fault) for fault in _faults(page)]
    assert wrong == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<p style='width: 340px'>宽</p>", "scrolls sideways"),
        ("<p style='position: fixed; left: 300px; width: 60px'>右</p>", "beyond the edge"),
        (
            "<p style='width: 90px; font-size: 18px; line-height: 16px'>一行字叠着一行字</p>",
            "lines on each other",
        ),
        ("<p>上面</p><p style='margin-top: -44px'>下面</p>", "on each other"),
        ("<p style='width: 48px; font-size: 16px'>到了周四见</p>", "broken: 周四"),
        ("<p style='width: 3em; overflow-wrap: anywhere'>sockets</p>", "broken: sockets"),
        ("<p style='width: 3.2em'>人社局 · 昨天</p>", "a line begins with ·"),
        ("<p style='width: 3.2em'>人社局 &nbsp;· 昨天</p>", "a line begins with ·"),
        (
            "<p style='width: 6.3em'>人社局（<time style='display: inline-block'>昨天</time>）</p>",
            "a line begins with ）",
        ),
        ("<p style='width: 4em; line-break: anywhere'>人社局（昨天）</p>", "a line ends with （"),
        ("<p>办结时限： 还剩 3 天</p>", "signs: 办结时限： 还"),
        ("<p>未达成协议: 单位不认</p>", "signs: 未达成协议: 单"),
        ("<p class='phone'><a href='/'>回到驿站</a></p>", "small: <a>"),
        ("<input type='date' name='day' style='width: 70px'>", "cut: <input> day"),
        ("<h1 style='width: 4em'>这是一个三行的标题</h1>", "a heading of 3 lines"),
    ],
)
def test_what_does_not_fit_is_found(open_as, body, says):
    page = open_as(None, size="narrow")
    page.set_content(
        f"<!doctype html><html lang='zh-Hans'><body style='margin: 0; font: 16px/1.6 sans-serif'>{body}"
    )
    assert [fault for fault in page.evaluate(FITS, False) if fault.startswith(says)]


def test_what_does_not_grow_with_the_text_is_found(open_as):
    page = open_as(None, size="narrow")
    page.set_content(
        "<!doctype html><html lang='zh-Hans'><body><p style='font-size: 1rem'>会变大</p><p style='font-size: 4.6vw'>不变</p>"
    )
    assert page.evaluate(FITS, False) == []
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(FITS, True) == ["does not grow: <p> 不变"]
