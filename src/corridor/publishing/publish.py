"""The verb: a forecast to the files that are handed on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from corridor.errors import UsageError
from corridor.files import write_atomically
from corridor.finding import Finding
from corridor.forecasting.forecast import Forecast
from corridor.publishing.geojson import geojson
from corridor.publishing.page import page
from corridor.publishing.standards.calendar import calendar
from corridor.publishing.standards.geopackage import geopackage
from corridor.publishing.standards.gtfs import gtfs
from corridor.publishing.standards.hxl import hxl
from corridor.publishing.timetable import timetable
from corridor.publishing.words import catalogue, words

USUAL = ("html", "csv", "geojson", "json")
FORMATS = (*USUAL, "hxl", "gpkg", "gtfs", "ics")


def publish(
    forecast: Forecast,
    folder: Path,
    *,
    lang: str = "en",
    formats: Sequence[str] = USUAL,
    findings: Sequence[Finding] = (),
) -> list[Path]:
    """Write the page, the movement table, the map data, the plan and the forecast, or other formats; returns the paths.

    `formats` is any of `FORMATS`: hxl (figures with HXL tags), gpkg (GeoPackage), gtfs (GTFS Schedule) and ics
    (windows as iCalendar) beside the usual ones. `findings` are what `check` and `verify` found. All is made before
    anything is written. Raises `UsageError` for an unknown format or language or a folder that cannot be written.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise UsageError(f"unknown format {unknown[0]!r}", place="--formats", hint="any of: " + ", ".join(FORMATS))
    catalogue(lang)
    spoken = words(lang)
    makers: dict[str, dict[str, Callable[[], bytes]]] = {
        "html": {"index.html": lambda: page(forecast, lang=lang, findings=findings)},
        "csv": {"movement-table.csv": lambda: timetable(forecast.plan)},
        "geojson": {"map.geojson": lambda: geojson(forecast.plan.situation)},
        "hxl": {"figures.hxl.csv": lambda: hxl(forecast.plan.situation)},
        "gpkg": {"operation.gpkg": lambda: geopackage(forecast)},
        "gtfs": {"movement.gtfs.zip": lambda: gtfs(forecast.plan, spoken)},
        "ics": {"windows.ics": lambda: calendar(forecast.plan.situation, spoken)},
        "json": {"plan.json": forecast.plan.to_json, "forecast.json": forecast.to_json},
    }
    made = {name: make() for kind in FORMATS if kind in formats for name, make in makers[kind].items()}
    for name, data in made.items():
        write_atomically(folder / name, data)
    return [folder / name for name in made]
