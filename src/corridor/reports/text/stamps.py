"""Logs and chats whose lines say when and who in some way or other, brought to one: "14:05 Name: what was said"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corridor.reports.text.flat import Edit
from corridor.reports.text.fold import fold
from corridor.reports.text.language import small

_DAY = (
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|(?:[^\W\d]{2,9}\.?,? )?\d{1,2}(?:er|st|nd|rd|th)?[ -][^\W\d]{3,9}\.?(?:,?[ -]\d{4})?"
    r"|[^\W\d]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
)
_CLOCK = (
    r"(?:[01]?\d|2[0-4])(?:[:.]| ?[hH] ?)[0-5]\d(?:[:.][0-5]\d)?(?:,\d{3})?(?: ?[apAP]\.?[mM]\b\.?| ?[صم](?!\w))?"
    r"|(?!(?:19|20)\d\d(?! ?(?:hrs?|[ZLUh])\b))(?:[01]\d|2[0-3])[0-5]\d(?!\d)"
)
_HOUR = rf"(?:{_CLOCK})(?: ?(?:hrs?|[ZLU]|GMT|UTC|h)\b)?(?!\w|[./-]\d)"
_DTG = r"\d{2}(?:[01]\d|2[0-3])[0-5]\d ?[A-Z](?: ?[A-Z]{3} ?(?:\d{4}|\d{2}))?\b"
_SHORT_DAY = r"\d{1,2}[/.]\d{1,2}\.?,? \d{1,2}[:hH]\d{2}(?!\w)"
_LONG_DAY = rf"{_DAY}(?:,? ?(?:à|at|um|في|الساعة|-) ?|,? |T){_HOUR}"
_STAMP = rf"(?:{_DTG}|{_LONG_DAY}|{_SHORT_DAY}|{_HOUR}(?:,? {_DAY})?)"
_BOX = rf"(?:\[ ?{_STAMP} ?\]|\( ?{_STAMP} ?\)|{_STAMP})"
# A number of the line may stand in front, or the frame of a table.
_FRONT = re.compile(
    rf"[\s|]*(?:- )?(?:#?\d{{1,4}}[.)]?\s+(?=[\[(]?\d{{1,2}}[:hH]\d{{2}}))?(?P<stamp>{_BOX})(?P<gap>[\s,:;|~–—-]*)"
)
_NAME = r"(?:[^\W\d]|\+\d)[^:;|<>\[\]()\t\n]{0,40}?"
_LABEL = re.compile(rf"(?P<name>{_NAME})(?: ?(?:->|[>→]) ?[^:>→\n]{{1,30}})? ?:\s+(?=\S)")
_ANGLE = re.compile(r"<(?P<name>[^<>\n]{1,40})>\s*:?\s*(?=\S)")
_DASHED = re.compile(r"(?P<name>[^\W\d][^:;|<>\[\]()\t\n–—-]{0,40}?) +[–—-] +(?=\S)")
_BEFORE = re.compile(
    rf"\s*(?:- )?(?P<name>{_NAME})(?:[\s,–—-]*(?:\[ ?{_STAMP} ?\]|\( ?{_STAMP} ?\))|[\s,–—-]+{_STAMP}) ?:\s+(?=\S)"
)
_TITLE = re.compile(rf"\s*(?:(?P<name>{_NAME})[\s,–—|-]+{_BOX}|{_BOX}[\s,–—|-]+(?P<behind>{_NAME}))\s*:?\s*")
# What the steps behind know as it is.
_SIMPLE = r"\s*(?:- )?(?:\[\d{1,2}:\d{2}\]|\d{1,2}[:.]\d{2}(?: ?[apAP]\.?[mM]\b\.?)?|\d{1,2}[hH]\d{2}|\d{4}[hHzZL]?)"
_PLAIN = re.compile(rf"{_SIMPLE}(?=[\s,:–—-])")
_LABELLED = re.compile(rf"{_SIMPLE}[\s,:–—|-]+{_NAME} ?:\s")
_DIGITS = re.compile(
    r"(?<![\d/.-])(?P<h>\d{1,2})(?:[:.]| ?[hH] ?)?(?P<m>\d{2})(?!\d|[/.-]\d)(?:[:.]\d{2})?(?:,\d{3})?"
    r" ?(?P<half>[apAPصم])?"
)
_HAS_HOUR = re.compile(r"\d[:hH.]?\d\d")
FRONT = 80
_BAR = re.compile(r"[|\t;]|\s{3,}")
FEW = 3
LONGEST_HEAD = 70


class Said(NamedTuple):
    """What the front of a line says: how it is written, the hour, who speaks, and where the words begin."""

    style: str
    hour: str
    name: str
    end: int


def hour_of(stamp: str) -> str:
    """Return the hour of a stamp as 14:05; empty where none is in it."""
    group = re.fullmatch(r"[\[( ]*\d{2}(\d{2})(\d{2}) ?[A-Z].*", stamp)
    if group:
        return f"{group[1]}:{group[2]}"
    found = list(_DIGITS.finditer(re.sub(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}T?", " ", stamp)))
    if not found:
        return ""
    hour, half = int(found[-1]["h"]), (found[-1]["half"] or "").lower()
    hour += 12 * (half in ("p", "م") and hour < 12) - 12 * (half in ("a", "ص") and hour == 12)
    return f"{hour:02d}:{found[-1]['m']}"


def front_of(line: str) -> Said | None:
    """Return what the front of a line says, None where it says no hour."""
    if not _HAS_HOUR.search(line, 0, FRONT):
        return None
    match = _FRONT.match(line)
    if not match:
        before = _BEFORE.match(line)
        if before and no_name(before["name"]):
            return None
        return (
            Said("before", hour_of(line[before.end("name") : before.end()]), before["name"], before.end())
            if before
            else None
        )
    hour, end = hour_of(match["stamp"]), match.end()
    for style, pattern in (("angle", _ANGLE), ("label", _LABEL)):
        named = pattern.match(line, end)
        if named:
            return Said(style, hour, named["name"].strip(), named.end())
    if _BAR.search(match["gap"]) and _BAR.search(line[end:]):
        return Said("cells", hour, "", end)
    dashed = _DASHED.match(line, end)
    if dashed:
        return Said("dashed", hour, dashed["name"].strip(), dashed.end())
    return Said("alone", hour, "", end) if end < len(line) else None


def no_name(words: str) -> bool:
    """Tell whether words in front of a colon only say that an hour stands there: "at", "pm"."""
    return fold(words).text.strip(" .") in small("noname")


def stamped(starts: Sequence[int], lines: Sequence[str]) -> list[Edit]:
    """Return what brings the fronts of the lines of a log or a chat to "14:05 Name: "; nothing in another text."""
    fronts = {at: said for at, line in enumerate(lines) if (said := front_of(line)) is not None and said.hour}
    found = columns({at: lines[at] for at, said in fronts.items() if said.style == "cells"}, lines)
    fronts.update(found)
    styles = Counter(said.style for said in fronts.values())
    named = {"label", "angle", "columns", *(style for style in ("dashed", "before") if _recurs(fronts, style))}
    edits = []
    for at, said in fronts.items():
        if styles[said.style] < FEW or said.style == "cells" or (said.style == "label" and _LABELLED.match(lines[at])):
            continue
        if said.style in named:
            edits.append(Edit(starts[at], starts[at] + said.end, f"{said.hour} {said.name}: "))
        elif said.style != "before" and not _PLAIN.match(lines[at]):
            match = _FRONT.match(lines[at])
            edits.append(Edit(starts[at], starts[at] + (match.end() if match else said.end), f"{said.hour} "))
    return sorted((*edits, *_titles(starts, lines)))


def _recurs(fronts: dict[int, Said], style: str) -> bool:
    """Tell whether the names of a style come back, as those of speakers do."""
    names = Counter(said.name for said in fronts.values() if said.style == style)
    return sum(n for n in names.values() if n > 1) >= 0.6 * sum(names.values())


def hours(starts: Sequence[int], lines: Sequence[str]) -> list[Edit]:
    """Return what joins an hour alone on its line with the name above it, or with who speaks on the line below."""
    alone = [at for at, line in enumerate(lines) if len(line) < LONGEST_HEAD and _HOUR_ALONE.fullmatch(line)]
    if len(alone) < FEW:
        return []
    above = Counter(lines[at - 1].strip() for at in alone if at and _is_name(lines[at - 1]))
    if sum(n for n in above.values() if n > 1) >= 0.6 * len(alone):
        return [Edit(starts[at - 1] + len(lines[at - 1]), starts[at], " ") for at in alone if at]
    return [
        Edit(starts[at] + len(lines[at]), starts[at + 1], " ")
        for at in alone
        if at + 1 < len(lines) and _SPEAKS.match(lines[at + 1])
    ]


_HOUR_ALONE = re.compile(rf"\s*{_BOX}\s*[:–—-]?\s*")
_SPEAKS = re.compile(rf"{_NAME} ?:\s+\S")


def _is_name(line: str) -> bool:
    """Tell whether a line may be the name of who sends: a few words and no stop."""
    return len(line.split()) <= MAX_WORDS and not re.search(r"[.!?:;]\s*\Z|\d", line)


def head_of(line: str) -> str:
    """Return the hour of a line that is the head of a message, a name and an hour; empty where it is none."""
    match = _TITLE.fullmatch(line) if len(line) <= LONGEST_HEAD else None
    name = (match["name"] or match["behind"] or "") if match else ""
    return hour_of(line.replace(name, " ", 1)) if name else ""


def _titles(starts: Sequence[int], lines: Sequence[str]) -> list[Edit]:
    """Return what brings the heads of messages, a name and an hour on a line of their own, to "Name 14:05"."""
    heads = {}
    for at, line in enumerate(lines):
        match = _TITLE.fullmatch(line) if len(line) <= LONGEST_HEAD else None
        name = (match["name"] or match["behind"] or "").strip(" ,–—-~") if match else ""
        if match and name and len(name.split()) <= MAX_WORDS and not no_name(name):
            heads[at] = (name, hour_of(line.replace(name, " ", 1)))
    times = Counter(name for name, _ in heads.values())
    if len(heads) < FEW or max(times.values()) < 2:
        return []
    return [Edit(starts[at], starts[at] + len(lines[at]), f"{name} {hour}") for at, (name, hour) in heads.items()]


def columns(rows: dict[int, str], lines: Sequence[str]) -> dict[int, Said]:
    """Return the fronts of lines whose cells are an hour, who sends, perhaps to whom, and what."""
    if len(rows) < FEW:
        return {}
    bar = next((sign for sign in ("\t", "|", ";", "   ") if all(sign in line for line in rows.values())), "")
    cells = {at: [*_cells(line, bar)] for at, line in rows.items()} if bar else {}
    size = Counter(map(len, cells.values())).most_common(1)[0][0] if cells else 0
    cells = {at: row for at, row in cells.items() if len(row) == size}
    if size < 2 or len(cells) < FEW:
        return {}
    words = [sum(len(row[k][1].split()) for row in cells.values()) / len(cells) for k in range(size)]
    message = max(range(1, size), key=lambda k: words[k])
    if words[message] < LEAST_WORDS:
        return {}
    first = min(cells)
    head = [words for _, words in _cells(lines[first - 1], bar)] if first else []
    sender = _sender_column(head, message, cells)
    return {
        at: Said(
            "columns" if sender and row[sender][1] else "alone",
            hour_of(row[0][1]),
            row[sender][1] if sender else "",
            row[message][0],
        )
        for at, row in cells.items()
    }


def _cells(line: str, bar: str) -> Iterator[tuple[int, str]]:
    """Yield where each cell of a line begins, and its words."""
    if bar == "   ":
        yield from ((m.start(), m[0]) for m in _WIDE.finditer(line))
        return
    at = len(line) - len(line.lstrip(" |")) if bar == "|" else 0
    end = len(line.rstrip(" |")) if bar == "|" else len(line)
    for part in line[at:end].split(bar):
        yield at + len(part) - len(part.lstrip()), part.strip()
        at += len(part) + len(bar)


_WIDE = re.compile(r"\S+(?: {1,2}\S+)*")


def _sender_column(head: list[str], message: int, cells: dict[int, list[tuple[int, str]]]) -> int:
    """Return the column of who sends, 0 where there is none: by its heading, else the first that holds no number."""
    for at, title in enumerate(head):
        if at and at != message and not small("sentby").isdisjoint(fold(title).text.split()):
            return at
    if len(head) > message and head[1:message] and not any(char.isdigit() for title in head for char in title):
        places = [at for at in range(1, message) if not small("sitedat").isdisjoint(fold(head[at]).text.split())]
    else:
        places = []
    for at in range(1, message):
        names = [row[at][1] for row in cells.values() if row[at][1]]
        if at not in places and names and all(len(n.split()) <= MAX_WORDS and not n.isdigit() for n in names):
            return at
    return 0


LEAST_WORDS = 3
MAX_WORDS = 5
