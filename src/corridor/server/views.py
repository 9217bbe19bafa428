"""What the operation looks like "as known at" a moment: each page is a question to the desk."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from corridor.log.texts import SEALED
from corridor.operation.agreements import guarantees, precision, versions, violations
from corridor.operation.checklist import checklist as lines_of
from corridor.operation.checklist import go
from corridor.operation.choices import choices as choices_of
from corridor.operation.coverage import unwatched
from corridor.operation.coverage import watches as watches_of
from corridor.operation.holding import holds as holds_of
from corridor.operation.known import Rival
from corridor.operation.matrix import matrix
from corridor.operation.operation import Operation
from corridor.operation.orders import sent
from corridor.operation.positions import positions as positions_of
from corridor.operation.reciprocity import ledger
from corridor.operation.status import handover as handover_of
from corridor.operation.status import status as status_of
from corridor.planning.plan import Plan
from corridor.planning.verify import verify
from corridor.publishing.redact import moment_shown, public_view
from corridor.server import answers as a
from corridor.server.ask import Ask, Refused, Reply, handles
from corridor.server.desk import moment
from corridor.server.eyes import passing, plan_for, reports_for, situation_for
from corridor.server.rights import Viewer
from corridor.situation.check import check
from corridor.situation.situation import Situation

_seal = re.compile(rf'"{SEALED}[A-Za-z0-9+/]+=*"')


async def _see(ask: Ask, view: Callable[[Operation, Any], Any]) -> Reply:
    """Answer with a view of the operation at the moment asked for; equal questions of equal viewers are one."""
    at, logged = ask.query.at, ask.query.logged
    viewer = ask.viewer
    key = (ask.route.name, at, logged, viewer.party, viewer.reads_text, viewer.post)

    def question(operation: Operation) -> Any:  # noqa: ANN401 - what the view gives
        return view(operation, _Moment(operation, at, logged))

    return Reply(await ask.house.desk.ask(key, question))


class _Moment:
    """The moment of a question, and the situation then."""

    def __init__(self, operation: Operation, at: Any, logged: Any) -> None:  # noqa: ANN401
        self.at = moment(operation, at)
        self.logged = logged
        self._operation = operation

    @property
    def situation(self) -> Situation:
        return self._operation.situation(self.at, logged=self.logged)

    @property
    def known(self) -> Any:  # noqa: ANN401
        return self._operation.known(self.at, logged=self.logged)


def _adopted(operation: Operation, m: _Moment) -> Plan:
    plan = operation.plan(m.at)
    if plan is None:
        raise Refused(404, "no plan is adopted yet", hint="ask for one, look at it, adopt it")
    return plan


@handles
async def situation(ask: Ask) -> Reply:
    """The situation."""
    return await _see(ask, lambda _, m: situation_for(ask.viewer, m.situation))


@handles
async def situation_findings(ask: Ask) -> Reply:
    """Contradictions and open points."""
    return await _see(ask, lambda _, m: a.Findings(findings=tuple(check(m.situation))))


@handles
async def status(ask: Ask) -> Reply:
    """The truth of the moment in words."""
    return await _see(ask, lambda operation, m: a.Sheet(at=m.at, text=status_of(operation, m.at)))


@handles
async def handover(ask: Ask) -> Reply:
    """The sheet for the next shift."""
    return await _see(ask, lambda operation, m: a.Sheet(at=m.at, text=handover_of(operation, m.at)))


@handles
async def alarms(ask: Ask) -> Reply:
    """What calls for a person."""
    return await _see(ask, lambda operation, m: a.Findings(findings=tuple(operation.alarms(m.at))))


@handles
async def progress(ask: Ask) -> Reply:
    """Convoys beside the plan."""

    def view(operation: Operation, m: _Moment) -> a.Progress:
        found = operation.progress(m.at)
        if ask.viewer.party:
            found = [one for one in found if one.movement.partition("/")[0] in ask.viewer.party]
        return a.Progress(convoys=tuple(found))

    return await _see(ask, view)


@handles
async def agreement(ask: Ask) -> Reply:
    """The agreement ledger: what the parties share, and of claims of breach those of one's own movements."""

    def view(_: Operation, m: _Moment) -> a.Agreed:
        full = m.situation
        seen = situation_for(ask.viewer, full)
        names = {one.operation for one in seen.agreements}
        return a.Agreed(
            terms=tuple(
                a.Terms(
                    movement=one.id,
                    versions=tuple(versions(full.reports, one.id)),
                    says=precision(full, one.id),
                )
                for one in full.operations
                if one.id in names
            ),
            guarantees=tuple(guarantees(full.reports)),
            violations=tuple(violations(seen.reports)),
        )

    return await _see(ask, view)


@handles
async def reciprocity(ask: Ask) -> Reply:
    """The reciprocity ledger; each side of a pair sees the pair."""

    def view(_: Operation, m: _Moment) -> a.Balances:
        party = ask.viewer.party
        found = ledger(m.situation)
        if party:
            found = [one for one in found if {one.leader.operation, one.follower.operation} & set(party)]
        return a.Balances(balances=tuple(found))

    return await _see(ask, view)


@handles
async def holds(ask: Ask) -> Reply:
    """The hold clock."""
    return await _see(ask, lambda _, m: a.Holds(holds=tuple(holds_of(m.situation.reports, m.at))))


@handles
async def events(ask: Ask) -> Reply:
    """Who says, who denies."""
    return await _see(ask, lambda _, m: a.Events(events=tuple(matrix(m.situation.reports))))


@handles
async def watches(ask: Ask) -> Reply:
    """Who watched."""
    return await _see(
        ask,
        lambda _, m: a.Watched(
            watches=tuple(watches_of(m.situation.reports)), unwatched=tuple(unwatched(m.situation.reports))
        ),
    )


@handles
async def choices(ask: Ask) -> Reply:
    """What people chose."""
    return await _see(ask, lambda _, m: a.Chosen(choices=tuple(choices_of(m.situation.reports))))


@handles
async def positions(ask: Ask) -> Reply:
    """Where vehicles were last."""
    return await _see(ask, lambda _, m: a.Positions(positions=tuple(positions_of(m.situation.reports).values())))


@handles
async def checklist(ask: Ask) -> Reply:
    """The go/no-go list."""

    def view(_: Operation, m: _Moment) -> a.Checklist:
        lines = lines_of(m.known, m.situation)
        return a.Checklist(go=go(lines), lines=tuple(lines))

    return await _see(ask, view)


@handles
async def orders(ask: Ask) -> Reply:
    """Orders sent."""
    return await _see(ask, lambda _, m: a.Orders(orders=tuple(sent(m.known))))


@handles
async def candidates(ask: Ask) -> Reply:
    """Candidates that wait; nobody accepts one whose words he cannot read, so those who may read them see them."""
    log = ask.house.desk.log

    def view(_: Operation, m: _Moment) -> a.Candidates:
        found = m.known.candidates
        if ask.viewer.reads_text:
            found = [msgspec.structs.replace(c, **log.clear(c.id, note=c.note, quote=c.quote)) for c in found]
        return a.Candidates(candidates=reports_for(ask.viewer, found))  # type: ignore[arg-type]

    return await _see(ask, view)


@handles
async def reports(ask: Ask) -> Reply:
    """The reports that count."""
    return await _see(
        ask,
        lambda _, m: a.Reports(reports=reports_for(ask.viewer, [r for r in m.known.reports if r.received <= m.at])),
    )


@handles
async def conflicts(ask: Ask) -> Reply:
    """What waits for a person to decide, and what never came."""

    def view(_: Operation, m: _Moment) -> a.Disputed:
        rivals = m.known.rivals if _room_text(ask.viewer) else ()
        shown = tuple(Rival(id=one.id, used=_unsealed(one.used), aside=_unsealed(one.aside)) for one in rivals)
        return a.Disputed(rivals=shown, gaps=m.known.gaps)

    return await _see(ask, view)


def _unsealed(text: str) -> str:
    """Return a content with a word in place of each seal: its text is read at /texts/ID, which the log then tells."""
    return _seal.sub('"[sealed]"', text)


def _room_text(viewer: Viewer) -> bool:
    return viewer.reads_text and viewer.role in ("dispatcher", "coordinator")


@handles
async def adopted(ask: Ask) -> Reply:
    """The adopted plan."""
    return await _see(ask, lambda operation, m: plan_for(ask.viewer, _adopted(operation, m)))


@handles
async def plan_findings(ask: Ask) -> Reply:
    """The adopted plan, every rule again."""
    return await _see(ask, lambda operation, m: a.Findings(findings=tuple(verify(_adopted(operation, m)))))


@handles
async def assignment(ask: Ask) -> Reply:
    """What a post has to do."""
    post = ask.viewer.post

    def view(operation: Operation, m: _Moment) -> a.Assignment:
        plan = operation.plan(m.at)
        mine = passing(plan, post) if plan else ()
        situation = m.situation
        site = next((one for one in situation.sites if one.id == post), None)
        states = {one.movement: one.state for one in operation.progress(m.at)} if plan else {}
        names = {convoy.id for convoy in mine}
        return a.Assignment(
            post=post,
            convoys=tuple(
                a.Passing(
                    convoy=convoy.id,
                    depart=convoy.depart,
                    arrive=convoy.arrive,
                    vehicles=len(convoy.trips),
                    people=convoy.people,
                    state=states.get(convoy.id, "planned"),
                    pickup=convoy.pickup,
                    reception=convoy.reception,
                )
                for convoy in mine
            ),
            kind=site.kind if site else "",
            operations=tuple(sorted(one.id for one in situation.operations)),
            exercise=ask.house.opened.exercise,
            orders=tuple(one for one in sent(m.known) if one.convoy in names),
        )

    return await _see(ask, view)


@handles
async def public(ask: Ask) -> Reply:
    """The public view."""
    house = ask.house
    level = house.settings.level

    def view(operation: Operation) -> Any:  # noqa: ANN401
        now = moment(operation)
        known = operation.known()
        at = moment_shown(now, level)
        if not any(report.received <= at for report in known.reports):
            raise Refused(404, "nothing is public yet", hint="come back later")
        seen = operation.situation(at)
        return public_view(seen, title=known.title, exercise=known.exercise, level=level)

    return Reply(await house.desk.ask("public", view))


@handles
async def about(ask: Ask) -> Reply:
    """What is served."""
    house = ask.house
    state = house.present
    at = house.clock() if ask.viewer.role == "admin" else await house.desk.ask("moment", moment)
    opened = sorted(state.opened)
    if ask.viewer.party:
        opened = [name for name in opened if name in ask.viewer.party]
    return Reply(
        a.About(
            title=house.opened.title,
            exercise=house.opened.exercise,
            closed=state.closed,
            at=at,
            seq=state.seq,
            head=state.head,
            opened=tuple(opened),
        )
    )
