"""Who waits where, compiled: events in order of time, bays first come first served, one-lane stretches."""

from __future__ import annotations

from typing import Any

from corridor.forecasting.draws import hindered, leaf, onward


@leaf
def push(times: Any, units: Any, size: int, time: float, unit: int) -> None:
    """Add an event to the heap of `size` events, ordered by time and then by vehicle."""
    child = size
    while child > 0:
        parent = (child - 1) >> 1
        if times[parent] < time or (times[parent] == time and units[parent] < unit):
            break
        times[child], units[child] = times[parent], units[parent]
        child = parent
    times[child], units[child] = time, unit


@leaf
def replace(times: Any, units: Any, size: int, time: float, unit: int) -> None:
    """Put an event in the place of the first one of a heap of `size` events and restore the order."""
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (
            times[right] < times[child] or (times[right] == times[child] and units[right] < units[child])
        ):
            child = right
        if time < times[child] or (time == times[child] and unit < units[child]):
            break
        times[parent], units[parent] = times[child], units[child]
        parent = child
    times[parent], units[parent] = time, unit


@leaf
def take(bays: Any, low: int, high: int, start: float, end: float) -> None:
    """Give a vehicle the bay that was free last among those (`low` to `high`) free at its start."""
    best = low
    for index in range(low, high):
        fits, best_fits = bays[index] <= start, bays[best] <= start
        if (fits and (not best_fits or bays[index] > bays[best])) or (not best_fits and bays[index] < bays[best]):
            best = index
    bays[best] = end


@leaf
def serve(bays: Any, low: int, high: int, arrival: float, minutes: float) -> float:
    """Return when a vehicle begins in a bay (first come, first served) and keep the bay for it; no bays, no wait."""
    if high == low:
        return arrival
    first = low
    for index in range(low + 1, high):
        if bays[index] < bays[first]:
            first = index
    start: float = max(arrival, bays[first])
    bays[first] = start + minutes
    return start


@leaf
def join(bays: Any, low: int, high: int, arrival: float, minutes: float) -> float:
    """Do the same for bays that are only ever joined in order of coming: they form a heap, the soonest free first."""
    size = high - low
    if size == 0:
        return arrival
    start: float = max(arrival, bays[low])
    end = start + minutes
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= size:
            break
        if child + 1 < size and bays[low + child + 1] < bays[low + child]:
            child += 1
        if bays[low + child] >= end:
            break
        bays[low + parent] = bays[low + child]
        parent = child
    bays[low + parent] = end
    return start


@leaf
def enter(spans: Any, counts: Any, lane: int, time: float, minutes: float) -> float:
    """Return the first moment from `time` at which nobody comes the other way on a one-lane stretch."""
    other = lane ^ 1
    moved = True
    while moved:
        moved = False
        for index in range(counts[other]):
            if spans[other, index, 0] < time + minutes and time < spans[other, index, 1]:
                time = spans[other, index, 1]
                moved = True
    return time


@leaf
def occupy(spans: Any, counts: Any, lane: int, begin: float, end: float) -> None:
    """Enter a passage of a one-lane stretch: with one of the same direction that it touches, else beside it.

    `spans` (2 a stretch, spans, 2) hold the passages of each direction; when they are full the one that ended first
    makes room.
    """
    first = 0
    for index in range(counts[lane]):
        if begin <= spans[lane, index, 1] and end >= spans[lane, index, 0]:
            spans[lane, index, 0] = min(spans[lane, index, 0], begin)
            spans[lane, index, 1] = max(spans[lane, index, 1], end)
            return
        if spans[lane, index, 1] < spans[lane, first, 1]:
            first = index
    if counts[lane] < spans.shape[1]:
        first = counts[lane]
        counts[lane] += 1
    spans[lane, first, 0], spans[lane, first, 1] = begin, end


@leaf
def come_empty(
    time: float, begin: int, end: int, minutes: Any, lane: Any, spans: Any, counts: Any,
    halts: Any, share: float, spells: Any, step_first: Any, step: Any, step_share: Any, seed: int, run: int,
) -> float:  # fmt: skip
    """Return when an empty vehicle that sets off at `time` has driven the parts `begin` to `end`."""
    for part in range(begin, end):
        takes = minutes[part]
        if spells.shape[1] > 0:
            time, takes = hindered(part, time, takes, spells, run, step_first, step, step_share)
        if lane[part] >= 0 and takes > 0.0:
            time = enter(spans, counts, lane[part], time, takes)
            occupy(spans, counts, lane[part], time, time + takes)
        time = onward(time, takes, halts, share, seed, run)
    return time
