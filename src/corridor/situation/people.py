"""Who is out, who was inside at the start, and who is left to move."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from corridor.reports.report import Report
from corridor.situation.counts import WHOLE, Counts, as_estimate, summed
from corridor.situation.estimate import Balance, Component, Estimate, certain
from corridor.situation.pool import Pooling, component, latest_by_origin, pool, shifted, weight
from corridor.situation.site import Group
from corridor.situation.situation import Headcount, Operation

# Sets of people that are everyone between them; the parts of one set never overlap.
DISJOINT = (("civilians", "fighters_and_families"), ("civilians", "fighters", "families_of_fighters"))


def headcount(
    operation: Operation, reports: Sequence[Report], counts: Counts, at: datetime, pooling: Pooling
) -> Headcount | None:
    """Return who was inside at the start, who leaves and who is out; None where no source says anything."""
    share = leaving_share(operation.area, reports, pooling)
    claims = [r for r in reports if r.fact == "people_inside" and r.place == operation.area and r.modality != "denied"]
    out = counts.out(at)
    parts: list[Component] = []
    unused: list[Component] = []
    for statements, replaced in _statements(claims, pooling):
        found = [_statement(claim, counts, share, pooling, 1 / len(statements)) for claim in statements]
        parts += [part for part, why in found if not why]
        unused += [msgspec.structs.replace(part, reason=why) for part, why in found if why]
        older = [old for claim in replaced if (old := component(claim, pooling, 0.0)) is not None]
        unused += [msgspec.structs.replace(old, reason="replaced by a later claim of the same source") for old in older]
    unused += _gathered(operation, reports, pooling)
    numbered = {
        r.origin: max(c.observed for c in claims if c.origin == r.origin and c.hedge != "unknown")
        for r in claims
        if r.hedge != "unknown" and _is_total(r.group)
    }
    unknown = [r for r in claims if r.hedge == "unknown" and r.group in (WHOLE, "civilians")]
    # Who gave a number after saying that nobody knows is one origin with one voice: the later one.
    unknown = [r for r in unknown if r.origin not in numbered or r.observed >= numbered[r.origin]]
    parts += _unknowns(unknown, parts, out, pooling)
    if not parts:
        return None
    start = Estimate(
        quantity=f"people inside at the start ({operation.area})",
        unit="people",
        components=tuple(parts),
        at_least=out.quantile(0.5) or None,
        rule="each claim plus who was out when it was made; equal weight per independent origin; cut by who is out",
    )
    return Headcount(
        operation=operation.id, area=operation.area, start=start, share=share, out=out, unused=tuple(unused)
    )


def leaving_share(area: str, reports: Sequence[Report], pooling: Pooling) -> Estimate:
    """Return the share of the people inside who leave by the corridor: as stated, else the table's default."""
    stated = pool(
        [r for r in reports if r.fact == "share_leaving" and r.place == area], pooling, "share leaving", "share"
    )
    default = pooling.default("share_leaving", "share leaving", "share")
    return stated or default or certain("share leaving", "share", 1.0)


def _statements(claims: Sequence[Report], pooling: Pooling) -> list[tuple[list[list[Report]], list[Report]]]:
    """Return, for each origin, its latest statements (one list of claims for each place it was printed) and the rest.

    A statement is what one source said in one place; its disjoint parts are summed before anything is pooled.
    """
    numbered = [r for r in claims if r.hedge != "unknown"]
    by_origin: dict[str, list[Report]] = {}
    for report in numbered:
        by_origin.setdefault(report.origin, []).append(report)
    window = timedelta(hours=pooling["same_statement_hours"])
    found = []
    for origin in sorted(by_origin):
        totals = [r for r in by_origin[origin] if _is_total(r.group)]
        newest = max(r.observed for r in totals or by_origin[origin])
        recent = [r for r in by_origin[origin] if newest - window <= r.observed <= newest + window]
        printed: dict[str, list[Report]] = {}
        for report in recent:
            printed.setdefault(report.reference or report.publisher, []).append(report)
        statements = [printed[key] for key in sorted(printed)]
        with_total = [claims for claims in statements if any(_is_total(r.group) for r in claims)]
        used = {r.id for claims in (with_total or statements) for r in claims}
        found.append((with_total or statements, [r for r in by_origin[origin] if r.id not in used]))
    return found


def _is_total(group: str) -> bool:
    return group in (WHOLE, "civilians", "wanting_to_leave")


def _statement(
    claims: list[Report], counts: Counts, share: Estimate, pooling: Pooling, part_of_origin: float
) -> tuple[Component, str]:
    """Turn one statement into the number inside at the start; the second value says why it is not used, or nothing."""
    by_group = {claim.group: claim for claim in sorted(claims, key=lambda r: (r.observed, r.received, r.id))}
    chosen, words = _parts_of(by_group)
    pieces = [(claim, piece) for claim in chosen if (piece := component(claim, pooling, 1.0)) is not None]
    if not pieces:
        empty = Component(weight=0.0, shape="point", low=0, mode=0, high=0, reports=tuple(c.id for c in claims))
        return msgspec.structs.replace(empty, source=claims[0].source), "claims no number"
    total: Component = pieces[0][1] if len(pieces) == 1 else summed([as_estimate(piece) for _, piece in pieces])
    total = msgspec.structs.replace(
        total,
        weight=part_of_origin * max(weight(claim, pooling) for claim, _ in pieces),
        source=claims[0].source,
        reports=tuple(claim.id for claim, _ in pieces),
        reason=words if len(pieces) > 1 else f"{pieces[0][1].reason}; {words}",
    )
    if not _is_total(chosen[0].group):
        return total, f"counts {chosen[0].group.replace('_', ' ')} only, not everyone inside"
    if chosen[0].group == "wanting_to_leave":
        middle = share.quantile(0.5)
        total = _scaled(total, 1 / middle, f"people wishing to leave, divided by the share leaving ({middle:.2f})")
    moment = max(claim.observed for claim, _ in pieces)
    before = counts.out(moment)
    if before.quantile(0.9) > 0:
        total = shifted(total, before, "plus who was out by then")
    return total, ""


def _parts_of(by_group: dict[str, Report]) -> tuple[list[Report], str]:
    if WHOLE in by_group:
        return [by_group[WHOLE]], "everyone inside"
    for parts in DISJOINT:
        if all(name in by_group for name in parts):
            return [by_group[name] for name in parts], "disjoint parts summed: " + " + ".join(parts).replace("_", " ")
    for name in ("civilians", "wanting_to_leave"):
        if name in by_group:
            return [by_group[name]], f"{name.replace('_', ' ')} only; the others are not stated by this source"
    name = min(by_group)
    return [by_group[name]], name.replace("_", " ")


def _scaled(part: Component, factor: float, reason: str) -> Component:
    return msgspec.structs.replace(
        part,
        low=part.low * factor,
        mode=part.mode * factor,
        high=part.high * factor,
        reason=f"{part.reason}; {reason}" if reason else part.reason,
    )


def _unknowns(unknown: list[Report], parts: list[Component], out: Estimate, pooling: Pooling) -> list[Component]:
    """Give each origin that says "nobody knows" a component from who is out to 1.5 times the largest claim."""
    if not unknown or not parts:
        return []
    low = max(out.quantile(0.5), 1.0)
    high = max(max(part.high for part in parts) * pooling["unknown_factor"], low)
    latest = [claims[-1] for claims in latest_by_origin(unknown)]
    return [
        Component(
            weight=weight(claim, pooling),
            shape="loguniform",
            low=low,
            mode=(low * high) ** 0.5,
            high=high,
            reports=(claim.id,),
            source=claim.source,
            reason="says that nobody knows: anything from who is out to 1.5 times the largest claim",
        )
        for claim in latest
    ]


def _gathered(operation: Operation, reports: Sequence[Report], pooling: Pooling) -> list[Component]:
    sites = {operation.area, *operation.pickups}
    seen = [r for r in reports if r.fact == "people_waiting" and r.place in sites]
    return [
        msgspec.structs.replace(part, reason="people seen gathered: fewer than are inside")
        for report in seen
        if (part := component(report, pooling, 0.0)) is not None
    ]


def groups_of(
    operation: Operation, count: Headcount, reports: Sequence[Report], counts: Counts, at: datetime, pooling: Pooling
) -> tuple[Group, ...]:
    """Split the people to move into stretcher cases, seated wounded with companions, families and others.

    The patients and their companions are taken off the rest at their middle figure; nobody is counted twice.
    """
    pickup = operation.pickups[0]
    whole = certain("share leaving", "share", 1.0, reason="patients leave first")
    patients: list[Group] = []
    stretcher = _patients("stretcher", operation, reports, counts, at, pooling)
    wounded = _patients("wounded", operation, reports, counts, at, pooling)
    if stretcher is not None:
        balance = Balance(start=stretcher[0], share=whole, out=stretcher[1])
        patients.append(_group("stretcher", operation.id, pickup, balance, _companions("stretcher", reports, pooling)))
    if wounded is not None:
        start = wounded[0]
        lying = 0.0 if stretcher is None else stretcher[0].quantile(0.5)
        if lying:
            start = _less(start, lying, "stretcher cases are a group of their own")
        balance = Balance(start=start, share=whole, out=wounded[1])
        patients.append(_group("wounded", operation.id, pickup, balance, _companions("wounded", reports, pooling)))
    moving = sum(group.people.quantile(0.5) * (1 + group.companions) for group in patients)
    out = _less(count.out, -moving, "with the patients and companions planned apart") if moving else count.out
    families = pooling["share_in_families"]
    rest = [
        _group(name, operation.id, pickup, share_of(Balance(start=count.start, share=count.share, out=out), part), 0)
        for name, part in (("families", families), ("others", 1 - families))
        if part > 0
    ]
    return (*patients, *rest)


def _patients(
    group: str, operation: Operation, reports: Sequence[Report], counts: Counts, at: datetime, pooling: Pooling
) -> tuple[Estimate, Estimate] | None:
    """Return (at the start, out) of a group of patients, or None where no source counts them."""
    claims = [r for r in reports if r.fact == "people_inside" and r.place == operation.area and r.group == group]
    parts = []
    for latest in latest_by_origin(r for r in claims if r.modality != "denied"):
        for claim in latest:
            part = component(claim, pooling, 1 / len(latest))
            if part is not None:
                parts.append(shifted(part, counts.out(claim.observed, group)))
    if not parts:
        return None
    out = counts.out(at, group)
    quantity = f"{group} inside at the start"
    rule = "each claim plus who was out when it was made; equal weight per independent origin"
    start = Estimate(
        quantity=quantity, unit="people", components=tuple(parts), at_least=out.quantile(0.5) or None, rule=rule
    )
    return start, out


def _companions(group: str, reports: Sequence[Report], pooling: Pooling) -> int:
    stated = pool(
        [r for r in reports if r.fact == "companions" and r.subject == group], pooling, "companions", "people"
    )
    return round(stated.quantile(0.5) if stated else pooling["companions"])


PLACE_AND_PRIORITY = {
    "stretcher": ("stretcher", 0),
    "wounded": ("seat", 1),
    "families": ("seat", 2),
    "others": ("seat", 3),
}


def _group(name: str, operation: str, pickup: str, people: Balance, companions: int) -> Group:
    place, priority = PLACE_AND_PRIORITY[name]
    return Group(
        id=f"{operation}/{name}",
        operation=operation,
        site=pickup,
        people=people,
        place=place,  # type: ignore[arg-type]
        companions=companions,
        priority=priority,
        reports=people.reports,
    )


def _less(estimate: Estimate, number: float, reason: str) -> Estimate:
    """Return an estimate moved down by a number, never below zero."""
    parts = tuple(
        msgspec.structs.replace(
            part,
            shape="triangular" if part.shape == "loguniform" else part.shape,
            low=max(part.low - number, 0.0),
            mode=max(part.mode - number, 0.0),
            high=max(part.high - number, 0.0),
            reason=f"{part.reason}; {reason}",
        )
        for part in estimate.components
    )
    at_least = None if estimate.at_least is None else max(estimate.at_least - number, 0.0)
    return msgspec.structs.replace(estimate, components=parts, at_least=at_least)


def share_of(balance: Balance, part: float) -> Balance:
    """Return a fixed part of a balance: of the start and of who is out alike."""

    def scale(estimate: Estimate) -> Estimate:
        parts = tuple(_scaled(item, part, f"{part:.0%} of the rest") for item in estimate.components)
        cut = None if estimate.at_least is None else estimate.at_least * part
        return msgspec.structs.replace(estimate, components=parts, at_least=cut)

    return Balance(start=scale(balance.start), share=balance.share, out=scale(balance.out))
