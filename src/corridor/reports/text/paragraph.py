"""One paragraph read alone: its sentences, who speaks in them and what they claim; offsets count within it."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from corridor.reports.text import attribution
from corridor.reports.text.claims import Claim, background
from corridor.reports.text.counts import count_claims
from corridor.reports.text.events import event_claims
from corridor.reports.text.fold import fold
from corridor.reports.text.lexicon import lexicon, rows
from corridor.reports.text.sentences import Sentence, sentences

KEPT = 512
MOOT = 0.5


class Told(NamedTuple):
    """What one sentence tells: its claims, its speakers as worded, and whether it stands in quotation marks."""

    sentence: Sentence
    claims: tuple[Claim, ...]
    speakers: tuple[attribution.Speaker, ...]
    quoted: bool


@lru_cache(maxsize=KEPT)
def read_paragraph(text: str, lang: str, year: int) -> tuple[Told, ...]:
    """Return what a paragraph tells; kept, because a live page is read again each time it grows."""
    folded = fold(text)
    words = lexicon(lang)
    if not words.may_stir(folded.text):
        return ()
    quotes = attribution.quotes(folded.text, 0, len(folded.text))
    if folded.dropped:
        quotes = [(folded.back(a), folded.back(b)) for a, b in quotes]
    found: list[Told] = []
    before: Claim | None = None
    hint = ""
    for sentence in sentences(folded, text, words):
        counted = (
            [background(sentence, claim, year) for claim in count_claims(sentence, before)]
            if sentence.numbered or any(cls in COUNTING or cls.startswith("TWO_") for cls in sentence.by)
            else []
        )
        if not sentence.of("CORRECT"):
            counted = [_hinted(claim, hint) for claim in counted]
        hint = _hint(sentence) or (hint if hint and counted and sentence.of("HOWMANY") else "")
        events = (
            [background(sentence, event, year) for event in event_claims(sentence, counted)]
            if sentence.has(event_cues())
            else []
        )
        claims = (*counted, *events)
        before = claims[-1] if claims else before
        quoted = any(a < sentence.end and b > sentence.start for a, b in quotes)
        found.append(Told(sentence, claims, tuple(attribution.speakers(sentence, text, lang)), quoted))
    return tuple(found)


COUNTING = frozenset(("NUM", "NONE", "NOBODY", "NOHURT", "UNKNOWNING", "ONE"))


@cache
def event_cues() -> frozenset[str]:
    """Return the classes of words that an event can begin with."""
    return frozenset(row["cue"] for row in rows("rules", "events.csv"))


_HINTS = {"ABOARD": "count_out", "EVAC": "count_out", "ARRIVE": "arrival", "REMAIN": "remaining"}


def _hint(sentence: Sentence) -> str:
    """Return what a few words of a log announce for the next: "Boarding complete. 402 people"."""
    asks = sentence.words[-1] == "?" and sentence.of("HOWMANY")
    if len(sentence.words) > 8 and not asks:
        return ""
    return next((_HINTS[mark.cls] for mark in sentence.marks if mark.cls in _HINTS), "")


def _hinted(claim: Claim, hint: str) -> Claim:
    if hint and claim.kind == "context" and claim.unit == "persons" and claim.confidence <= MOOT:
        return claim._replace(kind=hint, confidence=0.5, reason="the sentence before says what is counted")
    return claim
