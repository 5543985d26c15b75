"""A wage dispute that the clerk of the cast has taken."""

from uuid import uuid4

import pytest

from nuanyi.cases.services import desk, intake, settings
from nuanyi.cases.services.intake import Request
from nuanyi.lib.actor import GUEST

PHONE, NAME = "19900007777", "李小四"


@pytest.fixture
def desk_cast(cast, program, district):
    settings.save_rule(actor=program, kind="wage", sector="", region_code="", unit=district["shichang"])
    settings.save_rule(actor=program, kind="legal_aid", sector="", region_code="", unit=district["shichang"])
    return cast


@pytest.fixture
def sent(desk_cast):
    def send(**more):
        told = {
            "kind": "wage",
            "words": "站长扣了我三天的钱",
            "phone": PHONE,
            "caller": NAME,
            "employer": "甲站点",
            "region_code": "450311100",
        }
        key = more.pop("key", None) or uuid4()
        return intake.send_case(actor=GUEST, key=key, told=Request(**{**told, **more}), network="203.0.113.9")

    return send


@pytest.fixture
def taken(desk_cast, sent):
    def take(**more):
        case = sent(**more)
        return desk.take(actor=desk_cast.actor("clerk"), pk=case.pk)

    return take
