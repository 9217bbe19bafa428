"""The timetable, compiled: one run after another, convoy by convoy, nothing shared between runs."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridor.forecasting.draws import (
    allowed,
    compiled,
    factor,
    factor_of,
    groups_by_site,
    hindered,
    mark_of,
    onward,
    part_minutes,
    totalled,
    uniform,
    wide,
)
from corridor.forecasting.queues import come_empty, enter, join, occupy, serve, take

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Singles = NDArray[np.float32]

SEAT, WHEELCHAIR, STRETCHER = 0, 1, 2
PLACES = ("seat", "wheelchair", "stretcher")


class Model(NamedTuple):
    """One operation as arrays, in the order in which both simulators take them.

    Convoys: `order` (steps) of convoy numbers, `first` (convoys + 1) into `vehicle` (trips), `pickup`, `reception`
    (convoys) as site numbers, `not_before` (steps) minutes. Vehicles: `kind`, `free` minutes, `site`. Groups in order
    of priority: `group_site`, `group_place`, `companions`, `total` (groups, runs). `places` (kinds, 3, runs), `board`,
    `unload` (kinds, runs) minutes. `way` to `step_share` as in `ways.Road`. `bay_first` (sites + 1) into the bays or
    lanes; a site without has no limit. `headway` (runs), `halts` (runs, halts, 2), `windows` (windows, 2) minutes;
    `spells` as of `spells.spell_times`. `spreads` as in `SPREADS`. `passage` (convoys, 2) are the minutes of a stated
    search and the share of the way before a night on it (0: none), `cap` (convoys, groups) the most people of a group
    in a convoy.
    """

    order: Ints
    first: Ints
    vehicle: Ints
    pickup: Ints
    reception: Ints
    not_before: Floats
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
    part_first: Ints
    fixed: Floats
    leg_first: Ints
    leg: Ints
    drive: Floats
    check_site: Ints
    lane: Ints
    step_first: Ints
    step: Ints
    step_share: Floats
    bay_first: Ints
    headway: Floats
    halts: Floats
    spells: Floats
    windows: Floats
    spreads: Floats
    passage: Floats
    cap: Floats
    horizon: float
    seed: int


# More than any plan has convoys: keeps the random numbers of a second attempt apart from those of the first.
MOST_STEPS = 100_000
SPREADS = (
    "drive_spread",
    "boarding_spread",
    "breakdown_share",
    "breakdown_minutes",
    "turned_back_share",
    "empty_share",
    "check_minutes",
    "road_halt_share",
)
# Passages kept of each direction of a one-lane stretch; those of vehicles behind one another count as one.
MOST_SPANS = 512


class Outcome(NamedTuple):
    """What the runs of one operation came to.

    `clearance` (runs) minutes, inf where people are left at the horizon. `left` and `out` (runs, groups, marks) people
    with companions who had gone and who were safe at each mark; `arrived` (runs, receptions, marks). `depart` and
    `arrive` (runs, convoys) minutes of each planned convoy, nan where it was not needed. `waited` (runs) person-minutes
    before leaving, `held` (runs) those of them aboard while the movement stood.
    """

    clearance: Floats
    left: Singles
    out: Singles
    arrived: Singles
    depart: Floats
    arrive: Floats
    waited: Floats
    held: Floats


@compiled
def simulate(  # noqa: C901, PLR0912, PLR0915
    order: Any, first: Any, vehicle: Any, pickup: Any, reception: Any, not_before: Any,
    kind: Any, free_at: Any, stands: Any, group_site: Any, group_place: Any, companions: Any, total: Any,
    places: Any, board: Any, unload: Any, way: Any, part_first: Any, fixed: Any, leg_first: Any,
    leg: Any, drive: Any, check_site: Any, lane: Any, step_first: Any, step_of: Any, step_share: Any, bay_first: Any,
    headway: Any, halts: Any, spells: Any, windows: Any, spreads: Any, passage: Any, cap: Any, horizon: float,
    seed: int, begin: int, end: int, marks: Any, clearance: Any, left: Any, out: Any, arrived: Any,
    depart_at: Any, arrive_at: Any, waited: Any, held: Any,
) -> None:  # fmt: skip
    """Run the runs `begin` to `end` of a `Model` and fill the arrays of an `Outcome` at `marks` (rising minutes)."""
    most = 0
    for convoy in range(len(first) - 1):
        most = max(most, first[convoy + 1] - first[convoy])
    minutes, starts, turn = np.empty(most), np.empty(most), np.empty(most, np.int64)
    kinds = board.shape[0]
    minutes_of, boarding, unloading = np.empty(len(fixed)), np.empty(kinds), np.empty(kinds)
    narrow = lane.max() + 2 if len(lane) else 1
    spans, counts = np.zeros((narrow, MOST_SPANS if narrow > 1 else 1, 2)), np.zeros(narrow, np.int64)
    stops = spreads[7]
    # Bays where nobody boards are only ever joined, so that they may stand as a heap.
    boards = np.zeros(way.shape[0], np.bool_)
    for convoy in range(len(pickup)):
        boards[pickup[convoy]] = True
    number_of = np.zeros((len(first) - 1, kinds))
    for convoy in range(len(first) - 1):
        for trip in range(first[convoy], first[convoy + 1]):
            number_of[convoy, kind[vehicle[trip]]] += 1.0
    groups = len(group_site)
    group_first, member = groups_by_site(group_site, way.shape[0])
    taken = np.empty(groups)
    room = np.empty(3)
    planned = depart_at.shape[1]
    drive_width, boarding_width = wide(spreads[0]), wide(spreads[1])
    for run in range(begin, end):
        free = free_at.copy()
        site = stands.copy()
        bays = np.zeros(bay_first[-1])
        trial = np.zeros(bay_first[-1])
        waiting = total[:, run].copy()
        part_minutes(run, fixed, leg_first, leg, drive, minutes_of)
        counts[:] = 0
        for k in range(kinds):
            boarding[k], unloading[k] = board[k, run], unload[k, run]
        last_departure, last_safe, remain = -math.inf, 0.0, waiting.sum()
        step, attempt = -1, 0
        while remain >= 0.5:
            # A convoy that was turned back tries again with its people before the next one is formed.
            if attempt == 0:
                step += 1
            if step >= len(order):
                break
            convoy, draw = order[step], step + attempt * MOST_STEPS
            attempt = 0
            here, there = pickup[convoy], reception[convoy]
            a, b = first[convoy], first[convoy + 1]
            people = 0.0
            for index in range(group_first[here], group_first[here + 1]):
                group = member[index]
                people += waiting[group]
            if people <= 0.0:
                continue
            room[SEAT], room[WHEELCHAIR], room[STRETCHER] = 0.0, 0.0, 0.0
            for k in range(kinds):
                if number_of[convoy, k] > 0.0:
                    for place in range(3):
                        room[place] += number_of[convoy, k] * places[k, place, run]
            if spreads[5] > 0.0:
                kept = 1.0 - min(spreads[5] * factor(1.0, seed, run, draw, 8), 0.9)
                room[SEAT] = max(math.floor(room[SEAT] * kept + 0.5), min(room[SEAT], 1.0))
            people = 0.0
            for index in range(group_first[here], group_first[here + 1]):
                group = member[index]
                each, place = companions[group], group_place[group]
                if place == SEAT:
                    number = math.floor(room[SEAT] / (1 + each))
                else:
                    number = room[place]
                    if each > 0:
                        number = min(number, math.floor(room[SEAT] / each))
                number = min(waiting[group], number, cap[convoy, group])
                taken[group] = number
                room[place] -= number
                room[SEAT] -= number * each
                people += number * (1 + each)
            if people <= 0.0:
                continue
            slow = factor_of(boarding_width, seed, run, draw, 0)
            low, high = bay_first[here], bay_first[here + 1]
            for bay in range(low, high):
                trial[bay] = bays[bay]
            boarded = -math.inf
            for trip in range(a, b):
                unit = vehicle[trip]
                road = way[site[unit], here, 0]
                come = math.inf
                if road >= 0:
                    come = come_empty(
                        free[unit], part_first[road], part_first[road + 1], minutes_of, lane, spans, counts,
                        halts, stops, spells, step_first, step_of, step_share, seed, run,
                    )  # fmt: skip
                minutes[trip - a] = boarding[kind[unit]] * slow
                starts[trip - a] = serve(trial, low, high, come, minutes[trip - a])
                boarded = max(boarded, starts[trip - a] + minutes[trip - a])
            loaded = way[here, there, 1]
            pace = factor_of(drive_width, seed, run, draw, 2)
            whole = passage[convoy, 0]
            for part in range(part_first[loaded], part_first[loaded + 1]):
                whole += minutes_of[part] * pace
                lanes = check_site[part]
                if lanes >= 0 and spreads[6] > 0.0:
                    width = max(bay_first[lanes + 1] - bay_first[lanes], 1)
                    whole += math.ceil((b - a) / width) * spreads[6]
            delay = 0.0
            if spreads[2] > 0.0 and uniform(seed, run, draw, 4) < 1.0 - (1.0 - spreads[2]) ** (b - a):
                delay = spreads[3] * factor(0.5, seed, run, draw, 5)
            ready = max(last_departure + headway[run], boarded, not_before[step])
            night = passage[convoy, 1]
            depart = allowed(ready, (whole * night - 1e-9 if night > 0.0 else whole) + delay, halts, run, windows)
            if depart > horizon:
                break
            # Nobody sits in a loaded vehicle longer than needed: boarding moves up to the departure, as in the plan.
            wait = depart - boarded
            if high > low:
                # In order of beginning (insertion sort: they come nearly sorted).
                for trip in range(b - a):
                    place = trip
                    while place > 0 and starts[turn[place - 1]] > starts[trip]:
                        turn[place] = turn[place - 1]
                        place -= 1
                    turn[place] = trip
                for place in range(b - a):
                    index = turn[place]
                    take(bays, low, high, starts[index] + wait, starts[index] + wait + minutes[index])
            head = depart
            for part in range(part_first[loaded], part_first[loaded + 1]):
                takes = minutes_of[part] * pace
                if spells.shape[1] > 0:
                    head, takes = hindered(part, head, takes, spells, run, step_first, step_of, step_share)
                if lane[part] >= 0 and takes > 0.0:
                    head = enter(spans, counts, lane[part], head, takes)
                    occupy(spans, counts, lane[part], head, head + takes)
                head = onward(head, takes, halts, stops, seed, run)
                lanes = check_site[part]
                if lanes >= 0 and spreads[6] > 0.0:
                    gate = head
                    for _ in range(a, b):
                        head = max(
                            head, serve(bays, bay_first[lanes], bay_first[lanes + 1], gate, spreads[6]) + spreads[6]
                        )
            head += passage[convoy, 0]
            if night > 0.0:
                # It stands on the way until a window lets it go on.
                takes = (head - depart) * (1.0 - night)
                head = allowed(head - takes, takes - 1e-9, halts, run, windows) + takes
            arrive = head + delay
            last_departure = depart
            if spreads[4] > 0.0 and uniform(seed, run, draw, 7) < spreads[4]:
                attempt = draw // MOST_STEPS + 1
                for trip in range(a, b):
                    free[vehicle[trip]] = arrive
                    site[vehicle[trip]] = here
                continue
            safe = arrive
            low, high = bay_first[there], bay_first[there + 1]
            for trip in range(a, b):
                unit = vehicle[trip]
                length = unloading[kind[unit]] * slow
                if boards[there]:
                    done = serve(bays, low, high, arrive, length) + length
                else:
                    done = join(bays, low, high, arrive, length) + length
                free[unit] = done
                site[unit] = there
                safe = max(safe, done)
            last_safe = max(last_safe, safe)
            waited[run] += people * depart
            held[run] += people * (depart - ready)
            if step < planned:
                depart_at[run, step] = depart
                arrive_at[run, step] = arrive
            gone, done_at = mark_of(marks, depart), mark_of(marks, safe)
            for index in range(group_first[here], group_first[here + 1]):
                group = member[index]
                if taken[group] > 0.0:
                    waiting[group] -= taken[group]
                    remain -= taken[group]
                    heads = taken[group] * (1 + companions[group])
                    if gone < len(marks):
                        left[run, group, gone] += heads
                    if done_at < len(marks):
                        out[run, group, done_at] += heads
                        arrived[run, there, done_at] += heads
        totalled(left, run)
        totalled(out, run)
        totalled(arrived, run)
        clearance[run] = last_safe if remain < 0.5 else math.inf
