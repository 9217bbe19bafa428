"""Who goes to which reception where room is scarce."""

from __future__ import annotations

from corridor.planning.instance import Instance


def quota_of(instance: Instance) -> dict[tuple[str, str], int] | None:
    """Share the receptions out between the pickups: people per way, the least driving within every capacity.

    Where some may go to some receptions only each group has its share: people per (group, reception). A transport
    problem, solved as a linear programme (its vertices are whole; Hitchcock 1941). Empty where no capacity is stated,
    None where the receptions that each pickup can reach cannot hold its people.
    """
    if not instance.capacity:
        return {}
    moving: dict[str, int] = {}
    pickup_of: dict[str, str] = {}
    allowed: dict[str, tuple[str, ...]] = {}
    for group in instance.people:
        name = group.name if instance.apart else group.pickup
        moving[name] = moving.get(name, 0) + group.planned * (1 + group.companions)
        pickup_of[name] = group.pickup
        allowed[name] = instance.receptions if group.receptions is None else group.receptions
    from scipy.optimize import linprog  # noqa: PLC0415 - half a second that worlds without capacity do not pay

    ways = sorted(
        (name, reception)
        for name in moving
        for reception in allowed[name]
        if (pickup_of[name], reception) in instance.loaded
    )
    drives = [
        instance.loaded[pickup_of[name], reception] + instance.empty.get((reception, pickup_of[name]), 0)
        for name, reception in ways
    ]
    upper = [instance.capacity.get(reception, 10**9) for reception in instance.receptions]
    answer = linprog(
        drives,
        A_ub=[[1.0 if way[1] == reception else 0.0 for way in ways] for reception in instance.receptions],
        b_ub=upper,
        A_eq=[[1.0 if way[0] == name else 0.0 for way in ways] for name in moving],
        b_eq=list(moving.values()),
        method="highs-ds",
    )
    if not answer.success:
        return None
    return {way: round(people) for way, people in zip(ways, answer.x, strict=True) if round(people) > 0}
