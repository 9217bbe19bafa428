"""What the clauses of an agreement ask of convoys, in whole minutes, people and vehicles."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from corridor.errors import Infeasible
from corridor.planning.number import number
from corridor.planning.travel import Travel, lanes_of, travel_for
from corridor.situation.agreement import Agreement, ClauseKind
from corridor.situation.situation import Operation, Situation


@dataclass(frozen=True)
class Tie:
    """Reciprocity: accepted_other(t) >= ratio * accepted_first(t - lag) - tolerance, counted at hand-over."""

    clause: str
    first: str
    other: str
    ratio: float
    lag: int = 0
    tolerance: float = 0.0


@dataclass(frozen=True)
class Gate:
    """A phase: beyond `free` people `operation` waits until `other` has `reached` so many, or until a minute.

    Where `from_last` is set, `free` counts back from everyone of the planning figure. `reached` None means everyone.
    """

    clause: str
    operation: str
    free: int
    from_last: bool = False
    other: str = ""
    reached: int | None = None
    begins: int = 0


@dataclass(frozen=True)
class Agreed:
    """The terms of one operation that bind its convoys; each default means that nothing is agreed.

    `margin` is kept before a window closes; `smallest` vehicles at least make a convoy; `escorts` teams lead one
    convoy each and must come back; `hold_assembly` is the most minutes from the first boarding of a convoy to its
    departure, `hold_exchange` from its arrival to the last unloading begun; a check takes `check_convoy` plus
    `check_vehicle` minutes for each vehicle; during `aid` spans the corridor belongs to inbound aid; `travel` holds the
    terms on vehicles and the way.
    """

    margin: int = 0
    smallest: int = 1
    escorts: int | None = None
    escort_vehicles: int = 0
    hold_assembly: int | None = None
    hold_exchange: int | None = None
    check_convoy: int = 0
    check_vehicle: int = 0
    crowding: int = 0
    aid: tuple[tuple[int, int], ...] = ()
    ties: tuple[Tie, ...] = ()
    gates: tuple[Gate, ...] = ()
    travel: Travel = field(default=Travel())


def agreed_for(situation: Situation, operation: Operation, start: datetime) -> Agreed:
    """Read the terms of an operation; raises `InputError` for a value that no term can have, `Infeasible` for zero."""
    agreement = situation.agreement(operation.id)
    if agreement is None:
        return Agreed(travel=Travel(lanes=lanes_of(situation)))
    return Agreed(
        margin=_most(agreement, "corridor", "margin") or 0,
        smallest=_most(agreement, "corridor", "smallest") or 1,
        escorts=_least(agreement, "corridor", "escorts"),
        escort_vehicles=_most(agreement, "corridor", "escort_vehicles") or 0,
        hold_assembly=_least(agreement, "corridor", "hold_assembly"),
        hold_exchange=_least(agreement, "corridor", "hold_exchange"),
        check_convoy=_most(agreement, "search", "convoy_minutes") or 0,
        check_vehicle=_most(agreement, "search", "vehicle_minutes") or 0,
        crowding=_least(agreement, "vehicles", "crowding") or 0,
        aid=_spans(agreement, start),
        ties=_ties(operation, agreement),
        gates=_gates(situation, operation, agreement, start),
        travel=travel_for(agreement, situation),
    )


def _stated(agreement: Agreement, kind: ClauseKind, name: str) -> list[float]:
    return [found for clause in agreement.of_kind(kind) if (found := number(clause, name)) is not None]


def _most(agreement: Agreement, kind: ClauseKind, name: str) -> int | None:
    """Return the strictest of what is asked for, rounded up."""
    stated = _stated(agreement, kind, name)
    return math.ceil(max(stated)) if stated else None


def _least(agreement: Agreement, kind: ClauseKind, name: str) -> int | None:
    """Return the strictest of what is allowed, rounded down."""
    stated = _stated(agreement, kind, name)
    return math.floor(min(stated)) if stated else None


def _minute(moment: datetime, start: datetime) -> int:
    return math.ceil((moment - start) / timedelta(minutes=1))


def _spans(agreement: Agreement, start: datetime) -> tuple[tuple[int, int], ...]:
    found = []
    for clause in agreement.of_kind("goods"):
        if clause.begins is not None and clause.ends is not None:
            first, last = math.floor((clause.begins - start) / timedelta(minutes=1)), _minute(clause.ends, start)
            if last > max(first, 0):
                found.append((first, last))
    return tuple(sorted(found))


def _ties(operation: Operation, agreement: Agreement) -> tuple[Tie, ...]:
    found = []
    for clause in agreement.of_kind("reciprocity"):
        ratio, other = number(clause, "ratio"), str(clause.parameters.get("with", ""))
        if ratio is None or not other:
            continue  # An unstated ratio binds nothing; `check` reports it as open.
        if ratio == 0:
            raise Infeasible(
                "a reciprocity ratio of 0 ties nothing to anything",
                place=f"clause {clause.id}",
                hint="state how many there for one here, or take the ratio out of the clause",
                clauses=(clause.id,),
            )
        lag, tolerance = math.floor(number(clause, "lag") or 0), number(clause, "tolerance") or 0.0
        found.append(Tie(clause.id, operation.id, other, ratio, lag, tolerance))
        if clause.parameters.get("order") == "mutual":
            found.append(Tie(clause.id, other, operation.id, 1 / ratio, lag, tolerance / ratio))
    return tuple(found)


def _gates(situation: Situation, operation: Operation, agreement: Agreement, start: datetime) -> tuple[Gate, ...]:
    found = []
    for clause in agreement.of_kind("reciprocity"):
        mine, other = number(clause, "first_step"), str(clause.parameters.get("with", ""))
        theirs = _first_step(situation, other)
        if mine is not None and theirs is not None:
            found.append(Gate(clause.id, operation.id, math.floor(mine), other=other, reached=theirs))
    goods = {clause.id: clause for clause in agreement.of_kind("goods")}
    for clause in agreement.of_kind("phase"):
        last, after = number(clause, "last"), str(clause.parameters.get("after", ""))
        if last is None:
            continue
        moment = goods[after].ends if after in goods else clause.begins
        if moment is not None:
            minute = _minute(moment, start)
            found.append(Gate(clause.id, operation.id, math.floor(last), from_last=True, begins=minute))
        elif after:
            found.append(Gate(clause.id, operation.id, math.floor(last), from_last=True, other=after))
    return tuple(found)


def _first_step(situation: Situation, operation: str) -> int | None:
    agreement = situation.agreement(operation)
    stated = _stated(agreement, "reciprocity", "first_step") if agreement else []
    return math.ceil(max(stated)) if stated else None


def vehicles_at_once(situation: Situation, operation: Operation, kind: str) -> int | None:
    """Return how many vehicles of a type the agreement allows on the road at once, None where it states no number."""
    agreement = situation.agreement(operation.id)
    limits = [
        int(clause.parameters[kind])
        for clause in (agreement.of_kind("vehicles") if agreement else ())
        if isinstance(clause.parameters.get(kind), int | float)
    ]
    return min(limits) if limits else None


def receptions_for(situation: Situation, operation: Operation) -> tuple[str, ...]:
    """Return the receptions of an operation that every destination clause names."""
    agreement = situation.agreement(operation.id)
    left = operation.receptions
    named: list[str] = []
    for clause in agreement.of_kind("destination") if agreement else ():
        agreed = [word.strip() for word in str(clause.parameters.get("to", "")).split(";") if word.strip()]
        if agreed:
            named.append(clause.id)
            left = tuple(name for name in left if name in agreed)
    if operation.receptions and not left:
        raise Infeasible(
            f"no reception is one that {' and '.join(named)} allow" + ("s" if len(named) == 1 else ""),
            place=f"operation {operation.id}",
            hint="agree on a destination that is a reception of the operation, and name it in one clause",
            clauses=tuple(named),
        )
    return left


def windows_for(
    situation: Situation, operation: Operation, start: datetime, margin: int
) -> tuple[tuple[int, int], ...] | None:
    """Return the windows in minutes, each less its margin, or None where the agreement states no hours.

    Raises `Infeasible` for a window that ends before it begins.
    """
    agreement = situation.agreement(operation.id)
    if agreement is None or not agreement.windows():
        return None
    for clause in agreement.of_kind("window"):
        if clause.begins is not None and clause.ends is not None and clause.ends <= clause.begins:
            raise Infeasible(
                f"the window ends ({clause.ends:%d %b %H:%M}) before it begins ({clause.begins:%d %b %H:%M})",
                place=f"clause {clause.id}",
                hint="ask the parties for the hours again and correct the report of its opening or closing",
                clauses=(clause.id,),
            )
    spans = []
    for opens, closes in agreement.windows():
        first, last = _minute(opens, start), math.floor((closes - start) / timedelta(minutes=1)) - margin
        if last > 0:
            spans.append((max(first, 0), last))
    return tuple(spans)
