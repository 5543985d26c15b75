"""The build fails where a personal field says nothing about itself (PIPL Art. 6, 13, 17)."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.checks import Error, register

from nuanyi.lib.personal import TELLING_WORDS, Declaration
from nuanyi.lib.retention import without_rule
from nuanyi.lib.sealed import SealedField


@register()
def personal_fields_are_declared(**_options: Any) -> list[Error]:
    """Every model of ours has ``PERSONAL``; every field with a telling name is in it; none is in it that is not there."""
    errors: list[Error] = []
    for model in apps.get_models():
        if not model.__module__.startswith("nuanyi."):
            continue
        declared: dict[str, Declaration] | None = getattr(model, "PERSONAL", None)
        if declared is None:
            errors.append(
                Error(f"{model.__name__} does not say what it keeps of persons", id="nuanyi.E001", obj=model)
            )
            continue
        names = {field.name for field in model._meta.get_fields() if not field.auto_created}
        telling = {n for n in names if any(word in n for word in TELLING_WORDS)} - getattr(
            model, "IMPERSONAL", set()
        )
        for name in sorted(telling - set(declared)):
            errors.append(
                Error(f"{model.__name__}.{name} is not declared in PERSONAL", id="nuanyi.E002", obj=model)
            )
        said = set(declared) | set(getattr(model, "IMPERSONAL", ()))
        for field in model._meta.local_fields:
            if isinstance(field, SealedField) and field.name not in said:
                errors.append(
                    Error(
                        f"{model.__name__}.{field.name} is sealed and stands neither in PERSONAL nor in IMPERSONAL",
                        id="nuanyi.E006",
                        obj=model,
                    )
                )
            if field.name.startswith("sealed_") and not isinstance(field, SealedField):
                errors.append(
                    Error(
                        f"{model.__name__}.{field.name} is not a sealed field: write lib.sealed.SealedText or "
                        "SealedBytes, so that rotation and the page of what is kept know it",
                        id="nuanyi.E004",
                        obj=model,
                    )
                )
        for name in sorted(set(declared) - names):
            errors.append(
                Error(f"{model.__name__} declares {name}, which it has not", id="nuanyi.E003", obj=model)
            )
    return errors


@register()
def what_is_kept_ends(**_options: Any) -> list[Error]:
    """Every table that declares how long it keeps something has a rule by which a job forgets it (PIPL Art. 19, 47)."""
    return [Error(f"{model.__name__} {what}", id="nuanyi.E005", obj=model) for model, what in without_rule()]
