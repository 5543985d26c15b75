"""Whoever acts without a name leaves no moment, not even in a number: UUIDs of version 7 begin with the millisecond."""

import io
from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import UUIDField
from PIL import Image

from nuanyi.friendly.models import Tip
from nuanyi.friendly.services import places as friendly
from nuanyi.learning import rules as learning
from nuanyi.learning.models import Opinion
from nuanyi.learning.services import sessions
from nuanyi.learning.tests.conftest import hall as hall
from nuanyi.lib import clock
from nuanyi.lib.ids import new_id
from nuanyi.notices.models import Notice
from nuanyi.notices.services import send_due
from nuanyi.reports.models import Check, Picture, Report, Voice
from nuanyi.reports.rules import State
from nuanyi.reports.services import sending
from nuanyi.reports.tests.conftest import ground as ground
from nuanyi.reports.tests.conftest import sent as sent
from nuanyi.stations.models import Fault, Photo, Wish
from nuanyi.stations.services import faults

pytestmark = pytest.mark.django_db
NETWORK = "203.0.113.9"


def picture():
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(out, "JPEG")
    return out.getvalue()


def dated_numbers():
    """``{number: where it stands}`` of all UUIDs of version 7 in the database."""
    found = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            kind = field.target_field if field.is_relation else field
            if isinstance(kind, UUIDField):
                for number in model._base_manager.values_list(field.attname, flat=True):
                    if number is not None and number.version == 7:
                        found[number] = f"{model._meta.label}.{field.attname}"
    return found


def tell_keepers(station):
    photo = picture()
    faults.tell_fault(station=station, key=uuid4(), trouble="dirty", photo=photo, network=NETWORK)
    faults.wish(station=station, key=uuid4(), words="想要一把伞", network=NETWORK)


def report(sent):
    voice = sent(photos=[picture()])
    sending.me_too(key=uuid4(), ref=voice.report.ref, network=NETWORK)
    Report.objects.update(state=State.MENDED, mended_at=clock.now())
    sending.check(ref=voice.report.ref, good=False, network=NETWORK)
    sending.judge(voice=voice, good=False, photos=[picture()], key=uuid4())
    send_due()


def sit_in(session):
    phone, token = uuid4(), learning.token_of(bytes(session.secret), learning.counter_at(clock.now()))
    sessions.sign_up(session=session, phone=phone, network=NETWORK)
    sessions.sign_in(session=session, phone=phone, token=token, network=NETWORK)
    sessions.give_opinion(session=session, phone=phone, mark=2, network=NETWORK)


def test_no_number_that_anonymous_acts_leave_tells_when_they_were(put, sent, hall):
    session = hall()
    station = put()
    before = dated_numbers()
    assert before, "the office's own records may be dated"
    report(sent)
    sit_in(session)
    said = friendly.PlaceInput(
        kind="compound",
        lat=25.05,
        lon=110.32,
        region_code="450311100",
        texts={"name": "桂花苑"},
        plan=picture(),
    )
    friendly.tell_tip(key=uuid4(), told=said, network=NETWORK)
    tell_keepers(station)
    for table in (Voice, Picture, Check, Opinion, Tip, Fault, Photo, Wish, Notice):
        assert table.objects.exists(), f"{table.__name__}: nothing to look at"
    after = dated_numbers()
    assert {after[number] for number in after.keys() - before.keys()} == set()


def test_a_photo_of_an_older_version_gets_a_number_by_lot_and_stays_with_its_fault(put):
    by_lot = import_module("nuanyi.stations.migrations.0006_numbers_by_lot").BY_LOT
    station, old = put(), new_id()
    fault = faults.tell_fault(station=station, key=uuid4(), trouble="dirty", photo=picture(), network=NETWORK)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("UPDATE stations_photo SET id = %s", [old])
        cursor.execute("UPDATE stations_fault SET photo_id = %s", [old])
        cursor.execute("RESET ROLE")
        cursor.execute(by_lot)
    fault.refresh_from_db()
    assert fault.photo_id != old
    assert fault.photo.pk.version == 4
    assert bytes(fault.photo.jpeg)
