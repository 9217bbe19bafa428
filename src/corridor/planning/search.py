"""The search for the soonest timetable: ways of forming convoys are tried until the bound or the time is reached."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from corridor.planning.construct import Builder
from corridor.planning.drafts import Draft, Style
from corridor.planning.instance import Instance
from corridor.planning.plan import Plan
from corridor.planning.quota import quota_of
from corridor.planning.styles import styles_of, turned
from corridor.planning.together import Together, build_together
from corridor.planning.until import Until

# Ways near the best one that are tried after the plain ones; each costs one build of the timetable.
NEAR = 160
# Where the best ends later than the bound by more than a hundredth, so many times as many are tried.
LONGER, CLOSE = 3, 1.01
# Plain ways tried before it is said that no plan was found: sizes from large to small.
TRIED = 12
# So many pairs of ways are tried before the best is changed a little.
COMBINED = 6
LATE = 10**9
Progress = Callable[[str, int, int], None]


def best(
    instances: Sequence[Instance], until: Until, seed: int, progress: Progress | None = None, goal: int = 0
) -> list[list[Draft]] | None:
    """Return the soonest timetable found of each of some operations that are planned together.

    The search ends where the proven bound `goal`, in minutes, is met. None where no way brings everyone of the planning
    figure to a reception.
    """
    if len(instances) > 1 or instances[0].agreed.gates or instances[0].agreed.ties:
        return _tied(instances, until, seed, progress, goal)
    found = _alone(instances[0], until, seed, progress, goal)
    if found is None:
        return None
    found.builder.add_reserve()
    return [found.builder.drafts]


def possible(instances: Sequence[Instance]) -> list[list[Draft]] | None:
    """Return some timetable of each operation, or None where the few ways tried bring not everyone to a reception."""
    quotas = [quota_of(instance) for instance in instances]
    ready = [quota for quota in quotas if quota is not None]
    if len(ready) < len(quotas):
        return None
    plain = [_few(list(styles_of(instance))) for instance in instances]
    for turn in range(max(len(styles) for styles in plain)):
        chosen = [styles[turn % len(styles)] for styles in plain]
        made = build_together(instances, chosen, ready)
        if made is not None:
            return [builder.drafts for builder in made.builders]
    return None


def follow(instances: Sequence[Instance], previous: Plan) -> list[list[Draft]] | None:
    """Return the timetable along the orders of a previous plan, or None where it does not carry everyone."""
    quotas = [quota for instance in instances if (quota := quota_of(instance)) is not None]
    if len(quotas) < len(instances):
        return None
    # What the orders leave is carried in convoys of the size that the orders mostly had.
    styles = []
    for instance in instances:
        sizes = [len(convoy.trips) for convoy in previous.planned if convoy.operation == instance.operation]
        styles.append(Style((max(set(sizes), key=sizes.count) if sizes else instance.convoy_size,)))
    made = build_together(instances, styles, quotas, previous)
    if made is None:
        return None
    made.add_reserve()
    return [builder.drafts for builder in made.builders]


def most(
    instances: Sequence[Instance],
    until: Until,
    seed: int,
    worth: Callable[[Sequence[Builder]], tuple[float, ...]],
    goal: int,
) -> list[Builder]:
    """Return the timetables that bring most people to a reception where not everybody can go.

    The search ends where the first figure of `worth`, the people safe as they are weighed, meets the bound `goal`.
    """
    quotas = [quota_of(instance) or {} for instance in instances]
    plain = [list(styles_of(instance)) for instance in instances]
    length = max(map(len, plain))
    begun = [list(turn) for turn in zip(*(_repeated(styles, length) for styles in plain), strict=True)]
    found: tuple[tuple[float, ...], list[Builder], list[Style]] | None = None
    random = Random(seed)
    for number in range(length + NEAR):
        if found is not None and (found[0][0] >= goal or until.over()):
            break
        styles = list(begun[number] if number < length or found is None else found[2])
        if number >= length:
            turn = number % len(styles)
            styles[turn] = turned(instances[turn], styles[turn], (number - length) // len(styles), random)
        made = build_together(instances, styles, quotas, partial=True)
        if made is not None and (found is None or worth(made.builders) > found[0]):
            found = (worth(made.builders), made.builders, styles)
    return [] if found is None else found[1]


def _few(styles: list[Style]) -> list[Style]:
    return styles[:: max(len(styles) // TRIED, 1)]


@dataclass(frozen=True)
class _Found:
    ends: tuple[int, ...]
    builder: Builder
    style: Style


def _alone(
    instance: Instance,
    until: Until,
    seed: int,
    progress: Progress | None,
    goal: int,
    measure: Callable[[Builder], tuple[int, ...]] = lambda builder: (builder.clearance(),),
) -> _Found | None:
    """Try ways of forming convoys until the bound or the time is reached; return the best by its first minutes."""
    quota = quota_of(instance)
    if quota is None:
        return None
    found: _Found | None = None
    plain = list(styles_of(instance))
    random = Random(seed)
    for number in itertools.count():
        if found is not None and (found.ends[0] <= goal or until.over()):
            break
        total = len(plain) + _tries(found.ends[0] if found is not None else 0, goal)
        if number >= total:
            break
        if number >= len(plain) and found is None:
            break
        if number < len(plain):
            style = plain[number]
        elif found is not None:
            style = turned(instance, found.style, number - len(plain), random)
        builder = Builder(instance, style, quota)
        if builder.run(math.inf if found is None else until.deadline) and (
            found is None or measure(builder) < found.ends
        ):
            found = _Found(measure(builder), builder, style)
        until.tell(progress, instance.operation, number + 1, total)
    return found


def _tied(
    instances: Sequence[Instance], until: Until, seed: int, progress: Progress | None, goal: int
) -> list[list[Draft]] | None:
    """Search as for one operation, with a way of forming convoys for each, begun from what serves each alone best."""
    quotas = [quota for instance in instances if (quota := quota_of(instance)) is not None]
    if len(quotas) < len(instances):
        return None
    found: tuple[tuple[int, int], Together, list[Style]] | None = None
    random = Random(seed)
    plain = [list(styles_of(instance)) for instance in instances]
    begun = _beginnings(instances, until, seed, goal)
    begun += [list(turn) for turn in zip(*(_repeated(styles, max(map(len, plain))) for styles in plain), strict=True)]
    paired = min(COMBINED, len(begun))
    for number in itertools.count():
        if found is not None and (found[0][0] <= goal or until.over()):
            break
        total = len(begun) + _tries(found[0][0] if found is not None else 0, goal)
        if number >= total:
            break
        if found is None and number >= len(begun):
            break
        if found is None or number < paired:
            styles = begun[number]
        else:
            styles = list(found[2])
            turn = number % len(styles)
            styles[turn] = turned(instances[turn], styles[turn], (number - paired) // len(styles), random)
        made = build_together(instances, styles, quotas)
        if made is not None:
            ends = [builder.clearance() for builder in made.builders]
            if found is None or (max(ends), sum(ends)) <= found[0]:
                found = ((max(ends), sum(ends)), made, styles)
        until.tell(progress, " and ".join(instance.operation for instance in instances), number + 1, total)
    if found is None:
        return None
    found[1].add_reserve()
    return [builder.drafts for builder in found[1].builders]


def _tries(end: int, goal: int) -> int:
    """Return how many ways near the best one are tried, by how far it is from a bound."""
    return NEAR * (LONGER if 0 < goal * CLOSE < end else 1)


def _repeated(styles: list[Style], length: int) -> list[Style]:
    return [styles[number % len(styles)] for number in range(length)]


def _beginnings(instances: Sequence[Instance], until: Until, seed: int, goal: int) -> list[list[Style]]:
    """Return ways to begin with: for each operation the one that ends first and the one that lets others go first."""
    now = time.monotonic()
    share = (until.deadline - now) / (4 * len(instances))
    gates = [gate for instance in instances for gate in instance.agreed.gates]
    options = []
    for instance in instances:
        people = [
            instance.total if gate.reached is None else min(gate.reached, instance.total)
            for gate in gates
            if gate.other == instance.operation
        ]
        ends = _alone(instance, until.sooner(time.monotonic() + share), seed, None, goal)
        found = [ends]
        if people:
            opens = partial(_opens, people=max(people))
            found.append(_alone(instance, until.sooner(time.monotonic() + share / 2), seed, None, 0, opens))
        options.append([next(styles_of(instance)) if one is None else one.style for one in found])
    return [list(styles) for styles in itertools.islice(itertools.product(*options), COMBINED)]


def _opens(builder: Builder, people: int) -> tuple[int, ...]:
    """Return when so many people are handed over, and when everybody is safe."""
    so_far = 0
    for draft in sorted(builder.drafts, key=lambda draft: draft.handover):
        so_far += draft.people
        if so_far >= people:
            return draft.handover, builder.clearance()
    return LATE, builder.clearance()
