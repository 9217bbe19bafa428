"""One paragraph read alone: its sentences, who speaks in them and what they claim; offsets count within it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from operator import itemgetter
from typing import NamedTuple

from corridor.reports.report import Scope
from corridor.reports.text import attribution, terms, when
from corridor.reports.text.bare import find_unit
from corridor.reports.text.claims import NO_YEAR, Claim, Spoken, background, near
from corridor.reports.text.counts import EARLIER, OPENS, count_claims
from corridor.reports.text.deals import clause_claims, speaks_of_deal, with_numbers
from corridor.reports.text.eventrules import rules
from corridor.reports.text.events import event_claims
from corridor.reports.text.fold import fold
from corridor.reports.text.labels import is_label
from corridor.reports.text.language import small
from corridor.reports.text.later import schedule_claims, statement_claims
from corridor.reports.text.lexicon import lexicon
from corridor.reports.text.numbers import numbers
from corridor.reports.text.sentences import Sentence, sentences
from corridor.reports.text.tongues import tongue
from corridor.reports.text.units import TWOS
from corridor.reports.text.voices import nearest
from corridor.reports.text.where import gazetteer, named, place_of

KEPT = 512
MOOT = 0.5


class Told(NamedTuple):
    """What one sentence tells: its claims, its speakers as worded, and whether it stands in quotation marks.

    `asks` is the kind of the number that its question asks for, which the next message may answer.
    """

    claims: tuple[Spoken, ...]
    speakers: tuple[attribution.Speaker, ...]
    quoted: bool
    asks: str = ""


class Setting(NamedTuple):
    """What a paragraph is read with: the language, the day of its text (`UNDATED` where unknown), the known sites.

    `terms` tells that the paragraph is one of the terms that an agreement lists.
    """

    lang: str
    base: datetime
    sites: tuple[str | tuple[str, ...], ...]
    terms: bool = False


@lru_cache(maxsize=KEPT)
def read_paragraph(text: str, setting: Setting) -> tuple[Told, ...]:
    """Return what a paragraph tells; kept, because a live page is read again each time it grows."""
    folded = fold(text)
    lang, year = tongue(folded.text, setting.lang), NO_YEAR if setting.base == when.UNDATED else setting.base.year
    setting = setting if lang == setting.lang else setting._replace(lang=lang)
    words = lexicon(lang)
    quotes = attribution.quotes(folded.text, 0, len(folded.text))
    if folded.dropped:
        quotes = [(folded.back(a), folded.back(b)) for a, b in quotes]
    found: list[Told] = []
    begun: list[int] = []
    before: Claim | None = None
    hint = ""
    deal, corrects = 0, False
    for sentence in sentences(folded, text, words):
        counted = (
            [background(sentence, claim, year) for claim in count_claims(sentence, before)]
            if sentence.numbered or _may_count(sentence)
            else []
        )
        if not sentence.of("CORRECT"):
            counted = [_hinted(claim, hint) for claim in counted]
        counted = _set_right(counted) if corrects else counted
        corrects = not counted and _opens_correction(sentence)
        if hint and not counted and sentence.of("UNKNOWNING") and len(sentence.words) <= SHORT_ANSWER:
            counted = [_nobody_knows(sentence, hint)]
        elif not found and not counted and sentence.of("UNKNOWNING") and len(sentence.words) <= SHORT_ANSWER:
            counted = [_nobody_knows(sentence, ANSWER)]
        if hint and not counted and (sentence.numbered or sentence.of("NUM")) and len(sentence.words) <= SHORT_ANSWER:
            counted = _answer(sentence, hint)
        hint = _hint(sentence, counted) or (hint if hint and _goes_on(sentence, counted) else "")
        events = (
            [background(sentence, event, year) for event in event_claims(sentence, counted)]
            if _may_happen(sentence)
            else []
        )
        events = [event for event in events if not _of_a_name(sentence, text, event)]
        deal = DEAL_GOES_ON if speaks_of_deal(sentence) else deal - 1
        if sentence.of("DUTY"):
            counted, clauses = with_numbers(counted, clause_claims(sentence, counted, events, under=deal > 0))
            events = [*events, *clauses]
        if setting.terms:
            counted, events = terms.as_terms(sentence, counted, events)
        claims = (*counted, *events)
        before = next(
            (c for c in reversed(claims) if c.unit == "persons" and c.counted), claims[-1] if claims else before
        )
        claims += tuple(schedule_claims(sentence, counted))
        begins = _begun(sentence, quotes) if quotes else -1
        speakers = tuple(attribution.speakers(sentence, text, lang))
        if speakers and not claims:
            claims = tuple(statement_claims(sentence))
        begun.append(begins)
        asks = hint if hint and "?" in sentence.words[-2:] else ""
        found.append(Told(_spoken(sentence, text, claims, speakers, setting), speakers, begins >= 0, asks))
    return _backwards(found, begun) if quotes else tuple(found)


def _of_a_name(sentence: Sentence, text: str, event: Claim) -> bool:
    """Tell whether the weather of an event is a word of a proper name: "the Sunshine Skyway Bridge was closed"."""
    if event.kind != "weather" or event.counted:
        return False
    cues = [m for m in sentence.of("WEATHER") if event.first <= m.first < event.last and m.last == m.first + 1]
    starts = [sentence.tokens.start(at) for m in cues[:1] for at in (m.first, m.last) if at < len(sentence.words)]
    named = len(cues) == 1 and len(starts) == BOTH and all(text[at].isupper() for at in starts)
    return named and cues[0].first > 0 and not text[starts[0] : sentence.end].isupper()


BOTH = 2


def _opens_correction(sentence: Sentence) -> bool:
    """Tell whether a sentence begins by saying that something is set right."""
    return any(m.first <= OPENS for m in sentence.of("CORRECT"))


def _set_right(counted: list[Claim]) -> list[Claim]:
    """Return people counted behind a word of correction as what sets right the figure of an earlier line."""
    return [claim._replace(corrects=EARLIER) if claim.unit == "persons" else claim for claim in counted]


def _begun(sentence: Sentence, quotes: Sequence[tuple[int, int]]) -> int:
    """Return which quotation a sentence first stands in; -1 where it stands in none."""
    at = bisect_right(quotes, sentence.start, key=itemgetter(1))
    return at if at < len(quotes) and quotes[at][0] < sentence.end else -1


def _backwards(found: list[Told], begun: list[int]) -> tuple[Told, ...]:
    """Return the sentences with the speaker who is named where their quotation ends: "We left. It was cold," X said."""
    told = list(found)
    for at in range(len(told) - 2, -1, -1):
        one, after = told[at], told[at + 1]
        same = begun[at] >= 0 and begun[at] == begun[at + 1]
        if same and after.speakers and not one.speakers:
            said = tuple(spoken._replace(nearest=0) for spoken in one.claims)
            told[at] = one._replace(claims=said, speakers=after.speakers[:1])
    return tuple(told)


def _spoken(
    sentence: Sentence,
    text: str,
    claims: tuple[Claim, ...],
    speakers: tuple[attribution.Speaker, ...],
    setting: Setting,
) -> tuple[Spoken, ...]:
    """Return the claims of a sentence with what the sentence says of each."""
    if not claims:
        return ()
    lang, base = setting.lang, setting.base
    known = gazetteer(lang, setting.sites).find(sentence, lexicon(lang))
    names = [] if known else named(sentence, text)
    found = []
    for claim in claims:
        first, last = claim.first, claim.last
        found.append(
            Spoken(
                claim=claim,
                start=sentence.tokens.start(first),
                end=sentence.tokens.end(last - 1),
                words=frozenset(sentence.words[first:last]),
                place=place_of(sentence, text, first, last, known, names, lang),
                nearest=nearest(sentence, claim, speakers),
                observed=when.observed(sentence, first, last, base, lang) if base != when.UNDATED else base,
                worded=_worded(sentence, text, claim),
                tally=_tally(sentence, claim),
                waiting=claim.kind == "remaining" and near(sentence, first, last, "WAITING", within=6) is not None,
            )
        )
    return tuple(found)


def _worded(sentence: Sentence, text: str, claim: Claim) -> str:
    """Return what the text calls the people counted: "fighters and their families"."""
    first, last = claim.people
    tokens = sentence.tokens
    return " ".join(text[tokens.start(first) : tokens.end(last - 1)].split()) if first < last else ""


def _tally(sentence: Sentence, claim: Claim) -> Scope:
    if not claim.counted:
        return ""
    if near(sentence, claim.first, claim.last, "TOTAL", within=8):
        return "cumulative"
    return "daily" if near(sentence, claim.first, claim.last, "DAILY", within=8) else ""


# How many sentences behind a deal its clauses may stand.
DEAL_GOES_ON = 4
COUNTING = TWOS.union(("NONE", "NOBODY", "NOHURT", "UNKNOWNING"))
HURT = frozenset(("DEAD", "INJURED", "MISSING", "LOST"))


def _may_count(sentence: Sentence) -> bool:
    """Tell whether a sentence without digits can count: an article counts only who was hurt, or before a number."""
    by = sentence.by
    if not COUNTING.isdisjoint(by):
        return True
    if not HURT.isdisjoint(by) and not small("the").isdisjoint(sentence.words):
        return True
    if "NUM" not in by:
        return "ONE" in by and not HURT.isdisjoint(by)
    return not HURT.isdisjoint(by) or any(not m.value.startswith("one:") or m.last > m.first + 1 for m in by["NUM"])


@cache
def _needs() -> dict[str, frozenset[str]]:
    """Return, by the class of a cue, the classes one of which must stand with it; none where it may stand alone."""
    found: dict[str, frozenset[str]] = {}
    for cue, known in rules().items():
        alone = any(not rule.partners or "^" in rule.partners for rule in known)
        found[cue] = frozenset() if alone else frozenset(cls for rule in known for cls in rule.partners)
    return found


def _may_happen(sentence: Sentence) -> bool:
    """Tell whether an event can begin in a sentence: a cue, and something that it can happen to."""
    by, needs = sentence.by, _needs()
    if "INNER" in by:
        return True
    return any(not (needs[cls] and needs[cls].isdisjoint(by)) for cls in by.keys() & needs.keys())


# What answers a question that another paragraph asked, until it is known which.
ANSWER = "answer"
_HINTS = {"ABOARD": "count_out", "EVAC": "count_out", "ARRIVE": "arrival", "REMAIN": "remaining"}


SHORT_ANSWER = 24


def _nobody_knows(sentence: Sentence, kind: str) -> Claim:
    """Return the answer to a question for a number that nobody can give: "How many are left? No idea," he said."""
    mark = sentence.of("UNKNOWNING")[0]
    claim = Claim(mark.first, mark.last, kind, hedge="unknown", modality="unknown", unit="persons", group="all")
    return claim._replace(reason="nobody knows the number asked for before")


def _answer(sentence: Sentence, kind: str) -> list[Claim]:
    """Return the bare number that answers a question for one: "Who is left inside? The Red Cross says 300"."""
    if not sentence.has(frozenset(("SAY", "ACCORDING", "ACTOR", "ESTIMATE", "HOWMANY"))):
        return []
    bare = [n for n in numbers(sentence) if not is_label(sentence, n) and find_unit(sentence, n, None, None) is None]
    after = [sentence.words[n.last] if n.last < len(sentence.words) else "." for n in bare]
    if len(bare) != 1 or bare[0].article or max(bare[0].low or 0, bare[0].high or 0) < ENOUGH or after[0].isalpha():
        return []
    n = bare[0]
    claim = Claim(n.first, n.last, kind, n.low, n.high, n.hedge, unit="persons", group="all", confidence=0.5)
    return [claim._replace(reason="the number that the sentence before asks for")]


ENOUGH = 10
NOTED = 2


def _goes_on(sentence: Sentence, counted: list[Claim]) -> bool:
    """Tell whether a sentence still speaks of the number asked for: another source's count of it."""
    told = sentence.of("HOWMANY", "SAY", "ACCORDING", "ESTIMATE")
    return bool(counted and told) and all(claim.unit == "persons" for claim in counted)


def _hint(sentence: Sentence, counted: list[Claim]) -> str:
    """Return what a few words of a log announce for the next: "Boarding complete. 402 people"."""
    for claim in counted:
        if claim.hedge == "unknown":
            return claim.kind
    asks = bool(sentence.words[-1] in ("?", '"') and "?" in sentence.words[-2:] and sentence.of("HOWMANY"))
    # A log notes it without a mark: "Question from the governor on the number of those left".
    asks = asks or any(word in small("question") for word in sentence.words[:NOTED])
    if len(sentence.words) > 8 and not asks:
        return ""
    return next((_HINTS[mark.cls] for mark in sentence.marks if mark.cls in _HINTS), "")


def _hinted(claim: Claim, hint: str) -> Claim:
    if hint and claim.kind == "context" and claim.unit == "persons" and claim.confidence <= MOOT:
        return claim._replace(kind=hint, confidence=0.5, reason="the sentence before says what is counted")
    return claim
