"""Hand-over points where people change vehicles: who was unloaded there by one operation goes on with another."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.planning.drafts import Draft
from corridor.planning.instance import Instance, People
from corridor.planning.travel import Relay


class Relayed:
    """Who was unloaded where and when by an operation that others take people on from, and who went on."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        self.kinds = {i.operation: {group.name: group.kind for group in i.people} for i in instances}
        self.firsts = {i.agreed.travel.relay.first for i in instances if i.agreed.travel.relay is not None}
        self.onward = {i.operation for i in instances if i.agreed.travel.relay is not None}
        self.unloaded: dict[tuple[str, str], list[tuple[int, str, int]]] = {}
        self.gone: dict[tuple[str, str, str], int] = {}
        self.left = {i.operation: i.total for i in instances}

    def enter(self, instance: Instance, draft: Draft, left: int) -> None:
        """Enter a convoy, with who is left to move by its operation after it."""
        kinds, operation = self.kinds[instance.operation], instance.operation
        self.left[operation] = left
        for ride, (_, end) in zip(draft.rides, draft.unloading, strict=True):
            for key, number in ride.load.items():
                kind = kinds.get(key)
                if kind is None:
                    continue
                if operation in self.firsts:
                    self.unloaded.setdefault((operation, draft.reception), []).append((end, kind, number))
                if operation in self.onward:
                    key_of = operation, draft.pickup, kind
                    self.gone[key_of] = self.gone.get(key_of, 0) + number

    def steps(self, relay: Relay, pickup: str) -> set[int]:
        """Return the minutes at which people are there to go on."""
        return {end + relay.minutes for end, _, _ in self.unloaded.get((relay.first, pickup), [])}

    def here(self, instance: Instance, waiting: Sequence[People], minute: int) -> dict[str, int]:
        """Return who of each group was handed over by a minute and has not gone on; like kinds share what there is."""
        relay = instance.agreed.travel.relay
        found: dict[str, int] = {}
        if relay is None:
            return found
        free: dict[str, int] = {}
        for group in waiting:
            if group.kind not in free:
                brought = self.unloaded.get((relay.first, group.pickup), [])
                by_then = sum(n for end, kind, n in brought if kind == group.kind and end + relay.minutes <= minute)
                free[group.kind] = by_then - self.gone.get((instance.operation, group.pickup, group.kind), 0)
            found[group.name] = max(free[group.kind], 0)
            free[group.kind] -= found[group.name]
        return found

    def goes_on(self, relay: Relay) -> bool:
        """Return whether the operation that brings the people still has some to bring."""
        return self.left.get(relay.first, 0) > 0


def sum_of(draft: Draft, left: dict[str, int]) -> int:
    """Return the people of a convoy who count in `left`."""
    return sum(number for ride in draft.rides for key, number in ride.load.items() if key in left)
