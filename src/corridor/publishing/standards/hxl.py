"""The figures of a situation as a table with HXL tags (Humanitarian Exchange Language 1.1), one figure a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources

from corridor.publishing.timetable import guard
from corridor.situation.estimate import Estimate
from corridor.situation.site import left_to_move
from corridor.situation.situation import Situation

POINTS = (0.1, 0.5, 0.9)
TAGS = "tags.csv"
Row = dict[str, str]


@cache
def tags() -> dict[str, str]:
    """Return the HXL tag of each column, in the table's order."""
    text = resources.files("corridor.publishing.standards").joinpath(TAGS).read_text("utf-8")
    return {row["column"]: row["tag"] for row in csv.DictReader(text.splitlines())}


def hxl(situation: Situation) -> bytes:
    """Return the headcounts, those waiting, the fleet and the room in receptions as CSV: names, tags, then figures.

    UTF-8 without a mark: HXL readers look for the tags in the first rows as they are.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(tags())
    writer.writerow(tags().values())
    for row in _rows(situation):
        writer.writerow([guard(row.get(column, "")) if column not in NUMBERS else row[column] for column in tags()])
    return out.getvalue().encode()


# a longitude west of Greenwich is a number with a sign, no formula
NUMBERS = {"latitude", "longitude", "low", "middle", "high"}


def _rows(situation: Situation) -> Iterator[Row]:
    for count in situation.headcounts:
        figures = {"people inside at the start": count.start, "people out": count.out, "share leaving": count.share}
        for indicator, estimate in figures.items():
            unit = "share" if estimate is count.share else "people"
            points = _points(estimate, 3 if unit == "share" else 0)
            yield _row(situation, count.area, indicator, points, unit, estimate.reports, count.operation)
        groups = [group for group in situation.groups if group.operation == count.operation]
        behind = [name for group in groups for name in group.reports]
        left = _whole(left_to_move(groups))
        yield _row(situation, count.area, "people left to move", left, "people", behind, count.operation)
    for group in situation.groups:
        low, middle, high = _whole(left_to_move([group]))
        row = _row(
            situation, group.site, "people waiting", (low, middle, high), "people", group.reports, group.operation
        )
        yield row | {"group": group.id}
    for site in situation.sites:
        if site.capacity is not None:
            yield _row(situation, site.id, "room", _points(site.capacity, 0), "people", site.capacity.reports)


def _whole(points: tuple[float, float, float]) -> tuple[str, str, str]:
    low, middle, high = (f"{round(value)}" for value in points)
    return low, middle, high


def _points(estimate: Estimate, digits: int) -> tuple[str, str, str]:
    low, middle, high = (f"{estimate.quantile(q):.{digits}f}" for q in POINTS)
    return low, middle, high


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
        "latitude": "" if site is None or site.latitude is None else f"{site.latitude:g}",
        "longitude": "" if site is None or site.longitude is None else f"{site.longitude:g}",
        "indicator": indicator,
        "low": points[0],
        "middle": points[1],
        "high": points[2],
        "unit": unit,
        "sources": "; ".join(dict.fromkeys(report.source for report in found)),
        "status": "unreviewed" if any(report.is_unreviewed for report in found) else "",
    }
