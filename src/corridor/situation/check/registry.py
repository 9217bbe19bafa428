"""The list of checks: each registers itself under the name that its findings carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from corridor.finding import Finding
from corridor.situation.situation import Situation

Check = Callable[[Situation], Iterator[Finding]]
CHECKS: dict[str, Check] = {}


def named(name: str) -> Callable[[Check], Check]:
    """Register a check under a name; its docstring is the sentence of the reference page."""

    def register(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return register
