"""The office and the name that stand beside one another, between commas."""

from __future__ import annotations

from corridor.reports.text.fold import fold
from corridor.reports.text.language import small, small_of
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.speakernames import MAX_NAME, STOP, name_of


def apposed(sentence: Sentence, text: str, end: int, lang: str) -> str:
    """Return the office with the name between commas behind it: "31 centres, the minister, Huda Maliki, told"."""
    words = sentence.words
    start = end - 1
    while start > 0 and words[start] not in STOP:
        start -= 1
    if words[start] != "," or not text[sentence.tokens.start(start + 1)].isupper():
        return ""
    actors = [m for m in sentence.of("ACTOR") if 0 < start - m.last + 1 <= APPOSED]
    if not actors:
        return ""
    office = actors[-1].first
    while office and words[office - 1] not in STOP and words[office - 1] not in small_of(lang, "determiner"):
        office -= 1
    first = office if actors[-1].first - office <= APPOSED else actors[-1].first
    whose = small_of(lang, "determiner") | small_of(lang, "preposition") | small("of")
    for actor in reversed(actors[:-1]):
        # "The spokesman of the ministry, Huda Maliki, told".
        between = words[actor.last : first]
        if 0 < len(between) <= GENITIVE and between[-1] in whose and STOP.isdisjoint(between):
            first = actor.first
    return name_of(sentence, text, first, end, lang)


def with_office(sentence: Sentence, text: str, name: str, end: int, lang: str) -> str:
    """Return a name with the office between commas behind it: "Ada Lind, a spokeswoman for the harbour board, said"."""
    words = sentence.words
    start = end - 1
    while start > 0 and words[start] not in STOP:
        start -= 1
    if not name or words[start] != "," or end - start > MAX_NAME:
        return name
    named = not fold(text[: sentence.tokens.end(start - 1)]).text.endswith(fold(name).text)
    offices = any(start < m.first < end for m in sentence.of("ACTOR")) or words[start + 1] in small("article")
    before = any(m.first < start for m in sentence.of("ACTOR"))
    says = any(start < m.first < end for m in sentence.of("SAY", "QUOTING", "ACCORDING")) or any(
        m.first == start + 1 for m in sentence.of("RELATIVE")
    )
    if named or before or not offices or says:
        return name
    office = name_of(sentence, text, start + 1, end, lang)
    return f"{name}, {text[sentence.tokens.start(start + 1) : sentence.tokens.end(end - 1)]}" if office else name


APPOSED = 5
GENITIVE = 3
