"""What else could be: levers and what-ifs, worked out in a process of their own so that no new plan waits for them."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any

import msgspec

from corridor.errors import InputError
from corridor.operation.operation import Operation
from corridor.reports.report import Report
from corridor.server import answers as a
from corridor.server.ask import Ask, Refused, Reply, handles
from corridor.server.desk import moment
from corridor.server.sync import report_of
from corridor.server.work import Kept
from corridor.server.worker import COMPARISON, LEVERS, Result, Task
from corridor.situation.assess import assess


@handles
async def work_levers(ask: Ask) -> Reply:
    """Ask what each thing that can be negotiated would give."""
    data = await ask.house.desk.ask("as it is", _as_it_is)
    return begun(ask, Task(LEVERS, data, b"", _options(ask)))


@handles
async def work_compare(ask: Ask) -> Reply:
    """Ask what would change if some reports were true; none of them is recorded."""
    assumed = [_assumed(number, raw) for number, raw in enumerate(ask.body.reports)]
    first, second = await ask.house.desk.do(lambda operation: _both(operation, assumed))
    return begun(ask, Task(COMPARISON, first, second, _options(ask)))


@handles
async def levers(ask: Ask) -> Reply:
    """The last table of levers."""
    return last(ask, LEVERS)


@handles
async def comparison(ask: Ask) -> Reply:
    """The last what-if."""
    return last(ask, COMPARISON)


def _as_it_is(operation: Operation) -> bytes:
    return operation.situation(moment(operation)).to_json()


def _both(operation: Operation, assumed: list[Report]) -> tuple[bytes, bytes]:
    """Return the situation as it is, and as it would be if the assumed reports were known as well."""
    at = moment(operation)
    now = operation.situation(at)
    told = [msgspec.structs.replace(one, observed=min(one.observed, at), received=at) for one in assumed]
    return now.to_json(), assess([*operation.known(at).reports, *told], as_of=at).to_json()


def _assumed(number: int, raw: msgspec.Raw) -> Report:
    try:
        return report_of(raw)
    except InputError as error:
        raise InputError(error.cause, place=f"report {number + 1}", hint=error.hint) from None


def _options(ask: Ask) -> dict[str, Any]:
    said = ask.body
    found: dict[str, Any] = {"runs": said.runs, "seed": said.seed}
    if said.deadline is not None:
        found["deadline"] = said.deadline.isoformat()
    if getattr(said, "pairs", False):
        found["pairs"] = True
    return found


def begun(ask: Ask, task: Task, taken: Callable[[Result], Awaitable[bytes]] | None = None) -> Reply:
    """Have a task worked on; what comes of it is kept and its hash announced. `taken` may make of it what is kept."""
    house, by = ask.house, ask.viewer.account
    if not house.settings.planning:
        raise Refused(503, "this server does not plan", hint="ask another one")

    async def then(result: Result) -> None:
        body: dict[str, Any] = {"work": task.work, "seconds": round(result.seconds, 3)}
        if result.why:
            body |= {"cause": result.why, "hint": result.hint}
        else:
            data = await taken(result) if taken is not None else result.data
            name = hashlib.sha256(data).hexdigest()
            await house.planner.keep(task.work, Kept(house.clock().astimezone(UTC), name, data))
            body["sha256"] = name
        entry = house.entry("act", f"{task.work} {'failed' if result.why else 'worked out'}", body, actor=by)
        await house.write([entry], urgent=True)

    return Reply(a.Started(work=task.work, waiting=house.planner.advise(task, then)))


def last(ask: Ask, work: str) -> Reply:
    """Return the last result of a kind of work."""
    kept = ask.house.planner.results.get(work)
    if kept is None:
        raise Refused(404, "nothing of the kind was worked out yet", hint=f"POST /api/v1/jobs/{work}")
    return Reply(raw=kept.data)
