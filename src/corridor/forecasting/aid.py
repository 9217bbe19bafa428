"""What people who wait need until they leave: water, food, blankets and latrines at published rates."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

import msgspec


class Rate(msgspec.Struct, frozen=True):
    """One row of aid.csv: how much of an item a person needs once, and for each day, with its source."""

    item: str
    unit: str
    per_person: float
    per_person_day: float
    known_since: str
    source: str
    url: str


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """How much of an item those who wait need within `hours` of the start: middle and high figure, with the source."""

    operation: str
    item: str
    unit: str
    hours: float
    middle: float
    high: float
    source: str


@cache
def rates() -> tuple[Rate, ...]:
    """Return the shipped table of aid.csv."""
    text = resources.files("corridor.forecasting").joinpath("aid.csv").read_text("utf-8")
    return tuple(msgspec.convert(row, Rate, strict=False) for row in csv.DictReader(text.splitlines()))


def needs(
    operation: str, hours: float, people: tuple[float, float], person_hours: tuple[float, float]
) -> tuple[Need, ...]:
    """Return the needs of those waiting; `people` and `person_hours` within `hours` each as (middle, high)."""
    return tuple(
        Need(
            operation=operation,
            item=rate.item,
            unit=rate.unit,
            hours=hours,
            middle=rate.per_person * people[0] + rate.per_person_day * person_hours[0] / 24,
            high=rate.per_person * people[1] + rate.per_person_day * person_hours[1] / 24,
            source=f"{rate.source} ({rate.url})",
        )
        for rate in rates()
    )
