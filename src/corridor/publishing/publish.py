"""The verb: a forecast to the files that are handed on."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from pathlib import Path

from corridor.errors import UsageError
from corridor.files import write_atomically
from corridor.finding import Finding
from corridor.forecasting.forecast import Forecast
from corridor.log.chain import Checkpoint
from corridor.log.log import Log
from corridor.publishing import picture
from corridor.publishing.convoys import notification, sheets
from corridor.publishing.geojson import geojson
from corridor.publishing.ground import AGAIN, Ground, lies_under
from corridor.publishing.map import located
from corridor.publishing.page import page
from corridor.publishing.release import record
from corridor.publishing.release.guard import guarded
from corridor.publishing.release.levels import rules
from corridor.publishing.release.stage import Release, released
from corridor.publishing.sitrep.sitrep import sitrep_html, sitrep_pdf
from corridor.publishing.standards.calendar import calendar
from corridor.publishing.standards.cap import cap
from corridor.publishing.standards.geopackage import geopackage
from corridor.publishing.standards.gtfs import gtfs
from corridor.publishing.standards.hxl import hxl
from corridor.publishing.standards.realtime import realtime
from corridor.publishing.standards.tables import sqlite
from corridor.publishing.standards.tep import tep
from corridor.publishing.timetable import timetable
from corridor.publishing.words import LANGUAGES, catalogue, words
from corridor.reports.form import xlsform

USUAL = ("html", "csv", "geojson", "json")
# Formats whose words are in one language: each is made once for each language asked for.
SPOKEN = ("html", "gtfs", "ics", "sitrep", "sheets", "notification", "picture")
FORMATS = (
    *USUAL,
    *(
        "hxl",
        "gpkg",
        "gtfs",
        "ics",
        "sitrep",
        "sheets",
        "notification",
        "picture",
        "cap",
        "rt",
        "tep",
        "sqlite",
        "form",
    ),
)
ALL = "all"
Files = dict[str, bytes]


def publish(
    forecast: Forecast,
    folder: Path,
    *,
    lang: str = "en",
    formats: Sequence[str] = USUAL,
    findings: Sequence[Finding] = (),
    level: str = "internal",
    to: str = "",
    why: str = "",
    by: str = "",
    previous: Forecast | None = None,
    log: Log | None = None,
    bom: bool | None = None,
    under: Ground | None = None,
) -> list[Path]:
    """Write the page, the movement table, the map data, the plan and the forecast, or other formats; returns the paths.

    `formats` is any of `FORMATS`, or `all`: what the level allows. `lang` is a language, or `all` for a folder each.
    `level` is who may see it (levels.csv); a release to parties or partners says `to` whom and `why`. `previous` is
    the forecast of the report before. With a `log` the export is recorded in it first, and its checkpoint stands in
    the report. `bom` says whether CSV files begin with the mark of UTF-8, by which Excel reads Arabic right; None
    leaves the movement table with it and the tagged table without. `findings` are what `check` and `verify` found.
    `under` is what the map of the page lies on: roads, waters and places of `corridor roads layers`.
    All is made, and read back by the guard, before anything is written. Raises `UsageError` for an unknown format,
    language or level or a folder that cannot be written, `CorridorError` where a file would tell more than its level.
    """
    release, files = prepared(
        forecast,
        lang=lang,
        formats=formats,
        findings=findings,
        level=level,
        to=to,
        why=why,
        by=by,
        previous=previous,
        exercise=log.opened.exercise if log is not None else False,
        checkpoint=log.checkpoint() if log is not None else None,
        bom=bom,
        under=under,
    )
    if log is not None:
        record.record(log, release, files)
    if log is not None or level != "internal":
        files[record.FILE] = record.manifest(release, files)
    for name, data in files.items():
        write_atomically(folder / name, data)
    return [folder / name for name in files]


def prepared(
    forecast: Forecast,
    *,
    lang: str = "en",
    formats: Sequence[str] = USUAL,
    findings: Sequence[Finding] = (),
    level: str = "internal",
    to: str = "",
    why: str = "",
    by: str = "",
    previous: Forecast | None = None,
    exercise: bool = False,
    checkpoint: Checkpoint | None = None,
    bom: bool | None = None,
    under: Ground | None = None,
) -> tuple[Release, Files]:
    """Return what a level may tell and its files by name, read back by the guard; nothing is written or recorded.

    Takes and raises what `publish` does; `checkpoint` and `exercise` are those of the log that it comes from.
    """
    kinds = _kinds(formats, level)
    if under is not None:
        _fits(under, forecast, kinds)
    record.asked(level, to, why)
    spoken = LANGUAGES if lang == ALL else (lang,)
    for each in spoken:
        catalogue(each)
    release = released(
        forecast,
        level,
        to=to,
        why=why,
        by=by,
        previous=previous,
        exercise=exercise,
        checkpoint=checkpoint,
    )
    files: Files = {}
    for each in spoken:
        made = _in_words(release, each, [kind for kind in kinds if kind in SPOKEN], findings, under)
        files |= {f"{each}/{name}" if lang == ALL else name: data for name, data in made.items()}
    for kind in kinds:
        if kind not in SPOKEN:
            files |= NEUTRAL[kind](release)
    if bom is not None:
        files = {name: _marked(data, with_mark=bom) if name.endswith(".csv") else data for name, data in files.items()}
    guarded(files, release.rules)
    return release, files


def _marked(data: bytes, *, with_mark: bool) -> bytes:
    """Return a table with the mark of UTF-8 before it, or without."""
    bare = data.removeprefix(codecs.BOM_UTF8)
    return codecs.BOM_UTF8 + bare if with_mark else bare


def _kinds(formats: Sequence[str], level: str) -> list[str]:
    """Return the formats to make, in our order."""
    rule = rules(level)
    if tuple(formats) == (ALL,):
        return [name for name in FORMATS if rule.allows(name)]
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        hint = "any of: " + ", ".join(FORMATS)
        raise UsageError(f"unknown format {unknown[0]!r}", place="--formats", hint=hint)
    barred = [name for name in formats if not rule.allows(name)]
    if barred:
        hint = "any of: " + ", ".join(name for name in FORMATS if rule.allows(name))
        raise UsageError(f"{barred[0]} tells more than level {level} may", place="--formats", hint=hint)
    return [name for name in FORMATS if name in formats]


def _fits(under: Ground, forecast: Forecast, kinds: Sequence[str]) -> None:
    """Raise `UsageError` where no page is made that layers could lie under, or they are of elsewhere."""
    if "html" not in kinds:
        hint = "add html to the formats; other files, and other levels than internal, have no such map"
        raise UsageError("lies under the page only, and no page is made", place="--map", hint=hint)
    if not lies_under(under, located(forecast.plan.situation)):
        raise UsageError("its layers lie elsewhere than the places of the operation", place="--map", hint=AGAIN)


def _in_words(
    release: Release, lang: str, kinds: Sequence[str], findings: Sequence[Finding], under: Ground | None
) -> Files:
    """Return the files of one language."""
    w = words(lang)
    makers: dict[str, dict[str, Callable[[], bytes]]] = {
        "html": {"index.html": lambda: page(release.forecast, lang=lang, findings=findings, under=under)},
        "gtfs": {"movement.gtfs.zip": lambda: gtfs(release.plan, w)},
        "ics": {"windows.ics": lambda: calendar(release.situation, w)},
        "sitrep": {
            "sitrep.html": lambda: sitrep_html(release, lang=lang),
            "sitrep.pdf": lambda: sitrep_pdf(release, lang=lang),
        },
        "sheets": {
            "sheets.html": lambda: sheets.sheets_html(release, lang=lang),
            "sheets.pdf": lambda: sheets.sheets_pdf(release, lang=lang),
        },
        "notification": {
            "notification.html": lambda: notification.notification_html(release, lang=lang),
            "notification.pdf": lambda: notification.notification_pdf(release, lang=lang),
            "notification.json": lambda: notification.notification_json(release),
        },
        "picture": {
            "picture.html": lambda: picture.picture_html(release, lang=lang),
            "picture.svg": lambda: picture.picture_svg(release, lang=lang),
        },
    }
    files = {name: make() for kind in kinds for name, make in makers[kind].items()}
    if "picture" in kinds:
        shots = picture.picture_pngs(release, lang=lang)
        files |= {f"picture/{number:02d}.png": data for number, data in enumerate(shots, 1)}
    return files


def _json(release: Release) -> Files:
    return {"plan.json": release.plan.to_json(), "forecast.json": release.forecast.to_json()}


NEUTRAL: dict[str, Callable[[Release], Files]] = {
    "csv": lambda release: {"movement-table.csv": timetable(release.plan)},
    "geojson": lambda release: {"map.geojson": geojson(release.situation)},
    "json": _json,
    "hxl": lambda release: {"figures.hxl.csv": hxl(release)},
    "gpkg": lambda release: {"operation.gpkg": geopackage(release.forecast)},
    "cap": cap,
    "rt": lambda release: {"movement.gtfs-rt.pb": realtime(release)},
    "tep": lambda release: {"counts.tep.xml": tep(release)},
    "sqlite": lambda release: {"figures.sqlite": sqlite(release)},
    "form": lambda _: {"field-report.xlsx": xlsform()},
}
