"""Travel-time reports: the legs that an operation needs, each with its source, its map and its closures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np

from corridor.errors import Fault, InputError
from corridor.files import read_bytes
from corridor.finding import Finding
from corridor.reports.report import FROM_MAP, Report
from corridor.reports.roads.lanes import SHORT_M, Piece, parted
from corridor.reports.roads.network import Roads
from corridor.reports.roads.routing import Route, Traffic
from corridor.reports.roads.snap import Snapped, snap
from corridor.reports.roads.why import why_no_way
from corridor.reports.tables import read_reports

SOURCE = "OpenStreetMap contributors"
LICENCE = "https://www.openstreetmap.org/copyright"
# A drive of vehicles that nobody has measured yet: assumptions, said in each report's note.
LEAST, MOST = 0.8, 1.5
STANDING = ("vehicles", "vehicles_joining")
OF_USE = ("pickup", "reception", "checkpoint", "handover", "depot", "hospital")

Pair = tuple[str, str]


@dataclass(frozen=True)
class Place:
    """A site with a position, as reports declare it."""

    id: str
    kind: str
    lat: float
    lon: float


def reports_of(path: str) -> list[Report]:
    """Read the reports of a table, or those that a situation.json was folded from; raises `InputError`."""
    if Path(path).suffix.lower() == ".json":
        try:
            return msgspec.json.decode(read_bytes(path), type=_WithReports).reports
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass  # JSON Lines may bear this suffix too; read_reports names what is wrong
    return read_reports(path)


class _WithReports(msgspec.Struct):
    reports: list[Report]


def places_of(reports: Iterable[Report]) -> dict[str, Place]:
    """Return the sites of use that reports give a position, the latest of each."""
    kinds = _latest(r for r in reports if r.fact == "site" and not r.part)
    spots = _latest(r for r in reports if r.fact == "position")
    found = {}
    for name, report in sorted(spots.items()):
        if name in kinds:
            lat, lon = (float(number) for number in str(report.value).split(";")[:2])
            found[name] = Place(name, str(kinds[name].value), lat, lon)
    return found


def _latest(reports: Iterable[Report]) -> dict[str, Report]:
    found: dict[str, Report] = {}
    for report in sorted(reports, key=lambda r: (r.observed, r.received, r.id)):
        if report.modality != "denied":
            found[report.about] = report
    return found


def pairs_of(reports: Sequence[Report]) -> list[Pair]:
    """Return the legs that the operations of some reports need, as `needed` says."""
    return list(needed(reports))


def needed(reports: Sequence[Report]) -> dict[Pair, tuple[str, ...]]:
    """Return the legs that the operations of some reports need, each with the operations that need it.

    Where a corridor is agreed, the legs follow it and no leg goes round it; else every pickup is joined to every
    reception, both ways. Depots, and other places where vehicles stand, are joined to the pickups and to what is next.
    """
    terms = _latest(r for r in reports if r.fact == "term")
    boards = {
        r.subject: _words(r.value)
        for r in _latest(r for r in reports if r.fact == "site" and r.part == "boards_at").values()
    }
    kinds = {name: str(r.value) for name, r in _latest(r for r in reports if r.fact == "site" and not r.part).items()}
    stand = {r.place for r in reports if r.fact in STANDING and r.modality not in ("denied", "accusation")}
    ends = {name for name, kind in kinds.items() if kind in ("pickup", "reception", "hospital")}
    depots = sorted({name for name, kind in kinds.items() if kind == "depot"} | (stand & set(kinds)) - ends)
    found: dict[Pair, dict[str, None]] = {}
    for about, report in terms.items():
        operation, _, rest = about.partition("/")
        if rest != "who.from":
            continue
        pickups = boards.get(str(report.value), (str(report.value),))
        to = terms.get(f"{operation}/destination.to")
        receptions = _words(to.value) if to else ()
        along = terms.get(f"{operation}/corridor.via")
        via = _words(along.value) if along else ()
        joined = list(pairwise(via))
        joined += [(pickup, via[0]) for pickup in pickups if via and pickup not in via]
        joined += [(via[-1], reception) for reception in receptions if via and reception not in via]
        if not via:
            joined = [(pickup, reception) for pickup in pickups for reception in receptions]
        joined += [(depot, site) for depot in depots for site in (*pickups, *via[:1])]
        for start, end in joined:
            for pair in ((start, end), (end, start)) if start != end else ():
                found.setdefault(pair, {})[operation] = None
    return {pair: tuple(mine) for pair, mine in found.items()}


def _words(value: object) -> tuple[str, ...]:
    return tuple(word.strip() for word in str(value).split(";") if word.strip())


def snapped(roads: Roads, places: Iterable[Place]) -> dict[str, Snapped]:
    """Return each place on the network; raises `InputError` that names all which no road reaches."""
    found: dict[str, Snapped] = {}
    lost: list[Fault] = []
    for place in places:
        try:
            found[place.id] = snap(roads, place.id, place.lat, place.lon)
        except InputError as error:
            lost.append(Fault(error.place, error.cause, error.hint))
    if lost:
        hint = "correct the position, or take the site out of the operation"
        raise InputError(f"{len(lost)} site(s) off the roads", place=roads.road.name, hint=hint, faults=lost)
    return found


@dataclass(frozen=True)
class Legs:
    """The reports of the legs, and what was found wanting: sites far off, pairs without a way.

    `ways` is how many pairs have a way, `lanes` how many one-lane stretches lie on them, `parted` the pairs whose way
    is reported in parts.
    """

    reports: tuple[Report, ...]
    findings: tuple[Finding, ...]
    ways: int = 0
    lanes: int = 0
    parted: tuple[Pair, ...] = ()


def leg_reports(
    traffic: Traffic,
    sites: dict[str, Snapped],
    pairs: Sequence[Pair] | Mapping[Pair, Sequence[str]],
    at: datetime,
    *,
    short_m: float = SHORT_M,
    only: str = "",
) -> Legs:
    """Return a time and a distance for each leg at a moment.

    A leg without a way gets no report but a finding that says what cuts it; one that closures cut is also denied, so
    that the log shows it. A way over one-lane stretches of at least `short_m` metres is reported in parts, the ends of
    each stretch as sites; where `pairs` names the operations of each leg, the stretches become a term of theirs. With
    `only` the drives are those of one vehicle type.
    """
    found: list[Report] = []
    wanting = [_far(site) for site in sites.values() if site.warning]
    wanting += [_unplaced(name) for name in sorted({name for pair in pairs for name in pair} - set(sites))]
    routes: dict[Pair, Route] = {}
    kind = f".{only}" if only else ""
    for pair in ((start, end) for start, end in pairs if start in sites and end in sites):
        route = traffic.route(sites[pair[0]], sites[pair[1]])
        if route is not None:
            routes[pair] = route
            continue
        cause, closures = why_no_way(traffic, sites[pair[0]], sites[pair[1]])
        leg, remedy = ">".join(pair), "Reopen it, bring the site to another road, or plan without this leg."
        wanting.append(Finding(rule="no road", about=leg, what=f"{leg}: {cause}.", remedy=remedy))
        if closures:
            found.append(_report(traffic, f"{leg}{kind}", "leg_time", None, at, cause))
    ways = parted(traffic, sites, routes, short_m)
    pieces = {piece.pair: piece for way in ways.values() for piece in way}
    for pair, piece in pieces.items():
        # A way in one piece is the way itself, to the last digit.
        whole = routes[pair] if pair in routes and len(ways[pair]) == 1 else piece.route
        found += _leg(traffic, ">".join(pair) + kind, whole, at, piece.tag)
    lanes = {piece.lane: piece for piece in pieces.values() if piece.tag}
    found += _lane_ends(traffic, lanes.values(), set(sites), at)
    if isinstance(pairs, Mapping):
        found += _lane_terms(traffic, ways, pairs, at)
    in_parts = tuple(pair for pair, way in ways.items() if len(way) > 1)
    return Legs(tuple(found), tuple(wanting), len(routes), len(lanes), in_parts)


def _leg(traffic: Traffic, leg: str, route: Route, at: datetime, tag: str = "") -> list[Report]:
    minutes = max(round(route.seconds / 60, 1), 0.1)
    note = f"{described(traffic, route)}; {basis(traffic.roads)}; range {LEAST:g} to {MOST:g} times assumed"
    slow = _closures(traffic, route)
    note += f"; one lane, {tag}" if tag else ""
    if slow:
        note += f"; {slow}"
    return [
        _report(traffic, leg, "leg_time", minutes, at, note),
        _report(traffic, leg, "leg_distance", round(route.metres / 1000, 2), at, f"{basis(traffic.roads)}"),
    ]


def _lane_ends(traffic: Traffic, lanes: Iterable[Piece], known: set[str], at: datetime) -> list[Report]:
    """Return the ends of one-lane stretches as sites with their positions, each under the name of its road."""
    found: list[Report] = []
    seen = set(known)
    for lane in lanes:
        road, note = traffic.roads.road, f"end of a one-lane stretch ({lane.tag}); {basis(traffic.roads)}"
        name = road.names[int(road.way_name[road.way[lane.steps[0][0]]])]
        for point in (lane.start, lane.end):
            if point.name not in seen:
                seen.add(point.name)
                said = [("site", "", "place"), ("position", "", f"{point.lat};{point.lon};20")]
                said += [("name", ".en", name)] if name else []
                found += [
                    _said(traffic, fact, f"{point.name}{part}", point.name, value, at, note)
                    for fact, part, value in said
                ]
    return found


def _lane_terms(
    traffic: Traffic, ways: Mapping[Pair, Sequence[Piece]], pairs: Mapping[Pair, Sequence[str]], at: datetime
) -> list[Report]:
    """Return a term for each one-lane stretch and operation that drives there: a clause beside what is agreed."""
    found = {}
    for pair, way in ways.items():
        for piece in (piece for piece in way if piece.tag):
            said = f"{described(traffic, piece.route)}, {piece.tag}"
            note = f"{said}: read from the map, nobody has agreed who waits; {basis(traffic.roads)}"
            for operation in pairs[pair]:
                clause = f"{operation}/corridor-{'-'.join(piece.lane)}"
                found[operation, piece.lane] = _said(
                    traffic, "term", f"{clause}.one_lane", piece.lane[0], ">".join(piece.lane), at, note
                )
    return list(found.values())


def _report(traffic: Traffic, leg: str, fact: str, value: float | None, at: datetime, note: str) -> Report:
    timed = fact == "leg_time" and value is not None
    return msgspec.structs.replace(
        _said(traffic, fact, leg, leg.partition(">")[0], value, at, note),
        low=round(value * LEAST, 2) if timed and value is not None else None,
        high=round(value * MOST, 2) if timed and value is not None else None,
        hedge="approx" if timed else "unknown" if value is None else "exact",
        modality="denied" if value is None else "estimate",
    )


def _said(
    traffic: Traffic, fact: str, about: str, place: str, value: float | str | None, at: datetime, note: str
) -> Report:
    kind = traffic.roads.profile.profile
    when, extract = at.strftime("%Y%m%dT%H%M%S%z"), traffic.roads.road.sha256[:8]
    subject = about.replace(">", "-").replace("/", "-").replace(".", "-")
    return Report(
        id=f"{fact.replace('_', '-')}-{kind}-{subject}-{when}-{extract}",
        source=SOURCE,
        publisher="corridor roads",
        fact=fact,
        about=about,
        place=place,
        value=value,
        modality="done",
        observed=at,
        received=at,
        received_rule=FROM_MAP,
        reference=LICENCE,
        note=note,
    )


def hidden(told: Iterable[Report], parted: Iterable[Pair], only: str = "") -> list[Finding]:
    """Return the legs that reports give whole while the map gives them in parts: a plan takes the whole one."""
    whole = {report.about for report in told if report.fact == "leg_time" and report.modality != "denied"}
    what = "{} has a one-lane stretch, and a drive time of the whole leg is reported: a plan would not see the stretch."
    remedy = "Withdraw it, or report the measured drive in the same parts."
    return [
        Finding(rule="one lane hidden", about=leg, what=what.format(leg), remedy=remedy, severity="warning")
        for leg in (">".join(pair) + (f".{only}" if only else "") for pair in parted)
        if leg in whole
    ]


def basis(roads: Roads) -> str:
    """Return what a figure rests on: the map, its date and hash, the profile and the speeds."""
    dated = f" of {roads.road.dated[:10]}" if roads.road.dated else ""
    convoy = " in convoy" if roads.convoy else ""
    extract = f"{roads.road.name}{dated} sha256 {roads.road.sha256[:8]}"
    return f"{roads.profile.profile}{convoy}, speeds by class and surface, {extract}"


def described(traffic: Traffic, route: Route) -> str:
    """Return a way in words: its length and the roads that carry most of it."""
    by_name: dict[str, float] = {}
    for stretch, _, share in route.steps:
        name = traffic.roads.road.name_of(stretch)
        by_name[name] = by_name.get(name, 0.0) + float(traffic.roads.road.metres[stretch]) * share
    chief = sorted(by_name, key=lambda name: -by_name[name])[:3]
    order = [name for name in by_name if name in chief]
    return f"{route.metres / 1000:.1f} km over {', '.join(order)}"


def _closures(traffic: Traffic, route: Route) -> str:
    if traffic.effects is None:
        return ""
    met = {c.id: str(c) for stretch in route.stretches for c in traffic.effects.by.get(stretch, [])}
    return "; ".join(met.values())


def _far(site: Snapped) -> Finding:
    remedy = "Correct its position, or say how people get from the road to it."
    what = f"{site.name}: {site.warning}."
    return Finding(rule="off the road", about=site.name, what=what, remedy=remedy, severity="warning")


def _unplaced(name: str) -> Finding:
    what, remedy = f"{name} has no position, so no way to it can be found.", "Report its position (fact position)."
    return Finding(rule="no position", about=name, what=what, remedy=remedy)


def lines(traffic: Traffic, sites: dict[str, Snapped], pairs: Sequence[Pair]) -> list[dict[str, object]]:
    """Return the ways of some legs as GeoJSON features, with minutes and kilometres."""
    features: list[dict[str, object]] = []
    for start, end in pairs:
        route = traffic.route(sites[start], sites[end]) if start in sites and end in sites else None
        if route is not None:
            features.append(feature(traffic, route, f"{start}>{end}"))
    return features


def feature(traffic: Traffic, route: Route, name: str, **more: object) -> dict[str, object]:
    """Return a way as a GeoJSON feature."""
    properties = {
        "leg": name,
        "minutes": round(route.seconds / 60, 1),
        "km": round(route.metres / 1000, 2),
        "way": described(traffic, route),
        **more,
    }
    line = np.round(np.array(route.line), 5).tolist()
    return {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": line}}
