"""Tables with a row of HXL tags to reports: each tagged column of figures is a fact about the row's place and day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from corridor.errors import Fault, InputError

# The first rule whose attributes all stand in the tag gives the fact (hxlstandard.org, dictionary of core hashtags).
FIGURES: tuple[tuple[str, frozenset[str], str], ...] = (
    ("#affected", frozenset(("killed",)), "casualties"),
    ("#affected", frozenset(("injured",)), "casualties"),
    ("#affected", frozenset(("evacuated",)), "people_out"),
    ("#affected", frozenset(("departed",)), "people_out"),
    ("#affected", frozenset(("arrived",)), "people_arrived"),
    ("#affected", frozenset(("sheltered",)), "people_arrived"),
    ("#affected", frozenset(("waiting",)), "people_waiting"),
    ("#affected", frozenset(("remaining",)), "people_inside"),
    ("#affected", frozenset(("trapped",)), "people_inside"),
    ("#inneed", frozenset(("evacuation",)), "people_inside"),
    ("#capacity", frozenset(), "reception_capacity"),
)
GROUPS = ("civilians", "children", "women", "men", "families", "patients", "wounded", "fighters", "killed", "injured")
NEEDED = (("#date", "the day of the figures"), ("#loc", "or #adm1 to #adm5: the place"), ("#meta+source", "or #org"))
_TAG = re.compile(r"#\w+(\s*\+\w+)*\Z")


def is_tag_row(cells: list[str]) -> bool:
    """Tell whether a row is the row of HXL tags under a header."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(_TAG.match(cell) for cell in filled)


def split_tag(tag: str) -> tuple[str, frozenset[str]]:
    """Return the hashtag and its attributes."""
    name, *attributes = (part.strip().lower() for part in tag.split("+"))
    return name, frozenset(attributes)


def columns(tags: list[str]) -> dict[str, int]:
    """Return which column holds the date, the place and the source; the finest place wins."""
    found: dict[str, int] = {}
    finest = -1
    for at, tag in enumerate(tags):
        name, attributes = split_tag(tag)
        depth = int(name[4:]) if re.fullmatch(r"#adm\d", name) else 9 if name == "#loc" else -1
        if depth > finest and not attributes & {"code", "lat", "lon"}:
            finest, found["place"] = depth, at
        if name == "#date" and "observed" not in found and not attributes & {"reported", "publication"}:
            found["observed"] = at
        if name == "#date" and attributes & {"reported", "publication"}:
            found["received"] = at
        if (name == "#meta" and "source" in attributes) or (name == "#org" and "source" not in found):
            found["source"] = at
    return found


def figure_of(tag: str) -> tuple[str, str] | None:
    """Return the fact and the group that a tagged column counts, None where it holds no figure of ours."""
    name, attributes = split_tag(tag)
    for hashtag, needed, fact in FIGURES:
        if name == hashtag and needed <= attributes:
            return fact, next((group for group in GROUPS if group in attributes), "all")
    return None


def long_rows(
    tags: list[str], rows: list[tuple[int, list[str]]], place: str, line: int
) -> list[tuple[int, dict[str, str]]]:
    """Return a row a figure, in the columns of a table of reports; raises `InputError` where a tag is missing."""
    known = columns(tags)
    figures = [(at, figure) for at, tag in enumerate(tags) if (figure := figure_of(tag))]
    missing = [
        Fault(f"{place}:{line}", f"no column is tagged {tag}", hint)
        for (tag, hint), key in zip(NEEDED, ("observed", "place", "source"), strict=True)
        if key not in known
    ]
    if not figures:
        hint = "such as #affected+evacuated, #affected+remaining, #affected+arrived or #capacity"
        missing.append(Fault(f"{place}:{line}", "no column is tagged as a figure that can be read", hint))
    if missing:
        raise InputError(f"{len(missing)} fault(s) in the HXL tags", place=place, faults=missing)
    return [
        (number, _row(cells, known, at, *figure))
        for number, cells in rows
        for at, figure in figures
        if at < len(cells) and cells[at].strip()
    ]


def _row(cells: list[str], known: dict[str, int], at: int, fact: str, group: str) -> dict[str, str]:
    def cell(key: str) -> str:
        return cells[known[key]].strip() if key in known and known[key] < len(cells) else ""

    observed, ends = _day(cell("observed"))
    site = cell("place")
    row = {
        "source": cell("source"),
        "fact": fact,
        "about": site if fact != "people_out" else f"{site}.day.{observed[:10]}",
        "place": site,
        "group": group,
        "value": cells[at].strip().replace(",", "").replace(" ", "").replace("\u202f", ""),
        "observed": observed,
        "received": _day(cell("received"))[1] or ends,
        "received_rule": "the end of the day stated" if not cell("received") else "the day of publication",
    }
    return row | ({"scope": "daily"} if fact == "people_out" else {})


def _day(text: str) -> tuple[str, str]:
    """Return the start and the end of a day without an hour; a time with its zone is both; other text as it stands."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text, text
    if moment.tzinfo is not None:
        return text, text
    if len(text) > len("2016-12-15"):
        return text, text
    start = moment.replace(tzinfo=UTC)
    return start.isoformat(), (start + timedelta(days=1)).isoformat()
