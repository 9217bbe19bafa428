"""Counts without a number: none at all, one person named by a noun, and numbers that nobody knows."""

from __future__ import annotations

from corridor.reports.text.claims import Claim, gap, near, rules
from corridor.reports.text.cues import kind_of
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.units import Unit


def no_claims(sentence: Sentence) -> list[Claim]:
    """Return counts of zero: "no buses arrived", "nobody was hurt"."""
    found: list[Claim] = []
    for mark in sentence.of("NONE", "NOBODY", "NOHURT"):
        if mark.cls == "NOBODY" and _but_some(sentence, mark):
            continue
        if mark.cls == "NOHURT" and any(m.last == mark.first for m in sentence.of("ARRIVE")):
            # "The convoy arrived safe and sound" counts nobody.
            continue
        if mark.cls == "NOHURT":
            if found and found[-1].unit == "persons" and mark.first - found[-1].last <= 1:
                found[-1] = found[-1]._replace(last=mark.last)
                continue
            found.append(
                Claim(
                    mark.first,
                    mark.last,
                    "casualty",
                    0.0,
                    0.0,
                    modality="denied",
                    unit="persons",
                    reason="says that nobody was hurt",
                )
            )
            continue
        claim = _nil(sentence, mark)
        claim = claim or (_nobody(sentence, mark) if mark.cls == "NOBODY" else _no_unit(sentence, mark))
        if not small("without").isdisjoint(sentence.words[max(0, mark.first - 3) : mark.first]):
            # Arabic: "the non-pursuit of any of those who leave" counts nobody.
            continue
        if claim and not any(c.first < claim.last and claim.first < c.last for c in found):
            found.append(claim._replace(low=0.0, high=0.0, modality="denied", confidence=0.7))
    return found


def _but_some(sentence: Sentence, mark: Mark) -> bool:
    """Tell whether "nobody" is followed by those who are the exception, with their number: "nobody but 12 cases"."""
    numbers = [at for at in sentence.numbered if at >= mark.last]
    return bool(numbers and numbers[0]) and sentence.words[numbers[0] - 1] in small("only")


def _nil(sentence: Sentence, mark: Mark) -> Claim | None:
    """Return the count that a nil closes or opens: "Deaths in transit: nil", "zero remaining"."""
    words = sentence.words
    if mark.last != mark.first + 1 or words[mark.first] not in small("nil"):
        return None
    if mark.first and words[mark.first - 1] in small("until"):
        return None
    behind = [m for m in sentence.of(*_NIL_BEFORE) if m.first == mark.last]
    closed = mark.last >= len(words) or not words[mark.last][0].isalpha()
    if not behind and not closed:
        return None
    start = mark.first
    while start and words[start - 1] not in ",;.|":
        start -= 1
    inside = behind or [m for m in sentence.of(*_NIL_BEFORE) if start <= m.first < mark.first]
    if not inside:
        return None
    kind = next(kind for cls, kind in _OF_NIL.items() if any(m.cls == cls for m in inside))
    first, last = min(inside[0].first, mark.first), max(inside[-1].last, mark.last)
    return Claim(first, last, kind, unit="persons", group="all", reason="says that there was none")


_OF_NIL = {
    "DEAD": "casualty",
    "INJURED": "casualty",
    "MISSING": "casualty",
    "REMAIN": "remaining",
    "ARRIVE": "arrival",
    "EVAC": "count_out",
    "LEAVE": "count_out",
    "ABOARD": "count_out",
}
_NIL_BEFORE = tuple(_OF_NIL)


def _nobody(sentence: Sentence, mark: Mark) -> Claim | None:
    if near(sentence, mark.first, mark.last, "UNKNOWNING", within=4):
        return None
    if mark.first and sentence.words[mark.first - 1] in small("until"):
        # "Until none remain" tells what is meant, not what was counted.
        return None
    base = Claim(mark.first, mark.last, "", unit="persons", group="all", reason="says that there was nobody")
    if mark.value:
        return base._replace(kind=mark.value)
    kind, cue, cost = kind_of(sentence, base, Unit("person", "all", mark.last, mark.last))
    if not cue or cost > 6 or cue.first < mark.first:
        return None
    if kind == "count_out" and (
        cue.cls != "LEAVE" or cue.first > mark.last or sentence.words[cue.first].endswith("ing")
    ):
        # "Nobody is being sent away": who moves nobody is seldom a count of those who left.
        return None
    return base._replace(kind=kind, last=cue.last)


def _no_unit(sentence: Sentence, mark: Mark) -> Claim | None:
    if mark.first and sentence.words[mark.first - 1].endswith("ez"):
        # "Ne descendez pas de voiture" counts no car.
        return None
    for unit in sentence.marks:
        reach = 0 if sentence.words[mark.first] in small("bareno") and mark.last == mark.first + 1 else 2
        if not mark.last <= unit.first <= mark.last + reach:
            continue
        base = Claim(mark.first, unit.last, "", reason="says that there was none")
        if unit.cls in ("DEAD", "INJURED"):
            return base._replace(
                kind="casualty", unit="persons", group="injured" if unit.cls == "INJURED" else "killed"
            )
        if unit.cls in ("VEHICLE", "CONVOY"):
            could = sentence.words[unit.last : unit.last + 1]
            if near(sentence, unit.first, unit.last, "PLAN", "DUTY", "ESTIMATE", within=2.1) and not (
                not could or could[0] in small("could")
            ):
                # "No vehicle shall be searched" counts none.
                return None
            return base._replace(kind="fleet", unit=unit.value)
        if unit.cls in ("PERSON", "STAFF"):
            kind, cue, _ = kind_of(sentence, base, Unit("person", unit.value, unit.first, unit.last))
            kind = _yet_to(sentence, cue) or kind
            if unit.value == "wounded" and kind in ("", "casualty"):
                kind = "casualty"
            if unit.cls == "STAFF" and kind == "remaining":
                # "No doctor on the quay": nobody counts who is not there.
                return None
            return base._replace(kind=kind, unit="persons", group=unit.value) if kind else None
    return None


def _yet_to(sentence: Sentence, cue: Mark | None) -> str:
    """Return what a verb right behind "still" says was not done: "no patient has yet left" is none who left."""
    if cue is None or cue.cls != "REMAIN" or cue.last != cue.first + 1:
        return ""
    behind = [m for m in sentence.of("LEAVE", "EVAC", "ARRIVE") if 0 <= m.first - cue.last <= 1]
    if not behind:
        return ""
    return "arrival" if behind[0].cls == "ARRIVE" else "count_out"


def subject_claims(sentence: Sentence, found: list[Claim]) -> list[Claim]:
    """Return the death or injury of one person named by any noun: "a 62-year-old fisherman was killed"."""
    told = [claim for claim in found if claim.kind == "casualty"]
    for hurt in sentence.of("DEAD", "INJURED", "MISSING"):
        before = sentence.words[hurt.first - 1] if hurt.first else ""
        hit = _object(sentence, hurt)
        if hit and not any(claim.first < hit.last and claim.last > hurt.first for claim in told):
            group = "killed" if hurt.cls == "DEAD" else "injured"
            claim = Claim(hurt.first, hit.last, "casualty", 1.0, 1.0, unit="persons", group=group)
            return [claim._replace(reason="one person, the object of a verb of harm")]
        befell = sentence.words[hurt.first] in small("suffers") or before in small("suffers")
        if not befell or any(
            gap(sentence, hurt.last, claim.first) < NEAR and claim.last > hurt.first for claim in told
        ):
            continue
        one = _subject(sentence, hurt) or _the_one(sentence, hurt) or _body(sentence, hurt) or _kin(sentence, hurt)
        if one and not any(claim.first < hurt.last and claim.last > one.first for claim in told):
            group = "killed" if hurt.cls == "DEAD" else "injured"
            claim = Claim(one.first, hurt.last, "casualty", 1.0, 1.0, unit="persons", group=group)
            return [claim._replace(reason="one person, the subject of what befell them")]
    return []


def _object(sentence: Sentence, hurt: Mark) -> Mark | None:
    """Return the one person whom a verb of harm in "-ing" has as its object: "killing its driver"."""
    if hurt.last != hurt.first + 1 or not sentence.words[hurt.first].endswith(("ant", "ing")):
        return None
    if sentence.words[hurt.last : hurt.last + 1] == [] or sentence.words[hurt.last] not in small("hisown"):
        return None
    who = [m for m in sentence.of("STAFF", "PERSON") if m.first == hurt.last + 1]
    return who[0] if who and not _many(sentence, who[0]) else None


def _body(sentence: Sentence, hurt: Mark) -> Mark | None:
    """Return the words that name one body, found behind them: "the body of a teenager was recovered"."""
    bodies = [m for m in sentence.of("BODY") if 0 <= hurt.first - m.last <= BODY]
    return bodies[0] if bodies else None


BODY = 5
NEAR = 6.0
_OTHERS = frozenset(("VEHICLE", "CONVOY", "NUM", "OPERATION", "ROAD", "SHELTER"))


def _subject(sentence: Sentence, hurt: Mark) -> Mark | None:
    """Return the article of the one person who is the subject of a verb of harm, at the opening of a clause."""
    for one in sentence.of("NUM"):
        before = sentence.words[one.first - 1] if one.first else ","
        opens = before in (",", ";", '"', ":", "that", "que", "qu'") or (
            before in small("and") and sentence.words[one.first - 2 : one.first - 1] == [","]
        )
        if not one.value.startswith("one:") or not opens or not 0 <= hurt.first - one.last <= 8:
            continue
        aged = {m.first for m in sentence.of("TIMEUNIT")}
        # "A girl of nine was trampled to death".
        aged |= {m.last for m in sentence.of("NUM") if sentence.words[m.first - 1] in small("of")}
        if not any(
            m.cls in _OTHERS and m.last not in aged and one.last <= m.first < hurt.first for m in sentence.marks
        ):
            return one
    return None


def _kin(sentence: Sentence, hurt: Mark) -> Mark | None:
    """Return the one of somebody's family to whom harm came: "dad died this morning"."""
    at = hurt.first - 1
    while at > 0 and sentence.words[at] in small("suffers"):
        at -= 1
    kin = at >= 0 and sentence.words[at] in small("kin")
    return Mark(at, at + 1, "PERSON", "one") if kin else None


def _the_one(sentence: Sentence, hurt: Mark) -> Mark | None:
    """Return the one person of a role who opens a clause and was hurt: "the driver was grazed in the neck"."""
    for who in sentence.of("STAFF", "PERSON"):
        at = who.first - 1
        named = at >= 0 and (sentence.words[at] in small("the") or _owner(sentence, at))
        # A log leaves the article out: "Van 2 struck it; driver has a broken wrist".
        bare = who.cls == "STAFF" and (at < 0 or sentence.words[at] in (";", ":", "."))
        if not (named or bare) or who.last - who.first > 1 or _many(sentence, who):
            continue
        opens = (
            bare
            or at <= 0
            or _owner(sentence, at)
            or sentence.words[at - 1] in (",", ";", ":", '"', "and", "et", "but")
        )
        helping = sentence.words[who.last : hurt.first]
        begun = sentence.words[hurt.first] in small("suffers") or (helping[-1:] and helping[-1] in small("suffers"))
        reach = COMPLEMENT if helping and helping[0] in small("of") else AUXILIARIES
        if "," in helping or any(who.last <= m.first < hurt.first for m in sentence.of("PERSON", "STAFF")):
            reach = AUXILIARIES
        if opens and begun and hurt.first >= who.last and len(helping) <= reach:
            return who._replace(first=max(at, 0))
    return None


def _owner(sentence: Sentence, at: int) -> bool:
    """Tell whether a word is the end of an owner's name that opens what is said: "the lorry's driver"."""
    return sentence.words[at] == "s" and at <= OWNER and sentence.words[at - 1].endswith(("'", "’"))


OWNER = 4


AUXILIARIES = 3
# "The driver of ambulance 7 has been".
COMPLEMENT = 7


def _many(sentence: Sentence, who: Mark) -> bool:
    """Tell whether a noun is no single person: a plural, or a group."""
    word = sentence.words[who.first]
    return who.value in ("families", "wounded") or word.endswith(
        ("s", "x", "people", "men", "women", "children", "folk")
    )


def unknown_claims(sentence: Sentence, before: Claim | None = None) -> list[Claim]:
    """Return the claims that nobody knows a number: the kind is what the number would count.

    `before` is the last count of the sentence before, which "the exact number" goes back to.
    """
    for mark in sentence.of("UNKNOWNING"):
        many = near(sentence, mark.first, mark.last, "HOWMANY", within=11)
        labelled = _unknown_of_label(sentence, mark)
        if labelled:
            return [labelled]
        if not many and not _MANY & set(sentence.words[max(0, mark.first - ASKED) : mark.last + ASKED]):
            continue
        first, last = mark.first, mark.last
        nobody = [m for m in sentence.marks if m.cls == "NOBODY" and m.first <= mark.first and m.last >= mark.first - 1]
        first = min([first, *(m.first for m in nobody)], default=first)
        if many:
            first, last = min(first, many.first), max(last, many.last)
        base = Claim(first, last, "", hedge="unknown", modality="unknown", unit="persons", group="all")
        if any(0 <= m.first - last <= 1 for m in sentence.of("BED", "SEAT")):
            return [base._replace(kind="capacity", unit="beds", reason="says that nobody knows how much room there is")]
        hurt = [at for at in range(many.last, many.last + 3) if at < len(sentence.words)] if many else []
        hurt = [at for at in hurt if sentence.words[at] in small("hurt")]
        if hurt:
            said = base._replace(kind="casualty", last=max(last, hurt[0] + 1), confidence=0.7)
            return [said._replace(reason="says that nobody knows how many were hurt")]
        # What people would be counted doing may stand inside: "how many are left inside is anyone's guess".
        kind, cue, _ = kind_of(sentence, base, Unit("person", "all", first, first))
        if cue and kind:
            return [
                base._replace(
                    kind=kind, last=max(last, cue.last), confidence=0.8, reason="says that nobody knows the number"
                )
            ]
        theirs = sentence.words[mark.first] in small("theirs")
        if before and before.unit == "persons" and (theirs or len(sentence.words) <= SHORT):
            return [base._replace(kind=before.kind, confidence=0.6, reason="nobody knows the number counted before")]
    return []


def _unknown_of_label(sentence: Sentence, mark: Mark) -> Claim | None:
    """Return the number that nobody knows behind its label: "People unreached: unknown"."""
    if mark.first < 2 or sentence.words[mark.first - 1] != ":" or mark.last < len(sentence.words) - 1:
        return None
    cues = sentence.of("REMAIN", "DEAD", "INJURED", "MISSING", "EVAC", "ARRIVE", "HOUSE")
    kinds = rules()
    cue = next((m for m in cues if m.last <= mark.first - 1), None)
    if cue is None:
        return None
    claim = Claim(cue.first, mark.last, kinds["person", cue.cls][0], hedge="unknown", modality="unknown")
    return claim._replace(unit="persons", group="all", reason="a label whose number nobody knows")


ASKED = 4
_ARABIC_COUNT = ("حصر", "احصاء", "ارقام")
_TO_COUNT = ("chiffrer", "denombrer", "compter", "estimation", "recensement", *_ARABIC_COUNT, "count", "estimate")
_MANY = frozenset(("combien", "how", "كم", "العدد", "عدد", "عددهم", "nombre", "number", *_TO_COUNT))
# A sentence of more words speaks of something else than the count before it.
SHORT = 10
