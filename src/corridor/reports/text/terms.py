"""The terms that an agreement lists, an item a line: each is what was agreed, with or without a number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corridor.reports.text.claims import Claim
from corridor.reports.text.fold import fold
from corridor.reports.text.lexicon import Lexicon
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.tokens import pieces

_ITEM = re.compile(
    r"\s*(?:[-–—•*·]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4}|[\u0621-\u064a])[.)/-]|(?:أولا|ثانيا|ثالثا|رابعا|خامسا)\b)\s*"
)
LEAD = 260
SET = ("count_out", "schedule", "remaining", "fleet")
LONGEST = 9


def listed(parts: Sequence[str], words: Lexicon) -> set[int]:
    """Return which parts of a text are items of a list of terms: a line that names a deal and ends in ":" opens it."""
    found: set[int] = set()
    opened = False
    for at, part in enumerate(parts):
        if opened and _ITEM.match(part):
            found.add(at)
            continue
        opened = part.rstrip().endswith(":") and len(part) <= LEAD and _names_a_deal(part, words)
    return found


def _names_a_deal(part: str, words: Lexicon) -> bool:
    folded = fold(part)
    marks = words.marks(pieces(folded.text, 0, len(folded.text)).words)
    classes = {m.cls for m in marks}
    # "Carrying out the agreement, we inform the public of the following:" opens a list of what happened.
    return "NOTICE" not in classes and not classes.isdisjoint(_DEALS)


_DEALS = frozenset(("DEAL", "TRUCE", "AGREED", "UNDERDEAL", "TERMS"))


def as_terms(sentence: Sentence, counted: list[Claim], events: list[Claim]) -> tuple[list[Claim], list[Claim]]:
    """Return the claims of an item as terms: its ceilings and lengths are the agreement's, else the item itself is."""
    told = [_term(claim) for claim in counted]
    if any(claim.kind == "agreement" for claim in (*told, *events)):
        return told, [event for event in events if event.kind == "agreement"]
    match = _ITEM.match(" ".join(sentence.words))
    first = len(match.group(0).split()) if match else 0
    last = min(len(sentence.words), first + LONGEST)
    if last - first < 2:
        return told, events
    item = Claim(first, last, "agreement", modality="planned", confidence=0.6, reason="an item of a list of terms")
    return told, [item]


def _term(claim: Claim) -> Claim:
    set_by = claim.kind == "schedule" or (claim.kind in SET and claim.hedge == "max")
    if not set_by or not claim.counted:
        return claim
    return claim._replace(kind="agreement", modality="planned", reason="a number in a list of terms")
