"""The forecast: what may happen to a plan, as distributions and never as one number."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from corridor.errors import UsageError
from corridor.files import not_so
from corridor.forecasting import summary
from corridor.forecasting.aid import Need
from corridor.forecasting.disruption import Disruption, disruption_of
from corridor.forecasting.model import CAUSES
from corridor.forecasting.reading import (
    Arrivals,
    Bands,
    ConvoyOutlook,
    IfItCloses,
    Milestones,
    PartBands,
    Waiting,
    block_ends,
    read,
    three,
)
from corridor.forecasting.simulate import Simulator
from corridor.planning.plan import Plan

Array = NDArray[np.float64]

# The parts of a forecast live beside it; whoever reads one needs this module only.
__all__ = [
    "Arrivals",
    "Assumption",
    "Bands",
    "Cause",
    "ConvoyOutlook",
    "Forecast",
    "IfItCloses",
    "Milestones",
    "Need",
    "PartBands",
    "Waiting",
    "forecast",
]

FORMAT = "corridor-forecast/1"
HORIZON_HOURS = 24.0 * 60
PILOT_PART, PILOT_LEAST = 20, 50  # one run in so many, and at least so many, find how far the chart must reach
CAUSE_RUNS = 1_000  # runs for each cause that is held still; a share of variance needs no more
# Neither takes more than this many trips in all, so that a city of 20,000 trips is not run six times over; in such a
# plan one run says more, for chance evens out over many convoys.
SIDE_TRIPS, FEWEST = 3_000_000, 100
MARKS = 60  # points of each band: enough for a chart, few enough to mail
CLOSES_AFTER_HOURS = (6, 12, 24, 48)


class Assumption(msgspec.Struct, frozen=True, kw_only=True):
    """One distribution the runs drew from: its name, its parameters in words, and where they come from."""

    name: str
    text: str
    source: str


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the variance of the clearance time goes away when one cause stands at its middle.

    The shares need not add up to one: causes act together, and holding one still can even widen the rest.
    """

    cause: str
    share: float


class Forecast(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True, forbid_unknown_fields=True):
    """Thousands of runs of what may happen to a plan.

    `clearance_hours` are the sorted times, in hours after the plan's start, of the runs in which everyone who leaves by
    the corridor was out before `horizon_hours`; `unfinished` runs were not. `people` are the (P10, P50, P90) of the
    people to move over the runs. `causes` are empty where the runs do not vary or too few finish. Fields after `closes`
    are absent from files of earlier versions.
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
    policy: str = "timetable"
    parts: tuple[PartBands, ...] = ()
    arrivals: tuple[Arrivals, ...] = ()
    convoys: tuple[ConvoyOutlook, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    milestones: tuple[Milestones, ...] = ()
    needs: tuple[Need, ...] = ()
    causes: tuple[Cause, ...] = ()
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

    def probability_in_windows(self) -> float | None:
        """Return the share of runs that finish before the last agreed window closes, or None where none is agreed."""
        windows = [span for agreement in self.plan.situation.agreements for span in agreement.windows()]
        return self.probability_by(max(closes for _, closes in windows)) if windows else None

    def last_safe_departures(self, closes: datetime) -> tuple[tuple[str, datetime], ...]:
        """Return each convoy with the last moment to leave that brings nine runs in ten through before it closes."""
        return tuple((convoy.convoy, closes - timedelta(hours=convoy.way_hours)) for convoy in self.convoys)

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
            return msgspec.convert(_later(msgspec.json.decode(data)), Forecast) if _has_null(data) else _read(data)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            hint = "make one with: corridor forecast plan.json"
            raise not_so("a forecast", data, error, place=place, hint=hint) from None


def forecast(
    plan: Plan,
    *,
    runs: int = 10_000,
    seed: int = 0,
    closes_at: Sequence[datetime] = (),
    disruption: Disruption | None = None,
    policy: str = "timetable",
    causes: bool = True,
) -> Forecast:
    """Return what may happen to a plan, over `runs` runs: halts, breakdowns, people, drives and boarding vary together.

    By the policy `timetable` a convoy leaves at its planned time or as soon after it as its vehicles, the road and the
    agreement allow; by `shuttle` each vehicle goes back as soon as it is empty. `closes_at` are moments for "if it
    closes then" (6, 12, 24 and 48 hours ahead where left out). `disruption` replaces what is drawn from the table and
    this operation's own halts. `causes` adds each cause's share of the
    uncertainty. The same seed gives the same bytes.

    Raises `UsageError` for fewer than one run, for an unknown policy, and for a seed below 0 or of 2^63 or more.
    """
    if runs < 1:
        raise UsageError("at least one run is needed", hint="--runs 10000")
    if not 0 <= seed < 2**63:
        raise UsageError(f"the seed {seed} is not between 0 and 2^63", hint="--seed 0")
    moments = tuple(closes_at) or tuple(plan.start + timedelta(hours=hours) for hours in CLOSES_AFTER_HOURS)
    planned = [operation for operation in plan.situation.operations if operation.id not in plan.unplanned]
    drawn = {o.id: disruption if disruption is not None else disruption_of(plan.situation, o.id) for o in planned}

    full = [
        Simulator(plan, operation, drawn[operation.id], runs=runs, seed=seed, horizon=HORIZON_HOURS, policy=policy)
        for operation in planned
    ]
    side = max(SIDE_TRIPS // max(sum(len(convoy.trips) for convoy in plan.convoys), 1), FEWEST)
    pilot = min(max(runs // PILOT_PART, PILOT_LEAST), side)
    hours = _marks(_clearance([simulator.run(runs=pilot).clearance for simulator in full], pilot), plan)
    minutes = [mark * 60 for mark in (*hours, *(_hours(plan, moment) for moment in moments), *block_ends())]
    outcomes = [simulator.run(minutes) for simulator in full]
    clearance = _clearance([outcome.clearance for outcome in outcomes], runs)
    readings = [read(s, outcome, hours, moments) for s, outcome in zip(full, outcomes, strict=True)]
    finished = np.sort(clearance[np.isfinite(clearance)])
    shares: tuple[Cause, ...] = ()
    if causes and full and runs >= 100:
        number = min(runs, CAUSE_RUNS, side)
        shares = _causes(clearance[:number], full, number)
    assumptions = {
        name: Assumption(name=name, text=text, source=source)
        for found in drawn.values()
        for name, text, source in found.sources
    }
    return Forecast(
        plan=plan,
        runs=runs,
        seed=seed,
        horizon_hours=HORIZON_HOURS,
        clearance_hours=tuple(round(float(hours), 4) for hours in finished),
        unfinished=runs - len(finished),
        people=three(sum((simulator.people for simulator in full), np.zeros(runs))),
        bands=tuple(item for reading in readings for item in reading.bands),
        closes=tuple(item for reading in readings for item in reading.closes),
        assumptions=tuple(assumptions.values()),
        policy=policy,
        parts=tuple(item for reading in readings for item in reading.parts),
        arrivals=tuple(item for reading in readings for item in reading.arrivals),
        convoys=tuple(item for reading in readings for item in reading.convoys),
        waiting=tuple(reading.waiting for reading in readings),
        milestones=tuple(item for reading in readings for item in reading.milestones),
        needs=tuple(item for reading in readings for item in reading.needs),
        causes=shares,
    )


_read = msgspec.json.Decoder(Forecast).decode


def _has_null(data: bytes | str) -> bool:
    return b"null" in data if isinstance(data, bytes) else "null" in data


def _later(read: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return what was read with inf for each null of the milestones: JSON has no number for "later than the chart"."""
    for item in (read.get("milestones") or ()) if isinstance(read, dict) else ():
        for name in ("half", "nine_tenths"):
            if isinstance(item, dict) and isinstance(item.get(name), list):
                item[name] = [math.inf if hours is None else hours for hours in item[name]]
    return read


def _clearance(minutes: list[Array], runs: int) -> Array:
    """Return when the last operation of each run has ended, in hours."""
    return np.asarray(np.max(minutes, axis=0) / 60) if minutes else np.zeros(runs)


def _hours(plan: Plan, moment: datetime) -> float:
    return (moment - plan.start).total_seconds() / 3600


def _causes(clearance: Array, full: Sequence[Simulator], runs: int) -> tuple[Cause, ...]:
    """Return the share of each cause: one minus the variance that stays when it stands still, same numbers elsewhere.

    A total-effect index by freezing (Sobol 2001), of clearance times capped at the horizon.
    """
    whole = float(np.var(np.minimum(clearance, HORIZON_HOURS)))
    if whole <= 1e-9:
        return ()
    found = []
    for cause in CAUSES:
        still = _clearance([simulator.still(cause, runs).run().clearance for simulator in full], runs)
        rest = float(np.var(np.minimum(still, HORIZON_HOURS)))
        found.append(Cause(cause=cause, share=round(1 - rest / whole, 4)))
    return tuple(found)


def _marks(clearance: Array, plan: Plan) -> list[float]:
    """Return the hours at which the bands are read: up to when nine runs in ten are done, in even steps."""
    planned = plan.clearance_minutes / 60
    finished = np.sort(clearance[np.isfinite(clearance)])
    last = float(finished[int(0.9 * (len(finished) - 1))]) if len(finished) else planned
    return [round(hours, 3) for hours in np.linspace(0.0, max(last, planned, 1.0), MARKS + 1).tolist()]
