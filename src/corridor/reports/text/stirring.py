"""Which words can make a sentence tell something: a claim or a speaker. Most sentences of a story hold none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Protocol

from corridor.reports.text.patterns import Pattern

KEPT_WORDS = 100_000
_Needles = tuple[str, ...]


class Words(Protocol):
    """What is asked of the terms of a language."""

    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]

    def looks_for(self, word: str) -> Iterable[str]:
        """Return the forms in which a word may stand in the tables."""
        ...

    def stirs_alone(self, word: str) -> bool:
        """Tell whether a word stirs by its form, though no term of the tables is spelt so."""
        ...


class Stirring:
    """The terms that can make a claim or a speaker, and the words met so far by whether they belong to one.

    Exact: a term of several words is asked for by its rarest word and the one beside it, and cannot stand without.
    """

    def __init__(self, words: Words) -> None:
        self._words = words
        # Terms by their rarest word, whole or begun, and those words that are a term by themselves.
        self._terms: dict[str, list[tuple[str, ...]]] = {}
        self._begun: dict[str, list[tuple[str, ...]]] = {}
        self._alone: set[str] = set()
        self._alone_begun: set[str] = set()
        self._large: dict[str, list[tuple[Pattern, Callable[[tuple[str, ...]], str]]]] = {}
        self._sizes: set[int] = set()
        self._met: set[str] = set()
        self._points: set[str] = set()
        # Words that make a term by themselves, and those that make one where others stand with them or beside them.
        self._sure: set[str] = set()
        self._asked: dict[str, tuple[_Needles, ...]] = {}
        self._beside: dict[str, set[str]] = {}
        # Everyday words that tell something only beside a term of some classes ("in" beside a bus), and these classes.
        self._lone: dict[str, frozenset[str]] = {}
        self._company: dict[str, set[str]] = {}
        self._company_begun: dict[str, set[str]] = {}
        self._needing: dict[str, frozenset[str]] = {}
        self._classes: dict[str, set[str]] = {}
        self._pairs: dict[tuple[str, str], dict[_Needles, None]] = {}

    def add(self, rarest: str, term: tuple[str, ...]) -> None:
        """Keep a term by its rarest word."""
        if rarest[-1] == "*":
            rarest, terms, alone = rarest[:-1], self._begun, self._alone_begun
            self._sizes.add(len(rarest))
        else:
            terms, alone = self._terms, self._alone
        if len(term) == 1:
            alone.add(rarest)
        elif rarest in terms:
            terms[rarest].append(term)
        else:
            terms[rarest] = [term]

    def add_large(self, word: str, pattern: Pattern, rarest: Callable[[tuple[str, ...]], str]) -> None:
        """Keep a pattern by a word that may be the rarest of some of its terms."""
        if word[-1] == "*":
            self._sizes.add(len(word) - 1)
        self._large.setdefault(word, []).append((pattern, rarest))

    def _spell_out(self, word: str) -> None:
        """Keep those terms of large patterns of which a word is the rarest."""
        for pattern, rarest in self._large.pop(word):
            for term in pattern.of_rarest(word, rarest):
                self.add(word, term)

    def add_lone(self, word: str, needed: frozenset[str]) -> None:
        """Keep a word that tells something only where a term of one of some classes stands with it."""
        self._lone[word] = needed | self._lone.get(word, frozenset())

    def add_company(self, rarest: str, cls: str) -> None:
        """Keep the rarest word of a term that lets such words tell something."""
        if rarest[-1] == "*":
            rarest, company = rarest[:-1], self._company_begun
            self._sizes.add(len(rarest))
        else:
            company = self._company
        company.setdefault(rarest, set()).add(cls)

    def may(self, words: Sequence[str]) -> bool:
        """Tell whether a stretch without figures can hold a sentence that stirs, wherever its sentences end."""
        here = set(words)
        here -= self._points
        if not here <= self._met:
            points = {word for word in here - self._met if not word[0].isalnum()}
            self._points |= points
            here -= points
            self._meet(here)
        if not self._sure.isdisjoint(here):
            return True
        if not self._needing.keys().isdisjoint(here) and self._accompanied(here):
            return True
        if self._asked.keys().isdisjoint(here) and not self._has_pair(here):
            return False
        return self._stands(words, here)

    def has(self, words: Sequence[str]) -> bool:
        """Tell whether a sentence can hold a claim or a speaker at all: a figure, or the words of a term that stirs."""
        here = set(words)
        if not here <= self._met:
            if any(word[0].isdigit() for word in here - self._met):
                return True
            self._meet(here)
        if not self._sure.isdisjoint(here):
            return True
        if not self._needing.keys().isdisjoint(here) and self._accompanied(here):
            return True
        if self._asked.keys().isdisjoint(here) and not self._has_pair(here):
            return False
        return self._stands(words, here)

    def _accompanied(self, here: set[str]) -> bool:
        """Tell whether a word that tells something in company only has it."""
        with_it: set[str] = set()
        for word in self._classes.keys() & here:
            with_it |= self._classes[word]
        return any(not self._needing[word].isdisjoint(with_it) for word in self._needing.keys() & here)

    def _has_pair(self, here: set[str]) -> bool:
        """Tell whether a word is here that makes terms with the one beside it, and such a one."""
        return any(not self._beside[word].isdisjoint(here) for word in self._beside.keys() & here)

    def _stands(self, words: Sequence[str], here: set[str]) -> bool:
        """Tell whether a term of several words may stand among words."""
        asked = self._asked.keys() & here
        beside = self._pairs.keys() & set(pairwise(words)) if self._pairs else ()
        if not asked and not beside:
            return False
        line = f" {' '.join(words)} "
        return any(_holds(line, term) for word in asked for term in self._asked[word]) or any(
            _holds(line, term) for pair in beside for term in self._pairs[pair]
        )

    def _meet(self, here: set[str]) -> None:
        """Put words that were not met before with those that stir, those that may, or those that never do."""
        if len(self._met) > KEPT_WORDS:
            self._met = set(self._asked)
            self._sure.clear()
            self._met |= self._needing.keys() | self._classes.keys()
        for word in here - self._met:
            forms, begun = self._spelt(word)
            self._keep_company(word, forms, begun)
            terms = self._terms_of(word, forms, begun)
            if terms:
                self._asked[word] = tuple(map(self._needles, terms))
            elif terms is not None:
                self._sure.add(word)
        self._met |= here

    def _spelt(self, word: str) -> tuple[set[str], set[str]]:
        """Return how a word may be spelt in the tables, and what it may be the beginning of."""
        forms = set(self._words.looks_for(word))
        return forms, {form[:size] for form in forms for size in self._sizes if size <= len(form)}

    def _keep_company(self, word: str, forms: set[str], begun: set[str]) -> None:
        """Keep what a word needs beside it to tell something, and of which classes it is itself."""
        needed = [self._lone[form] for form in forms & self._lone.keys()]
        if needed:
            self._needing[word] = frozenset().union(*needed)
        classes = [self._company[form] for form in forms & self._company.keys()]
        classes += [self._company_begun[form] for form in begun & self._company_begun.keys()]
        if classes:
            self._classes[word] = set().union(*classes)

    def _terms_of(self, word: str, forms: set[str], begun: set[str]) -> tuple[tuple[str, ...], ...] | None:
        """Return the terms that a word may belong to: none at all, () where it makes one by itself."""
        if word[0].isdigit() or self._words.stirs_alone(word):
            return ()
        for large in (*(forms & self._large.keys()), *({f"{form}*" for form in begun} & self._large.keys())):
            self._spell_out(large)
        if not (self._alone.isdisjoint(forms) and self._alone_begun.isdisjoint(begun)):
            return ()
        found = [term for form in forms for term in self._terms.get(form, ())]
        found += [term for form in begun for term in self._begun.get(form, ())]
        return tuple(term for term in dict.fromkeys(found) if not self._paired(word, term)) or None

    def _needles(self, term: tuple[str, ...]) -> _Needles:
        """Return what a line must hold for a term to stand in it: the words apart, or the term as one piece."""
        if self._words.prefixes or self._words.suffixes:
            return tuple(word.rstrip("*") for word in term)
        whole = " ".join(term)
        if "*" in whole[:-1]:
            return tuple(f" {word.rstrip('*')}" for word in term)
        return (f" {whole[:-1]}",) if whole[-1] == "*" else (f" {whole} ",)

    def _paired(self, word: str, term: tuple[str, ...]) -> bool:
        """Keep a term by its rarest word and the one beside it, where both stand in a text as in the table."""
        if (
            word not in term
            or self._words.prefixes
            or self._words.suffixes
            or any(part[-1] == "*" or not part[0].isalpha() for part in term)
        ):
            return False
        at = term.index(word)
        before, after = (at, at + 1) if at + 1 < len(term) else (at - 1, at)
        self._pairs.setdefault((term[before], term[after]), {})[self._needles(term)] = None
        self._beside.setdefault(word, set()).add(term[after if before == at else before])
        return True


def _holds(line: str, term: _Needles) -> bool:
    """Tell whether the words of a term may stand in a line of words set apart by blanks."""
    return all(needle in line for needle in term)
