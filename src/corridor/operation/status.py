"""The truth of the moment, and the sheet that one shift hands to the next, in words for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from corridor.finding import Finding
from corridor.operation import agreements, holding, reciprocity
from corridor.operation.checklist import checklist, go
from corridor.operation.choices import choices
from corridor.operation.coverage import unwatched, watches
from corridor.operation.exercise import marked
from corridor.operation.known import ADOPT, HANDOVER, Known
from corridor.operation.matrix import matrix
from corridor.operation.operation import Operation
from corridor.operation.orders import sent
from corridor.operation.positions import positions
from corridor.operation.progress import Standing
from corridor.situation.site import left_to_move
from corridor.situation.situation import Situation
from corridor.wording import about, moment, span, table

SHOWN = 12


def status(operation: Operation, at: datetime) -> str:
    """Return what holds at a moment: people, convoys, alarms, ledgers, and what waits for a person."""
    known, now = operation.known(at), operation.situation(at)
    lines = [f"{known.title or 'Operation'} at {at:%a %d %b %Y %H:%M %z}: {len(now.reports)} reports"]
    lines += _people(now)
    lines += ["", "Alarms", *_findings(operation.alarms(at))]
    lines += _convoys(operation.progress(at), adopted=bool(known.of(ADOPT)))
    lines += ["", "Reciprocity", *reciprocity_lines(now)]
    lines += ["", "Holds", *hold_lines(now, at)]
    lines += _seen(now)
    lines += _waiting(known)
    return marked("\n".join(lines), exercise=known.exercise)


def _people(now: Situation) -> list[str]:
    rows = []
    for count in now.headcounts:
        left = [group for group in now.groups if group.operation == count.operation]
        ends = left_to_move(left)
        out = count.out
        low, high = about(out.quantile(0.1)), about(out.quantile(0.9))
        rows.append(
            (
                count.operation,
                f"out {low if low == high else f'{low} to {high}'}",
                f"left to move {about(ends[1])}",
                f"({span(ends[0], ends[2])} in 8 cases of 10)",
            )
        )
    halts = [f"  HALTED: {halt.operation} since {moment(halt.since)}" for halt in now.halts if halt.until is None]
    return [*([table(rows)] if rows else []), *halts]


def _findings(found: Sequence[Finding]) -> list[str]:
    if not found:
        return ["  none"]
    lines = [
        f"  {finding.severity.upper()} {finding.rule}: {finding.about}: {finding.what}" for finding in found[:SHOWN]
    ]
    return lines + ([f"  ... and {len(found) - SHOWN} more"] if len(found) > SHOWN else [])


def _convoys(standing: Sequence[Standing], *, adopted: bool) -> list[str]:
    head = "Convoys" if adopted else "Convoys (no plan is adopted)"
    moved = [one for one in standing if one.state != "planned"]
    rest = len(standing) - len(moved)
    rows = [
        (
            one.movement,
            one.state,
            f"{one.last_seen} {moment(one.seen_at)}" if one.seen_at else "not seen",
            " > ".join(f"{tally.people} {tally.point}" for tally in one.people) or "not counted",
            f"{one.late_minutes} min late" if one.late_minutes else "",
        )
        for one in moved[-SHOWN:]
    ]
    lines = ["", head, table(rows) if rows else "  none has moved"]
    if len(moved) > SHOWN:
        lines.insert(2, f"  ({len(moved) - SHOWN} earlier ones are not shown)")
    return lines + ([f"  {rest} more are planned"] if rest else [])


def _seen(now: Situation) -> list[str]:
    """Return where each vehicle with a tracker was last, however late that came; nothing where none has one."""
    rows = [
        (one.vehicle, moment(one.at), f"{one.latitude:.4f} {one.longitude:.4f}", f"within {one.precision_m:g} m")
        for _, one in sorted(positions(now.reports).items())
    ]
    more = [f"  ... and {len(rows) - SHOWN} more"] if len(rows) > SHOWN else []
    return ["", "Vehicles last seen", table(rows[:SHOWN]), *more] if rows else []


def reciprocity_lines(now: Situation) -> list[str]:
    """Return the reciprocity ledger, one pair in two lines."""
    lines = []
    for balance in reciprocity.ledger(now):
        sides = [
            f"{side.operation} {about(side.low)} to {about(side.high)} ({side.basis})"
            for side in (balance.leader, balance.follower)
        ]
        ratio = "ratio not stated" if balance.ratio is None else f"ratio {balance.ratio:g}"
        lines += [f"  {sides[0]}  against  {sides[1]}; {ratio}", f"    {balance.next_move}"]
    return lines or ["  no movements are tied to each other"]


def hold_lines(now: Situation, at: datetime) -> list[str]:
    """Return the hold clock of each place where people are or were kept."""
    rows = []
    for hold in holding.holds(now.reports, at):
        people = "nobody counted" if hold.low is None or hold.high is None else _span(hold.low, hold.high)
        spent = hold.person_hours
        rows.append(
            (
                hold.place,
                f"{people} {hold.what}",
                f"{moment(hold.since)} to {moment(hold.until) if hold.until else 'now'}",
                f"{hold.hours:.1f} h",
                "" if spent is None else f"{_span(round(spent[0]), round(spent[1]))} person-hours",
                ", ".join(hold.sources),
            )
        )
    return [table(rows[-SHOWN:])] if rows else ["  nobody is reported held"]


def _span(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _waiting(known: Known) -> list[str]:
    lines = ["", "Waits for a person"]
    orders = [one for one in sent(known) if one.state != "read back"]
    lines += [f"  order to {one.convoy} at {moment(one.at)}: {one.state}: {one.text}" for one in orders[-SHOWN:]]
    lines += [f"  two contents under the id {rival.id}: both are kept, say which holds" for rival in known.rivals]
    lines += [
        f"  {device} has {len(missing)} entries we have not seen: {_numbers(missing)}"
        for device, missing in known.gaps.items()
    ]
    if known.candidates:
        lines.append(f"  {len(known.candidates)} candidates read from prose: corridor accept LOG --all, or by id")
    return lines if len(lines) > 2 else [*lines, "  nothing"]


def _numbers(missing: Sequence[int]) -> str:
    shown = ", ".join(map(str, missing[:8]))
    return shown + (" ..." if len(missing) > 8 else "")


def handover(operation: Operation, at: datetime) -> str:
    """Return the sheet one shift hands to the next: what was decided since the last one, what is open, what comes."""
    known, now = operation.known(at), operation.situation(at)
    before = known.of(HANDOVER)
    since = before[-1].happened if before else None
    head = operation.log.store.head()
    lines = [
        f"HANDOVER {known.title} at {at:%a %d %b %Y %H:%M %z}",
        f"since {moment(since)} by {before[-1].actor}" if since else "first sheet of this operation",
        *_people(now),
        "",
        "Decided since",
        *_decided(known, since),
        "",
        "Open alarms",
        *_findings(operation.alarms(at)),
        *_convoys([one for one in operation.progress(at) if one.state not in ("handed over", "arrived")], adopted=True),
        "",
        "Next departures",
        *_next(operation, at),
        "",
        "Go / no-go",
        *_signed(known, now),
        "",
        "Agreement",
        *agreement_lines(now),
        "",
        "Who says, who denies",
        *matrix_lines(now),
        "",
        "Watched",
        *_watched(now),
        "",
        "Those who stay, those who choose",
        *_chosen(now),
        *_waiting(known),
        "",
        f"log: {head.seq} entries, head {head.hash[:16]}",
    ]
    return marked("\n".join(lines), exercise=known.exercise)


def _decided(known: Known, since: datetime | None) -> list[str]:
    found = [one for one in known.decisions if since is None or one.happened > since]
    lines = []
    for one in found[-SHOWN:]:
        what = one.body.get("report") or one.body.get("item") or one.body.get("reports") or one.body.get("to") or ""
        why = one.body.get("reason") or one.body.get("despite") or one.body.get("answer") or ""
        lines.append(f"  {moment(one.happened)} {one.actor}: {one.name} {what} {why}".rstrip())
    return lines or ["  nothing"]


def _next(operation: Operation, at: datetime) -> list[str]:
    plan = operation.plan(at)
    coming = [convoy for convoy in plan.convoys if convoy.depart >= at][:5] if plan else []
    rows = [
        (c.id, moment(c.depart), f"{c.pickup} > {c.reception}", f"{len(c.trips)} vehicles", f"{c.people:,} people")
        for c in coming
    ]
    return [table(rows)] if rows else ["  none planned"]


def _signed(known: Known, now: Situation) -> list[str]:
    lines = checklist(known, now)
    open_ones = [line for line in lines if line.signed != "go" or line.against]
    rows = [(line.item.item, line.signed, line.by, line.against or line.reason) for line in open_ones]
    return ["  GO" if go(lines) else "  NO-GO until every item is signed", *([table(rows)] if rows else [])]


def agreement_lines(now: Situation) -> list[str]:
    """Return, for each operation, the state of its agreement, its guarantees and what it leaves open."""
    lines = []
    for operation in now.operations:
        told = agreements.versions(now.reports, operation.id)
        state = f"{told[-1].state} ({told[-1].source}, {moment(told[-1].at)})" if told else "no agreement reported"
        lines.append(f"  {operation.id}: {state}")
        says = agreements.precision(now, operation.id)
        lines += [f"    {point}: {text or 'LEFT OPEN'}" for point, text in says.items()]
    for one in agreements.guarantees(now.reports):
        until = one.until or "no end stated"
        who = ", ".join(one.confirmed_by)
        lines.append(f"  guarantee of {one.party}: {one.state} {moment(one.since)}, {until} (told by {who})")
    return lines or ["  none"]


def matrix_lines(now: Situation) -> list[str]:
    """Return the latest events on which sources do not simply agree, each with who stands where."""
    events = [event for event in matrix(now.reports) if event.state != "confirmed"]
    rows = []
    for event in events[-SHOWN:]:
        stances = {stance: event.sources(stance) for _, stance in event.stances}
        words = "; ".join(f"{stance}: {', '.join(sources)}" for stance, sources in sorted(stances.items()))
        rows.append((moment(event.at), event.fact, event.about, event.state, words))
    return [table(rows)] if rows else ["  every event is told by two sources and denied by none"]


def _watched(now: Situation) -> list[str]:
    kept = watches(now.reports)
    rows = [
        (
            watch.place,
            "announced" if watch.planned else "present",
            f"{moment(watch.since)} to {moment(watch.until)}",
            "not counted" if watch.number is None else f"{watch.number} observers",
            watch.who,
        )
        for watch in kept
    ]
    blind = unwatched(now.reports)
    places = sorted({one.place for one in blind})
    lines = [table(rows)] if rows else ["  no observer is reported anywhere"]
    return [*lines, f"  nobody is known to have watched {len(blind)} events at {', '.join(places) or 'no place'}"]


def _chosen(now: Situation) -> list[str]:
    lines = []
    for one in choices(now.reports):
        said = [f"{name} {_counted(people)}" for name, people in one.intentions.items()]
        said += [f"to {name} {_counted(people)}" for name, people in one.destinations.items()]
        lines.append(f"  {one.place}: {', '.join(said)}; told: {one.informed or 'nobody reports it'}")
    return lines or ["  nobody was asked, as far as is reported"]


def _counted(people: int | None) -> str:
    return "(not counted)" if people is None else f"{people:,}"
