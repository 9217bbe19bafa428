"""An attacker who has every public file of a day: reads each as a stranger, joins them, and narrows what is hidden."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from xml.etree import ElementTree as ET

Files = Mapping[str, bytes]
Interval = tuple[float, float]
STEP, SMALLEST = 10, 10


def text_of(name: str, data: bytes) -> str:
    """What a person could read in a file: the words of pages and drawings, everything of data."""
    if name.endswith((".html", ".svg")):
        bare = re.sub(r"<(style|head)\b.*?</\1>", " ", data.decode(), flags=re.DOTALL)
        said = re.findall(r'aria-label="([^"]*)"|href="([^"]*)"', bare)
        return html.unescape(re.sub(r"<[^>]*>", " ", bare) + " " + " ".join(" ".join(each) for each in said))
    if name.endswith(".xml"):
        return " ".join(" ".join([each.text or "", *each.attrib.values()]) for each in ET.fromstring(data).iter())
    if name.endswith(".sqlite"):
        with closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(data)
            tables = [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return " ".join(
                str(cell) for table in tables for row in base.execute(f"SELECT * FROM {table}") for cell in row
            )
    return data.decode("utf-8-sig")


def clocks(text: str) -> set[str]:
    """Every clock time in a text, the offsets from UTC left out."""
    bare = re.sub(r"[+−-]\d\d:?\d\d\b", "", text)
    return set(re.findall(r"(?<![\d:])\d\d:\d\d(?!\d)", bare)) | {
        f"{hour}:{minute}" for hour, minute in re.findall(r"\b\d{8}T(\d\d)(\d\d)", bare)
    }


def decimals(text: str) -> set[float]:
    """Every number that could be part of a position."""
    return {float(number) for number in re.findall(r"(?<![\d.])\d{1,3}\.\d{3,}", text)}


def whole(text: str) -> set[int]:
    """Every whole number in a text, thousands joined."""
    bare = re.sub(r"(?<=\d)[,\u202f](?=\d{3}\b)", "", text)
    return {int(number) for number in re.findall(r"(?<![\d.:/-])\d+(?![\d:]|\.\d)", bare)}


def meant(value: float | None) -> Interval:
    """What a shown count can have been: hidden is one to nine, else what rounds to it; nought is nought."""
    if value is None:
        return 1, SMALLEST - 1
    if value == 0:
        return 0, 0
    step = max(10 ** (len(str(int(value))) - 2), STEP)
    return max(value - step / 2, SMALLEST), value + step / 2


def series(files: Files) -> Iterator[tuple[str, datetime, Interval]]:
    """What one publication says of people out, hour by hour."""
    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(files["figures.sqlite"])
        for operation, moment, value in base.execute("SELECT operation, at, middle FROM series"):
            yield operation, datetime.fromisoformat(moment), meant(value)


def figures(files: Files) -> dict[str, Interval]:
    """What one publication says of each figure, from the tagged table."""
    rows = list(csv.DictReader(io.StringIO(files["figures.hxl.csv"].decode())))[1:]
    found = {}
    for row in rows:
        if row["unit"] == "people":
            value = None if row["fewer_than"] else float(row["middle"])
            found[f"{row['indicator']}:{row['operation']}:{row['place_code']}"] = meant(value)
    return found


def narrowed(day: Sequence[Files]) -> dict[tuple[str, datetime], Interval]:
    """People out by each hour, narrowed by every publication of the day: what all of them allow."""
    known: dict[tuple[str, datetime], Interval] = {}
    for files in day:
        for operation, moment, (low, high) in series(files):
            before = known.get((operation, moment), (0.0, float("inf")))
            both = max(before[0], low), min(before[1], high)
            # A count that was corrected later: the later publication stands.
            known[operation, moment] = both if both[0] <= both[1] else (low, high)
    return known


def movements(day: Sequence[Files], operation: str) -> list[tuple[datetime, Interval]]:
    """Bounds on who came out in each hour, from the differences of what all publications say."""
    known = {moment: span for (name, moment), span in narrowed(day).items() if name == operation}
    hours = sorted(known)
    found = []
    for before, after in pairwise(hours):
        (a, b), (c, d) = known[before], known[after]
        found.append((after, (max(c - b, 0), max(d - a, 0))))
    return found


def points(files: Files) -> set[tuple[float, float]]:
    """Every position in the map data."""
    features = json.loads(files["map.geojson"])["features"]
    return {tuple(f["geometry"]["coordinates"]) for f in features if f["geometry"]}
