"""What ties two operations of a small world, as constraints: reciprocity, first steps, phases, change of vehicles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model import CpModel, IntVar

from tests.planning.small_world import Small

if TYPE_CHECKING:
    from tests.planning.oracle import Sided

END = 1000


def tie_sides(model: CpModel, world: Small, sides: Sequence[Sided]) -> None:
    """Bind the sides of a world by what it ties them with."""
    if world.tie:
        ratio, lag, tolerance, mutual = world.tie
        # ratio / 2 * here - tolerance <= there, and the reverse with 2 / ratio and tolerance * 2 / ratio
        _tie(model, (sides[0], sides[1]), (ratio, 2, 2 * tolerance), lag)
        if mutual:
            _tie(model, (sides[1], sides[0]), (2, ratio, 2 * tolerance), lag)
    if world.steps:
        for mine, other in ((0, 1), (1, 0)):
            opened = _reached(model, sides[other], world.steps[other])
            _gate(model, sides[mine], world.steps[mine], opened)
    if world.phase:
        last, after = world.phase
        opened = (
            model.new_constant(after) if isinstance(after, int) else _reached(model, sides[1], sides[1].side.everyone)
        )
        _gate(model, sides[0], sides[0].side.everyone - last, opened)
    if world.relay is not None:
        _relay(model, sides, world.relay)


def _by(model: CpModel, side: Sided, minute: cp_model.LinearExpr) -> cp_model.LinearExpr:
    """Return everyone of a side who is accepted by a minute."""
    parts = []
    for c in side.number:
        in_time = model.new_bool_var("")
        model.add(side.handed_over(c) <= minute).only_enforce_if(in_time)
        model.add(side.handed_over(c) > minute).only_enforce_if(~in_time)
        counted = model.new_int_var(0, side.side.everyone, "")
        model.add(counted == side.people[c]).only_enforce_if(in_time)
        model.add(counted == 0).only_enforce_if(~in_time)
        parts.append(counted)
    return cp_model.LinearExpr.sum(parts)


def _tie(model: CpModel, pair: tuple[Sided, Sided], terms: tuple[int, int, int], lag: int) -> None:
    """At each hand-over of the first: first * here - tolerance <= second * there by the lag."""
    first, other = pair
    here_times, there_times, tolerance = terms
    # Follows from the last hand-over; the solver would take long to see it where it cannot hold.
    model.add(first.used[0] * (here_times * first.side.everyone - tolerance) <= there_times * other.side.everyone)
    for c in first.number:
        here = _by(model, first, first.handed_over(c))
        there = _by(model, other, first.handed_over(c) + lag)
        model.add(here_times * here - tolerance <= there_times * there).only_enforce_if(first.used[c])


def _reached(model: CpModel, side: Sided, people: int) -> IntVar:
    """Return a minute by which a side has had so many people accepted."""
    minute = model.new_int_var(0, END, "")
    model.add(_by(model, side, minute) >= min(people, side.side.everyone))
    return minute


def _gate(model: CpModel, side: Sided, free: int, opened: IntVar) -> None:
    """A convoy with which more than `free` people are accepted departs when the gate is open."""
    for c in side.number:
        beyond = model.new_bool_var("")
        here = _by(model, side, side.handed_over(c))
        model.add(here <= free).only_enforce_if(~beyond)
        model.add(side.depart[c] >= opened).only_enforce_if(beyond, side.used[c])


def _relay(model: CpModel, sides: Sequence[Sided], minutes: int) -> None:
    """Nobody boards whom the first side has not unloaded so many minutes before, kind by kind."""
    first, then = sides
    for wait in then.side.waits:
        brought = {key: n for key, n in first.load.items() if key[2] == wait.kind}
        boarded = {key: n for key, n in then.load.items() if key[2] == wait.name}
        for c, v, _ in boarded:
            now = then.boards[c, v]
            there = [
                _until(model, first.unloads[b, u] + first.vehicles[u].type.unload + minutes, now, n)
                for (b, u, _), n in brought.items()
            ]
            gone = [_until(model, then.boards[b, u], now, n, exact=True) for (b, u, _), n in boarded.items()]
            model.add(sum(gone) <= sum(there)).only_enforce_if(then.drives[c, v])


def _until(model: CpModel, minute: cp_model.LinearExprT, now: IntVar, people: IntVar, *, exact: bool = False) -> IntVar:
    """Return some people if their minute has come, else nobody; `exact` where they may not be left out."""
    come = model.new_bool_var("")
    model.add(minute <= now).only_enforce_if(come)
    if exact:
        model.add(minute > now).only_enforce_if(~come)
    counted = model.new_int_var(0, END, "")
    model.add(counted == people).only_enforce_if(come)
    model.add(counted == 0).only_enforce_if(~come)
    return counted
