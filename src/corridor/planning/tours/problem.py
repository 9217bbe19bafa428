"""The bare problem: buses at depots, bus loads at pickups, places at receptions, minutes between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from corridor.errors import Infeasible, InputError

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

FORMAT = "corridor-instance/1"
FAR = 1_000_000_000  # minutes of a leg that does not exist; sums of two still fit 32 bits
LONGEST = 10_000_000  # minutes, 19 years: anything longer is a mistake of units
MOST_CELLS = 6_000_000  # pickup-reception pairs
MOST_TRIPS = 4_000_000
MOST_BUSES = 1_000_000


@dataclass(frozen=True, eq=False)
class Problem:
    """Who waits where, and how long each leg takes.

    `buses` (D,), `loads` (S,) and `capacity` (K,) count whole buses; `depot_pickup` (D, S), `pickup_reception`
    (S, K; loading and unloading included) and `reception_pickup` (K, S; need not mirror it) are whole minutes,
    `FAR` where there is no road. Every bus carries one load a trip and ends at its last reception.
    """

    buses: Ints
    loads: Ints
    capacity: Ints
    depot_pickup: Ints
    pickup_reception: Ints
    reception_pickup: Ints
    name: str = "instance"

    @cached_property
    def trips(self) -> int:
        """Bus loads to move, which is the number of loaded drives."""
        return int(self.loads.sum(dtype=np.int64))

    @cached_property
    def fleet(self) -> int:
        """Buses that can be of use: never more than there are trips."""
        return min(int(self.buses.sum(dtype=np.int64)), self.trips)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Depots, pickups, receptions."""
        return len(self.buses), len(self.loads), len(self.capacity)

    def check(self) -> Problem:
        """Return the problem itself; raises `InputError` where it is malformed, `Infeasible` where no plan exists."""
        _check_form(self)
        _check_room(self)
        _check_roads(self)
        return self


def make_problem(
    buses: object,
    loads: object,
    capacity: object,
    depot_pickup: object,
    pickup_reception: object,
    reception_pickup: object,
    *,
    name: str = "instance",
) -> Problem:
    """Return a checked problem from lists or arrays of whole numbers; raises as `Problem.check` does."""
    depots, pickups, receptions = _ints(buses, "buses"), _ints(loads, "loads"), _ints(capacity, "capacity")
    return Problem(
        buses=depots,
        loads=pickups,
        capacity=receptions,
        depot_pickup=_table(depot_pickup, "minutes.depot_pickup", depots, pickups),
        pickup_reception=_table(pickup_reception, "minutes.pickup_reception", pickups, receptions),
        reception_pickup=_table(reception_pickup, "minutes.reception_pickup", receptions, pickups),
        name=name,
    ).check()


def _table(values: object, place: str, rows: Ints, columns: Ints) -> Ints:
    table = _ints(values, place)
    return table if table.size else table.reshape(len(rows), -1 if len(rows) else len(columns))


def _ints(values: object, place: str) -> Ints:
    array = np.asarray(values)
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise InputError("must hold whole numbers only", place=place, hint="round minutes up, count whole buses")
    if array.size and (array.max() > np.iinfo(np.int32).max or array.min() < 0):
        raise InputError("has a number below 0 or too large", place=place, hint="whole minutes or whole bus loads")
    return cast("Ints", np.ascontiguousarray(array, dtype=np.int32))


def _check_form(problem: Problem) -> None:
    depots, pickups, receptions = problem.shape
    for name, array, shape in (
        ("minutes.depot_pickup", problem.depot_pickup, (depots, pickups)),
        ("minutes.pickup_reception", problem.pickup_reception, (pickups, receptions)),
        ("minutes.reception_pickup", problem.reception_pickup, (receptions, pickups)),
    ):
        if array.shape != shape and array.size + shape[0] * shape[1]:
            cause = f"has the shape {'x'.join(map(str, array.shape))}, expected {shape[0]}x{shape[1]}"
            raise InputError(cause, place=name, hint="one row for each row site, one number for each column site")
        wrong = (array < 0) | ((array > LONGEST) & (array != FAR))
        if wrong.any():
            row, column = (int(x) for x in np.argwhere(wrong)[0])
            cause = f"{int(array[row, column])} is not a number of minutes from 0 to {LONGEST:,}"
            raise InputError(cause, place=f"{name}[{row}][{column}]", hint="whole minutes; null where there is no road")
    for name, array in (("buses", problem.buses), ("loads", problem.loads), ("capacity", problem.capacity)):
        if (array < 0).any():
            raise InputError("has a number below 0", place=f"{name}[{int(np.argmax(array < 0))}]", hint="count from 0")
    for name, size, most in (
        ("minutes.pickup_reception", pickups * receptions, MOST_CELLS),
        ("loads", problem.trips, MOST_TRIPS),
        ("buses", int(problem.buses.sum(dtype=np.int64)), MOST_BUSES),
    ):
        if size > most:
            hint = "merge neighbouring pickups, or plan the regions one by one"
            raise InputError(f"holds {size:,} in all; the planner takes up to {most:,}", place=name, hint=hint)


def _check_room(problem: Problem) -> None:
    if not problem.trips:
        return
    if not problem.fleet:
        hint = "give at least one bus to a depot"
        raise Infeasible(f"{problem.trips} bus loads wait and there is no bus", hint=hint, clauses=("buses",))
    room = int(problem.capacity.sum(dtype=np.int64))
    if room < problem.trips:
        cause = f"{problem.trips} bus loads wait and the receptions have room for {room}"
        hint = f"add room for {problem.trips - room} loads, or a reception"
        raise Infeasible(cause, hint=hint, clauses=("loads", "capacity"))


def _check_roads(problem: Problem) -> None:
    if not problem.trips:
        return
    waiting = problem.loads > 0
    unserved = waiting & (np.where(problem.capacity > 0, problem.pickup_reception, FAR) >= FAR).all(axis=1)
    unreached = waiting & (arrivals(problem)[0] >= FAR)
    for what, stuck in (("no road leads on to a reception with room", unserved), ("no bus can reach it", unreached)):
        if stuck.any():
            names = tuple(f"pickup {int(i)}" for i in np.flatnonzero(stuck))
            cause = f"{len(names)} with people cannot be served: {what}"
            hint = "give the missing minutes, or take the pickup out"
            raise Infeasible(cause, place=", ".join(names[:5]), hint=hint, clauses=names)


def arrivals(problem: Problem) -> tuple[Longs, Longs]:
    """Return the earliest minute at which any bus can stand at each pickup (S,) and each reception (K,).

    A fixpoint over depots, loaded drives and returns, so it holds where a detour is quicker than the direct leg;
    a drive may only pass pickups where people wait and receptions with room, as tours do.
    """
    open_depot = np.where(problem.buses > 0, 0, FAR)[:, None]
    go = problem.pickup_reception.astype(np.int64)
    go = np.where((problem.loads > 0)[:, None] & (problem.capacity > 0)[None, :], go, FAR)
    depots, pickups, receptions = problem.shape
    if not depots * pickups * receptions:
        return np.full(pickups, FAR, dtype=np.int64), np.full(receptions, FAR, dtype=np.int64)
    at_pickup = (problem.depot_pickup + open_depot.astype(np.int64)).min(axis=0)
    while True:
        at_reception = (at_pickup[:, None] + go).min(axis=0)
        sooner = np.minimum(at_pickup, (at_reception[:, None] + problem.reception_pickup).min(axis=0))
        if (sooner == at_pickup).all():
            return np.minimum(at_pickup, FAR), np.minimum(at_reception, FAR)
        at_pickup = sooner
