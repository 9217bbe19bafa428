"""The compiled heart of the simulator: one run after another, convoy by convoy, nothing shared between runs.

Every random number is a hash of (seed, run, convoy, use), so that a run is the same whatever the number of threads.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEAT, WHEELCHAIR, STRETCHER = 0, 1, 2
PLACES = ("seat", "wheelchair", "stretcher")


class Model(NamedTuple):
    """One operation as arrays.

    Convoys: `order` (steps) of convoy numbers, `first` (convoys + 1) into `vehicle` (trips), `pickup`, `reception`
    (convoys) as site numbers. Vehicles: `kind`, `free` minutes, `site`. Groups in order of priority: `group_site`,
    `group_place`, `companions`, `total` (groups, runs). `places` (kinds, 3, runs), `board`, `unload` (kinds, runs).
    `way` (sites, sites, 2) numbers rows of `drive` (ways, runs), empty and loaded. `bay_first` (sites + 1) into the
    bays; a site without bays has no limit. `headway` (runs), `halts` (runs, halts, 2), `windows` (windows, 2) minutes.
    """

    order: Ints
    first: Ints
    vehicle: Ints
    pickup: Ints
    reception: Ints
    kind: Ints
    free: Floats
    site: Ints
    group_site: Ints
    group_place: Ints
    companions: Ints
    total: Floats
    places: Floats
    board: Floats
    unload: Floats
    way: Ints
    drive: Floats
    bay_first: Ints
    headway: Floats
    halts: Floats
    windows: Floats
    horizon: float
    seed: int
    spreads: Floats  # drive, boarding, breakdown share, breakdown minutes


def compiled(function: Any) -> Any:
    """Compile a function, keep the result on disk, and let other threads run meanwhile."""
    return njit(cache=True, nogil=True, error_model="numpy")(function)


@compiled
def _uniform(seed: int, run: int, step: int, use: int) -> float:
    """Return a number in (0, 1) that depends only on its arguments (splitmix64; Steele, Lea and Flood 2014)."""
    x = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(run) * np.uint64(0xD1B54A32D192ED03)
    x += np.uint64(step) * np.uint64(0x8CB92BA72F3D8DD7) + np.uint64(use + 1) * np.uint64(0xABC98388FB8FAC03)
    for _ in range(2):
        x += np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    return (float(x >> np.uint64(11)) + 0.5) / 9007199254740992.0


@compiled
def _normal(seed: int, run: int, step: int, use: int) -> float:
    """Return a standard normal number (Box and Muller 1958)."""
    u = _uniform(seed, run, step, use)
    v = _uniform(seed, run, step, use + 1)
    return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)


@compiled
def _factor(spread: float, normal: float) -> float:
    """Return a log-normal factor with mean 1 and a coefficient of variation."""
    if spread <= 0.0:
        return 1.0
    sigma = math.sqrt(math.log(1.0 + spread * spread))
    return math.exp(sigma * normal - 0.5 * sigma * sigma)


@compiled
def _take(bays: Any, start: float, end: float) -> None:
    """Give a vehicle the bay that was free last among those free at its start."""
    best = 0
    for index in range(len(bays)):
        fits, best_fits = bays[index] <= start, bays[best] <= start
        if (fits and (not best_fits or bays[index] > bays[best])) or (not best_fits and bays[index] < bays[best]):
            best = index
    bays[best] = end


@compiled
def _queue(bays: Any, arrivals: Any, minutes: Any, number: int, starts: Any) -> float:
    """Fill `starts` with when each of `number` vehicles begins in a bay; return when the last one ends."""
    last = -math.inf
    for index in range(number):
        start = arrivals[index]
        if len(bays) > 0:
            earliest = bays.min()
            start = max(start, earliest)
            _take(bays, start, start + minutes[index])
        starts[index] = start
        last = max(last, start + minutes[index])
    return last


@compiled
def _allowed(ready: float, drive: float, halts: Any, windows: Any) -> float:
    """Return the first departure from `ready` outside every halt and inside a window that it clears; inf if none."""
    depart: float = ready
    for number in range(len(halts)):
        if halts[number, 0] <= depart < halts[number, 1]:
            depart = halts[number, 1]
    if len(windows) == 0:
        return depart
    for number in range(len(windows)):
        start = max(depart, windows[number, 0])
        if start + drive <= windows[number, 1]:
            return float(start)
    return math.inf


@compiled
def simulate(model: Any, begin: int, end: int, clearance: Any, marks: Any, out: Any, left: Any) -> None:  # noqa: C901, PLR0912, PLR0915
    """Run the runs `begin` to `end`; fill `clearance` (runs), and at `marks` (minutes) who is `out` and has `left`.

    `marks` rise; `out` and `left` are (marks, runs) people.
    """
    most = 0
    for convoy in range(len(model.first) - 1):
        most = max(most, model.first[convoy + 1] - model.first[convoy])
    arrivals, minutes, starts = np.empty(most), np.empty(most), np.empty(most)
    groups = len(model.group_site)
    taken = np.empty(groups)
    room = np.empty(3)
    for run in range(begin, end):
        free = model.free.copy()
        site = model.site.copy()
        bays = np.zeros(model.bay_first[-1])
        waiting = model.total[:, run].copy()
        last_departure, last_safe = -math.inf, 0.0
        for step in range(len(model.order)):
            if waiting.sum() < 0.5:
                break
            convoy = model.order[step]
            pickup, reception = model.pickup[convoy], model.reception[convoy]
            a, b = model.first[convoy], model.first[convoy + 1]
            room[:] = 0.0
            for trip in range(a, b):
                for place in range(3):
                    room[place] += model.places[model.kind[model.vehicle[trip]], place, run]
            people = 0.0
            for group in range(groups):
                taken[group] = 0.0
                if model.group_site[group] != pickup:
                    continue
                with_each, place = model.companions[group], model.group_place[group]
                if place == SEAT:
                    most_here = math.floor(room[SEAT] / (1 + with_each))
                else:
                    most_here = room[place]
                    if with_each > 0:
                        most_here = min(most_here, math.floor(room[SEAT] / with_each))
                number = min(waiting[group], most_here)
                taken[group] = number
                room[place] -= number
                room[SEAT] -= number * with_each
                people += number * (1 + with_each)
            if people <= 0.0:
                continue
            slow = _factor(model.spreads[1], _normal(model.seed, run, step, 0))
            ready = last_departure + model.headway[run]
            for trip in range(a, b):
                vehicle = model.vehicle[trip]
                way = model.way[site[vehicle], pickup, 0]
                arrivals[trip - a] = free[vehicle] + (model.drive[way, run] if way >= 0 else math.inf)
                minutes[trip - a] = model.board[model.kind[vehicle], run] * slow
            here = bays[model.bay_first[pickup] : model.bay_first[pickup + 1]]
            boarded = _queue(here.copy(), arrivals, minutes, b - a, starts)
            drive = model.drive[model.way[pickup, reception, 1], run]
            drive *= _factor(model.spreads[0], _normal(model.seed, run, step, 2))
            if model.spreads[2] > 0.0:
                chance = 1.0 - (1.0 - model.spreads[2]) ** (b - a)
                if _uniform(model.seed, run, step, 4) < chance:
                    drive += model.spreads[3] * math.exp(0.5 * _normal(model.seed, run, step, 5))
            depart = _allowed(max(ready, boarded), drive, model.halts[run], model.windows)
            if depart > model.horizon:
                break
            wait = depart - boarded
            if len(here) > 0:
                for index in np.argsort(starts[: b - a], kind="mergesort"):
                    _take(here, starts[index] + wait, starts[index] + wait + minutes[index])
            arrive = depart + drive
            for trip in range(a, b):
                arrivals[trip - a] = arrive
                minutes[trip - a] = model.unload[model.kind[model.vehicle[trip]], run] * slow
            there = bays[model.bay_first[reception] : model.bay_first[reception + 1]]
            safe = _queue(there, arrivals, minutes, b - a, starts)
            for trip in range(a, b):
                free[model.vehicle[trip]] = starts[trip - a] + minutes[trip - a]
                site[model.vehicle[trip]] = reception
            last_departure = depart
            last_safe = max(last_safe, safe)
            waiting -= taken
            if len(marks) > 0:
                gone, done = np.searchsorted(marks, depart - 1e-6), np.searchsorted(marks, safe - 1e-6)
                if gone < len(marks):
                    left[gone, run] += people
                if done < len(marks):
                    out[done, run] += people
        for mark in range(1, len(marks)):
            left[mark, run] += left[mark - 1, run]
            out[mark, run] += out[mark - 1, run]
        clearance[run] = last_safe if waiting.sum() < 0.5 else math.inf
