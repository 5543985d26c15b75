"""A channel that lives here only (``tests/toy_channels``): with its folder it is everywhere, without it nowhere."""

import sys
from datetime import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client

from nuanyi.learning import jobs
from nuanyi.learning.models import Push, Reader
from nuanyi.learning.services import pushing, readers, trials
from nuanyi.learning.tests.test_push_into_groups import at, planned  # noqa: F401
from nuanyi.learning.tests.test_write_and_read_lessons import published  # noqa: F401
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput
from nuanyi.notices import channels, services
from nuanyi.notices.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def pigeon(monkeypatch, settings):
    """Its folder lies beside the others."""
    settings.NUANYI_PUBLIC_URL = "https://nuanyi.example"
    folder = str(Path(__file__).parent / "toy_channels")
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, folder])
    channels.collect()
    yield channels.CHANNELS["pigeon"]
    monkeypatch.undo()
    sys.modules.pop("nuanyi.notices.channels.pigeon")
    channels.collect()


def page(browser, address):
    return browser.get(address).content.decode()


def test_without_its_folder_it_is_nowhere(cast):
    assert "信鸽" not in page(cast.client("office"), "/office/notices/")
    assert "信鸽" not in page(cast.client("office"), "/office/learning/channels/")
    assert "信鸽" not in page(Client(), "/daily/")
    assert cast.client("office").get("/office/learning/channels/pigeon/").status_code == 404


def test_staff_choose_it_and_are_told_by_it(pigeon, cast):
    office = cast.client("office")
    assert "信鸽" in page(office, "/office/notices/")
    wish = {"channel": "pigeon", "quiet_from": "00:00", "quiet_until": "00:00", "wanted": "on"}
    assert office.post("/office/notices/", wish).status_code == 302
    services.queue(cast.accounts["office"], "test", once="a")
    assert services.send_due() == 1
    assert Notice.objects.get().channel == "pigeon"
    assert [who for who, _subject in pigeon.flown] == [cast.accounts["office"].username]


def test_the_office_sees_its_setting_sets_it_and_tries_it(pigeon, cast, monkeypatch):
    office, waiting = cast.client("office"), []
    monkeypatch.setattr(trials, "defer", lambda number, sealed: waiting.append((number, sealed)))
    assert "信鸽" in page(office, "/office/learning/channels/")
    monkeypatch.setattr(pigeon, "ready", False)
    assert "NUANYI_PIGEON_URL=pigeon://LOFT" in page(office, "/office/learning/channels/pigeon/")
    monkeypatch.setattr(pigeon, "ready", True)
    assert "你自己的鸽舍" in page(office, "/office/learning/channels/pigeon/")
    assert office.post("/office/learning/channels/pigeon/", {"to": "loft-9"}).status_code == 422
    assert office.post("/office/learning/channels/pigeon/", {"to": "loft-2"}).status_code == 302
    jobs.send_trial(*waiting.pop())
    assert [to for to, _title in pigeon.flown] == ["loft-2"]


def test_a_worker_asks_for_lessons_by_it_and_gets_them(pigeon, planned):  # noqa: F811
    assert 'id="to-pigeon"' in page(Client(), "/daily/")
    with pytest.raises(BadInput):
        readers.ask(key=uuid4(), way="pigeon", to="loft-9", hour=time(7), network="203.0.113.1")
    for loft in ("loft-1", "loft-2"):
        key = uuid4()
        readers.ask(key=key, way="pigeon", to=loft, hour=time(7), network="203.0.113.1")
        _to, code = pigeon.flown.pop()
        readers.confirm(key=key, code=code, hour=time(7), network="203.0.113.1")
    assert Reader.objects.filter(active=True, way="pigeon").count() == 2
    pushing.queue_day(clock.today())
    with clock.held_at(at(7, 1)):
        assert pushing.send_due() == 2
    assert {(to, title) for to, title in pigeon.flown} == {("loft-1", "头盔怎么戴"), ("loft-2", "头盔怎么戴")}
    assert {push.channel_title for push in Push.objects.all()} == {"信鸽"}
