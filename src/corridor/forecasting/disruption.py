"""What can go wrong: halts as a stop-start process, breakdowns, and how drives and boarding vary."""

from __future__ import annotations

import csv
import math
from datetime import UTC, datetime
from functools import cache
from importlib import resources

import msgspec
import numpy as np
from numpy.typing import NDArray

from corridor.situation.situation import Situation

Array = NDArray[np.float64]

# Halts are drawn up to this many a run; with means of days between them nothing within a horizon is lost.
MOST_HALTS = 40


class Row(msgspec.Struct, frozen=True):
    """One row of disruption.csv: a parameter, since when it could be known, and its source."""

    key: str
    value: float
    known_since: str
    source: str
    meaning: str


class Disruption(msgspec.Struct, frozen=True, kw_only=True):
    """The disruptions of one operation.

    Halts come as a Poisson process whose rate is uncertain: Gamma(`halts` + 1/2, `hours`) (Jeffreys prior, updated by
    earlier operations and by this one); lengths are log-normal. `halted` says that the movement stands now.
    Spreads are coefficients of variation.
    """

    halts: float = 0.0
    hours: float = 0.0
    median_hours: float = 24.0
    spread: float = 0.9
    halted: bool = False
    drive_spread: float = 0.0
    boarding_spread: float = 0.0
    breakdown_share: float = 0.0
    breakdown_minutes: float = 45.0
    sources: tuple[tuple[str, str, str], ...] = ()

    def halt_times(self, rng: np.random.Generator, runs: int) -> tuple[Array, Array]:
        """Return (begin, end) of the halts of each run in minutes, each (runs, MOST_HALTS); inf where there is none."""
        begin = np.full((runs, MOST_HALTS), np.inf)
        end = np.full((runs, MOST_HALTS), np.inf)
        if self.hours <= 0:
            if not self.halted:
                return begin, end
            rate = np.zeros(runs)
        else:
            rate = rng.gamma(self.halts + 0.5, 1 / self.hours, size=runs) / 60
        lengths = 60 * self.median_hours * np.exp(self.spread * rng.standard_normal((runs, MOST_HALTS)))
        waits = rng.exponential(1.0, (runs, MOST_HALTS)) / np.maximum(rate, 1e-12)[:, None]
        if self.halted:
            waits[:, 0] = 0.0
        ends = np.cumsum(waits + lengths, axis=1)
        return ends - lengths, ends


CALM = Disruption()


@cache
def rows() -> tuple[Row, ...]:
    """Return the shipped table of disruption.csv."""
    text = resources.files("corridor.forecasting").joinpath("disruption.csv").read_text("utf-8")
    return tuple(msgspec.convert(row, Row, strict=False) for row in csv.DictReader(text.splitlines()))


def known_at(moment: datetime) -> dict[str, Row]:
    """Return the newest row of each parameter that could be known at a moment: nothing received later."""
    known: dict[str, Row] = {}
    for row in sorted(rows(), key=lambda row: row.known_since):
        if datetime.fromisoformat(row.known_since).replace(tzinfo=UTC) <= moment:
            known[row.key] = row
    return known


def disruption_of(situation: Situation, operation: str) -> Disruption:
    """Return the disruptions of an operation: earlier operations as known then, updated by its own halts so far.

    The exposure of the operation itself runs from its agreement's first announcement to the situation's moment.
    """
    known = known_at(situation.at)
    halts = [halt for halt in situation.halts if halt.operation == operation]
    agreement = situation.agreement(operation)
    announced = [
        report.observed
        for name in (agreement.reports if agreement else ())
        if (report := situation.report(name)) is not None
    ]
    began = min([*announced, *(halt.since for halt in halts)], default=situation.at)
    stopped = sum(((halt.until or situation.at) - halt.since).total_seconds() / 3600 for halt in halts)
    exposed = max((situation.at - began).total_seconds() / 3600 - stopped, 0.0)
    value = {key: row.value for key, row in known.items()}
    sources = [(row.key, f"{row.value:g}: {row.meaning}", row.source) for row in known.values()]
    if halts:
        text = f"{len(halts)} halt(s) in {exposed:.0f} hours of this operation, added to the count"
        sources.append(("halts of this operation", text, "the reports of fact halt"))
    return Disruption(
        halts=value["halts_seen"] + len(halts),
        hours=value["halts_hours"] + exposed,
        median_hours=_median_length(value["halt_median_hours"], value["halts_seen"], halts_hours(situation, operation)),
        spread=value["halt_spread"],
        halted=any(halt.until is None for halt in halts),
        drive_spread=value["drive_spread"],
        boarding_spread=value["boarding_spread"],
        breakdown_share=value["breakdown_share"],
        breakdown_minutes=value["breakdown_minutes"],
        sources=tuple(sources),
    )


def halts_hours(situation: Situation, operation: str) -> list[float]:
    """Return the lengths in hours of the halts of an operation that have ended."""
    return [
        (halt.until - halt.since).total_seconds() / 3600
        for halt in situation.halts
        if halt.operation == operation and halt.until is not None
    ]


def _median_length(prior: float, weight: float, seen: list[float]) -> float:
    """Return the median length of a halt: the geometric mean of the prior's halts and of those seen."""
    logs = weight * math.log(prior) + sum(math.log(max(hours, 0.25)) for hours in seen)
    return math.exp(logs / (weight + len(seen)))
