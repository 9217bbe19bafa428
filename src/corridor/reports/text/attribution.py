"""Who says it: speech before, after and around a claim, nested sources, and pronouns that may have no antecedent."""

from __future__ import annotations

from typing import NamedTuple

from corridor.reports.text.apposition import apposed, with_office
from corridor.reports.text.language import small_of
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.speakernames import (
    PRONOUN,
    STOP,
    in_quotes,
    name_after,
    name_before,
    name_in,
    name_of,
    of_a_name,
    stop_after,
    without_to,
)

UNKNOWN = "unknown"
ARTICLE = "article"


class Speaker(NamedTuple):
    """A speaker of a sentence: the name as worded (or PRONOUN) and the term that makes them speak."""

    name: str
    cue: Mark


_BREAKS = frozenset(",;")
MAX_SPEAKERS = 8


def speakers(sentence: Sentence, text: str, lang: str) -> list[Speaker]:
    """Return who speaks in a sentence, in the order of their cues."""
    found: list[Speaker] = []
    said = [m for m in sentence.of("ACCORDING", "SAY", "ACCUSE", "DENY") if not of_a_name(sentence, text, m, lang)]
    if not said:
        return _label(sentence, text, lang)
    relayed = {mark.first for mark in sentence.of("QUOTING")}
    first_hand = [mark for mark in said if mark.first not in relayed]
    for mark in (first_hand or said)[:MAX_SPEAKERS]:
        name = ""
        if mark.cls == "ACCORDING":
            named = sentence.words[mark.last - 1].startswith("source")
            name = without_to(sentence, mark, name_after(sentence, text, mark.last - named, lang, loose=True))
            if named and not name:
                name = name_of(
                    sentence, text, mark.last - 1, stop_after(sentence, mark.last - 1, len(sentence.words)), lang
                )
        else:
            if found and found[-1].cue.first == mark.first:
                continue
            name = _of_verb(sentence, text, mark, lang)
        if name:
            found.append(Speaker(_nested(sentence, text, name, mark, lang), mark))
    return (found + _elliptic(sentence, text, found, lang)) or _label(sentence, text, lang)


def _label(sentence: Sentence, text: str, lang: str) -> list[Speaker]:
    """Return the office in front of a colon with which a line opens: "Weather service: gusts of 60 km/h"."""
    words = sentence.words
    colon = next((at for at in range(1, min(LABEL, len(words))) if words[at] == ":"), 0)
    begin = 1 if colon and sentence.kind(0) in ("digits", "clock") else 0
    while begin < colon and words[begin] in LEADING:
        begin += 1
    offices = [m for m in sentence.of("ACTOR") if m.first == begin and m.last <= colon]
    if not colon or not offices or colon + 1 >= len(words) or any(words[at] in STOP for at in range(begin, colon)):
        return []
    if any(m.cls in _NO_OFFICE and begin <= m.first < colon for m in sentence.marks):
        return []
    name = name_of(sentence, text, begin, colon, lang)
    return [Speaker(name, Mark(begin, colon, LABELLED, ""))] if name else []


LABEL = 8
LEADING = ("-", "•", "|")
LABELLED = "LABEL"
_NO_OFFICE = frozenset(
    ("EVAC", "DEAD", "INJURED", "ARRIVE", "REMAIN", "CAPACITY", "HOUSE", "BED", "HOWMANY", "DOCTYPE")
)


def _elliptic(sentence: Sentence, text: str, found: list[Speaker], lang: str) -> list[Speaker]:
    """Return who gives another figure without a verb of their own: "the mayor speaks of 900, the army of 400"."""
    if not found or found[0].cue.cls == "ACCORDING":
        return []
    words, more = sentence.words, []
    for mark in sentence.of("ACTOR"):
        start = mark.first
        while start and words[start - 1] in small_of(lang, "determiner"):
            start -= 1
        opens = start and words[start - 1] in _BREAKS.union(small_of(lang, "and"), small_of(lang, "while"))
        end = mark.last
        while end < len(words) and words[end] in small_of(lang, "figure"):
            end += 1
        number = end > mark.last and end < len(words) and _figure_at(sentence, end)
        if opens and number and mark.first > found[0].cue.last:
            name = name_of(sentence, text, mark.first, mark.last, lang)
            more += [Speaker(name, mark._replace(cls="SAY"))] if name else []
    return more


def _figure_at(sentence: Sentence, at: int) -> bool:
    """Tell whether a number or its hedge begins at a token."""
    if sentence.kind(at) == "digits":
        return True
    return any(m.first == at and (m.cls == "NUM" or m.cls.startswith("HEDGE_")) for m in sentence.marks)


def _of_verb(sentence: Sentence, text: str, mark: Mark, lang: str) -> str:
    if _passive(sentence, mark):
        by = [m for m in sentence.marks if m.cls == "BY" and mark.last <= m.first <= mark.last + 6]
        return name_after(sentence, text, by[0].last, lang) if by else ""
    if lang == "ar" and any(m.last == mark.first for m in sentence.of("RELATIVE")) and mark.cls != "SAY":
        # "The army, which accused the militia": who is accused says nothing.
        return name_before(sentence, text, mark, lang)
    if lang == "ar":
        return (
            name_after(sentence, text, mark.last, lang)
            or name_before(sentence, text, mark, lang)
            or _pronoun_ar(sentence, mark)
        )
    return _subject(sentence, text, mark, lang)


def _passive(sentence: Sentence, mark: Mark) -> bool:
    passive = sentence.of("PASSIVE")
    return bool(passive) and any(0 <= mark.first - m.last <= 1 for m in passive)


def _pronoun_ar(sentence: Sentence, mark: Mark) -> str:
    """Return the pronoun that an Arabic verb of speech holds when "that" follows it at once: "he said that"."""
    following = sentence.words[mark.last] if mark.last < len(sentence.words) else ""
    if following == "ان" and sentence.words[mark.last - 1] in small_of("ar", "impersonal"):
        # "It is expected that" is nobody's word.
        return ""
    if following == "من" and sentence.words[mark.last - 1] in small_of("ar", "warned"):
        # "And it had warned of winds".
        return PRONOUN
    return PRONOUN if following in ("ان", "انه", "انها", "انهم", ":") and mark.cls == "SAY" else ""


def _subject(sentence: Sentence, text: str, mark: Mark, lang: str) -> str:
    at, pronoun = mark.first - 1, False
    aux = {k for m in sentence.of("AUX", "NEG", "PLAN") for k in range(m.first, m.last)}
    prons = {k for m in sentence.of("PRON") for k in range(m.first, m.last)}
    prons |= {k for k in aux if sentence.words[k] in small_of(lang, "pronoun")}
    while at >= 0 and (at in aux or at in prons or sentence.words[at] in ("-", "t")):
        # "La Turquie a elle chiffré": a pronoun behind its auxiliary, without a hyphen, only stresses the subject.
        pronoun = pronoun or (at in prons and (at - 1 not in aux or sentence.words[at - 1] == "-"))
        at -= 1
    if at >= 0 and sentence.words[at] in small_of(lang, "and"):
        # "Desert Doctors, an aid group, asks for ten cars and says": the subject opens the sentence.
        return _opening(sentence, text, mark, lang)
    if at >= 0 and sentence.words[at] not in STOP:
        name = name_before(sentence, text, mark, lang, upto=at + 1)
        if name:
            return name
        return PRONOUN if pronoun else ""
    if pronoun:
        return PRONOUN
    at = _before_aside(sentence, at)
    if not pronoun:
        inverted = name_after(sentence, text, mark.last, lang)
        if inverted:
            return inverted
    if at >= 0 and sentence.words[at] == "," and not in_quotes(sentence, at):
        name = apposed(sentence, text, at, lang) or name_before(sentence, text, mark, lang, upto=at, wide=True)
        name = with_office(sentence, text, name, at, lang)
        if name:
            return name
    after = [m for m in sentence.marks if m.cls == "PRON" and m.first in (mark.last, mark.last + 1)]
    return PRONOUN if pronoun or after else ""


def _before_aside(sentence: Sentence, at: int) -> int:
    """Return the comma in front of a turn set between commas: "Ankara, de son cote, fait etat de"."""
    for mark in sentence.of("CONTRAST", "ASIDE"):
        if mark.last == at and mark.last > mark.first + 1 and mark.first and sentence.words[mark.first - 1] == ",":
            return mark.first - 1
    return at


def _opening(sentence: Sentence, text: str, mark: Mark, lang: str) -> str:
    """Return the subject with which a sentence opens: up to its first verb or comma."""
    verbs = ("AUX", "PASSIVE", "PLAN", "SAY", "NEED", "NEG", "CAPACITY", "EVAC", "LEAVE", "HOUSE", "ARRIVE")
    ends = [m.first for m in sentence.marks if m.cls in verbs and 0 < m.first < mark.first]
    ends += [at for at, word in enumerate(sentence.words[: mark.first]) if word in STOP]
    return name_in(sentence, text, 0, min(ends, default=mark.first), lang)


def _nested(sentence: Sentence, text: str, name: str, cue: Mark, lang: str) -> str:
    """Return `nearest / first` where one source quotes another."""
    for mark in sentence.of("QUOTING"):
        if mark.first != cue.first:
            other = name_after(sentence, text, mark.last, lang, loose=True)
            if other and other not in {PRONOUN, name}:
                return f"{other} / {name}" if mark.value == "by" else f"{name} / {other}"
    return name


def quotes(folded: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the stretches between quote marks of a block, in pairs as they come."""
    places: list[int] = []
    at = folded.find('"', start, end)
    while at >= 0:
        places.append(at)
        at = folded.find('"', at + 1, end)
    return list(zip(places[::2], places[1::2], strict=False))
