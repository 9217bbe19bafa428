"""The movement table as CSV: one row a convoy, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from corridor.planning.plan import Convoy, Plan
from corridor.publishing import tied
from corridor.publishing.schedule import people_of, vehicles_of

COLUMNS = (
    "convoy",
    "operation",
    "from",
    "to",
    "depart",
    "arrive",
    "vehicles",
    "people",
    "people_by_group",
    "lead",
    "reserve",
    "status",
    "window_opens",
    "window_closes",
    "held_before_minutes",
    "held_after_minutes",
    "night_at",
    "night_from",
    "night_until",
    "tied_others_handed_over",
)
# A spreadsheet runs a cell that begins with one of these as a formula (OWASP, CSV injection); tab and return count.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guard(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before it."""
    return "'" + cell if cell.startswith(FORMULA) else cell


def timetable(plan: Plan) -> bytes:
    """Return the movement table as CSV (UTF-8 with its mark, so that spreadsheets read the names right)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    others = tied.others_by(plan)
    for convoy in sorted(plan.convoys, key=lambda convoy: (convoy.depart, convoy.id)):
        cells = (
            convoy.id,
            convoy.operation,
            convoy.pickup,
            convoy.reception,
            _moment(convoy.depart),
            _moment(convoy.arrive),
            "; ".join(f"{count} {kind}" for kind, count in vehicles_of(convoy).items()),
            str(convoy.people),
            "; ".join(f"{group}: {count}" for group, count in people_of(plan, convoy).items()),
            convoy.lead,
            "yes" if convoy.reserve else "no",
            "unreviewed" if plan.situation.unreviewed else "",
            *_waits(plan, convoy),
            "; ".join(f"{other}: {people}" for other, people in others[convoy.id]),
        )
        writer.writerow([guard(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def _waits(plan: Plan, convoy: Convoy) -> tuple[str, ...]:
    """Return the window in which a convoy leaves, how long people sit aboard, and its night on the way."""
    agreement = plan.situation.agreement(convoy.operation)
    windows = agreement.windows() if agreement else ()
    opens, closes = next((span for span in windows if span[0] <= convoy.depart <= span[1]), (None, None))
    night = convoy.night
    held = (tied.held_before(convoy), tied.held_after(convoy))
    return (
        _moment(opens),
        _moment(closes),
        *(str(round(length.total_seconds() / 60)) for length in held),
        night.site if night else "",
        _moment(night.arrive if night else None),
        _moment(night.depart if night else None),
    )


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="minutes")
