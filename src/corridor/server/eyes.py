"""What each viewer sees: free text, compartments of the parties, a post's own part, and entries of the log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec

from corridor.log.entry import Row
from corridor.log.texts import SEALED
from corridor.operation.known import CANDIDATE, ORDER_SENT, READ_BACK
from corridor.operation.retention import CLOSED, REOPENED
from corridor.planning.plan import Plan
from corridor.reports.report import Report
from corridor.server import present as p
from corridor.server.answers import Shown
from corridor.server.rights import Viewer
from corridor.situation.fleet import Fleet
from corridor.situation.situation import Situation

# A body larger than this is named by its size and its hash; the plan itself has its own door.
LARGEST_SHOWN = 16 * 1024
ACCESS = frozenset(
    {
        p.SIGNED_IN, p.DENIED, p.EXPORTED, p.ACCOUNT_MADE, p.ACCOUNT_ENDED, p.ROLE_CHANGED, p.LINK_MADE, p.ENROLLED,
        p.CLAIMED, p.DEVICE_ENDED, p.SESSION_ENDED, p.PASSPHRASE_SET, p.FACTOR_SET, p.TEXT_READ,
    }
)  # fmt: skip
_NAMES = ("note", "quote")
_TEXTS = tuple(f'"{name}":"' for name in _NAMES)


def without_text(report: Report) -> Report:
    """Return a report without its free text."""
    return msgspec.structs.replace(report, note="", quote="") if report.note or report.quote else report


def unsealed(report: Report) -> Report:
    """Return a report without what is sealed; what was written before texts were sealed stays."""
    if not (report.note.startswith(SEALED) or report.quote.startswith(SEALED)):
        return report
    return without_text(report)


def reports_for(viewer: Viewer, reports: Sequence[Report]) -> tuple[Report, ...]:
    """Return reports with the text that a viewer may read: none that is sealed, and none at all without the flag."""
    shown = unsealed if viewer.reads_text else without_text
    return tuple(shown(report) for report in reports)


def situation_for(viewer: Viewer, situation: Situation) -> Situation:
    """Return a situation as a viewer sees it."""
    seen = part_of(situation, viewer.party) if viewer.party else situation
    return msgspec.structs.replace(seen, reports=reports_for(viewer, seen.reports))


def plan_for(viewer: Viewer, plan: Plan) -> Plan:
    """Return a plan as a viewer sees it; in a compartment its own convoys only."""
    situation = situation_for(viewer, plan.situation)
    if not viewer.party:
        return msgspec.structs.replace(plan, situation=situation)
    own = set(viewer.party)
    return msgspec.structs.replace(
        plan,
        situation=situation,
        convoys=tuple(convoy for convoy in plan.convoys if convoy.operation in own),
        bounds=tuple(bound for bound in plan.bounds if bound.operation in own),
        unplanned={name: why for name, why in plan.unplanned.items() if name in own},
        changes=(),
        compared=(),
    )


def part_of(situation: Situation, party: Collection[str]) -> Situation:
    """Return what a party to the agreement sees: its own movements whole, and of those tied to them the agreement.

    Vehicles belong to nobody's compartment and are left out; the reciprocity ledger has its own door.
    """
    own = tuple(one for one in situation.operations if one.id in party)
    linked = {name for one in own for name in one.linked_to} | {one.id for one in own}
    corridors = tuple(one for one in situation.corridors if one.operation in party)
    places = {place for one in own for place in (one.area, *one.pickups, *one.receptions)}
    places |= {site for corridor in corridors for site in corridor.sites}
    others = {one.id for one in situation.operations} - set(party)
    return msgspec.structs.replace(
        situation,
        sites=tuple(site for site in situation.sites if site.id in places),
        groups=tuple(group for group in situation.groups if group.operation in party),
        fleet=Fleet(),
        legs=tuple(leg for leg in situation.legs if leg.start in places and leg.end in places),
        corridors=corridors,
        agreements=tuple(one for one in situation.agreements if one.operation in linked),
        operations=tuple(msgspec.structs.replace(one, linked_to=()) for one in own),
        headcounts=tuple(one for one in situation.headcounts if one.operation in party),
        halts=tuple(halt for halt in situation.halts if halt.operation in party),
        reports=tuple(report for report in situation.reports if concerns(report, places, others)),
    )


def concerns(report: Report, places: Collection[str], others: Collection[str]) -> bool:
    """Return whether a report belongs to a compartment: at one of its places, and not about another's movement."""
    subject = report.subject.partition("/")[0]
    ends = report.subject.split(">")
    return report.place in places and subject not in others and (len(ends) == 1 or all(end in places for end in ends))


class Compartment:
    """The places of a party and the movements that are not its own, as the situation last had them."""

    def __init__(self, situation: Situation | None, party: Collection[str]) -> None:
        self.party = frozenset(party)
        part = part_of(situation, party) if situation else None
        self.places = frozenset(site.id for site in part.sites) if part else frozenset()
        known = {one.id for one in situation.operations} if situation else set()
        self.others = frozenset(known - self.party)

    def sees(self, row: Row) -> bool:
        """Return whether an entry is for this party's eyes."""
        if row.kind == "report":
            if row.name == CANDIDATE:
                return False
            return concerns(msgspec.json.decode(row.body, type=_Where).report, self.places, self.others)
        body = msgspec.json.decode(row.body)
        if row.name in (p.OPEN_PROPOSED, p.CORRIDOR_OPENED):
            return body.get("movement") in self.party
        if row.name == p.ALARM:
            return str(body.get("about", "")).partition("/")[0] in self.party
        return row.name in (CLOSED, REOPENED)


class _Where(msgspec.Struct):
    about: str
    place: str

    @property
    def report(self) -> Any:  # noqa: ANN401 - what `concerns` asks of a report
        return _Concerned(self.about.partition(".")[0], self.place)


class _Concerned:
    __slots__ = ("place", "subject")

    def __init__(self, subject: str, place: str) -> None:
        self.subject = subject
        self.place = place


def shown(row: Row, *, text: bool) -> Shown:
    """Return an entry as it is shown; free text that is sealed never, other free text where it may be read."""
    body = row.body
    if len(body) > LARGEST_SHOWN:
        body = f'{{"large":{len(body.encode())},"sha256":"{row.body_sha256}"}}'
    elif row.kind == "act" and SEALED in body:
        body = f'{{"sealed":true,"sha256":"{row.body_sha256}"}}'
    elif any(mark in body for mark in _TEXTS):
        body = msgspec.json.encode(_without(msgspec.json.decode(body), everything=not text), order="sorted").decode()
    return Shown(
        seq=row.seq,
        id=row.id,
        kind=row.kind,
        name=row.name,
        actor=row.actor,
        device=row.device,
        happened=row.happened,
        recorded=row.recorded,
        received=row.received,
        body=msgspec.Raw(body.encode()),
        hash=row.hash,
    )


def _without(value: Any, *, everything: bool) -> Any:  # noqa: ANN401 - any JSON
    """Leave out notes and quotes wherever they stand: an adopted plan carries its reports."""
    if isinstance(value, list):
        return [_without(one, everything=everything) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _without(one, everything=everything)
        for name, one in value.items()
        if name not in _NAMES or not (everything or str(one).startswith(SEALED))
    }


def sight(
    viewer: Viewer, *, compartment: Compartment | None, convoys: Callable[[], Collection[str]]
) -> tuple[object, Callable[[Row], Shown | None]]:
    """Return a key that viewers with equal sight share, and what they see of an entry (None: nothing)."""
    text = viewer.reads_text
    if compartment is not None:
        party = compartment
        return ("party", tuple(sorted(party.party)), party.places, text), (
            lambda row: shown(row, text=text) if party.sees(row) else None
        )
    if viewer.role == "field":
        return ("post", viewer.device, viewer.post), (lambda row: _at_post(row, viewer.device, convoys()))
    if viewer.role == "dispatcher":
        return ("dispatcher", text), (lambda row: None if row.name in ACCESS else shown(row, text=text))
    return ("room", text and viewer.role == "coordinator"), (
        lambda row: shown(row, text=text and viewer.role == "coordinator")
    )


def _at_post(row: Row, device: str, convoys: Collection[str]) -> Shown | None:
    if row.device == device and row.kind == "report":
        return shown(row, text=False)
    if row.name in (ORDER_SENT, READ_BACK):
        return shown(row, text=False) if _names(row.body, convoys) else None
    if row.name in (CLOSED, REOPENED):
        return shown(row, text=False)
    return None


def _names(body: str, convoys: Collection[str]) -> bool:
    return str(msgspec.json.decode(body).get("convoy", "")) in convoys


def passing(plan: Plan, post: str) -> tuple[Any, ...]:
    """Return the convoys of a plan that a post has to do with: they begin, end or pass there."""
    on_way = {corridor.operation for corridor in plan.situation.corridors if post in corridor.sites}
    return tuple(c for c in plan.convoys if post in (c.pickup, c.reception) or c.operation in on_way)
