"""Coming back by phone: a code by SMS shows the cases in which this number was given. For whoever lost link and claim code."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanyi.cases import queries, rules
from nuanyi.cases.models import Case, PhoneCode
from nuanyi.lib import clock, limits, row_security
from nuanyi.lib.errors import BadInput, IllegalMove, Refusal
from nuanyi.lib.identity import Unreadable, read_mobile
from nuanyi.lib.shape import Reason, shaped_otherwise
from nuanyi.notices import services as notices
from nuanyi.notices.channels import sms
from nuanyi.people.models import keys


def ready() -> bool:
    """Whether SMS is configured here."""
    return sms.configured()


def _mobile(phone: str) -> str:
    try:
        return read_mobile(phone)
    except Unreadable as exc:
        raise BadInput(fields={"phone": _("A mobile number has 11 digits.")}) from exc


def _code_mark(mark: bytes, code: str) -> bytes:
    return keys().digest("case-phone-code", f"{mark.hex()}:{code}")


@shaped_otherwise(Reason.STRANGER)
def send_code(*, phone: str, network: str) -> None:
    """Send a code to a phone, whether or not it has a case: the answer tells nobody which. Raises BadInput, TooMuch, Refusal."""
    if not ready():
        raise Refusal(_("SMS is not set up here. Use the link or the claim code."), code="no-sms")
    number = _mobile(phone)
    mark = queries.phone_mark(number)
    limits.count("sms", network, at_most=rules.CODES_OF_A_NETWORK, crowd=1)
    limits.count(f"sms:{mark.hex()}", "", at_most=rules.CODES_TO_A_PHONE)
    code = f"{secrets.randbelow(10**6):06d}"
    row_security.show(phone_code=mark.hex())
    PhoneCode.objects.update_or_create(
        phone_digest=mark,
        defaults={"code_digest": _code_mark(mark, code), "made_at": clock.now(), "tries": 0},
    )
    notices.send_code_later("sms", number, code)


def prove(*, phone: str, code: str, network: str) -> str:
    """The number of whoever got this code; five tries, then it is void. Raises BadInput, IllegalMove, TooMuch."""
    number = _mobile(phone)
    mark = queries.phone_mark(number)
    if not _right(mark, "".join(code.split())):
        # five tries void the code by themselves; wrong ones alone count against an address that many share
        limits.count("sms-code", network, at_most=rules.TRIED_AN_HOUR, crowd=1)
        raise IllegalMove(_("This code is not right or too old. Ask for a new one."), code="bad-code")
    return number


def cases_by_code(*, phone: str, code: str, network: str) -> list[Case]:
    """The cases of the phone that got this code. Raises BadInput, IllegalMove, TooMuch."""
    mark = queries.phone_mark(prove(phone=phone, code=code, network=network))
    row_security.show(case_phone=mark.hex())
    return list(Case.objects.filter(phone_digest=mark).order_by("-pk")[:20])


@transaction.atomic
def _right(mark: bytes, code: str) -> bool:
    """Whether a code is right; it is used up by being right, and a wrong try is counted."""
    row_security.show(phone_code=mark.hex())
    known = PhoneCode.objects.select_for_update().filter(phone_digest=mark).first()
    if known is None:
        return False
    old = known.made_at < clock.now() - timedelta(minutes=rules.CODE_MINUTES)
    if (
        not old
        and known.tries < rules.CODE_TRIES
        and hmac.compare_digest(bytes(known.code_digest), _code_mark(mark, code))
    ):
        known.delete()
        return True
    known.tries += 1
    known.save(update_fields=["tries"])
    return False
