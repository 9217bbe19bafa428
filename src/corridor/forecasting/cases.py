"""Earlier operations: how often they stopped, for how long, and what that says about the next one."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import resources

import msgspec

# Jeffreys prior of a Poisson rate: half an event in no time.
JEFFREYS = 0.5
# Before any length is known its spread counts as that of this many halts.
SPREAD_COUNTS = 3.0
# Where no earlier halt is known: about a day, as everything in daily reports is.
UNKNOWN_LENGTH = 24.0


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One earlier operation: hours moved, lengths of its halts in hours, people out by day, and where it is told.

    `moving_hours` is None where it cannot be read; such a case gives no prior.
    """

    case: str
    name: str
    negotiated: bool
    begins: str
    known_since: datetime
    moving_hours: float | None
    halt_hours: tuple[float, ...]
    daily: tuple[tuple[str, int], ...]
    sources: tuple[str, ...]
    note: str


class HaltPrior(msgspec.Struct, frozen=True, kw_only=True):
    """What earlier operations say about halts: rate Gamma(`halts` + 1/2, `hours`), log-normal lengths.

    `log_mean` and `log_spread` are of the logarithm of the length in hours; `counted` is how many lengths are behind
    them and `cases` which operations.
    """

    halts: float
    hours: float
    log_mean: float
    log_spread: float
    counted: float
    cases: tuple[str, ...]


@cache
def cases() -> tuple[Case, ...]:
    """Return the shipped table of cases.csv."""
    text = resources.files("corridor.forecasting").joinpath("cases.csv").read_text("utf-8")
    return tuple(_case(row) for row in csv.DictReader(text.splitlines()))


def _case(row: dict[str, str]) -> Case:
    days = [pair.split("=") for pair in row["daily"].split()]
    return Case(
        case=row["case"],
        name=row["name"],
        negotiated=row["negotiated"] == "yes",
        begins=row["begins"],
        known_since=datetime.fromisoformat(row["known_since"]).replace(tzinfo=UTC),
        moving_hours=float(row["moving_hours"]) if row["moving_hours"] else None,
        halt_hours=tuple(float(hours) for hours in row["halt_hours"].split()),
        daily=tuple((day, int(people)) for day, people in days),
        sources=tuple(row["sources"].split()),
        note=row["note"],
    )


def usable(moment: datetime, *, leave_out: Sequence[str] = ()) -> tuple[Case, ...]:
    """Return the negotiated operations that could be known at a moment and whose hours can be read."""
    return tuple(
        case
        for case in cases()
        if case.negotiated
        and case.moving_hours is not None
        and case.known_since <= moment
        and case.case not in leave_out
    )


def fit(earlier: Sequence[Case], *, weight: float, spread: float) -> HaltPrior:
    """Return the prior that earlier operations give.

    A power prior (Ibrahim and Chen 2000): the likelihood of operations elsewhere raised to `weight`, so that their
    halts and hours count that share. The mean of the log lengths is the average of all; their variance is pooled with
    `spread` squared, which counts as `SPREAD_COUNTS` halts, since two or three lengths given as "a day" have no spread
    of their own.
    """
    lengths = [math.log(max(hours, 0.25)) for case in earlier for hours in case.halt_hours]
    mean = sum(lengths) / len(lengths) if lengths else math.log(UNKNOWN_LENGTH)
    squares = sum((length - mean) ** 2 for length in lengths) + SPREAD_COUNTS * spread**2
    return HaltPrior(
        halts=weight * len(lengths),
        hours=weight * sum(case.moving_hours or 0.0 for case in earlier),
        log_mean=mean,
        log_spread=math.sqrt(squares / (len(lengths) + SPREAD_COUNTS)),
        counted=max(weight * len(lengths), JEFFREYS),
        cases=tuple(case.case for case in earlier),
    )


def updated(prior: HaltPrior, lengths: Sequence[float], ongoing: Sequence[float], hours: float) -> HaltPrior:
    """Return the prior after an operation's own halts: ended `lengths`, `ongoing` ones so far, in `hours` of movement.

    A halt that still lasts counts as begun; its length so far only bounds it and is used when it is drawn.
    """
    logs = [math.log(max(length, 0.25)) for length in lengths]
    counted = prior.counted + len(logs)
    mean = (prior.counted * prior.log_mean + sum(logs)) / counted
    squares = prior.log_spread**2 * (prior.counted + SPREAD_COUNTS) + sum((log - mean) ** 2 for log in logs)
    squares += prior.counted * (prior.log_mean - mean) ** 2
    return msgspec.structs.replace(
        prior,
        halts=prior.halts + len(lengths) + len(ongoing),
        hours=prior.hours + hours,
        log_mean=mean,
        log_spread=math.sqrt(squares / (counted + SPREAD_COUNTS)),
        counted=counted,
    )
