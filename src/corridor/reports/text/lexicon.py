"""The tables of a language as one lookup: which classes of words stand where in a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import compress
from typing import NamedTuple

from corridor.errors import UsageError
from corridor.reports.text.fold import fold
from corridor.reports.text.language import languages, rows, small_of
from corridor.reports.text.patterns import Pattern, endings_of
from corridor.reports.text.stirring import KEPT_WORDS, Stirring
from corridor.reports.text.telling import accompanying, company_of_cues, stirring_classes
from corridor.reports.text.tree import Node, Tree
from corridor.reports.text.unwatched import unwatched


class Mark(NamedTuple):
    """A term found: tokens `first` to `last` (exclusive), its class, and the value its row gives."""

    first: int
    last: int
    cls: str
    value: str


class _Found(NamedTuple):
    """What a word by itself is, the nodes from which longer terms go on, and what may come second (None: a stem)."""

    single: tuple[tuple[str, str], ...]
    nodes: tuple[Node, ...]
    second: frozenset[str] | None


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
        self._tree = Tree()
        self._known: dict[str, _Found | None] = {}
        self._forms: dict[str, tuple[str, ...]] = {}
        self.stirring = Stirring(self)
        self._small = small_of(lang, "small")
        self._endings = endings_of(lang)
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
        self._add_terms((cls, value), fold(terms).text.split("|"))

    def _add_terms(self, entry: tuple[str, str], patterns: list[str]) -> None:
        cls, value = entry
        stirs = cls in stirring_classes() and not value.startswith("one:")
        needed, accompanies = company_of_cues().get(cls), cls in accompanying()
        for written in patterns:
            pattern = Pattern(written, self._endings)
            if pattern.large:
                self._add_large(pattern, entry, stirs=stirs, accompanies=accompanies)
                continue
            for words in pattern.terms:
                self._tree.add(words, entry)
                if needed and len(words) == 1 and words[0].isalpha():
                    self.stirring.add_lone(words[0], needed)
                elif stirs:
                    self.stirring.add(self._rarest(words), words)
                if accompanies:
                    self.stirring.add_company(self._rarest(words), cls)

    def _add_large(self, pattern: Pattern, entry: tuple[str, str], *, stirs: bool, accompanies: bool) -> None:
        """Add a pattern of many terms by its words; it is spelt out when a text holds one that matters."""
        firsts, every = pattern.words()
        for first in firsts:
            self._tree.add_large(first, pattern, entry)
        never_small = pattern.never_only(self._small)
        for word in every:
            if word == "*" or (never_small and word in self._small):
                continue
            if stirs:
                self.stirring.add_large(word, pattern, self._rarest)
            if accompanies:
                self.stirring.add_company(word, entry[0])

    def _rarest(self, words: tuple[str, ...]) -> str:
        """Return the word of a term that is least likely to stand in a text by chance: no small one, the longest."""
        small, rarest = self._small, ""
        for word in words:
            if len(word) > len(rarest) and word not in small:
                rarest = word
        return rarest or max(words, key=len)

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

    def _entries(self, word: str) -> _Found | None:
        """Return what a word is, or begins; None where it is no part of any term."""
        if word in self._known:
            return self._known[word]
        nodes = self._look_up(self.forms(word))
        whole = self._tree.of(word)
        # A term by itself is not also a shorter one behind a letter that may be a prefix: "adults" is no "cancelled".
        own = self._look_up((word, *self._bare(word))) if whole and whole.terms else nodes
        single = list(dict.fromkeys(term for node in own for term in node.terms))
        if not single and self.suffixes:
            stripped = self._look_up(self._stems(word))
            single = list(dict.fromkeys(term for node in stripped for term in node.terms))
            nodes += stripped
        if not single:
            single = self._dual(word) or self._imperfect(word) or self._denied(word) or self._plural(word)
        if not single and _ROAD.fullmatch(word):
            single = [("ROAD", "")]
        if self._future and any(cls in MOVING for cls, _ in single) and self._is_future(word):
            single.append(("PLAN", ""))
        longer = tuple(node for node in nodes if node.following or node.stems)
        stems = any(node.stems for node in longer)
        second = None if stems else frozenset(after for node in longer for after in node.following)
        known = self._known[word] = _Found(tuple(single), longer, second) if longer or single else None
        return known

    def _bare(self, word: str) -> list[str]:
        """Return a word without the prefixes of more than one letter (the Arabic article) that it begins with."""
        return [word[len(p) :] for p in self.prefixes if len(p) > 1 and word.startswith(p) and len(word) - len(p) > 1]

    def _look_up(self, forms: tuple[str, ...]) -> list[Node]:
        found: list[Node] = []
        for form in forms:
            node = self._tree.of(form)
            if node:
                found.append(node)
            found += self._tree.of_stems(form)
        return found

    def _stems(self, word: str) -> tuple[str, ...]:
        """Return the forms of an unknown word without an ending of person, number or owner ("their evacuation")."""
        return tuple(
            form[: -len(ending)]
            for form in self.forms(word)
            for ending in self.suffixes
            if form.endswith(ending)
            and len(form) - len(ending) >= (4 if len(ending) == 1 and ending != ACCUSATIVE else 3)
        )

    def _dual(self, word: str) -> list[tuple[str, str]]:
        """Return what two of a thing are by the ending of the word alone (the Arabic dual: "two fishermen")."""
        for form in self.forms(word):
            for ending, singular, classes in self.duals:
                stem = form.removesuffix(ending) + singular
                node = self._tree.of(stem) if form.endswith(ending) and len(stem) >= DUAL_STEM else None
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
        # Spoken passives: "it-got-closed", "he-got-hurt".
        passive = [form[2:] for form in (*self.forms(word), *self._stems(word)) if form.startswith(_PASSIVE)]
        stems += [stem for form in passive if len(form) >= VERB_STEM for stem in (form, f"ا{form}")]
        nodes = [node for stem in stems if (node := self._tree.of(stem))]
        found = [term for node in nodes for term in node.terms if term[0] in self._verbs and term[1] != "noun"]
        return list(dict.fromkeys(found))

    def _plural(self, word: str) -> list[tuple[str, str]]:
        """Return what an Arabic verb is whose plural lacks its silent last letter, as chats spell it."""
        if not (self._persons and word.endswith(PLURAL)):
            return []
        return [term for node in self._look_up(self.forms(word + ACCUSATIVE)) for term in node.terms]

    def _denied(self, word: str) -> list[tuple[str, str]]:
        """Return what a spoken Arabic verb is that a "sh" behind it denies: "it-did-not-arrive" in one word."""
        if not (self._persons and word.endswith(DENIED)):
            return []
        forms = self.forms(word[:-1])
        rests = [form.removeprefix("م").removeprefix("ا") if form.startswith("م") else form for form in forms]
        rests += [form[1:] for form in rests if form.startswith("ب")]
        found = []
        for form in rests:
            if len(form) >= VERB_STEM:
                known = (*self._single(form), *(self._imperfect(form) if not self._single(form) else ()))
                found += [term for term in known if term[0] in MOVING and term[1] != "noun"]
        return [*dict.fromkeys(found), ("NEG", "")] if found else []

    def _is_future(self, word: str) -> bool:
        """Tell whether a verb carries the prefix of the future ("they will leave" in one word)."""
        for mark, following in self._future.items():
            if not following and word.endswith(mark):
                return True
            bare = word.removeprefix("و").removeprefix("ف")
            if following and bare.startswith(mark) and bare[len(mark) : len(mark) + 1] in following:
                return True
        return False

    def looks_for(self, word: str) -> tuple[str, ...]:
        """Return the forms in which a word may stand in the tables."""
        return (*self.forms(word), *self._stems(word)) if self.suffixes else self.forms(word)

    def stirs_alone(self, word: str) -> bool:
        """Tell whether a word stirs by its form, though no term of the tables is spelt so."""
        if not (self.duals or self._persons):
            return False
        single = self._single(word)
        if self.duals and single and single[0][0].startswith("TWO_"):
            return True
        return bool(self._persons) and any(cls in stirring_classes() for cls, _ in single)

    def forms_known(self, word: str) -> bool:
        """Tell whether a word is a term by itself."""
        return bool(self._single(word))

    def _single(self, word: str) -> tuple[tuple[str, str], ...]:
        known = self._entries(word)
        return known.single if known else ()

    def marks(self, words: list[str]) -> list[Mark]:
        """Return the terms found, longest first at each place; a longer term hides the shorter ones inside it."""
        found: list[Mark] = []
        known, until, size, prefixed = self._known, 0, len(words), bool(self.prefixes)
        try:
            entries = [known[word] for word in words]
        except KeyError:
            entries = self._meet(words)
        for at, entry in compress(enumerate(entries), entries):
            if at < until or entry is None:
                continue
            single, nodes, second = entry
            after = words[at + 1] if nodes and at + 1 < size else ""
            if after and (second is None or after in second or (prefixed and not second.isdisjoint(self.forms(after)))):
                end, terms = self._longest(words, at + 1, nodes)
                if terms:
                    until = end
                    for cls, value in terms:
                        found.append(_new(Mark, (at, end, cls, value)))
                    if prefixed:
                        found += self._inside(words, at, end)
                    continue
            for cls, value in single:
                found.append(_new(Mark, (at, at + 1, cls, value)))
        return found

    def _inside(self, words: list[str], at: int, end: int) -> list[Mark]:
        """Return what moves, or is moved on, inside a longer Arabic term, where the verb stands before its subject."""
        inner = (k for k in range(at + 1, end))
        return [Mark(k, k + 1, INNER, cls) for k in inner for cls, _ in self._single(words[k]) if cls in _SUBJECTS]

    def _meet(self, words: list[str]) -> list[_Found | None]:
        """Return the entries of words of which some were not met before."""
        if len(self._known) > KEPT_WORDS:
            self._known.clear()
            self._forms.clear()
        return [self._entries(word) for word in words]

    def _longest(self, words: list[str], at: int, nodes: Sequence[Node]) -> tuple[int, Sequence[tuple[str, str]]]:
        """Return where the longest term of several words that goes on at `at` ends, and its classes."""
        end, size = at, len(words)
        best: Sequence[tuple[str, str]] = ()
        while at < size:
            word = words[at]
            forms = self.forms(word) if self.prefixes else (word,)
            ahead: list[Node] = []
            for node in nodes:
                if node.stems or self.prefixes:
                    ahead += node.after(forms)
                elif word in node.following:
                    ahead.append(node.following[word])
            if not ahead:
                break
            nodes, at = ahead, at + 1
            terms = ahead[0].terms if len(ahead) == 1 else [term for node in ahead for term in node.terms]
            if terms:
                end, best = at, terms
        return end, best


_new = tuple.__new__
# Roads are named by a letter and a number: the A1173, the C12, the RN4.
_ROAD = re.compile(r"(?:[abcdemn]|rn|sr|cr|nh)\d{1,4}")
# What a prefix may leave: "and six" leaves two letters, but most words that begin with another prefix's letter do not
# carry it; the future "s" stands before a verb in the present, which has four letters or more.
_REST = {"و": 2, "ال": 2, "س": 4, "ه": 4, "ح": 4}
_PASSIVE = ("ات", "ان")
INNER = "INNER"
_SUBJECTS = frozenset(("CONVOY", "VEHICLE", "OPERATION", "ROAD", "SHELTER", "PERSON"))
DUAL_STEM = 3
VERB_STEM = 3
ACCUSATIVE = "ا"
DENIED = "ش"
PLURAL = "و"
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
