"""Who is at a pickup and what they need: people by kind of place, families whole."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.planning.gathering import there
from corridor.planning.instance import Instance, People, VehicleKind


def present(
    waiting: Sequence[People],
    everyone: dict[str, int],
    left: dict[str, int],
    minute: int,
    brought: dict[str, int] | None = None,
) -> dict[str, int]:
    """Return how many of each group wait at their pickup at a minute: who has come by then and has not left.

    A family of whom not all have come does not leave yet. Where others bring the people, `brought` is who of each group
    was handed over by then and has not left.
    """
    found = {}
    for group in waiting:
        gone = everyone[group.name] - left[group.name]
        here = min(max(there(group.come, everyone[group.name], minute) - gone, 0), left[group.name])
        if brought is not None:
            here = min(here, brought[group.name])
        found[group.name] = here if here == left[group.name] else here - here % group.family
    return found


def needs_of(instance: Instance, waiting: Sequence[People], here: dict[str, int]) -> dict[str, dict[str, int]]:
    """Return, for each type of vehicle, the people for whom it is of use by the kind of place that they need.

    Families that a type cannot hold whole do not need it; where they leave seats over they need more vehicles.
    """
    plain = all(group.family == 1 for group in waiting)
    if plain:
        need = _needed(instance, waiting, here, None)
        return {kind.name: need for kind in instance.kinds}
    return {kind.name: _needed(instance, waiting, here, kind) for kind in instance.kinds}


def _needed(
    instance: Instance, waiting: Sequence[People], here: dict[str, int], kind: VehicleKind | None
) -> dict[str, int]:
    need: dict[str, int] = {}
    for group in waiting:
        people = here[group.name]
        if kind is not None and group.family > 1:
            seats = kind.places.get("seat", 0)
            whole = seats // min(group.family, people)
            people = -(-people // (whole * group.family)) * seats if whole else 0
        need[group.place] = need.get(group.place, 0) + people
        need["seat"] = need.get("seat", 0) + here[group.name] * group.companions
    smallest = instance.agreed.smallest
    if smallest > 1:
        # Few people still make a convoy of the agreed size: each vehicle then counts as wanted.
        widest = max(number for each in instance.kinds for number in each.places.values())
        need = {place: max(number, smallest * widest) if number else 0 for place, number in need.items()}
    return need
