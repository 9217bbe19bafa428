"""The reciprocity ledger: what moved on each side, who owes what, and what may move next."""

from __future__ import annotations

import math

import msgspec

from corridor.finding import Finding
from corridor.operation.chain import tallies
from corridor.situation.agreement import Clause
from corridor.situation.situation import Situation
from corridor.wording import about


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """How many people of one operation count towards the deal: low and high, and how that is known."""

    operation: str
    low: float
    high: float
    basis: str
    first_step: float | None = None


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """Two linked movements: `owed_by` owes that many people before the other moves on.

    `ratio` is how many of `follower` for each one of `leader`; None where the parties did not state it, and then
    nothing can be said to be owed except by the first step, where one was named.
    """

    leader: Side
    follower: Side
    ratio: float | None
    tolerance: float
    owed_by: str
    owed: float
    next_move: str
    clause: str
    reports: tuple[str, ...]


def ledger(situation: Situation) -> list[Balance]:
    """Return the balance of each pair of linked operations, each pair once."""
    found = []
    seen: set[frozenset[str]] = set()
    for operation in situation.operations:
        agreement = situation.agreement(operation.id)
        for clause in agreement.of_kind("reciprocity") if agreement else ():
            other = str(clause.parameters.get("with", ""))
            pair = frozenset((operation.id, other))
            if not other or len(pair) < 2 or pair in seen:
                continue
            seen.add(pair)
            found.append(_balance(situation, operation.id, other, clause))
    return found


def _balance(situation: Situation, first: str, second: str, clause: Clause) -> Balance:
    mirror = _clause(situation, second)
    one = _side(situation, first, clause)
    two = _side(situation, second, mirror)
    ratio = _number(clause.parameters.get("ratio"))
    tolerance = _number(clause.parameters.get("tolerance")) or 0.0
    owed_by, owed, words = "", 0.0, ""
    if ratio:
        # accepted_B(t) >= r * accepted_A(t) - tolerance, and the reverse: whoever is behind owes.
        short = ratio * one.low - two.low - tolerance
        ahead = two.low / ratio - one.low - tolerance
        if short > 0:
            owed_by, owed = second, short
            words = f"{second} moves next: {math.ceil(short):,} people; {first} waits for them"
        elif ahead > 0:
            owed_by, owed = first, ahead
            words = f"{first} moves next: {math.ceil(ahead):,} people; {second} waits for them"
        else:
            words = f"the sides are even within {about(tolerance)}; either may move"
    else:
        owed_by, owed, words = _by_first_step(one, two)
    return Balance(
        leader=one,
        follower=two,
        ratio=ratio,
        tolerance=tolerance,
        owed_by=owed_by,
        owed=owed,
        next_move=words,
        clause=clause.id,
        reports=tuple(dict.fromkeys((*clause.reports, *(mirror.reports if mirror else ())))),
    )


def _by_first_step(one: Side, two: Side) -> tuple[str, float, str]:
    open_point = "no ratio is stated, so nobody can be shown to owe more"
    if one.first_step is None or two.first_step is None:
        return "", 0.0, open_point
    for side in (two, one):
        left = (side.first_step or 0.0) - side.low
        if left > 0:
            return side.operation, left, f"first step: {side.operation} still has {math.ceil(left):,} to move"
    return "", 0.0, f"the first step is done on both sides; {open_point}"


def _side(situation: Situation, operation: str, clause: Clause | None) -> Side:
    handed = [
        tally
        for movement, line in tallies(situation.reports).items()
        if movement.startswith(f"{operation}/")
        for tally in line
        if tally.point == "handed over"
    ]
    step = _number(clause.parameters.get("first_step")) if clause else None
    if handed:
        low, high = sum(t.low for t in handed), sum(t.high for t in handed)
        return Side(operation=operation, low=low, high=high, basis="counted at hand-over", first_step=step)
    count = situation.headcount(operation)
    if count is None:
        return Side(operation=operation, low=0, high=0, basis="nobody counted", first_step=step)
    out = count.out
    basis = "counted out; no count at hand-over"
    return Side(operation=operation, low=out.quantile(0.1), high=out.quantile(0.9), basis=basis, first_step=step)


def _clause(situation: Situation, operation: str) -> Clause | None:
    agreement = situation.agreement(operation)
    found = agreement.of_kind("reciprocity") if agreement else ()
    return found[0] if found else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None


def imbalance(situation: Situation) -> list[Finding]:
    """Return a warning for each pair where one side owes the other."""
    return [
        Finding(
            rule="reciprocity",
            about=balance.clause,
            what=f"{balance.owed_by} owes {math.ceil(balance.owed):,} people. {_words(balance)}",
            remedy=balance.next_move[0].upper() + balance.next_move[1:] + ".",
            severity="warning",
            reports=balance.reports,
        )
        for balance in ledger(situation)
        if balance.owed_by
    ]


def _words(balance: Balance) -> str:
    return (
        "; ".join(
            f"{side.operation}: {about(side.low)} to {about(side.high)} ({side.basis})"
            for side in (balance.leader, balance.follower)
        )
        + "."
    )
