"""Labels and their numbers, however they are set apart, brought to one: "Still inside: 340"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from corridor.reports.text.flat import Edit
from corridor.reports.text.fold import fold
from corridor.reports.text.language import small

_NUMBER = r"[~≈<>±+]?\s?[\d٠-٩](?:[\d٠-٩]|[ .,'٬٫](?=[\d٠-٩]))*"
_MORE = rf"{_NUMBER}(?:\s?[-–—/]\s?{_NUMBER}|\s(?:to|à|et|and|إلى|الى)\s{_NUMBER})?"
_KEY = r"(?P<key>[^\W\d][^\d٠-٩:|\t=→;]{1,60}?)"
_VALUE = rf"(?P<value>{_NUMBER}(?:\s?[^\W\d]{{1,14}}\.?)?)"
_SIGN = r"\s*(?:\.{3,}|…+|_{3,}|→|=>|->|=|\t|\s{3,}|\||;|\"?,\"?(?=\d+\"?$))\s*|\s+[-–—]\s+"
_FIELD = re.compile(rf"[\s|\"]*(?:- )?{_KEY}(?P<sign>{_SIGN})\"?{_VALUE}(?P<rest>[\s|.;\"]*)")
_BRACKETED = re.compile(rf"\s*(?:- )?{_KEY}(?P<sign>\s*[(\[])(?P<value>{_NUMBER})(?P<rest>[)\]][\s.;]*)")
# What stands between a label and its colon: an hour or a day in brackets, a short form, a star.
_ASIDE = re.compile(
    r"(?P<key>[^\W\d][^\n:()\[\]]{1,60}?)"
    r"(?P<aside>\s*[(\[](?:[^()\[\]\n]{0,30}\d[^()\[\]\n]{0,20}|[^\W\d]{2,9}\.)[)\]]\s*|\s*\*{1,3}\s*)"
    rf"(?=\s?:\s*{_NUMBER})\s?:\s*(?P<value>{_MORE})"
)
_DAY = r"\d{1,2}(?:(?:[:.]| ?[hH] ?)\d{2}| ?h\b)|\d{1,2} [^\W\d]{3,9}(?: \d{4})?"
_TIMED = re.compile(
    rf"(?P<key>[^\W\d][^\n:()\[\]\d]{{1,60}}?)(?P<aside>,? (?P<word>[^\W\d]+(?: [^\W\d]+)?) (?:{_DAY}))"
    rf"\s?:\s+(?P<value>{_MORE})"
)
_SHORT_DAY = re.compile(r"\d{1,2}/\d{1,2}(?!/)")
_BRACKET = re.compile(r"[)\]*]\s*:\s*\S?\s?[\d٠-٩]")
_SPOKEN = re.compile(r"[^\W_]\s?:\s+\S?\s?[\d٠-٩]")
_LABEL_OF = r"[^\W\d][^\d:;|•\n]{1,50}?\s?[:=]\s*"
_PAIR = re.compile(rf"{_LABEL_OF}{_NUMBER}(?:\s?[^\W\d%]{{1,14}})?\s*(?P<sign>[;,|/•·–—-])(?=\s+{_LABEL_OF}{_NUMBER})")
# Where a field can be: a number near the end of the line, or behind a colon.
_ENDS = re.compile(r"[\d٠-٩][^\d٠-٩]{0,18}\Z")
_VALUED = re.compile(r"[:=]\s*[~≈<>±+]?\s?[\d٠-٩]")
_PLUS = re.compile(r"(?<=[:=] )\+(?=\d)")
# "900 Shelter capacity": a capital behind the number begins a label, not the noun that is counted.
_TURNED = re.compile(rf"\s*(?:- )?(?P<value>{_NUMBER})\s+(?P<key>[A-ZÀ-Þ][a-zà-þ][^\d.!?:|\t]{{1,40}})")
_ALONE = re.compile(rf"\s*{_VALUE}\s*")
_WORDS = re.compile(r"\s*[^\W\d][^\d.!?:|\t]{2,50}?\s?:?\s*")


def fields(starts: Sequence[int], lines: Sequence[str]) -> list[Edit]:
    """Return what puts a colon between a label and its number, and full stops between several on a line."""
    edits: list[Edit] = []
    rows = {
        at: match
        for at, line in enumerate(lines)
        if len(line) < LONGEST and _ENDS.search(line)
        if (match := _FIELD.fullmatch(line) or _BRACKETED.fullmatch(line))
    }
    for at, match in rows.items():
        if (at - 1 in rows or at + 1 in rows) and not _headed(at, rows, lines):
            start = starts[at]
            edits += [Edit(start + match.start("sign"), start + match.end("sign"), ": ")]
            if match["rest"].strip():
                edits.append(Edit(start + match.start("rest"), start + match.end("rest"), "."))
    turned = {at: m for at, line in enumerate(lines) if (m := _TURNED.fullmatch(line))}
    for at, match in turned.items():
        if at - 1 in turned or at + 1 in turned:
            edits.append(Edit(starts[at], starts[at] + len(lines[at]), f"{match['key']}: {match['value']}"))
    for start, line in zip(starts, lines, strict=True):
        numbers = len(_VALUED.findall(line)) if ":" in line or "=" in line else 0
        if numbers > 1:
            edits += _pairs(start, line)
        if numbers:
            edits += _asides(start, line)
            edits += [Edit(start + m.start(), start + m.end()) for m in _PLUS.finditer(line)]
    return sorted(edits)


LONGEST = 110


def _headed(at: int, rows: dict[int, re.Match[str]], lines: Sequence[str]) -> bool:
    """Tell whether rows of cells have a heading of their own: its columns say what the numbers are."""
    sign = rows[at]["sign"].strip() or ("\t" if "\t" in rows[at]["sign"] else "   ")
    if sign not in ("|", "\t", "   ", ";", ","):
        return False
    first = at
    while first in rows:
        first -= 1
    while first >= 0 and not any(char.isalnum() for char in lines[first]):
        first -= 1
    return first >= 0 and sign in lines[first].strip() and not any(char.isdigit() for char in lines[first])


def _pairs(start: int, line: str) -> Iterator[Edit]:
    """Yield what ends each of several fields on a line: "Evacuated: 1,200; still inside: 340"."""
    for match in _PAIR.finditer(line):
        yield Edit(start + match.start("sign"), start + match.end("sign"), ".")


def _asides(start: int, line: str) -> Iterator[Edit]:
    """Yield what moves the hour of a field behind its number: "Still inside (10:00): 340"."""
    for pattern, needs in ((_ASIDE, _BRACKET), (_TIMED, _SPOKEN)):
        if not needs.search(line):
            continue
        for match in pattern.finditer(line):
            if pattern is _TIMED and fold(match["word"]).text not in small("asof"):
                continue
            aside = match["aside"].strip(" *,")
            yield Edit(start + match.start("aside"), start + match.end("aside"))
            if aside and not _SHORT_DAY.search(aside):
                yield Edit(start + match.end("value"), start + match.end("value"), f" {aside}")


def stacked(starts: Sequence[int], lines: Sequence[str]) -> Iterator[Edit]:
    """Yield what joins a number alone on its line with its label, on the line above or, where it opens, below."""
    numbers = [bool(_ALONE.fullmatch(line)) for line in lines]
    if sum(numbers) < FEW:
        return
    labels = [bool(_WORDS.fullmatch(line)) and len(line.split()) <= MAX_WORDS for line in lines]
    runs = [at for at, (one, other) in enumerate(pairwise(numbers)) if one != other and (labels[at] or labels[at + 1])]
    if not runs:
        return
    below = numbers[runs[0]]
    for at, (one, other) in enumerate(pairwise(numbers)):
        if below and one and labels[at + 1]:
            label = lines[at + 1].strip(" :")
            yield Edit(starts[at], starts[at + 1] + len(lines[at + 1]), f"{label}: {lines[at].strip()}")
        elif not below and other and labels[at]:
            end = len(lines[at].rstrip(" :"))
            yield Edit(starts[at] + end, starts[at + 1], ": ")


_BETWEEN = re.compile(r"(?<=[^\s|]) (?P<sign>\||//|/|•|·|▪|►|\*) (?=[^\s|])")
LEAST_WORDS = 4


def sentences(starts: Sequence[int], lines: Sequence[str]) -> Iterator[Edit]:
    """Yield a full stop for each sign that sets whole sentences apart on one line: "Road 4 is closed // 300 left"."""
    for start, line in zip(starts, lines, strict=True):
        signs = list(_BETWEEN.finditer(line))
        if signs and all(len(part.split()) >= LEAST_WORDS for part in _BETWEEN.split(line)[::2]):
            for match in signs:
                yield Edit(start + match.start("sign"), start + match.end("sign"), ".")


FEW = 2
MAX_WORDS = 7
