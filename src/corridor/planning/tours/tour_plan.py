"""The answer to a bare problem: one tour a bus, the proven bounds and the gap."""

from __future__ import annotations

from typing import Literal

import msgspec

from corridor.files import not_so

Status = Literal["optimal", "feasible", "interrupted", "nothing to move"]


class Tour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One bus: its depot, its trips as (pickup, reception) pairs in order, its minutes until the last arrival."""

    depot: int
    stops: list[tuple[int, int]]
    minutes: int


class Bounds(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Proven lower bounds on the clearance time in minutes.

    `flow` is the larger of the flow bound and the shortest arrival, `route` the route-LP bound or null where it was
    not computed, `search` the bound of a finished exact search (few trips only).
    """

    flow: int
    route: int | None
    search: int | None = None

    @property
    def best(self) -> int:
        """The largest of them."""
        return max(self.flow, self.route or 0, self.search or 0)

    @property
    def name(self) -> str:
        """Which of them is the largest; the simplest where they are equal."""
        best = self.best
        return "flow" if best == self.flow else "route" if best == self.route else "search"


class TourPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tours, `clearance_minutes` (the longest tour), bounds, `gap` (clearance / best bound - 1), status, seconds."""

    tours: list[Tour]
    clearance_minutes: int
    bounds: Bounds
    gap: float
    status: Status
    seconds: float
    format: Literal["corridor-tours/1"] = "corridor-tours/1"

    def to_json(self) -> bytes:
        """Return the plan as JSON."""
        return msgspec.json.encode(self)

    @staticmethod
    def from_json(data: bytes | str, *, place: str = "plan") -> TourPlan:
        """Read a plan of tours; raises `InputError` with the path inside the file where it is malformed."""
        try:
            return msgspec.json.decode(data, type=TourPlan)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            hint = "make one with: corridor plan instance.json"
            raise not_so("a plan of tours", data, error, place=place, hint=hint) from None
