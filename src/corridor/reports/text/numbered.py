"""Events that a number of the sentence tells already: they need no event beside it."""

from __future__ import annotations

from corridor.reports.text.claims import Claim, distance
from corridor.reports.text.eventrules import Rule
from corridor.reports.text.fold import ARABIC
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence

COUNT_OF = {
    "departure": "count_out",
    "arrival": "arrival",
    "reception": "reception",
    "capacity": "capacity",
    "weather": "weather",
}


def told_by_number(sentence: Sentence, rule: Rule, cue: Mark, partner: Mark | None, counted: list[Claim]) -> bool:
    """Tell whether a number of the sentence already is the claim that the cue would make."""
    if rule.kind in ("departure", "arrival") and _move_counted(sentence, rule, cue, partner, counted):
        return True
    if (
        partner is None
        and rule.kind == "arrival"
        and any(c.kind in ("arrival", "reception") and c.counted and c.unit != "shelters" for c in counted)
    ):
        return True
    if rule.kind == "reception" and any(c.kind in ("capacity", "arrival", "reception") for c in counted):
        return True
    brought = rule.cue == "EVAC" or any(m.first == cue.first for m in sentence.of("EVAC"))
    if (
        rule.kind == "departure"
        and brought
        and any(c.kind in ("count_out", "arrival", "remaining") and c.counted for c in counted)
    ):
        return True
    if _by_what(sentence, cue, counted) if rule.kind == "incident" else _of_cold(sentence, rule, cue, counted):
        return True
    if rule.kind not in ("weather", "capacity", "reception") and (partner is None or partner.cls != "PERSON"):
        return False
    same = [c for c in counted if c.kind == COUNT_OF.get(rule.kind) and c.counted and c.modality != "denied"]
    if rule.cue in ("FULL", "FULLUP"):
        # The room that there is and that it is full are two claims.
        return False
    if rule.kind == "weather":
        wind = small("wind")
        if not wind.isdisjoint(sentence.words[cue.first : cue.last]) and any(c.unit in _OF_WIND for c in same):
            return True
        # Ice and a temperature after a comma are two claims; a gust and its speed are one.
        return any(
            _same_clause(sentence, c, cue) and not _comma_between(sentence, c, cue) and not _other_air(sentence, c, cue)
            for c in same
        )
    return any(_same_clause(sentence, c, cue) for c in same)


_OF_WIND = frozenset(("km/h", "mph", "force"))


def _other_air(sentence: Sentence, claim: Claim, cue: Mark) -> bool:
    """Tell whether wind is told beside a measure that is not of wind: "38 degrees and the wind is picking up"."""
    winds = not small("wind").isdisjoint(sentence.words[cue.first : cue.last])
    return winds and claim.unit not in _OF_WIND and cue.first >= claim.last


def _comma_between(sentence: Sentence, claim: Claim, cue: Mark) -> bool:
    low, high = (cue.last, claim.first) if cue.first < claim.first else (claim.last, cue.first)
    return any(word in ",;:" for word in sentence.words[low:high])


def _move_counted(sentence: Sentence, rule: Rule, cue: Mark, partner: Mark | None, counted: list[Claim]) -> bool:
    """Tell whether a number counts those who moved: as their subject, behind the verb, or behind its label."""
    if _labels_count(sentence, cue, counted) or _counted_mover(sentence, cue, partner, counted):
        return True
    return _counted_behind(sentence, rule, cue, partner, counted)


def _labels_count(sentence: Sentence, cue: Mark, counted: list[Claim]) -> bool:
    """Tell whether a noun of movement is the label of a count: "Departures (own cars): about 900"."""
    behind = range(cue.last, min(cue.last + LABELLED, len(sentence.words)))
    colon = next((k for k in behind if sentence.words[k] == ":"), 0)
    return bool(colon) and any(c.counted and c.unit == "persons" and c.last > colon >= c.first - 1 for c in counted)


LABELLED = 8


def _counted_mover(sentence: Sentence, cue: Mark, partner: Mark | None, counted: list[Claim]) -> bool:
    """Tell whether the mover is counted: by its number, by that of a group; "77 left" are those still there."""
    if any(c.kind == "remaining" and c.last == cue.first for c in counted):
        return True
    if any(c.kind == "arrival" and c.counted and c.first == cue.last for c in counted) and cue.cls == "ARRIVE":
        # "Delivered thirteen to the monastery".
        return True
    if (
        partner
        and partner.first >= cue.last
        and any(c.kind == "arrival" and c.counted and 0 <= cue.first - c.last <= 1 for c in counted)
    ):
        # "220 had disembarked from the first ship".
        return True
    if any(_subject_of(sentence, c, cue) for c in counted):
        return True
    return numbered(sentence, partner, counted) or _group_of(sentence, partner, counted)


def _subject_of(sentence: Sentence, claim: Claim, cue: Mark) -> bool:
    """Tell whether people counted as moved stand right in front of the verb: "the 58 others left by ambulance"."""
    if (
        claim.unit != "persons"
        or not claim.counted
        or claim.kind != ("arrival" if cue.cls == "ARRIVE" else "count_out")
    ):
        return False
    between = sentence.words[claim.last : cue.first]
    return claim.last <= cue.first and len(between) <= BEFORE_VERB and all(word[0].isalpha() for word in between)


BEFORE_VERB = 3


def _counted_behind(sentence: Sentence, rule: Rule, cue: Mark, partner: Mark | None, counted: list[Claim]) -> bool:
    """Tell whether the people counted right behind an Arabic verb are its subject: "boarded 600 people the buses"."""
    if sentence.words[cue.first][0] < ARABIC:
        return False
    same = [c for c in counted if c.kind == COUNT_OF[rule.kind] and c.unit == "persons"]
    if partner is None or partner.first > cue.last:
        # "Boarded the last train 1,020 passengers": only where stands between.
        behind = [c.first for c in same if c.counted and cue.last <= c.first <= cue.last + SUBJECT_BEHIND]
        if any("," not in sentence.words[cue.last : first] for first in behind):
            return True
    return any(0 <= c.first - cue.last <= 1 if c.counted else c.first <= cue.first <= c.last for c in same)


SUBJECT_BEHIND = 5


def numbered(sentence: Sentence, partner: Mark | None, counted: list[Claim]) -> bool:
    """Tell whether the mover is people whose number is already the claim."""
    if partner is None or partner.cls != "PERSON":
        return False
    return any(
        c.unit == "persons" and (c.first <= partner.first < c.last or _part_of(sentence, partner, c)) for c in counted
    )


def _part_of(sentence: Sentence, partner: Mark, claim: Claim) -> bool:
    """Tell whether people only say who those counted before are: "412 people, mostly women and children, reached"."""
    if not claim.counted or not 0 <= partner.first - claim.last <= APPOSED:
        return False
    return any(claim.last <= m.first < partner.first for m in sentence.of("SUBSET"))


APPOSED = 9


def _group_of(sentence: Sentence, partner: Mark | None, counted: list[Claim]) -> bool:
    """Tell whether the mover is a group whose number follows: "a first group of 120 patients", "a busload of 40"."""
    if partner is None or partner.cls not in ("CONVOY", "VEHICLE"):
        return False
    if partner.cls == "VEHICLE" and sentence.words[partner.last : partner.last + 1] != ["of"]:
        # "Ten buses carrying 430 people reached Dalny": the buses did.
        return False
    return any(
        c.unit == "persons" and c.kind in ("count_out", "arrival") and 0 <= c.first - partner.last <= 1 for c in counted
    )


def _by_what(sentence: Sentence, cue: Mark, counted: list[Claim]) -> bool:
    """Tell whether fire only says what killed the people counted: "killed by shelling"."""
    by = any(m.cls == "BY" and 0 <= cue.first - m.last <= 2 for m in sentence.marks)
    war = not small("war").isdisjoint(sentence.words[cue.first : cue.last])
    word = sentence.words[cue.first]
    # Arabic: "by a bullet", in one word behind the verb of harm.
    by = by or (word[0] == "ب" and any(0 <= cue.first - m.last <= BY for m in sentence.of("DEAD", "INJURED")))
    return (by or war) and any(c.kind == "casualty" and c.counted for c in counted)


def _of_cold(sentence: Sentence, rule: Rule, cue: Mark, counted: list[Claim]) -> bool:
    """Tell whether weather only says what people died of: "two died of cold"."""
    before = sentence.words[cue.first - 1] if cue.first and rule.kind == "weather" else ""
    behind = any(0 <= cue.first - c.last <= BY for c in counted if c.kind == "casualty")
    return behind and before in small("of_cause")


BY = 3


def _same_clause(sentence: Sentence, claim: Claim, cue: Mark) -> bool:
    return distance(sentence, claim.first, claim.last, cue) < 10
