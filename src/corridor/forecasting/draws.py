"""Random numbers of the compiled simulators: each one a hash of what it is for, whatever the number of threads."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit


def compiled(function: Any) -> Any:
    """Compile a function, keep the result on disk, and let other threads run meanwhile."""
    return njit(cache=True, nogil=True, error_model="numpy")(function)


def leaf(function: Any) -> Any:
    """Do the same for a function that makes no array, and let it count no references to those it is given.

    Counting is atomic: two cores that count on the same arrays, trip by trip, spent a third of their time on it. For
    the same reason arrays are passed whole, with the place to look at, and never as slices.
    """
    return njit(cache=True, nogil=True, error_model="numpy", _nrt=False)(function)


@leaf
def uniform(seed: int, run: int, step: int, use: int) -> float:
    """Return a number in (0, 1) that depends only on its arguments (splitmix64; Steele, Lea and Flood 2014)."""
    x = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(run) * np.uint64(0xD1B54A32D192ED03)
    x += np.uint64(step) * np.uint64(0x8CB92BA72F3D8DD7) + np.uint64(use + 1) * np.uint64(0xABC98388FB8FAC03)
    for _ in range(2):
        x += np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    return (float(x >> np.uint64(11)) + 0.5) / 9007199254740992.0


@leaf
def wide(spread: float) -> float:
    """Return the spread of the logarithm of a log-normal number with mean 1 and a coefficient of variation."""
    return math.sqrt(math.log(1.0 + spread * spread)) if spread > 0.0 else 0.0


@leaf
def factor_of(width: float, seed: int, run: int, step: int, use: int) -> float:
    """Return a log-normal factor with mean 1 and the spread of its logarithm (normal by Box and Muller 1958)."""
    if width <= 0.0:
        return 1.0
    u = uniform(seed, run, step, use)
    v = uniform(seed, run, step, use + 1)
    normal = math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)
    return math.exp(width * normal - 0.5 * width * width)


@leaf
def factor(spread: float, seed: int, run: int, step: int, use: int) -> float:
    """Return a log-normal factor with mean 1 and a coefficient of variation."""
    found: float = factor_of(wide(spread), seed, run, step, use)
    return found


@leaf
def allowed(ready: float, drive: float, halts: Any, run: int, windows: Any) -> float:
    """Return the first departure from `ready` outside every halt and inside a window that it clears; inf if none."""
    depart: float = ready
    for number in range(halts.shape[1]):
        if halts[run, number, 0] > depart:
            break
        depart = max(depart, halts[run, number, 1])
    if len(windows) == 0:
        return depart
    for number in range(len(windows)):
        start: float = max(depart, windows[number, 0])
        if start + drive <= windows[number, 1]:
            # A later window may open inside a halt: then the first moment after both.
            for halt in range(halts.shape[1]):
                if halts[run, halt, 0] <= start < halts[run, halt, 1]:
                    start = halts[run, halt, 1]
            if start + drive <= windows[number, 1]:
                return start
    return math.inf


@leaf
def onward(time: float, minutes: float, halts: Any, share: float, seed: int, run: int) -> float:
    """Return when a drive is over that a share of the halts that begin on the way stops where it is."""
    end: float = time + minutes
    if share <= 0.0:
        return end
    for number in range(halts.shape[1]):
        begin, until = halts[run, number, 0], halts[run, number, 1]
        if begin >= end:
            break
        if begin > time and uniform(seed, run, number, 9) < share:
            end += until - begin
    return end


@leaf
def mark_of(marks: Any, time: float) -> int:
    """Return the first of the rising marks that is not before a moment, the millionth of a minute let go."""
    low, high = 0, len(marks)
    while low < high:
        middle = (low + high) >> 1
        if marks[middle] < time - 1e-6:
            low = middle + 1
        else:
            high = middle
    return low


@leaf
def totalled(counts: Any, run: int) -> None:
    """Turn the people of each mark of a run into those up to it; `counts` (runs, rows, marks)."""
    for row in range(counts.shape[1]):
        for mark in range(1, counts.shape[2]):
            counts[run, row, mark] += counts[run, row, mark - 1]


@leaf
def hindered(
    part: int, time: float, minutes: float, spells: Any, run: int, step_first: Any, step: Any, step_share: Any
) -> tuple[float, float]:
    """Return when a vehicle enters a part and how many minutes it takes there, as snow, fire and snipers let it.

    It waits before a part with a closed segment until that opens; slow segments count as they are when it enters.
    """
    longer = 0.0
    for number in range(spells.shape[1]):
        if spells[run, number, 0] > time:
            break
        if spells[run, number, 1] > time:
            for index in range(step_first[part], step_first[part + 1]):
                if step[index] == spells[run, number, 3]:
                    if math.isinf(spells[run, number, 2]):
                        time = spells[run, number, 1]
                    else:
                        longer += minutes * step_share[index] * (spells[run, number, 2] - 1.0)
    return time, minutes + longer


@compiled
def groups_by_site(group_site: Any, sites: int) -> Any:
    """Return (first, member): the groups at site s are `member[first[s] : first[s + 1]]`, in their order."""
    first, member = np.zeros(sites + 1, np.int64), np.empty(len(group_site), np.int64)
    count = 0
    for site in range(sites):
        for group in range(len(group_site)):
            if group_site[group] == site:
                member[count] = group
                count += 1
        first[site + 1] = count
    return first, member


@leaf
def part_minutes(run: int, fixed: Any, leg_first: Any, leg: Any, drive: Any, minutes: Any) -> None:
    """Fill the minutes of every part of the ways in a run: its certain minutes and those of its uncertain legs."""
    for part in range(len(fixed)):
        total = fixed[part]
        for index in range(leg_first[part], leg_first[part + 1]):
            total += drive[leg[index], run]
        minutes[part] = total
