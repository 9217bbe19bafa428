"""What the plan waits for, drawn and told: open hours, people in hold, and movements tied to each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from corridor.planning.plan import Convoy, Plan
from corridor.planning.verify.case import Case
from corridor.planning.verify.tied import handed_over_at
from corridor.publishing import names
from corridor.publishing.footnotes import Footnotes
from corridor.publishing.markup import Child, Markup, table
from corridor.publishing.words import Words
from corridor.situation.agreement import Clause


def open_hours(plan: Plan) -> list[tuple[datetime, datetime]]:
    """Return the hours that the agreements of the planned operations state, from the moment of the situation on."""
    operations = {convoy.operation for convoy in plan.convoys}
    spans = {
        span
        for agreement in plan.situation.agreements
        if agreement.operation in operations
        for span in agreement.windows()
    }
    return sorted((max(opens, plan.start), closes) for opens, closes in spans if closes > plan.start)


def held_before(convoy: Convoy) -> timedelta:
    """Return how long the first people of a convoy sit aboard before it leaves."""
    return convoy.depart - min((trip.board_end for trip in convoy.trips), default=convoy.depart)


def held_after(convoy: Convoy) -> timedelta:
    """Return how long the last people of a convoy sit aboard where it is unloaded."""
    return max((trip.unload_start for trip in convoy.trips), default=convoy.arrive) - convoy.arrive


def gates(plan: Plan) -> list[tuple[Clause, str, int, datetime]]:
    """Return each first step agreed: its clause, the side, its people, and when the plan has handed them over."""
    found = []
    for agreement in plan.situation.agreements:
        for clause in agreement.of_kind("reciprocity"):
            step = _number(clause, "first_step")
            if step is None:
                continue
            so_far = 0
            for moment, people in handed_over(plan, agreement.operation):
                so_far += people
                if so_far >= step:
                    found.append((clause, agreement.operation, int(step), moment))
                    break
    return found


def handed_over(plan: Plan, operation: str) -> list[tuple[datetime, int]]:
    """Return when how many people of an operation are counted as handed over, in order, without the reserve."""
    case = Case(plan)
    mine = (convoy for convoy in plan.planned if convoy.operation == operation)
    return sorted((handed_over_at(case, convoy), convoy.people) for convoy in mine)


def others_by(plan: Plan) -> dict[str, list[tuple[str, int]]]:
    """Return, for each convoy of a tied operation, what it is tied to has had handed over when it is itself."""
    case = Case(plan)
    tied_to: dict[str, list[str]] = {}
    for agreement in plan.situation.agreements:
        for clause in agreement.of_kind("reciprocity"):
            other = str(clause.parameters.get("with", ""))
            if other and (_number(clause, "ratio") or _number(clause, "first_step") is not None):
                tied_to.setdefault(agreement.operation, []).append(other)
        for clause in agreement.of_kind("phase"):
            after = str(clause.parameters.get("after", ""))
            if after in case.operations:
                tied_to.setdefault(agreement.operation, []).append(after)
    steps = {other: handed_over(plan, other) for others in tied_to.values() for other in others}
    return {
        convoy.id: [
            (other, sum(people for when, people in steps[other] if when <= handed_over_at(case, convoy)))
            for other in dict.fromkeys(tied_to.get(convoy.operation, ()))
        ]
        for convoy in plan.convoys
    }


def reciprocity_table(plan: Plan, w: Words, notes: Footnotes) -> Markup | None:
    """Return what is tied to what, and how far each side is when the other takes its step; None where nothing is."""
    rows = list(_rows(plan, w, notes))
    if not rows:
        return None
    head = [w(key) for key in ("tied.clause", "tied.side", "tied.asks", "tied.reached", "tied.other")]
    return table(head, rows, caption=w("tied.caption"), class_="tied")


def _rows(plan: Plan, w: Words, notes: Footnotes) -> Iterator[Sequence[Child]]:
    reached = {clause.id: moment for clause, _, _, moment in gates(plan)}
    for agreement in plan.situation.agreements:
        for clause in agreement.of_kind("reciprocity"):
            other = str(clause.parameters.get("with", ""))
            step, ratio = _number(clause, "first_step"), _number(clause, "ratio")
            side = names.operation(plan.situation, agreement.operation, w)
            asks = []
            if step is not None:
                asks.append(w("tied.step", n=w.count(step)))
            if ratio is not None:
                asks.append(w("tied.ratio", n=f"{ratio:g}"))
            moment = reached.get(clause.id)
            gone = sum(people for when, people in handed_over(plan, other) if moment and when <= moment)
            beside = w("tied.there", side=names.operation(plan.situation, other, w), n=w.count(gone)) if moment else "–"
            yield (
                [w.known("clause.reciprocity", "reciprocity"), notes.cite(clause.reports)],
                side,
                w("joint").join(asks) or w("left_open"),
                w.moment(moment) if moment else "–",
                beside,
            )


def _number(clause: Clause, name: str) -> float | None:
    try:
        return float(clause.parameters[name])
    except (KeyError, ValueError):
        return None
