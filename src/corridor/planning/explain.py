"""Why not: the smallest set of clauses, vehicles and people that cannot hold together, and what would be enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from corridor.errors import Infeasible
from corridor.planning.limit import Ease, Limit
from corridor.planning.limits import limits_of
from corridor.situation.situation import Operation, Situation

Possible = Callable[[Situation], bool]
SHOWN = 4


def explain(situation: Situation, operations: Sequence[Operation], possible: Possible, shortfall: str) -> Infeasible:
    """Return why no plan was found for operations that are planned together: a minimal conflict and its remedies.

    A deletion filter (Chinneck and Dravnieks 1991): limits are lifted one by one, and one whose lifting leaves the
    conflict in place stays lifted. What remains is minimal by construction: lifting any one of it makes a plan
    possible. `possible` is the test, `shortfall` what the bounds prove beyond it (words, or nothing).
    """
    limits = list(dict.fromkeys(limit for operation in operations for limit in limits_of(situation, operation)))
    core = _core(situation, limits, possible)
    where = "operation " + " and ".join(operation.id for operation in operations)
    if not core:
        return Infeasible(
            "no plan exists even without its clauses and with any number of vehicles",
            place=where,
            hint="look at the ways between the sites: corridor check situation.json",
        )
    words = "; ".join(limit.words for limit in core)
    cause = f"these cannot hold together: {words}" if len(core) > 1 else f"this cannot hold: {words}"
    asks = requests(situation, core, possible)
    hint = " or ".join(asks[:SHOWN]) + " would be enough" if asks else "change any one of them"
    return Infeasible(
        cause + (f" ({shortfall})" if shortfall else ""),
        place=where,
        hint=hint,
        clauses=tuple(dict.fromkeys(name for limit in core for name in limit.ids)),
    )


def _core(situation: Situation, limits: Sequence[Limit], possible: Possible) -> list[Limit]:
    """Return the limits of which none can be lifted without making a plan possible."""
    relaxed = situation
    core: list[Limit] = []
    for limit in limits:
        without = limit.lift(relaxed)
        if possible(without):
            core.append(limit)
        else:
            relaxed = without
    # The test is a search and not a proof, so what was kept early is tried again beside what was lifted later.
    for limit in list(core):
        without = limit.lift(relaxed)
        if not possible(without):
            core.remove(limit)
            relaxed = without
    return core


def requests(situation: Situation, core: Sequence[Limit], possible: Possible) -> list[str]:
    """Return, for each way to ease one limit of the core alone, the least that makes a plan possible, in words."""
    found = []
    for limit in core:
        for ease in limit.eases:
            steps = _fewest(situation, ease, possible)
            if steps is not None:
                found.append(ease.words(steps))
    return found


def _fewest(situation: Situation, ease: Ease, possible: Possible) -> int | None:
    low, high = 0, 1
    while not possible(ease.change(situation, min(high, ease.most))):
        if high >= ease.most:
            return None
        low, high = high, high * 2
    high = min(high, ease.most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if possible(ease.change(situation, middle)) else (middle, high)
    return high
