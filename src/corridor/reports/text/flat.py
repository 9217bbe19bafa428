"""A text as it is read: signs that carry nothing left out, wrapped lines joined; with the way back to its offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from corridor.reports.text.language import small


class Edit(NamedTuple):
    """A stretch of a text and what stands for it, which is never longer."""

    start: int
    end: int
    instead: str = ""


class Flat(NamedTuple):
    """The text as it is read; what stands from `here[n]` on was taken from `there[n]` on in the text handed in."""

    text: str
    here: tuple[int, ...] = (0,)
    there: tuple[int, ...] = (0,)

    def back(self, position: int) -> int:
        """Return where a character of the flat text stands in the text it was made of."""
        at = bisect_right(self.here, position) - 1
        return self.there[at] + position - self.here[at]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch of the original that a stretch of the flat text was made of."""
        first = self.back(start)
        return first, max(first, self.back(end - 1) + 1)

    def cut(self, edits: Iterable[Edit]) -> Flat:
        """Return the text after some edits, in order and apart from one another; offsets still lead to the first."""
        parts: list[str] = []
        here, there = [0], [0]
        at = size = 0
        for edit in edits:
            parts += (self.text[at : edit.start], edit.instead)
            size += edit.start - at
            for place, origin in ((size, edit.start), (size + len(edit.instead), edit.end)):
                if place == here[-1]:
                    there[-1] = origin
                else:
                    here.append(place)
                    there.append(origin)
            at, size = edit.end, size + len(edit.instead)
        if not parts:
            return self
        parts.append(self.text[at:])
        if len(self.here) > 1 or self.there[0]:
            here, there = self._through(here, there)
        return Flat("".join(parts), tuple(here), tuple(there))

    def _through(self, here: list[int], there: list[int]) -> tuple[list[int], list[int]]:
        """Return the stretches of a second cut with the stretches of the first told apart inside them."""
        mine: list[int] = []
        theirs: list[int] = []
        for at, (place, middle) in enumerate(zip(here, there, strict=True)):
            size = here[at + 1] - place if at + 1 < len(here) else len(self.text)
            mine.append(place)
            theirs.append(self.back(middle))
            first = bisect_right(self.here, middle)
            while first < len(self.here) and self.here[first] < middle + size:
                mine.append(place + self.here[first] - middle)
                theirs.append(self.there[first])
                first += 1
        return mine, theirs


# Signs that are not seen (direction, joiners, soft hyphens), and the marks of footnotes behind a word.
_UNSEEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_RAISED = "¹²³⁰⁴-⁹"
_NOTHING = re.compile(
    f"[{_UNSEEN}]+"
    r"|(?<=[\w.,;:!?)\"”»])(?:\[\d{1,3}\])+(?!\()| \[\d{1,2}\](?=\s*[:.,;)]|\s*$)"
    rf"|(?:(?<=[^\W\d_m])|(?<=[.,;:)\"”»]))[{_RAISED}]+(?!\w)"
)
# One of these stands in a text wherever the pattern above matches: looking for them takes far less time.
_NOTHING_SIGN = re.compile(rf"[\[{_UNSEEN}{_RAISED}]")
# What sets words in bold, slanted or struck out, and a link written with its address.
_BOLD = re.compile(
    r"(?<![\w*])(?P<sign>\*{1,3}|_{1,3}|~{1,2}|`{1,3})(?=[^\s*_`~])(?P<inside>[^*\n`]{1,400}?)(?<=[^\s*_`~])(?P=sign)(?!\w)"
    r"|!?\[(?P<words>[^\]\n]{1,200})\]\((?:https?:|mailto:|/|#)[^)\s]*\)"
)
# A count that a communique sets in brackets: "(214) families"; a year stays as it is.
_BOXED = re.compile(r"(?<=[\u0621-\u0652] )\((?P<count>(?!(?:19|20)\d\d\))\d[\d.,]*)\)(?= [\u0621-\u064a])")
# Blanks, the frames of tables and the figures of other alphabets, each one character for one.
_BLANKS = str.maketrans(
    dict.fromkeys("│┃║", "|")
    | dict.fromkeys("─━═┼├┤┌┐└┘┬┴╪╞╡╔╗╚╝", "-")
    | dict(zip("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2, strict=True))
    | dict.fromkeys("\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " ")
)
_BLANK_SIGNS = frozenset(map(chr, _BLANKS))


def _unmarked(text: str) -> list[Edit]:
    """Return what takes away the signs that set words apart from others."""
    edits = []
    for match in _BOLD.finditer(text):
        name = "inside" if match["sign"] else "words"
        edits += [Edit(match.start(), match.start(name)), Edit(match.end(name), match.end())]
    return edits


def _unboxed(text: str) -> list[Edit]:
    """Return what takes the brackets off counts."""
    return [Edit(at, at + 1) for match in _BOXED.finditer(text) for at in (match.start(), match.end() - 1)]


# "U.N.", "U.S.", "O.N.U.": the dots end no sentence; hours and eras are read with theirs.
_DOTTED = re.compile(r"(?<![\w.-])(?![AP]\.M\.)(?:[A-Z]\.){2,4}(?!\w)")
_NEXT_WORD = re.compile(r"\s+([^\W\d_]+)")


def _undotted(text: str) -> Iterator[Edit]:
    """Yield what takes the dots out of abbreviations, but for the last where a sentence ends with it."""
    for match in _DOTTED.finditer(text):
        following = _NEXT_WORD.match(text, match.end())
        ends = match.end() == len(text) or text[match.end()] == "\n"
        ends = ends or bool(following and following[1][0].isupper() and following[1].lower() in small("small"))
        for at in range(match.start() + 1, match.end() - ends, 2):
            yield Edit(at, at + 1)


# The World Health Organization, whose letters are a word of another kind; it is read by its name in other tongues.
_WHO = re.compile(r"(?<![\w.-])WHO(?![\w.])(?=['’]?[a-z ]*[a-z])")
_READ_AS = "OMS"


def dotted(text: str) -> dict[str, str]:
    """Return how a text writes the abbreviations that are read without their dots, or by other letters."""
    found = {match[0].replace(".", ""): match[0] for match in _DOTTED.finditer(text)}
    return found | ({_READ_AS: "WHO"} if _WHO.search(text) else {})


def unsigned(text: str) -> Flat:
    """Return a text without the signs that carry nothing, its blanks all of one kind."""
    flat = Flat(text if text.isascii() or _BLANK_SIGNS.isdisjoint(text) else text.translate(_BLANKS))
    flat = flat.cut(_undotted(flat.text))
    flat = flat.cut(Edit(*match.span(), _READ_AS) for match in _WHO.finditer(flat.text))
    if _NOTHING_SIGN.search(text):
        flat = flat.cut(Edit(*match.span()) for match in _NOTHING.finditer(flat.text))
    if "(" in text and not text.isascii():
        flat = flat.cut(_unboxed(flat.text))
    return flat.cut(_unmarked(flat.text)) if any(sign in text for sign in "*_~`[") else flat
