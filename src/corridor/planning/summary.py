"""A plan in words for a terminal, and as a table for a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from corridor.wording import hours, moment, percent, table

if TYPE_CHECKING:
    from corridor.planning.plan import Convoy, Objective, Plan

SHOWN = 8


def summary(plan: Plan) -> str:
    """Return the plan as a page of text: what it moves, by when, how good it is proved to be, and its first convoys."""
    reserve = [convoy for convoy in plan.convoys if convoy.reserve]
    trips = sum(len(convoy.trips) for convoy in plan.planned)
    left, least = hours(plan.clearance_minutes / 60), hours(plan.bound_minutes / 60)
    lines = [
        f"Plan from {moment(plan.start)}: {plan.people:,} people in {len(plan.planned)} convoys, {trips} trips",
        f"  last person safe after {left}; proven: not sooner than {least} (gap {percent(plan.gap)}, {plan.status})",
    ]
    best = max(plan.bounds, key=lambda bound: bound.minutes, default=None)
    if best is not None:
        lines.append(f"  bound: {best.name}: {best.why}")
    lines += _people(plan)
    lines += _modes(plan)
    if plan.replaces:
        lines.append(f"  {len(plan.changes)} orders differ from the plan before" + (":" if plan.changes else ""))
        lines += [f"    {one.convoy} {one.what}: {one.why}" for one in plan.changes[:SHOWN]]
    if reserve:
        people = sum(convoy.people for convoy in reserve)
        figure = f"P{100 * plan.reserve_quantile:.0f}"
        lines.append(f"  reserve: {len(reserve)} more convoys for {people:,} people, up to the {figure} figure")
    lines += [f"  not planned: {name}: {why}" for name, why in sorted(plan.unplanned.items())]
    if plan.convoys:
        lines += ["", table([_HEAD, *(_row(convoy) for convoy in plan.convoys[:SHOWN])], right=(4, 5))]
        if len(plan.convoys) > SHOWN:
            lines.append(f"  ... and {len(plan.convoys) - SHOWN} more")
    return "\n".join(lines)


def _people(plan: Plan) -> list[str]:
    """Return what the plan reaches in each objective, and who is left where it is a plan for most people."""
    stated = [_stated(plan, one) for one in plan.objectives]
    lines = ["  in order: " + "; ".join(stated)] if stated else []
    if plan.left:
        people = next((one for one in plan.objectives if one.name == "people_safe"), None)
        bound = f"; proven: at most {people.bound:,.10g} by urgency can be safe" if people and people.bound else ""
        who = ", ".join(f"{number:,} of {group}" for group, number in sorted(plan.left.items()))
        lines.append(f"  NOT EVERYBODY: left waiting inside the hours: {who}{bound}")
    return lines


def _stated(plan: Plan, one: Objective) -> str:
    """Return what a plan reaches in one objective, people as they are and as they count."""
    if one.name == "people_safe":
        return f"{plan.people:,} people safe ({one.value:,.10g} where the most urgent count fourfold)"
    return f"{one.name.replace('_', ' ')} {one.value:,.10g} {one.unit}"


def _modes(plan: Plan) -> list[str]:
    """Return what each mode gives, where both were asked for, and by how much the better one is better."""
    lines = []
    for one in plan.compared:
        if one.why_not:
            lines.append(f"  as a {one.mode}: no plan: {one.why_not}")
            continue
        end, held = hours(one.clearance_minutes / 60), f"{one.held_hours:,.0f} person-hours"
        lines.append(f"  as a {one.mode}: {end}, {one.convoys:,} departures; in hold at most {one.most_held:,}, {held}")
    if len(plan.compared) > 1 and not any(one.why_not for one in plan.compared):
        mine = next(one for one in plan.compared if one.mode == plan.mode)
        other = next(one for one in plan.compared if one.mode != plan.mode)
        sooner = hours((other.clearance_minutes - mine.clearance_minutes) / 60)
        more = mine.most_held - other.most_held
        hold = f"{abs(more):,} {'more' if more > 0 else 'fewer'} people in hold" if more else "as many people in hold"
        lines.append(f"  {mine.mode} ends {sooner} before the {other.mode}, with {hold} at most")
    return lines


_HEAD = ("convoy", "departs", "arrives", "way", "vehicles", "people", "lead")


def _row(convoy: Convoy) -> tuple[str, ...]:
    name = convoy.id + (" (reserve)" if convoy.reserve else "")
    way = f"{convoy.pickup} > {convoy.reception}"
    vehicles, people = str(len(convoy.trips)), f"{convoy.people:,}"
    return name, moment(convoy.depart), f"{convoy.arrive:%H:%M}", way, vehicles, people, convoy.lead


def to_html(plan: Plan) -> str:
    """Return the plan as an HTML table for a notebook."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in _HEAD)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in _row(convoy)) + "</tr>" for convoy in plan.convoys
    )
    first = escape(summary(plan).partition("\n\n")[0]).replace("\n", "<br>")
    return f"<p>{first}</p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
