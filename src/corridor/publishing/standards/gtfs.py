"""The movement table as GTFS Schedule, for the transit tools that planners know; a planned movement is sensitive."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from corridor.planning.plan import Convoy, Plan
from corridor.publishing import names
from corridor.publishing.map import located
from corridor.publishing.words import Words
from corridor.situation.situation import Situation

BUS = 3  # route_type
ZONE = "Etc/UTC"  # one clock for all readers: an operation's own offset need not be an IANA zone
NO_ADDRESS = "https://corridor.invalid/"  # agency_url is required; RFC 2606 keeps this name for no one
STAMP = (1980, 1, 1, 0, 0, 0)  # of the files in the archive: the same plan gives the same bytes


def gtfs(plan: Plan, w: Words) -> bytes:
    """Return the plan as a GTFS archive: a route for each pair of places, a trip for each convoy, all times in UTC.

    A convoy whose places have no position is left out, for GTFS has no stop without one. No vehicle is named.
    """
    situation = plan.situation
    placed = {site.id for site in located(situation)}
    convoys = [each for each in _in_order(plan) if {each.pickup, each.reception} <= placed]
    used = {site for each in convoys for site in (each.pickup, each.reception)}
    days = sorted({_day(each.depart) for each in convoys})
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]] = {
        "agency.txt": (("agency_name", "agency_url", "agency_timezone", "agency_lang"), [_agency(w)]),
        "stops.txt": (("stop_id", "stop_name", "stop_lat", "stop_lon"), _stops(situation, used, w)),
        "routes.txt": (("route_id", "route_long_name", "route_type"), _routes(situation, convoys, w)),
        "trips.txt": (("route_id", "service_id", "trip_id", "trip_headsign"), _trips(situation, convoys, w)),
        "stop_times.txt": (
            ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence", "pickup_type", "drop_off_type"),
            _stop_times(convoys),
        ),
        "calendar_dates.txt": (("service_id", "date", "exception_type"), [(day, day, 1) for day in days]),
        "feed_info.txt": (
            ("feed_publisher_name", "feed_publisher_url", "feed_lang", "feed_version"),
            [(w("gtfs.agency"), NO_ADDRESS, w.lang, plan.situation_sha256[:16])],
        ),
    }
    return _archive(tables)


def _agency(w: Words) -> tuple[str, ...]:
    return w("gtfs.agency"), NO_ADDRESS, ZONE, w.lang


def route_of(convoy: Convoy) -> str:
    """Return the id of the route that a convoy serves."""
    return f"{convoy.operation}:{convoy.pickup}>{convoy.reception}"


def _in_order(plan: Plan) -> list[Convoy]:
    return sorted(plan.planned, key=lambda convoy: (convoy.depart, convoy.id))


def _stops(situation: Situation, used: set[str], w: Words) -> list[tuple[object, ...]]:
    return [
        (site.id, names.place(situation, site.id, w), f"{site.latitude:.5f}", f"{site.longitude:.5f}")
        for site in located(situation)
        if site.id in used
    ]


def _routes(situation: Situation, convoys: Sequence[Convoy], w: Words) -> list[tuple[object, ...]]:
    found = {}
    for each in convoys:
        ends = (names.place(situation, site, w) for site in (each.pickup, each.reception))
        found[route_of(each)] = (route_of(each), " – ".join(ends), BUS)
    return list(found.values())


def _trips(situation: Situation, convoys: Sequence[Convoy], w: Words) -> list[tuple[object, ...]]:
    return [(route_of(each), _day(each.depart), each.id, names.place(situation, each.reception, w)) for each in convoys]


def _stop_times(convoys: Sequence[Convoy]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for each in convoys:
        ready = min(trip.board_start for trip in each.trips)
        empty = max(trip.unload_end for trip in each.trips)
        day = each.depart
        # nobody gets off where people board, nobody gets on where they arrive
        rows.append((each.id, _time(ready, day), _time(each.depart, day), each.pickup, 1, 0, 1))
        rows.append((each.id, _time(each.arrive, day), _time(empty, day), each.reception, 2, 1, 0))
    return rows


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%d}"


def _time(moment: datetime, day: datetime) -> str:
    """Return a moment as hours, minutes and seconds of a service day, beyond 24 hours after its midnight.

    Boarding that began the evening before starts the service day at midnight: GTFS has no hours below 0.
    """
    midnight = day.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    seconds = int(max(timedelta(0), moment - midnight).total_seconds())
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _archive(tables: dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (columns, rows) in tables.items():
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\r\n")
            writer.writerow(columns)
            writer.writerows(rows)
            archive.writestr(zipfile.ZipInfo(name, STAMP), text.getvalue().encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()
