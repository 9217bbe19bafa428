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

# Latitudes south of the equator begin with a hyphen and are no options.
SOUTH = {"ignore_unknown_options": True}

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
    one_lane: Annotated[
        float, typer.Option("--one-lane", min=0, help="One-lane stretches of so many metres become terms.")
    ] = 100.0,
    only: Annotated[str, typer.Option("--only", help="For this vehicle type alone, as an ambulance drives.")] = "",
    output: Output = None,
) -> None:
    """Report the drive times of the legs that an operation needs."""
    from corridor.reports.roads import travel
    from corridor.reports.tables import write_reports

    reports = travel.reports_of(file)
    moment = moment_of(at, "--at") if at else max((r.received for r in reports), default=datetime.now(UTC))
    needed = travel.needed(reports)
    pairs = list(needed)
    known = sorted({report.subject for report in reports if report.fact == "vehicles"})
    if only and only not in known:
        from corridor.files import nearest

        raise UsageError(f"no report has vehicles of type {only!r}", place="--only", hint=nearest(only, known))
    if not pairs:
        hint = "state who leaves from where (term OP/who.from) and where to (term OP/destination.to)"
        raise UsageError("the reports name no operation with pickups and receptions", place=file, hint=hint)
    named = {name for pair in pairs for name in pair}
    traffic = _traffic(extract, profile, convoy=convoy, closures=closures, at=moment, until=until)
    sites = travel.snapped(traffic.roads, [p for p in travel.places_of(reports).values() if p.id in named])
    found = travel.leg_reports(traffic, sites, needed, moment, short_m=one_lane, only=only)
    if lines is not None:
        geojson(travel.lines(traffic, sites, pairs), lines)
    write(write_reports(found.reports).encode(), output)
    narrow = f", {found.lanes} one-lane stretches" if found.lanes else ""
    say(f"{found.ways} legs of {len(pairs)}, {len(sites)} sites, {profile}{narrow}; {extract.name}")
    _findings([*found.findings, *travel.hidden(reports, found.parted, only)])


@roads_app.command(context_settings=SOUTH)
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
    traffic = _traffic(extract, profile, convoy=convoy, closures=closures, at=moment_or_none(at), until=until)
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
        geojson(features, output)


@roads_app.command(context_settings=SOUTH)
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

    traffic = _traffic(extract, profile, convoy=convoy, closures=closures, at=moment_or_none(at), until=None)
    if trip and len(trip) != 2:
        raise UsageError("a drive has two ends", place="--trip", hint="--trip 40.27,-76.85 --trip 40.24,-76.80")
    ends = _points(traffic, trip, known) if trip else None
    ((lat, lon),) = _positions([point], known)
    show("\n".join(why_not(traffic, lat, lon, way=way_id, trip=(ends[0], ends[1]) if ends else None)))


@roads_app.command(context_settings=SOUTH)
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
    traffic = _traffic(extract, profile, convoy=convoy, closures=closures, at=moment_or_none(at), until=None)
    (site,) = _points(traffic, [point], known)
    geojson(reached(traffic, site, limits, towards=towards)["features"], output)


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

    traffic = _traffic(extract, profile, convoy=convoy, closures=closures, at=moment_or_none(at), until=None)
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


def register(app: typer.Typer) -> None:
    """Add the verb to the others."""
    from corridor.cli_places import add

    add(roads_app)
    app.add_typer(roads_app, name="roads")


def moment_or_none(at: str | None) -> datetime | None:
    """Read `--at`, None where it is not given."""
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


def geojson(features: Sequence[Any], output: Path | None, **more: str) -> None:
    """Write features as GeoJSON."""
    import msgspec

    write(msgspec.json.encode({"type": "FeatureCollection", **more, "features": features}) + b"\n", output)


def _findings(found: Sequence[Finding]) -> None:
    for finding in found:
        say(str(finding))
    if any(finding.severity == "error" for finding in found):
        raise typer.Exit(1)
