"""What rules cost that nobody stated: the builder beside one without them, on the same worlds, in one run.

python -m benchmarks.unused_rules
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks.city_rules import city
from corridor.planning.construct import Builder
from corridor.planning.drafts import Draft, Ride, Style
from corridor.planning.instance import Instance, build_instance
from corridor.planning.slots import Passage, Slots

TURNS = 30


class FreeSlots(Slots):
    """Departures under headway and hours alone: no escorts, aid, caps, nights or lanes."""

    def first(self, earliest: int, drive: int, way: tuple[str, str], rides: Sequence[Ride]) -> Passage | None:
        """Return the first passage that keeps headway and hours."""
        del rides
        depart = earliest
        while True:
            passage = self._in_window(self._apart(depart), drive, way)
            if passage is None or passage.depart == depart:
                return passage
            depart = passage.depart


class FreeBuilder(Builder):
    """The builder without what only rules ask: holds, days, trailing cars, vehicles that leave, lines."""

    def __init__(self, instance: Instance, style: Style) -> None:
        super().__init__(instance, style, {})
        self.slots = FreeSlots(instance, self.ground.lanes)

    def held_briefly(self, draft: Draft) -> bool:
        """Hold nobody to a limit."""
        del draft
        return True

    def _gone(self, draft: Draft) -> tuple[str, ...]:
        del draft
        return ()

    def _late(self, arrive: int, unloading: list[tuple[int, int]], vehicles: int, reception: str) -> int:
        del arrive, unloading, vehicles, reception
        return 0

    def _led(self, units: Sequence[object]) -> int:
        return len(units)


def spent(make: Callable[[], Builder]) -> tuple[float, list[Draft]]:
    """Return the processor seconds of one build, and the timetable."""
    clock = time.process_time()
    builder = make()
    builder.run()
    return time.process_time() - clock, builder.drafts


def world(people: int) -> Instance:
    """Return a city as integers; room at the receptions is left out, so that no share of it has to be kept."""
    situation = city(people, buses=people // 800)
    instance = build_instance(situation, situation.operations[0], people_quantile=0.5, reserve_quantile=0.5)
    return replace(instance, capacity={})


def main() -> None:
    """Build in turn with and without the rules, and print the least seconds of each and their ratio."""
    for people in (20_000, 100_000):
        instance, style = world(people), Style((20,), farthest_first=True)
        rules, bare = [], []
        for _ in range(TURNS):
            seconds, timetable = spent(lambda i=instance, s=style: Builder(i, s, {}))  # type: ignore[misc]
            rules.append(seconds)
            seconds, same = spent(lambda i=instance, s=style: FreeBuilder(i, s))  # type: ignore[misc]
            bare.append(seconds)
            if timetable != same:
                raise SystemExit("the two builders do not build the same timetable")
        row = {
            "people": people,
            "convoys": len(timetable),
            "seconds": round(min(rules), 4),
            "seconds_without_rules": round(min(bare), 4),
            "ratio": round(min(rules) / min(bare), 3),
            "load": round(os.getloadavg()[0], 1),
        }
        sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
