"""The rules on vehicles, people and the way of a small world, as constraints."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from ortools.sat.python.cp_model import IntVar

if TYPE_CHECKING:
    from tests.planning.oracle import Sided

END = 1000


def bind_travel(side: Sided) -> None:
    """Bind the convoys of a side by its rules on vehicles, people and the way."""
    _families(side)
    _coming(side)
    _lines(side)
    _trailing(side)
    _days(side)
    _lane(side)
    for most, length, _ in side.side.stops:
        _stops(side, most, length)


def _families(side: Sided) -> None:
    """Families ride whole in one vehicle; only the last may be smaller."""
    for wait in side.side.waits:
        if wait.family == 1 or wait.companions or wait.place != "seat":
            continue
        rest, parted = wait.people % wait.family, []
        for key in (key for key in side.load if key[2] == wait.name):
            whole = side.model.new_int_var(0, wait.people // wait.family, "")
            last = side.model.new_bool_var("")
            side.model.add(side.load[key] == wait.family * whole + rest * last)
            parted.append(last)
        side.model.add(sum(parted) <= 1)


def _coming(side: Sided) -> None:
    """Before a minute no more have boarded than have come."""
    for wait in side.side.waits:
        for (_, there), (minute, _) in zip(((0, 0), *wait.come), wait.come, strict=False):
            early = []
            for key in (key for key in side.load if key[2] == wait.name):
                before = side.model.new_bool_var("")
                side.model.add(side.boards[key[:2]] < minute).only_enforce_if(before)
                side.model.add(side.boards[key[:2]] >= minute).only_enforce_if(~before)
                number = side.model.new_int_var(0, wait.people, "")
                side.model.add(number >= side.load[key]).only_enforce_if(before)
                early.append(number)
            side.model.add(sum(early) <= there)


def _lines(side: Sided) -> None:
    """Loaded vehicles drive only over ground that nobody holds or that they may cross."""
    control = side.side.control
    for c, v in side.drives:
        parties = side.vehicles[v].type.crosses
        for way in side.ways if parties is not None else ():
            if any(control.get(site) and control[site] not in (parties or ()) for site in way):
                side.model.add_bool_or(~side.drives[c, v], ~side.way[c, way])


def _trailing(side: Sided) -> None:
    """Who trails goes once, and no more behind a convoy than agreed."""
    behind = [v for v, vehicle in enumerate(side.vehicles) if vehicle.type.trails]
    for v in behind:
        side.model.add(sum(side.drives[c, v] for c in side.number) <= 1)
    if side.side.trailing_most is not None:
        for c in side.number:
            side.model.add(sum(side.drives[c, v] for v in behind) <= side.side.trailing_most)


def _days(side: Sided) -> None:
    """A reception takes so many people on the first day, and as many on the second."""
    model = side.model
    if not side.side.daily:
        return
    brought: dict[tuple[str, int], list[IntVar]] = {}
    for c in side.number:
        next_day = model.new_bool_var("")
        model.add(side.arrive[c] >= side.midnight).only_enforce_if(next_day)
        model.add(side.arrive[c] < side.midnight).only_enforce_if(~next_day)
        shares = []
        for name in dict.fromkeys(way[1] for way in side.ways):
            here = side.at(c, [way for way in side.ways if way[1] == name])
            for day, when in ((0, 1 - next_day), (1, next_day)):
                share = model.new_int_var(0, side.side.everyone, "")
                model.add(share <= side.side.everyone * here)
                model.add(share <= side.side.everyone * when)
                brought.setdefault((name, day), []).append(share)
                shares.append(share)
        # Everybody is brought somewhere on some day: the solver would be long in seeing it.
        model.add(sum(shares) == side.people[c])
    for (name, _), every in brought.items():
        if name in side.side.daily:
            model.add(sum(every) <= side.side.daily[name])


def _lane(side: Sided) -> None:
    """No vehicle comes back on a stretch while a convoy is on it, nor sets off to meet one."""
    lane, model = side.side.lane, side.model
    if lane is None:
        return
    leaves = {key: model.new_int_var(0, END, "") for key in side.drives}
    comes = {key: model.new_bool_var("") for key in side.drives}
    for approach in side.approaches:
        key = approach.convoy, approach.vehicle
        if approach.step == (lane[1], lane[0]):
            model.add(comes[key] == 1).only_enforce_if(*approach.when)
            model.add(leaves[key] >= approach.free).only_enforce_if(*approach.when)
            model.add(leaves[key] + approach.minutes <= side.boards[key]).only_enforce_if(*approach.when)
    back = side.side.back[lane[1], lane[0]]
    for c, key in product(side.number if lane in side.ways else (), side.drives):
        first = model.new_bool_var("")
        both = comes[key], side.way[c, lane]
        model.add(leaves[key] + back <= side.depart[c]).only_enforce_if(*both, first)
        model.add(leaves[key] >= side.arrive[c]).only_enforce_if(*both, ~first)


def _stops(side: Sided, most: int, length: int) -> None:
    """A vehicle stands so long after so many minutes at the wheel: before it sets off, at the pickup, or both."""
    model = side.model
    wheel = {key: model.new_int_var(0, most, "") for key in side.drives}
    for approach in side.approaches:
        key, empty, loaded = (approach.convoy, approach.vehicle), approach.minutes, side.side.go[approach.way]
        so_far = 0 if approach.after is None else wheel[approach.after, approach.vehicle]
        stands = side.boards[key] - approach.free - empty
        through, first, there, twice = ways = [model.new_bool_var("") for _ in range(4)]
        model.add_bool_or(*ways).only_enforce_if(*approach.when)
        model.add(wheel[key] >= so_far + empty + loaded).only_enforce_if(*approach.when, through)
        model.add(wheel[key] >= empty + loaded).only_enforce_if(*approach.when, first)
        model.add(wheel[key] >= loaded).only_enforce_if(*approach.when, there)
        model.add(wheel[key] >= loaded).only_enforce_if(*approach.when, twice)
        for rested, minutes in ((first, length), (there, length), (twice, 2 * length)):
            model.add(stands >= minutes).only_enforce_if(*approach.when, rested)
        model.add(so_far + empty <= most).only_enforce_if(*approach.when, there)
        if empty > most:
            model.add(twice == 0)
