"""The shuttle, compiled: every vehicle goes back as soon as it is empty, by events in order of time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from corridor.forecasting.draws import (
    allowed,
    compiled,
    factor,
    factor_of,
    groups_by_site,
    hindered,
    leaf,
    mark_of,
    onward,
    part_minutes,
    totalled,
    uniform,
    wide,
)
from corridor.forecasting.kernel import MOST_SPANS, SEAT
from corridor.forecasting.queues import enter, join, occupy, push, replace

# What a vehicle reaches at its next event: a pickup, a reception, or else a queue: twice the number of a part that is a
# one-lane stretch, or that and one more for the checkpoint at the end of a part.
AT_PICKUP, AT_RECEPTION = -1, -2
# Trips of one vehicle in one run; its number times this keeps the random numbers of all trips apart.
MOST_TRIPS = 65_536


@leaf
def _whole_ways(part_first: Any, minutes_of: Any, whole: Any) -> None:
    """Fill the minutes of every whole way in a run."""
    for road in range(len(whole)):
        total = 0.0
        for part in range(part_first[road], part_first[road + 1]):
            total += minutes_of[part]
        whole[road] = total


@leaf
def _nearest_receptions(way: Any, whole: Any, is_reception: Any, nearest: Any) -> None:
    """Fill the nearest reception of every site in a run; -1 where no way leads to one."""
    for here in range(len(nearest)):
        nearest[here], best = -1, math.inf
        for there in range(len(nearest)):
            road = way[here, there, 1]
            if is_reception[there] and road >= 0 and whole[road] < best:
                nearest[here], best = there, whole[road]


@leaf
def _open_ways(part_first: Any, lane: Any, check_site: Any, checked: int, stopped: int, is_open: Any) -> None:
    """Mark the ways on which nothing can hold a vehicle up: no stretch, checkpoint, halt or slow segment in any run."""
    for road in range(len(is_open)):
        is_open[road] = stopped == 0
        for part in range(part_first[road], part_first[road + 1]):
            if lane[part] >= 0 or (checked > 0 and check_site[part] >= 0):
                is_open[road] = False


@leaf
def _along(time: float, begin: int, end: int, minutes_of: Any, pace: float) -> float:
    """Return when an open way is driven, from its part `begin` to `end`."""
    for part in range(begin, end):
        time += minutes_of[part] * pace
    return time


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
    places: Any, way: Any, whole: Any,
) -> int:  # fmt: skip
    """Return the nearest pickup with people whom a vehicle can carry; -1 if none."""
    best, best_time = -1, math.inf
    for group in range(len(group_site)):
        here = group_site[group]
        fits = waiting[group] > 0.0 and places[k, group_place[group], run] > 0.0
        if here != best and (fits or (follow[group] > 0.0 and places[k, SEAT, run] > 0.0)):
            road = way[stand, here, 0]
            if road >= 0 and whole[road] < best_time:
                best, best_time = here, whole[road]
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
    ways = len(part_first) - 1
    whole, is_open, nearest = np.empty(ways), np.empty(ways, np.bool_), np.empty(sites, np.int64)
    _open_ways(part_first, lane, check_site, int(checked), int(stops > 0.0 or spells.shape[1] > 0), is_open)
    group_first, member = groups_by_site(group_site, sites)
    drive_width, boarding_width = wide(spreads[0]), wide(spreads[1])
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
        _whole_ways(part_first, minutes_of, whole)
        _nearest_receptions(way, whole, is_reception, nearest)
        counts[:] = 0
        trips[:] = 0
        bound[:] = 0
        load[:] = 0.0
        size = 0
        for unit in range(fleet):
            best = _next_pickup(
                kind[unit], site[unit], run, waiting, follow, group_site, group_place, places, way, whole
            )
            if best >= 0:
                goal[unit], road = best, way[site[unit], best, 0]
                if is_open[road]:
                    time = _along(free_at[unit], part_first[road], part_first[road + 1], minutes_of, 1.0)
                    stage[unit] = AT_PICKUP
                else:
                    time, stage[unit] = _drive_on(
                        part_first[road], part_first[road + 1], free_at[unit], 1.0, minutes_of, check_site, lane, 0,
                        halts, stops, spells, step_first, step_of, step_share, seed, run,
                    )  # fmt: skip
                push(times, units, size, time, unit)
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
                for index in range(group_first[here], group_first[here + 1]):
                    group = member[index]
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
                    slow[unit] = factor_of(boarding_width, seed, run, step, 0)
                    length = board[k, run] * slow[unit]
                    boarded = join(bays, bay_first[here], bay_first[here + 1], time, length) + length
                    there = nearest[here]
                    pace[unit] = factor_of(drive_width, seed, run, step, 2)
                    takes = whole[way[here, there, 1]] if there >= 0 else math.inf
                    depart = allowed(boarded, takes * pace[unit] + searched, halts, run, windows)
                if depart > horizon:
                    # Nobody left here for it, or no way out any more: it looks elsewhere, and if here again, goes home.
                    if people > 0.0:
                        break
                    best = _next_pickup(k, here, run, waiting, follow, group_site, group_place, places, way, whole)
                    if best >= 0 and best != here:
                        goal[unit], road = best, way[here, best, 0]
                        if is_open[road]:
                            time = _along(time, part_first[road], part_first[road + 1], minutes_of, 1.0)
                            stage[unit] = AT_PICKUP
                        else:
                            time, stage[unit] = _drive_on(
                                part_first[road], part_first[road + 1], time, 1.0, minutes_of, check_site, lane, 0,
                                halts, stops, spells, step_first, step_of, step_share, seed, run,
                            )  # fmt: skip
                        replace(times, units, size, time, unit)
                    else:
                        size -= 1
                        if size > 0:
                            replace(times, units, size, times[size], units[size])
                    continue
                remain -= people
                aboard += people
                waited[run] += people * depart
                held[run] += people * (depart - boarded)
                gone = mark_of(marks, depart)
                if gone < len(marks):
                    for index in range(group_first[here], group_first[here + 1]):
                        left[run, member[index], gone] += load[unit, member[index]]
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
                        replace(times, units, size, time, unit)
                        continue
                part += 1
            there = goal[unit]
            if stage[unit] != AT_RECEPTION:
                road = way[site[unit], there, bound[unit]]
                if is_open[road]:
                    time = _along(time, part, part_first[road + 1], minutes_of, pace[unit] if bound[unit] else 1.0)
                    stage[unit] = AT_PICKUP
                else:
                    time, stage[unit] = _drive_on(
                        part, part_first[road + 1], time, pace[unit] if bound[unit] else 1.0, minutes_of, check_site,
                        lane, bound[unit] if checked else 0, halts, stops, spells, step_first, step_of, step_share,
                        seed, run,
                    )  # fmt: skip
                if bound[unit] and stage[unit] < 0:
                    stage[unit] = AT_RECEPTION
                # A queue is joined in the order of coming: the vehicle reports again when it is there.
                if stage[unit] != AT_RECEPTION or bay_first[there + 1] > bay_first[there]:
                    replace(times, units, size, time, unit)
                    continue
            length = unload[k, run] * slow[unit]
            done = join(bays, bay_first[there], bay_first[there + 1], time, length) + length
            safe = mark_of(marks, done)
            for index in range(group_first[site[unit]], group_first[site[unit] + 1]):
                group = member[index]
                heads = load[unit, group]
                aboard -= heads
                if safe < len(marks):
                    out[run, group, safe] += heads
                    arrived[run, there, safe] += heads
                load[unit, group] = 0.0
            last_safe = max(last_safe, done)
            site[unit], bound[unit] = there, 0
            best = _next_pickup(k, there, run, waiting, follow, group_site, group_place, places, way, whole)
            if best >= 0:
                goal[unit], road = best, way[there, best, 0]
                if is_open[road]:
                    time = _along(done, part_first[road], part_first[road + 1], minutes_of, 1.0)
                    stage[unit] = AT_PICKUP
                else:
                    time, stage[unit] = _drive_on(
                        part_first[road], part_first[road + 1], done, 1.0, minutes_of, check_site, lane, 0,
                        halts, stops, spells, step_first, step_of, step_share, seed, run,
                    )  # fmt: skip
                replace(times, units, size, time, unit)
            else:
                size -= 1
                if size > 0:
                    replace(times, units, size, times[size], units[size])
        totalled(left, run)
        totalled(out, run)
        totalled(arrived, run)
        clearance[run] = last_safe if remain + aboard < 0.5 else math.inf
