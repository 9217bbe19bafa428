"""The verbs of the log and of the running operation: parsing and printing only."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridor.errors import CorridorError, UsageError
from corridor.terminal import moment_of

if TYPE_CHECKING:
    from corridor.log.entry import Answer
    from corridor.log.log import Log
    from corridor.operation.operation import Operation
    from corridor.reports.report import Report

Name = Annotated[
    str, typer.Argument(metavar="LOG", help="A .corridor file, or postgresql://...#name.", show_default=False)
]
By = Annotated[str, typer.Option("--by", help="The role or office that decides; never a person's name.")]
Decided = Annotated[str | None, typer.Option("--at", help="When it was decided, where that is not now.")]
At = Annotated[str | None, typer.Option("--at", help="As known at this moment: 2016-12-15T23:59+02:00.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in words; it stands in the log.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, also on a terminal.")]

log_app = typer.Typer(
    help="Verify a log, move it, save it and bring it back.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def register(app: typer.Typer) -> None:
    """Add the verbs of the log to the others."""
    for verb in (new, record, adopt, correct, order, sign, status, handover):
        app.command()(verb)
    app.add_typer(log_app, name="log")


def new(
    log: Name,
    title: Annotated[str, typer.Option("--title", help="What this operation is called.")] = "",
    exercise: Annotated[bool, typer.Option("--exercise", help="Mark every output EXERCISE.")] = False,
    by: By = "coordinator",
) -> None:
    """Make a log and its signing key."""
    from corridor.log.log import Log, key_path
    from corridor.log.names import is_log

    if not is_log(log):
        raise UsageError("is no name for a log", place=log, hint="end it with .corridor, or give postgresql://...#name")
    with Log.new(log, title=title or Path(log).stem, exercise=exercise, actor=by) as made:
        print(f"made {log}")
        print(f"key {key_path(log)} (mode 0600): keep a copy apart; whoever holds it can sign for this log")
        print(f"first checkpoint {made.checkpoint()}")


def record(
    log: Name,
    files: Annotated[list[str], typer.Argument(help="Tables of reports: .csv, .xlsx, .jsonl, or -.")],
    by: By = "duty officer",
    device: Annotated[str, typer.Option("--device", help="What records: a name you gave the device.")] = "console",
) -> None:
    """Record reports in a log, each once."""
    from corridor.reports.tables import read_reports

    reports = [report for file in files for report in read_reports(file)]
    with _open(log) as operation:
        answers = operation.report(reports, actor=by, device=device)
    _answered(answers)


def accept_in_log(log: str, names: list[str], *, everything: bool, but: list[str], role: str) -> None:
    """Accept candidates that wait in a log; the decision and the role stand in it."""
    if not names and not everything:
        raise UsageError("nothing is accepted unseen", place=log, hint="name candidates with --id, or say --all")
    with _open(log) as operation:
        waiting = [candidate.id for candidate in operation.known().candidates]
        chosen = [name for name in (waiting if everything else names) if name not in but]
        answer = operation.accept(chosen, by=role)
    print(f"accepted {len(chosen)} candidate(s) as entry {answer.seq}, by {role}")


def adopt(
    log: Name,
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="plan.json")],
    by: By = "coordinator",
    despite: Annotated[str, typer.Option("--despite", help="Why, where the plan breaks a rule.")] = "",
    at: Decided = None,
) -> None:
    """Adopt a plan: progress is measured against it."""
    from corridor.files import read_bytes
    from corridor.planning.plan import Plan

    made = Plan.from_json(read_bytes(plan), place=plan)
    with _open(log) as operation:
        answer = operation.adopt(made, by=by, despite=despite, at=_moment(at))
    print(f"adopted {len(made.planned)} convoys for {made.people:,} people as entry {answer.seq}, by {by}")


def correct(
    log: Name,
    report: Annotated[str, typer.Argument(metavar="ID", help="The report that is wrong.")],
    value: Annotated[str | None, typer.Option("--value", help="The right value; the rest stays.")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="It counts no more.")] = False,
    reason: Reason = "",
    by: By = "duty officer",
    at: Decided = None,
) -> None:
    """Correct or withdraw a report; both stay in the log."""
    if (value is None) != withdraw or not reason:
        raise UsageError("needs one of --value or --withdraw, and --reason", place=report, hint="say why")
    with _open(log) as operation:
        if withdraw:
            answer = operation.withdraw(report, by=by, reason=reason, at=_moment(at))
        else:
            answer = _correct(operation, report, value or "", by=by, reason=reason)
    print(f"{answer.status} as entry {answer.seq}, by {by}")


def _correct(operation: Operation, name: str, value: str, *, by: str, reason: str) -> Answer:
    import msgspec

    from corridor.reports.report import content_id

    old = next((one for one in operation.known().reports if one.id == name), None)
    if old is None:
        raise UsageError(f"no report {name!r} counts in this log", place="correct", hint="see its ids")
    right: int | float | str = value
    for kind in (int, float):
        try:
            right = kind(value)
            break
        except ValueError:
            continue
    identity = content_id({"corrects": name, "value": value, "reason": reason})
    received = max(operation.log.clock(), old.received)
    report = msgspec.structs.replace(
        old, id=identity, value=right, low=None, high=None, hedge="exact", corrects=name, received=received, note=reason
    )
    return operation.correct(name, report, by=by, reason=reason)


def order(
    log: Name,
    convoy: Annotated[str, typer.Argument(help="The convoy, as the adopted plan calls it.")],
    what: Annotated[str, typer.Option("--what", help="depart, hold, return or resume.")] = "depart",
    place: Annotated[str, typer.Option("--place", help="Where, for hold, return and resume.")] = "",
    at: At = None,
    lang: Annotated[str, typer.Option("--lang", help="Any of en, fr, ar.")] = "en,fr,ar",
    read_back: Annotated[str, typer.Option("--read-back", help="The code that the crew read back.")] = "",
    despite: Annotated[str, typer.Option("--despite", help="Why it leaves though a rule is broken.")] = "",
    by: By = "duty officer",
) -> None:
    """Send an order, or log what was read back of it."""
    from corridor.operation.orders import sent

    with _open(log) as operation:
        if read_back:
            mine = [one for one in sent(operation.known()) if one.convoy == convoy]
            if not mine:
                raise UsageError(f"no order was sent to {convoy}", place=log, hint="send it first")
            for one in mine:
                if one.at == mine[-1].at:
                    operation.read_back(one.id, read_back, by=by)
            right = read_back.upper() == mine[-1].code
            print("read back right" if right else f"READ BACK WRONG: {mine[-1].code} was sent; say it again")
            if not right:
                raise typer.Exit(1)
            return
        moment = _moment(at)
        adopted = operation.plan(moment)
        found = next((one for one in adopted.convoys if one.id == convoy), None) if adopted else None
        if found is None:
            raise UsageError(f"no adopted plan holds {convoy!r}", place=log, hint="adopt a plan that does")
        langs = [name.strip() for name in lang.split(",")]
        made = operation.order(found, by=by, what=what, langs=langs, place=place, at=moment, despite=despite)  # type: ignore[arg-type]
    for text in made:
        print(f"{text.lang} ({len(text.text)} letters, {text.parts} SMS): {text.text}")


def sign(
    log: Name,
    item: Annotated[str, typer.Argument(help="An item of the go/no-go list; `all` for every one.")],
    answer: Annotated[str, typer.Argument(help="go or no-go.")],
    reason: Reason = "",
    by: By = "coordinator",
) -> None:
    """Sign an item of the go/no-go list."""
    from corridor.operation.checklist import checklist, go, items

    with _open(log) as operation:
        for name in items() if item == "all" else [item]:
            operation.sign(name, answer, by=by, reason=reason)
        lines = checklist(operation.known(), operation.situation())
    for line in lines:
        print(f"{line.signed:10} {line.item.item:12} {line.item.label_en} {line.against}".rstrip())
    print("GO" if go(lines) else "NO-GO")


def status(log: Name, at: At = None) -> None:
    """Show the truth of the moment: alarms, convoys, ledgers."""
    from corridor.operation.status import status as text

    with _open(log) as operation:
        print(text(operation, _moment(at) or _latest(operation)))


def handover(
    log: Name,
    at: At = None,
    to: Annotated[str, typer.Option("--to", help="The role that takes over; then it is logged.")] = "",
    by: By = "duty officer",
) -> None:
    """Print the sheet that one shift hands to the next."""
    from corridor.operation.known import HANDOVER
    from corridor.operation.status import handover as text

    with _open(log) as operation:
        moment = _moment(at) or _latest(operation)
        print(text(operation, moment))
        if to:
            operation.log.write("decision", HANDOVER, {"to": to}, actor=by, device="console", happened=moment)
            operation.log.sign()


@log_app.command()
def verify(
    log: Name,
    against: Annotated[Path | None, typer.Option("--against", help="A checkpoint that someone outside kept.")] = None,
    as_json: Json = False,
) -> None:
    """Verify every entry, signature and the checkpoint kept outside."""
    import msgspec

    from corridor.files import read_bytes
    from corridor.log.chain import read_checkpoint
    from corridor.log.log import Log

    checkpoint = read_checkpoint(read_bytes(against).strip(), place=str(against)) if against else None
    with Log.open(log) as opened:
        found = opened.verify(checkpoint)
        signed = opened.checkpoint() if found.sound else None
    if as_json:
        print(msgspec.json.encode(found).decode())
    elif found.sound:
        rest = found.count - found.signed
        print(f"sound: {found.count:,} entries, {found.checkpoints} checkpoints, head {found.head}")
        print(f"  {rest:,} entries since the last checkpoint in the log" if rest else "  the head is signed")
        print("  agrees with the checkpoint kept outside" if checkpoint else "  no outside checkpoint was compared")
        for device, missing in found.gaps.items():
            print(f"  {device} has {len(missing)} entries we have not seen: {', '.join(map(str, missing[:10]))}")
        if found.conflicts:
            print(f"  {found.conflicts} entries are kept aside: one id, two contents")
    else:
        print(f"NOT SOUND from entry {found.bad}: {found.why}")
    if signed is not None and not as_json:
        print(f"checkpoint {signed}")
    if not found.sound:
        raise typer.Exit(1)


@log_app.command()
def export(log: Name, file: Annotated[Path, typer.Argument(help="The file to write: .jsonl")]) -> None:
    """Export a log, the same bytes from every store."""
    with _log(log) as opened:
        count, digest = opened.export(file)
        _signed(opened)
    print(f"{count:,} entries in {file}, SHA-256 {digest}")


@log_app.command("import")
def import_(file: Annotated[Path, typer.Argument(help="An exported file.")], log: Name) -> None:
    """Import an exported file into a new log, every entry verified."""
    _bring_back(file, log)


@log_app.command()
def backup(log: Name, file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Back up a log; done only once restored, replayed and compared."""
    from corridor.operation.known import replay

    with _log(log) as opened:
        count, digest = opened.backup(file, replay)
        _signed(opened)
    print(f"backup of {count:,} entries in {file}, restored, replayed and compared; SHA-256 {digest}")


@log_app.command()
def restore(file: Annotated[Path, typer.Argument(help="A backup.")], log: Name) -> None:
    """Restore a backup into a new log."""
    _bring_back(file, log)


def _bring_back(file: Path, log: str) -> None:
    from corridor.log.log import key_path
    from corridor.log.log import restore as bring_back

    count, head = bring_back(file, log)
    print(f"{count:,} entries in {log}, every one verified; head {head}")
    if not key_path(log).exists():
        print(f"put the key at {key_path(log)} so that checkpoints can be signed again")


def _open(name: str) -> _Opened:
    return _Opened(name)


class _Opened:
    """An operation on its log, which is let go at the end of the block."""

    def __init__(self, name: str) -> None:
        from corridor.log.log import Log
        from corridor.operation.operation import Operation

        self._log = Log.open(name)
        self.operation = Operation(self._log)

    def __enter__(self) -> Operation:
        return self.operation

    def __exit__(self, *_: object) -> None:
        self._log.close()


def _log(name: str) -> Log:
    from corridor.log.log import Log

    return Log.open(name)


def _signed(log: Log) -> None:
    checkpoint = log.checkpoint()
    if checkpoint is None:
        print("this copy has no key, so that it signs no checkpoint", file=sys.stderr)
    else:
        print(f"checkpoint {checkpoint}")


def _answered(answers: list[Answer]) -> None:
    counts = {
        name: sum(a.status == name for a in answers) for name in ("accepted", "duplicate", "conflict", "rejected")
    }
    print(", ".join(f"{number:,} {name}" for name, number in counts.items() if number) or "nothing to record")
    for answer in answers:
        if answer.status in ("conflict", "rejected"):
            print(f"  {answer.status}: entry {answer.seq or answer.id}: {answer.why}")
    if counts["conflict"] or counts["rejected"]:
        raise typer.Exit(1)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment_of(text, "--at")


def _latest(operation: Operation) -> datetime:
    """Return the moment of the last report or decision: what a log of an old operation means by now."""
    known = operation.known()
    if not known.reports:
        raise CorridorError("holds no reports yet", place=operation.log.store.place, hint="corridor record LOG FILE")
    zone = max(known.reports, key=lambda report: report.received).received.tzinfo
    moments = [report.received for report in known.reports]
    return max([*moments, *(said.happened for said in known.decisions)]).astimezone(zone)


def reports_of(name: str) -> list[Report]:
    """Return the reports that count in a log, for the verbs that read reports."""
    with _open(name) as operation:
        return list(operation.known().reports)
