"""One spelling for matching: case, accents, quotes, blanks and Arabic letter variants, with the way back."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

# A folded word that begins with this letter or a later one is written in Arabic letters.
ARABIC = "\u0600"
_SAME = {
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "«": '"',
    "»": '"',
    "“": '"',
    "”": '"',
    "„": '"',
    "‐": "-",
    "‑": "-",
    "–": "-",
    "—": "-",
    "−": "-",
    "٬": ",",
    "٫": ".",
    "،": ",",
    "؛": ";",
    "؟": "?",
    "٪": "%",
    "ى": "ي",
    "ة": "ه",
    "ٱ": "ا",
    "ک": "ك",
    "ی": "ي",
    "ø": "o",
    "ł": "l",
    "ß": "s",
    "œ": "o",
    "æ": "a",
    "…": ".",
}
_TATWEEL = "ـ"


class _Table(dict[int, str | None]):
    """A translation table that works each code point out once; None drops it."""

    def __missing__(self, point: int) -> str | None:
        self[point] = value = _one(chr(point))
        return value


def _one(char: str) -> str | None:
    """Fold one character to one character, or to None where it carries nothing (marks, direction, tatweel)."""
    if char in _SAME:
        return _SAME[char]
    kind = unicodedata.category(char)
    if kind in ("Mn", "Cf") or char == _TATWEEL:
        return None
    if kind == "Nd":
        return str(unicodedata.digit(char))
    if kind == "Zs":
        return " "
    base = unicodedata.normalize("NFD", char)[0]
    if base in _SAME:
        return _SAME[base]
    low = base.lower()
    return low if len(low) == 1 else base


_TABLE = _Table()


class Folded(NamedTuple):
    """The folded text; `dropped` holds, in folded positions, where a character of the original is missing."""

    text: str
    dropped: tuple[int, ...]

    def back(self, position: int) -> int:
        """Return the original offset of a folded start position."""
        return position + (bisect_left(self.dropped, position + 1) if self.dropped else 0)

    def back_end(self, position: int) -> int:
        """Return the original offset just after the folded character before `position`."""
        return self.back(position - 1) + 1 if position else 0


def fold(text: str) -> Folded:
    """Fold a text; almost always character by character, so that offsets stay what they were."""
    if text.isascii():
        return Folded(text.lower(), ())
    folded = text.translate(_TABLE)
    if len(folded) == len(text):
        return Folded(folded, ())
    lost = {char for char in set(text) if _TABLE[ord(char)] is None}
    places = sorted(at for char in lost for at in _all(text, char))
    return Folded(folded, tuple(at - before for before, at in enumerate(places)))


def _all(text: str, char: str) -> Iterator[int]:
    """Yield the places of a character."""
    at = text.find(char)
    while at >= 0:
        yield at
        at = text.find(char, at + 1)
