"""Whoever stands with a phone at work is offered what his account may open, and nothing that refuses him."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from conftest import PARTS
from nuanyi.lib import clock, rooms
from nuanyi.lib.access import opens
from nuanyi.people.access import actor_for
from nuanyi.reports.models import Kind, Report
from nuanyi.stations.models import Keeper, Station

HREF = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')


def offered(html: str) -> list[str]:
    """Addresses of the links of a page; pictures and scripts are none."""
    return [unescape(address) for address in dict.fromkeys(HREF.findall(html))]


@pytest.fixture
def at_work(cast, put):
    """A station that everybody keeps and a report in every grid: the pages are full."""
    put("甲站")
    station = Station.objects.get()
    Station.objects.update(check_in="rotating")
    for account in cast.accounts.values():
        Keeper.objects.create(station=station, account=account)
    kind = Kind.objects.order_by("pk").first()
    for part, (_role, region, _unit) in PARTS.items():
        Report.objects.create(
            ref=f"RB-{part}",
            kind=kind,
            lat_wgs84=25.06,
            lon_wgs84=110.31,
            cell=1,
            unit=cast.accounts[part].unit or cast.accounts["yanshan"].unit,
            region_code=region or "450311100",
            hour_at=clock.now(),
            due_at=clock.now() + timedelta(days=3),
        )
    return cast


@pytest.mark.parametrize("part", PARTS)
def test_every_link_of_the_pages_that_staff_use_on_the_phone_opens_for_its_reader(at_work, part):
    browser, actor = at_work.client(part), actor_for(at_work.accounts[part])
    begin = [*rooms.staff_phone(), reverse("volunteers:redeem")]
    waiting = [address for address in begin if opens(actor, address)]
    looked, refused, followed = set(), [], 0
    while waiting:
        page = waiting.pop()
        if page in looked:
            continue
        looked.add(page)
        for link in offered(browser.get(page).content.decode()):
            followed += 1
            if browser.get(link).status_code not in (200, 302):
                refused.append((page, link))
            elif link.startswith(tuple(begin)):
                waiting.append(link)
    assert refused == []
    assert bool(followed) == bool(looked), "a page of the phone's staff without a way on"


@pytest.mark.parametrize("part", PARTS)
def test_the_doorstep_shows_the_ways_that_its_account_may_go(cast, part):
    """The page is one for all and kept on phones: which of its ways are shown, the phone asks."""
    browser = cast.client(part)
    page = browser.get("/door/").content.decode()
    ways = [*(way.href for way in rooms.ways_from("doorstep:page")), reverse("office")]
    assert len(ways) > 1, "nothing leads on from the doorstep"
    for href in ways:
        link = re.search(rf'<a\s[^>]*href="{href}"[^>]*>', page)[0]
        assert "hidden" in link, "shown before it is known who looks"
    told = browser.get("/door/token/").json()["opens"]
    assert set(told) <= set(ways)
    for href in ways:
        assert (browser.get(href).status_code == 200) is (href in told), href
    always = [link for link in offered(page) if link not in ways and link != reverse("account_login")]
    for href in always:
        assert browser.get(href).status_code in (200, 302), href
