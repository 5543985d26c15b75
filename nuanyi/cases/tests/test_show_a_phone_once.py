import pytest
from django.contrib.sessions.models import Session

from nuanyi.cases.tests.conftest import PHONE

pytestmark = pytest.mark.django_db


def test_an_opened_phone_is_shown_once_and_lies_in_no_session_in_clear(desk_cast, taken):
    """Sessions are a table: whoever had the database read every phone that a clerk opened in twelve hours."""
    case, clerk = taken(), desk_cast.client("clerk")
    clerk.post(f"/office/cases/{case.pk}/phone/", {"purpose": "约时间调解"})
    kept = [session.get_decoded() for session in Session.objects.all()]
    assert any("phone" in str(one) for one in kept)
    assert PHONE not in str(kept)
    assert PHONE in clerk.get(f"/office/cases/{case.pk}/").content.decode()
    assert PHONE not in clerk.get(f"/office/cases/{case.pk}/").content.decode()
