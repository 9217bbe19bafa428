"""The shuttle, compiled: every vehicle goes back as soon as it is empty, by events in order of time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from corridor.forecasting.draws import (
    allowed,
    compiled,
    enter,
    factor,
    hindered,
    join,
    leaf,
    occupy,
    onward,
    part_minutes,
    totalled,
    uniform,
)
from corridor.forecasting.kernel import MOST_SPANS, SEAT

# What a vehicle reaches at its next event: a pickup, a reception, or else a queue: twice the number of a part that is a
# one-lane stretch, or that and one more for the checkpoint at the end of a part.
AT_PICKUP, AT_RECEPTION = -1, -2
# Trips of one vehicle in one run; its number times this keeps the random numbers of all trips apart.
MOST_TRIPS = 65_536


@leaf
def _push(times: Any, units: Any, size: int, time: float, unit: int) -> None:
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
def _replace(times: Any, units: Any, size: int, time: float, unit: int) -> None:
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
def _minutes(number: int, part_first: Any, minutes_of: Any) -> float:
    """Return the minutes of a whole way; inf where there is none."""
    if number < 0:
        return math.inf
    total = 0.0
    for part in range(part_first[number], part_first[number + 1]):
        total += minutes_of[part]
    return total


@leaf
def _drive_on(
    part: int, last: int, time: float, pace: float, minutes_of: Any, check_site: Any, lane: Any, checked: int,
    halts: Any, share: float, spells: Any, step_first: Any, step_of: Any, step_share: Any, seed: int, run: int,
) -> tuple[float, int]:  # fmt: skip
    """Drive from the begin of a part until `last` or the next queue; returns when and at which queue, or -1."""
    while part < last:
        if lane[part] >= 0 and minutes_of[part] > 0.0:
            return time, 2 * part
        takes = minutes_of[part] * pace
        if spells.shape[1] > 0:
            time, takes = hindered(part, time, takes, spells, run, step_first, step_of, step_share)
        time = onward(time, takes, halts, share, seed, run)
        if checked == 1 and check_site[part] >= 0:
            return time, 2 * part + 1
        part += 1
    return time, -1


@leaf
def _next_pickup(
    k: int, stand: int, run: int, waiting: Any, follow: Any, group_site: Any, group_place: Any,
    places: Any, way: Any, part_first: Any, minutes_of: Any,
) -> int:  # fmt: skip
    """Return the nearest pickup with people whom a vehicle can carry; -1 if none."""
    best, best_time = -1, math.inf
    for group in range(len(group_site)):
        here = group_site[group]
        fits = waiting[group] > 0.0 and places[k, group_place[group], run] > 0.0
        if here != best and (fits or (follow[group] > 0.0 and places[k, SEAT, run] > 0.0)):
            takes = _minutes(way[stand, here, 0], part_first, minutes_of)
            if takes < best_time:
                best, best_time = here, takes
    return best


@compiled
def shuttle(  # noqa: C901, PLR0912, PLR0915
    order: Any, first: Any, vehicle: Any, pickup: Any, reception: Any, not_before: Any,
    kind: Any, free_at: Any, stands: Any, group_site: Any, group_place: Any, companions: Any, total: Any,
    places: Any, board: Any, unload: Any, way: Any, part_first: Any, fixed: Any, leg_first: Any,
    leg: Any, drive: Any, check_site: Any, lane: Any, step_first: Any, step_of: Any, step_share: Any, bay_first: Any,
    headway: Any, halts: Any, spells: Any, windows: Any, spreads: Any, passage: Any, cap: Any, horizon: float,
    seed: int, begin: int, end: int, marks: Any, clearance: Any, left: Any, out: Any, arrived: Any,
    depart_at: Any, arrive_at: Any, waited: Any, held: Any,
) -> None:  # fmt: skip
    """Run the runs `begin` to `end` of a `Model` without a timetable and fill the arrays of an `Outcome`.

    A vehicle goes to the nearest pickup where people wait whom it can carry and takes them to the nearest reception.
    Companions of people lying down go on any seat, for a lone ambulance has none. Turning back is for convoys only. The
    minutes of a stated search, the same for every vehicle, are spent at the begin of the way.
    """
    groups, fleet, sites = len(group_site), len(kind), way.shape[0]
    times, units = np.empty(fleet), np.empty(fleet, np.int64)
    load = np.zeros((fleet, groups))
    pace, slow = np.zeros(fleet), np.zeros(fleet)
    stage, goal, trips = np.zeros(fleet, np.int64), np.zeros(fleet, np.int64), np.zeros(fleet, np.int64)
    bound = np.zeros(fleet, np.int64)  # 0 going to a pickup, 1 to a reception
    searched = passage[0, 0] if len(passage) else 0.0
    minutes_of, stops, checked = np.empty(len(fixed)), spreads[7], spreads[6] > 0.0
    narrow = lane.max() + 2 if len(lane) else 1
    spans, counts = np.zeros((narrow, MOST_SPANS if narrow > 1 else 1, 2)), np.zeros(narrow, np.int64)
    is_reception = np.zeros(sites, np.bool_)
    for convoy in range(len(reception)):
        is_reception[reception[convoy]] = True
    for run in range(begin, end):
        site = stands.copy()
        bays = np.zeros(bay_first[-1])
        waiting, follow = total[:, run].copy(), np.zeros(groups)
        remain, aboard, last_safe = 0.0, 0.0, 0.0
        for group in range(groups):
            remain += waiting[group] * (1 + companions[group])
            if group_place[group] != SEAT:
                follow[group] = waiting[group] * companions[group]
        part_minutes(run, fixed, leg_first, leg, drive, minutes_of)
        counts[:] = 0
        trips[:] = 0
        bound[:] = 0
        load[:] = 0.0
        size = 0
        for unit in range(fleet):
            best = _next_pickup(
                kind[unit],
                site[unit],
                run,
                waiting,
                follow,
                group_site,
                group_place,
                places,
                way,
                part_first,
                minutes_of,
            )
            if best >= 0:
                goal[unit], road = best, way[site[unit], best, 0]
                time, stage[unit] = _drive_on(
                    part_first[road], part_first[road + 1], free_at[unit], 1.0, minutes_of, check_site, lane, 0,
                    halts, stops, spells, step_first, step_of, step_share, seed, run,
                )  # fmt: skip
                _push(times, units, size, time, unit)
                size += 1
        while size > 0 and remain + aboard > 0.5:
            time, unit = times[0], units[0]
            k = kind[unit]
            part = 0
            if stage[unit] == AT_PICKUP:
                here = goal[unit]
                site[unit] = here
                step = unit * MOST_TRIPS + trips[unit]
                trips[unit] += 1
                room = places[k, SEAT, run]
                if spreads[5] > 0.0:
                    kept = 1.0 - min(spreads[5] * factor(1.0, seed, run, step, 8), 0.9)
                    room = max(math.floor(room * kept + 0.5), min(room, 1.0))
                people = 0.0
                for group in range(groups):
                    if group_site[group] != here:
                        continue
                    each, place = companions[group], group_place[group]
                    if place == SEAT:
                        number = min(waiting[group], math.floor(room / (1 + each)))
                        heads = number * (1 + each)
                        room -= heads
                    else:
                        number = min(waiting[group], places[k, place, run])
                        seated = min(follow[group], room)
                        follow[group] -= seated
                        room -= seated
                        heads = number + seated
                    waiting[group] -= number
                    load[unit, group] = heads
                    people += heads
                depart = math.inf
                if people > 0.0:
                    slow[unit] = factor(spreads[1], seed, run, step, 0)
                    length = board[k, run] * slow[unit]
                    boarded = join(bays, bay_first[here], bay_first[here + 1], time, length) + length
                    there, whole = -1, math.inf
                    for candidate in range(sites):
                        if is_reception[candidate]:
                            takes = _minutes(way[here, candidate, 1], part_first, minutes_of)
                            if takes < whole:
                                there, whole = candidate, takes
                    pace[unit] = factor(spreads[0], seed, run, step, 2)
                    depart = allowed(boarded, whole * pace[unit] + searched, halts, run, windows)
                if depart > horizon:
                    # Nobody left here for it, or no way out any more: it looks elsewhere, and if here again, goes home.
                    if people > 0.0:
                        break
                    best = _next_pickup(
                        k, here, run, waiting, follow, group_site, group_place, places, way, part_first, minutes_of
                    )
                    if best >= 0 and best != here:
                        goal[unit], road = best, way[here, best, 0]
                        time, stage[unit] = _drive_on(
                            part_first[road], part_first[road + 1], time, 1.0, minutes_of, check_site, lane, 0,
                            halts, stops, spells, step_first, step_of, step_share, seed, run,
                        )  # fmt: skip
                        _replace(times, units, size, time, unit)
                    else:
                        size -= 1
                        if size > 0:
                            _replace(times, units, size, times[size], units[size])
                    continue
                remain -= people
                aboard += people
                waited[run] += people * depart
                held[run] += people * (depart - boarded)
                gone = np.searchsorted(marks, depart - 1e-6)
                if gone < len(marks):
                    for group in range(groups):
                        left[run, group, gone] += load[unit, group]
                goal[unit] = there
                time = depart + searched
                if spreads[2] > 0.0 and uniform(seed, run, step, 4) < spreads[2]:
                    time += spreads[3] * factor(0.5, seed, run, step, 5)
                part = part_first[way[here, there, 1]]
                bound[unit] = 1
            elif stage[unit] >= 0:
                part = stage[unit] >> 1
                if stage[unit] & 1:
                    lanes = check_site[part]
                    time = join(bays, bay_first[lanes], bay_first[lanes + 1], time, spreads[6]) + spreads[6]
                else:
                    takes = minutes_of[part] * (pace[unit] if bound[unit] else 1.0)
                    if spells.shape[1] > 0:
                        time, takes = hindered(part, time, takes, spells, run, step_first, step_of, step_share)
                    time = enter(spans, counts, lane[part], time, takes)
                    occupy(spans, counts, lane[part], time, time + takes)
                    time = onward(time, takes, halts, stops, seed, run)
                    if bound[unit] and checked and check_site[part] >= 0:
                        stage[unit] += 1
                        _replace(times, units, size, time, unit)
                        continue
                part += 1
            there = goal[unit]
            if stage[unit] != AT_RECEPTION:
                last = part_first[way[site[unit], there, bound[unit]] + 1]
                time, stage[unit] = _drive_on(
                    part, last, time, pace[unit] if bound[unit] else 1.0, minutes_of, check_site, lane,
                    bound[unit] if checked else 0, halts, stops, spells, step_first, step_of, step_share, seed, run,
                )  # fmt: skip
                if bound[unit] and stage[unit] < 0:
                    stage[unit] = AT_RECEPTION
                # A queue is joined in the order of coming: the vehicle reports again when it is there.
                if stage[unit] != AT_RECEPTION or bay_first[there + 1] > bay_first[there]:
                    _replace(times, units, size, time, unit)
                    continue
            length = unload[k, run] * slow[unit]
            done = join(bays, bay_first[there], bay_first[there + 1], time, length) + length
            safe = np.searchsorted(marks, done - 1e-6)
            for group in range(groups):
                heads = load[unit, group]
                aboard -= heads
                if safe < len(marks):
                    out[run, group, safe] += heads
                    arrived[run, there, safe] += heads
                load[unit, group] = 0.0
            last_safe = max(last_safe, done)
            site[unit], bound[unit] = there, 0
            best = _next_pickup(
                k, there, run, waiting, follow, group_site, group_place, places, way, part_first, minutes_of
            )
            if best >= 0:
                goal[unit], road = best, way[there, best, 0]
                time, stage[unit] = _drive_on(
                    part_first[road], part_first[road + 1], done, 1.0, minutes_of, check_site, lane, 0,
                    halts, stops, spells, step_first, step_of, step_share, seed, run,
                )  # fmt: skip
                _replace(times, units, size, time, unit)
            else:
                size -= 1
                if size > 0:
                    _replace(times, units, size, times[size], units[size])
        totalled(left, run)
        totalled(out, run)
        totalled(arrived, run)
        clearance[run] = last_safe if remain + aboard < 0.5 else math.inf
