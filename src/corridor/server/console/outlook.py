"""What the pages show of the last forecast: read from its JSON, so that no page loads the simulator."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from corridor.server.console.view import View
from corridor.server.worker import FORECAST

Three = tuple[float | None, float | None, float | None]


class Arrivals(msgspec.Struct, frozen=True):
    """People who come to a reception in each block of hours."""

    operation: str
    reception: str
    until_hours: tuple[float, ...]
    people: tuple[Three, ...]


class Need(msgspec.Struct, frozen=True):
    """What those who wait need within some hours."""

    operation: str
    item: str
    unit: str
    hours: float
    middle: float
    high: float
    source: str


class Cause(msgspec.Struct, frozen=True):
    """A cause and its share of the uncertainty."""

    cause: str
    share: float


class _Moment(msgspec.Struct, frozen=True):
    at: datetime


class _Of(msgspec.Struct, frozen=True):
    situation: _Moment


class Outlook(msgspec.Struct, frozen=True):
    """The parts of a forecast that pages show."""

    plan: _Of
    runs: int
    clearance_hours: tuple[float, ...]
    unfinished: int
    arrivals: tuple[Arrivals, ...] = ()
    needs: tuple[Need, ...] = ()
    causes: tuple[Cause, ...] = ()

    @property
    def start(self) -> datetime:
        """The moment from which hours count."""
        return self.plan.situation.at

    def moment(self, hours: float) -> datetime:
        """Return the moment some hours after the start."""
        return self.start + timedelta(hours=hours)


_decoder = msgspec.json.Decoder(Outlook)


def last(view: View) -> Outlook | None:
    """Return the last forecast, None where there is none or the page looks at the past."""
    kept = view.house.planner.results.get(FORECAST)
    return None if kept is None or view.turned else _decoder.decode(kept.data)
