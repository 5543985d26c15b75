"""What the phone opens without network, and what the page says of it that stands in for all others."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from nuanyi.front import shell
from nuanyi.lib import rooms

#: Kept pages that are no way to begin, with why.
NOT_BY_THEMSELVES = {
    "/offline/": "the page itself",
    "/stations/kept/": "filled for the station of an address",
    "/friendly/tell/": "reached from the places",
    "/help/": "leads to the request, which stands there itself",
    "/party/": "reached from the lessons",
    "/exam/kept/": "filled for the paper of an address",
    "/verify/": "reached from one's own things",
}


@pytest.mark.django_db
def test_the_page_without_network_leads_to_every_page_that_works_without_it():
    browser = Client()
    script = browser.get("/sw.js").content.decode()
    kept = json.loads(re.search(r"^const SHELL = (.*);$", script, re.MULTILINE)[1])
    page = browser.get("/offline/").content.decode()
    told = set(re.findall(r'href="([^"]+)"', page[page.index("<main") : page.index("</main>")]))
    assert told <= set(kept), "what is offered there opens there"
    pages = {address for address in kept if address.endswith("/")}
    assert pages - told == set(NOT_BY_THEMSELVES)


@pytest.mark.django_db
def test_the_icon_on_the_home_screen_leads_into_each_part_of_the_bar():
    told = Client().get(reverse("manifest")).json()
    assert told["id"] == "/"
    assert [shortcut["url"] for shortcut in told["shortcuts"]] == [part.href for part in rooms.bar()]


@pytest.mark.django_db
def test_each_part_of_the_bar_is_seen_before_it_is_put_on_the_home_screen_and_costs_a_phone_nothing():
    browser = Client()
    pictures = browser.get(reverse("manifest")).json()["screenshots"]
    assert [picture["label"] for picture in pictures] == [str(part.title) for part in rooms.bar()]
    for part, picture in zip(rooms.bar(), pictures, strict=True):
        file = shell.SCREENS / shell.screen_of(part)
        with Image.open(file) as shown:
            assert (shown.format, "{}x{}".format(*shown.size)) == ("PNG", picture["sizes"])
        assert file.stat().st_size < 30_000, file.name
    # fetched when somebody asks to install it, and never kept
    assert "screens" not in browser.get("/sw.js").content.decode()


@pytest.mark.django_db
def test_whoever_has_something_to_say_against_this_service_writes_it_or_calls_from_their_own_page():
    page = Client().get(reverse("me")).content.decode()
    assert f'href="{reverse("help:ask")}?kind=other&amp;about=service"' in page
    assert 'href="tel:12345"' in page
