"""The convoys as GTFS-realtime 2.0: new trips, halts as alerts, occupancy in coarse words; no plate, no vehicle's id.

The messages are built from a table of the public specification's fields by protobuf's own runtime: the published
bindings ask for another protobuf than the planner's solver does. An enumeration is the same number on the wire.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from corridor.planning.plan import Convoy
from corridor.publishing import names
from corridor.publishing.map import located
from corridor.publishing.release.stage import Release
from corridor.publishing.standards.gtfs import route_of
from corridor.publishing.words import LANGUAGES, words
from corridor.situation.agreement import Halt

PACKAGE = "corridor_realtime"
NEW = 8  # TripDescriptor.ScheduleRelationship, since May 2025 in place of ADDED
NO_DATA, FULL, FEW_SEATS, MANY_SEATS = 7, 5, 2, 1  # VehiclePosition.OccupancyStatus
UNKNOWN_CAUSE, NO_SERVICE = 1, 1
# Shares of the places taken from which a convoy counts as full, or as nearly so: precise shares would count people.
NEARLY, TAKEN = 0.4, 0.8


@cache
def messages() -> dict[str, Any]:
    """Return the class of each message of the table."""
    text = resources.files("corridor.publishing.standards").joinpath("realtime.csv").read_text("utf-8")
    file = descriptor_pb2.FileDescriptorProto(name="corridor_realtime.proto", package=PACKAGE, syntax="proto2")
    made: dict[str, descriptor_pb2.DescriptorProto] = {}
    kinds = descriptor_pb2.FieldDescriptorProto
    for row in csv.DictReader(text.splitlines()):
        message = made.setdefault(
            row["message"],
            file.message_type.add(name=row["message"]) if row["message"] not in made else made[row["message"]],
        )
        field = message.field.add(name=row["field"], number=int(row["number"]))
        field.label = getattr(kinds, f"LABEL_{row['label'].upper()}")
        if row["type"][0].isupper():
            field.type, field.type_name = kinds.TYPE_MESSAGE, f".{PACKAGE}.{row['type']}"
        else:
            field.type = getattr(kinds, f"TYPE_{row['type'].upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}")) for name in made}


def realtime(release: Release) -> bytes:
    """Return the feed: a new trip for each planned convoy, its occupancy, and an alert for each halt that lasts."""
    feed = messages()["FeedMessage"]()
    feed.header.gtfs_realtime_version = "2.0"
    feed.header.incrementality = 0
    feed.header.timestamp = _seconds(release.made)
    placed = {site.id for site in located(release.situation)}
    for convoy in sorted(release.plan.planned, key=lambda convoy: (convoy.depart, convoy.id)):
        if {convoy.pickup, convoy.reception} <= placed:
            _trip(feed, release, convoy)
    for number, halt in enumerate(release.situation.halts, 1):
        if halt.until is None:
            _alert(feed, release, halt, number)
    data: bytes = feed.SerializeToString(deterministic=True)
    return data


def _trip(feed: Any, release: Release, convoy: Convoy) -> None:  # noqa: ANN401 - made from the table
    entity = feed.entity.add(id=f"trip:{convoy.id}")
    trip = entity.trip_update
    _described(trip.trip, convoy)
    trip.timestamp = _seconds(release.made)
    first = trip.stop_time_update.add(stop_sequence=1, stop_id=convoy.pickup)
    first.departure.time = _seconds(convoy.depart)
    last = trip.stop_time_update.add(stop_sequence=2, stop_id=convoy.reception)
    last.arrival.time = _seconds(convoy.arrive)
    seen = feed.entity.add(id=f"load:{convoy.id}").vehicle
    _described(seen.trip, convoy)
    seen.occupancy_status = occupancy(release, convoy)
    seen.timestamp = _seconds(release.made)


def occupancy(release: Release, convoy: Convoy) -> int:
    """Return how full a convoy is planned to be, in the coarse words of the standard."""
    places = {
        kind.type: sum(each.quantile(0.5) for each in kind.places.values()) for kind in release.situation.fleet.vehicles
    }
    room = sum(places.get(names.vehicle_type(trip.vehicle), 0) for trip in convoy.trips)
    if not room:
        return NO_DATA
    share = convoy.people / room
    return FULL if share >= TAKEN else FEW_SEATS if share >= NEARLY else MANY_SEATS


def _described(trip: Any, convoy: Convoy) -> None:  # noqa: ANN401
    at = convoy.depart.astimezone(UTC)
    trip.trip_id = convoy.id
    trip.route_id = route_of(convoy)
    trip.start_date, trip.start_time = f"{at:%Y%m%d}", f"{at:%H:%M:%S}"
    trip.schedule_relationship = NEW


def _alert(feed: Any, release: Release, halt: Halt, number: int) -> None:  # noqa: ANN401
    alert = feed.entity.add(id=f"halt:{number}").alert
    alert.active_period.add(start=_seconds(halt.since))
    routes = sorted({route_of(convoy) for convoy in release.plan.planned if convoy.operation == halt.operation})
    for route in routes or [halt.operation]:
        alert.informed_entity.add(route_id=route)
    alert.cause, alert.effect = UNKNOWN_CAUSE, NO_SERVICE
    for lang in LANGUAGES:
        w = words(lang, release.situation.at.tzinfo)
        where = names.operation(release.situation, halt.operation, w)
        alert.header_text.translation.add(text=w("cap.headline.halted", where=where), language=lang)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
