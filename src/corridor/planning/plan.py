"""The plan: a timetable of convoys, its bounds and its gap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

import msgspec

from corridor.files import not_so
from corridor.planning import summary
from corridor.situation.situation import Situation

FORMAT = "corridor-plan/1"
Mode = Literal["convoy", "shuttle"]
Status = Literal["optimal", "feasible", "interrupted", "nothing to move"]


class Trip(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One loaded drive of one vehicle, with its people by group.

    The vehicle stands in a bay of the pickup from `board_start` to `board_end`, leaves with its convoy, and stands in
    a bay of the reception from `unload_start` to `unload_end`, when it is free again. `load` maps a group id to
    people; companions stand under the group id and `+companions`. `sets_off` is when it leaves for the pickup, where
    a one-lane stretch on the way back makes that matter.
    """

    vehicle: str
    board_start: datetime
    board_end: datetime
    unload_start: datetime
    unload_end: datetime
    load: dict[str, int]
    sets_off: datetime | None = None

    @property
    def people(self) -> int:
        """Everyone aboard, companions included."""
        return sum(self.load.values())


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """A stop of a loaded convoy from one window to a later one: where, and from when to when."""

    site: str
    arrive: datetime
    depart: datetime


class Convoy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Vehicles that move together under one lead from one pickup to one reception.

    A `reserve` convoy is planned beyond the planning figure, up to the high estimate: it leaves only if people are
    still waiting then. `night` is where it stands overnight on the way.
    """

    id: str
    operation: str
    pickup: str
    reception: str
    depart: datetime
    arrive: datetime
    lead: str
    trips: tuple[Trip, ...]
    reserve: bool = False
    night: Night | None = None

    @property
    def people(self) -> int:
        """Everyone aboard, companions included."""
        return sum(trip.people for trip in self.trips)


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """A proven lower bound on the clearance time: its name, its minutes and why it holds, in words."""

    name: str
    operation: str
    minutes: int
    why: str


class Objective(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a plan reaches in one objective, and the proven bound on it where there is one.

    `people_safe` counts people by urgency (4, 3, 2 for each of priority 0, 1, 2, then 1); its bound is from above.
    """

    name: str
    value: float
    unit: str
    bound: float | None = None


class Compared(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one mode gives: its clearance time, its convoys, and the people in hold (at most, and in person-hours).

    Where no plan exists in a mode, `why_not` says why and the figures are 0.
    """

    mode: Mode
    clearance_minutes: int
    convoys: int
    most_held: int
    held_hours: float
    why_not: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An order that is no longer what an earlier plan said, or a new one: which convoy, what changed and why."""

    convoy: str
    what: str
    why: str


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True, forbid_unknown_fields=True):
    """Who goes when: convoys in order, the bounds and what was asked for.

    `people_quantile` is the planning figure's quantile, `reserve_quantile` the one up to which reserve convoys are
    planned; `clearance_minutes`, `bound_minutes` and `gap` refer to the planning figure. `unplanned` names the
    operations for which no plan could be made, with the reason. In the mode `shuttle` each convoy is one vehicle;
    `compared` holds what each mode gives where both were asked for. `objectives` holds what the plan reaches, the first
    first; `left` the people of each group (without companions) whom a plan for `most_people` leaves waiting; `fairness`
    the rule between pickups that was chosen. `replaces` is the SHA-256 of the
    situation of the plan before, and `changes` lists the orders that are no longer what that plan said.
    """

    situation: Situation
    situation_sha256: str
    convoys: tuple[Convoy, ...]
    bounds: tuple[Bound, ...]
    status: Status
    objective: str = "clearance_time"
    people_quantile: float = 0.5
    reserve_quantile: float = 0.9
    seed: int = 0
    unplanned: dict[str, str] = {}
    mode: Mode = "convoy"
    compared: tuple[Compared, ...] = ()
    objectives: tuple[Objective, ...] = ()
    fairness: str = "none"
    left: dict[str, int] = {}
    replaces: str = ""
    changes: tuple[Change, ...] = ()
    clearance_minutes: int = 0
    bound_minutes: int = 0
    gap: float = 0.0
    format: str = FORMAT

    @property
    def start(self) -> datetime:
        """The moment from which times are counted: that of the situation."""
        return self.situation.at

    @cached_property
    def planned(self) -> tuple[Convoy, ...]:
        """The convoys of the planning figure, without the reserve."""
        return tuple(convoy for convoy in self.convoys if not convoy.reserve)

    @property
    def clearance_time(self) -> timedelta:
        """From the situation's moment until the last person of the planning figure is brought to safety."""
        return timedelta(minutes=self.clearance_minutes)

    @property
    def people(self) -> int:
        """Everyone moved by the planned convoys, companions included."""
        return sum(convoy.people for convoy in self.planned)

    def trips(self, *, reserve: bool = True) -> Iterator[tuple[Convoy, Trip]]:
        """Yield each trip with its convoy, in order of departure."""
        for convoy in self.convoys if reserve else self.planned:
            for trip in convoy.trips:
                yield convoy, trip

    def __str__(self) -> str:
        """Return the plan as a page of text."""
        return summary.summary(self)

    def _repr_html_(self) -> str:
        return summary.to_html(self)

    def to_json(self) -> bytes:
        """Return the plan as JSON, the same bytes for the same plan."""
        return msgspec.json.encode(self)

    @staticmethod
    def from_json(data: bytes | str, *, place: str = "plan") -> Plan:
        """Read a plan; raises `InputError` with the path inside the file where it is malformed."""
        try:
            return msgspec.json.decode(data, type=Plan)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            hint = "make one with: corridor plan situation.json"
            raise not_so("a plan", data, error, place=place, hint=hint) from None
