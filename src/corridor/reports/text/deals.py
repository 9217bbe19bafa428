"""What a deal obliges: the clauses that a word of duty opens, where a deal is spoken of or a list of terms is read."""

from __future__ import annotations

from corridor.reports.text.claims import Claim
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence

_OF_A_DEAL = frozenset(("DEAL", "TRUCE", "UNDERDEAL", "AGREED", "INRETURN"))


def speaks_of_deal(sentence: Sentence) -> bool:
    """Tell whether a sentence names a deal, a truce or their terms."""
    return sentence.has(_OF_A_DEAL)


def clause_claims(sentence: Sentence, counted: list[Claim], events: list[Claim], *, under: bool) -> list[Claim]:
    """Return the clauses of a deal that no claim carries yet; `under` tells that a deal is spoken of."""
    found: list[Claim] = []
    for mark in sentence.of("DUTY"):
        first, _ = _clause(sentence, mark)
        that = _agreed_that(sentence, mark, first)
        if not that and not (_bound(sentence, mark) and (under or (mark.value == "sure" and not _spoken(sentence)))):
            continue
        first, last = _clause(sentence, mark)
        told = [c for c in (*counted, *events, *found) if c.first < last and first < c.last]
        if any(c.kind == "agreement" or c.kind in _TELLING for c in told):
            continue
        if any(m.cls in _NO_CLAUSE and first <= m.first < last for m in sentence.marks):
            continue
        start = max(first, mark.first - BEFORE)
        end = min(last, mark.last + BEHIND)
        reason = f"a clause of a deal: '{' '.join(sentence.words[mark.first : mark.last])}'"
        found.append(Claim(start, end, "agreement", modality="planned", confidence=0.5, reason=reason))
    return found[:CLAUSES]


def with_numbers(counted: list[Claim], clauses: list[Claim]) -> tuple[list[Claim], list[Claim]]:
    """Return the counts and the clauses with the number that a clause sets as what was agreed: "shall release 50"."""
    told, left = list(counted), []
    for clause in clauses:
        inside = [k for k, c in enumerate(told) if clause.first <= c.first < clause.last and c.unit == "persons"]
        moot = [k for k in inside if told[k].kind == "context" and told[k].confidence <= MOOT]
        if len(inside) == 1 == len(moot):
            told[moot[0]] = told[moot[0]]._replace(kind="agreement", modality="planned", reason=clause.reason)
        else:
            left.append(clause)
    return told, left


MOOT = 0.5
BEFORE = 6
BEHIND = 5
CLAUSES = 3
# A number that moves, a word of speech, a wish or a thing denied is told otherwise.
_TELLING = frozenset(("count_out", "fleet", "halt", "resume", "incident", "casualty", "accusation", "capacity"))
_NO_CLAUSE = frozenset(("UNKNOWNING", "IF", "WEATHER", "HOWMANY"))


def _agreed_that(sentence: Sentence, mark: Mark, first: int) -> bool:
    """Tell whether "that" opens the clause behind a word of agreeing: "agreed that the guns would be still"."""
    agreed = [m for m in sentence.of("AGREED", "DEALVERB", "DEAL") if m.first < mark.first]
    that = [at for at in range(max(0, first - 1), mark.first) if sentence.words[at] in small("that")]
    return bool(agreed and that) and not sentence.has(_TOLD_BY)


_TOLD_BY = frozenset(("SAY", "ACCORDING", "DENY"))


def _bound(sentence: Sentence, mark: Mark) -> bool:
    """Tell whether the verb behind a word of duty is one of what deals bind to: "are to be handed over"."""
    words, at = sentence.words, mark.last
    while at < len(words) and words[at] in small("dutybe"):
        at += 1
    return mark.value in ("sure", "clause") or (at < len(words) and words[at] in small("duty"))


def _spoken(sentence: Sentence) -> bool:
    """Tell whether somebody says it with a person of their own: "we shall", "I shall"."""
    return any(word in small("we") for word in sentence.words)


def _clause(sentence: Sentence, mark: Mark) -> tuple[int, int]:
    """Return the clause of a word of duty: from the stop before it to the one behind it."""
    words = sentence.words
    first, last = mark.first, mark.last
    while first and words[first - 1] not in ',;:.()"':
        first -= 1
    while last < len(words) and words[last] not in ',;:.()"':
        last += 1
    return first, last
