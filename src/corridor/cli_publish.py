"""The verb that publishes: reading what goes out, asking the stages, printing."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from corridor.errors import UsageError
from corridor.terminal import read_input, show, working, write

if TYPE_CHECKING:
    from corridor.forecasting.forecast import Forecast
    from corridor.log.log import Log
    from corridor.operation.operation import Operation

LOG_RUNS = 2_000  # of a forecast that is made from a log on the way


class Letting(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of the verb: the level, to whom and why, from which log, against which report before."""

    level: str
    to: str
    why: str
    by: str
    log: str | None
    previous: str | None
    lang: str
    formats: str | None
    bom: bool | None = None
    map: Path | None = None


def let_go(file: str, folder: Path, asked: Letting, *, as_json: bool) -> None:
    """Publish a forecast or a log's adopted plan, and print the files."""
    from corridor.planning.verify import verify
    from corridor.publishing.ground import read_ground
    from corridor.publishing.publish import USUAL, publish
    from corridor.situation.check import check

    formats = tuple(name.strip() for name in asked.formats.split(",") if name.strip()) if asked.formats else ()
    formats = formats or (USUAL if asked.level == "internal" else ("all",))
    with ExitStack() as stack:
        found, log = _read(file, asked, stack)
        findings = [*verify(found.plan), *check(found.plan.situation)] if found.plan.convoys else []
        with working("writing the files"):
            paths = publish(
                found,
                folder,
                lang=asked.lang,
                formats=formats,
                findings=findings,
                level=asked.level,
                to=asked.to,
                why=asked.why,
                by=asked.by,
                previous=_previous(asked.previous),
                log=log,
                bom=asked.bom,
                under=read_ground(asked.map) if asked.map else None,
            )
    if as_json:
        write(msgspec.json.encode([str(path) for path in paths]) + b"\n", None)
    else:
        show("\n".join(str(path) for path in paths))


def previewed(file: str, asked: Letting, *, as_json: bool) -> None:
    """Print what a reader of the release could infer; nothing is written and nothing recorded."""
    from corridor.publishing.release.preview import heading, preview
    from corridor.publishing.release.stage import released
    from corridor.publishing.words import LANGUAGES, catalogue, words

    spoken = LANGUAGES if asked.lang == "all" else (asked.lang,)
    for lang in spoken:
        catalogue(lang)
    with ExitStack() as stack:
        found, _ = _read(file, asked, stack)
        release = released(found, asked.level, to=asked.to, why=asked.why, by=asked.by)
        inferred = {lang: preview(release, lang=lang) for lang in spoken}
    if as_json:
        one = inferred if asked.lang == "all" else inferred[asked.lang]
        write(msgspec.json.encode(one) + b"\n", None)
        return
    for lang, each_lang in inferred.items():
        show(heading(release, lang=lang))
        for each in each_lang:
            show(f"  {'! ' if each.grave else '  '}{each.topic}{words(lang)('colon')}{each.says}")


def _read(file: str, asked: Letting, stack: ExitStack) -> tuple[Forecast, Log | None]:
    """Return the forecast that a name means, and the log that the export is recorded in."""
    from corridor.cli_opened import Opened
    from corridor.forecasting.forecast import Forecast as ForecastType
    from corridor.log.names import is_log

    if is_log(file):
        if asked.log not in (None, file):
            raise UsageError("is another log", place="--log", hint="leave it out: the export is recorded where it is")
        operation = stack.enter_context(Opened(file))
        return _of_log(file, operation), operation.log
    data, place = read_input(file)
    found = ForecastType.from_json(data, place=place)
    log = stack.enter_context(Opened(asked.log)).log if asked.log is not None else None
    return found, log


def _of_log(file: str, operation: Operation) -> Forecast:
    """Return the forecast of the adopted plan, on the situation that the log holds now."""
    from corridor.cli_opened import latest
    from corridor.forecasting.forecast import forecast

    plan = operation.plan()
    if plan is None:
        raise UsageError("no plan was adopted in it", place=file, hint="corridor adopt LOG plan.json")
    with working(f"running the adopted plan {LOG_RUNS:,} times"):
        made = forecast(plan, runs=LOG_RUNS)
    now = operation.situation(latest(operation))
    # What is believed is the log's newest; what may come stays that of the plan which is in force.
    return msgspec.structs.replace(made, plan=msgspec.structs.replace(plan, situation=now, situation_sha256=now.sha256))


def _previous(name: str | None) -> Forecast | None:
    from corridor.forecasting.forecast import Forecast as ForecastType

    if name is None:
        return None
    data, place = read_input(name)
    return ForecastType.from_json(data, place=place)
