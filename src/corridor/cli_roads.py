"""The verbs of the roads: parsing and printing only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridor.errors import UsageError
from corridor.terminal import moment_of, say, show, working, write

if TYPE_CHECKING:
    from corridor.finding import Finding
    from corridor.reports.roads.routing import Traffic
    from corridor.reports.roads.snap import Snapped

roads_app = typer.Typer(
    help="Drive times, ways and closures from a map on disk.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Map = Annotated[Path, typer.Argument(metavar="MAP", help="OpenStreetMap extract: .osm.pbf or .osm.")]
Sites = Annotated[str, typer.Argument(metavar="FILE", help="Reports with sites, or situation.json.")]
Point = Annotated[str, typer.Argument(metavar="POINT", help="lat,lon, or a site of --sites.")]
Vehicle = Annotated[str, typer.Option("--profile", help="bus, ambulance, car, truck or walk.")]
Convoy = Annotated[bool, typer.Option("--convoy/--single", help="At the speed of a convoy, or of one vehicle.")]
Closures = Annotated[Path | None, typer.Option("--closures", help="GeoJSON of what is closed or slow.")]
At = Annotated[str | None, typer.Option("--at", help="The moment: 2026-11-22T06:00+02:00.")]
Until = Annotated[str | None, typer.Option("--until", help="What closes by then counts too.")]
Known = Annotated[str | None, typer.Option("--sites", help="Reports whose sites name the points.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="Write here, not to standard output.")]
Lines = Annotated[Path | None, typer.Option("--lines", help="Draw the ways in this GeoJSON file too.")]


@roads_app.command()
def legs(
    file: Sites,
    extract: Map,
    profile: Vehicle = "bus",
    convoy: Convoy = True,
    closures: Closures = None,
    at: At = None,
    until: Until = None,
    lines: Lines = None,
    output: Output = None,
) -> None:
    """Report the drive times of the legs that an operation needs."""
    from corridor.reports.roads import travel
    from corridor.reports.tables import write_reports

    reports = travel.reports_of(file)
    moment = moment_of(at, "--at") if at else max((r.received for r in reports), default=datetime.now(UTC))
    pairs = travel.pairs_of(reports)
    if not pairs:
        hint = "state who leaves from where (term OP/who.from) and where to (term OP/destination.to)"
        raise UsageError("the reports name no operation with pickups and receptions", place=file, hint=hint)
    named = {name for pair in pairs for name in pair}
    traffic = _traffic(extract, profile, convoy=convoy, closures=closures, at=moment, until=until)
    sites = travel.snapped(traffic.roads, [p for p in travel.places_of(reports).values() if p.id in named])
    found = travel.leg_reports(traffic, sites, pairs, moment)
    if lines is not None:
        _geojson(travel.lines(traffic, sites, pairs), lines)
    write(write_reports(found.reports).encode(), output)
    say(f"{len(found.reports) // 2} legs of {len(pairs)}, {len(sites)} sites, {profile}; {extract.name}")
    _findings(found.findings)


@roads_app.command()
def way(
    extract: Map,
    points: Annotated[list[str], typer.Argument(metavar="POINT...", help="lat,lon or sites, in order.")],
    known: Known = None,
    alternates: Annotated[int, typer.Option("--alternates", help="Other ways that share little.")] = 0,
    profile: Vehicle = "bus",
    convoy: Convoy = True,
    closures: Closures = None,
    at: At = None,
    until: Until = None,
    output: Output = None,
) -> None:
    """Find the quickest way through points, others, and their bottlenecks."""
    from corridor.reports.roads import bottlenecks, travel, ways

    if len(points) < 2:
        raise UsageError(
            "a way needs two points at least", place="POINT", hint="corridor roads way MAP 40.27,-76.85 40.24,-76.80"
        )
    traffic = _traffic(extract, profile, convoy=convoy, closures=closures, at=_moment(at), until=until)
    sites = _points(traffic, points, known)
    routes = [(route, 0.0) for route in ways.through(traffic, sites)]
    names = [f"{start.name}>{end.name}" for start, end in pairwise(sites)]
    if alternates and len(sites) == 2:
        routes = [(other.route, other.shared) for other in ways.alternates(traffic, *sites, most=alternates + 1)]
        names = [f"{names[0]} {number}" for number in range(1, len(routes) + 1)]
    features = []
    for name, (route, shared) in zip(names, routes, strict=True):
        narrow = bottlenecks.bottlenecks(traffic.roads.road, route.stretches)
        features.append(travel.feature(traffic, route, name, shared=round(shared, 3)))
        show(
            f"{name}: {route.seconds / 60:.1f} minutes, {travel.described(traffic, route)}"
            + (f"; shares {shared:.0%}" if shared else "")
        )
        for found in narrow:
            show(f"  {found.kind}: {found.road}, way {found.way}, {found.km:.2f} km, {found.why}")
    if output is not None:
        _geojson(features, output)


@roads_app.command()
def why(
    extract: Map,
    point: Point,
    way_id: Annotated[int | None, typer.Option("--way", help="The OpenStreetMap way meant.")] = None,
    trip: Annotated[list[str] | None, typer.Option("--trip", help="Twice: what a drive between would cost.")] = None,
    known: Known = None,
    profile: Vehicle = "bus",
    convoy: Convoy = True,
    closures: Closures = None,
    at: At = None,
) -> None:
    """Tell why not this road: the tag, turn or closure that forbids it."""
    from corridor.reports.roads.why import why_not

    traffic = _traffic(extract, profile, convoy=convoy, closures=closures, at=_moment(at), until=None)
    if trip and len(trip) != 2:
        raise UsageError("a drive has two ends", place="--trip", hint="--trip 40.27,-76.85 --trip 40.24,-76.80")
    ends = _points(traffic, trip, known) if trip else None
    ((lat, lon),) = _positions([point], known)
    show("\n".join(why_not(traffic, lat, lon, way=way_id, trip=(ends[0], ends[1]) if ends else None)))


@roads_app.command()
def reach(
    extract: Map,
    point: Point,
    minutes: Annotated[str, typer.Option("--minutes", help="Limits: 5,10,15.")] = "5,10,15",
    towards: Annotated[bool, typer.Option("--towards", help="Who reaches the point, not what it reaches.")] = False,
    known: Known = None,
    profile: Vehicle = "bus",
    convoy: Convoy = True,
    closures: Closures = None,
    at: At = None,
    output: Output = None,
) -> None:
    """Draw what is reached from a point within some minutes."""
    from corridor.reports.roads.ways import reached

    try:
        limits = sorted({float(part) for part in minutes.split(",")})
    except ValueError:
        raise UsageError(f"{minutes!r} are no minutes", place="--minutes", hint="numbers: 5,10,15") from None
    if not limits or limits[0] <= 0:
        raise UsageError("minutes are above 0", place="--minutes", hint="numbers: 5,10,15")
    traffic = _traffic(extract, profile, convoy=convoy, closures=closures, at=_moment(at), until=None)
    (site,) = _points(traffic, [point], known)
    _geojson(reached(traffic, site, limits, towards=towards)["features"], output)


@roads_app.command()
def bridges(
    extract: Map,
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="Reports: what each loss would cost.")] = None,
    profile: Vehicle = "bus",
    convoy: Convoy = True,
    closures: Closures = None,
    at: At = None,
) -> None:
    """List bridges, one-lane stretches, limits; what a loss costs."""
    from corridor.reports.roads import bottlenecks, travel

    traffic = _traffic(extract, profile, convoy=convoy, closures=closures, at=_moment(at), until=None)
    if file is None:
        for found in bottlenecks.bottlenecks(traffic.roads.road, sorted(set(traffic.roads.graph.stretch.tolist()))):
            where = f"{found.km:.2f} km at {found.lat},{found.lon}"
            show(f"{found.kind}: {found.road}, way {found.way}, {where}, {found.why}")
        return
    reports = travel.reports_of(file)
    pairs = travel.pairs_of(reports)
    named = {name for pair in pairs for name in pair}
    sites = travel.snapped(traffic.roads, [p for p in travel.places_of(reports).values() if p.id in named])
    starts = [sites[name] for name in dict.fromkeys(start for start, _ in pairs) if name in sites]
    ends = [sites[name] for name in dict.fromkeys(end for _, end in pairs) if name in sites]
    for loss in bottlenecks.losses(traffic, starts, ends):
        lost = f"{loss.pairs_cut} pairs of sites lose every way" if loss.pairs_cut else "no pair is cut"
        show(f"{loss.bridge.road}, way {loss.bridge.way}: {lost}, {loss.minutes_more:+.1f} minutes on average")


@roads_app.command()
def layers(extract: Map, output: Output = None) -> None:
    """Draw main roads, waters, places and land use, light for a phone."""
    from corridor.reports.roads.layers import layers as drawn

    with working("reading the map"):
        document = drawn(extract)
    _geojson(document["features"], output, attribution=document["attribution"])


@roads_app.command()
def receptions(extract: Map, at: At = None, output: Output = None) -> None:
    """Report hospitals and shelters of the map, to be asked."""
    from corridor.reports.roads.layers import candidates
    from corridor.reports.roads.open_sites import reception_reports
    from corridor.reports.tables import write_reports

    with working("reading the map"):
        found = candidates(extract)
    write(write_reports(reception_reports(found, _moment(at) or _now(), extract.name)).encode(), output)
    say(f"{len(found)} candidates in {extract.name}: ask each before you count on it")


@roads_app.command()
def pickups(
    extract: Map,
    population: Annotated[Path, typer.Argument(help="People at points: CSV lat,lon,people, or GeoTIFF.")],
    count: Annotated[int, typer.Option("-k", "--count", help="How many pickups to place.")] = 5,
    known: Annotated[str | None, typer.Option("--sites", help="Take the pickups of these reports.")] = None,
    limit: Annotated[float, typer.Option("--limit", help="Walking minutes at most.")] = 15.0,
    at: At = None,
    output: Output = None,
) -> None:
    """Place pickups so that most people walk least, and count them."""
    from corridor.reports.roads import open_sites, people, travel
    from corridor.reports.roads.network import open_roads
    from corridor.reports.tables import write_reports

    if count < 1 or limit <= 0:
        raise UsageError("at least one pickup and some minutes", place="-k, --limit", hint="-k 5 --limit 15")
    with working("reading the map"):
        walked, driven = open_roads(extract, "walk"), open_roads(extract, "bus")
    crowd = people.read_population(population, walked.road.extent)
    walks = people.Walks(walked, crowd)
    if known:
        places = [place for place in travel.places_of(travel.reports_of(known)).values() if place.kind == "pickup"]
        if not places:
            raise UsageError("no pickup with a position", place=known, hint="report site=pickup and its position")
        chosen, proof = list(travel.snapped(walked, places).values()), ""
    else:
        from corridor.reports.roads.snap import snap

        box = tuple(float(edge) for edge in (crowd.lon.min(), crowd.lat.min(), crowd.lon.max(), crowd.lat.max()))
        stops = open_sites.stops_of(driven, (box[0] - 0.01, box[1] - 0.01, box[2] + 0.01, box[3] + 0.01))
        on_foot = [snap(walked, stop.name, stop.lat, stop.lon) for stop in stops]
        placed = people.place_pickups(walks.minutes(on_foot), crowd.people, count, limit)
        chosen = [on_foot[number] for number in placed.chosen]
        proof = f"one of {count} placed among {len(stops)} stops, at most {placed.gap:.1%} below the best choice"
    if not chosen:
        raise UsageError("nobody lives within the limit of a stop", place="--limit", hint="a longer walk")
    found = walks.catchments(chosen, limit)
    write(
        write_reports(
            open_sites.pickup_reports(walked, chosen, found, crowd, _moment(at) or _now(), proof=proof)
        ).encode(),
        output,
    )
    far = float(crowd.people[found.pickup < 0].sum())
    near = f"{crowd.total - far:,.0f} of {crowd.total:,.0f} people within {limit:g} minutes"
    say(f"{len(chosen)} pickups, {near}; {proof}")
    if far:
        say(f"warning: {far:,.0f} people walk longer than {limit:g} minutes: fetch them, or place more pickups")


def register(app: typer.Typer) -> None:
    """Add the verb to the others."""
    app.add_typer(roads_app, name="roads")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _moment(at: str | None) -> datetime | None:
    return moment_of(at, "--at") if at else None


def _traffic(
    extract: Path, profile: str, *, convoy: bool, closures: Path | None, at: datetime | None, until: str | None
) -> Traffic:
    from corridor.reports.roads.closures import effects, read_closures
    from corridor.reports.roads.network import notes, open_roads
    from corridor.reports.roads.routing import Traffic as TrafficType

    known = read_closures(closures) if closures else []
    with working("reading the map"):
        roads = open_roads(extract, profile, convoy=convoy)
    for note in notes(roads.road):
        say(f"warning: {note}")
    found = effects(roads.road, known, at, moment_of(until, "--until") if until else None)
    for closure in found.nowhere:
        say(f"warning: {closure.id} lies on no road of {roads.road.name}: it closes nothing; check its place")
    return TrafficType(roads, found)


def _positions(points: Sequence[str], known: str | None) -> list[tuple[float, float]]:
    from corridor.files import nearest
    from corridor.reports.roads.travel import places_of, reports_of
    from corridor.reports.roads.why import places

    sites = places_of(reports_of(known)) if known else {}
    found = []
    for point in points:
        if point in sites:
            found.append((sites[point].lat, sites[point].lon))
        elif "," in point:
            found.append(places(point))
        else:
            hint = nearest(point, list(sites)) if sites else "write lat,lon, or name the reports with --sites"
            raise UsageError(f"{point!r} is no site with a position", place="POINT", hint=hint)
    return found


def _points(traffic: Traffic, points: Sequence[str], known: str | None) -> list[Snapped]:
    from corridor.reports.roads.snap import snap

    found = [snap(traffic.roads, name, *at) for name, at in zip(points, _positions(points, known), strict=True)]
    for site in found:
        if site.warning:
            say(f"warning: {site.name} {site.warning}")
    return found


def _geojson(features: Sequence[Any], output: Path | None, **more: str) -> None:
    import msgspec

    write(msgspec.json.encode({"type": "FeatureCollection", **more, "features": features}) + b"\n", output)


def _findings(found: Sequence[Finding]) -> None:
    for finding in found:
        say(str(finding))
    if any(finding.severity == "error" for finding in found):
        raise typer.Exit(1)
