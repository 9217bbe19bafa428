"""One thing that a plan must respect, and the situation without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from corridor.situation.site import Group
from corridor.situation.situation import Situation

Change = Callable[[Situation], Situation]


@dataclass(frozen=True)
class Ease:
    """One way to ask for a little more: the situation with so many steps more, and the request in words."""

    change: Callable[[Situation, int], Situation]
    words: Callable[[int], str]
    most: int = 4096


@dataclass(frozen=True)
class Limit:
    """One thing that a plan must respect: its ids, its words, the situation without it, and how it can be eased."""

    ids: tuple[str, ...]
    words: str
    lift: Change
    eases: tuple[Ease, ...] = field(default=())


def with_site(name: str, situation: Situation, **values: object) -> Situation:
    """Return the situation with a site that differs in some values."""
    sites = tuple(msgspec.structs.replace(s, **values) if s.id == name else s for s in situation.sites)
    return msgspec.structs.replace(situation, sites=sites)


def with_group(group: Group, situation: Situation, **values: object) -> Situation:
    """Return the situation with a group that differs in some values."""
    groups = tuple(msgspec.structs.replace(g, **values) if g.id == group.id else g for g in situation.groups)
    return msgspec.structs.replace(situation, groups=groups)


def without(ids: tuple[str, ...], situation: Situation) -> Situation:
    """Return the situation without some clauses."""
    agreements = tuple(
        msgspec.structs.replace(a, clauses=tuple(c for c in a.clauses if c.id not in ids)) for a in situation.agreements
    )
    return msgspec.structs.replace(situation, agreements=agreements)


def count(number: int, word: str, plural: str = "") -> str:
    """Return a number with its word: 1 bus, 9 buses."""
    many = plural or (f"{word}es" if word.endswith(("s", "x", "ch")) else f"{word}s")
    return f"{number:,} {word if number == 1 else many}"
