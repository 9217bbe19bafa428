"""Tokens of a text: words and numbers cut apart in one pass, with their places in the original."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from corridor.reports.text.fold import Folded

# Plain words first, because most tokens are; a word begins with a letter, everything else with a digit or by itself.
_WORD = r"[a-z\u0621-\u064a]+(?:'(?=\w)|(?![\w']))|[\u0621-\u064a]+(?=\d)|[^\W\d_]+'(?=\w)|[^\W\d_][^\W_]*"
_DATE = r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}(?!\d)"
_CLOCK = (
    r"\d{1,2}(?::|h| h )\d{2}(?::\d{2})?(?!\d)(?: ?[ap]\.?m\b\.?)?"
    r"|\d{1,2}(?:\.\d{2})? ?[ap]\.?m\b\.?|(?:[01]?\d|2[0-3]) ?h(?![\w/])"
)
_ORDINAL = r"\d+(?:st|nd|rd|th|eme|ere|er|e)\b"
_DIGITS = (
    r"\d{1,3}(?:(?: \d{3})+|(?:\.\d{3})+|(?:,\d{3})+|(?:'\d{3})+)(?![\d])(?:[.,]\d{1,2}(?!\d))?"
    r"|\d+(?:[.,]\d+)*"
)
_KINDS = re.compile(rf"(?P<date>{_DATE})|(?P<clock>{_CLOCK})|(?P<ordinal>{_ORDINAL})|(?P<digits>{_DIGITS})")
# Every character is of a token or a blank, so that a token and the blanks behind it end where the next one begins.
_PIECE = re.compile(rf"(?:{_WORD}|{_DATE}|{_CLOCK}|{_ORDINAL}|{_DIGITS}|[^\w\s]|_)\s*")
_VISIBLE = re.compile(r"\S")
FIGURES = frozenset("0123456789")


class Token(NamedTuple):
    """One token: its folded form, its kind (date, clock, ordinal, digits, word) and its place in the text."""

    word: str
    kind: str
    start: int
    end: int


class Tokens:
    """The tokens of a stretch of text: words and places as lists, a `Token` only where one is asked for."""

    __slots__ = ("_folded", "_starts", "words")

    def __init__(self, folded: Folded, words: list[str], starts: list[int]) -> None:
        self.words = words
        self._folded = folded
        self._starts = starts

    def __len__(self) -> int:
        return len(self.words)

    def __getitem__(self, at: int) -> Token:
        return Token(self.words[at], kind_of_word(self.words[at]), self.start(at), self.end(at))

    def start(self, at: int) -> int:
        """Return where a token begins in the text, without making a `Token` of it."""
        start = self._starts[at]
        return self._folded.back(start) if self._folded.dropped else start

    def end(self, at: int) -> int:
        """Return where a token ends in the text."""
        end = self._starts[at] + len(self.words[at])
        return self._folded.back_end(end) if self._folded.dropped else end

    def __iter__(self) -> Iterator[Token]:
        return (self[at] for at in range(len(self.words)))

    def part(self, first: int, last: int) -> Tokens:
        """Return the tokens `first` to `last` (exclusive)."""
        return Tokens(self._folded, self.words[first:last], self._starts[first:last])

    def folded_end(self, at: int) -> int:
        """Return where a token ends in the folded text."""
        return self._starts[at] + len(self.words[at])


class Pieces(NamedTuple):
    """A stretch cut apart: its words, and the pieces of text (a token and the blanks behind it) they came from."""

    words: list[str]
    cut: list[str]

    def placed(self, folded: Folded, start: int, end: int) -> Tokens:
        """Return the words with their places; `start` and `end` are those of the stretch."""
        visible = _VISIBLE.search(folded.text, start, end)
        begin = visible.start() if visible else start
        starts = list(accumulate(map(len, self.cut), initial=begin))
        return Tokens(folded, self.words, starts[:-1])


def pieces(text: str, start: int, end: int) -> Pieces:
    """Cut a stretch of a folded text into tokens, places not yet worked out."""
    cut = _PIECE.findall(text, start, end)
    return Pieces(list(map(str.rstrip, cut)), cut)


def tokens_of(folded: Folded, start: int, end: int) -> Tokens:
    """Return the tokens of a stretch of the folded text, placed in the original."""
    return pieces(folded.text, start, end).placed(folded, start, end)


@lru_cache(maxsize=20_000)
def kind_of_word(word: str) -> str:
    """Return the kind of a token by its form."""
    if word[0] not in FIGURES:
        return "word"
    if word.isdecimal():
        return "digits"
    match = _KINDS.fullmatch(word)
    return (match.lastgroup if match else None) or "word"
