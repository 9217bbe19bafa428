"""Tokens and sentences of a block, with offsets into the whole text."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from corridor.reports.text.fold import Folded
from corridor.reports.text.lexicon import TOKEN, Lexicon, Mark


class Token(NamedTuple):
    """One token: its folded form, its kind (date, clock, ordinal, digits, word) and its place in the text."""

    word: str
    kind: str
    start: int
    end: int


class Sentence(NamedTuple):
    """A sentence as tokens and the terms found in them."""

    tokens: list[Token]
    words: list[str]
    marks: list[Mark]

    @property
    def start(self) -> int:
        """Return where the sentence begins in the text."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """Return where it ends."""
        return self.tokens[-1].end

    def of(self, *classes: str) -> list[Mark]:
        """Return the marks of some classes, in order."""
        return [mark for mark in self.marks if mark.cls in classes]


_SHORT = frozenset(
    re.split(
        r"\|",
        "m|mm|mr|mrs|ms|dr|st|no|n|env|sgt|lt|col|gen|gov|sen|rep|approx|vs|etc|art|p|pp|prof|mme|mlle|av|ste|jr|km"
        "|min|max|inc",
    )
)
MAX_TOKENS = 250


def tokens_of(folded: Folded, start: int, end: int) -> list[Token]:
    """Return the tokens of a stretch of the folded text, placed in the original."""
    found = []
    plain = not folded.dropped
    for match in TOKEN.finditer(folded.text, start, end):
        a, b = match.span()
        kind = match.lastgroup or "word"
        if kind == "sep":
            kind = "digits"
        if not plain:
            a, b = folded.back(a), folded.back_end(b)
        found.append(Token(match.group(), kind, a, b))
    return found


def split(tokens: list[Token], text: str) -> list[list[Token]]:
    """Cut tokens into sentences at full stops that end one; a quotation that goes on is not cut from its speaker."""
    found: list[list[Token]] = []
    current: list[Token] = []
    size = len(tokens)
    for at, token in enumerate(tokens):
        current.append(token)
        closes = (
            token.kind == "clock"
            and token.word.endswith(".")
            and at + 1 < size
            and text[tokens[at + 1].start].isupper()
        )
        if closes or (token.word in ".!?" and _ends(tokens, at, size, text)) or len(current) >= MAX_TOKENS:
            found.append(current)
            current = []
    if current:
        if found and all(not token.word[0].isalnum() for token in current):
            found[-1] += current
        else:
            found.append(current)
    return found


def _ends(tokens: list[Token], at: int, size: int, text: str) -> bool:
    if at + 1 >= size:
        return True
    after = tokens[at + 1]
    if after.start == tokens[at].end and after.word not in "\"')]":
        return False
    if tokens[at].word == "." and at and (_short(tokens, at, text) or _initial(tokens, at, text)):
        return False
    if after.word in "\"')]" and after.start == tokens[at].end:
        # The quotation ends here; its speaker may follow in the same sentence.
        return False
    return not (tokens[at].word in "!?" and text[after.start].islower())


def _short(tokens: list[Token], at: int, text: str) -> bool:
    """Tell whether a full stop ends an abbreviation; a small word before a capital ends the sentence ("du col. La")."""
    before, after = tokens[at - 1], tokens[at + 1]
    return before.word in _SHORT and not (text[before.start].islower() and text[after.start].isupper())


def _initial(tokens: list[Token], at: int, text: str) -> bool:
    before = tokens[at - 1]
    return len(before.word) == 1 and text[before.start].isupper() and before.word.isalpha() and at >= 2


_CLOSED = re.compile(r'[.!?]["\')\]]+\s+(?=[^a-z\W]|["\'(])')


def sentences(folded: Folded, text: str, words: Lexicon) -> list[Sentence]:
    """Return the sentences of one paragraph."""
    start, end = 0, len(folded.text)
    found: list[Sentence] = []
    pieces = [start, *(m.end() for m in _CLOSED.finditer(folded.text, start, end)), end]
    for a, b in pairwise(pieces):
        # `."` followed by a capital ends a sentence; folded text has none, so ask the original.
        if found and a != start and not _capital(text, folded.back(a)):
            tail = tokens_of(folded, a, b)
            parts = split(tail, text)
            if parts:
                joined = found[-1].tokens + parts[0]
                found[-1] = _sentence(joined, words)
                found += [_sentence(part, words) for part in parts[1:]]
            continue
        found += [_sentence(part, words) for part in split(tokens_of(folded, a, b), text)]
    return found


def _capital(text: str, at: int) -> bool:
    char = text[at : at + 1]
    return not char.islower()


def _sentence(tokens: list[Token], words: Lexicon) -> Sentence:
    folded = [token.word for token in tokens]
    return Sentence(tokens, folded, words.marks(folded))
