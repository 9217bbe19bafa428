"""Numbers and moments in words for a terminal: honest rounding, one form everywhere."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from datetime import datetime

NO_END = "not within the horizon"


def about(number: float) -> str:
    """Return an estimate with two significant digits: 49,012 is shown as 49,000."""
    if not math.isfinite(number):
        return "?"
    if abs(number) < 1:
        return "0"
    digits = max(math.floor(math.log10(abs(number))) - 1, 0)
    return f"{round(number / 10**digits) * 10**digits:,}"


def span(low: float, high: float) -> str:
    """Return a range of estimates, or one number where both ends round alike."""
    return about(low) if about(low) == about(high) else f"{about(low)} to {about(high)}"


def hours(number: float) -> str:
    """Return a duration as days and hours: 80.3 is shown as 3 d 8 h."""
    if not math.isfinite(number):
        return NO_END
    if number < 1:
        return f"{round(number * 60)} min"
    if number < 10:
        whole, minutes = divmod(round(number * 60), 60)
        return f"{whole} h {minutes:02d} min" if minutes else f"{whole} h"
    days, rest = divmod(round(number), 24)
    return f"{days} d {rest} h" if days else f"{rest} h"


def moment(when: datetime | None) -> str:
    """Return a moment with its day and offset: Thu 15 Dec 23:59."""
    return NO_END if when is None else f"{when:%a %d %b %H:%M}"


def percent(share: float) -> str:
    """Return a share or a gap as a percentage."""
    return f"{share:.1%}" if abs(share) < 0.1 else f"{share:.0%}"


def table(rows: Sequence[tuple[str, ...]], *, right: tuple[int, ...] = (), indent: str = "  ") -> str:
    """Return rows as aligned columns; the columns numbered in `right` are set flush right."""
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append((indent + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def wrapped(text: str, width: int) -> str:
    """Return a text with its long lines broken between words, each rest set in by four more letters."""
    lines = []
    for line in text.splitlines():
        inset = " " * (len(line) - len(line.lstrip()) + 4)
        lines += textwrap.wrap(
            line, width, subsequent_indent=inset, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "\n".join(lines)
