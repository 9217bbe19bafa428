"""Whether a deal sets a number of people, or people are only counted."""

from __future__ import annotations

from corridor.reports.text.around import agreed_daily
from corridor.reports.text.claims import Claim, near
from corridor.reports.text.language import small
from corridor.reports.text.sentences import Sentence


def by_deal(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a number is a ceiling or a share that an agreement sets, not a count of people who move."""
    under = near(sentence, base.first, base.last, "UNDERDEAL", within=30) is not None or _deal_says(sentence, base)
    under = under or any(m.first <= OPENING for m in sentence.of("UNDERDEAL"))
    daily = near(sentence, base.first, base.last, "ALLOWED", within=6)
    if base.hedge == "max" and daily and (_ruled(sentence, base) or sentence.of("DEAL", "TRUCE", "AGREED")):
        return True
    if any(0 <= base.first - m.last <= SET_BY for m in sentence.of("SETNUMBER")) or _covered(sentence, base):
        return True
    if agreed_daily(sentence, base.first, base.last) or _swapped(sentence, base):
        return True
    if _agreed_on(sentence, base) or _let_out(sentence, base):
        return True
    if _undertaken(sentence, base):
        return True
    return under and (base.hedge == "max" or near(sentence, base.first, base.last, "ALLOWED", within=10) is not None)


def _undertaken(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a side gave its word on so many: "the rebels undertook to hand over 62 detainees"."""
    words = sentence.words
    for mark in sentence.of("AGREED"):
        if words[mark.last - 1] in small("gaveword") and 0 < base.first - mark.last <= UNDERTAKEN:
            return not any(word in ",;:." for word in words[mark.last : base.first])
    return False


UNDERTAKEN = 3
# A sentence that begins with the deal is all of the deal.
OPENING = 1


def _let_out(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a text lets so many out within so long: "it allows the exit of 1,500 civilians in three days"."""
    says = [m for m in sentence.of("UNDERDEAL") if LET_OUT[0] <= base.first - m.last <= LET_OUT[1]]
    if not any(_named(sentence, m.last, base.first) for m in says):
        return False
    return any(0 <= m.first - base.last <= WITHIN for m in sentence.of("TIMEUNIT", "TOTAL"))


def _named(sentence: Sentence, low: int, high: int) -> bool:
    """Tell whether a movement is named between two places."""
    return any(low <= m.first and m.last <= high for m in sentence.of("LEAVE", "EVAC", "OPERATION"))


LET_OUT = (1, 4)
WITHIN = 3


def _agreed_on(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a deal is on the movement of so many: "agreement was reached on the departure of 1,100 persons"."""
    words = sentence.words
    for mark in sentence.of("LEAVE", "EVAC", "OPERATION"):
        behind = mark.last + (words[mark.last : mark.last + 1] == ["of"])
        opens = mark.first > 1 and words[mark.first - 1] in small("the") and words[mark.first - 2] in small("agreedon")
        if opens and behind == base.first and (words[behind - 1] in small("of")):
            return any(m.last < mark.first for m in sentence.of("DEAL", "AGREED", "TRUCE"))
    return False


def _swapped(sentence: Sentence, base: Claim) -> bool:
    """Tell whether people are one side of a swap that is spoken of: "35 captives for 120 wounded fighters"."""
    if in_return(sentence, base):
        return True
    swaps = [m for m in sentence.of("DEAL", "INRETURN") if m.first < base.first]
    if not any(not small("swap").isdisjoint(sentence.words[m.first : m.last]) for m in swaps):
        return False
    behind, before = sentence.words[base.last : base.last + 1], sentence.words[max(0, base.first - 1) : base.first]
    return not small("swapped").isdisjoint((*behind, *before))


def in_return(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a number is one side of what Arabic sets against another: "the exit of 450 in return for 60"."""
    against = [at for at, word in enumerate(sentence.words) if word in small("counterpart")]
    if not against or not any(m.first < base.first for m in sentence.of("DEAL", "UNDERDEAL", "DUTY", "AGREED")):
        return False
    words = sentence.words
    for at in against:
        low, high = (base.last, at) if base.last <= at else (at + 1, base.first)
        if high - low <= (SIDE if base.last <= at else OTHER_SIDE) and not any(w in ",;:." for w in words[low:high]):
            return True
    return False


# What may stand between a number and the word that sets it against another.
SIDE = 6
OTHER_SIDE = 2
COVERED = 3


def _covered(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a deal says of how many it is: "the deal covers 9,000 people"."""
    verbs = [m for m in sentence.of("DEALVERB") if 0 <= base.first - m.last <= COVERED]
    return bool(verbs) and any(0 <= verbs[0].first - m.last <= 1 for m in sentence.of("DEAL", "TRUCE"))


# "The number agreed for day one had been 150".
SET_BY = 8


def _ruled(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a daily ceiling is one to come: permitted, planned, or an item in a list of terms."""
    daily = any(small("dailyword").intersection(sentence.words[m.first : m.last]) for m in sentence.of("ALLOWED"))
    if not daily and sentence.words[0] in ("-", "•"):
        # "- UN says up to 7,000": an item that caps nothing by the day.
        return False
    item = sentence.words[0] in ("-", "•", "(") or (len(sentence.words) > 1 and sentence.words[1] == ")")
    return item or near(sentence, base.first, base.last, "PERMIT", "PLAN", within=6) is not None


def _deal_says(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a deal and its verb stand in front of a number: "the accord of 22 January permits 1,200 a day"."""
    deals = [m for m in sentence.of("DEAL", "TRUCE") if m.first < base.first]
    return bool(deals) and any(m.first < base.first and base.first - m.last <= 6 for m in sentence.of("DEALVERB"))
