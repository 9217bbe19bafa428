"""Sentences of a paragraph, as tokens and the terms found in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from corridor.reports.text.fold import Folded
from corridor.reports.text.lexicon import Lexicon, Mark
from corridor.reports.text.tokens import FIGURES, Tokens, kind_of_word, pieces

if TYPE_CHECKING:
    from corridor.reports.text.units import Unit


class Sentence:
    """A sentence as tokens and the terms found in them, also by class; `numbered` are the tokens with digits.

    `steps` and `units` keep what was worked out before: what it costs to come to each token, what numbers count.
    """

    __slots__ = ("_firsts", "_kinds", "_lasts", "by", "marks", "numbered", "steps", "tokens", "units", "words")

    def __init__(self, tokens: Tokens, marks: list[Mark]) -> None:
        self.tokens = tokens
        self.words = tokens.words
        self.marks = marks
        self.numbered = [at for at, word in enumerate(tokens.words) if word[0] in FIGURES]
        self._kinds = {at: kind_of_word(tokens.words[at]) for at in self.numbered}
        self.steps: list[float] = []
        self.units: dict[tuple[int, int, str], Unit | None] = {}
        self._firsts: dict[int, list[Mark]] = {}
        self._lasts: dict[int, list[Mark]] = {}
        self.by = by = dict[str, list[Mark]]()
        for mark in marks:
            cls = mark.cls
            if cls in by:
                by[cls].append(mark)
            else:
                by[cls] = [mark]

    def kind(self, at: int) -> str:
        """Return the kind of a token."""
        return self._kinds.get(at, "word")

    @property
    def start(self) -> int:
        """Return where the sentence begins in the text."""
        return self.tokens.start(0)

    @property
    def end(self) -> int:
        """Return where it ends."""
        return self.tokens.end(len(self.words) - 1)

    def of(self, *classes: str) -> list[Mark]:
        """Return the marks of some classes, in order."""
        if len(classes) == 1:
            return self.by.get(classes[0], [])
        by = self.by
        if by.keys().isdisjoint(classes):
            return []
        present = [by[cls] for cls in classes if cls in by]
        if len(present) == 1:
            return present[0]
        found = [mark for marks in present for mark in marks]
        found.sort()
        return found

    def beginning(self, at: int) -> Sequence[Mark]:
        """Return the marks that begin at a token, in order."""
        if not self._firsts:
            self._firsts = _by_place(self.marks, 0)
        return self._firsts.get(at, ())

    def ending(self, at: int) -> Sequence[Mark]:
        """Return the marks that end in front of a token, in order."""
        if not self._lasts:
            self._lasts = _by_place(self.marks, 1)
        return self._lasts.get(at, ())

    def has(self, classes: frozenset[str]) -> bool:
        """Tell whether a term of one of the classes stands in the sentence."""
        return not classes.isdisjoint(self.by)


def _by_place(marks: Sequence[Mark], side: Literal[0, 1]) -> dict[int, list[Mark]]:
    """Return marks by where they begin (0) or end (1)."""
    found: dict[int, list[Mark]] = {}
    for mark in marks:
        at = mark[side]
        if at in found:
            found[at].append(mark)
        else:
            found[at] = [mark]
    return found


_SHORT = frozenset(
    re.split(
        r"\|",
        "m|mm|mr|mrs|ms|dr|st|no|n|env|sgt|lt|col|gen|gov|sen|rep|approx|vs|etc|art|p|pp|est|incl|excl|prof|mme|mlle|av|ste|jr|km"
        "|min|max|inc|capt|maj|cpl|pvt|cmdr|supt|insp|rev|fr|hon|ft|mt|ave|rd|blvd|hwy|vol|fig|cf|jan|feb|aug|sept|oct|nov|dec",
    )
)
# A "sentence" without a full stop is cut: who counts what is told within far fewer tokens.
MAX_TOKENS = 120


def split(tokens: Tokens, first: int, last: int, text: str) -> list[tuple[int, int]]:
    """Cut tokens into sentences at full stops that end one; a quotation that goes on is not cut from its speaker."""
    found: list[tuple[int, int]] = []
    start, words = first, tokens.words
    stops = [at for at in range(first, last) if words[at][-1] in ".!?"]
    for at in [*stops, last]:
        while at - start > MAX_TOKENS:
            found.append((start, start + MAX_TOKENS))
            start += MAX_TOKENS
        if at == last:
            break
        if _ends(tokens, at, last, text) if len(words[at]) == 1 else _clock_ends(tokens, at, last, text):
            found.append((start, at + 1))
            start = at + 1
    if start < last:
        if found and not any(word[0].isalnum() for word in words[start:last]):
            found[-1] = (found[-1][0], last)
        else:
            found.append((start, last))
    return found


def _clock_ends(tokens: Tokens, at: int, size: int, text: str) -> bool:
    """Tell whether the full stop of "7 p.m." ends the sentence too."""
    clock = tokens[at].kind == "clock"
    return clock and at + 1 < size and text[tokens.start(at + 1)].isupper()


def _ends(tokens: Tokens, at: int, size: int, text: str) -> bool:
    if at + 1 >= size:
        return True
    if tokens.start(at + 1) == tokens.end(at):
        # `."` ends the quotation here; its speaker may follow in the same sentence.
        return False
    if tokens.words[at] == "." and at and (_short(tokens, at, text) or _initial(tokens, at, text)):
        return False
    return not (tokens.words[at] in "!?" and text[tokens.start(at + 1)].islower())


def _short(tokens: Tokens, at: int, text: str) -> bool:
    """Tell whether a full stop ends an abbreviation; a small word before a capital ends the sentence ("du col. La")."""
    if tokens.words[at - 1] not in _SHORT:
        return False
    return not (text[tokens.start(at - 1)].islower() and text[tokens.start(at + 1)].isupper())


def _initial(tokens: Tokens, at: int, text: str) -> bool:
    before = tokens.words[at - 1]
    return len(before) == 1 and at >= 2 and before.isalpha() and text[tokens.start(at - 1)].isupper()


_CLOSED = re.compile(r'[.!?]["\')\]]+\s+(?=[^a-z\W]|["\'(])')


def sentences(folded: Folded, text: str, words: Lexicon) -> list[Sentence]:
    """Return the sentences of one paragraph that hold a term, and can make a claim or name a speaker by it."""
    found: list[Sentence] = []
    whole = folded.text
    for start, end in _stretches(whole):
        part = pieces(whole, start, end)
        if not (_FIGURE.search(whole, start, end) or words.stirring.may(part.words)):
            continue
        tokens = part.placed(folded, start, end)
        size = len(part.words)
        if size <= MAX_TOKENS and not _STOP_INSIDE.search(whole, start, end):
            marks = words.marks(part.words)
            if marks:
                found.append(Sentence(tokens, marks))
            continue
        spans = _cut(tokens, folded, text, start, end)
        for a, b in spans:
            if len(spans) == 1 or words.stirring.has(part.words[a:b]):
                marks = words.marks(part.words[a:b])
                if marks:
                    found.append(Sentence(tokens.part(a, b), marks))
    return found


_FIGURE = re.compile(r"\d")
# Where a stop has anything behind it, the stretch may be of several sentences.
_STOP_INSIDE = re.compile(r"[.!?]\s*\S")
# A full stop behind a long word and before a blank ends a sentence whatever stands around it; no short form is longer.
_STOP = re.compile(r"\. +(?=[^\W_])")
_LONG_WORD = re.compile(r"[^\W\d_]{7}")
LONG_WORD = 7


def _stretches(folded: str) -> list[tuple[int, int]]:
    """Return stretches of whole sentences, so that one that tells nothing is left before its sentences are cut."""
    places = [0]
    for match in _STOP.finditer(folded):
        at = match.start()
        if at >= LONG_WORD and _LONG_WORD.match(folded, at - LONG_WORD, at):
            places.append(match.end())
    places.append(len(folded))
    return list(pairwise(places))


def _cut(tokens: Tokens, folded: Folded, text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the sentences of a stretch begin and end among its tokens."""
    cuts = [m.end() for m in _CLOSED.finditer(folded.text, start, end)]
    spans: list[tuple[int, int]] = []
    first = 0
    size = len(tokens.words)
    for cut in [*cuts, None]:
        last = first if cut else size
        while cut and last < size and tokens.folded_end(last) <= cut:
            last += 1
        parts = split(tokens, first, last, text)
        # `."` followed by a capital ends a sentence; folded text has none, so ask the original.
        if spans and parts and text[tokens.start(first)].islower():
            spans[-1] = (spans[-1][0], parts.pop(0)[1])
        spans += parts
        first = last
    return spans
