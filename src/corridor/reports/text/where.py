"""Where: known sites with their spelling variants, else the place as worded."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

from corridor.reports.text.fold import fold
from corridor.reports.text.language import languages, rows, small
from corridor.reports.text.lexicon import Lexicon
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.stirring import KEPT_WORDS


class Gazetteer:
    """Names of places and the site each belongs to; `sites` are ids, or (id, name, name ...)."""

    def __init__(self, lang: str, sites: Iterable[str | tuple[str, ...]] = ()) -> None:
        self._names: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._begin: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {}
        for site in sites:
            names = (site,) if isinstance(site, str) else tuple(site)
            for name in (*names, *_spellings(names)):
                self._add(names[0], name)
        # The situation's own sites come first: where both know a name, the site gives its id.
        for place, terms in _known(lang):
            self._add(place, terms)

    def _add(self, place: str, name: str) -> None:
        words = tuple(_words(name))
        if words:
            self._names.setdefault(words[0], []).append((words, place))

    def find(self, sentence: Sentence, lexicon: Lexicon) -> list[tuple[int, int, str]]:
        """Return the known places of a sentence as (first, last, place)."""
        found: list[tuple[int, int, str]] = []
        if not lexicon.prefixes and self._names.keys().isdisjoint(sentence.words):
            return found
        begin = self._begin
        for word in set(sentence.words).difference(begin):
            begin[word] = tuple(name for form in lexicon.forms(word) for name in self._names.get(form, ()))
        for at, word in enumerate(sentence.words):
            for words, place in begin[word]:
                if tuple(sentence.words[at + 1 : at + len(words)]) == words[1:]:
                    found.append((at, at + len(words), place))
        if len(begin) > KEPT_WORDS:
            begin.clear()
        return found


@lru_cache(maxsize=8)
def gazetteer(lang: str, sites: tuple[str | tuple[str, ...], ...]) -> Gazetteer:
    """Return the gazetteer of a language and of some sites, made once."""
    return Gazetteer(lang, sites)


def _words(name: str) -> list[str]:
    return fold(name).text.replace("-", " - ").replace("'", "' ").split()


def _spellings(names: tuple[str, ...]) -> list[str]:
    """Return how a place is spelt in every language that knows it by one of its names."""
    folded = {fold(name).text for name in names}
    known = [row for lang in languages() for row in rows(lang, "places.csv")]
    keys = {row["key"] for row in known if folded & {row["key"], *fold(row["terms"]).text.split("|")}}
    return [term for row in known if row["key"] in keys for term in row["terms"].split("|")]


@cache
def _known(lang: str) -> tuple[tuple[str, str], ...]:
    return tuple((row["place"], term) for row in rows(lang, "places.csv") for term in row["terms"].split("|"))


def named(sentence: Sentence, text: str) -> list[int]:
    """Return where names stand behind a preposition of place, for places that nobody knows."""
    words, places = sentence.words, small("place")
    behind = [at for at, word in enumerate(words[:-1], 1) if word in places and words[at][0].isalpha()]
    if not behind:
        return []
    other = {m.first for m in sentence.of("WEEKDAY", "MONTH", "ACTOR", "PERSON")}
    return [
        at
        for at in behind
        if at not in other and text[sentence.tokens.start(at)].isupper() and not _surname(sentence, text, at)
    ]


def _surname(sentence: Sentence, text: str, at: int) -> bool:
    """Tell whether a name behind "de" is part of somebody's: a capital stands in front of both."""
    tokens = sentence.tokens
    particle = sentence.words[at - 1] in ("de", "d'", "of", "du") and at >= 2
    return (
        particle and sentence.words[at - 2].isalpha() and text[tokens.start(at - 2)].isupper() and _given(sentence, at)
    )


def _given(sentence: Sentence, at: int) -> bool:
    """Tell whether the word in front of "de" is no noun that the tables know ("le Comité de Genève")."""
    return not any(m.first <= at - 2 < m.last for m in sentence.marks)


def place_of(
    sentence: Sentence, text: str, first: int, last: int, known: list[tuple[int, int, str]], names: list[int], lang: str
) -> str:
    """Return the place of a claim: the known one nearest to it, else the name behind a preposition, as worded."""
    if known:
        return min(known, key=lambda k: min(abs(k[0] - last), abs(k[1] - first)))[2]
    if lang == "ar":
        return _worded_ar(sentence, text, first, last)
    if not names:
        return ""
    at = min(names, key=lambda k: min(abs(k - first), abs(k - last)))
    end = at + 1
    while end < len(sentence.words) and (
        text[sentence.tokens.start(end)].isupper() or (sentence.words[end] == "-" and end + 1 < len(sentence.words))
    ):
        end += 1
    return " ".join(text[sentence.tokens.start(at) : sentence.tokens.end(end - 1)].strip(" -").split())


def _worded_ar(sentence: Sentence, text: str, first: int, last: int) -> str:
    best, best_cost = "", 99
    for at in _areas(sentence):
        cost = min(abs(at - first), abs(at - last))
        if cost < best_cost:
            following = sentence.tokens[at + 1]
            if following.word[0].isalpha():
                best, best_cost = text[sentence.tokens.start(at) : following.end], cost
    return best


def _areas(sentence: Sentence) -> list[int]:
    """Return where a word such as "quarter" or "village" stands in front of another."""
    return [at for at, word in enumerate(sentence.words[:-1]) if _is_area(word)]


@lru_cache(maxsize=KEPT_WORDS)
def _is_area(word: str) -> bool:
    bare = word.removeprefix("ال").removeprefix("ب").removeprefix("ل")
    return bare in small("area") or word in small("area")
