"""Sites, legs, corridors and the fleet, each folded from its reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast, get_args

from corridor.errors import InputError
from corridor.reports.report import Report
from corridor.situation.estimate import Estimate, certain
from corridor.situation.fleet import Fleet, UnderWay, Vehicles
from corridor.situation.pool import Pooling, pool
from corridor.situation.road import Corridor, Leg, Step, legs_for, way
from corridor.situation.shifts import serves, shifts_of
from corridor.situation.site import Site, SiteKind
from corridor.situation.situation import Operation
from corridor.situation.terms import latest, terms_of, words

SITE_KINDS: tuple[str, ...] = get_args(SiteKind)
STRAIGHT_LINE = "straight line"
# The drive of a movement whose way no leg gives; check names the gap.
UNKNOWN_DRIVE = timedelta(hours=1)


def boards_at(reports: Sequence[Report]) -> dict[str, tuple[str, ...]]:
    """Return, for each area, the pickups where its people board."""
    said = [r for r in reports if r.fact == "site" and r.part == "boards_at"]
    areas = sorted({r.subject for r in said})
    return {area: words(latest([r for r in said if r.subject == area]).value) for area in areas}


def sites_of(reports: Sequence[Report], pooling: Pooling) -> tuple[Site, ...]:
    """Return every site that a report declares, with its names, position, control, capacity and bays."""
    facts = ("site", "name", "position", "control", "reception_capacity", "reception_daily", "accepts", "bays")
    mine: dict[str, list[Report]] = {}
    for report in reports:
        if report.fact in facts and report.modality != "denied":
            mine.setdefault(report.subject, []).append(report)
    return tuple(_site(name, mine[name], pooling) for name in sorted(mine) if any(r.fact == "site" for r in mine[name]))


def _site(name: str, reports: list[Report], pooling: Pooling) -> Site:
    def said(fact: str, part: str = "") -> Report | None:
        claims = [r for r in reports if r.fact == fact and r.part == part]
        return latest(claims) if claims else None

    kind, position, control = said("site"), said("position"), said("control")
    if kind is not None and str(kind.value) not in SITE_KINDS:
        raise InputError(
            f"{kind.value!r} is no kind of site", place=f"report {kind.id}", hint="one of: " + ", ".join(SITE_KINDS)
        )
    board = said("site", "boards_at")
    numbers = [float(number) for number in str(position.value).split(";")] if position else []
    names = {r.part: r for r in sorted(reports, key=lambda r: (r.observed, r.id)) if r.fact == "name"}
    capacity = [r for r in reports if r.fact == "reception_capacity"]
    daily = [r for r in reports if r.fact == "reception_daily"]
    bays = [r for r in reports if r.fact == "bays"]
    accepts = said("accepts")
    known = (kind, position, control, board, accepts, *names.values(), *capacity, *daily, *bays)
    cited = [r for r in known if r is not None]
    return Site(
        id=name,
        kind=cast("SiteKind", str(kind.value)) if kind else "place",
        names={part: str(r.value) for part, r in sorted(names.items())},
        latitude=numbers[0] if numbers else None,
        longitude=numbers[1] if numbers else None,
        precision_m=numbers[2] if len(numbers) > 2 else None,
        control=str(control.value) if control else "",
        capacity=pool(capacity, pooling, f"capacity of {name}", "people"),
        bays=pool(bays, pooling, f"bays of {name}", "vehicles"),
        boards_at=str(board.value) if board else "",
        daily=pool(daily, pooling, f"people a day at {name}", "people"),
        accepts=words(accepts.value) if accepts else (),
        reports=tuple(r.id for r in cited),
    )


def legs_of(reports: Sequence[Report], pooling: Pooling, known: set[str]) -> tuple[Leg, ...]:
    """Return the directed legs that have a drive time; raises `InputError` for a leg to an unknown site.

    A dot and a vehicle type behind the leg (from>to.ambulance) make a leg of that type alone.
    """
    times = _by_subject(reports, "leg_time")
    lengths = _by_subject(reports, "leg_distance")
    found = []
    for name in sorted(times):
        step, _, kind = name.partition(".")
        start, arrow, end = step.partition(">")
        for site in (start, end):
            if not arrow or site not in known:
                raise InputError(
                    f"leg {name!r} leads to {site!r}, which no report declares as a site",
                    place=f"report {times[name][0].id}",
                    hint="write from>to with ids of sites, or add a report of fact site",
                )
        minutes = pool(times[name], pooling, f"drive time {name}", "minutes")
        if minutes is None:
            continue
        km = pool(lengths.get(name, []), pooling, f"distance {name}", "km")
        cited = (*times[name], *lengths.get(name, []))
        basis = "; ".join(dict.fromkeys(r.note for r in cited if r.note))
        ids = tuple(r.id for r in cited)
        found.append(Leg(start=start, end=end, minutes=minutes, km=km, basis=basis, type=kind, reports=ids))
    return tuple(found)


def _by_subject(reports: Sequence[Report], fact: str) -> dict[str, list[Report]]:
    found: dict[str, list[Report]] = {}
    for report in reports:
        if report.fact == fact and report.modality != "denied":
            found.setdefault(report.about, []).append(report)
    return found


def corridors_of(operations: Sequence[Operation], reports: Sequence[Report], pooling: Pooling) -> tuple[Corridor, ...]:
    """Return the corridor of each operation that has one: its sites in order and how convoys move along it."""
    terms = terms_of(reports)
    found = []
    for operation in operations:
        via = terms.get(f"{operation.id}/corridor", {}).get("via")
        if via is None:
            continue
        lead = terms[f"{operation.id}/corridor"].get("lead")
        sizes = [r for r in reports if r.fact == "convoy_size" and r.about == operation.id]
        gaps = [r for r in reports if r.fact == "convoy_headway" and r.about == operation.id]
        size = pool(sizes, pooling, "largest convoy", "vehicles")
        headway = pool(gaps, pooling, "headway", "minutes")
        cited = [via, *sizes, *gaps, *([lead] if lead else [])]
        found.append(
            Corridor(
                operation=operation.id,
                sites=words(via.value),
                convoy_size=size or certain("largest convoy", "vehicles", 10.0, reason="default: 6 to 10 vehicles"),
                headway=headway or certain("headway", "minutes", 0.0, reason="no source states one"),
                lead=" and ".join(words(lead.value)) if lead else "",
                reports=tuple(r.id for r in cited),
            )
        )
    return tuple(found)


def fleet_of(
    operations: Sequence[Operation],
    corridors: Sequence[Corridor],
    legs: Sequence[Leg],
    reports: Sequence[Report],
    at: datetime,
    pooling: Pooling,
) -> Fleet:
    """Return the vehicles of each operation, by type, and those that are out at the moment.

    Only types with places are planned, private cars too once a report states the places of one.
    """
    claims = [r for r in reports if r.fact == "vehicles" and r.modality not in ("denied", "accusation")]
    by_key: dict[tuple[str, str], list[Report]] = {}
    for report in claims:
        operation = serves(report.place, operations, corridors)
        if operation:
            by_key.setdefault((operation, report.subject), []).append(report)
    found = []
    for (operation, kind), mine in sorted(by_key.items()):
        places = _places(kind, reports, pooling)
        count = pool(mine, pooling, f"vehicles of type {kind}", "vehicles")
        if not places or count is None:
            continue
        board = _minutes("boarding", kind, reports, pooling)
        unload = _minutes("unloading", kind, reports, pooling)
        found.append(
            Vehicles(
                type=kind,
                operation=operation,
                depot=latest(mine).place,
                count=count,
                places=places,
                boarding=board,
                unloading=unload,
                reports=tuple(r.id for r in mine),
            )
        )
    paths = {corridor.operation: corridor.sites for corridor in corridors}
    return Fleet(
        vehicles=tuple(found),
        under_way=_under_way(found, operations, (legs, paths), reports, at),
        shifts=shifts_of(found, operations, corridors, reports, at),
    )


def _places(kind: str, reports: Sequence[Report], pooling: Pooling) -> dict[str, Estimate]:
    found = {}
    for place in ("seat", "wheelchair", "stretcher"):
        said = [r for r in reports if r.fact == "places" and r.about == f"{kind}.{place}"]
        estimate = pool(said, pooling, f"{place} places of a {kind}", "places")
        if estimate is not None:
            found[place] = estimate
    if not found and kind == "bus":
        found = {"seat": pooling.default("seat_places", "seats of a bus", "places")}  # type: ignore[dict-item]
    if not found and kind == "ambulance":
        found = {"stretcher": pooling.default("stretcher_places", "stretchers of an ambulance", "places")}  # type: ignore[dict-item]
    return found


def _minutes(what: str, kind: str, reports: Sequence[Report], pooling: Pooling) -> Estimate:
    said = [r for r in reports if r.fact == f"{what}_time" and r.subject == kind]
    quantity = f"{what} a {kind}"
    stated = pool(said, pooling, quantity, "minutes")
    default = pooling.default(f"{what}_{kind}", quantity, "minutes") or pooling.default(
        f"{what}_bus", quantity, "minutes"
    )
    return stated or default or certain(quantity, "minutes", 15.0, reason="no source and no default")


def _under_way(
    vehicles: Sequence[Vehicles],
    operations: Sequence[Operation],
    roads: tuple[Sequence[Leg], dict[str, tuple[str, ...]]],
    reports: Sequence[Report],
    at: datetime,
) -> tuple[UnderWay, ...]:
    """Return the vehicles of movements that left and cannot be back at their depot yet.

    They are free at the reception once they have driven there, by the legs or as their arrival says, and unloaded;
    until the drive back has passed too they are not believed idle at the depot.
    """
    left: dict[str, list[Report]] = {}
    for report in reports:
        if report.fact == "departure" and report.part and report.modality == "done" and report.number:
            left.setdefault(report.about, []).append(report)
    arrivals = [r for r in reports if r.fact == "arrival" and r.modality not in ("denied", "accusation", "planned")]
    arrived = {r.subject: r for r in sorted(arrivals, key=lambda r: (r.observed, r.received, r.id))}
    found = []
    for about in sorted(left):
        report = latest(left[about])
        movement, kind = report.subject, report.part
        name = movement.partition("/")[0]
        operation = next((o for o in operations if o.id == name), None)
        kinds = [v for v in vehicles if (v.operation, v.type) == (name, kind)]
        if operation is None or not operation.receptions or not kinds:
            continue
        ways = legs_for(roads[0], {kind}), roads[1]
        arrival = arrived.get(movement)
        site = arrival.place if arrival and arrival.place in operation.receptions else operation.receptions[0]
        out = _drive(ways, name, report.place, site) or _drive(ways, name, operation.pickups[0], site) or UNKNOWN_DRIVE
        back = _drive(ways, "", site, kinds[0].depot) or out
        unload = timedelta(minutes=kinds[0].unloading.quantile(0.5))
        free = (arrival.observed if arrival else report.observed + out) + unload
        if free + back <= at:
            continue
        found.append(
            UnderWay(
                type=kind,
                operation=name,
                movement=movement,
                count=round(report.number or 0),
                free_at=free,
                site=site,
                reports=(report.id, *((arrival.id,) if arrival else ())),
            )
        )
    return tuple(found)


def _drive(
    ways: tuple[dict[Step, Leg], dict[str, tuple[str, ...]]], operation: str, start: str, end: str
) -> timedelta | None:
    """Return the middle drive time between two sites, along the corridor where there is one; None without a way."""
    roads, paths = ways
    steps = way(roads, start, end, path=paths.get(operation, ()), minutes=lambda leg: leg.minutes.quantile(0.5))
    return None if steps is None else timedelta(minutes=sum(roads[step].minutes.quantile(0.5) for step in steps))
