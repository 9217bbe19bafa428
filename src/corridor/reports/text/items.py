"""The marks in front of the items of lists: bullets, numbers, letters, boxes and small pictures."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corridor.reports.text.flat import Edit

BULLETS = "-*+•·–—▪▫◦‣●○■□►▶▸▹➢➤➔→⇒✓✔✗✘☑☐§»◆◇◾◽⁃∙\uf0b7\uf0a7\uf0d8"
_BULLET = re.compile(rf"(?:[{re.escape(BULLETS)}](?:\ufe0f)?\s*)(?:\[[ xX✓]\]\s+)?(?=\S)")
# Each way to number an item, and what comes first in it.
_NUMBERED = re.compile(
    r"(?:\((?P<round>\d{1,2})\)|(?P<dot>\d{1,2})[.)](?!\d)|(?P<dash>\d{1,2}) ?[-–—](?=\s)|(?P<stroke>\d{1,2})/(?=\s)"
    r"|(?P<tab>\d{1,2})(?=\t)|(?P<keycap>\d)\ufe0f?\u20e3|(?P<circle>[①-⑳])|(?P<parts>\d{1,2}(?:\.\d{1,2}){1,3})\.?(?=\s)"
    r"|\(?(?P<small>[a-z])[.)](?=\s)|\(?(?P<capital>[A-Z])[.)](?=\s)|\(?(?P<roman>[ivxIVX]{1,4})[.)](?=\s)"
    r"|\(?(?P<arabic>[أابتثجحخدذرزسشصضطظعغفقكلمنهوي])ـ? ?[.)\-–](?=\s)|(?P<letter>o)(?=\s))\s*(?=\S)"
)
_ABJAD = "أبجدهوزحطيكلمن"
_ALPHABET = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"


class Item(NamedTuple):
    """The mark of a line: where it and the blanks behind it end, how it is written, which it is in its row."""

    end: int
    style: str
    value: str


def item_of(line: str) -> Item | None:
    """Return the mark with which a line begins, None where it begins with a word."""
    start = len(line) - len(line.lstrip())
    match = _NUMBERED.match(line, start)
    if match:
        return Item(match.end(), match.lastgroup or "", match[match.lastgroup or 0])
    match = _BULLET.match(line, start)
    if match:
        return Item(match.end(), "bullet", line[start])
    end = _picture(line, start)
    return Item(end, "bullet", line[start]) if end else None


def _picture(line: str, start: int) -> int:
    """Return where the small pictures in front of a line end, 0 where there are none."""
    at = start
    while at < len(line) and (
        unicodedata.category(line[at]) in ("So", "Sk") or line[at] in "\ufe0f\u20e3" or (at > start and line[at] == " ")
    ):
        at += 1
    return at if at > start and at < len(line) and line[start] not in "°©®" else 0


def marked(lines: Sequence[str]) -> Iterator[tuple[int, Item]]:
    """Yield the lines that begin with the mark of an item: any bullet, and numbers or letters that go on."""
    rows: defaultdict[str, list[tuple[int, Item]]] = defaultdict(list)
    found: list[tuple[int, Item]] = []
    for at, line in enumerate(lines):
        item = item_of(line)
        if item is None:
            continue
        if item.style == "bullet":
            found.append((at, item))
        else:
            rows[item.style].append((at, item))
            if item.style in ("small", "capital") and item.value.lower() in "ivx":
                rows["roman"].append((at, item))
    taken = {at for at, _ in found}
    for style in (
        "round",
        "dot",
        "dash",
        "stroke",
        "tab",
        "keycap",
        "circle",
        "parts",
        "roman",
        "small",
        "capital",
        "arabic",
        "letter",
    ):
        for at, item in _going_on(style, rows[style]):
            if at not in taken and not _title(at, lines, rows[style]):
                taken.add(at)
                found.append((at, item))
    return iter(sorted(found))


_FULL_STOP = re.compile(r"[.!?…:;؟]['\"»”)\]]*\s*\Z")


LONGEST_TITLE = 8


def _title(at: int, lines: Sequence[str], row: list[tuple[int, Item]]) -> bool:
    """Tell whether a number stands before the title of a part: no full stop, and no other number next to it."""
    if len(lines[at].split()) > LONGEST_TITLE:
        return False
    near = {line for line, _ in row}
    return not (
        at - 1 in near or at + 1 in near or _FULL_STOP.search(lines[at]) or any(map(str.isdigit, lines[at][6:]))
    )


def _going_on(style: str, row: list[tuple[int, Item]]) -> Iterator[tuple[int, Item]]:
    """Yield the marks of one way of writing that follow one another: 1, 2, 3 or a, b, c."""
    if style == "letter":
        yield from row if len(row) > 1 else ()
        return
    for at, (line, item) in enumerate(row):
        before = row[at - 1][1].value if at else ""
        after = row[at + 1][1].value if at + 1 < len(row) else ""
        if (before and _next(style, before, item.value)) or (after and _next(style, item.value, after)):
            yield line, item


_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")


def _next(style: str, one: str, other: str) -> bool:
    """Tell whether a mark may follow another in a list."""
    if style == "arabic":
        one, other = one.replace("ا", "أ"), other.replace("ا", "أ")
        return any(one in row and row.find(one) + 1 == row.find(other) for row in (_ABJAD, _ALPHABET))
    if style == "roman":
        low, high = one.lower(), other.lower()
        return low in _ROMAN and high in _ROMAN and _ROMAN.index(low) + 1 == _ROMAN.index(high)
    if style == "parts":
        first, second = [int(n) for n in one.split(".")], [int(n) for n in other.split(".")]
        last = next((k for k, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), -1)
        deeper = len(second) == len(first) + 1 and second[-1] == 1 and second[:-1] == first
        return deeper or (last >= 0 and second[last] == first[last] + 1 and all(n <= 1 for n in second[last + 1 :]))
    if style in ("small", "capital", "circle"):
        return ord(one) + 1 == ord(other)
    return int(one) + 1 == int(other)


def dashed(starts: Sequence[int], lines: Sequence[str], marks: dict[int, Item]) -> Iterator[Edit]:
    """Yield what puts a dash for every mark, which the steps behind need to know then, and for no other."""
    for at, item in marks.items():
        line = lines[at]
        indent = len(line) - len(line.lstrip())
        instead = "- " if item.end - indent > 1 else "-"
        if line[indent : item.end] != instead:
            yield Edit(starts[at] + indent, starts[at] + item.end, instead)
