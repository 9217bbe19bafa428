"""The ways of an operation as numbers: parts that end at a checkpoint or lie on a one-lane stretch, and their legs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridor.planning.instance import up
from corridor.planning.travel import lanes_of
from corridor.situation.road import Leg, Step, Ways
from corridor.situation.situation import Operation, Situation

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]


class Road(NamedTuple):
    """The ways as arrays.

    `way` (sites, sites, 2) numbers the ways, empty and loaded (-1: none). Way w is made of the parts `part_first[w]` to
    `part_first[w + 1]`; each part has its certain minutes `fixed`, the checkpoint at its end `check_site` (-1: none),
    its one-lane stretch `lane` (-1: none; twice its number, and one more for the other direction), and the uncertain
    legs `leg[leg_first[p]]` to `leg[leg_first[p + 1]]`, rows of `drive` (legs, runs) minutes. Its segments are `step`
    from `step_first[p]` to `step_first[p + 1]`, the same either way, with their share of its minutes; `weight`
    (segments) are the minutes of those on which people are driven.
    """

    way: Numbers
    part_first: Numbers
    fixed: Array
    leg_first: Numbers
    leg: Numbers
    drive: Array
    check_site: Numbers
    lane: Numbers
    step_first: Numbers
    step: Numbers
    step_share: Array
    weight: Array


class Part(NamedTuple):
    """A run of steps with the checkpoint at its end, if any, and its one-lane stretch."""

    steps: tuple[Step, ...]
    gate: str
    lane: int


class Roads:
    """Finds the ways of one operation and turns them into numbers.

    `gates` are the checkpoints that hold loaded vehicles up; empty vehicles going back are taken to pass unchecked.
    One-lane stretches are those that the terms of any corridor name (`one_lane`, as from>to): they hold either way.
    """

    def __init__(self, situation: Situation, operation: Operation, gates: set[str]) -> None:
        self.legs = situation.legs_for(operation.id)
        self.gates = gates
        corridor = situation.corridor(operation.id)
        self.path = corridor.sites if corridor else ()
        self.stretches = lanes_of(situation)
        self.middles: dict[Step, int] = {}

    @cached_property
    def ways(self) -> Ways:
        """The ways between any two sites, the quickest by the middle of each leg."""
        return Ways(self.legs, minutes=self.middle)

    def middle(self, leg: Leg) -> int:
        """Return a leg's whole minutes, read once: a quantile is found by bisection."""
        step = (leg.start, leg.end)
        if step not in self.middles:
            self.middles[step] = up(leg.minutes)
        return self.middles[step]

    def numbers(
        self,
        sites: Mapping[str, int],
        wanted: Iterable[tuple[str, str, int]],
        drawn: Callable[[Step, Leg], Array | float],
    ) -> Road:
        """Return the wanted ways (start, end, loaded); `drawn` gives a leg's minutes in each run, or one number."""
        way = np.full((len(sites), len(sites), 2), -1, dtype=np.int64)
        part_first, fixed, leg_first, leg, gates, lanes = [0], [], [0], [], [], []
        rows: list[Array] = []
        known: dict[Step, int | float] = {}
        segments: dict[Step, int] = {}
        step_first, step_of, shares = [0], [], []
        weight: list[float] = []
        for start, end, loaded in wanted:
            steps = self.ways.steps(start, end, path=self.path if loaded else ())
            if steps is None:
                continue
            way[sites[start], sites[end], loaded] = len(part_first) - 1
            for part in self.parts(steps, loaded=bool(loaded)):
                certain = 0.0
                for step in part.steps:
                    if step not in known:
                        minutes = drawn(step, self.legs[step])
                        known[step] = minutes if isinstance(minutes, float) else len(rows)
                        if not isinstance(minutes, float):
                            rows.append(minutes)
                    index = known[step]
                    if isinstance(index, float):
                        certain += index
                    else:
                        leg.append(index)
                whole = max(sum(self.middle(self.legs[step]) for step in part.steps), 1)
                for step in part.steps:
                    minutes = self.middle(self.legs[step])
                    number = segments.setdefault(min(step, step[::-1]), len(segments))
                    weight += [0.0] * (number + 1 - len(weight))
                    weight[number] = float(max(weight[number], minutes if loaded else 0))
                    step_of.append(number)
                    shares.append(minutes / whole)
                step_first.append(len(step_of))
                fixed.append(certain)
                leg_first.append(len(leg))
                gates.append(sites[part.gate] if part.gate else -1)
                lanes.append(part.lane)
            part_first.append(len(fixed))
        return Road(
            way=way,
            part_first=np.array(part_first, dtype=np.int64),
            fixed=np.array(fixed, dtype=np.float64),
            leg_first=np.array(leg_first, dtype=np.int64),
            leg=np.array(leg, dtype=np.int64),
            drive=np.array(rows, dtype=np.float64) if rows else np.zeros((0, 1)),
            check_site=np.array(gates, dtype=np.int64),
            lane=np.array(lanes, dtype=np.int64),
            step_first=np.array(step_first, dtype=np.int64),
            step=np.array(step_of, dtype=np.int64),
            step_share=np.array(shares, dtype=np.float64),
            weight=np.array(weight, dtype=np.float64),
        )

    def parts(self, steps: tuple[Step, ...], *, loaded: bool) -> list[Part]:
        """Cut a way behind each checkpoint and at both ends of each one-lane stretch inside it."""
        if len(steps) <= 1 and not self.stretches:
            return [Part(steps, "", -1)]
        lanes = self._lanes(steps)
        parts: list[Part] = []
        begin = 0
        for index in range(1, len(steps) + 1):
            last = index == len(steps)
            gate = steps[index - 1][1] if loaded and not last and steps[index - 1][1] in self.gates else ""
            if last or gate or lanes[index] != lanes[index - 1]:
                parts.append(Part(steps[begin:index], gate, lanes[index - 1]))
                begin = index
        return parts or [Part((), "", -1)]

    def _lanes(self, steps: tuple[Step, ...]) -> list[int]:
        """Return the one-lane stretch of each step, with its direction, or -1."""
        sites = [start for start, _ in steps] + [steps[-1][1]] if steps else []
        found = [-1] * len(steps)
        for number, (one, other) in enumerate(self.stretches):
            if one in sites and other in sites:
                begin, end = sorted((sites.index(one), sites.index(other)))
                for index in range(begin, end):
                    found[index] = 2 * number + (sites[begin] != one)
        return found
