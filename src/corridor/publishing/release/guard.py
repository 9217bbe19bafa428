"""The guard of exports: every table is read back before it is written, and refused where it tells more than allowed.

It knows nothing of how a file was made: it reads CSV, JSON, SQLite, ZIP, XML and iCalendar as a stranger would.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from corridor.errors import CorridorError, Fault
from corridor.publishing.release.levels import Rules

Row = dict[str, Any]
# Columns that no export holds at any level, whatever stands in them.
PERSON = re.compile(
    r"(?:^|_)(?:(?:first|last|full|family|given|father|mother|person)_?names?|surname|phone|mobile|email|birth\w*|age|"
    r"passport|national_id|id_number|religion|sect|ethnic\w*|affiliation|home_address|photo|fingerprint\w*)(?:$|_)",
    re.IGNORECASE,
)
COUNTS = frozenset({"people", "low", "middle", "high", "waiting_median", "people_waiting_estimate_median", "count"})
MOVING = frozenset({"convoy", "vehicle", "trip_id", "depart", "departure_time", "from_site", "lead"})
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:[+-]\d\d:\d\d)?")
COMPACT = re.compile(r"\b\d{8}T(\d\d)(\d\d)(\d\d)Z")
NEAR = 2e-5  # degrees: positions are written with five digits


def guarded(files: dict[str, bytes], rules: Rules) -> None:
    """Raise `CorridorError` with every fault where a file tells what the level does not allow; nothing is written."""
    faults = [fault for name, data in files.items() for fault in faults_of(name, data, rules)]
    if faults:
        what = f"{len(faults)} fault(s) at level {rules.name}; nothing was written: {faults[0]}"
        raise CorridorError(what, hint="release it to those who may know, or leave the format out")


def faults_of(name: str, data: bytes, rules: Rules) -> list[Fault]:
    """Return what a file tells beyond its level: persons, counts, positions, moments, movements."""
    found: list[Fault] = []
    for where, row in rows(name, data):
        found += _row(f"{name}: {where}", row, rules)
    return found


def rows(name: str, data: bytes) -> Iterator[tuple[str, Row]]:
    """Yield each row of each table of a file with where it stands; none for pages and pictures."""
    if name.endswith(".csv"):
        yield from _csv(data, "row")
    elif name.endswith((".json", ".geojson")):
        yield from _json(json.loads(data), "$")
    elif name.endswith((".gpkg", ".sqlite")):
        yield from _sqlite(data)
    elif name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in archive.namelist():
                yield from _csv(archive.read(part), part)
    elif name.endswith(".xml"):
        for number, each in enumerate(ET.fromstring(data).iter(), 1):  # noqa: S314 - our own file
            yield f"element {number}", {each.tag.rpartition("}")[2]: (each.text or "").strip() or None, **each.attrib}
    elif name.endswith(".ics"):
        for number, line in enumerate(data.decode().splitlines(), 1):
            key, _, value = line.partition(":")
            yield f"line {number}", {key: value}


def _csv(data: bytes, where: str) -> Iterator[tuple[str, Row]]:
    for number, row in enumerate(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))), 2):
        if not any(str(cell).startswith("#") for cell in row.values()):
            yield f"{where} {number}", dict(row)


def _json(value: Any, where: str) -> Iterator[tuple[str, Row]]:  # noqa: ANN401 - whatever stands in it
    if isinstance(value, dict):
        flat = {key: each for key, each in value.items() if not isinstance(each, dict | list)}
        if value.get("type") == "Point":
            flat |= {"longitude": value["coordinates"][0], "latitude": value["coordinates"][1]}
        if value.get("type") == "LineString":
            flat["from_site"] = "a line"
        yield where, flat
        for key, each in value.items():
            yield from _json(each, f"{where}.{key}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _json(each, f"{where}[{number}]")


def _sqlite(data: bytes) -> Iterator[tuple[str, Row]]:
    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(data)
        listed = base.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'gpkg_%'")
        for (name,) in listed.fetchall():
            found = base.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - a name that the file itself gives
            columns = [column[0] for column in found.description]
            for number, cells in enumerate(found, 1):
                yield f"{name} {number}", dict(zip(columns, cells, strict=True))


def _row(where: str, row: Row, rules: Rules) -> Iterator[Fault]:
    for column, value in row.items():
        if PERSON.search(column):
            yield Fault(f"{where}: {column}", "is about persons", "Corridor exports counts only")
        if value in (None, ""):
            continue
        if rules.movements == "none" and column in MOVING:
            yield Fault(f"{where}: {column}", "tells a movement", "not at this level")
        if column in COUNTS and str(row.get("unit") or "people") == "people":
            yield from _count(f"{where}: {column}", value, rules)
        if isinstance(value, str):
            yield from _moments(f"{where}: {column}", value, rules)
    yield from _position(where, row, rules)


def _count(where: str, value: object, rules: Rules) -> Iterator[Fault]:
    try:
        number = float(str(value))
    except ValueError:
        return
    if rules.hides(number):
        yield Fault(where, f"{value} people: fewer than {rules.smallest} single people out", "hide it")
    elif rules.step and number != rules.count(number):
        yield Fault(where, f"{value} people is finer than the level", "round it")


def _moments(where: str, value: str, rules: Rules) -> Iterator[Fault]:
    for text in STAMP.findall(value):
        at = datetime.fromisoformat(text)
        if at != rules.moment(at) and rules.clock_minutes > 1:
            yield Fault(where, f"{text} is finer than {rules.clock_minutes} minutes", "cut it to the level's clock")
    for _, minute, second in COMPACT.findall(value):
        if rules.clock_minutes > 1 and int(minute) % rules.clock_minutes + int(second):
            yield Fault(where, f"{value} is finer than {rules.clock_minutes} minutes", "cut it to the level's clock")


def _position(where: str, row: Row, rules: Rules) -> Iterator[Fault]:
    try:
        latitude, longitude = float(str(row["latitude"])), float(str(row["longitude"]))
    except (KeyError, ValueError):
        return
    middle = rules.position(latitude, longitude)
    if max(abs(middle[0] - latitude), abs(middle[1] - longitude)) > NEAR:
        yield Fault(where, f"{latitude}, {longitude} is finer than {rules.grid_km:g} km", "snap it to the grid")
