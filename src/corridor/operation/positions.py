"""Positions of vehicles from Traccar Client or OsmAnd: GET requests, late and out of order."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import parse_qs

import msgspec

from corridor.errors import Fault, InputError
from corridor.reports.report import Report, content_id

# A phone's own guess of its precision where it gives none.
UNKNOWN_PRECISION_M = 100
MILLISECONDS = 10_000_000_000


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Where a vehicle was last known to be."""

    vehicle: str
    latitude: float
    longitude: float
    precision_m: float
    at: datetime
    report: str


def read_position(query: str, *, received: datetime, vehicles: dict[str, str]) -> Report:
    """Return the report of one request's query string (traccar.org/osmand).

    `vehicles` maps the id that a device was given to its vehicle: a device nobody enrolled is refused, as its track
    could be a person's. Raises `InputError` where the query is no position.
    """
    fields = {name: values[-1] for name, values in parse_qs(query.lstrip("?")).items()}
    device = fields.get("id") or fields.get("deviceid") or ""
    if device not in vehicles:
        raise InputError("an unknown device", place="position", hint="enrol the vehicle first")
    location = fields.get("location", "").split(",")
    try:
        latitude = float(fields["lat"] if "lat" in fields else location[0])
        longitude = float(fields["lon"] if "lon" in fields else location[1])
        precision = float(fields.get("accuracy") or UNKNOWN_PRECISION_M)
        observed = _moment(fields.get("timestamp", ""), received)
    except (ValueError, IndexError, OverflowError, OSError) as error:
        raise InputError(f"is no position: {error}", place="position", hint="send id, lat, lon, timestamp") from None
    numbers = (latitude, longitude, precision)
    if not all(map(math.isfinite, numbers)) or abs(latitude) > 90 or abs(longitude) > 180 or precision < 0:
        raise InputError("is outside the Earth", place="position", hint="latitude, longitude in degrees (WGS 84)")
    vehicle = vehicles[device]
    # A clock that runs ahead must not put a vehicle into the future; the moment of receipt is the latest it can be.
    observed = min(observed, received)
    value = f"{latitude:.5f};{longitude:.5f};{round(precision)}"
    name = content_id({"fact": "vehicle_position", "about": vehicle, "value": value, "observed": observed.isoformat()})
    return Report(
        id=name,
        source="vehicle tracker",
        fact="vehicle_position",
        about=vehicle,
        place="on the way",
        observed=observed,
        received=received,
        value=value,
    )


def read_enrolled(text: str, *, place: str) -> dict[str, str]:
    """Return the vehicle of each enrolled device from lines of `device,vehicle`; raises `InputError` with the line."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        fields = [field.strip() for field in line.split(",")]
        if fields in ([""], ["device", "vehicle"]):
            continue
        if len(fields) != 2 or not all(fields) or found.get(fields[0], fields[1]) != fields[1]:
            hint = "one device and its vehicle a line: 7f3a,aleppo/bus-07; each device once"
            raise InputError("is no enrolment", place=f"{place}:{number}", hint=hint)
        found[fields[0]] = fields[1]
    return found


def read_requests(
    text: str, *, received: datetime, vehicles: dict[str, str], place: str
) -> tuple[list[Report], list[Fault]]:
    """Return the positions of a file of requests, one a line, and what is wrong with the others.

    A line is a query string, an address with one, or the request line of a server's record; a moment with its zone may
    stand before it, which is when it came. One bad line holds up no other.
    """
    found: list[Report] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or line.startswith("#"):
            continue
        at = received
        try:
            came = datetime.fromisoformat(words[0])
            if came.tzinfo is not None:
                at, words = min(came, received), words[1:]
        except ValueError:
            pass
        query = next((word for word in words if "=" in word), "").rpartition("?")[2]
        try:
            found.append(read_position(query, received=at, vehicles=vehicles))
        except InputError as error:
            faults.append(Fault(f"{place}:{number}", error.cause, error.hint))
    return found, faults


def _moment(text: str, received: datetime) -> datetime:
    if not text:
        return received
    try:
        number = float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.fromtimestamp(number / 1000 if number > MILLISECONDS else number, UTC)


def positions(reports: Iterable[Report]) -> dict[str, Position]:
    """Return the latest position of each vehicle by when it was there, however late it came."""
    found: dict[str, Position] = {}
    for report in reports:
        if report.fact != "vehicle_position":
            continue
        parts = [float(part) for part in str(report.value).split(";")]
        old = found.get(report.about)
        if old is None or (old.at, old.report) < (report.observed, report.id):
            found[report.about] = Position(
                vehicle=report.about,
                latitude=parts[0],
                longitude=parts[1],
                precision_m=parts[2] if len(parts) > 2 else UNKNOWN_PRECISION_M,
                at=report.observed,
                report=report.id,
            )
    return found
