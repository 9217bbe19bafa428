"""The figures that stand in each published file, read back by another's reader: one form, so that files compare.

A figure is named by what it is, of what: `people, aleppo/C07`. A page gives what a page can give, hours without a day
for one; `seen` of the truth says in which words each stands there.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import gtfs_kit
import icalendar
import pyogrio
from google.transit import gtfs_realtime_pb2

Key = tuple[str, str]
Figures = dict[Key, object]
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
CLOCK = re.compile(r"(\d\d)(?::|\sh\s)(\d\d)")


def whole(text: str) -> int:
    """The first whole number of a text, its thousands joined."""
    found = re.search(r"\d+(?:[,\s]\d{3})*", text)
    assert found, text
    return int(re.sub(r"\D", "", found[0]))


def numbers(text: str) -> int:
    """The sum of the counts in words such as `10 ambulances, 18 buses`."""
    return sum(int(each) for each in re.findall(r"\d+", text))


def clock(text: str) -> str:
    """The hour and minute that end a text in any language."""
    return ":".join(CLOCK.findall(text)[-1])


def utc(text: str) -> datetime:
    """A moment with its offset."""
    return datetime.fromisoformat(text).astimezone(UTC)


class _Tables(HTMLParser):
    """The rows of a page's tables with the class of each, and its paragraphs with theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[tuple[str, list[list[str]]]] = []
        self.said: list[tuple[str, str]] = []
        self._cell, self._mark = False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("class") or ""
        if tag == "table":
            self.tables.append((kind, []))
        elif tag == "tr":
            self.tables[-1][1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][1][-1].append("")
            self._cell = True
        elif tag in ("h1", "p"):
            self._mark = kind or tag
            self.said.append((self._mark, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False
        elif tag in ("h1", "p"):
            self._mark = ""

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.tables[-1][1][-1][-1] += data
        elif self._mark:
            self.said[-1] = (self._mark, self.said[-1][1] + data)


def page(data: bytes) -> _Tables:
    """A page as its tables and its paragraphs."""
    reader = _Tables()
    reader.feed(data.decode())
    return reader


def _convoy(name: str, row: Mapping[str, Any]) -> Figures:
    return {(what, name): value for what, value in row.items()}


def movement_table(data: bytes) -> Figures:
    """The movement table as CSV."""
    found: Figures = {}
    for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"))):
        told = {"depart": utc(row["depart"]), "arrive": utc(row["arrive"]), "from": row["from"], "to": row["to"]}
        found |= _convoy(row["convoy"], told | {"vehicles": numbers(row["vehicles"]), "people": int(row["people"])})
    return found


def schedule(data: bytes, *, vehicles: int = 4, people: int = 5) -> Figures:
    """The movement table of a page: the convoys by their short names, hours as they are read."""
    found: Figures = {}
    for cells in (row for kind, rows in page(data).tables if kind == "movement" for row in rows[1:]):
        name = "aleppo/" + re.findall(r"C\d+", cells[0])[0]
        told = {"leaves": clock(cells[1]), "arrives": clock(cells[2]), "vehicles": numbers(cells[vehicles])}
        found |= _convoy(name, told | {"people": whole(cells[people])})
    return found


def sheets(data: bytes) -> Iterator[Figures]:
    """The sheets of a page: what stands large, then what the order says in each language."""
    name, large = "", list[str]()
    for kind, text in page(data).said:
        if kind == "break":
            name, large = "aleppo/" + text.split(" ")[0], []
        elif kind == "large":
            large.append(text)
            if len(large) == 5:
                told = {"leaves": clock(large[1]), "arrives": clock(large[2]), "vehicles": numbers(large[3])}
                yield _convoy(name, told | {"people": whole(large[4].rpartition(": ")[2])})
        elif kind == "order":
            found = re.search(r" (\d\d:\d\d) .* (\d+) (?:VEH|مركبة) (\d+) (?:PEOPLE|PERS|شخص)", text)
            assert found, text
            yield _convoy(name, {"leaves": found[1], "vehicles": int(found[2]), "people": int(found[3])})


def gtfs(data: bytes, folder: Path) -> Figures:
    """The trips of a GTFS archive, by gtfs-kit."""
    file = folder / "movement.zip"
    file.write_bytes(data)
    feed = gtfs_kit.read_feed(file, dist_units="km")
    days = dict(zip(feed.trips["trip_id"], feed.trips["service_id"], strict=True))
    found: Figures = {}
    for row in feed.stop_times.to_dict("records"):
        first = row["stop_sequence"] == 1
        hour, minute, second = map(int, row["departure_time" if first else "arrival_time"].split(":"))
        day = datetime.strptime(days[row["trip_id"]], "%Y%m%d").replace(tzinfo=UTC)
        moment = day + timedelta(hours=hour, minutes=minute, seconds=second)
        told = {"depart" if first else "arrive": moment, "from" if first else "to": row["stop_id"]}
        found |= _convoy(row["trip_id"], told)
    return found


def realtime(data: bytes) -> Figures:
    """The trips of a GTFS-realtime feed by the published bindings, with how full they are as a word."""
    feed = gtfs_realtime_pb2.FeedMessage()
    feed.ParseFromString(data)
    found: Figures = {}
    for entity in feed.entity:
        if entity.HasField("trip_update"):
            first, last = entity.trip_update.stop_time_update
            ends = {"from": first.stop_id, "to": last.stop_id}
            times = {"depart": first.departure.time, "arrive": last.arrival.time}
            told = {what: datetime.fromtimestamp(seconds, UTC) for what, seconds in times.items()}
            found |= _convoy(entity.trip_update.trip.trip_id, told | ends)
        elif entity.HasField("vehicle"):
            word = gtfs_realtime_pb2.VehiclePosition.OccupancyStatus.Name(entity.vehicle.occupancy_status)
            found["full", entity.vehicle.trip.trip_id] = word
    return found


def geopackage(data: bytes, folder: Path) -> Figures:
    """The convoys and the places of a GeoPackage, by GDAL."""
    file = folder / "operation.gpkg"
    file.write_bytes(data)
    found: Figures = {}
    for row in _rows(file, "convoys"):
        times = {what: row[what].astype("datetime64[s]").item().replace(tzinfo=UTC) for what in ("depart", "arrive")}
        ends = {"from": row["from_site"], "to": row["to_site"]}
        found |= _convoy(row["convoy"], times | ends | {"vehicles": row["vehicles"], "people": row["people"]})
    for row in _rows(file, "sites"):
        if row["waiting_median"] == row["waiting_median"]:  # no number is unlike itself
            found["waiting", row["id"]] = int(row["waiting_median"])
    return found


def _rows(file: Path, layer: str) -> list[dict[str, Any]]:
    meta, _, _, columns = pyogrio.raw.read(file, layer=layer, read_geometry=False)
    return [dict(zip(map(str, meta["fields"]), cells, strict=True)) for cells in zip(*columns, strict=True)]


def geojson(data: bytes) -> Figures:
    """Who waits at each place of the map data."""
    features = [each for each in json.loads(data)["features"] if each["properties"]["what"] == "site"]
    told = {each["id"]: each["properties"]["people_waiting_estimate_median"] for each in features}
    return {("waiting", site): people for site, people in told.items() if people is not None}


def alert(data: bytes) -> Iterator[Figures]:
    """What a CAP alert says of people out, in each language."""
    root = ET.fromstring(data)
    operation = (root.findtext(f"{CAP}identifier") or "").split(".")[1]
    for info in root.findall(f"{CAP}info"):
        text = info.findtext(f"{CAP}description")
        yield {("said out", operation): whole(text)} if text else {}


def notification(data: bytes) -> Figures:
    """The movements of a notification: each day of each operation."""
    found: Figures = {}
    for each in json.loads(data)["notification"]:
        name = f"{each['operation']} {each['first'][:10]}"
        told = {"depart": utc(each["first"]), "arrive": utc(each["last"]), "people": each["people"]}
        most = {"most vehicles": sum(each["vehicles"].values()), "convoys": len(each["convoys"])}
        found |= {(f"{what} of a day", name): value for what, value in (told | most).items()}
    return found


def notification_page(data: bytes, days: list[str]) -> Figures:
    """The same from its page, whose movements stand in the order of `days`."""
    found: Figures = {}
    tables = [rows[1:] for _, rows in page(data).tables]
    for name, hours, carried in zip(days, tables[::4], tables[2::4], strict=True):
        found["leaves of a day", name], found["arrives of a day", name] = clock(hours[0][1]), clock(hours[1][1])
        *kinds, convoys, people = (whole(cells[1]) for cells in carried)
        found["most vehicles of a day", name] = sum(kinds)
        found["convoys of a day", name], found["people of a day", name] = convoys, people
    return found


def calendar(data: bytes) -> Figures:
    """The windows of a calendar: until when each stands, by when it begins."""
    events = icalendar.Calendar.from_ical(data).walk("VEVENT")
    return {("window", each.decoded("DTSTART").isoformat()): each.decoded("DTEND") for each in events}


def database(data: bytes) -> Figures:
    """The convoys and the figures of a SQLite file."""
    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(data)
        base.row_factory = sqlite3.Row
        found: Figures = {}
        for row in base.execute("SELECT * FROM convoys"):
            told = {"depart": utc(row["depart"]), "arrive": utc(row["arrive"])}
            told |= {"from": row["from_place"], "to": row["to_place"]}
            found |= _convoy(row["convoy"], told | {"vehicles": row["vehicles"], "people": row["people"]})
        for row in base.execute("SELECT * FROM figures WHERE figure = 'out'"):
            found["out", row["operation"]] = row["middle"]
    return found


def plan(data: bytes) -> Figures:
    """The convoys of the plan's own file."""
    found: Figures = {}
    for row in json.loads(data)["convoys"]:
        told: dict[str, object] = {"depart": utc(row["depart"]), "arrive": utc(row["arrive"])}
        told |= {"from": row["pickup"], "to": row["reception"], "vehicles": len(row["trips"])}
        people = sum(sum(trip.get("load", {}).values()) for trip in row["trips"])
        found |= _convoy(row["id"], told | {"people": people})
    return found


def tagged(data: bytes) -> Figures:
    """People out, and who waits at each place where one group waits, from the tagged table."""
    rows = list(csv.DictReader(io.StringIO(data.decode())))[1:]
    waits = [row for row in rows if row["indicator"] == "people waiting"]
    places = [row["place_code"] for row in waits]
    found: Figures = {
        ("waiting", row["place_code"]): int(row["middle"]) for row in waits if places.count(row["place_code"]) == 1
    }
    out = (row for row in rows if row["indicator"] == "people out")
    return found | {("out", row["operation"]): float(row["middle"]) for row in out}
