"""People who come to a pickup over time: who is there by which minute."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from corridor.errors import Infeasible
from corridor.situation.site import Group

EPSILON = 1e-9


def steps_of(group: Group, start: datetime) -> tuple[tuple[int, float], ...]:
    """Return the minutes at which people of a group come, each with the share there by then; it never falls.

    Raises `Infeasible` where some of the people are never said to come.
    """
    found: dict[int, float] = {}
    share = 0.0
    for step in sorted(group.gathers, key=lambda step: step.at):
        share = max(share, step.share)
        found[max(math.ceil((step.at - start) / timedelta(minutes=1)), 0)] = share
    if share < 1.0 - EPSILON:
        raise Infeasible(
            f"only {share:.0%} of group {group.id} are said to come to {group.site}",
            place=f"group {group.id}",
            hint="record when everybody is there (fact share_gathered, value 1), or send vehicles to another pickup",
            clauses=(group.id,),
        )
    return tuple(found.items())


def there(come: Sequence[tuple[int, float]], people: int, minute: int) -> int:
    """Return how many of some people have come by a minute; all of them where nobody comes later."""
    if not come:
        return people
    share = max((share for step, share in come if step <= minute), default=0.0)
    return math.floor(share * people + EPSILON)
