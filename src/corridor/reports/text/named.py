"""Cues that only name or describe: a participle of people, a noun of what a deal is about."""

from __future__ import annotations

from corridor.reports.text.claims import near
from corridor.reports.text.eventrules import Rule
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence


def _adjective(sentence: Sentence, cue: Mark) -> bool:
    """Tell whether a cue is a participle that only describes people: "les personnes evacuees"."""
    word = sentence.words[cue.first]
    if word.startswith("ال") and cue.last == cue.first + 1 and cue.first and cue.cls == "LEAVE":
        # Arabic: "the vehicles the leaving".
        movers = sentence.of("VEHICLE", "CONVOY", "PERSON")
        return sentence.words[cue.first - 1].startswith("ال") and any(m.last == cue.first for m in movers)
    return word.endswith(("ees", "es", "is", "ies", "us")) and any(
        m.cls == "PERSON" and m.last == cue.first for m in sentence.marks
    )


SHORT_ENTRY = 8
PRICE = 6


def describes(sentence: Sentence, rule: Rule, cue: Mark) -> bool:
    """Tell whether a cue is no verb of its own: a participle of people, or a noun of what a deal is about."""
    if rule.kind in ("departure", "route") and _adjective(sentence, cue):
        return True
    if rule.cue == "AGREED" and near(sentence, cue.first, cue.last, "MONEY", within=PRICE):
        # "We agreed with the drivers on 300 pounds".
        return True
    if rule.kind == "weather" and cue.last == cue.first + 1 and sentence.words[cue.first] in small("topic"):
        return True
    if rule.kind == "weather" and sentence.words[cue.last : cue.last + 1] == ["-"]:
        # "A wind-driven fire" is no weather.
        return True
    if rule.kind == "incident" and cue.first > 1 and sentence.words[cue.first - 1] in small("the"):
        # "Suspended after the collision": the one that was told before; "after the lift failed" tells it.
        return sentence.words[cue.first - 2] in small("following") and cue.last == cue.first + 1
    if rule.kind == "weather" and sentence.words[cue.last - 1] in small("storm"):
        # "Ahead of Hurricane Zora": the storm that all is about, not what the weather does. "A hurricane" is news.
        return not any(m.last == cue.first for m in sentence.of("NUM"))
    if _no_movement(sentence, rule, cue):
        return True
    if rule.kind == "departure" and cue.first and sentence.words[cue.first - 1] in small("which"):
        # "A convoy that was leaving the town came under fire": which convoy, not that it left.
        return sentence.words[cue.first].endswith(("ait", "aient", "ing"))
    if rule.kind == "departure" and _meanwhile(sentence, cue):
        # "He died while boarding the ferry" tells no departure, nor does "gunfire erupted as they were boarding".
        return sentence.words[cue.last - 1].endswith(("ing", "ant"))
    return cue.value == "noun" and _only_named(sentence, cue)


def _no_movement(sentence: Sentence, rule: Rule, cue: Mark) -> bool:
    """Tell whether a word that is often a movement is none here: what only describes, takes a thing or goes on."""
    if rule.kind == "departure" and cue.cls == "EVAC" and _only_which(sentence, cue):
        return True
    if rule.cue == "ROUTEVERB" and (_takes_something(sentence, cue) or _by_so_many(sentence, cue)):
        return True
    if rule.cue == "ARRIVE" and any(m.first == cue.last for m in sentence.of("CAPACITY")):
        # Arabic: "the capacity of a camp arrives at 80,000".
        return True
    return rule.cue in ("AWAY", "CAMEIN") and not _closes(sentence, cue)


def _by_so_many(sentence: Sentence, cue: Mark) -> bool:
    """Tell whether Arabic "across" says by how many of what: "moved across six aircraft", "across three trips"."""
    words = sentence.words
    if words[cue.last - 1] not in small("preposition") or cue.last >= len(words):
        return False
    return sentence.kind(cue.last) == "digits" or any(m.first == cue.last for m in sentence.of("NUM"))


def _takes_something(sentence: Sentence, cue: Mark) -> bool:
    """Tell whether what is taken or used is no way: "they took the phones"."""
    words = sentence.words
    if cue.last < cue.first + 2 or words[cue.last - 1] != "the" or words[cue.first] not in small("taking"):
        return False
    return not any(0 <= m.first - cue.last <= ADJECTIVES for m in sentence.of("ROAD", "HUB", "SHELTER"))


ADJECTIVES = 4


def _only_which(sentence: Sentence, cue: Mark) -> bool:
    """Tell whether a participle only says which convoys: "open to escorted convoys only"."""
    word = sentence.words[cue.first]
    one = cue.last == cue.first + 1 and word.endswith("ed")
    return one and any(m.first == cue.last for m in sentence.of("CONVOY"))


def _meanwhile(sentence: Sentence, cue: Mark) -> bool:
    """Tell whether a word of time opens the clause of a movement: what happened during it is what is told."""
    if not cue.first:
        return False
    if sentence.words[cue.first - 1] in small("during"):
        return True
    if sentence.words[cue.first - 1] in small("would"):
        # "Ils ont 48 heures pour sortir", "n'a pas voulu monter": what it is for, or was wanted.
        return sentence.words[cue.first].endswith(("er", "ir", "re"))
    before = sentence.words[max(0, cue.first - MEANWHILE) : cue.first]
    return "," not in before and not small("as").isdisjoint(before) and cue.first > MEANWHILE


MEANWHILE = 5


def _closes(sentence: Sentence, cue: Mark) -> bool:
    """Tell whether a short word of movement ends what is said: "first ambulance away", not "two miles away from"."""
    after = sentence.words[cue.last] if cue.last < len(sentence.words) else "."
    if cue.cls == "CAMEIN" and len(sentence.words) > SHORT_ENTRY:
        return False
    return not after[0].isalpha() or after in small("hour") or after in small("aboard")


def of_a_place(cue: Mark, partner: Mark | None) -> bool:
    """Tell whether a noun of movement is of a place: "the coach skidded at the exit of the village"."""
    return cue.value == "noun" and partner is not None and cue.first - partner.last > 1


def _only_named(sentence: Sentence, cue: Mark) -> bool:
    """Tell whether a noun of movement only names what a deal, a stop or a plan is about: "an accord on the exit of"."""
    if near(sentence, cue.first, cue.last, "STOP", "STOPNOUN", "RESUME", "HALT", "CANCEL", within=9):
        return True
    if any(0 <= cue.first - m.last <= 1 for m in sentence.of("PERMIT")):
        return True
    if cue.first and sentence.words[cue.first - 1] in small("notyet"):
        # "Until the exit of the last civilian".
        return True
    deal = (
        ("DEAL", "TRUCE", "WISH", "DEALVERB", "AGREEVERB", "AGREED")
        if not _OF_DEALS.isdisjoint(sentence.by)
        else ("WISH",)
    )
    return any(m.cls in deal and m.first < cue.first for m in sentence.marks)


_OF_DEALS = frozenset(("DEAL", "TRUCE", "AGREED", "UNDERDEAL", "AGREEVERB"))
