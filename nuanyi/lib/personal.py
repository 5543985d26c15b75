"""Every field that says something about a person declares why it is kept (PIPL Art. 6, 13, 17, 28, 47).

A model carries ``PERSONAL: dict[str, Declaration]``; ``people.checks`` refuses to start where a model
has none or a field with a telling name is missing from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from nuanyi.lib.errors import Words


class Sensitivity(Enum):
    """How much harm a leak would do."""

    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"


@dataclass(frozen=True)
class Declaration:
    """What the worker's own page says about one field.

    ``basis`` names the article that allows keeping it; ``retention`` is in days after the last use;
    ``erased`` tells what becomes of it when the person is forgotten.
    """

    title: Words
    purpose: Words
    basis: Words
    retention_days: int
    erased: Words
    sensitivity: Sensitivity = Sensitivity.ORDINARY


def everything_declared() -> dict[str, list[Declaration]]:
    """What every room keeps of persons by the room's name, in the order of the rooms.

    What two fields say alike stands once, in the room that says it first.
    """
    found: dict[tuple[str, str], tuple[str, Declaration]] = {}
    for model in apps.get_models():
        declared: Mapping[str, Declaration] = getattr(model, "PERSONAL", NOBODY)
        for one in declared.values():
            found.setdefault((str(one.title), str(one.purpose)), (model._meta.app_label, one))
    by_room: dict[str, list[Declaration]] = {}
    for room, one in found.values():
        by_room.setdefault(room, []).append(one)
    return by_room


NOBODY: Mapping[str, Declaration] = {}

DUTY_BASIS = _("Statutory duty of a state organ: PIPL Art. 13(3), within Art. 34")
CONSENT_BASIS = _("Separate consent: PIPL Art. 13(1), 29")
KEY_DESTROYED = _(
    "The sealed value and its digest are deleted; what backups still hold of it ends with them, or when the keys are changed"
)

#: Words in a field's name that make a declaration compulsory.
TELLING_WORDS = (
    "phone",
    "mobile",
    "id_number",
    "political",
    "birth",
    "address",
    "email",
    "person_name",
    "full_name",
    "display_name",
    "sealed",
    "digest_of",
    "wechat",
    "ip_address",
    "user_agent",
)
