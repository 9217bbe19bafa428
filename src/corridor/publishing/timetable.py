"""The movement table as CSV: one row a convoy, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io

from corridor.planning.plan import Plan
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
    for convoy in sorted(plan.convoys, key=lambda convoy: (convoy.depart, convoy.id)):
        cells = (
            convoy.id,
            convoy.operation,
            convoy.pickup,
            convoy.reception,
            convoy.depart.isoformat(timespec="minutes"),
            convoy.arrive.isoformat(timespec="minutes"),
            "; ".join(f"{count} {kind}" for kind, count in vehicles_of(convoy).items()),
            str(convoy.people),
            "; ".join(f"{group}: {count}" for group, count in people_of(plan, convoy).items()),
            convoy.lead,
            "yes" if convoy.reserve else "no",
            "unreviewed" if plan.situation.unreviewed else "",
        )
        writer.writerow([guard(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")
