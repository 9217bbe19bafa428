"""What bars an event: a wish that it might happen, and a mover who is one person or only the one who speaks."""

from __future__ import annotations

from itertools import pairwise

from corridor.reports.text.claims import near
from corridor.reports.text.fold import ARABIC
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence

_DONE = ("departure", "arrival", "resume", "halt", "agreement")


def wished(sentence: Sentence, kind: str, cue: Mark, partner: Mark | None) -> bool:
    """Tell whether an event is only urged or hoped for: "urged them to resume"; "hopes to resume" is a plan."""
    if kind in _MOVES and _was_to(sentence, cue):
        return True
    wish = near(sentence, cue.first, cue.last, "WISH", within=6) if kind in _DONE else None
    if wish is None or (wish.last <= cue.first and "," in sentence.words[wish.last : cue.first]):
        return False
    if partner and wish.first == partner.first and cue.cls == "DEAL":
        return False
    return kind != "resume" or not any(m.first == wish.first for m in sentence.of("PLAN"))


def _was_to(sentence: Sentence, cue: Mark) -> bool:
    """Tell whether Arabic says that it was to happen, and did not: "it was planned that the operation resume, but"."""
    was = [m for m in sentence.of("PLAN") if m.first and 0 <= cue.first - m.last <= WAS_TO]
    was = [m for m in was if sentence.words[m.first - 1] in small("wasto")]
    return any("," not in sentence.words[m.last : cue.first] for m in was)


WAS_TO = 4
_MOVES = ("departure", "arrival", "resume")


def _arabic_no_move(sentence: Sentence, cue: Mark, partner: Mark | None) -> bool:
    """Tell whether an Arabic verb moves nobody: out of service, not yet there, or bodies handed over."""
    words = sentence.words
    if partner is not None and partner.value == "killed":
        return True
    if cue.cls == "ARRIVE" and any(m.first == cue.last for m in sentence.of("HOWMANY")):
        # "The total number reached 312" is nobody's arrival.
        return True
    if cue.cls == "ARRIVE" and any(m.first == cue.last + 1 for m in sentence.of("THING")):
        # "Arrival of 200 masks".
        return cue.last < len(words) and sentence.kind(cue.last) == "digits"
    if cue.cls == "ARRIVE" and words[cue.first] in small("registers"):
        # "The station registered 38 mm".
        return True
    if cue.cls == "ARRIVE" and partner is None and words == [words[0]] and words[0].startswith("ال"):
        # A heading of one word: "Access".
        return True
    behind = words[cue.last : cue.last + OUT_OF]
    if any(word == "عن" and after in small("outof") for word, after in pairwise(behind)):
        return True
    at = cue.first - 1 if cue.first and words[cue.first - 1] != "ان" else cue.first - 2
    begun = words[cue.first][0] in _IMPERFECT or (cue.cls == "EVAC" and words[cue.first].startswith("ال"))
    return at >= 0 and words[at] in small("notyet") and begun


OUT_OF = 8
_IMPERFECT = "يت"


def _expected(sentence: Sentence, cue: Mark) -> bool:
    """Tell whether an arrival is only waited for: "dozens of families await at the station the arrival of coaches"."""
    waits = [m for m in sentence.of("WAITING", "REMAIN") if 0 <= cue.first - m.last <= EXPECTED]
    return any("," not in sentence.words[m.last : cue.first] for m in waits)


EXPECTED = 7


def one_mover(sentence: Sentence, kind: str, cue: Mark, partner: Mark | None) -> bool:
    """Tell whether a mover is no movement of the operation: one person, the one who speaks, or who is yet to come."""
    if kind not in ("departure", "arrival"):
        return False
    if _arabic_no_move(sentence, cue, partner) or (
        kind == "arrival" and cue.value == "noun" and _expected(sentence, cue)
    ):
        return True
    return _of_who_speaks(sentence, partner) or _one_alone(sentence, partner)


def _one_alone(sentence: Sentence, partner: Mark | None) -> bool:
    """Tell whether a mover is one person: "an old man had climbed down" is no arrival of the operation."""
    if partner is None or partner.cls != "PERSON" or partner.last - partner.first > 1:
        return False
    word = sentence.words[partner.first]
    one = any(0 <= partner.first - m.last <= ADJECTIVES and m.value.startswith("one:") for m in sentence.of("NUM"))
    return one and word[0] < ARABIC and not word.endswith(("s", "x"))


def _of_who_speaks(sentence: Sentence, partner: Mark | None) -> bool:
    """Tell whether a mover is one person who speaks: "a passenger said on reaching the camp"."""
    if partner is None or partner.cls != "PERSON" or not sentence.has(_SPEECH):
        return False
    if not any(m.cls == "ACTOR" and m.first <= partner.first < m.last for m in sentence.marks):
        return False
    word = sentence.words[partner.last - 1]
    if word[0] >= ARABIC:
        return any(m.first == partner.first for m in sentence.of("ONE")) or word.endswith("ه")
    return not word.endswith(("s", "x", "people", "men", "women", "children", "folk"))


_SPEECH = frozenset(("SAY", "ACCORDING", "DENY"))


# "An old man": what stands between the article and its noun.
ADJECTIVES = 1
