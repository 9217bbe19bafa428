"""What bounds a number: a hedge before or behind it, a verb of bound with its subject between, a ceiling."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from corridor.reports.report import Hedge
from corridor.reports.text.fold import ARABIC
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence


class Number(NamedTuple):
    """A number found: tokens `first` to `last` (exclusive, hedge included), `body` where the number itself begins."""

    first: int
    last: int
    body: int
    low: float | None
    high: float | None
    hedge: Hedge
    article: bool = False


_KIND: dict[str, Hedge] = {"MIN": "min", "MAX": "max", "APPROX": "approx"}
HEDGES = frozenset(f"HEDGE_{side}{kind}" for side in ("", "AFTER_") for kind in _KIND)


def hedged(sentence: Sentence, number: Number) -> Number:
    """Apply the hedge that stands before the number, or the one just behind it."""
    if number.hedge == "order":
        before = _before(sentence, number.first)
        return number._replace(first=before.first) if before else number
    mark = _before(sentence, number.first)
    if mark:
        kind = _KIND[mark.cls.rpartition("_")[2]]
        if kind == "min" and (_negated(sentence, mark) or _not_more(sentence, mark)):
            kind = "max"
        return _bounded(number._replace(first=mark.first), kind)
    bound = _verb_of_bound(sentence, number)
    if bound:
        return _bounded(number, "max" if bound.cls == "HEDGE_MAX" else "min")
    following = sentence.of("HEDGE_AFTER_MIN", "HEDGE_AFTER_MAX", "HEDGE_AFTER_APPROX")
    counted = {m.first for m in sentence.of("NUM")} if following else ()
    for after in following:
        # "9 patients plus two nurses": what a number follows adds to it, and hedges nothing.
        added = after.last in counted or sentence.kind(min(after.last, len(sentence.words) - 1)) == "digits"
        if number.last <= after.first <= number.last + 3 and not (added and after.cls == "HEDGE_AFTER_MIN"):
            between = sentence.words[number.last : after.first]
            if _opens_another(sentence, after):
                continue
            measured = sentence.words[after.first] in small("and") and any(
                number.last <= m.first < after.first for m in sentence.of("DISTANCE", "DEPTH", "DEGREE", "SPEED")
            )
            # "2.5 m and rising": what is measured is what it was.
            if not measured and not any(word in ",;:.)" or word.isdigit() for word in between):
                return _bounded(number, _KIND[after.cls.rpartition("_")[2]])
    return number


def _opens_another(sentence: Sentence, after: Mark) -> bool:
    """Tell whether a bound behind a number opens what comes next: "winds 105 mph, minimum pressure 961 mb"."""
    alone = after.last == after.first + 1 and sentence.words[after.first] in small("extreme")
    return alone and after.last < len(sentence.words) and sentence.words[after.last][0].isalpha()


def _not_more(sentence: Sentence, hedge: Mark) -> bool:
    """Tell whether "not" stands right in front of "more than": another term may have taken it for its own."""
    not_before = hedge.first and sentence.words[hedge.first - 1] in small("not")
    return bool(not_before) and sentence.words[hedge.first] in small("moreword")


def _negated(sentence: Sentence, hedge: Mark) -> bool:
    """Tell whether Arabic says "not ... more than", the verb between: the number is then the most there are."""
    if hedge.last - hedge.first < 2 or sentence.words[hedge.first][0] < ARABIC:
        return False
    if sentence.words[hedge.first] in _OWN:
        return False
    # A longer term may hold the "not": "there is not in the town".
    before = sentence.words[max(0, hedge.first - NOT) : hedge.first]
    spoken = any(word == "ما" and after.startswith(_SPOKEN) for word, after in pairwise(before))
    return spoken or any(0 <= hedge.first - m.last <= 4 for m in sentence.of("NEG")) or bool(_NOT & set(before))


NOT = 4
# Spoken verbs in the present: "it does not hold more than 70".
_SPOKEN = ("بي", "بت", "بن", "عم")
# "Not less than" says "not" itself.
_OWN = frozenset(("لا", "ما", "ليس", "بما", "لما"))
_NOT = frozenset(("ليس", "ليست", "وليس"))


def _verb_of_bound(sentence: Sentence, number: Number) -> Mark | None:
    """Return the verb of a bound whose subject stands in front of the number: "the leavers shall not exceed 200"."""
    if number.article or number.hedge != "exact":
        return None
    verbs = small("boundverb")
    if _room_not_above(sentence, number):
        return Mark(number.first, number.first, "HEDGE_MAX", "")
    ceiling = _ceiling(sentence, number)
    if ceiling is not None:
        return Mark(ceiling, ceiling + 1, "HEDGE_MAX", "")
    least = _not_less(sentence, number)
    if least is not None:
        return Mark(least, least + 1, "HEDGE_MIN", "")
    for mark in sentence.of("HEDGE_MAX", "HEDGE_MIN"):
        between = sentence.words[mark.last : number.first]
        if not 0 < len(between) <= BOUND or any(word in _BREAKS or word[0].isdigit() for word in between):
            continue
        counted = [m for m in sentence.of("NUM") if sentence.words[m.first] not in small("theone")]
        if any(mark.last <= m.first < number.first for m in counted):
            continue
        held = sentence.words[mark.first : mark.last]
        people = ("HOWMANY", "PERSON", "REMAIN", "LEAVE", "EVAC", "VEHICLE")
        subject = any(m.first == mark.last for m in sentence.of(*people))
        subject = subject or (bool(between) and between[0] in small("boundsubject"))
        if subject and any(word in verbs for word in held):
            before = sentence.words[max(0, mark.first - NEGATED) : mark.first]
            negated = mark.cls == "HEDGE_MIN" and not small("notso").isdisjoint(before)
            # "The number of buses may not exceed a hundred", the verb in front of its subject.
            return mark._replace(cls="HEDGE_MAX") if negated else mark
    return None


NEGATED = 3


def _not_less(sentence: Sentence, number: Number) -> int | None:
    """Return where Arabic says "not less", its subject behind the verb: "the share of civilians be not under 70"."""
    words = sentence.words
    if not number.first or words[number.first - 1] not in small("lessthan"):
        return None
    for at in range(number.first - 2, max(0, number.first - 2 - BOUND), -1):
        if words[at] in _BREAKS or words[at][0].isdigit():
            return None
        if words[at] in small("lessverb") and words[at - 1] in small("notso"):
            return at
    return None


def _room_not_above(sentence: Sentence, number: Number) -> bool:
    """Tell whether Arabic says of the room that it is not above a number: "exceeds-not its capacity 2,400"."""
    counted = sentence.of("NUM")
    for room in sentence.of("CAPACITY"):
        if not 0 <= number.first - room.last <= BOUND:
            continue
        held = sentence.words[max(0, room.first - 2) : room.last]
        if _DENIED.isdisjoint(held) or small("boundverb").isdisjoint(held):
            continue
        between = sentence.words[room.last : number.first]
        if not any(word[0].isdigit() for word in between) and not any(
            room.last <= m.first < number.first for m in counted
        ):
            return True
    return False


_DENIED = frozenset(("لا", "ولا", "لم", "ولم", "لن"))


def _ceiling(sentence: Sentence, number: Number) -> int | None:
    """Return where a ceiling is named in front of the number it sets: "caps the departures at 300"."""
    words, caps = sentence.words, small("ceiling")
    numbered = {m.first for m in sentence.of("NUM")}
    for at in range(number.first - 1, max(-1, number.first - 1 - BOUND), -1):
        if words[at] in caps:
            return at
        if at == number.first - 1 and words[at] == ":":
            # "Daily ceiling: 400".
            continue
        if words[at] in _BREAKS or words[at][0].isdigit() or at in numbered:
            return None
    return None


BOUND = 8
_BREAKS = frozenset(",;:.!?()")


def _is_particle(sentence: Sentence, hedge: Mark) -> bool:
    """Tell whether a word of bound belongs to the verb before it: "to hand over 62 prisoners"."""
    alone = hedge.last == hedge.first + 1 and sentence.words[hedge.first] in small("particle")
    return alone and sentence.words[hedge.first - 1] in small("particleof")


def _before(sentence: Sentence, at: int) -> Mark | None:
    if at > 1 and " ".join(sentence.words[at - 2 : at]) in small("bounding") and sentence.of("CAPACITY"):
        # "Can hold up to 550": the bound stands inside the word of room.
        return Mark(at - 2, at, "HEDGE_MAX", "")
    hedges = sentence.of("HEDGE_MIN", "HEDGE_MAX", "HEDGE_APPROX")
    if not hedges:
        return None
    filler = small("filler")
    while True:
        found = next((mark for mark in hedges if mark.last in (at, at + 1) and mark.first < at), None)
        if found and found.first and _is_particle(sentence, found):
            return None
        if found or not (at and (sentence.words[at - 1] in filler or sentence.words[at - 1] == "(")):
            return found
        at -= 1


def _bounded(number: Number, kind: Hedge) -> Number:
    if kind == "min":
        return number._replace(high=None, hedge="min")
    if kind == "max":
        return number._replace(low=None, hedge="max")
    return number._replace(hedge="approx") if number.hedge == "exact" else number
