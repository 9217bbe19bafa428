"""What goes out, and how often we were right: made by the worker process, recorded before it is let go."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from corridor.operation.operation import Operation
from corridor.server import present as p
from corridor.server.advise import begun, last
from corridor.server.ask import Ask, Refused, Reply, handles
from corridor.server.desk import moment
from corridor.server.eyes import plan_for, situation_for
from corridor.server.rights import Viewer
from corridor.server.work import Kept
from corridor.server.worker import FORECAST, PREVIEW, PUBLISH, SCORE, Result, Task

# What was last let go, against which the next report is written.
PUBLISHED = "published forecast"


class _Publication(msgspec.Struct):
    """Files as the worker hands them over: the record for the log, the archive, the forecast behind them."""

    record: bytes
    archive: bytes
    forecast: bytes


@handles
async def work_publish(ask: Ask) -> Reply:
    """Ask for the files of a release; the log says what goes to whom before anybody can fetch them."""
    house = ask.house
    task = await _task(ask, PUBLISH)

    async def taken(result: Result) -> bytes:
        made = msgspec.msgpack.decode(result.data, type=_Publication)
        await house.act(p.EXPORTED, msgspec.json.decode(made.record), ask.viewer)
        await house.planner.keep(PUBLISHED, Kept(house.clock(), "", made.forecast))
        return made.archive

    return begun(ask, task, taken)


@handles
async def work_preview(ask: Ask) -> Reply:
    """Ask what a reader of such a release could infer; nothing goes out."""
    return begun(ask, await _task(ask, PREVIEW))


@handles
async def publication(ask: Ask) -> Reply:
    """The last release as one archive; that it was fetched stands in the log."""
    kept = ask.house.planner.results.get(PUBLISH)
    if kept is None:
        raise Refused(404, "nothing was published yet", hint="POST /api/v1/jobs/publish")
    await ask.house.act(p.EXPORTED, {"what": "publication fetched", "sha256": kept.sha256}, ask.viewer)
    name = f"release-{kept.made:%Y%m%dT%H%MZ}.zip"
    headers = (("x-sha256", kept.sha256), ("content-disposition", f'attachment; filename="{name}"'))
    return Reply(raw=kept.data, headers=headers)


@handles
async def publication_preview(ask: Ask) -> Reply:
    """What a reader of the release that was last asked about could infer."""
    return last(ask, PREVIEW)


@handles
async def work_score(ask: Ask) -> Reply:
    """Ask how right the forecasts in the log were."""
    for number, one in enumerate(ask.body.outcomes):
        if (one.value is None) == (one.moment is None):
            raise Refused(422, "needs a value or a moment, and not both", place=f"outcome {number + 1}", hint="one of")
    kept = [found for seq in tuple(ask.house.present.forecasts) if (found := await _kept(ask, seq)) is not None]
    if not kept:
        raise Refused(404, "no forecast is kept in this log", hint="POST /api/v1/jobs/forecast")
    task = Task(SCORE, msgspec.json.encode(kept), msgspec.json.encode(ask.body.outcomes), {})
    return begun(ask, task)


@handles
async def score(ask: Ask) -> Reply:
    """The last score."""
    return last(ask, SCORE)


@handles
async def latest(ask: Ask) -> Reply:
    """By when to start so that everyone is safe before a hazard arrives, after the last forecast."""
    kept = ask.house.planner.results.get(FORECAST)
    if kept is None:
        raise Refused(404, "no forecast was made yet", hint="POST /api/v1/jobs/forecast")
    return Reply(raw=await asyncio.to_thread(_latest, kept.data, ask.query.before))


@handles
async def form(ask: Ask) -> Reply:  # noqa: ARG001 - the same for everybody
    """The form for those who collect with ODK or Kobo."""
    from corridor.reports.form import xlsform  # noqa: PLC0415 - asked for seldom

    headers = (("content-disposition", 'attachment; filename="field-report.xlsx"'),)
    return Reply(raw=await asyncio.to_thread(xlsform), headers=headers)


async def _task(ask: Ask, work: str) -> Task:
    """Return the task of a release: the adopted plan, the situation of now, what was asked for."""
    house, viewer = ask.house, ask.viewer
    found = await house.desk.do(lambda operation: _case(operation, viewer))
    if found is None:
        raise Refused(404, "no plan was adopted", hint="POST /api/v1/decisions/adopt")
    head = await house.access(house.raw.checkpoint)
    before = house.planner.results.get(PUBLISHED)
    options: dict[str, Any] = msgspec.structs.asdict(ask.body)
    options |= {
        "by": viewer.role,  # the pseudonym stands in the log, and stays there
        "exercise": house.opened.exercise,
        "checkpoint": msgspec.json.encode(head) if head else b"",
        "previous": before.data if before else b"",
    }
    return Task(work, *found, options)


def _case(operation: Operation, viewer: Viewer) -> tuple[bytes, bytes] | None:
    """Return the adopted plan and the present situation without any free text that is sealed."""
    plan = operation.plan()
    if plan is None:
        return None
    shown = plan_for(viewer, plan)
    shown = msgspec.structs.replace(shown, situation_sha256=shown.situation.sha256)
    return shown.to_json(), situation_for(viewer, operation.situation(moment(operation))).to_json()


async def _kept(ask: Ask, seq: int) -> Any:  # noqa: ANN401 - what `corridor score` reads, as the log holds it
    rows = await ask.house.pages(seq - 1, 1)
    return msgspec.json.decode(rows[0].body).get("kept") if rows and rows[0].name == p.FORECAST else None


def _latest(data: bytes, arrives: Any) -> bytes:  # noqa: ANN401 - a moment
    from corridor.forecasting.forecast import Forecast  # noqa: PLC0415 - heavy, and asked for seldom
    from corridor.forecasting.latest import latest_starts  # noqa: PLC0415

    try:
        starts = latest_starts(Forecast.from_json(data), arrives)
    except OverflowError:
        raise Refused(422, "is no moment that a start could be counted back from", place="before") from None
    return msgspec.json.encode({"starts": starts})
