"""The forecast: what may happen to a plan, as distributions and never as one number."""

from __future__ import annotations

import bisect
import math
from datetime import datetime, timedelta

import msgspec

from corridor.errors import InputError
from corridor.planning.plan import Plan

FORMAT = "corridor-forecast/1"
LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)


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
