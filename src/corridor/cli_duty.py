"""The verbs of the running operation: parsing and printing only."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from corridor.cli_opened import At, By, Decided, Name, Opened, Reason, latest, moment
from corridor.errors import UsageError

if TYPE_CHECKING:
    from corridor.log.entry import Answer
    from corridor.operation.operation import Operation


def register(app: typer.Typer) -> None:
    """Add the verbs of the running operation to the others."""
    for verb in (adopt, correct, order, sign, status, handover):
        app.command()(verb)


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
    with Opened(log) as operation:
        answer = operation.adopt(made, by=by, despite=despite, at=moment(at))
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
    with Opened(log) as operation:
        if withdraw:
            answer = operation.withdraw(report, by=by, reason=reason, at=moment(at))
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

    with Opened(log) as operation:
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
        when = moment(at)
        adopted = operation.plan(when)
        found = next((one for one in adopted.convoys if one.id == convoy), None) if adopted else None
        if found is None:
            raise UsageError(f"no adopted plan holds {convoy!r}", place=log, hint="adopt a plan that does")
        langs = [name.strip() for name in lang.split(",")]
        made = operation.order(found, by=by, what=what, langs=langs, place=place, at=when, despite=despite)  # type: ignore[arg-type]
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
    from corridor.operation.exercise import marked

    with Opened(log) as operation:
        for name in items() if item == "all" else [item]:
            operation.sign(name, answer, by=by, reason=reason)
        known = operation.known()
        lines = checklist(known, operation.situation())
    said = [f"{line.signed:10} {line.item.item:12} {line.item.label_en} {line.against}".rstrip() for line in lines]
    _show(marked("\n".join([*said, "GO" if go(lines) else "NO-GO"]), exercise=known.exercise))


def status(log: Name, at: At = None) -> None:
    """Show the truth of the moment: alarms, convoys, ledgers."""
    from corridor.operation.status import status as text

    with Opened(log) as operation:
        _show(text(operation, moment(at) or latest(operation)))


def handover(
    log: Name,
    at: At = None,
    to: Annotated[str, typer.Option("--to", help="The role that takes over; then it is logged.")] = "",
    by: By = "duty officer",
) -> None:
    """Print the sheet that one shift hands to the next."""
    from corridor.operation.known import HANDOVER
    from corridor.operation.status import handover as text

    with Opened(log) as operation:
        when = moment(at) or latest(operation)
        _show(text(operation, when))
        if to:
            operation.log.write("decision", HANDOVER, {"to": to}, actor=by, device="console", happened=when)
            operation.log.sign()


def _show(text: str) -> None:
    """Print a text, on a terminal with its long lines broken where the terminal ends."""
    from corridor.wording import wrapped

    print(wrapped(text, shutil.get_terminal_size().columns) if sys.stdout.isatty() else text)
