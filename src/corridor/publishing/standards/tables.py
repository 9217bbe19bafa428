"""What a release tells as one SQLite file that Datasette and its like open: a table a kind, every column named."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing

from corridor.publishing.release.stage import Release
from corridor.publishing.sitrep.content import mark
from corridor.publishing.words import words

Cell = str | float | int | None


def sqlite(release: Release) -> bytes:
    """Return the tables: figures, people out over time, places, halts, convoys where told, sources, and what it is."""
    with closing(sqlite3.connect(":memory:")) as base:
        for name, (columns, rows) in _tables(release).items():
            declared = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            base.execute(f'CREATE TABLE "{name}" ({declared})')
            marks = ",".join("?" * len(columns))
            base.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)  # noqa: S608 - names of our own only
        base.execute("CREATE VIEW latest_out AS SELECT operation, max(at) AS at, middle FROM series GROUP BY operation")
        base.commit()
        return base.serialize()


def _tables(release: Release) -> dict[str, tuple[dict[str, str], Iterable[Sequence[Cell]]]]:
    number = {"low": "REAL", "middle": "REAL", "high": "REAL"}
    least = release.rules.smallest
    figures = [
        (
            f.id,
            f.key,
            f.operation,
            f.place or None,
            f.group or None,
            f.low,
            f.middle,
            f.high,
            f.unit,
            _fewer(f.middle, least),
        )
        for f in release.figures
    ]
    places = [
        (s.id, s.kind, s.names.get("en"), s.names.get("fr"), s.names.get("ar"), s.latitude, s.longitude, s.precision_m)
        for s in release.situation.sites
    ]
    halts = [
        (h.operation, h.since.isoformat(), h.until.isoformat() if h.until else None, len(h.reasons))
        for h in release.situation.halts
    ]
    series = [(p.operation, p.at.isoformat(), p.low, p.middle, p.high, _fewer(p.middle, least)) for p in release.series]
    sources = sorted({(r.source, r.publisher or None, r.reference or None) for r in release.situation.reports})
    about = {
        "level": release.rules.name,
        "as_of": release.situation.at.isoformat(),
        "made": release.made.isoformat(),
        "to": release.to,
        "why": release.why,
        "destroy_by": release.destroy_by.isoformat() if release.destroy_by else "",
        "mark": mark(release, words("en", release.situation.at.tzinfo)),
    }
    found: dict[str, tuple[dict[str, str], Iterable[Sequence[Cell]]]] = {
        "about": ({"name": "TEXT PRIMARY KEY", "value": "TEXT"}, sorted(about.items())),
        "figures": (
            {"id": "TEXT PRIMARY KEY", "figure": "TEXT", "operation": "TEXT", "place": "TEXT", "kind": "TEXT"}
            | number
            | {"unit": "TEXT", "fewer_than": "INTEGER"},
            figures,
        ),
        "series": ({"operation": "TEXT", "at": "TEXT"} | number | {"fewer_than": "INTEGER"}, series),
        "places": (
            {"id": "TEXT PRIMARY KEY", "kind": "TEXT", "name_en": "TEXT", "name_fr": "TEXT", "name_ar": "TEXT"}
            | {"latitude": "REAL", "longitude": "REAL", "precision_m": "REAL"},
            places,
        ),
        "halts": ({"operation": "TEXT", "since": "TEXT", "until": "TEXT", "accounts": "INTEGER"}, halts),
        "sources": ({"source": "TEXT", "publisher": "TEXT", "reference": "TEXT"}, sources),
    }
    if release.plan.convoys:
        columns = {"convoy": "TEXT PRIMARY KEY", "operation": "TEXT", "from_place": "TEXT", "to_place": "TEXT"}
        rows = [
            (
                c.id,
                c.operation,
                c.pickup,
                c.reception,
                c.depart.isoformat(),
                c.arrive.isoformat(),
                len(c.trips),
                c.people,
            )
            for c in release.plan.convoys
        ]
        found["convoys"] = (
            columns | {"depart": "TEXT", "arrive": "TEXT", "vehicles": "INTEGER", "people": "INTEGER"},
            rows,
        )
    return found


def _fewer(value: float | None, least: int) -> int | None:
    """Return the number below which a hidden count lies."""
    return least if value is None and least else None
