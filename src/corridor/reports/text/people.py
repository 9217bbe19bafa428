"""People counted: whether they left, arrived, are still there, are sheltered, were hurt, or are only spoken of."""

from __future__ import annotations

from corridor.reports.text.around import tight
from corridor.reports.text.bare import we_are
from corridor.reports.text.claims import Claim, gap, modality, near
from corridor.reports.text.cues import BY_NOUN, SO_FAR, kind_of
from corridor.reports.text.goeson import goes_on_with
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.parts import is_whole, part, the_others
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.setby import by_deal
from corridor.reports.text.uncued import uncued
from corridor.reports.text.units import Counted, Unit


def person(it: Counted, base: Claim) -> Claim | None:
    """Return the claim of a number of people by the strongest cue near it."""
    if any(bound is not None and bound % 1 for bound in (base.low, base.high)):
        # "2.5 people per car" counts nobody.
        return None
    group, last = _joined(it.sentence, it.unit)
    group = "all" if group in BY_NOUN or group in SO_FAR else group
    base = base._replace(last=max(base.last, last), unit="persons", group=group, people=(it.unit.first, last))
    related = _related(it, base)
    if related:
        return related
    if it.previous and it.unit.first == it.unit.last and goes_on_with(it.sentence, it.number, it.previous):
        return base._replace(kind=it.previous.kind, modality=it.previous.modality, reason="one more of a list")
    kind, cue, cost = kind_of(it.sentence, base, it.unit)
    if it.number.article and (kind != "casualty" or cost > 5):
        return None
    if it.previous and it.previous.unit == "persons" and part(it, base, it.previous, cue):
        return base._replace(
            kind=it.previous.kind, modality=it.previous.modality, confidence=0.5, reason="part of the count before it"
        )
    if kind != "casualty" and by_deal(it.sentence, base):
        return base._replace(
            kind="agreement", modality="planned", confidence=0.7, reason="a number that the agreement sets"
        )
    if (
        not kind
        and not we_are(it.sentence, it.number)
        and not it.sentence.of("PLUPERFECT")
        and it.previous
        and it.previous.unit == "persons"
        and gap(it.sentence, it.previous.last, base.first) < 40
    ):
        return base._replace(
            kind=it.previous.kind,
            modality=it.previous.modality,
            confidence=0.5,
            reason="goes on with the count before it",
        )
    if not kind:
        found = uncued(it, base)
        roofed = found.kind == "remaining" and _of_a_shelter(it.sentence, base)
        return found._replace(kind="reception") if roofed else found
    told = _told(it, base, kind)
    if told != kind:
        return base._replace(kind=told, confidence=0.4, reason=_TOLD[told])
    return base._replace(
        kind=kind,
        modality=modality(it.sentence, base.first, base.last, cue=cue),
        confidence=round(max(0.4, 0.95 - cost / 30), 2),
        reason=f"people with the cue '{_words(it.sentence, cue)}'",
    )


def _taken(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a verb of taking stands right in front of people: "seized dozens of people and shot four"."""
    before = sentence.words[max(0, base.first - 2) : base.first]
    return not small("takenaway").isdisjoint(before)


def _related(it: Counted, base: Claim) -> Claim | None:
    """Return the claim of a number that another count or the vehicles explain: a whole, the others, so many in each."""
    words, first = it.sentence.words, it.number.first
    if it.unit.value == "wounded" and first and words[first - 1] in small("makes"):
        return base._replace(kind="casualty", confidence=0.8, reason="wounded by what the verb before them tells")
    if is_whole(it):
        return base._replace(kind="context", confidence=0.4, reason="the whole of which a part was counted before it")
    if the_others(it):
        return base._replace(kind="remaining", confidence=0.6, reason="the others of those counted before")
    if (
        it.previous
        and it.previous.kind == "capacity"
        and it.previous.last
        and first
        and words[first - 1] in small("ithad")
    ):
        return base._replace(kind="reception", confidence=0.6, reason=_TOLD["reception"])
    if it.previous and it.previous.kind == "capacity" and first and words[first - 1] in small("thatis"):
        return base._replace(kind="capacity", confidence=0.6, reason="the room counted before it, in all")
    behind = it.sentence.words[base.last : base.last + 1]
    if behind and behind[0] in small("per") and any(m.first == base.last + 1 for m in it.sentence.of("VEHICLE")):
        return base._replace(kind="capacity", confidence=0.5, reason="what each vehicle carries")
    if behind and behind[0] in small("each") and it.sentence.of("VEHICLE", "CONVOY"):
        return base._replace(kind="capacity", confidence=0.5, reason="what each vehicle carries")
    return None


_TOLD = {
    "context": "those who do it or who were taken, or a number of another time or operation",
    "reception": "people where the room counted before is",
}


def _told(it: Counted, base: Claim, kind: str) -> str:
    """Return the kind with what the sentence says around it: another time, those who act, those where the room is."""
    if it.unit.family == "staff" and (_agents(it.sentence, base) or _do_it(it.sentence, base)):
        return "context"
    if kind in ("count_out", "remaining", "arrival") and _elsewhere(it.sentence, base):
        return "context"
    if kind == "casualty" and _taken(it.sentence, base):
        return "context"
    # "It can take 1,500; by morning 940 had checked in": they are where the room is.
    bare = it.unit.first == it.unit.last
    if kind in ("arrival", "remaining") and not _to_go(it.sentence, base) and _of_a_shelter(it.sentence, base):
        return "reception"
    if kind == "remaining" and _opened_for(it.sentence, base):
        return "reception"
    if kind == "arrival" and ((bare and _beds_too(it.sentence, base)) or _then_full(it.sentence, base)):
        return "reception"
    return "reception" if kind == "arrival" and bare and it.previous and it.previous.kind == "capacity" else kind


def _of_a_shelter(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a line tells of one shelter, which it names in front of a colon: "Arena: 510 registered"."""
    words = sentence.words[: min(LABEL, base.first)]
    if ":" not in words:
        return False
    return any(m.last <= words.index(":") and m.value != "hospital" for m in sentence.of("SHELTER"))


LABEL = 9


def _then_full(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a shelter's own line counts who is in it: "we registered 140 families and have no more room"."""
    return any(m.first >= base.last for m in sentence.of("FULLUP")) and not sentence.of("SHELTER")


def _beds_too(sentence: Sentence, base: Claim) -> bool:
    """Tell whether people are counted where the beds are: "at the gym 310 registered and beds for 280"."""
    room = [m for m in sentence.of("CAPACITY", "BED") if m.first >= base.last]
    return bool(room) and any(m.last <= base.first and m.value != "hospital" for m in sentence.of("SHELTER"))


def _opened_for(sentence: Sentence, base: Claim) -> bool:
    """Tell whether people are inside a place that was opened for them: "they opened the stadium; 870 were inside"."""
    inside = any(m.first >= base.last and sentence.words[m.last - 1] in small("inside") for m in sentence.of("REMAIN"))
    opened = any(m.last <= base.first for m in sentence.of("TAKEIN"))
    return inside and opened and any(m.last <= base.first for m in sentence.of("SHELTER"))


def _to_go(sentence: Sentence, base: Claim) -> bool:
    """Tell whether what stands right behind a count says that they are still to be moved: "Ward 5: 6 to go"."""
    return any(tight(sentence, m, base.last) for m in sentence.of("LEFTOVER"))


def _agents(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a number of staff follows "by": "looked after by a team of 15 nurses"."""
    return any(0 <= base.first - m.last <= AGENTS and m.cls == "BY" for m in sentence.of("BY"))


def _do_it(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a number of staff is the subject of what is done to others: "sixty soldiers escorted the column"."""
    verbs = [m for m in sentence.of("EVAC") if m.first == base.last]
    words = sentence.words
    return any(m.last < len(words) and words[m.last] in small("determiner") for m in verbs)


AGENTS = 4


def _words(sentence: Sentence, mark: Mark | None) -> str:
    return " ".join(sentence.words[mark.first : mark.last]) if mark else ""


def _joined(sentence: Sentence, unit: Unit) -> tuple[str, int]:
    """Keep joined groups joined: "fighters and their families" is one group."""
    group, last = unit.value, unit.last
    for mark in sentence.marks:
        if (mark.cls == "PERSON" and last < mark.first <= last + 3) or (
            mark.cls == "PERSON" and mark.first == last and sentence.words[mark.first].startswith("و")
        ):
            between = sentence.words[last : mark.first]
            if (
                between
                and between[0] in ("et", "and")
                and not any(sentence.kind(k) == "digits" for k in range(last, mark.first))
            ) or not between:
                if any(m.cls == "NUM" and last <= m.first < mark.first for m in sentence.marks):
                    continue
                if mark.value == "families" and group == "fighters":
                    return "fighters_and_families", mark.last
    return group, last


def _elsewhere(sentence: Sentence, base: Claim) -> bool:
    if any(m.first <= OPENING and m.last - m.first >= RECALLED for m in sentence.of("SINCE")):
        # "It is recalled that in the operation of 2015, 4,600 were brought home".
        return True
    return near(sentence, base.first, base.last, "SINCE", within=12) is not None


OPENING = 4
RECALLED = 4
