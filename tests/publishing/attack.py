"""An attacker who has every public file of a day: reads each as a stranger, joins them, and narrows what is hidden."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from functools import lru_cache
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree as ET

from pypdf import PdfReader
from pypdf.errors import PdfReadError
from pypdf.generic import DictionaryObject

Files = Mapping[str, bytes]
Interval = tuple[float, float]
STEP, SMALLEST = 10, 10


@lru_cache(256)
def text_of(name: str, data: bytes) -> str:
    """What a person could read in a file: words and attributes of pages and drawings, print, chunks, every cell.

    Raises KeyError for a kind of file that nobody taught the attacker to read. Checksums of what everybody has tell
    nothing and are left out.
    """
    return CHECKSUM.sub(" ", READERS[name.rpartition(".")[2]](data))


CHECKSUM = re.compile(r"\b[0-9a-f]{64}\b|[\w+/]{22}==")  # of files, and the ids that Typst makes from a paper
# Where the lines of a drawing run: numbers of its own paper, not of the ground.
SHAPE = re.compile(r"^(?:[xydr]|[xy][12]|[cr][xy]|width|height|viewbox|points|transform|style|class|content|stroke.*)$")


class _Page(HTMLParser):
    """The words of a page, its remarks, and every attribute that does not only say where a line runs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        self.said += [value for name, value in attrs if value and not SHAPE.match(name)]

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.said.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_comment(self, data: str) -> None:
        self.said.append(data)


def _page(data: bytes) -> str:
    reader = _Page()
    reader.feed(data.decode())
    return " ".join(reader.said)


def _xml(data: bytes) -> str:
    return " ".join(" ".join([each.text or "", *each.attrib.values()]) for each in ET.fromstring(data).iter())


def _sqlite(data: bytes) -> str:
    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(data)
        tables = [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return " ".join(str(cell) for table in tables for row in base.execute(f"SELECT * FROM {table}") for cell in row)


def _pdf(data: bytes) -> str:
    """The words of every page, the properties of the file, the words beside its drawings, where its links lead."""
    reader = PdfReader(io.BytesIO(data))
    # As it lies on the paper, so that the cells of a row do not run into each other.
    said = [page.extract_text(extraction_mode="layout") for page in reader.pages]
    # Between thousands print has a narrow gap, which comes back as one space; both readings are his.
    said += [re.sub(r"(?<=\d) (?=\d{3}\b)", "", page) for page in said]
    said += [str(value) for value in (reader.metadata or {}).values()]
    said += [bytes(reader.xmp_metadata.stream.get_data()).decode()] if reader.xmp_metadata else []
    for number in range(1, len(reader.xref[0]) + 1):
        try:
            each = reader.get_object(number)
        except PdfReadError:
            continue
        if isinstance(each, DictionaryObject):
            said += [str(each[key]) for key in ("/Alt", "/ActualText", "/Contents", "/URI", "/TU") if key in each]
    return " ".join(said)


def _png(data: bytes) -> str:
    """What is written in a picture's file beside its dots."""
    return " ".join(body.decode("latin-1") for kind, body in chunks(data) if kind not in DOTS)


DOTS = frozenset({"IHDR", "PLTE", "tRNS", "IDAT", "IEND", "pHYs", "sRGB", "gAMA", "cHRM"})


def chunks(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Every chunk of a PNG: its kind and what it holds."""
    at = 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8].decode("latin-1"), data[at + 8 : at + 8 + length]
        at += 12 + length


READERS: dict[str, Callable[[bytes], str]] = {
    "html": _page,
    "svg": _page,
    "xml": _xml,
    "sqlite": _sqlite,
    "pdf": _pdf,
    "png": _png,
    "csv": lambda data: " ".join(cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row),
    "json": bytes.decode,
    "geojson": bytes.decode,
}


def clocks(text: str) -> set[str]:
    """Every clock time in a text, as 14:37, 14 h 37 or 20161215T1437; the offsets from UTC left out."""
    bare = re.sub(r"[+−-]\d\d:?\d\d\b", "", text)
    found = re.findall(r"(?<![\d:])(\d\d):(\d\d)(?!\d)", bare)
    found += re.findall(r"(?<!\d)(\d\d)\s?h\s?(\d\d)(?!\d)", bare)
    return {f"{hour}:{minute}" for hour, minute in [*found, *re.findall(r"\b\d{8}T(\d\d)(\d\d)", bare)]}


def decimals(text: str) -> set[float]:
    """Every number that could be part of a position."""
    return {float(number) for number in re.findall(r"(?<![\d.])\d{1,3}\.\d{3,}", text)}


def whole(text: str) -> set[int]:
    """Every whole number in a text, thousands joined; `438.0` is one too."""
    bare = re.sub(r"(?<=\d)[,\u202f](?=\d{3}\b)", "", re.sub(r"(?<=\d)\.0\b(?!\.)", "", text))
    return {int(number) for number in re.findall(r"(?<![\d.:/-])\d+(?![\d:]|\.\d)", bare)}


def meant(value: float | None) -> Interval:
    """What a shown count can have been: hidden is one to nine, else what rounds to it; nought is nought."""
    if value is None:
        return 1, SMALLEST - 1
    if value == 0:
        return 0, 0
    step = max(10 ** (len(str(int(value))) - 2), STEP)
    return max(value - step / 2, SMALLEST), value + step / 2


ALERT = "{urn:oasis:names:tc:emergency:cap:1.2}"


def stored(files: Files) -> set[int]:
    """Every number of people in the database of a publication, as it stands and in two digits."""
    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(files["figures.sqlite"])
        rows = [
            row for table in ("figures", "series") for row in base.execute(f"SELECT low, middle, high FROM {table}")
        ]
    told = {int(cell) for row in rows for cell in row if cell is not None}
    return told | {round(n, 2 - len(str(n))) for n in told}


def beside(files: Files, quiet: Files) -> dict[str, set[int]]:
    """What other files say that the database of the same publication does not, by file.

    Numbers that stand there in a `quiet` world too, where nobody moved, are the page's own (years, distances, terms);
    those of one digit and noughts mark the axes of charts.
    """
    known = stored(files)
    found = {}
    for name, data in files.items():
        own = whole(text_of(name, quiet[name])) if name in quiet else set[int]()
        everything = whole(text_of(name, data))
        left = {n for n in everything - own - known if len(str(n).rstrip("0")) > 1 and n > DAYS}
        found[name] = {n for n in left if not _on_axis(n, everything)}
    return {name: said for name, said in found.items() if said}


def _on_axis(number: int, beside: set[int]) -> bool:
    """Whether a number is a mark of a chart: all steps of 1, 2 or 5 tens up to it stand beside it."""
    steps = (part * 10**power for part in (1, 2, 5) for power in range(1, 6))
    return any(number % s == 0 and {*range(s, number, s)} <= beside for s in steps if s < number)


DAYS = 31  # numbers up to here are days and hours of a page, and counts of reports


def said(files: Files) -> Iterator[tuple[str, datetime, Interval]]:
    """What alerts, tagged tables and the words of reports say of people out, at the moment they were made for."""
    for name, data in files.items():
        if name.endswith(".cap.xml"):
            root = ET.fromstring(data)
            operation = str(root.findtext(f"{ALERT}identifier")).split(".")[1]
            for info in root.findall(f"{ALERT}info"):
                yield operation, made(files), _spoken(info.findtext(f"{ALERT}description"))
        elif name.endswith("sitrep.html"):
            for operation, words in re.findall(r'data-figure="out:(\w+):[^"]*">([^<]*)<', data.decode()):
                yield operation, made(files), _spoken(words)
        elif name.endswith(".hxl.csv"):
            for row in list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))[1:]:
                if row["indicator"] == "people out":
                    value = None if row["fewer_than"] else float(row["middle"])
                    yield row["operation"], datetime.fromisoformat(row["as_of"]), meant(value)


def made(files: Files) -> datetime:
    """The moment that the figures of a publication stand for."""
    return datetime.fromisoformat(json.loads(files["release.json"])["as_of"])


def _spoken(words: str | None) -> Interval:
    """What a number in words can have been; `fewer than 10` is one to nine."""
    few = {"<", "fewer", "moins", "أقل"}
    first = re.search(r"\d+(?:[,\u202f\u00a0]\d{3})*", words or "")
    if first is None:
        return 0, float("inf")
    if any(each in str(words) for each in few):
        return meant(None)
    return meant(float(re.sub(r"\D", "", first[0])))


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
        spoken = said(files) if "release.json" in files else iter(())
        for operation, moment, (low, high) in [*series(files), *spoken]:
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
