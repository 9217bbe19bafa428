"""People whom no cue of the tables counts: what the words right around them say, else what a text of movement means."""

from __future__ import annotations

from corridor.reports.text.bare import we_are
from corridor.reports.text.claims import Claim
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.units import Counted

# Cues that say something only right behind what is counted: "14 out", "98 to go".
TIGHT = frozenset(("OUT", "IN", "LEFTOVER"))


def causes(sentence: Sentence, mark: Mark, base: Claim) -> bool:
    """Tell whether "leaving" only says what came of it: "leaving 300 families stranded" counts nobody who left."""
    one = mark.last - mark.first == 1 and mark.last == base.first
    return one and mark.cls == "LEAVE" and sentence.words[mark.first] in small("causes")


def uncued(it: Counted, base: Claim) -> Claim:
    """Return the claim of people whom no cue stands near: aboard, hurt, moved, or only spoken of."""
    if _aboard(it):
        return base._replace(kind="count_out", confidence=0.5, reason="people with the vehicles named before them")
    if _of_a_vehicle(it):
        return base._replace(kind="count_out", confidence=0.5, reason="passengers, or people on the vehicle named")
    if (
        it.previous
        and it.previous.kind in ("capacity", "reception")
        and (it.sentence.of("TALLY") or we_are(it.sentence, it.number))
    ):
        return base._replace(kind="reception", confidence=0.5, reason="people counted where the room is")
    if we_are(it.sentence, it.number):
        return base._replace(kind="remaining", confidence=0.6, reason="people who say how many they are")
    if _with_us(it) or any(it.unit.first <= m.first < it.unit.last for m in it.sentence.of("REMAIN")):
        return base._replace(kind="remaining", confidence=0.5, reason="they are held, wait or are with who speaks")
    if it.unit.value == "wounded" and len(it.sentence.words) < SHORT:
        return base._replace(kind="casualty", reason="wounded people without another cue", confidence=0.5)
    if it.unit.family == "person" and _taken_away(it.sentence, base):
        return base._replace(kind="count_out", confidence=0.5, reason="people to whom it was done to be away")
    if it.unit.family == "person" and _under_a_roof(it, base):
        return base._replace(kind="reception", confidence=0.4, reason="people counted in a place that receives them")
    if it.unit.family == "person" and (_movers(it, base) or _fled(it)):
        return base._replace(kind="count_out", confidence=0.35, reason="people counted, in a sentence of movement")
    return base._replace(kind="context", confidence=0.3, reason="people, but nothing says what is counted")


SHORT = 14


def _aboard(it: Counted) -> bool:
    """Tell whether people go with vehicles named before them: "three buses out from our side with 140 people"."""
    words, number = it.sentence.words, it.number
    if not number.first or words[number.first - 1] not in small("aboard"):
        return False
    return any(0 < number.first - m.last <= ABOARD for m in it.sentence.of("VEHICLE", "CONVOY"))


ABOARD = 16


def _with_us(it: Counted) -> bool:
    """Tell whether people are with those who speak: "we have 11 wounded on the ground"."""
    return bool(it.number.first) and it.sentence.words[it.number.first - 1] in small("wehave")


def _of_a_vehicle(it: Counted) -> bool:
    """Tell whether people are passengers by their name, or stand behind the label of a vehicle: "Bus 2: 75"."""
    words, unit = it.sentence.words, it.unit
    if not small("passenger").isdisjoint(words[unit.first : unit.last]):
        return True
    short = len(words) <= TELEGRAM and unit.family == "person" and not it.sentence.has(_TOLD_OF)
    if (
        short
        and it.previous is None
        and not _with_us(it)
        and any(m.last <= it.number.first for m in it.sentence.of("VEHICLE"))
    ):
        return True
    head = words[: min(LABEL, it.number.first)]
    return ":" in head and any(m.last <= head.index(":") for m in it.sentence.of("VEHICLE"))


LABEL = 9
TELEGRAM = 14
_TOLD_OF = frozenset(("AUX", "PASSIVE", "SAY", "ACCORDING"))


def _taken_away(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a passive that no table knows takes people away: "118 patients were shifted from the hospital"."""
    words, at = sentence.words, base.last
    while at < len(words) and words[at] in small("between") and words[at] not in small("passive"):
        at += 1
    if at + 2 >= len(words) or words[at] not in small("passive"):
        return False
    while at + 2 < len(words) and words[at] in small("passive"):
        at += 1
    done = words[at].endswith(_PARTICIPLE) and len(words[at]) > len("need")
    return done and any(word in small("away") for word in words[at + 1 : at + 3])


def _fled(it: Counted) -> bool:
    """Tell whether the noun itself says that people left their homes, in a label or a short line."""
    named = it.sentence.words[it.unit.first : it.unit.last]
    return len(it.sentence.words) < SHORT and not small("fled").isdisjoint(named)


_PARTICIPLE = ("ed", "en", "wn", "aught", "ought")


def _under_a_roof(it: Counted, base: Claim) -> bool:
    """Tell whether people are counted with a place that receives, and with nothing that moves."""
    if max(base.low or 0, base.high or 0) < MANY or it.sentence.has(_VEHICLES):
        return False
    return any(m.cls == "SHELTER" and m.value != "hospital" for m in it.sentence.marks)


_VEHICLES = frozenset(("VEHICLE", "CONVOY", "EVAC", "LEAVE"))


def _movers(it: Counted, base: Claim) -> bool:
    """Tell whether people counted without a verb are those who move: many enough, and vehicles or a way with them."""
    if max(base.low or 0, base.high or 0) < MANY or base.hedge == "order":
        return False
    return any(m.cls in _MOVING and not base.first <= m.first < base.last for m in it.sentence.marks)


MANY = 5
_MOVING = frozenset(("VEHICLE", "CONVOY", "LEAVE", "EVAC", "ROUTEVERB", "ABOARD", "OPERATION"))
