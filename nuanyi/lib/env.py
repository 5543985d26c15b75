"""Settings from the environment, and the folder where this installation keeps its data."""

from __future__ import annotations

import os
from pathlib import Path

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


class BadSetting(ValueError):
    """A setting has a value that cannot be understood; the message says which and what is accepted."""


def envstr(name: str, default: str = "") -> str:
    """The text of an environment variable, stripped; ``default`` where it is unset."""
    return os.environ.get(name, default).strip()


def envbool(name: str, default: bool = False) -> bool:
    """A yes/no setting, ``default`` where it is unset. Raises BadSetting for a word that is neither."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise BadSetting(f"{name}={raw!r}: write true or false")


def envint(name: str, default: int) -> int:
    """A whole-number setting. Raises BadSetting where the text is no whole number."""
    raw = os.environ.get(name)
    if raw is None or not raw.strip():
        return default
    try:
        return int(raw)
    except ValueError as exc:
        raise BadSetting(f"{name}={raw!r}: write a whole number") from exc


def envlist(name: str, default: str = "") -> list[str]:
    """A comma-separated setting as a list without empty parts."""
    return [part.strip() for part in envstr(name, default).split(",") if part.strip()]


def home() -> Path:
    """The data folder (``$NUANYI_HOME``, else ``var/`` beside the working directory), absolute."""
    return Path(envstr("NUANYI_HOME") or "var").expanduser().resolve()
