"""The tables of a language as one lookup: which classes of words stand where in a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise, zip_longest
from typing import NamedTuple

from corridor.errors import UsageError
from corridor.reports.text.fold import fold
from corridor.reports.text.language import languages, rows, small_of
from corridor.reports.text.patterns import endings_of, spelt_out, term_words
from corridor.reports.text.tree import Node
from corridor.reports.text.unwatched import unwatched

# Plain words first, because most tokens are; a word begins with a letter, everything else with a digit or by itself.
TOKEN = re.compile(
    r"[a-z]+(?![\w'])"
    r"|(?P<word>[\u0621-\u064a]+(?=\d)|[^\W\d_]+'(?=\w)|[^\W\d_][^\W_]*)"
    r"|(?P<date>\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}(?!\d))"
    r"|(?P<clock>\d{1,2}(?::|h| h )\d{2}(?::\d{2})?(?!\d)(?: ?[ap]\.?m\b\.?)?"
    r"|\d{1,2}(?:\.\d{2})? ?[ap]\.?m\b\.?|\d{1,2} ?h(?![\w/]))"
    r"|(?P<ordinal>\d+(?:st|nd|rd|th|eme|ere|er|e)\b)"
    r"|(?P<digits>\d{1,3}(?:(?P<sep>[ .,'])\d{3})(?:(?P=sep)\d{3})*(?![\d])(?:[.,]\d{1,2}(?!\d))?"
    r"|\d+(?:[.,]\d+)*)"
    r"|[^\w\s]|_"
)


class Mark(NamedTuple):
    """A term found: tokens `first` to `last` (exclusive), its class, and the value its row gives."""

    first: int
    last: int
    cls: str
    value: str


class _Found(NamedTuple):
    """What a word by itself is, the nodes from which longer terms go on, and the words that may come second."""

    single: tuple[tuple[str, str], ...]
    nodes: tuple[Node, ...]
    second: frozenset[str] | None


@cache
def _stirring_classes() -> frozenset[str]:
    """Return the classes of terms without which a sentence without digits makes no claim and names no speaker."""
    counts = [
        "NUM",
        "NONE",
        "NOBODY",
        "NOHURT",
        "UNKNOWNING",
        "DEAD",
        "INJURED",
        "MISSING",
        "SAY",
        "ACCORDING",
        "DENY",
        "HOWMANY",
        "CORRECT",
        "QUOTING",
        "ABOARD",
        "REMAIN",
        "DUTY",
    ]
    twos = (f"TWO_{unit}" for unit in ("PERSON", "STAFF", "VEHICLE", "CONVOY", "SHELTER", "TIMEUNIT"))
    return frozenset((*counts, *twos, *(row["cue"] for row in rows("rules", "events.csv"))))


_NOTHING = _Found((), (), frozenset())


class Lexicon:
    """The terms of one language, found in a list of tokens in one pass."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.prefixes: tuple[str, ...] = ()
        self.suffixes: tuple[str, ...] = ()
        self.duals: list[tuple[str, str, frozenset[str]]] = []
        self._future: dict[str, str] = {}
        self._persons: tuple[str, ...] = ()
        self._verbs: frozenset[str] = frozenset()
        self._root = Node()
        self._known: dict[str, _Found] = {}
        self._forms: dict[str, tuple[str, ...]] = {}
        self._stirring: dict[str, list[tuple[str, ...]]] = {}
        self._small = small_of(lang, "small")
        self._endings = endings_of(lang)
        # Words met so far: never part of a term that stirs, always one, or one where others stand with it.
        self._idle: set[str] = set()
        self._sure: set[str] = set()
        self._asked: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._pairs: dict[tuple[str, str], dict[tuple[str, ...], None]] = {}
        for row in rows(lang, "terms.csv"):
            self._add(row["class"], row["value"], row["terms"])
        for row in rows(lang, "numbers.csv"):
            self._add("NUM" if row["role"] in NUMBER_ROLES else row["role"].upper(), _number_value(row), row["terms"])

        for row in rows(lang, "calendar.csv"):
            self._add(
                {"month": "MONTH", "weekday": "WEEKDAY"}.get(row["role"], "RELATIVE_DAY"), row["value"], row["terms"]
            )

    def _add(self, cls: str, value: str, terms: str) -> None:
        if cls in ("PREFIX", "SUFFIX"):
            parts = tuple(fold(terms).text.split("|"))
            self.prefixes, self.suffixes = (parts, self.suffixes) if cls == "PREFIX" else (self.prefixes, parts)
            return
        if cls == "DUAL":
            # An ending, with what the word ends in for one of them: "-tan=h".
            for term in fold(terms).text.split("|"):
                ending, _, singular = term.partition("=")
                self.duals.append((ending, singular, frozenset(value.split(";"))))
            return
        if cls in ("IMPERFECT", "FUTURE"):
            self._add_tense(cls, value, fold(terms).text.split("|"))
            return
        stirring = cls in _stirring_classes() and not value.startswith("one:")
        for term in (spelt for pattern in fold(terms).text.split("|") for spelt in spelt_out(pattern, self._endings)):
            words = tuple(term_words(term))
            node = self._root
            for word in words:
                node = node.step(word)
            if (cls, value) not in node.terms:
                node.terms += ((cls, value),)
            if stirring:
                self._stirring.setdefault(self._rarest(words), []).append(words)

    def _rarest(self, words: tuple[str, ...]) -> str:
        """Return the word of a term that is least likely to stand in a text by chance."""
        return max(words, key=lambda word: (word not in self._small, len(word))) if len(words) > 1 else words[0]

    def _add_tense(self, cls: str, value: str, marks: list[str]) -> None:
        if cls == "IMPERFECT":
            # The letters of the persons of the present, for the classes of verbs whose past the tables have.
            self._persons, self._verbs = tuple(marks), frozenset(value.split(";"))
            return
        # A prefix with the letters that may follow it, or the endings of a future tense.
        self._future.update(dict.fromkeys(marks, fold(value).text))
        if value:
            self.prefixes += tuple(marks)

    def forms(self, word: str) -> tuple[str, ...]:
        """Return the word and its rests without the prefixes written together with it (Arabic wa-, bi-, al-)."""
        known = self._forms.get(word)
        if known is None:
            found = [word]
            for form in found:
                found += [
                    form[len(p) :]
                    for p in self.prefixes
                    if form.startswith(p)
                    and len(form) - len(p) >= _REST.get(p, 3)
                    and (p not in self._future or form[1] in self._future[p])
                    and form[len(p) :] not in found
                ]
            known = self._forms[word] = tuple(found)
        return known

    def _entries(self, word: str) -> _Found:
        known = self._known.get(word)
        if known is None:
            nodes = self._look_up(self.forms(word))
            if not nodes and self.suffixes:
                nodes = self._look_up(self._stems(word))
            single = list(dict.fromkeys(term for node in nodes for term in node.terms))
            if not single:
                single = self._dual(word) or self._imperfect(word)
            if self._future and any(cls in MOVING for cls, _ in single) and self._is_future(word):
                single.append(("PLAN", ""))
            longer = tuple(node for node in nodes if node.following or node.stems)
            open_ended = self.prefixes or any(node.stems for node in longer)
            second = None if open_ended else frozenset(after for node in longer for after in node.following)
            known = self._known[word] = _Found(tuple(single), longer, second) if nodes or single else _NOTHING
        return known

    def _look_up(self, forms: tuple[str, ...]) -> list[Node]:
        found: list[Node] = []
        for form in forms:
            node = self._root.following.get(form)
            if node:
                found.append(node)
            found += [
                self._root.stems[form[:size]] for size in range(1, len(form) + 1) if form[:size] in self._root.stems
            ]
        return found

    def _stems(self, word: str) -> tuple[str, ...]:
        """Return the forms of an unknown word without an ending of person, number or owner ("their evacuation")."""
        return tuple(
            form[: -len(ending)]
            for form in self.forms(word)
            for ending in self.suffixes
            if form.endswith(ending) and len(form) - len(ending) >= (4 if len(ending) == 1 else 3)
        )

    def _dual(self, word: str) -> list[tuple[str, str]]:
        """Return what two of a thing are by the ending of the word alone (the Arabic dual: "two fishermen")."""
        for form in self.forms(word):
            for ending, singular, classes in self.duals:
                stem = form.removesuffix(ending) + singular
                node = self._root.following.get(stem) if form.endswith(ending) and len(stem) >= DUAL_STEM else None
                found = [(f"TWO_{cls}", value) for cls, value in node.terms if cls in classes] if node else []
                if found:
                    return found
        return []

    def _imperfect(self, word: str) -> list[tuple[str, str]]:
        """Return what an unknown verb in the present is by its past: an Arabic person stands in front of the stem."""
        if not self._persons:
            return []
        bare = [form[1:] for form in (*self.forms(word), *self._stems(word)) if form[0] in self._persons]
        # "will pass" is no stem of "goes on", though its letters stand in it.
        stems = [form for form in bare if len(form) > VERB_STEM and form[0] not in self._future]
        stems += [f"ا{form}" for form in bare if len(form) >= VERB_STEM]
        nodes = [node for stem in stems if (node := self._root.following.get(stem))]
        found = [term for node in nodes for term in node.terms if term[0] in self._verbs and term[1] != "noun"]
        return list(dict.fromkeys(found))

    def _is_future(self, word: str) -> bool:
        """Tell whether a verb carries the prefix of the future ("they will leave" in one word)."""
        for mark, following in self._future.items():
            if not following and word.endswith(mark):
                return True
            bare = word.removeprefix("و").removeprefix("ف")
            if following and bare.startswith(mark) and bare[len(mark) : len(mark) + 1] in following:
                return True
        return False

    def stirs(self, words: list[str]) -> bool:
        """Tell whether words can hold a claim or a speaker at all: a digit, or the words of a term that makes one.

        Exact: a term of several words is asked for by its rarest word and the one beside it, and cannot stand without.
        """
        here = set(words)
        new = here.difference(self._idle, self._sure, self._asked)
        if new:
            self._sort(new)
        if not self._sure.isdisjoint(here):
            return True
        asked = self._asked.keys() & here
        beside = self._pairs.keys() & set(pairwise(words)) if self._pairs else ()
        if not asked and not beside:
            return False
        line = f" {' '.join(words)} "
        return any(self._stands(term, line) for word in asked for term in self._asked[word]) or any(
            self._stands(term, line) for pair in beside for term in self._pairs[pair]
        )

    def _sort(self, new: set[str]) -> None:
        """Put words that were not met before with those that stir, those that may, or those that never do."""
        if len(self._idle) + len(self._sure) > KEPT_WORDS:
            self._idle.clear()
            self._sure.clear()
        for word in new:
            terms = self._terms_of(word)
            if terms is None:
                self._idle.add(word)
            elif terms:
                self._asked[word] = terms
            else:
                self._sure.add(word)

    def may_stir(self, text: str) -> bool:
        """Tell whether folded text can hold a sentence that stirs, without cutting it into sentences."""
        return self.stirs(_WORDS.findall(text))

    def _stands(self, term: tuple[str, ...], line: str) -> bool:
        """Tell whether the words of a term may stand in a line of words set apart by blanks."""
        return all(needle in line for needle in term)

    def _needles(self, term: tuple[str, ...]) -> tuple[str, ...]:
        """Return what a line must hold for a term to stand in it: the words apart, or the term as one piece."""
        if self.prefixes or self.suffixes:
            return tuple(word.rstrip("*") for word in term)
        whole = " ".join(term)
        if "*" in whole[:-1]:
            return tuple(f" {word.rstrip('*')}" for word in term)
        return (f" {whole[:-1]}",) if whole[-1] == "*" else (f" {whole} ",)

    def _terms_of(self, word: str) -> tuple[tuple[str, ...], ...] | None:
        """Return the terms that a word may belong to: none at all, () where it makes one by itself."""
        if word[0].isdigit():
            return ()
        if self.duals and self._entries(word).single[:1] and self._entries(word).single[0][0].startswith("TWO_"):
            return ()
        if self._persons and any(cls in _stirring_classes() for cls, _ in self._entries(word).single):
            return ()
        forms = {word, *self.forms(word), *(self._stems(word) if self.suffixes else ())}
        stirring = self._stirring
        found = [term for form in forms for term in stirring.get(form, ())]
        found += [
            term for form in forms for size in range(1, len(form) + 1) for term in stirring.get(f"{form[:size]}*", ())
        ]
        if any(len(term) == 1 for term in found):
            return ()
        apart = [term for term in dict.fromkeys(found) if not self._paired(word, term)]
        return tuple(map(self._needles, apart)) or None

    def _paired(self, word: str, term: tuple[str, ...]) -> bool:
        """Keep a term by its rarest word and the one beside it, where both stand in a text as in the table."""
        if (
            word not in term
            or self.prefixes
            or self.suffixes
            or any(part[-1] == "*" or not part[0].isalpha() for part in term)
        ):
            return False
        at = term.index(word)
        pair = (word, term[at + 1]) if at + 1 < len(term) else (term[at - 1], word)
        self._pairs.setdefault(pair, {})[self._needles(term)] = None
        return True

    def forms_known(self, word: str) -> bool:
        """Tell whether a word is a term by itself."""
        return bool((self._known.get(word) or self._entries(word)).single)

    def marks(self, words: list[str]) -> list[Mark]:
        """Return the terms found, longest first at each place; a longer term hides the shorter ones inside it."""
        found: list[Mark] = []
        if len(self._known) > KEPT_WORDS:
            self._known.clear()
            self._forms.clear()
        known, until = self._known, 0
        for word in set(words).difference(known):
            self._entries(word)
        second = iter(words)
        next(second, None)
        for at, (entries, after) in enumerate(zip_longest(map(known.__getitem__, words), second)):
            if entries is _NOTHING or at < until:
                continue
            if entries.nodes and (entries.second is None or after in entries.second):
                end, terms = self._longest(words, at + 1, entries.nodes)
                if terms:
                    until = end
                    found += [_new(Mark, (at, end, cls, value)) for cls, value in terms]
                    continue
            for cls, value in entries.single:
                found.append(_new(Mark, (at, at + 1, cls, value)))
        return found

    def _longest(self, words: list[str], at: int, nodes: Sequence[Node]) -> tuple[int, list[tuple[str, str]]]:
        """Return where the longest term of several words that goes on at `at` ends, and its classes."""
        end, best, size = at, list[tuple[str, str]](), len(words)
        while at < size:
            word = words[at]
            if self.prefixes:
                forms = self.forms(word)
                nodes = [after for node in nodes for after in node.after(forms)]
            else:
                nodes = [
                    after for node in nodes for after in (node.after((word,)) if node.stems else _plain(node, word))
                ]
            if not nodes:
                break
            at += 1
            terms = [term for node in nodes for term in node.terms]
            if terms:
                end, best = at, terms
        return end, best


def _plain(node: Node, word: str) -> tuple[Node, ...]:
    after = node.following.get(word)
    return (after,) if after else ()


_new = tuple.__new__
# The words of a text as TOKEN cuts them; a digit stands for its number.
_WORDS = re.compile(r"[^\W\d_]+(?:'(?=\w))?|\d")
KEPT_WORDS = 100_000
# What a prefix may leave: "and six" leaves two letters, but most words that begin with another prefix's letter do not
# carry it; the future "s" stands before a verb in the present, which has four letters or more.
_REST = {"و": 2, "س": 4}
DUAL_STEM = 3
VERB_STEM = 3
MOVING = frozenset(("LEAVE", "EVAC", "ARRIVE", "RESUME", "START", "ROUTEVERB", "TAKEIN", "HOUSE", "CLOSED", "STOP"))
NUMBER_ROLES = ("one", "unit", "hundred", "thousand", "approx", "order")


def _number_value(row: dict[str, str]) -> str:
    return f"{row['role']}:{row['low']}:{row['high']}" if row["role"] in NUMBER_ROLES else row["role"]


@cache
def lexicon(lang: str) -> Lexicon:
    """Return the lexicon of a language, read once."""
    if lang not in languages():
        raise UsageError(f"no tables for language {lang!r}", hint="one of: " + ", ".join(languages()))
    with unwatched():
        return Lexicon(lang)
