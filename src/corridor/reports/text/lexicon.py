"""The tables of a language as one lookup: which classes of words stand where in a text."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources
from itertools import product
from typing import NamedTuple

from corridor.errors import UsageError
from corridor.reports.text.fold import fold

TOKEN = re.compile(
    r"(?P<date>\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}(?!\d))"
    r"|(?P<clock>\d{1,2}(?::|h| h )\d{2}(?::\d{2})?(?!\d)(?: ?[ap]\.?m\b\.?)?"
    r"|\d{1,2} ?[ap]\.?m\b\.?|\d{1,2} ?h(?![\w/]))"
    r"|(?P<ordinal>\d+(?:st|nd|rd|th|eme|ere|er|e)\b)"
    r"|(?P<digits>\d{1,3}(?:(?P<sep>[ .,'])\d{3})(?:(?P=sep)\d{3})*(?![\d])(?:[.,]\d{1,2}(?!\d))?"
    r"|\d+(?:[.,]\d+)*)"
    r"|(?P<word>[\u0621-\u064a]+(?=\d)|[^\W\d_]+'(?=\w)|[^\W_]+|[^\w\s]|_)"
)


class Mark(NamedTuple):
    """A term found: tokens `first` to `last` (exclusive), its class, and the value its row gives."""

    first: int
    last: int
    cls: str
    value: str


class _Entry(NamedTuple):
    words: tuple[str, ...]
    cls: str
    value: str


class _Found(NamedTuple):
    """The terms that may begin with a word: alone, or with a second word, which most often rules them out at once."""

    single: tuple[tuple[str, str], ...]
    by_second: dict[str, list[_Entry]]
    any_second: tuple[_Entry, ...]
    longer: bool

    @classmethod
    def of(cls, entries: list[_Entry]) -> _Found:
        """Return the entries of one word, sorted by what must follow."""
        single = tuple(dict.fromkeys((e.cls, e.value) for e in entries if len(e.words) == 1))
        by_second: dict[str, list[_Entry]] = {}
        for entry in entries:
            if len(entry.words) > 1 and not entry.words[1].endswith("*"):
                by_second.setdefault(entry.words[1], []).append(entry)
        stars = tuple(e for e in entries if len(e.words) > 1 and e.words[1].endswith("*"))
        return cls(single, by_second, stars, bool(by_second or stars))


class Lexicon:
    """The terms of one language, found in a list of tokens in one pass."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.prefixes: tuple[str, ...] = ()
        self.suffixes: tuple[str, ...] = ()
        self._future: dict[str, str] = {}
        self._exact: dict[str, list[_Entry]] = {}
        self._begins: dict[str, list[_Entry]] = {}
        self._known: dict[str, _Found] = {}
        self._forms: dict[str, tuple[str, ...]] = {}
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
        if cls == "FUTURE":
            # A prefix with the letters that may follow it, or the endings of a future tense.
            self._future.update({term: fold(value).text for term in fold(terms).text.split("|")})
            if value:
                self.prefixes += tuple(fold(terms).text.split("|"))
            return
        for term in (spelt for pattern in terms.split("|") for spelt in _spelt_out(pattern)):
            words = tuple(_term_words(term))
            entry = _Entry(words, cls, value)
            table = self._begins if words[0].endswith("*") else self._exact
            table.setdefault(words[0].rstrip("*"), []).append(entry)

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
            found = self._look_up(self.forms(word))
            if not found and self.suffixes:
                found = self._look_up(self._stems(word))
            if self._future and any(entry.cls in MOVING for entry in found) and self._is_future(word):
                found.append(_Entry((word,), "PLAN", ""))
            known = self._known[word] = _Found.of(found)
        return known

    def _look_up(self, forms: tuple[str, ...]) -> list[_Entry]:
        found: list[_Entry] = []
        for form in forms:
            found += self._exact.get(form, ())
            for size in range(1, len(form) + 1):
                found += self._begins.get(form[:size], ())
        return found

    def _stems(self, word: str) -> tuple[str, ...]:
        """Return the forms of an unknown word without an ending of person, number or owner ("their evacuation")."""
        return tuple(
            form[: -len(ending)]
            for form in self.forms(word)
            for ending in self.suffixes
            if form.endswith(ending) and len(form) - len(ending) >= (4 if len(ending) == 1 else 3)
        )

    def _is_future(self, word: str) -> bool:
        """Tell whether a verb carries the prefix of the future ("they will leave" in one word)."""
        for mark, following in self._future.items():
            if not following and word.endswith(mark):
                return True
            bare = word.removeprefix("و").removeprefix("ف")
            if following and bare.startswith(mark) and bare[len(mark) : len(mark) + 1] in following:
                return True
        return False

    def forms_known(self, word: str) -> bool:
        """Tell whether a word is a term by itself."""
        return bool((self._known.get(word) or self._entries(word)).single)

    def _agrees(self, words: list[str], at: int, entry: _Entry) -> bool:
        for offset, wanted in enumerate(entry.words[1:], at + 1):
            if offset >= len(words):
                return False
            if wanted.endswith("*"):
                stem = wanted[:-1]
                if not any(form.startswith(stem) for form in self.forms(words[offset])):
                    return False
            elif words[offset] != wanted and wanted not in self.forms(words[offset]):
                return False
        return True

    def marks(self, words: list[str]) -> list[Mark]:
        """Return the terms found, longest first at each place; a longer term hides the shorter ones inside it."""
        found: list[Mark] = []
        at, size, known = 0, len(words), self._known
        while at < size:
            word = words[at]
            entries = known.get(word) or self._entries(word)
            step = 1
            if entries.longer and at + 1 < size:
                longest = self._longer(words, at, entries)
                for entry in longest:
                    step = len(entry.words)
                    found.append(Mark(at, at + step, entry.cls, entry.value))
            if step == 1:
                for cls, value in entries.single:
                    found.append(Mark(at, at + 1, cls, value))
            at += step
        return found

    def _longer(self, words: list[str], at: int, entries: _Found) -> list[_Entry]:
        """Return the longest terms of several words that begin here."""
        after = words[at + 1]
        fitting = list(entries.any_second)
        for form in self.forms(after) if self.prefixes else (after,):
            fitting += entries.by_second.get(form, ())
        fitting = [entry for entry in fitting if self._agrees(words, at, entry)]
        if not fitting:
            return []
        longest = max(len(entry.words) for entry in fitting)
        return [entry for entry in fitting if len(entry.words) == longest]


# What a prefix may leave: "and six" leaves two letters, but most words that begin with another prefix's letter do not
# carry it; the future "s" stands before a verb in the present, which has four letters or more.
_REST = {"و": 2, "س": 4}
MOVING = frozenset(("LEAVE", "EVAC", "ARRIVE", "RESUME", "START", "ROUTEVERB", "TAKEIN", "HOUSE", "CLOSED", "STOP"))
NUMBER_ROLES = ("one", "unit", "hundred", "thousand", "approx", "order")


def _number_value(row: dict[str, str]) -> str:
    return f"{row['role']}:{row['low']}:{row['high']}" if row["role"] in NUMBER_ROLES else row["role"]


_CHOICE = re.compile(r"\[([^\]]*)\]")


def _spelt_out(pattern: str) -> list[str]:
    """Return the terms of a pattern: `[can;could] [;still] take` stands for "can take", "could still take" ..."""
    parts = _CHOICE.split(pattern)
    if len(parts) == 1:
        return parts
    choices = [part.split(";") if at % 2 else [part] for at, part in enumerate(parts)]
    return [" ".join("".join(chosen).split()) for chosen in product(*choices)]


def _term_words(term: str) -> list[str]:
    """Split a term as a text is split, keeping the star that stands for any ending."""
    words = re.findall(r"[^\W\d_]+'(?=\w|\Z)|[^\W_]+\*?|[^\w\s*]", fold(term.strip()).text)
    if not words:
        raise UsageError(f"an empty term in {term!r}", hint="terms are separated by | and may end in *")
    return words


def rows(lang: str, name: str) -> list[dict[str, str]]:
    """Return the rows of a table of a language (or of `rules`, shared by all); no rows where it has no such table."""
    folder = resources.files("corridor.reports.text")
    path = folder.joinpath(name) if lang == "rules" else folder.joinpath("lang").joinpath(lang).joinpath(name)
    if not path.is_file():
        return []
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@cache
def small_of(lang: str, role: str) -> frozenset[str]:
    """Return the small words of a language for one role of its language.csv, folded."""
    found = (row["terms"] for row in rows(lang, "language.csv") if row["role"] == role)
    return frozenset(fold(word).text for terms in found for word in terms.split("|"))


@cache
def small(role: str) -> frozenset[str]:
    """Return the small words of every language for one role."""
    return frozenset(word for lang in languages() for word in small_of(lang, role))


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that have a folder."""
    folder = resources.files("corridor.reports.text").joinpath("lang")
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.joinpath("terms.csv").is_file()))


@cache
def lexicon(lang: str) -> Lexicon:
    """Return the lexicon of a language, read once."""
    if lang not in languages():
        raise UsageError(f"no tables for language {lang!r}", hint="one of: " + ", ".join(languages()))
    return Lexicon(lang)
