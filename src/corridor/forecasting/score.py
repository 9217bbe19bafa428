"""How often we were right: forecasts are kept and scored when the outcome is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np

from corridor.errors import InputError
from corridor.files import write_atomically
from corridor.forecasting.forecast import Forecast
from corridor.wording import percent, table

QUANTILES = tuple(round(0.05 * k, 2) for k in range(1, 20))


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One forecast of one quantity as it was published.

    `quantity` is end_hours (hours from `made` to the last departure or arrival) or people_out (in all). `values` are
    equally likely outcomes in rising order; inf is later than the horizon. `naive` is what a constant rate gives.
    """

    operation: str
    quantity: str
    made: datetime
    values: tuple[float | None, ...]
    naive: float | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a quantity, with its source."""

    operation: str
    quantity: str
    value: float | None = None
    moment: datetime | None = None
    source: str


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One forecast against what happened: CRPS, that of the naive point, whether 50 and 80 % held it, and the bias.

    `bias` is the middle of the forecast less the outcome, in the quantity's unit; `rank` the share of values below it.
    """

    operation: str
    quantity: str
    made: datetime
    low: float
    middle: float
    high: float
    actual: float
    crps: float
    naive_crps: float | None
    in_50: bool
    in_80: bool
    bias: float
    rank: float


def crps(values: Sequence[float], actual: float) -> float:
    """Return the continuous ranked probability score of equally likely values, in their unit; less is better.

    CRPS = mean |x - y| - mean |x - x'| / 2 over the values (Gneiting and Raftery 2007, eq. 21), by sorting.
    """
    x = np.sort(np.asarray(values, dtype=np.float64))
    n = len(x)
    spread = float(((2 * np.arange(1, n + 1) - n - 1) * x).sum()) / n**2
    return float(np.abs(x - actual).mean()) - spread


def score(kept: Kept, actual: float, *, horizon: float = 24.0 * 60) -> Score:
    """Return the score of one forecast; values beyond the horizon count as the horizon."""
    values = np.sort(np.array([horizon if value is None else value for value in kept.values], dtype=np.float64))
    low, first, middle, third, high = np.quantile(values, (0.1, 0.25, 0.5, 0.75, 0.9), method="inverted_cdf").tolist()
    return Score(
        operation=kept.operation,
        quantity=kept.quantity,
        made=kept.made,
        low=low,
        middle=middle,
        high=high,
        actual=actual,
        crps=crps(values.tolist(), actual),
        naive_crps=None if kept.naive is None else abs(kept.naive - actual),
        in_50=first <= actual <= third,
        in_80=low <= actual <= high,
        bias=middle - actual,
        rank=float((values < actual).mean()),
    )


def kept_of(forecast: Forecast) -> Kept:
    """Return what is kept of a published forecast: the hours until the last person is safe, as 99 likely values."""
    planned = [o.id for o in forecast.plan.situation.operations if o.id not in forecast.plan.unplanned]
    runs = [*forecast.clearance_hours, *[None] * forecast.unfinished]
    values = tuple(runs[int((k + 0.5) / 99 * len(runs))] for k in range(99))
    name = planned[0] if len(planned) == 1 else "all"
    return Kept(operation=name, quantity="end_hours", made=forecast.start, values=values)


def keep(folder: Path, kept: Sequence[Kept]) -> list[Path]:
    """Write forecasts to a folder, one file each, named by what and when; a second time changes none."""
    paths = []
    for item in kept:
        name = f"{item.operation}-{item.quantity}-{item.made:%Y%m%dT%H%M}.json".replace("/", "_")
        path = folder / name
        if not path.exists():
            write_atomically(path, msgspec.json.encode(item) + b"\n")
        paths.append(path)
    return paths


def read_kept(folder: Path) -> list[Kept]:
    """Return the forecasts kept in a folder, in order of time.

    Raises `InputError` where there is no such folder, none is kept in it, or one is malformed.
    """
    hint = "keep forecasts with: corridor forecast plan.json --keep FOLDER; then: corridor score FOLDER"
    if not folder.is_dir():
        raise InputError("is no folder of kept forecasts", place=str(folder), hint=hint)
    found = []
    for path in sorted(folder.glob("*.json")):
        if path.name == "outcomes.json":
            continue
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=Kept))
        except (msgspec.DecodeError, OSError) as error:
            raise InputError(
                f"is no kept forecast: {error}", place=str(path), hint="corridor forecast --keep"
            ) from None
    if not found:
        raise InputError("holds no kept forecast", place=str(folder), hint=hint)
    return sorted(found, key=lambda item: (item.operation, item.quantity, item.made))


def read_outcomes(path: Path) -> list[Outcome]:
    """Return the outcomes of a JSON file; raises `InputError` where it is missing or malformed."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Outcome])
    except (msgspec.DecodeError, OSError) as error:
        hint = 'a list like [{"operation": "aleppo", "quantity": "people_out", "value": 35000, "source": "ICRC"}]'
        raise InputError(f"is no list of outcomes: {error}", place=str(path), hint=hint) from None


def scored(kept: Sequence[Kept], outcomes: Sequence[Outcome]) -> list[Score]:
    """Return the score of each forecast whose outcome is known and was still open when it was made."""
    known = {(outcome.operation, outcome.quantity): outcome for outcome in outcomes}
    found = []
    for item in kept:
        outcome = known.get((item.operation, item.quantity))
        if outcome is None:
            continue
        actual = outcome.value
        if outcome.moment is not None:
            actual = (outcome.moment - item.made).total_seconds() / 3600
        if actual is not None and actual >= 0:
            found.append(score(item, actual))
    return found


def unmatched(kept: Sequence[Kept], outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Return `operation quantity` of the kept forecasts that no outcome names, in order."""
    known = {(outcome.operation, outcome.quantity) for outcome in outcomes}
    alone = {(item.operation, item.quantity) for item in kept} - known
    return tuple(f"{operation} {quantity}" for operation, quantity in sorted(alone))


def as_table(scores: Sequence[Score]) -> str:
    """Return the record as text: each forecast, then hits of n, mean CRPS against the naive one, and bias."""
    if not scores:
        return "nothing to score: no kept forecast has a known outcome"
    head = ("made", "what", "P10", "P50", "P90", "was", "CRPS", "naive", "50 %", "80 %")
    rows = [head, *(_row(item) for item in scores)]
    lines = [table(rows, right=(2, 3, 4, 5, 6, 7))]
    for quantity in dict.fromkeys(item.quantity for item in scores):
        mine = [item for item in scores if item.quantity == quantity]
        naive = [item.naive_crps for item in mine if item.naive_crps is not None]
        against = f", naive constant rate {np.mean(naive):,.0f} ({len(naive)} of {len(mine)})" if naive else ""
        lines.append(
            f"{quantity}: {sum(i.in_50 for i in mine)} of {len(mine)} in the 50 % interval, "
            f"{sum(i.in_80 for i in mine)} in the 80 %; mean CRPS {np.mean([i.crps for i in mine]):,.0f}{against}; "
            f"bias {np.mean([i.bias for i in mine]):+,.0f}; above the outcome in "
            f"{percent(float(np.mean([i.bias > 0 for i in mine])))}"
        )
    return "\n".join(lines)


def _row(item: Score) -> tuple[str, ...]:
    numbers = (item.low, item.middle, item.high, item.actual, item.crps)
    return (
        f"{item.made:%d %b %H:%M}",
        f"{item.operation} {item.quantity}",
        *(f"{number:,.0f}" for number in numbers),
        "-" if item.naive_crps is None else f"{item.naive_crps:,.0f}",
        "yes" if item.in_50 else "no",
        "yes" if item.in_80 else "no",
    )
