"""Decisions: each stands in the log, by the pseudonym of the one who took it, before it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from corridor.errors import InputError, UsageError
from corridor.log.entry import Answer
from corridor.log.texts import REASONS
from corridor.operation.exercise import inject as put_in
from corridor.operation.known import HANDOVER
from corridor.operation.operation import Operation
from corridor.operation.orders import sent
from corridor.operation.retention import CLOSED, REOPENED
from corridor.planning.plan import Plan
from corridor.reports.persons import warnings
from corridor.reports.report import Report, content_id
from corridor.server import answers as a
from corridor.server import present as p
from corridor.server.ask import Ask, Refused, Reply, handles
from corridor.server.desk import moment
from corridor.server.sync import report_of
from corridor.server.worker import PATIENCE_SECONDS, PLAN, WHAT_IF, Result, Task

_CHUNK = 256 * 1024


async def _decided(ask: Ask, deed: Callable[[Operation], Answer]) -> Reply:
    answer = await ask.house.desk.do(deed)
    await ask.house.seen(answer.seq)
    return Reply(a.Done(seq=answer.seq, status=answer.status, id=answer.id, warnings=_doubts(ask)))


def _doubts(ask: Ask) -> tuple[str, ...]:
    """Return what in the reasons of a decision looks like a person."""
    return warnings(*(text for name in REASONS if isinstance(text := getattr(ask.body, name, ""), str) and text))


@handles
async def accept(ask: Ask) -> Reply:
    """Accept candidates."""
    return await _decided(ask, lambda operation: operation.accept(ask.body.reports, by=ask.viewer.account))


@handles
async def withdraw(ask: Ask) -> Reply:
    """Withdraw a report."""
    said = ask.body
    return await _decided(
        ask, lambda operation: operation.withdraw(said.report, by=ask.viewer.account, reason=said.reason)
    )


@handles
async def correct(ask: Ask) -> Reply:
    """Correct a report by one that names it."""
    said, viewer = ask.body, ask.viewer

    def deed(operation: Operation) -> Answer:
        old = next((one for one in operation.known().reports if one.id == said.report), None)
        if old is None:
            raise Refused(422, "no such report counts in this log", place="report", hint="see /api/v1/reports")
        name = content_id({"corrects": old.id, "value": str(said.value), "reason": said.reason})
        right = msgspec.structs.replace(
            old,
            id=name,
            value=said.value,
            low=None,
            high=None,
            hedge="exact",
            corrects=old.id,
            received=max(operation.log.clock(), old.received),
            note="",
            quote="",
        )
        return operation.correct(old.id, right, by=viewer.account, reason=said.reason)

    return await _decided(ask, deed)


@handles
async def adopt(ask: Ask) -> Reply:
    """Adopt the plan that was proposed, by its hash: nobody adopts one that he has not seen."""
    house, said = ask.house, ask.body
    kept = house.planner.results.get(PLAN)
    if kept is None or kept.sha256 != said.plan_sha256:
        raise Refused(409, "another plan is proposed now", place="plan_sha256", hint="look at /api/v1/plan/proposed")

    def deed(operation: Operation) -> Answer:
        plan = msgspec.json.decode(kept.data, type=Plan)
        return operation.adopt(plan, by=ask.viewer.account, despite=said.despite)

    reply = await _decided(ask, deed)
    await house.planner.assign()
    return reply


@handles
async def sign(ask: Ask) -> Reply:
    """Sign an item of the list."""
    said = ask.body
    return await _decided(
        ask,
        lambda operation: operation.sign(said.item, said.answer, by=ask.viewer.account, reason=said.reason),
    )


@handles
async def hand_over(ask: Ask) -> Reply:
    """Hand over; the head is signed."""

    def deed(operation: Operation) -> Answer:
        body = {"to": ask.body.to}
        answer = operation.log.write("decision", HANDOVER, body, actor=ask.viewer.account, device="console")
        operation.log.sign()
        return answer

    return await _decided(ask, deed)


@handles
async def order(ask: Ask) -> Reply:
    """Send an order; a convoy departs only by a corridor that two persons opened."""
    house, said = ask.house, ask.body
    await house.planner.assign()

    def deed(operation: Operation) -> a.Given:
        plan = operation.plan()
        convoy = next((one for one in plan.convoys if one.id == said.convoy), None) if plan else None
        if convoy is None:
            raise Refused(422, "no adopted plan holds this convoy", place="convoy", hint="see /api/v1/plan")
        if said.what == "depart" and convoy.operation not in house.present.opened:
            hint = "one person proposes at /api/v1/decisions/open, another confirms"
            raise Refused(409, f"the corridor of {convoy.operation} is not opened by two persons", hint=hint)
        made = operation.order(
            convoy,
            by=ask.viewer.account,
            what=said.what,
            langs=said.langs,
            place=said.place,
            at=said.at,
            despite=said.despite,
        )
        return a.Given(orders=tuple(made))

    return Reply(await house.desk.do(deed))


@handles
async def read_back(ask: Ask) -> Reply:
    """Log what a crew read back of its last order; a wrong code is kept too, and said."""

    def deed(operation: Operation) -> tuple[Answer, bool]:
        mine = [one for one in sent(operation.known()) if one.convoy == ask.body.convoy]
        if not mine:
            raise Refused(404, "no order was sent to this convoy", hint="send it first")
        answer = None
        for one in mine:
            if one.at == mine[-1].at:
                answer = operation.read_back(one.id, ask.body.code, by=ask.viewer.account)
        assert answer is not None  # noqa: S101 - the last one is at its own moment
        states = {one.id: one.state for one in sent(operation.known())}
        return answer, states[mine[-1].id] == "read back"

    answer, right = await ask.house.desk.do(deed)
    return Reply(a.Done(seq=answer.seq, id=answer.id, right=right))


async def own(ask: Ask, name: str, body: dict[str, Any], entry_id: str = "") -> Reply:
    """Write a decision of the server's own kind."""
    house = ask.house
    entry = house.entry("decision", name, body, actor=ask.viewer.account, entry_id=entry_id)
    answer = (await house.write([entry], urgent=True))[0]
    if answer.status == "rejected":
        raise InputError(answer.why, place=name)
    await house.seen(answer.seq)
    return Reply(a.Done(seq=answer.seq, status=answer.status, id=answer.id, warnings=_doubts(ask)))


@handles
async def open_corridor(ask: Ask) -> Reply:
    """Propose to open a movement's corridor."""
    said = ask.body
    known = await ask.house.desk.ask("movements", _movements)
    if said.movement not in known:
        raise Refused(422, "no such movement", place="movement", hint="one of: " + ", ".join(known))
    return await own(ask, p.OPEN_PROPOSED, {"movement": said.movement, "reason": said.reason})


def _movements(operation: Operation) -> list[str]:
    return [one.id for one in operation.situation(moment(operation)).operations]


@handles
async def confirm_opening(ask: Ask) -> Reply:
    """Open it, by a second person: never by the one who proposed, from whichever session."""
    house, name = ask.house, ask.path["proposal"]
    proposed = house.present.proposals.get(name)
    if proposed is None:
        raise Refused(404, "no such proposal waits", hint="propose it first")
    if proposed.by == ask.viewer.account:
        raise Refused(409, "a second person must confirm", hint="another coordinator signs in and confirms")
    body = {"movement": proposed.movement, "proposal": name, "reason": ask.body.reason}
    return await own(ask, p.CORRIDOR_OPENED, body, p.opening_id(name))


@handles
async def close(ask: Ask) -> Reply:
    """Close the operation."""
    return await own(ask, CLOSED, {"reason": ask.body.reason})


@handles
async def reopen(ask: Ask) -> Reply:
    """Open a closed operation again."""
    if not ask.house.present.closed:
        raise Refused(409, "the operation is open", hint="nothing is to be done")
    return await own(ask, REOPENED, {"reason": ask.body.reason})


@handles
async def inject(ask: Ask) -> Reply:
    """Put an invented report into an exercise."""
    report: Report = report_of(ask.body.report)

    def deed(operation: Operation) -> int:
        put_in(operation.log, report, by=ask.viewer.account, why=ask.body.why)
        return operation.log.store.head().seq

    seq = await ask.house.desk.do(deed)
    return Reply(a.Done(seq=seq, id=report.id, warnings=_doubts(ask)))


@handles
async def work_plan(ask: Ask) -> Reply:
    """Ask for a plan."""
    options = msgspec.structs.asdict(ask.body)
    waiting = await _worker(ask).replan("asked for", by=ask.viewer.account, options=options)
    return Reply(a.Started(work=PLAN, waiting=waiting))


def _worker(ask: Ask) -> Any:  # noqa: ANN401
    if not ask.house.settings.planning:
        raise Refused(503, "this server does not plan", hint="ask another one")
    return ask.house.planner


@handles
async def work_forecast(ask: Ask) -> Reply:
    """Ask for a forecast."""
    house, said = ask.house, ask.body
    planner = _worker(ask)
    if said.proposed:
        kept = house.planner.results.get(PLAN)
        data = kept.data if kept else b""
    else:
        plan = await house.desk.ask("adopted", lambda operation: operation.plan())
        data = plan.to_json() if plan else b""
    if not data:
        raise Refused(404, "there is no plan to forecast", hint="make one: POST /api/v1/jobs/plan")
    closes_at = [moment.isoformat() for moment in said.closes_at]
    options = {"runs": said.runs, "seed": said.seed, "policy": said.policy, "closes_at": closes_at}
    waiting = planner.forecast(data, ask.viewer.account, options)
    return Reply(a.Started(work="forecast", waiting=waiting))


@handles
async def work_what_if(ask: Ask) -> Reply:
    """Try a change: of one person's tries only the latest is worked on."""
    house = ask.house
    planner = _worker(ask)
    data = await house.desk.ask("situation json", lambda operation: operation.situation(moment(operation)).to_json())
    kind = f"{WHAT_IF} {ask.viewer.account}"
    if (before := planner.tries.pop(kind, None)) is not None and not before.done():
        before.set_exception(Refused(409, "a later try took its place", hint="wait for that one"))
    done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
    planner.tries[kind] = done
    task = Task(WHAT_IF, data, b"", msgspec.structs.asdict(ask.body))
    planner.advise(task, lambda result: None if done.done() else done.set_result(result), kind=kind)
    try:
        result = await asyncio.wait_for(done, PATIENCE_SECONDS)
    except TimeoutError:
        raise Refused(503, "the planner did not answer", hint="try again") from None
    if result.why:
        raise Refused(409, result.why, place="what if", hint=result.hint)
    return Reply(raw=result.data)


@handles
async def export(ask: Ask) -> Reply:
    """Export the log; the act that says to whom and why is its last entry but for the signature."""
    house, said = ask.house, ask.body
    await house.act(p.EXPORTED, {"what": "log", "to": said.to, "reason": said.reason}, ask.viewer)
    folder = TemporaryDirectory(prefix="corridor-export-")
    path = Path(folder.name) / "log.jsonl"
    count, digest = await house.access(_exported, ask, path)

    async def chunks() -> AsyncIterator[bytes]:
        try:
            with path.open("rb") as file:
                while part := await house.access(file.read, _CHUNK):
                    yield part
        finally:
            folder.cleanup()

    headers = (
        ("x-entries", str(count)),
        ("x-sha256", digest),
        ("content-disposition", 'attachment; filename="log.jsonl"'),
    )
    return Reply(stream=chunks(), headers=headers)


def _exported(ask: Ask, path: Path) -> tuple[int, str]:
    house = ask.house
    house.intake.call(house.log.sign).result()
    # The head is signed already; what is appended meanwhile is left for the next copy.
    from corridor.log.transfer import first, write_export  # noqa: PLC0415

    return write_export(first(house.raw.rows(), house.reader.head().seq), path)


@handles
async def erase_text(ask: Ask) -> Reply:
    """Destroy the key of a report's free text, by the log's own act."""
    name, log = ask.path["report"], ask.house.desk.log

    def deed(operation: Operation) -> Answer | None:
        if not any(report.id == name for report in operation.known().reports):
            return None
        count = log.erase([name], reason="asked for at the server", by=ask.viewer.account)
        return Answer(name, "accepted", log.store.head().seq) if count else None

    try:
        answer = await ask.house.desk.do(deed)
    except UsageError:
        answer = None
    if answer is None:
        raise Refused(404, "no free text of this report has a key here", hint="it was erased, or was never sealed")
    await ask.house.seen(answer.seq)
    return Reply(a.Done(seq=answer.seq, id=name))
