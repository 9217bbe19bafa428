"""The verbs of the log itself: parsing and printing only."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridor.cli_opened import By, Json, Name, Opened, Reason, log_of
from corridor.errors import UsageError

if TYPE_CHECKING:
    from corridor.log.entry import Answer
    from corridor.log.log import Log
    from corridor.reports.report import Report

Passphrase = Annotated[
    Path | None, typer.Option("--passphrase", help="A private file with the passphrase of an encrypted backup.")
]

log_app = typer.Typer(
    help="Verify a log, move it, save it and bring it back.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def register(app: typer.Typer) -> None:
    """Add the verbs of the log to the others."""
    for verb in (new, record):
        app.command()(verb)


def new(
    log: Name,
    title: Annotated[str, typer.Option("--title", help="What this operation is called.")] = "",
    exercise: Annotated[bool, typer.Option("--exercise", help="Mark every output EXERCISE.")] = False,
    pack: Annotated[
        str | None, typer.Option("--pack", help="Make a folder for a hazard: flood, hospital, hurricane ...")
    ] = None,
    by: By = "coordinator",
) -> None:
    """Make a log and its signing key, or the folder of a hazard pack."""
    if pack is not None:
        _new_pack(pack, log)
        return
    from corridor.log.log import Log
    from corridor.log.names import is_log
    from corridor.log.places import key_path

    if not is_log(log):
        raise UsageError("is no name for a log", place=log, hint="end it with .corridor, or give postgresql://...#name")
    with Log.new(log, title=title or Path(log).stem, exercise=exercise, actor=by) as made:
        print(f"made {log}")
        print(f"key {key_path(log)} (mode 0600): keep a copy apart; whoever holds it can sign for this log")
        print(f"first checkpoint {made.checkpoint()}")


def _new_pack(pack: str, folder: str) -> None:
    from datetime import UTC, datetime

    from corridor.reports.packs import make_pack

    for path in make_pack(pack, folder, datetime.now(UTC).replace(minute=0, second=0, microsecond=0)):
        print(path)
    print(f"every figure is assumed and says so; begin with {Path(folder) / 'README.md'}", file=sys.stderr)


def record(
    log: Name,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]...", help="Tables of reports: .csv, .xlsx, .jsonl, or -.")
    ] = None,
    by: By = "duty officer",
    device: Annotated[str, typer.Option("--device", help="What records: a name you gave the device.")] = "console",
    codes: Annotated[str | None, typer.Option("--codes", help="Lines of a phone, a radio or a sheet; or -.")] = None,
) -> None:
    """Record reports in a log, each once."""
    from corridor.operation.spoken import read_lines
    from corridor.reports.persons import warned
    from corridor.reports.tables import read_reports

    if not files and codes is None:
        raise UsageError("nothing to record", place=log, hint="name tables of reports, or --codes FILE")
    said = read_lines(_typed(codes), place=codes) if codes is not None else []
    reports = [report for file in files or () for report in read_reports(file)]
    with Opened(log) as operation:
        answers = operation.report(reports, actor=by, device=device) if reports else []
        answers += operation.log.append([one.entry(actor=by) for one in said])
    for report in [*reports, *(one.report for one in said)]:
        for what in warned(report):
            print(f"{report.id}: {what}", file=sys.stderr)
    _answered(answers)


def _typed(codes: str) -> str:
    from corridor.files import read_bytes

    return sys.stdin.read() if codes == "-" else read_bytes(codes).decode("utf-8", "replace")


def accept_in_log(log: str, names: list[str], *, everything: bool, but: list[str], role: str) -> None:
    """Accept candidates that wait in a log; the decision and the role stand in it."""
    if not names and not everything:
        raise UsageError("nothing is accepted unseen", place=log, hint="name candidates with --id, or say --all")
    with Opened(log) as operation:
        waiting = [candidate.id for candidate in operation.known().candidates]
        chosen = [name for name in (waiting if everything else names) if name not in but]
        answer = operation.accept(chosen, by=role)
    print(f"accepted {len(chosen)} candidate(s) as entry {answer.seq}, by {role}")


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
    with log_of(log) as opened:
        count, digest = opened.export(file)
        _signed(opened)
    print(f"{count:,} entries in {file}, SHA-256 {digest}")


@log_app.command("import")
def import_(file: Annotated[Path, typer.Argument(help="An exported file.")], log: Name) -> None:
    """Import an exported file into a new log, every entry verified."""
    _bring_back(file, log)


@log_app.command()
def backup(
    log: Name,
    file: Annotated[Path, typer.Argument(help="The file to write; a .corridor is a copy.")],
    passphrase: Passphrase = None,
) -> None:
    """Back up a log; done only once restored, replayed and compared."""
    from corridor.log.names import is_log
    from corridor.log.vault import read_passphrase
    from corridor.operation.known import replay

    if is_log(str(file)):
        if passphrase:
            raise UsageError("a copy of the file is not encrypted", place=str(file), hint="end the name in .jsonl")
        with log_of(log) as opened:
            count, head = opened.copy(file, replay)
            _signed(opened)
        print(f"copy of {count:,} entries in {file}, verified, replayed and compared; head {head}")
        return
    with log_of(log) as opened:
        count, digest = opened.backup(file, replay, read_passphrase(passphrase) if passphrase else None)
        _signed(opened)
    print(f"backup of {count:,} entries in {file}, restored, replayed and compared; SHA-256 {digest}")


@log_app.command()
def restore(file: Annotated[Path, typer.Argument(help="A backup.")], log: Name, passphrase: Passphrase = None) -> None:
    """Restore a backup into a new log."""
    _bring_back(file, log, passphrase)


@log_app.command()
def erase(
    log: Name,
    reports: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Reports, decisions or acts.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every free text of the log.")] = False,
    reason: Reason = "",
    by: By = "coordinator",
) -> None:
    """Erase free texts for good; counts and chain stay. Without ids: once more what was erased."""
    from corridor.log.places import texts_place
    from corridor.log.texts import owners

    if (reports or everything) and not reason:
        raise UsageError("is not erased without a reason", place=log, hint="--reason")
    with log_of(log) as opened:
        chosen = owners(opened.rows()) if everything else sorted(set(reports or ()))
        count = opened.erase(chosen, reason=reason, by=by)
        _signed(opened)
    print(f"erased the texts of {count} entries; erase them from every copy of {texts_place(log)} too")


@log_app.command()
def retain(
    log: Name,
    erase_now: Annotated[bool, typer.Option("--erase", help="Erase them, where their day has come.")] = False,
    until: Annotated[str | None, typer.Option("--extend-until", help="Keep them until then: two decide.")] = None,
    by: By = "coordinator",
    second: Annotated[str, typer.Option("--second", help="The other role or office that decides it.")] = "",
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Say until when free texts are kept; erase what is due. Exit 1: kept beyond their day."""
    import msgspec

    from corridor.operation import retention as clock
    from corridor.terminal import moment_of
    from corridor.wording import moment as worded

    with log_of(log) as opened:
        if until is not None:
            if not reason or not second or second == by:
                raise UsageError("needs --second and --reason", place="--extend-until", hint="two decide, and say why")
            proposed = clock.propose(opened, moment_of(until, "--extend-until"), by=by, reason=reason)
            clock.confirm(opened, proposed.id, by=second, reason=reason)
        gone = clock.erase_due(opened) if erase_now else 0
        found = clock.retention(opened)
    rule = {"closed": "after it was closed", "idle": "after its last entry", "extended": "as two persons decided"}
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        print(f"{found.texts:,} free texts, kept until {worded(found.due)}: {rule[found.rule]}")
        if erase_now:
            print(f"{gone:,} erased" if found.over else "nothing was erased: their day has not come")
    if found.over and found.texts:
        raise typer.Exit(1)


def _bring_back(file: Path, log: str, passphrase: Path | None = None) -> None:
    from corridor.log.log import restore as bring_back
    from corridor.log.places import key_path, texts_place
    from corridor.log.vault import read_passphrase

    count, head = bring_back(file, log, read_passphrase(passphrase) if passphrase else None)
    print(f"{count:,} entries in {log}, every one verified; head {head}")
    if not key_path(log).exists():
        print(f"put the key at {key_path(log)} so that checkpoints can be signed again")

        print(f"put the keys of the texts at {texts_place(log)} to read them; then: corridor log erase {log}")


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


def reports_of(name: str) -> list[Report]:
    """Return the reports that count in a log, for the verbs that read reports."""
    with Opened(name) as operation:
        return list(operation.known().reports)
