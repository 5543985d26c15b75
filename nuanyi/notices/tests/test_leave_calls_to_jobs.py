"""Nobody outside is asked while a page is made or a row is locked."""

import pytest
from django.db import connection

from nuanyi.lib import clock, outgoing
from nuanyi.notices import services
from nuanyi.notices.channels import CHANNELS, sms
from nuanyi.notices.models import Notice, State

pytestmark = pytest.mark.django_db


@pytest.mark.real_jobs
def test_a_code_waits_sealed_for_its_job(monkeypatch):
    services.send_code_later("sms", "19900001111", "482913")
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs WHERE task_name LIKE '%%send_code'")
        ((args,),) = cursor.fetchall()
        cursor.execute("SELECT args->>'sealed' FROM procrastinate_jobs WHERE task_name LIKE '%%send_code'")
        ((sealed,),) = cursor.fetchall()
    assert "19900001111" not in args
    assert "482913" not in args
    box = []
    monkeypatch.setattr(sms, "send", lambda phone, code: box.append((phone, code)))
    services.send_code(sealed)
    assert box == [("19900001111", "482913")]


def test_no_row_is_locked_while_a_notice_goes_out_and_a_killed_sender_leaves_it_to_the_next(
    cast, monkeypatch
):
    services.queue(cast.accounts["office"], "test", once="a")

    class Killed(BaseException):
        pass

    def send(_channel, _account, _subject, _body):
        outgoing.require_quiet()  # raises inside a transaction
        raise Killed

    monkeypatch.setattr(type(CHANNELS["console"]), "send", send)
    with pytest.raises(Killed):
        services.send_due()
    notice = Notice.objects.get()
    assert (notice.state, notice.attempts) == (State.QUEUED, 1)
    assert services.send_due() == 0  # not twice at once
    monkeypatch.setattr(type(CHANNELS["console"]), "send", lambda *_args: outgoing.require_quiet())
    with clock.held_at(clock.now() + services.TAKEN_FOR * 2):
        assert services.send_due() == 1
