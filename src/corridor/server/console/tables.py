"""One table, four forms: on the page, and at the same address with .json, .csv and .geojson."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from corridor.finding import Finding
from corridor.publishing.markup import Child, Markup, el
from corridor.server.console.texts import ConsoleWords
from corridor.situation.situation import Situation

FORMS = ("json", "csv", "geojson")
MEDIA = {"json": "application/json", "csv": "text/csv; charset=utf-8", "geojson": "application/geo+json"}
# A cell that begins so would be run by a spreadsheet (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Row:
    """One row: its values by column as data, and as they are shown; `place` is the site where it belongs on a map.

    A row `aside` is folded away under the others on the page; as data it is a row like any other.
    """

    values: dict[str, Any]
    shown: dict[str, Child] = field(default_factory=dict)
    place: str = ""
    tone: str = ""
    id: str = ""
    aside: bool = False


@dataclass(frozen=True)
class Table:
    """A table: a name for its address, columns by key, rows.

    Column heads stand in the catalogue as `col.KEY`; `aside` is the text there that folds the rows aside, with `n`.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    hidden: tuple[str, ...] = ()
    aside: str = ""

    def json(self, at: datetime) -> bytes:
        """Return the rows as JSON, with the moment they are as known at."""
        rows = [_plain(row.values) for row in self.rows]
        return msgspec.json.encode({"table": self.name, "as_known_at": at, "rows": rows})

    def csv(self) -> bytes:
        """Return the rows as CSV (RFC 4180) with a mark of its encoding, which spreadsheets ask for."""
        out = io.StringIO()
        writer = csv.writer(out)
        names = [*self.columns, *self.hidden]
        writer.writerow(names)
        for row in self.rows:
            writer.writerow([_cell(row.values.get(name)) for name in names])
        return ("\ufeff" + out.getvalue()).encode()

    def geojson(self, at: datetime, situation: Situation | None) -> bytes:
        """Return the rows as GeoJSON (RFC 7946); what has no known place has no geometry."""
        points = {}
        for site in situation.sites if situation else ():
            if site.latitude is not None and site.longitude is not None:
                points[site.id] = {"type": "Point", "coordinates": [site.longitude, site.latitude]}
        features = [
            {"type": "Feature", "geometry": points.get(row.place), "properties": _plain(row.values)}
            for row in self.rows
        ]
        found = {"type": "FeatureCollection", "name": self.name, "as_known_at": at, "features": features}
        return msgspec.json.encode(found)


def finding_table(name: str, found: Sequence[Finding]) -> Table:
    """Return findings, be they alarms or contradictions, with their remedies."""
    columns = ("severity", "rule", "about", "what", "remedy")
    rows = tuple(
        Row({key: getattr(one, key) for key in columns} | {"reports": list(one.reports)}, place=one.about)
        for one in found
    )
    return Table(name, columns, rows, hidden=("reports",))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(v, float) and not math.isfinite(v) else v for name, v in values.items()}


def _cell(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        value = "; ".join(str(each) for each in value)
    elif isinstance(value, dict):
        value = msgspec.json.encode(value).decode()
    said = str(value)
    return "'" + said if isinstance(value, str) and said.startswith(FORMULA) else said


def drawn(table: Table, w: ConsoleWords, *, caption: str, links: Child = None, live: bool = True) -> Markup:
    """Return a table for the page: heads, rows, the ways to take it away; it scrolls by itself where it is wide."""
    aside = [row for row in table.rows if row.aside]
    frame = _frame(table, [row for row in table.rows if not row.aside], w, caption)
    folded: Markup | None = None
    if aside:
        said = w(table.aside, n=w.count(len(aside)))
        folded = el("details", el("summary", said), _frame(table, aside, w, said))
    return el("div", frame, folded, links, class_="tabled", id=f"table-{table.name}", data_live=live)


def _frame(table: Table, rows: Sequence[Row], w: ConsoleWords, caption: str) -> Markup:
    head = el("tr", [el("th", w(f"col.{name}"), scope="col") for name in table.columns])
    body = [_row(table, row, w) for row in rows]
    if not body:
        body = [el("tr", el("td", w("none.here"), colspan=str(len(table.columns)), class_="none"))]
    inner = el("table", el("caption", caption), el("thead", head), el("tbody", body))
    return el("div", inner, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _row(table: Table, row: Row, w: ConsoleWords) -> Markup:
    cells: list[Markup] = []
    for number, name in enumerate(table.columns):
        child = row.shown.get(name, _shown(row.values.get(name), w))
        cells.append(
            el("th", child, scope="row") if number == 0 else el("td", el("div", child), data_label=w(f"col.{name}"))
        )
    return el("tr", cells, class_=row.tone or None, id=row.id or None)


def _shown(value: Any, w: ConsoleWords) -> Child:  # noqa: ANN401
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime):
        return el("time", w.moment(value), datetime=value.isoformat(timespec="seconds"))
    if isinstance(value, bool):
        return w("yes" if value else "no")
    if isinstance(value, int | float):
        return el("bdi", w.count(value))
    if isinstance(value, list | tuple):
        return w("comma").join(str(each) for each in value)
    return el("bdi", str(value))


def only(tables: Sequence[Table], name: str) -> Table | None:
    """Return the table of a name, the first one where none is named; None where there is none of that name."""
    if not name:
        return tables[0] if tables else None
    return next((table for table in tables if table.name == name), None)
