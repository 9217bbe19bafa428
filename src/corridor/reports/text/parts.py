"""Whole and part: people who are some, all or the others of those counted before."""

from __future__ import annotations

from corridor.reports.text.bare import WHOLE
from corridor.reports.text.claims import Claim
from corridor.reports.text.goeson import of_them, opens_whole
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.units import Counted


def part(it: Counted, base: Claim, previous: Claim, cue: Mark | None) -> bool:
    """Tell whether people are some of those counted before, or are with them: "38 patients, along with 20 nurses"."""
    subsets = [m for m in it.sentence.of("SUBSET") if 0 <= base.first - m.last <= 2]
    if subsets and cue is not None and cue.cls in _BEFELL and cue.last == subsets[-1].first:
        # Arabic: "36 were referred, and arrived of them 34".
        return False
    if subsets and cue is not None and cue.cls == "HOUSE" and cue.first == base.last:
        # "Of these, about 6,000 are staying at the centre".
        return False
    if subsets or _another_part(it, base, previous):
        return True
    if previous.last and any(0 <= base.first - m.last <= 1 for m in it.sentence.of("WITH")):
        return True
    words = it.sentence.words
    if previous.last and words[base.last : base.last + 2] == ["among", "them"]:
        # "806 persons, 44 wounded among them".
        return True
    # "Twenty-one of them need care": nothing but a need is said of them.
    bare = it.unit.first == it.unit.last and of_them(it.sentence, it.number)
    return bare and cue is not None and cue.cls in ("NEED", "TOEVAC")


def _another_part(it: Counted, base: Claim, previous: Claim) -> bool:
    """Tell whether people are one more part of a whole: "of whom 203 are wounded and 61 children"."""
    words = it.sentence.words[previous.last : base.first]
    if not words or not previous.last or words[0] not in {",", *small("and")} or len(words) > PARTED:
        return False
    return any(0 <= previous.first - m.last <= 2 for m in it.sentence.of("SUBSET"))


PARTED = 2
_BEFELL = frozenset(("ARRIVE", "DEAD", "INJURED", "REMAIN", "EVAC", "LEAVE"))


def is_whole(it: Counted) -> bool:
    """Tell whether a number is the whole that the count before it is a part of: "112 of the 164 patients"."""
    words, at = it.sentence.words, it.number.first
    if at and words[at - 1] == "اصل":
        return True
    while at and words[at - 1] in ("the", "les", "ال"):
        at -= 1
    whose = next((k for k in range(at - 1, max(0, at - OWNER), -1) if words[k] in WHOLE), 0)
    if whose and at and words[at - 1] == "s":
        # "70 per cent of the zone's 45,000 residents".
        at = whose + 1
    before = it.previous
    if _part_follows(it, at):
        return True
    share = words[max(0, at - SHARED) : at]
    if not small("share").isdisjoint(share) and not any(word[0].isdigit() or word in ",.;:" for word in share):
        # "About half the town's 22,000 inhabitants".
        owned = any(word in ("s", "the", "of") for word in words[max(0, at - 1) : it.number.body])
        return owned or words[at - 1] in WHOLE
    if at > 1 and words[at - 1] in WHOLE and any(0 <= at - m.last <= SHARE_OF for m in it.sentence.of("PERCENT")):
        return True
    return bool(
        before
        and at > 1
        and words[at - 1] in WHOLE
        and before.unit == "persons"
        and before.counted
        and before.last in (at - 1, at, it.number.last, it.unit.last)
        and (
            before.last == at - 1
            or it.sentence.words[at - 2][0].isdigit()
            or any(m.last == at - 1 for m in it.sentence.of("NUM"))
        )
    ) or _of_those_moved(it, at)


def _part_follows(it: Counted, at: int) -> bool:
    """Tell whether a number opens its clause as the whole of a part that follows: "Of the 300 listed, 260 came"."""
    words = it.sentence.words
    if not opens_whole(it.sentence, at):
        return False
    behind = range(it.unit.last, min(it.unit.last + PART, len(words) - 1))
    numbered = {m.first for m in it.sentence.of("NUM") if not m.value.startswith("one:")}
    return any(words[k] == "," and (it.sentence.kind(k + 1) == "digits" or k + 1 in numbered) for k in behind)


PART = 7


def _of_those_moved(it: Counted, at: int) -> bool:
    """Tell whether only what was done to a part stands between it and its whole: "63 patients moved out of 140"."""
    before, sentence = it.previous, it.sentence
    if not before or before.unit != "persons" or not before.last or it.unit.first < it.unit.last:
        return False
    if at < 2 or sentence.words[at - 1] not in ("sur", "/", "of") or not 1 <= at - 1 - before.last <= MOVED:
        return False
    return any(m.cls in _MOVED_BY and before.last <= m.first < at - 1 for m in sentence.marks)


MOVED = 3
_MOVED_BY = frozenset(("EVAC", "LEAVE", "ARRIVE", "OUT", "HOUSE", "ABOARD"))


SHARE_OF = 3
SHARED = 6
OWNER = 6


def the_others(it: Counted) -> bool:
    """Tell whether a number is of those left over from a count of people who left: "the other 52"."""
    words, number = it.sentence.words, it.number
    definite = number.first and words[number.first - 1] in ("les", "the", "other", "remaining", "autres")
    after = words[number.last] if number.last < len(words) else ""
    rest = after in ("autres", "others") or words[number.first - 1] in ("other", "remaining", "autres")
    if then_moved(it.sentence, number.last):
        return False
    return bool(definite and rest and it.previous and it.previous.kind == "count_out" and number.hedge == "exact")


def then_moved(sentence: Sentence, at: int) -> bool:
    """Tell whether the others were moved too: "the remaining 300 were moved by boat"."""
    moved = [m for m in sentence.of("EVAC", "LEAVE") if 0 <= m.first - at <= 1]
    return any(not small("passive").isdisjoint(sentence.words[at : m.last]) for m in moved)
