"""The figures of a situation as a table with HXL tags (Humanitarian Exchange Language 1.1), one figure a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources

from corridor.publishing.release.stage import Release
from corridor.publishing.timetable import guard
from corridor.situation.situation import Situation

TAGS = "tags.csv"
Row = dict[str, str]


@cache
def tags() -> dict[str, str]:
    """Return the HXL tag of each column, in the table's order."""
    text = resources.files("corridor.publishing.standards").joinpath(TAGS).read_text("utf-8")
    return {row["column"]: row["tag"] for row in csv.DictReader(text.splitlines())}


def hxl(release: Release) -> bytes:
    """Return the figures that a level tells as CSV: names of columns, HXL tags, then a figure a row.

    UTF-8 without a mark: HXL readers look for the tags in the first rows as they are.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(tags())
    writer.writerow(tags().values())
    for row in _rows(release):
        writer.writerow([guard(row.get(column, "")) if column not in NUMBERS else row[column] for column in tags()])
    return out.getvalue().encode()


# a longitude west of Greenwich is a number with a sign, no formula
NUMBERS = {"latitude", "longitude", "low", "middle", "high"}


INDICATORS = {
    "inside": "people inside at the start",
    "out": "people out",
    "share": "share leaving",
    "left": "people left to move",
    "waiting": "people waiting",
    "received": "people received",
    "room": "room",
    "end": "hours until the end",
    "arrivals": "people who may arrive within 24 hours",
}


def _rows(release: Release) -> Iterator[Row]:
    for figure in release.figures:
        indicator = INDICATORS.get(figure.key, figure.key.replace("need.", "need of "))
        digits = 3 if figure.unit == "share" else 1 if figure.unit == "hours" else 0
        low, middle, high = (
            "" if value is None else f"{value:.{digits}f}" for value in (figure.low, figure.middle, figure.high)
        )
        reports = figure.reports
        place = figure.place or next((o.area for o in release.situation.operations if o.id == figure.operation), "")
        row = _row(release.situation, place, indicator, (low, middle, high), figure.unit, reports, figure.operation)
        few = str(release.rules.smallest) if figure.middle is None and release.rules.smallest else ""
        yield row | {"group": figure.group, "fewer_than": few}


def _row(
    situation: Situation,
    place: str,
    indicator: str,
    points: tuple[str, str, str],
    unit: str,
    reports: Iterable[str],
    operation: str = "",
) -> Row:
    site = next((site for site in situation.sites if site.id == place), None)
    found = [report for name in dict.fromkeys(reports) if (report := situation.report(name)) is not None]
    names = site.names if site else {}
    return {
        "as_of": situation.at.isoformat(timespec="minutes"),
        "operation": operation,
        "place_code": place,
        **{f"place_{lang}": names.get(lang, "") for lang in ("en", "fr", "ar")},
        "latitude": "" if site is None or site.latitude is None else f"{site.latitude:.5f}",
        "longitude": "" if site is None or site.longitude is None else f"{site.longitude:.5f}",
        "indicator": indicator,
        "low": points[0],
        "middle": points[1],
        "high": points[2],
        "unit": unit,
        "sources": "; ".join(dict.fromkeys(report.source for report in found)),
        "status": "unreviewed" if any(report.is_unreviewed for report in found) else "",
    }
