"""Whoever would like to join finds the page: from one's own page, from help, and by a code that hangs on the wall."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/me/", "/help/"])
def test_a_rider_comes_to_both_pages_without_knowing_their_address(district, address):
    page = Client().get(address).content.decode()
    assert 'href="/party/"' in page
    assert 'href="/party/shown/"' in page


def test_the_office_has_the_address_and_a_code_to_hang_up(cast, settings, asked):
    settings.NUANYI_PUBLIC_URL = "https://nuanyi.example.cn"
    asked()
    page = cast.client("instructor").get("/office/party/applications/").content.decode()
    assert "https://nuanyi.example.cn/party/" in page
    code = cast.client("instructor").get("/office/party/applications/ask.svg")
    assert code["Content-Type"] == "image/svg+xml"
    assert b"<svg" in code.content
    assert cast.client("clerk").get("/office/party/applications/ask.svg").status_code == 403
