import io
from datetime import timedelta
from uuid import uuid4

import pytest
from PIL import Image

from nuanyi.journal.models import Entry
from nuanyi.learning.models import Push, SessionPicture
from nuanyi.learning.services import pushing, sessions
from nuanyi.learning.tests.test_push_into_groups import Loopback, at, loopback, make_group  # noqa: F401
from nuanyi.lib import clock
from nuanyi.lib.errors import BadInput, IllegalMove, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def invited(cast, district, loopback, hall):  # noqa: F811  # noqa: F811
    group = make_group(cast, district, loopback)
    session = hall()
    sessions.invite(actor=cast.actor("office"), pk=session.pk, groups=[group.pk])
    return session, group


def send():
    Push.objects.filter(state="queued").update(due_at=at(9))
    with clock.held_at(at(9, 1)):
        return pushing.send_due()


def test_an_invited_group_is_told_once_and_the_link_leads_to_the_session(cast, invited, client):
    session, group = invited
    sessions.invite(actor=cast.actor("office"), pk=session.pk, groups=[group.pk])
    assert send() == 1
    assert session.title in str(Loopback.came[0])
    push = Push.objects.get()
    assert client.get(f"/l/{push.code}/").url == f"/sessions/{session.code}/"


def test_a_session_that_moves_or_is_called_off_is_told_to_those_who_were_invited(cast, invited, hall):
    session, _group = invited
    assert send() == 1
    hall(pk=session.pk, starts_at=session.starts_at + timedelta(minutes=20))
    assert send() == 1
    assert "改期" in str(Loopback.came[1])
    sessions.cancel(actor=cast.actor("office"), pk=session.pk)
    assert send() == 1
    assert "取消" in str(Loopback.came[2])


def test_an_invitation_that_is_not_sent_yet_is_not_sent_with_the_old_time(cast, invited, hall):
    session, _group = invited
    hall(pk=session.pk, starts_at=session.starts_at + timedelta(minutes=20))
    assert send() == 1
    assert len(Loopback.came) == 1


def test_who_may_not_plan_it_may_not_invite_and_a_session_that_is_over_invites_nobody(
    cast, district, invited
):
    session, group = invited
    with pytest.raises(NotAllowed):
        sessions.invite(actor=cast.actor("clerk"), pk=session.pk, groups=[group.pk])
    with pytest.raises(BadInput):
        sessions.invite(actor=cast.actor("office"), pk=session.pk, groups=[])
    sessions.cancel(actor=cast.actor("office"), pk=session.pk)
    with pytest.raises(IllegalMove):
        sessions.invite(actor=cast.actor("office"), pk=session.pk, groups=[group.pk])


def test_a_groups_calendar_has_its_sessions_and_a_phones_its_own(cast, district, invited, client, hall):
    session, group = invited
    other = hall(title="另一场")
    phone = uuid4()
    sessions.sign_up(session=other, phone=phone, network="10.0.0.1")
    groups_calendar = client.get(f"/feeds/groups/{group.code}.ics").content.decode()
    assert session.code in groups_calendar
    assert other.code not in groups_calendar
    mine = client.get(f"/feeds/mine/{phone}.ics").content.decode()
    assert other.code in mine
    assert session.code not in mine
    assert "VEVENT" not in client.get(f"/feeds/mine/{uuid4()}.ics").content.decode()
    assert client.get("/feeds/groups/nothing.ics").status_code == 404


def picture_bytes():
    held = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(held, "JPEG", comment=b"canary")
    return held.getvalue()


def test_the_sheet_on_paper_is_kept_sealed_once_and_who_looks_is_in_the_journal(cast, district, hall):
    session, key, actor = hall(), uuid4(), cast.actor("office")
    for _again in range(2):
        sessions.add_picture(actor=actor, pk=session.pk, kind="sheet", data=picture_bytes(), key=key)
    kept = SessionPicture.objects.get()
    assert not bytes(kept.sealed_data).startswith(b"\xff\xd8")
    shown = cast.client("office").get(f"/office/learning/sessions/{session.pk}/pictures/{key}/")
    assert shown.content.startswith(b"\xff\xd8")
    assert b"canary" not in shown.content
    assert Entry.objects.filter(kind="learning.picture_seen").count() == 1
    with pytest.raises(NotAllowed):
        sessions.picture(actor=cast.actor("clerk"), pk=session.pk, key=key)
    with pytest.raises(NotFound):
        sessions.picture(actor=actor, pk=hall().pk, key=key)
