"""Sites, legs, corridors, convoys and reports as a GeoPackage (OGC 12-128r18) that opens styled in a GIS."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime

from corridor.forecasting.forecast import Forecast
from corridor.planning.plan import Plan
from corridor.publishing.map import waiting
from corridor.publishing.standards.style import styles
from corridor.situation.situation import Situation

APPLICATION = 0x47504B47  # "GPKG"
VERSION = 10300
WGS84 = 4326
POINT, LINE = 1, 2
Cell = str | float | int | bytes | None
Position = tuple[float, float]

WGS84_TEXT = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],'
    'UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]'
)
SYSTEMS = (
    ("Undefined cartesian", -1, "NONE", -1, "undefined", None),
    ("Undefined geographic", 0, "NONE", 0, "undefined", None),
    ("WGS 84", WGS84, "EPSG", WGS84, WGS84_TEXT, "longitude and latitude in degrees"),
)
# the tables that the standard asks for, and QGIS's own for styles
FRAME = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, f_table_catalog TEXT, f_table_schema TEXT, f_table_name TEXT,
  f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT, ui TEXT, update_time DATETIME);
"""


class Package:
    """A GeoPackage in the making: tables with or without a geometry, all in WGS 84."""

    def __init__(self, changed: datetime) -> None:
        self._base = sqlite3.connect(":memory:")
        self._changed = f"{changed.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"
        self._base.execute(f"PRAGMA application_id = {APPLICATION}")
        self._base.execute(f"PRAGMA user_version = {VERSION}")
        self._base.executescript(FRAME)
        self._base.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", SYSTEMS)

    def close(self) -> None:
        """Let the database go."""
        self._base.close()

    def table(self, name: str, what: str, columns: dict[str, str], rows: Iterable[Sequence[Cell]]) -> None:
        """Add a table without geometry; `columns` gives the SQL type of each."""
        self._contents(name, "attributes", what, (None,) * 4, None)
        self._fill(name, columns, rows)

    def layer(
        self,
        name: str,
        what: str,
        kind: int,
        columns: dict[str, str],
        features: Sequence[tuple[Sequence[Position], Sequence[Cell]]],
    ) -> None:
        """Add a layer of points or lines: for each feature its positions (longitude, latitude) and its cells."""
        word = "POINT" if kind == POINT else "LINESTRING"
        known = [position for positions, _ in features for position in positions]
        box = _box(known)
        self._contents(name, "features", what, box, WGS84)
        self._base.execute("INSERT INTO gpkg_geometry_columns VALUES (?,'geom',?,?,0,0)", (name, word, WGS84))
        rows = ((_geometry(kind, positions), *cells) for positions, cells in features)
        self._fill(name, {"geom": word, **columns}, rows)

    def style(self, name: str, qml: str) -> None:
        """Add the style that a GIS uses for a layer from the start."""
        self._base.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) "
            "VALUES ('','',?,'geom',?,?,'',1,'','','',?)",
            (name, name, qml, self._changed),
        )

    def to_bytes(self) -> bytes:
        """Return the file."""
        self._base.commit()
        return self._base.serialize()

    def _contents(self, name: str, kind: str, what: str, box: tuple[float | None, ...], system: int | None) -> None:
        row = (name, kind, name, what, self._changed, *box, system)
        self._base.execute("INSERT INTO gpkg_contents VALUES (?,?,?,?,?,?,?,?,?,?)", row)

    def _fill(self, name: str, columns: dict[str, str], rows: Iterable[Sequence[Cell]]) -> None:
        declared = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        self._base.execute(f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {declared})')
        listed, marks = ", ".join(f'"{column}"' for column in columns), ",".join("?" * len(columns))
        self._base.executemany(
            f'INSERT INTO "{name}" ({listed}) VALUES ({marks})',  # noqa: S608 - names of our own tables only
            rows,
        )


def _box(positions: Sequence[Position]) -> tuple[float | None, ...]:
    if not positions:
        return (None,) * 4
    x, y = zip(*positions, strict=True)
    return min(x), min(y), max(x), max(y)


def _geometry(kind: int, positions: Sequence[Position]) -> bytes | None:
    """Return a GeoPackage binary: its head without envelope, then well-known binary, both little-endian."""
    if not positions:
        return None
    head = struct.pack("<2sBBi", b"GP", 0, 1, WGS84)
    flat = struct.pack(f"<{2 * len(positions)}d", *(number for position in positions for number in position))
    count = b"" if kind == POINT else struct.pack("<I", len(positions))
    return head + struct.pack("<BI", 1, kind) + count + flat


def geopackage(forecast: Forecast) -> bytes:
    """Return sites, legs and corridors as layers, convoys and reports as tables, each layer with its style."""
    plan = forecast.plan
    situation = plan.situation
    with closing(Package(situation.at)) as package:
        for fill in (_sites, _legs, _corridors):
            fill(package, situation)
        _convoys(package, plan)
        _reports(package, situation)
        for layer, qml in styles().items():
            package.style(layer, qml)
        return package.to_bytes()


Fill = Callable[[Package, Situation], None]


def _positions(situation: Situation, ids: Iterable[str]) -> list[Position]:
    at = {site.id: (site.longitude, site.latitude) for site in situation.sites}
    known = [at.get(name, (None, None)) for name in ids]
    return [(x, y) for x, y in known if x is not None and y is not None]


def _line(situation: Situation, ids: Iterable[str]) -> list[Position]:
    positions = _positions(situation, ids)
    return positions if len(positions) > 1 else []


def _sites(package: Package, situation: Situation) -> None:
    people = waiting(situation)
    columns = {
        "id": "TEXT",
        "kind": "TEXT",
        "name_en": "TEXT",
        "name_fr": "TEXT",
        "name_ar": "TEXT",
        "control": "TEXT",
        "precision_m": "REAL",
        "waiting_median": "INTEGER",
    }
    features = []
    for site in situation.sites:
        names = [site.names.get(lang) for lang in ("en", "fr", "ar")]
        here = people.get(site.id)
        cells = [
            site.id,
            site.kind,
            *names,
            site.control or None,
            site.precision_m,
            None if here is None else round(here),
        ]
        features.append((_positions(situation, [site.id]), cells))
    package.layer("sites", "Places that matter, with the people believed to wait", POINT, columns, features)


def _legs(package: Package, situation: Situation) -> None:
    columns = {
        "from_site": "TEXT",
        "to_site": "TEXT",
        "vehicle_type": "TEXT",
        "minutes_p10": "REAL",
        "minutes_p50": "REAL",
        "minutes_p90": "REAL",
        "basis": "TEXT",
    }
    features = []
    for leg in situation.legs:
        minutes = [round(leg.minutes.quantile(q), 1) for q in (0.1, 0.5, 0.9)]
        features.append(
            (
                _line(situation, (leg.start, leg.end)),
                [leg.start, leg.end, leg.type or None, *minutes, leg.basis or None],
            )
        )
    package.layer("legs", "Drives between places, straight lines, not surveyed roads", LINE, columns, features)


def _corridors(package: Package, situation: Situation) -> None:
    columns = {"operation": "TEXT", "sites": "TEXT", "lead": "TEXT"}
    features = [
        (_line(situation, each.sites), [each.operation, " > ".join(each.sites), each.lead or None])
        for each in situation.corridors
    ]
    package.layer("corridors", "The agreed ways, straight lines, not surveyed roads", LINE, columns, features)


def _convoys(package: Package, plan: Plan) -> None:
    columns = {
        "convoy": "TEXT",
        "operation": "TEXT",
        "from_site": "TEXT",
        "to_site": "TEXT",
        "depart": "DATETIME",
        "arrive": "DATETIME",
        "vehicles": "INTEGER",
        "people": "INTEGER",
        "reserve": "BOOLEAN",
    }
    rows = [
        (
            convoy.id,
            convoy.operation,
            convoy.pickup,
            convoy.reception,
            _moment(convoy.depart),
            _moment(convoy.arrive),
            len(convoy.trips),
            convoy.people,
            int(convoy.reserve),
        )
        for convoy in plan.convoys
    ]
    package.table("convoys", "The plan: who goes when", columns, rows)


def _reports(package: Package, situation: Situation) -> None:
    columns = {
        "report": "TEXT",
        "source": "TEXT",
        "about": "TEXT",
        "fact": "TEXT",
        "place": "TEXT",
        "value": "TEXT",
        "low": "REAL",
        "high": "REAL",
        "observed": "DATETIME",
        "received": "DATETIME",
        "reference": "TEXT",
    }
    rows = (
        (
            r.id,
            r.source,
            r.about,
            r.fact,
            r.place,
            None if r.value is None else str(r.value),
            r.low,
            r.high,
            _moment(r.observed),
            _moment(r.received),
            r.reference,
        )
        for r in situation.reports
    )
    package.table("reports", "What was said, by whom, when", columns, rows)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"
