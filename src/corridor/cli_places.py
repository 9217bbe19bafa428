"""The verbs of the roads that find places: layers of a map, receptions and pickups; parsing and printing only."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from corridor.cli_roads import At, Map, Output, geojson, moment_or_none
from corridor.errors import UsageError
from corridor.terminal import say, working, write


def add(app: typer.Typer) -> None:
    """Add these verbs to those of the roads."""
    for verb in (layers, receptions, pickups):
        app.command()(verb)


def layers(
    extract: Annotated[Path, typer.Argument(metavar="MAP", help="OpenStreetMap extract, or PMTiles of vectors.")],
    known: Annotated[str | None, typer.Option("--sites", help="Around the sites of these reports only.")] = None,
    margin: Annotated[float, typer.Option("--margin", min=0, max=500, help="So many km around them.")] = 10.0,
    output: Output = None,
) -> None:
    """Draw main roads, waters, places and land use, light for a phone."""
    from corridor.reports.roads.layers import layers as drawn

    around = _around(known, margin) if known else None
    with working("reading the map"):
        document = drawn(extract, around=around)
    geojson(document["features"], output, attribution=document["attribution"])


def _around(known: str, km: float) -> tuple[float, float, float, float]:
    from corridor.reports.roads import travel
    from corridor.reports.roads.tiles import box_around

    places = travel.places_of(travel.reports_of(known)).values()
    found = box_around([(place.lat, place.lon) for place in places], km)
    if found is None:
        hint = "state the fact `position` of a site: lat;lon"
        raise UsageError("no site of these reports has a position", place=known, hint=hint)
    return found


def receptions(extract: Map, at: At = None, output: Output = None) -> None:
    """Report hospitals and shelters of the map, to be asked."""
    from corridor.reports.roads.layers import candidates
    from corridor.reports.roads.open_sites import reception_reports
    from corridor.reports.tables import write_reports

    with working("reading the map"):
        found = candidates(extract)
    write(write_reports(reception_reports(found, _moment(at), extract.name)).encode(), output)
    say(f"{len(found)} candidates in {extract.name}: ask each before you count on it")


def pickups(
    extract: Map,
    population: Annotated[
        Path, typer.Argument(metavar="PEOPLE", help="People at points: CSV lat,lon,people, or GeoTIFF.")
    ],
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
    if not people.meets(crowd, walked.road.extent):
        hint = "take the map of the same place; longitude and latitude may be swapped"
        raise UsageError(f"nobody lives where the roads of {extract.name} are", place=str(population), hint=hint)
    walks = people.Walks(walked, crowd)
    if known:
        places = [place for place in travel.places_of(travel.reports_of(known)).values() if place.kind == "pickup"]
        if not places:
            raise UsageError("no pickup with a position", place=known, hint="report site=pickup and its position")
        chosen, proof = list(travel.snapped(walked, places).values()), f"as {known} has them"
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
        write_reports(open_sites.pickup_reports(walked, chosen, found, crowd, _moment(at), proof=proof)).encode(),
        output,
    )
    far = float(crowd.people[found.pickup < 0].sum())
    near = f"{crowd.total - far:,.0f} of {crowd.total:,.0f} people within {limit:g} minutes"
    say(f"{len(chosen)} pickups, {near}; {proof}")
    if far:
        say(f"warning: {far:,.0f} people walk longer than {limit:g} minutes: fetch them, or place more pickups")


def _moment(at: str | None) -> datetime:
    return moment_or_none(at) or datetime.now(UTC).replace(microsecond=0)
