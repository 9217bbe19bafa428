"""The search for the soonest timetable: ways of forming convoys are tried until the bound or the time is reached."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random

from corridor.planning.bounds_tied import lower_bounds
from corridor.planning.construct import Builder
from corridor.planning.drafts import Draft, Style
from corridor.planning.instance import Instance
from corridor.planning.plan import Plan
from corridor.planning.together import build_together
from corridor.planning.until import Until

# Convoys of mixed sizes tried after the plain ones; each costs one build of the timetable.
MIXED = 40
# Plain ways tried before it is said that no plan was found: sizes from large to small.
TRIED = 12
Progress = Callable[[str, int, int], None]


def best(
    instances: Sequence[Instance], until: Until, seed: int, progress: Progress | None = None
) -> list[list[Draft]] | None:
    """Return the soonest timetable found of each of some operations that are planned together.

    None where no way brings everyone of the planning figure to a reception.
    """
    if len(instances) > 1 or instances[0].agreed.gates or instances[0].agreed.ties:
        return _tied(instances, until, seed, progress)
    found = _alone(instances[0], until, seed, progress)
    return None if found is None else [found[1]]


def possible(instances: Sequence[Instance]) -> list[list[Draft]] | None:
    """Return some timetable of each operation, or None where the few ways tried bring not everyone to a reception."""
    quotas = [_quota(instance) for instance in instances]
    ready = [quota for quota in quotas if quota is not None]
    if len(ready) < len(quotas):
        return None
    plain = [_few(list(_styles(instance))) for instance in instances]
    for turn in range(max(len(styles) for styles in plain)):
        chosen = [styles[turn % len(styles)] for styles in plain]
        builders = build_together(instances, chosen, ready)
        if builders is not None:
            return [builder.drafts for builder in builders]
    return None


def follow(instances: Sequence[Instance], previous: Plan) -> list[list[Draft]] | None:
    """Return the timetable along the orders of a previous plan, or None where it does not carry everyone."""
    quotas = [quota for instance in instances if (quota := _quota(instance)) is not None]
    if len(quotas) < len(instances):
        return None
    # What the orders leave is carried in convoys of the size that the orders mostly had.
    styles = []
    for instance in instances:
        sizes = [len(convoy.trips) for convoy in previous.planned if convoy.operation == instance.operation]
        styles.append(Style((max(set(sizes), key=sizes.count) if sizes else instance.convoy_size,)))
    builders = build_together(instances, styles, quotas, previous)
    return None if builders is None else [builder.drafts for builder in builders]


def _few(styles: list[Style]) -> list[Style]:
    return styles[:: max(len(styles) // TRIED, 1)]


def _alone(
    instance: Instance, until: Until, seed: int, progress: Progress | None
) -> tuple[int, list[Draft], Style] | None:
    """Try ways of forming convoys until the bound or the time is reached; return the best with its minutes."""
    quota = _quota(instance)
    if quota is None:
        return None
    goal = max((bound.minutes for bound in lower_bounds([instance])), default=0)
    found: tuple[int, list[Draft], Style] | None = None
    plain = list(_styles(instance))
    total = len(plain) + MIXED
    random = Random(seed)
    for number in range(total):
        if found is not None and (found[0] <= goal or until.over()):
            break
        if number >= len(plain) and found is None:
            break
        style = plain[number] if number < len(plain) else _mixed(instance, found[2], random)  # type: ignore[index]
        builder = Builder(instance, style, quota)
        drafts = builder.run()
        if drafts is not None and (found is None or builder.clearance() < found[0]):
            found = (builder.clearance(), drafts, style)
        until.tell(progress, instance.operation, number + 1, total)
    return found


def _tied(
    instances: Sequence[Instance], until: Until, seed: int, progress: Progress | None
) -> list[list[Draft]] | None:
    """Search as for one operation, with a way of forming convoys for each, begun from what serves each alone best."""
    quotas = [quota for instance in instances if (quota := _quota(instance)) is not None]
    if len(quotas) < len(instances):
        return None
    plain = [list(_styles(instance)) for instance in instances]
    now = time.monotonic()
    share = now + (until.deadline - now) / (2 * len(instances))
    alone = [_alone(instance, until.sooner(share), seed, None) for instance in instances]
    chosen = [styles[0] if one is None else one[2] for styles, one in zip(plain, alone, strict=True)]
    goal = max((bound.minutes for bound in lower_bounds(instances)), default=0)
    found: tuple[tuple[int, int], list[list[Draft]], list[Style]] | None = None
    random = Random(seed)
    total = max(TRIED + MIXED, *(len(styles) for styles in plain))
    for number in range(total):
        if found is not None and (found[0][0] <= goal or until.over()):
            break
        if found is None and number >= max(len(styles) for styles in plain):
            break
        styles = list(chosen if found is None else found[2])
        if number and found is None:
            styles = [each[number % len(each)] for each in plain]
        elif number:
            turn = random.randrange(len(styles))
            near = _mixed(instances[turn], styles[turn], random)
            styles[turn] = random.choice([near, random.choice(plain[turn])])
        builders = build_together(instances, styles, quotas)
        if builders is not None:
            ends = [builder.clearance() for builder in builders]
            if found is None or (max(ends), sum(ends)) < found[0]:
                found = ((max(ends), sum(ends)), [builder.drafts for builder in builders], styles)
        until.tell(progress, " and ".join(instance.operation for instance in instances), number + 1, total)
    return None if found is None else found[1]


def _styles(instance: Instance) -> Iterator[Style]:
    """Yield the plain ways of forming convoys: the largest type split into equal convoys first, then every size.

    Equal convoys that take turns keep the bays busy and never wait for one another, so one of them is mostly the best.
    """
    fleet = max(Counter(unit.kind.name for unit in instance.units).values())
    most = 1 if instance.alone else min(instance.convoy_size, fleet)
    sizes = dict.fromkeys((*(min(-(-fleet // parts), most) for parts in range(1, fleet + 1)), *range(1, most + 1)))
    several = len(instance.pickups) > 1
    for size in sizes:
        if several:
            # First what looks at one pickup at a time: a large city has its first plan that many times sooner.
            yield Style((size,), farthest_first=True)
        yield Style((size,))


def _mixed(instance: Instance, best: Style, random: Random) -> Style:
    """Return the best way so far with convoys of alternating sizes near its own."""
    most = 1 if instance.alone else max(min(instance.convoy_size, len(instance.units)), 1)
    middle = best.gather[0]
    sizes = tuple(min(max(middle + random.randint(-3, 3), 1), most) for _ in range(random.randint(1, 4)))
    return Style(sizes, farthest_first=best.farthest_first)


def _quota(instance: Instance) -> dict[tuple[str, str], int] | None:
    """Share the receptions out between the pickups: people per way, the least driving within every capacity.

    A transport problem, solved as a linear programme (its vertices are whole; Hitchcock 1941). Empty where no
    capacity is stated, None where the receptions that each pickup can reach cannot hold its people.
    """
    if not instance.capacity:
        return {}
    moving = {
        pickup: sum(g.planned * (1 + g.companions) for g in instance.people if g.pickup == pickup)
        for pickup in instance.pickups
    }
    from scipy.optimize import linprog  # noqa: PLC0415 - half a second that worlds without capacity do not pay

    ways = sorted(instance.loaded)
    upper = [instance.capacity.get(reception, 10**9) for reception in instance.receptions]
    answer = linprog(
        [instance.loaded[way] + instance.empty.get((way[1], way[0]), 0) for way in ways],
        A_ub=[[1.0 if way[1] == reception else 0.0 for way in ways] for reception in instance.receptions],
        b_ub=upper,
        A_eq=[[1.0 if way[0] == pickup else 0.0 for way in ways] for pickup in instance.pickups],
        b_eq=[moving[pickup] for pickup in instance.pickups],
        method="highs-ds",
    )
    if not answer.success:
        return None
    return {way: round(people) for way, people in zip(ways, answer.x, strict=True) if round(people) > 0}
