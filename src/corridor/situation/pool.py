"""Rival reports of one quantity to one estimate: every width and weight comes from pooling.csv."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

import msgspec

from corridor.errors import InputError
from corridor.reports.report import NOT_GRADED, Report
from corridor.situation.estimate import Component, Estimate

FAULT_HINT = "correct the row; a report that must not count is withdrawn, not weighted by 0"


class Setting(msgspec.Struct, frozen=True):
    """One row of pooling.csv: a width, a weight or a default, with its range, its source and what it means."""

    key: str
    value: float
    low: float | None
    high: float | None
    source: str
    meaning: str


class Pooling(msgspec.Struct, frozen=True):
    """The table of widths, weights and defaults that a coordinator can edit."""

    settings: dict[str, Setting]

    def __getitem__(self, key: str) -> float:
        """Return the value of a setting; raises `InputError` where the table lacks it."""
        return self.setting(key).value

    def setting(self, key: str) -> Setting:
        """Return one row of the table; raises `InputError` where it is missing."""
        try:
            return self.settings[key]
        except KeyError:
            hint = "start from the table that `corridor assess --show-pooling` prints"
            raise InputError(f"the pooling table has no row {key!r}", place="pooling", hint=hint) from None

    def default(self, key: str, quantity: str, unit: str) -> Estimate | None:
        """Return the default of a quantity as an estimate that no report backs, or None where the table has none."""
        row = self.settings.get(key)
        if row is None:
            return None
        low = row.value if row.low is None else row.low
        high = row.value if row.high is None else row.high
        part = Component(
            weight=1.0,
            shape="point" if low == high else "triangular",
            low=low,
            mode=row.value,
            high=high,
            source="Corridor default",
            reason=f"not in the reports; {row.source}",
        )
        return Estimate(quantity=quantity, unit=unit, components=(part,), rule="default of the pooling table")


@cache
def standard_pooling() -> Pooling:
    """Return the table that Corridor ships."""
    return _parse(resources.files("corridor.situation").joinpath("pooling.csv").read_text("utf-8"), "pooling.csv")


def read_pooling(path: str | Path) -> Pooling:
    """Read a coordinator's own table; rows it lacks keep the shipped value."""
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", place=str(path), hint="give a CSV like pooling.csv") from None
    return Pooling({**standard_pooling().settings, **_parse(text, str(path)).settings})


def pooling_text() -> str:
    """Return the shipped table as CSV text, for a coordinator to edit."""
    return resources.files("corridor.situation").joinpath("pooling.csv").read_text("utf-8")


def _parse(text: str, place: str) -> Pooling:
    settings = {}
    for line, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        cells = {key: value for key, value in row.items() if key in Setting.__struct_fields__}
        numbers = {key: cells.get(key) or None for key in ("value", "low", "high")}
        try:
            found = msgspec.convert({**cells, **numbers}, Setting, strict=False)
        except msgspec.ValidationError as error:
            raise InputError(
                f"{error}", place=f"{place}:{line}", hint="columns: key,value,low,high,source,meaning"
            ) from None
        fault = _fault(found)
        if fault:
            raise InputError(f"{found.key}: {fault}", place=f"{place}:{line}", hint=FAULT_HINT)
        settings[found.key] = found
    return Pooling(settings)


def _fault(row: Setting) -> str:
    """Return what is wrong with a row of the table, or nothing."""
    numbers = [number for number in (row.value, row.low, row.high) if number is not None]
    if not all(math.isfinite(number) and number >= 0 for number in numbers):
        return "a number of the table is finite and not below 0"
    low, high = (row.value if end is None else end for end in (row.low, row.high))
    if not low <= row.value <= high:
        return f"the value {row.value:g} lies outside its own range, {low:g} to {high:g}"
    # a mixture whose weights are all 0 is no distribution; to set a source aside, its reports are withdrawn
    if row.key.startswith("grade_") and row.value == 0:
        return "a grade's weight is above 0"
    return ""


def weight(report: Report, pooling: Pooling) -> float:
    """Return the factor for the Admiralty grade of a report: its letter's times its digit's."""
    if report.grade == NOT_GRADED:
        return pooling["grade_none"]
    return pooling[f"grade_{report.grade[0]}"] * pooling[f"grade_{report.grade[1]}"]


def spread(report: Report, pooling: Pooling) -> tuple[str, float, float, float] | None:
    """Return (shape, low, mode, high) of what one report claims, or None where it claims no number.

    Exact as said; "about" widened; an order of magnitude log-uniform; a lower bound up to twice itself.
    """
    value, low, high = report.number, report.low, report.high
    if report.hedge in {"range", "order"} or (low is not None and high is not None and low < high):
        if low is None or high is None:
            return None
        if report.hedge == "order" and low > 0:
            return "loguniform", low, (low * high) ** 0.5, high
        return ("uniform", low, (low + high) / 2, high) if value is None else ("triangular", low, value, high)
    if report.hedge == "min":
        base = low if low is not None else value
        return None if base is None else ("triangular", base, base, base * pooling["lower_bound_factor"])
    if report.hedge == "max":
        top = high if high is not None else value
        return None if top is None else ("triangular", top * pooling["upper_bound_factor"], top, top)
    if value is None:
        value = low if low is not None else high
    if value is None or report.hedge == "unknown":
        return None
    width = pooling["approx_width"] if report.hedge == "approx" else pooling["exact_width"]
    if width == 0 or value == 0:
        return "point", value, value, value
    return "triangular", value * (1 - width), value, value * (1 + width)


def component(report: Report, pooling: Pooling, share: float, *, reason: str = "") -> Component | None:
    """Return the component of one report with a share of its origin's weight, or None where it claims no number."""
    shape = spread(report, pooling)
    if shape is None:
        return None
    words = {
        "approx": 'said "about"',
        "min": "a lower bound",
        "max": "an upper bound",
        "range": "a range",
        "order": "an order of magnitude",
    }.get(report.hedge, "as said")
    grade = "" if report.grade == NOT_GRADED else f", grade {report.grade}"
    return Component(
        weight=share * weight(report, pooling),
        shape=shape[0],  # type: ignore[arg-type]
        low=shape[1],
        mode=shape[2],
        high=shape[3],
        reports=(report.id,),
        source=report.source,
        reason=reason or f"{words}; one origin{grade}",
    )


def latest_by_origin(reports: Iterable[Report]) -> list[list[Report]]:
    """Return, for each independent origin in order of name, the reports of its latest moment."""
    by_origin: dict[str, list[Report]] = {}
    for report in reports:
        by_origin.setdefault(report.origin, []).append(report)
    found = []
    for origin in sorted(by_origin):
        newest = max((report.observed, report.received) for report in by_origin[origin])
        found.append([r for r in by_origin[origin] if (r.observed, r.received) == newest])
    return found


def pool(reports: Sequence[Report], pooling: Pooling, quantity: str, unit: str) -> Estimate | None:
    """Pool the latest claim of each origin with equal weight, times the factor for the grade; None without claims."""
    parts = []
    for claims in latest_by_origin(reports):
        parts += [part for claim in claims if (part := component(claim, pooling, 1 / len(claims))) is not None]
    if not parts:
        return None
    return Estimate(quantity=quantity, unit=unit, components=tuple(parts), rule="equal weight per independent origin")


def shifted(part: Component, by: Estimate | None, reason: str = "") -> Component:
    """Return a component moved up by an estimate: its P10, P50 and P90 widen the low, the mode and the high end."""
    if by is None:
        return part
    low, mode, high = part.low + by.quantile(0.1), part.mode + by.quantile(0.5), part.high + by.quantile(0.9)
    shape = "triangular" if part.shape == "point" and high > low else part.shape
    reports = tuple(dict.fromkeys((*part.reports, *by.reports)))
    text = f"{part.reason}; {reason}" if reason else part.reason
    return msgspec.structs.replace(part, shape=shape, low=low, mode=mode, high=high, reports=reports, reason=text)
