"""The patterns that a table writes its terms in, spelt out: choices, regular endings, stems."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from math import prod

from corridor.errors import UsageError
from corridor.reports.text.language import rows

_CHOICE = re.compile(r"\[([^\]]*)\]")


_REGULAR = re.compile(r"~(\w+)")
# A text is cut behind the apostrophe of "didn't": the table may write "didn' t".
_SHORT_FORM = re.compile(r"['’] (?=(?:s|t|ve|re|ll|d|m)\b)")


_PLAIN = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")


def endings_of(lang: str) -> dict[str, str]:
    """Return what the regular verbs of a language end in, by the mark that stands for it (`evacu~er`)."""
    found = (row for row in rows(lang, "language.csv") if row["role"].startswith("~"))
    return {row["role"][1:]: f"[{row['terms'].replace('|', ';')}]" for row in found}


def spelt_out(pattern: str, endings: dict[str, str]) -> list[str]:
    """Return the terms of a pattern: `[can;could] [;still] take` stands for "can take", "could still take" ...

    `~` and a mark stand for every ending of a regular verb, as language.csv gives them.
    """
    return Pattern(pattern, endings).spelt()


class Pattern:
    """Terms written as one pattern; the words of a large one are asked for before it is spelt out.

    A few patterns stand for most of the terms of a language, and a text holds words of few of them.
    """

    __slots__ = ("_parts", "_rarest", "_terms")

    def __init__(self, pattern: str, endings: dict[str, str]) -> None:
        if "~" in pattern:
            pattern = _REGULAR.sub(lambda match: endings[match.group(1)], pattern)
        parts = _CHOICE.split(pattern) if "[" in pattern else [pattern]
        self._parts = [part.split(";") if at % 2 else [part] for at, part in enumerate(parts)]
        self._terms: list[tuple[str, ...]] | None = None
        self._rarest: dict[str, list[tuple[str, ...]]] = {}

    @property
    def large(self) -> bool:
        """Tell whether it stands for far more terms than it has words."""
        return prod(map(len, self._parts)) > LARGE * sum(map(len, self._parts))

    def spelt(self) -> list[str]:
        """Return its terms in the order of the table."""
        if len(self._parts) == 1:
            return self._parts[0]
        return [" ".join("".join(chosen).split()) for chosen in product(*self._parts)]

    @property
    def terms(self) -> list[tuple[str, ...]]:
        """Return the words of its terms, spelt out once."""
        if self._terms is None:
            self._terms = [(term,) if term.isalpha() else term_words(term) for term in self.spelt()]
        return self._terms

    def of_rarest(self, word: str, rarest: Callable[[tuple[str, ...]], str]) -> list[tuple[str, ...]]:
        """Return the terms of which a word is the rarest."""
        if not self._rarest:
            for term in self.terms:
                self._rarest.setdefault(rarest(term), []).append(term)
        return self._rarest.get(word, [])

    def words(self) -> tuple[list[str], list[str]]:
        """Return the words that its terms begin with, and all their words, in the order of the table."""
        firsts: dict[str, None] = {}
        every: dict[str, None] = {}
        begun = {("", False): None}
        for part in (*self._parts, [" "]):
            ahead: dict[tuple[str, bool], None] = {}
            for (word, behind), alternative in product(begun, part):
                *ended, last = f"{word}{alternative}".split(" ")
                found = [token for whole in ended if whole for token in term_words(whole)]
                every.update(dict.fromkeys(found))
                if found and not behind:
                    firsts[found[0]] = None
                ahead[last, behind or bool(found)] = None
            begun = ahead
        return list(firsts), list(every)

    def never_only(self, small: frozenset[str]) -> bool:
        """Tell whether each of its terms surely has a word that is not one of the small words."""
        return any(all(self._whole(at, one) - small for one in part) for at, part in enumerate(self._parts))

    def _whole(self, at: int, alternative: str) -> set[str]:
        """Return the words of an alternative of a part that surely go on in no part beside it."""
        words = alternative.split(" ")
        if at and not (at % 2 and self._ends_word(at - 1, -1)):
            words = words[1:]
        if at + 1 < len(self._parts) and not (at % 2 and self._ends_word(at + 1, 0)):
            words = words[:-1]
        return set(filter(None, words))

    def _ends_word(self, at: int, side: int) -> bool:
        """Tell whether what stands between two choices, or at an end, parts the words on that side."""
        (between,) = self._parts[at]
        return between[side] == " " if between else at in (0, len(self._parts) - 1)


LARGE = 3


def term_words(term: str) -> tuple[str, ...]:
    """Split a folded term as a text is split, keeping the star that stands for any ending."""
    if _PLAIN.fullmatch(term):
        # Most terms are words and blanks; a text is cut as they are.
        return tuple(term.split())
    term = _SHORT_FORM.sub("'", term)
    words = re.findall(r"[^\W\d_]+'(?=\w|\Z)|[^\W_]+\*?|\*|[^\w\s*]", term.strip())
    if not words:
        raise UsageError(f"an empty term in {term!r}", hint="terms are separated by | and may end in *")
    return tuple(words)
