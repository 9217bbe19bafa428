"""What can go wrong: halts as a stop-start process, breakdowns, people who do not come, and how times vary."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources

import msgspec
import numpy as np
from numpy.typing import NDArray

from corridor.errors import Fault, InputError
from corridor.forecasting.cases import HaltPrior, fit, updated, usable
from corridor.forecasting.spells import PARTS, REASONS
from corridor.situation.agreement import Halt
from corridor.situation.situation import Situation

Array = NDArray[np.float64]

# Halts are drawn up to this many a run; with means of days between them nothing within a horizon is lost.
MOST_HALTS = 40
# Degrees of freedom of a length's spread before any length is known (see `cases.SPREAD_COUNTS`).
SPREAD_DEGREES = 3.0


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
    earlier operations and by this one). Lengths are log-normal around `median_hours` with `spread` of the logarithm;
    both are uncertain as after `counted` halts (a Student predictive; Gelman et al. 2013, 3.2), certain where it is 0.
    `halted` says that the movement stands now, since `halted_hours`. `drive_spread` and `boarding_spread` are
    coefficients of variation, shares are from 0 to 1, minutes are minutes; `sources` are (name, words, source).
    Snow, fire and snipers come so often `_per_day` on the whole road, last a median of `_hours` and make one segment
    slower, `_slows` times the minutes, or close it, which a share `_closes` of them does (see `spells.spell_times`).
    """

    halts: float = 0.0
    hours: float = 0.0
    median_hours: float = 24.0
    spread: float = 0.9
    counted: float = 0.0
    halted: bool = False
    halted_hours: float = 0.0
    drive_spread: float = 0.0
    boarding_spread: float = 0.0
    breakdown_share: float = 0.0
    breakdown_minutes: float = 45.0
    turned_back_share: float = 0.0
    empty_share: float = 0.0
    check_minutes: float = 0.0
    road_halt_share: float = 0.0
    snow_per_day: float = 0.0
    snow_hours: float = 12.0
    snow_slows: float = 2.0
    snow_closes: float = 0.0
    fire_per_day: float = 0.0
    fire_hours: float = 1.0
    fire_slows: float = 1.0
    fire_closes: float = 1.0
    snipers_per_day: float = 0.0
    snipers_hours: float = 2.0
    snipers_slows: float = 1.0
    snipers_closes: float = 1.0
    spell_spread: float = 0.9
    sources: tuple[tuple[str, str, str], ...] = ()

    def halt_times(self, rng: np.random.Generator, runs: int) -> tuple[Array, Array]:
        """Return (begin, end) of the halts of each run in minutes, each (runs, MOST_HALTS); inf where there is none."""
        begin = np.full((runs, MOST_HALTS), np.inf)
        end = np.full((runs, MOST_HALTS), np.inf)
        if self.hours <= 0 and not self.halted:
            return begin, end
        rate = rng.gamma(self.halts + 0.5, 1 / self.hours, size=runs) / 60 if self.hours > 0 else np.zeros(runs)
        middle, spread = np.full(runs, math.log(self.median_hours)), np.full(runs, self.spread)
        if self.counted > 0:
            degrees = self.counted + SPREAD_DEGREES
            spread = self.spread * np.sqrt(degrees / rng.chisquare(degrees, size=runs))
            middle += spread / math.sqrt(self.counted) * rng.standard_normal(runs)
        normal = rng.standard_normal((runs, MOST_HALTS))
        lengths = 60 * np.exp(np.minimum(middle[:, None] + spread[:, None] * normal, 15.0))
        waits = rng.exponential(1.0, (runs, MOST_HALTS)) / np.maximum(rate, 1e-12)[:, None]
        if self.halted:
            waits[:, 0] = 0.0
            lengths[:, 0] = self._rest(middle, spread, rng.random(runs))
        ends = np.cumsum(waits + lengths, axis=1)
        return ends - lengths, ends

    def _rest(self, middle: Array, spread: Array, uniform: Array) -> Array:
        """Return the minutes that the halt of now still lasts: its whole length, given that it has lasted so long."""
        from scipy.special import ndtr, ndtri  # noqa: PLC0415 - only an operation that stands still pays for it

        if self.halted_hours <= 0:
            return np.asarray(60 * np.exp(np.minimum(middle + spread * ndtri(uniform), 15.0)))
        scale = np.maximum(spread, 1e-9)
        longer = ndtr((middle - math.log(self.halted_hours)) / scale)
        whole = np.exp(np.minimum(middle - scale * ndtri(np.maximum(uniform * longer, 1e-300)), 15.0))
        return np.asarray(60 * np.maximum(whole - self.halted_hours, 0.0))


CALM = Disruption()
# What a coordinator can state by a report of fact `disruption` about `<operation>.<parameter>`.
REPLACEABLE = (
    "halts",
    "hours",
    "median_hours",
    "spread",
    "drive_spread",
    "boarding_spread",
    "breakdown_share",
    "breakdown_minutes",
    "turned_back_share",
    "empty_share",
    "check_minutes",
    "road_halt_share",
    *(f"{reason}_{part}" for reason in REASONS for part in PARTS),
    "spell_spread",
)
_ABOVE_ZERO = ("median_hours", *(f"{reason}_hours" for reason in REASONS))
_SHARES = ("breakdown_share", "turned_back_share", "empty_share", "road_halt_share")


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

    The exposure of the operation itself runs from its agreement's first announcement to the situation's moment. An
    operation that began as this one did, or later, is left out: nothing enters its own prior. A report of fact
    `disruption` about this operation replaces a parameter, and its source is named with it.

    Raises `InputError` for a stated parameter that does not exist or lies outside its range.
    """
    known = known_at(situation.at)
    value = {key: row.value for key, row in known.items()}
    halts = [halt for halt in situation.halts if halt.operation == operation]
    began = _began(situation, operation, halts)
    earlier = tuple(case for case in usable(situation.at) if _start(case.begins) < began - timedelta(days=7))
    prior = fit(earlier, weight=value["earlier_weight"], spread=value["length_spread"])
    ended = [_hours(halt.since, halt.until) for halt in halts if halt.until is not None]
    ongoing = [_hours(halt.since, situation.at) for halt in halts if halt.until is None]
    exposed = max(_hours(began, situation.at) - sum(ended) - sum(ongoing), 0.0)
    belief = updated(prior, ended, ongoing, exposed)
    found: dict[str, float] = {
        "halts": belief.halts,
        "hours": belief.hours,
        "median_hours": math.exp(belief.log_mean),
        "spread": belief.log_spread,
        **{key: value[key] for key in REPLACEABLE if key in value},
    }
    stated = stated_of(situation, operation)
    sources = [*_halt_sources(prior, belief, len(halts), exposed)]
    sources += [(row.key, f"{row.value:g}: {row.meaning}", row.source) for row in known.values()]
    sources = [source for source in sources if source[0] not in stated]
    for key, (number, source) in stated.items():
        found[key] = number
        sources.append((key, f"{number:g}: stated for this operation", source))
    return Disruption(
        **found,
        counted=0.0 if {"median_hours", "spread"} & set(stated) else belief.counted,
        halted=bool(ongoing),
        halted_hours=max(ongoing, default=0.0),
        sources=tuple(sources),
    )


def stated_of(situation: Situation, operation: str) -> Mapping[str, tuple[float, str]]:
    """Return the parameters that reports of fact `disruption` state for an operation: (value, source), latest wins.

    Raises `InputError` with every stated parameter that does not exist or lies outside its range.
    """
    corrected = {report.corrects for report in situation.reports if report.corrects}
    said = [r for r in situation.reports if r.fact == "disruption" and r.subject == operation]
    said = [r for r in said if r.id not in corrected and r.modality != "denied" and r.number is not None]
    faults = [
        Fault(f"report {r.id}", f"no parameter {r.part!r}", "one of: " + ", ".join(REPLACEABLE))
        for r in said
        if r.part not in REPLACEABLE
    ]
    for report in said:
        number = report.number or 0.0
        if not _possible(report.part, number):
            hint = "shares lie from 0 to below 1, hours above 0; what slows a drive takes 1 time as long or more"
            faults.append(Fault(f"report {report.id}", f"{number:g} cannot be", hint))
    if faults:
        raise InputError(f"{len(faults)} stated disruption(s) cannot be used", place="reports", faults=faults)
    return {
        r.part: (r.number or 0.0, f"{r.source} (report {r.id})")
        for r in sorted(said, key=lambda r: (r.observed, r.received, r.id))
    }


def _possible(parameter: str, number: float) -> bool:
    if parameter.endswith("_slows"):
        return number >= 1
    if parameter.endswith("_closes"):
        return 0 <= number <= 1
    return number > 0 if parameter in _ABOVE_ZERO else number >= 0 and not (parameter in _SHARES and number >= 1)


def halts_hours(situation: Situation, operation: str) -> list[float]:
    """Return the lengths in hours of the halts of an operation that have ended."""
    return [
        _hours(halt.since, halt.until)
        for halt in situation.halts
        if halt.operation == operation and halt.until is not None
    ]


def _halt_sources(prior: HaltPrior, belief: HaltPrior, own: int, exposed: float) -> list[tuple[str, str, str]]:
    cited = "cases.csv: " + (", ".join(prior.cases) or "no earlier operation known") + "; see docs/priors.md"
    often = f"{belief.halts + 0.5:.3g} halts in {belief.hours:.0f} hours of movement (earlier operations count half)"
    length = f"median {math.exp(belief.log_mean):.0f} hours, spread {belief.log_spread:.2f} of the logarithm"
    found = [("halts", often, cited), ("median_hours", length, cited)]
    if own:
        text = f"{own} halt(s) in {exposed:.0f} hours of this operation, added to the count"
        found.append(("halts of this operation", text, "the reports of fact halt"))
    return found


def _began(situation: Situation, operation: str, halts: list[Halt]) -> datetime:
    agreement = situation.agreement(operation)
    announced = [
        report.observed
        for name in (agreement.reports if agreement else ())
        if (report := situation.report(name)) is not None
    ]
    return min([*announced, *(halt.since for halt in halts)], default=situation.at)


def _start(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def _hours(since: datetime, until: datetime | None) -> float:
    return 0.0 if until is None else (until - since).total_seconds() / 3600
