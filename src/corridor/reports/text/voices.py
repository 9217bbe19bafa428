"""Whose words each claim is: the nearest speaker, a quotation that goes on, a pronoun, else the text itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from corridor.reports.text.attribution import ARTICLE, LABELLED, UNKNOWN, Speaker
from corridor.reports.text.claims import Claim, distance
from corridor.reports.text.fold import ARABIC, fold
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.speakernames import PRONOUN


def nearest(sentence: Sentence, claim: Claim, found: Sequence[Speaker]) -> int:
    """Return which speaker of a sentence stands nearest to a claim, -1 where nobody speaks."""
    near = [at for at, speaker in enumerate(found) if not _aside(sentence, claim, speaker)]
    if len(near) < 2:
        return near[0] if near else -1
    return min(near, key=lambda at: distance(sentence, claim.first, claim.last, found[at].cue))


def _aside(sentence: Sentence, claim: Claim, speaker: Speaker) -> bool:
    """Tell whether a speaker is named in a clause aside, behind the claim: "left for the camp, whose head says"."""
    between = sentence.words[claim.last : speaker.cue.first]
    whose = any(
        word in small("whose") and not _counts(sentence, claim.last + at + 1) for at, word in enumerate(between)
    )
    return whose or _another_clause(sentence, claim, speaker)


def _counts(sentence: Sentence, at: int) -> bool:
    """Tell whether a number or its hedge begins at a token: French "dont 3.000 combattants" names a part, no owner."""
    return sentence.kind(at) == "digits" or any(
        m.first == at and (m.cls == "NUM" or m.cls.startswith("HEDGE_")) for m in sentence.marks
    )


def _another_clause(sentence: Sentence, claim: Claim, speaker: Speaker) -> bool:
    """Tell whether a verb of speech opens another clause behind the claim: "500 left, and officials warned that"."""
    cue = speaker.cue
    if claim.last > cue.first or cue.cls != "SAY":
        return False
    words = sentence.words
    if _opposed(sentence, claim, cue):
        return True
    if words[cue.first][0] >= ARABIC:
        # A verb with its own "and" opens another clause where its subject follows it.
        follows = fold(speaker.name).text.split()[:1] == words[cue.last : cue.last + 1]
        return words[cue.first][0] == "و" and len(words[cue.first]) > 3 and follows
    that = cue.last < len(words) and words[cue.last] in small("that")
    joined = any(words[at] == "," and words[at + 1] in small("and") for at in range(claim.last, cue.first - 1))
    return that and joined


def _opposed(sentence: Sentence, claim: Claim, cue: Mark) -> bool:
    """Tell whether a verb of speech stands in a clause set against the one of a claim: "500, while Turkey says"."""
    turns = [m for m in sentence.of("CONTRAST") if claim.last <= m.first and m.last <= cue.first]
    return any("," not in sentence.words[m.last : cue.first] for m in turns)


# How many names a text keeps in mind for the nouns that go back to them.
NAMED = 7


@lru_cache(maxsize=512)
def _nouns(name: str) -> tuple[str, ...]:
    """Return the words of a name without the Arabic article."""
    return tuple(word.removeprefix("ال") for word in fold(name).text.split())


class Voices:
    """Follows a text sentence by sentence and says whose words each claim is."""

    def __init__(self, voice: str) -> None:
        self.voice = voice
        self._last = ""
        self._named: list[str] = [] if voice in (ARTICLE, "") else [voice]
        self._last_block = -9
        self._quoted: tuple[str, int] = ("", -9)
        self._speaks: tuple[str, int] = ("", -9)

    def hear(self, found: Sequence[Speaker], block: int, *, quoted: bool) -> list[Speaker]:
        """Return the speakers of a sentence with pronouns resolved, or unknown where nobody near was named."""
        if self.voice != ARTICLE:
            # A label in what somebody issued, or in a log, is no source of its own.
            found = [s for s in found if s.cue.cls != LABELLED]
        if not (found or quoted):
            self._quoted = ("", -9)
            return []
        near_enough = self._last and block - self._last_block <= 1
        last = self._last if near_enough else UNKNOWN
        if quoted and self._speaks[0] and block - self._speaks[1] <= 1:
            # Who speaks on in quotation marks is who spoke before, not an office that was cited in between.
            last = self._speaks[0]
        resolved: list[Speaker] = []
        for s in found:
            # "The hospital denied it, and it said that": the one named just before speaks on.
            before = resolved[-1].name if resolved else last
            resolved.append(s._replace(name=before if s.name == PRONOUN else self._in_full(s.name)))
        if quoted and resolved and resolved[-1].name != UNKNOWN and resolved[-1].cue.cls == "SAY":
            self._speaks = (resolved[-1].name, block)
        named = [s for s in resolved if s.name != UNKNOWN]
        if named:
            self._last, self._last_block = named[-1].name, block
        if not resolved and quoted and self._quoted[1] == block:
            return [Speaker(self._quoted[0], Mark(0, 0, "SAY", ""))]
        if resolved:
            self._quoted = (resolved[-1].name, block)
        elif not quoted:
            self._quoted = ("", -9)
        return resolved

    def _in_full(self, name: str) -> str:
        """Return the name that a lone noun goes back to: "the minister" is the minister named before."""
        words = _nouns(name)
        if self.voice != ARTICLE and words and set(words) < set(_nouns(self.voice)):
            # In its own communique "the Commission" is who issues it.
            return self.voice
        if len(words) == 1:
            for full in reversed(self._named):
                if words[0] in _nouns(full):
                    return full
        elif name not in self._named and PRONOUN not in name:
            self._named = [*self._named[-NAMED:], name]
        return name

    def source(self, nearest: int, heard: list[Speaker]) -> str:
        """Return the source of one claim: the speaker nearest to it, else the voice of the text."""
        return heard[nearest].name if heard and nearest >= 0 else self.voice
