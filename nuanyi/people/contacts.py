"""What somebody without an account leaves so that they can be reached: a name, a mobile number, and their yes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import Words
from nuanyi.lib.identity import Unreadable, read_mobile


def read_contact(*, name: str, phone: str, agrees: bool) -> tuple[str, dict[str, Words]]:
    """The number as it is stored, and what is wrong: field -> words."""
    wrong: dict[str, Words] = {}
    if not 2 <= len(name.strip()) <= 20:
        wrong["name"] = _("Your name, from 2 to 20 characters.")
    try:
        phone = read_mobile(phone)
    except Unreadable:
        wrong["phone"] = _("A mobile number has 11 digits.")
    if not agrees:
        wrong["agrees"] = _("Without your yes we may not keep your name.")
    return phone, wrong
