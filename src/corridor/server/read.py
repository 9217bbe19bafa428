"""The log and the live stream, plans and forecasts as made, and how the server is."""

from __future__ import annotations

from corridor.errors import CorridorError
from corridor.log.texts import ERASED, LOCKED
from corridor.operation.operation import Operation
from corridor.server import answers as a
from corridor.server import present as p
from corridor.server.ask import Ask, Refused, Reply, handles
from corridor.server.desk import moment
from corridor.server.eyes import Compartment, sight
from corridor.server.limits import MOST_STREAMS
from corridor.server.openapi import openapi as describe
from corridor.server.rights import Viewer
from corridor.server.worker import FORECAST, PLAN
from corridor.situation.situation import Situation

# So many pages of the log are looked through for one answer that picks out a kind or a name.
MOST_PAGES = 20


@handles
async def log_page(ask: Ask) -> Reply:
    """A page of the log, as the viewer may see it."""
    house, query = ask.house, ask.query
    _, see = sight(ask.viewer, compartment=None, convoys=tuple)
    after = query.after
    found: list[a.Shown] = []
    for _ in range(MOST_PAGES):
        rows = await house.pages(after, query.limit)
        for row in rows:
            after = row.seq
            wanted = query.kind in ("", row.kind) and query.name in ("", row.name)
            if wanted and (one := see(row)) is not None:
                found.append(one)
                if len(found) == query.limit:
                    break
        if len(found) == query.limit or len(rows) < query.limit:
            break
    return Reply(a.Rows(rows=tuple(found), next=after, head=house.present.seq))


@handles
async def stream(ask: Ask) -> Reply:
    """The live stream, from where the client says that it has read."""
    house, viewer = ask.house, ask.viewer
    mine = sum(isinstance(one.who, Viewer) and one.who.account == viewer.account for one in house.hub.following)
    if mine >= MOST_STREAMS:
        raise Refused(429, "too many streams of one account", hint="close a page that is open elsewhere", wait=5.0)
    said = ask.headers.get(b"last-event-id", b"").decode("latin-1")
    if said:
        if not said.isdecimal() or len(said) > 16:
            raise Refused(400, "Last-Event-ID is no number", place="Last-Event-ID", hint="send the last id you got")
        after = int(said)
    else:
        after = house.present.seq if ask.query.after is None else ask.query.after
    compartment = None
    if viewer.party:
        compartment = Compartment(await house.desk.ask("latest", _latest), viewer.party)
    eyes, see = sight(viewer, compartment=compartment, convoys=lambda: house.planner.posts.get(viewer.post, ()))
    return Reply(stream=house.hub.follow(after, eyes, see, who=viewer))


def _latest(operation: Operation) -> Situation | None:
    try:
        return operation.situation(moment(operation))
    except CorridorError:
        return None


@handles
async def log_verdict(ask: Ask) -> Reply:
    """Whether the log is sound."""
    house = ask.house
    return Reply(await house.access(house.raw.verify))


@handles
async def checkpoint(ask: Ask) -> Reply:
    """A signed checkpoint over everything."""
    house = ask.house
    found = await house.access(house.raw.checkpoint)
    if found is None:
        raise Refused(404, "this copy of the log has no key", hint="put the key beside it")
    return Reply(found)


@handles
async def proposed(ask: Ask) -> Reply:
    """The last plan made."""
    kept = ask.house.planner.results.get(PLAN)
    if kept is None:
        raise Refused(404, "no plan was made yet", hint="POST /api/v1/jobs/plan")
    return Reply(a.Proposed(plan_sha256=kept.sha256, made=kept.made, findings=kept.findings, plan=kept.raw))


@handles
async def forecast(ask: Ask) -> Reply:
    """The last forecast."""
    kept = ask.house.planner.results.get(FORECAST)
    if kept is None:
        raise Refused(404, "no forecast was made yet", hint="POST /api/v1/jobs/forecast")
    return Reply(raw=kept.data)


@handles
async def works(ask: Ask) -> Reply:
    """The last work of each kind."""
    planner = ask.house.planner
    return Reply(a.Works(works=(*planner.worker.works.values(), *planner.adviser.works.values())))


@handles
async def free_text(ask: Ask) -> Reply:
    """The free text of one report; that it was read stands in the log."""
    house, viewer = ask.house, ask.viewer
    name = ask.path["report"]
    if not viewer.reads_text:
        raise Refused(403, "you do not need to know this text", hint="ask the administrator for the flag")
    found = await house.desk.ask(
        ("report", name), lambda operation: next((r for r in operation.known().reports if r.id == name), None)
    )
    if found is None or (viewer.role == "field" and (found.place != viewer.post or house.present.closed)):
        raise Refused(404, "no such report here", hint="see its id")
    texts = await house.desk.do(lambda _: house.desk.log.clear(name, note=found.note, quote=found.quote))
    erased = not {ERASED, LOCKED}.isdisjoint(texts.values())
    note, quote = ("" if erased else texts[one] for one in ("note", "quote"))
    if viewer.role != "field":
        await house.act(p.TEXT_READ, {"report": name}, viewer)
    return Reply(a.FreeText(report=name, note=note, quote=quote, erased=erased))


@handles
async def live(ask: Ask) -> Reply:  # noqa: ARG001 - that it answers is the answer
    """The process answers."""
    return Reply(a.Health(ok=True))


@handles
async def ready(ask: Ask) -> Reply:
    """The log and the accounts answer, and the log was read."""
    house = ask.house
    try:
        if not house.ready:
            raise Refused(503, "the log is being read", hint="wait a moment")
        await house.access(house.reader.head)
        await house.access(house.cabinet.rows, "SELECT 1")
    except CorridorError as error:
        raise Refused(503, "cannot serve now", hint=error.hint) from None
    return Reply(a.Health(ok=True))


@handles
async def metrics(ask: Ask) -> Reply:
    """Counts and times."""
    return Reply(raw=ask.house.metrics.text(ask.house.gauges()).encode())


@handles
async def openapi(ask: Ask) -> Reply:  # noqa: ARG001 - the same for everybody
    """The description of every door."""
    return Reply(describe())
