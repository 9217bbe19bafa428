"""The forecast: what may happen to a plan, as distributions and never as one number."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from corridor.errors import InputError, UsageError
from corridor.forecasting import summary
from corridor.forecasting.disruption import Disruption, disruption_of
from corridor.forecasting.simulate import Simulator
from corridor.planning.plan import Plan

Array = NDArray[np.float64]

FORMAT = "corridor-forecast/1"
LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
HORIZON_HOURS = 24.0 * 60
MARKS = 60  # points of each band: enough for a chart, few enough to mail
CLOSES_AFTER_HOURS = (6, 12, 24, 48)


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


class IfItCloses(msgspec.Struct, frozen=True, kw_only=True):
    """Where people are if the corridor closes at a moment: out, on the road, waiting; each (P10, P50, P90) people."""

    operation: str
    at: datetime
    out: tuple[float, float, float]
    on_the_road: tuple[float, float, float]
    waiting: tuple[float, float, float]


class Assumption(msgspec.Struct, frozen=True, kw_only=True):
    """One distribution the runs drew from: its name, its parameters in words, and where they come from."""

    name: str
    text: str
    source: str


class Forecast(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True, forbid_unknown_fields=True):
    """Thousands of runs of what may happen to a plan.

    `clearance_hours` are the sorted times, in hours after the plan's start, of the runs in which everyone who leaves by
    the corridor was out before `horizon_hours`; `unfinished` runs were not. `people` are the (P10, P50, P90) of the
    people to move over the runs.
    """

    plan: Plan
    runs: int
    seed: int
    horizon_hours: float
    clearance_hours: tuple[float, ...]
    unfinished: int
    people: tuple[float, float, float]
    bands: tuple[Bands, ...]
    closes: tuple[IfItCloses, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    format: str = FORMAT

    @property
    def start(self) -> datetime:
        """The moment from which hours are counted: that of the situation."""
        return self.plan.start

    def quantile(self, q: float) -> float:
        """Return the clearance time in hours that a share q of the runs stays within; inf beyond the horizon."""
        rank = max(math.ceil(q * self.runs - 1e-9), 1)
        return self.clearance_hours[rank - 1] if rank <= len(self.clearance_hours) else math.inf

    def moment(self, q: float) -> datetime | None:
        """Return the moment by which a share q of the runs has finished, or None beyond the horizon."""
        hours = self.quantile(q)
        return None if math.isinf(hours) else self.start + timedelta(hours=hours)

    def probability_by(self, moment: datetime) -> float:
        """Return the share of runs that have finished by a moment."""
        hours = (moment - self.start).total_seconds() / 3600
        return bisect.bisect_right(self.clearance_hours, hours + 1e-9) / self.runs

    def __str__(self) -> str:
        """Return the forecast as a page of text."""
        return summary.summary(self)

    def _repr_html_(self) -> str:
        return summary.to_html(self)

    def to_json(self) -> bytes:
        """Return the forecast as JSON, the same bytes for the same forecast."""
        return msgspec.json.encode(self)

    @staticmethod
    def from_json(data: bytes | str, *, place: str = "forecast") -> Forecast:
        """Read a forecast; raises `InputError` with the path inside the file where it is malformed."""
        try:
            return msgspec.json.decode(data, type=Forecast)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            hint = "make one with: corridor forecast plan.json"
            raise InputError(f"is not a forecast: {error}", place=place, hint=hint) from None


def forecast(
    plan: Plan,
    *,
    runs: int = 10_000,
    seed: int = 0,
    closes_at: Sequence[datetime] = (),
    disruption: Disruption | None = None,
) -> Forecast:
    """Return what may happen to a plan, over `runs` runs: halts, breakdowns, people, drives and boarding vary together.

    Each convoy leaves as soon as its vehicles, the road and the agreement allow. `closes_at` are moments for "if it
    closes then" (6, 12, 24 and 48 hours ahead where left out). `disruption` replaces what is drawn from the table and
    this operation's own halts. The same seed gives the same bytes.

    Raises `UsageError` for fewer than one run, and for a seed below 0 or of 2^63 or more.
    """
    if runs < 1:
        raise UsageError("at least one run is needed", hint="--runs 10000")
    if not 0 <= seed < 2**63:
        raise UsageError(f"the seed {seed} is not between 0 and 2^63", hint="--seed 0")
    moments = tuple(closes_at) or tuple(plan.start + timedelta(hours=hours) for hours in CLOSES_AFTER_HOURS)
    planned = [operation for operation in plan.situation.operations if operation.id not in plan.unplanned]
    simulators: list[Simulator] = []
    assumptions: dict[str, Assumption] = {}
    for operation in planned:
        drawn = disruption if disruption is not None else disruption_of(plan.situation, operation.id)
        simulators.append(Simulator(plan, operation, drawn, runs=runs, seed=seed, horizon=HORIZON_HOURS))
        for name, text, source in drawn.sources:
            assumptions[name] = Assumption(name=name, text=text, source=source)
    # A first pass finds how far the chart must reach; the second repeats the very same runs and reads them there.
    ends = [simulator.run()[0] for simulator in simulators]
    clearance = np.max(ends, axis=0) / 60 if ends else np.zeros(runs)
    finished = np.sort(clearance[np.isfinite(clearance)])
    hours = _marks(finished, plan)
    bands: list[Bands] = []
    closes: list[IfItCloses] = []
    for simulator in simulators:
        minutes = [mark * 60 for mark in hours] + [(moment - plan.start).total_seconds() / 60 for moment in moments]
        _, out, left = simulator.run(minutes)
        series = {"out": out, "on_the_road": left - out, "waiting": simulator.people - left}
        bands += _bands(simulator.operation.id, hours, series)
        closes += [
            IfItCloses(
                operation=simulator.operation.id,
                at=moment,
                **{name: _three(values[len(hours) + index]) for name, values in series.items()},
            )
            for index, moment in enumerate(moments)
        ]
    total = sum((simulator.people for simulator in simulators), np.zeros(runs))
    return Forecast(
        plan=plan,
        runs=runs,
        seed=seed,
        horizon_hours=HORIZON_HOURS,
        clearance_hours=tuple(round(float(hours), 4) for hours in finished),
        unfinished=runs - len(finished),
        people=_three(total),
        bands=tuple(bands),
        closes=tuple(closes),
        assumptions=tuple(assumptions.values()),
    )


def _marks(finished: Array, plan: Plan) -> list[float]:
    """Return the hours at which the bands are read: up to when nine runs in ten are done, in even steps."""
    planned = plan.clearance_minutes / 60
    last = float(finished[int(0.9 * (len(finished) - 1))]) if len(finished) else planned
    return [round(hours, 3) for hours in np.linspace(0.0, max(last, planned, 1.0), MARKS + 1).tolist()]


def _bands(operation: str, hours: list[float], series: dict[str, Array]) -> list[Bands]:
    found = []
    for quantity, values in series.items():
        levels = np.quantile(values[: len(hours)], LEVELS, axis=1, method="inverted_cdf")
        named = {f"p{round(level * 100)}": tuple(row.tolist()) for level, row in zip(LEVELS, levels, strict=True)}
        found.append(Bands(operation=operation, quantity=quantity, hours=tuple(hours), **named))
    return found


def _three(values: Array) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9), method="inverted_cdf")
    return float(low), float(middle), float(high)
