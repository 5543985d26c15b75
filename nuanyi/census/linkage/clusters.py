"""Which records form one person, from links and what people said. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from itertools import chain
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def joined(
    links: Iterable[tuple[Key, Key]],
    apart: Iterable[tuple[Key, Key]] = (),
    identity: Mapping[Key, Hashable] | None = None,
    said: Iterable[tuple[Key, Key]] = (),
) -> list[set[Key]]:
    """Groups of two and more. ``links`` come strongest first.

    A link is left out where it would bring together two that somebody called different, or two identities
    (valid ID numbers) that contradict each other. Those that people ``said`` come first and may: a wrong digit
    can make a valid number.
    """
    identity = identity or {}
    groups: dict[Key, set[Key]] = {}
    enemies: dict[Key, set[Key]] = {}
    for a, b in apart:
        enemies.setdefault(a, set()).add(b)
        enemies.setdefault(b, set()).add(a)
    for a, b, trusted in chain(((*pair, True) for pair in said), ((*pair, False) for pair in links)):
        one = groups.setdefault(a, {a})
        two = groups.setdefault(b, {b})
        if one is two:
            continue
        small, large = sorted((one, two), key=len)
        if any(enemy in large for member in small for enemy in enemies.get(member, ())):
            continue
        known = {identity[member] for member in small | large if member in identity}
        if len(known) > 1 and not trusted:
            continue
        large |= small
        for member in small:
            groups[member] = large
    found = {id(group): group for group in groups.values() if len(group) > 1}
    return list(found.values())
