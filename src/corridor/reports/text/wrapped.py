"""Lines that were broken at a width, as in mail, bulletins and pages of print: they are one paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from corridor.reports.text.flat import Edit

NARROWEST, WIDEST = 26, 120
# A narrower measure needs more lines to show.
NARROW = 34
# Below this a line that ends without a full stop was ended by its writer, if its width does not say otherwise.
RAGGED = 44
_CLOSED = re.compile(r"[.!?…؟:;؛|]['\"»”)\]]*\Z")
_RULE = re.compile(r"[\W_]*\Z")
_LABEL = re.compile(r"[^\W\d_][^:.!?\n|]{0,40}?\s?:\s")
_CLOCK = re.compile(
    r"\s*(?:\[[^\]\n]{3,40}\]|\(?\d{1,2}(?:[:.]| ?[hH] ?)\d{2}(?::\d{2})?\)?|\d{4} ?[hHzZL]\b|\d{1,2} ?h\b"
    r"|\d{1,2}/\d{1,2}/\d{2,4},? \d{1,2}:\d{2})"
)


class Line(NamedTuple):
    """A line that is not empty: where it is, how many line ends stand before it, whether it begins an item."""

    start: int
    end: int
    text: str
    gap: int
    item: bool

    @property
    def indent(self) -> int:
        """Return how far the line is set in."""
        return len(self.text) - len(self.text.lstrip())


class Measure(NamedTuple):
    """How a text is wrapped: its width (0 where it is not), the gap inside a paragraph, what else tells of it.

    `cased`: sentences begin with capitals; `clocks`: entries begin with hours; `ragged`: long lines break sentences.
    """

    width: int
    gap: int
    cased: bool
    clocks: bool
    ragged: bool


def joined(lines: Sequence[Line]) -> Iterator[Edit]:
    """Yield what joins the lines of each paragraph: a blank for the line end, nothing behind a hyphen."""
    measure = _measure(lines)
    if not measure.cased and not measure.width:
        return
    for one, other in pairwise(lines):
        if _goes_on(one, other, measure):
            hyphen = one.text.endswith("-") and one.text[-2:-1].isalpha() and other.text.lstrip()[:1].isalpha()
            yield Edit(one.end, other.start + other.indent, "" if hyphen else " ")


def _first(line: Line) -> str:
    return line.text.split(None, 1)[0]


def _low(line: Line) -> bool:
    """Tell whether a line begins with a small letter."""
    return line.text.lstrip()[:1].islower()


def _measure(lines: Sequence[Line]) -> Measure:
    gaps = {line.gap for line in lines[1:]}
    gap = 1 if 1 in gaps else 2
    breaks = [(a, b) for a, b in pairwise(lines) if b.gap == gap and not _CLOSED.search(a.text) and _may_go_on(a, b)]
    fits = [0] * (WIDEST + 2)
    for a, b in breaks:
        for width in range(max(len(a.text), NARROWEST), min(len(a.text) + 1 + len(_first(b)), WIDEST + 1)):
            fits[width] += 1
    width = max(range(WIDEST + 1), key=lambda w: (fits[w], w))
    low = [(a, b) for a, b in breaks if _low(b)]
    sample = "".join(line.text for line in lines[:40])
    letters = sum(map(str.islower, sample)) > 0.4 * sum(map(str.isalpha, sample))
    real = sum(bool(_CLOCK.match(b.text)) and (b.gap > gap or bool(_CLOSED.search(a.text))) for a, b in pairwise(lines))
    heads = [b for a, b in pairwise(lines) if b.gap > gap or _CLOSED.search(a.text)]
    cased = letters and gap == 1 and sum(map(_low, [*lines[:1], *heads])) <= 0.1 * (len(heads) + 1)
    wrapped = _wrapped(lines, breaks, low, width, fits[width], double=gap > 1, letters=letters)
    long = [b for a, b in breaks if len(a.text) >= RAGGED]
    ragged = cased and len(long) >= SHOWN and sum(map(_low, long)) >= 0.7 * len(long)
    return Measure(width if wrapped else 0, gap, cased, real >= 2, ragged)


def _wrapped(
    lines: Sequence[Line],
    breaks: list[tuple[Line, Line]],
    low: list[tuple[Line, Line]],
    width: int,
    fit: int,
    *,
    double: bool,
    letters: bool,
) -> bool:
    """Tell whether a text was wrapped at a width: few lines are longer, and most breaks stand where one must."""
    if width < NARROW and fit < SHOWN:
        return False
    longer = sum(len(line.text) > width for line in lines)
    if not fit or longer > 0.1 * len(lines):
        return False
    if letters:
        must = sum(_full(a, b, width) for a, b in low)
        return must >= (4 if double else 1) and must >= 0.6 * len(low) and must >= 0.3 * fit
    return fit >= (5 if double else 2) and fit >= 0.6 * len(breaks)


SHOWN = 4


def _full(one: Line, other: Line, width: int) -> bool:
    """Tell whether the first word of a line had no room in the line before."""
    return len(one.text) <= width < len(one.text) + 1 + len(_first(other))


def _may_go_on(one: Line, other: Line) -> bool:
    """Tell whether nothing in two lines sets them apart: no mark, no label, no cells, no title in capitals."""
    if other.item or _apart(one.text) or _apart(other.text):
        return False
    if _LABEL.match(other.text) and not _low(other):
        return False
    return not (one.text.isupper() and any(map(str.islower, other.text)))


def _goes_on(one: Line, other: Line, measure: Measure) -> bool:
    """Tell whether a line is the end of the sentence or the paragraph that the line before is of."""
    if other.gap != measure.gap or not _may_go_on(one, other):
        return False
    closed = bool(_CLOSED.search(one.text))
    if _CLOCK.match(other.text) and (closed or measure.clocks or not measure.width):
        return False
    if measure.width and _full(one, other, measure.width):
        return True
    return (
        not closed
        and (_low(other) or measure.ragged)
        and measure.cased
        and len(one.text) >= max(RAGGED, 0.55 * measure.width)
    )


def _apart(text: str) -> bool:
    """Tell whether a line is a rule, or cells of a table."""
    return bool(_RULE.match(text)) or "|" in text or "\t" in text.strip() or "    " in text.strip()
