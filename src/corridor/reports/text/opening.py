"""Cues that open a line of a log, behind its hour, its caller or the name of a boat."""

from __future__ import annotations

from corridor.reports.text.claims import Claim, distance
from corridor.reports.text.eventrules import Rule
from corridor.reports.text.fold import ARABIC
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.named import SHORT_ENTRY
from corridor.reports.text.numbered import COUNT_OF
from corridor.reports.text.sentences import Sentence


def opens(sentence: Sentence, cue: Mark, rule: Rule, counted: list[Claim]) -> bool:
    """Tell whether a verb of movement opens a sentence of a log: "Arrived Sarno", with nobody else as its subject."""
    if len(sentence.words) > _LONGEST.get(rule.cue, len(sentence.words)):
        return False
    ours = small("we")
    # Arabic says "we arrived" by the ending of the verb.
    ourselves = sentence.words[cue.last - 1].endswith(_WE)
    others = frozenset(("DEAL", "TRUCE")) if ourselves else frozenset(("ACTOR", "DEAL", "TRUCE", "WEATHER"))
    begun = _caller(sentence)
    begun = cue.first if _named_boat(sentence, begun, cue) else begun * (begun <= cue.first)
    behind = sentence.words[cue.last : cue.last + 1]
    if behind and behind[0][0] >= ARABIC and behind[0] in small("unmoving"):
        # Arabic has the subject behind: "stopped the talks".
        return False
    if any(word[0].isalpha() for word in sentence.words[begun : cue.first] if word not in ours) or any(
        not _is_where(sentence, cue, m) and m.cls in others and begun <= m.first <= cue.last + 3 and m.cls != cue.cls
        for m in sentence.marks
    ):
        return False
    return not any(
        c.kind == COUNT_OF.get(rule.kind) and c.counted and distance(sentence, c.first, c.last, cue) < 4
        for c in counted
    )


SHORT_LINE = 9
_WE = "نا"
_LONGEST = {"HERE": SHORT_LINE, "ONMOVE": 4, "SHUTS": SHORT_LINE}


def _is_where(sentence: Sentence, cue: Mark, actor: Mark) -> bool:
    """Tell whether one who could speak is the place that a movement goes to: "Arrived at the base"."""
    if actor.cls != "ACTOR" or actor.first <= cue.last or cue.cls not in ("ARRIVE", "LEAVE"):
        return False
    between = sentence.words[cue.last : actor.first]
    led = sentence.words[cue.last - 1] in small("towards") or (between and between[0] in small("towards"))
    return bool(led) and not any(word in ",;:." for word in between)


def _named_boat(sentence: Sentence, start: int, cue: Mark) -> bool:
    """Tell whether a short entry opens with a name that no table has: "Teal restarted, back on task"."""
    words = sentence.words
    if len(words) > SHORT_ENTRY or not 0 < cue.first - start <= NAMED or not words[start][0].isalpha():
        return False
    behind = words[cue.last : cue.last + 1]
    if words[cue.first] in small("passive") or words[start] in small("unmoving") or behind == [":"]:
        # "Visiting is suspended" says of nothing that moves that it stopped.
        return False
    if any(m.cls not in _NAMELESS and start <= m.first < cue.first for m in sentence.marks):
        return False
    return small("small").isdisjoint(words[start : cue.first])


NAMED = 2
_NAMELESS = frozenset(("NUM", "NUMBERED", "RELATIVE"))


def _caller(sentence: Sentence) -> int:
    """Return where the words of a log's entry begin behind its hour and who calls: "0944 Kilo Two: halted"."""
    words = sentence.words[:CALLER]
    if ":" not in words:
        return 0
    at = words.index(":") + 1
    if sentence.kind(0) in ("digits", "clock"):
        return at
    # "Harbour office: berthed at 7": whoever it is, nothing is told in front of the colon.
    told = any(m.cls in _ENTRY and m.first < at for m in sentence.marks)
    return 0 if told or at >= len(sentence.words) or not sentence.words[at][0].isalpha() else at


CALLER = 7
_ENTRY = frozenset(
    ("LEAVE", "ARRIVE", "EVAC", "REMAIN", "SAY", "HOWMANY", "PLAN", "OPERATION", "PERSON", "DEAL", "TRUCE", "IF")
)
