"""What devices and consoles send: entries in any order and any repetition, answered by id once they are on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from corridor.errors import CorridorError, InputError
from corridor.log.entry import Entry, canonical, derived_id, stamp
from corridor.log.texts import SEALED
from corridor.operation.known import REPORT, entry_of
from corridor.operation.operation import Operation
from corridor.operation.positions import read_position
from corridor.reports.persons import warned
from corridor.reports.report import Report
from corridor.reports.vocabulary import faults
from corridor.server import answers as a
from corridor.server import bodies as b
from corridor.server.ask import Ask, Refused, Reply, handles
from corridor.server.desk import moment
from corridor.server.present import Counts
from corridor.server.rights import Viewer

# What a post sees and counts. Everything else is said by the duty room.
FIELD_FACTS = frozenset(
    {
        "people_waiting", "people_out", "people_arrived", "people_boarded", "people_passed", "people_handed_over",
        "people_held", "people_turned_back", "intention", "destination_chosen", "information_given", "departure",
        "arrival", "incident", "casualties", "aid_delivered", "onward_movement", "observers", "weather", "halt",
        "resumption", "control",
    }
)  # fmt: skip
# These never wait behind a backlog, whether or not the device says that they are urgent.
URGENT_FACTS = frozenset({"halt", "resumption", "incident", "casualties", "people_held"})
# A device's clock that is this far off is told so, and whoever reads its entries.
CLOCK_SECONDS = 120
# A batch of more entries is a backlog: backlogs wait for each other, what happens now waits for none.
LIVE = 10
AHEAD = timedelta(seconds=CLOCK_SECONDS)

_reports = msgspec.json.Decoder(Report)


class _Sorted:
    """The entries of a batch, sound ones in order with their warnings, and the answers to the others."""

    def __init__(self, size: int) -> None:
        self.answers: list[a.Answered | None] = [None] * size
        self.urgent: list[tuple[int, Entry]] = []
        self.others: list[tuple[int, Entry]] = []
        self.warnings: dict[int, tuple[str, ...]] = {}

    def reject(self, number: int, name: str, why: str) -> None:
        self.answers[number] = a.Answered(id=name, status="rejected", why=why)


@handles
async def sync(ask: Ask) -> Reply:
    """Take a batch of a device; the entries that are sound are kept, whatever the others are."""
    entries = ask.body.entries
    if len(entries) <= LIVE or any(entered.urgent for entered in entries):
        return await _synced(ask)
    async with ask.house.backlogs:
        return await _synced(ask)


async def _synced(ask: Ask) -> Reply:
    house, viewer, batch = ask.house, ask.viewer, ask.body
    now = house.clock()
    latest = now + AHEAD
    found = _Sorted(len(batch.entries))
    for number, entered in enumerate(batch.entries):
        try:
            report = report_of(entered.body)
            must_be_of_post(report, viewer)
        except InputError as error:
            found.reject(number, entered.id, _said(error))
            continue
        if told := _warned(report, latest):
            found.warnings[number] = told
        _sort(found, number, entered, report, viewer)
    await _keep(ask, found)
    ahead = 0 if batch.clock is None else round((batch.clock - now).total_seconds())
    answers = tuple(one for one in found.answers if one is not None)
    return Reply(a.Synced(answers=answers, clock_ahead_seconds=ahead if abs(ahead) > CLOCK_SECONDS else 0))


def report_of(raw: msgspec.Raw) -> Report:
    """Return the report of a body; raises `InputError` with every fault."""
    try:
        report = _reports.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InputError(f"is no report: {error}") from None
    if (report.note or report.quote) and SEALED in (report.note[: len(SEALED)], report.quote[: len(SEALED)]):
        raise InputError("the free text is sealed already", place=report.id, hint="send it in plain words")
    wrong = faults(report)
    if wrong:
        raise InputError("; ".join(f"{column}: {what} ({hint})" for column, what, hint in wrong))
    return report


def must_be_of_post(report: Report, viewer: Viewer) -> None:
    """Raise `InputError` where a report is not for this post to make."""
    if report.fact not in FIELD_FACTS:
        raise InputError(f"{report.fact} is not for a post to report")
    if report.place != viewer.post:
        raise InputError(f"this device reports for {viewer.post}, not for {report.place}")
    if report.corrects:
        raise InputError("a correction is for the duty room; report again what is right")


def _said(error: CorridorError) -> str:
    return f"{error.cause}" + (f" ({error.hint})" if error.hint else "")


def _warned(report: Report, latest: datetime) -> tuple[str, ...]:
    found = warned(report)
    if report.received > latest:
        found = (*found, "it is from the future by this server's clock: it counts once that moment has come")
    return found


def _sort(found: _Sorted, number: int, entered: b.Entered, report: Report, viewer: Viewer) -> None:
    happened = stamp(report.observed)
    entry = Entry(  # by place, in the order of the fields: with names it takes twice as long
        entered.id,
        "report",
        REPORT,
        viewer.account,
        viewer.device,
        entered.device_seq,
        happened,
        happened if entered.recorded == report.observed else stamp(entered.recorded),
        canonical(report),
    )
    urgent = entered.urgent or report.fact in URGENT_FACTS
    (found.urgent if urgent else found.others).append((number, entry))


async def _keep(ask: Ask, found: _Sorted) -> None:
    """Write the urgent entries first, in a commit of their own, then the others."""
    for part, urgent in ((found.urgent, True), (found.others, False)):
        if part:
            answers = await ask.house.write([entry for _, entry in part], urgent=urgent)
            for (number, _), one in zip(part, answers, strict=True):
                found.answers[number] = a.Answered(
                    id=one.id,
                    status=one.status,
                    seq=one.seq,
                    why=one.why,
                    warnings=found.warnings.get(number, ()),
                )


@handles
async def have(ask: Ask) -> Reply:
    """What has come of this device, so that it can send the rest."""
    # What was answered a moment ago must be in this answer.
    await ask.house.seen((await ask.house.access(ask.house.reader.head)).seq)
    counts = ask.house.present.devices.get(ask.viewer.device) or Counts()
    missing = tuple(sorted(counts.missing))[:10_000]
    return Reply(a.Have(device=ask.viewer.device, highest=counts.highest, missing=missing))


@handles
async def position(ask: Ask) -> Reply:
    """Take a position of an enrolled vehicle; one without a vehicle sends none, as its track could be a person's."""
    house, viewer, fix = ask.house, ask.viewer, ask.query
    vehicle = await house.access(house.people.vehicle, viewer.device)
    if not vehicle:
        raise Refused(422, "this device belongs to no vehicle", hint="enrol it with its vehicle")
    query = f"id=me&lat={fix.lat}&lon={fix.lon}&accuracy={fix.accuracy}&timestamp={fix.timestamp}"
    report = read_position(query, received=house.clock(), vehicles={"me": vehicle})
    entry = entry_of(report, actor=viewer.account, device=viewer.device, recorded=house.clock())
    # A tracker sends a fix again until it is answered; the moment of receipt is then another, the fix is the same.
    entry = msgspec.structs.replace(entry, id=derived_id("position", report.id, stamp(house.clock())))
    answer = (await house.write([entry]))[0]
    return Reply(a.Done(seq=answer.seq, status=answer.status, id=answer.id))


@handles
async def tell(ask: Ask) -> Reply:
    """Record reports of the duty room."""
    return await _record(ask, [(one, "") for one in ask.body.reports])


async def _record(ask: Ask, raws: Sequence[tuple[msgspec.Raw, str]]) -> Reply:
    house, viewer = ask.house, ask.viewer
    now = house.clock()
    found = _Sorted(len(raws))
    entries: list[tuple[int, Entry]] = []

    for number, (raw, _) in enumerate(raws):
        try:
            report = report_of(raw)
        except InputError as error:
            found.reject(number, str(number), _said(error))
            continue
        if told := _warned(report, now + AHEAD):
            found.warnings[number] = told
        entries.append((number, entry_of(report, actor=viewer.account, device=viewer.account, recorded=now)))
    found.urgent = [(number, entry) for number, entry in entries if _urgent(entry)]
    found.others = [(number, entry) for number, entry in entries if not _urgent(entry)]
    await _keep(ask, found)
    answers = tuple(one for one in found.answers if one is not None)
    await house.seen(max((one.seq for one in answers), default=0))
    return Reply(a.Synced(answers=answers))


def _urgent(entry: Entry) -> bool:
    return any(f'"fact":"{fact}"' in entry.body for fact in URGENT_FACTS)


def _sites(operation: Operation) -> list[tuple[str, ...]]:
    """Return the places that a text may name, each with its names; none while nothing is known."""
    try:
        known = operation.situation(moment(operation)).sites
    except CorridorError:
        return []
    return [(site.id, *dict.fromkeys(site.names.values())) for site in known]


@handles
async def read_prose(ask: Ask) -> Reply:
    """Read a text for candidates; each waits in the log until a person accepts it."""
    from corridor.reports.text.read import read_text  # noqa: PLC0415 - heavy, and asked for seldom

    house, viewer, prose = ask.house, ask.viewer, ask.body
    now = house.clock()
    # The end of line says that this is the text itself: a name of a file on this machine must open no file.
    sites = await house.desk.ask("sites named", _sites)
    found = await house.access(read_text, prose.text + "\n", doc=prose.place, published=prose.published, sites=sites)
    entries = [entry_of(one, actor=viewer.account, device=viewer.account, recorded=now) for one in found]
    answers = await house.write(entries) if entries else []
    return Reply(
        a.Synced(
            answers=tuple(
                a.Answered(id=entry.id, status=one.status, seq=one.seq, why=one.why)
                for entry, one in zip(entries, answers, strict=True)
            )
        )
    )
