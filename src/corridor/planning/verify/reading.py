"""What the checks read a plan with: numbers as they are rounded for people, spans, and vehicles that leave."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from corridor.planning.plan import Convoy, Trip
from corridor.situation.estimate import Balance, Estimate

COMPANIONS = "+companions"
SEAT = "seat"
# A quantile is a float: 30.0000000001 minutes are 30, and 49.9999999999 places are 50.
TINY = 1e-9

Span = tuple[datetime, datetime]


class Breach(NamedTuple):
    """One place where a rule does not hold: about what, in which numbers, and what to do."""

    about: str
    what: str
    remedy: str
    reports: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vehicle:
    """One vehicle that exists: its type in whole numbers, since when it stands where, and until when it is there."""

    id: str
    type: str
    operation: str
    places: dict[str, int]
    boarding: int
    unloading: int
    free: datetime
    site: str
    until: datetime | None = None


class Stay(NamedTuple):
    """One trip with its convoy and, where the vehicle exists, the vehicle."""

    convoy: Convoy
    trip: Trip
    vehicle: Vehicle | None


def at_least(estimate: Estimate | Balance, q: float = 0.5) -> int:
    """Return minutes or people rounded up: nobody is left out and no drive is cut short."""
    return math.ceil(estimate.quantile(q) - TINY)


def at_most(estimate: Estimate) -> int:
    """Return a limit rounded down: no place is counted that may not be there."""
    return math.floor(estimate.quantile(0.5) + TINY)


def half_up(estimate: Estimate) -> int:
    """Return a count rounded half up, never below zero."""
    return max(0, math.floor(estimate.quantile(0.5) + 0.5 + TINY))


def clock(moment: datetime) -> str:
    """Return a moment as people read it, in its own zone."""
    return f"{moment:%Y-%m-%d %H:%M}"


def minutes_between(first: datetime, second: datetime) -> float:
    """Return the minutes from one moment to another."""
    return (second - first) / timedelta(minutes=1)


def parse_load(key: str) -> tuple[str, bool]:
    """Return the group id of a load entry and whether the entry counts its companions."""
    return key.removesuffix(COMPANIONS), key.endswith(COMPANIONS)


def parts(convoy: Convoy) -> list[Span]:
    """Return from when to when a convoy drives: one span, or two where it stands overnight on the way."""
    if convoy.night is None:
        return [(convoy.depart, convoy.arrive)]
    return [(convoy.depart, convoy.night.arrive), (convoy.night.depart, convoy.arrive)]


def driven(convoy: Convoy) -> float:
    """Return the minutes from departure to arrival without a night on the way."""
    return sum(minutes_between(begins, ends) for begins, ends in parts(convoy))


def most_at_once(spans: list[Span]) -> tuple[int, datetime]:
    """Return the most spans that overlap and the first moment when they do; the end of a span is outside it."""
    real = [span for span in spans if span[1] > span[0]]
    changes = sorted([(start, 1) for start, _ in real] + [(end, -1) for _, end in real])
    most, now, when = 0, 0, spans[0][0]
    for moment, change in changes:
        now += change
        if now > most:
            most, when = now, moment
    return most, when


def leavers(free: dict[int, datetime], leaving: list[tuple[datetime, int]]) -> dict[int, datetime]:
    """Return which vehicle leaves when: at each moment the highest numbers of those that are free by then."""
    ends: dict[int, datetime] = {}
    for moment, count in leaving:
        there = [number for number in sorted(free, reverse=True) if free[number] <= moment and number not in ends]
        ends |= dict.fromkeys(there[: max(count, 0)], moment)
    return ends
