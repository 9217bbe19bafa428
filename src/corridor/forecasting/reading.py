"""What can be read from the runs of one operation: bands, closing moments, arrivals, convoys, waiting, aid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from corridor.forecasting.aid import Need, needs
from corridor.forecasting.kernel import Outcome
from corridor.forecasting.simulate import Simulator

Array = NDArray[np.float64] | NDArray[np.float32]
Three = tuple[float, float, float]

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
THREE = (0.1, 0.5, 0.9)
BLOCK_HOURS, BLOCKS = 3.0, 8
AID_HOURS = BLOCK_HOURS * BLOCKS
PART_STEP = 3  # Groups and sites are read at every third mark of the chart.


class Bands(msgspec.Struct, frozen=True, kw_only=True):
    """One quantity over time: at each of `hours` after the plan's start, its quantiles over all runs, in people.

    `quantity` is out, on_the_road or waiting; each of `p10` to `p90` has one value an hour mark.
    """

    operation: str
    quantity: str
    hours: tuple[float, ...]
    p10: tuple[float, ...]
    p25: tuple[float, ...]
    p50: tuple[float, ...]
    p75: tuple[float, ...]
    p90: tuple[float, ...]


class PartBands(msgspec.Struct, frozen=True, kw_only=True):
    """The same for a part of the people: those of one `group` or of one pickup (`site`), or brought to one reception.

    `quantity` is out, waiting or arrived; `part` is group, pickup or reception and `name` its id.
    """

    operation: str
    part: str
    name: str
    quantity: str
    hours: tuple[float, ...]
    p10: tuple[float, ...]
    p50: tuple[float, ...]
    p90: tuple[float, ...]


class IfItCloses(msgspec.Struct, frozen=True, kw_only=True):
    """Where people are if the corridor closes at a moment: out, on the road, waiting; each (P10, P50, P90) people."""

    operation: str
    at: datetime
    out: Three
    on_the_road: Three
    waiting: Three


class Arrivals(msgspec.Struct, frozen=True, kw_only=True):
    """People who come to a reception in each block of three hours from the start; each (P10, P50, P90) people."""

    operation: str
    reception: str
    until_hours: tuple[float, ...]
    people: tuple[Three, ...]


class ConvoyOutlook(msgspec.Struct, frozen=True, kw_only=True):
    """One convoy of the plan over the runs: how often it is needed, when it leaves and how long it may take.

    `depart_hours` (P10, P50, P90) after the start over the runs that need it; `way_hours` is what nine runs in ten
    stay within from leaving to arriving: it is safe to leave that long before the corridor closes.
    """

    convoy: str
    needed: float
    depart_hours: Three
    way_hours: float


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Time spent waiting, in person-hours, each (P10, P50, P90): in all before leaving, and aboard during a halt."""

    operation: str
    person_hours: Three
    held_person_hours: Three


class Milestones(msgspec.Struct, frozen=True, kw_only=True):
    """Hours after the start by which half and nine tenths of a pickup's people are out: (P10, P50, P90); inf: later."""

    operation: str
    site: str
    half: Three
    nine_tenths: Three


class Reading(msgspec.Struct, frozen=True):
    """All that was read from one operation."""

    bands: tuple[Bands, ...]
    parts: tuple[PartBands, ...]
    closes: tuple[IfItCloses, ...]
    arrivals: tuple[Arrivals, ...]
    convoys: tuple[ConvoyOutlook, ...]
    waiting: Waiting
    milestones: tuple[Milestones, ...]
    needs: tuple[Need, ...]


def block_ends() -> list[float]:
    """Return the hours at which the blocks of arrivals end."""
    return [BLOCK_HOURS * (number + 1) for number in range(BLOCKS)]


def read(simulator: Simulator, outcome: Outcome, hours: list[float], moments: Sequence[datetime]) -> Reading:
    """Return what an operation's runs say; `outcome` was read at `hours`, then at `moments`, then at the block ends."""
    name = simulator.operation.id
    chart, closing = len(hours), len(hours) + len(moments)
    people = simulator.people
    out, left = outcome.out.sum(axis=1), outcome.left.sum(axis=1)
    series = {"out": out, "on_the_road": left - out, "waiting": people[:, None] - left}
    closes = tuple(
        IfItCloses(operation=name, at=moment, **{key: three(values[:, chart + i]) for key, values in series.items()})
        for i, moment in enumerate(moments)
    )
    still = np.concatenate([people[:, None], series["waiting"][:, closing:]], axis=1)
    person_hours = (still[:, :-1] + still[:, 1:]).sum(axis=1) / 2 * BLOCK_HOURS
    return Reading(
        bands=_bands(name, hours, series),
        parts=_parts(simulator, outcome, hours),
        closes=closes,
        arrivals=_arrivals(simulator, outcome.arrived[:, :, closing:]),
        convoys=_convoys(simulator, outcome),
        waiting=Waiting(
            operation=name, person_hours=three(outcome.waited / 60), held_person_hours=three(outcome.held / 60)
        ),
        milestones=_milestones(simulator, outcome, hours),
        needs=needs(name, AID_HOURS, three(still[:, 0])[1:], three(person_hours)[1:]),
    )


def three(values: Array) -> Three:
    """Return (P10, P50, P90) of some values; an inf is more than any number."""
    low, middle, high = _levels(np.asarray(values, dtype=np.float64)[:, None], THREE)[:, 0].tolist()
    return low, middle, high


def _levels(values: Array, levels: Sequence[float]) -> Array:
    """Return the quantiles of each column as (levels, columns): the least value that a share of the runs stays within.

    The inverse of the empirical distribution (Hyndman and Fan 1996, definition 1).
    """
    ranks = [max(math.ceil(level * len(values) - 1e-9), 1) - 1 for level in levels]
    return np.asarray(np.partition(values, sorted(set(ranks)), axis=0)[ranks])


def _bands(operation: str, hours: list[float], series: dict[str, Array]) -> tuple[Bands, ...]:
    found = []
    for quantity, values in series.items():
        rows = _levels(values[:, : len(hours)], LEVELS)
        named = {f"p{round(level * 100)}": tuple(row.tolist()) for level, row in zip(LEVELS, rows, strict=True)}
        found.append(Bands(operation=operation, quantity=quantity, hours=tuple(hours), **named))
    return tuple(found)


def _parts(simulator: Simulator, outcome: Outcome, hours: list[float]) -> tuple[PartBands, ...]:
    name, marks = simulator.operation.id, slice(0, len(hours), PART_STEP)
    read_at = tuple(hours[marks])
    each = np.array([1.0 + group.companions for group in simulator.groups])
    total = simulator.draws.total.T * each
    sites = list(dict.fromkeys(group.site for group in simulator.groups))
    members = {("group", group.id): [index] for index, group in enumerate(simulator.groups)}
    if len(sites) > 1:
        for site in sites:
            members["pickup", site] = [i for i, group in enumerate(simulator.groups) if group.site == site]
    found: list[PartBands] = []
    alone: dict[int, int] = {}
    for (part, key), indices in members.items():
        if len(indices) == 1 and indices[0] in alone:
            # A pickup with one group only: its bands are those of the group.
            same = found[alone[indices[0]] : alone[indices[0]] + 2]
            found += [msgspec.structs.replace(item, part=part, name=key) for item in same]
            continue
        if len(indices) == 1:
            alone[indices[0]] = len(found)
        out = outcome.out[:, indices, marks].sum(axis=1)
        waiting = total[:, indices].sum(axis=1)[:, None] - outcome.left[:, indices, marks].sum(axis=1)
        found += [_part(name, part, key, quantity, read_at, v) for quantity, v in (("out", out), ("waiting", waiting))]
    for reception in sorted({convoy.reception for convoy in simulator.convoys}):
        arrived = outcome.arrived[:, simulator.sites.index(reception), marks]
        found.append(_part(name, "reception", reception, "arrived", read_at, arrived))
    return tuple(found)


def _part(operation: str, part: str, name: str, quantity: str, hours: tuple[float, ...], values: Array) -> PartBands:
    low, middle, high = (tuple(row) for row in _levels(values, THREE).tolist())
    return PartBands(
        operation=operation, part=part, name=name, quantity=quantity, hours=hours, p10=low, p50=middle, p90=high
    )


def _arrivals(simulator: Simulator, arrived: Array) -> tuple[Arrivals, ...]:
    blocks = np.diff(arrived, axis=2, prepend=0.0)
    return tuple(
        Arrivals(
            operation=simulator.operation.id,
            reception=name,
            until_hours=tuple(block_ends()),
            people=tuple(three(blocks[:, simulator.sites.index(name), block]) for block in range(BLOCKS)),
        )
        for name in sorted({convoy.reception for convoy in simulator.convoys})
    )


def _convoys(simulator: Simulator, outcome: Outcome) -> tuple[ConvoyOutlook, ...]:
    found = []
    # Turned so that a convoy's runs lie side by side in memory; nan (not needed) sorts behind every moment.
    depart, ways = np.sort(outcome.depart.T / 60, axis=1), np.sort((outcome.arrive - outcome.depart).T / 60, axis=1)
    used = np.isfinite(depart).sum(axis=1).tolist()
    for convoy, number, leaves, takes in zip(simulator.convoys, used, depart, ways, strict=True):
        if number:
            low, middle, high = (float(leaves[max(math.ceil(q * number - 1e-9), 1) - 1]) for q in THREE)
            longest = float(takes[max(math.ceil(0.9 * number - 1e-9), 1) - 1])
            found.append(
                ConvoyOutlook(
                    convoy=convoy.id,
                    needed=number / simulator.runs,
                    depart_hours=(low, middle, high),
                    way_hours=longest,
                )
            )
    return tuple(found)


def _milestones(simulator: Simulator, outcome: Outcome, hours: list[float]) -> tuple[Milestones, ...]:
    found = []
    total = simulator.draws.total.T * np.array([1.0 + group.companions for group in simulator.groups])
    marks = np.array([*hours, math.inf])
    for site in dict.fromkeys(group.site for group in simulator.groups):
        mine = [index for index, group in enumerate(simulator.groups) if group.site == site]
        out, all_of = outcome.out[:, mine, : len(hours)].sum(axis=1), total[:, mine].sum(axis=1)
        # The number of marks at which the share was not out yet is the index of the first at which it was.
        reached = [marks[(out < share * all_of[:, None] - 1e-6).sum(axis=1)] for share in (0.5, 0.9)]
        found.append(
            Milestones(
                operation=simulator.operation.id, site=site, half=three(reached[0]), nine_tenths=three(reached[1])
            )
        )
    return tuple(found)
