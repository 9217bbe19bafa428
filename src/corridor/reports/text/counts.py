"""What each number counts: its unit, the kind of claim it makes, and counts that are none or unknown."""

from __future__ import annotations

from typing import NamedTuple

from corridor.reports.text.claims import FAR, Claim, distance, gap, modality, near, rules
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.numbers import Number, numbers
from corridor.reports.text.sentences import Sentence

_UNITS = {
    "PERSON": "person",
    "STAFF": "staff",
    "VEHICLE": "vehicle",
    "CONVOY": "vehicle",
    "BED": "bed",
    "SEAT": "seat",
    "SHELTER": "shelter",
    "TIMEUNIT": "time",
    "PERCENT": "percent",
    "DEGREE": "degree",
    "SPEED": "weather",
    "DEPTH": "weather",
    "DISTANCE": "distance",
    "MONEY": "money",
    "THING": "thing",
    "MONTH": "date",
    "CASE": "person",
}
_PERSON_CUES = ("EVAC", "LEAVE", "ABOARD", "ARRIVE", "REMAIN", "DEAD", "INJURED", "HOUSE", "CAPACITY")


WITHDRAWN = "withdrawn"


class Unit(NamedTuple):
    """What is counted: its family, the word of the table, and the tokens it covers."""

    family: str
    value: str
    first: int
    last: int
    labelled: bool = False


def count_claims(sentence: Sentence, before: Claim | None = None) -> list[Claim]:
    """Return the claims that the numbers of a sentence make, with those that count none or say nobody knows.

    `before` is the last count of the sentence before, which "their number" goes back to.
    """
    found: list[Claim] = []
    unknown = _unknown(sentence)
    taken = [n for n in numbers(sentence) if not _is_label(sentence, n)]
    previous = before if before and before.unit == "persons" and near(sentence, 0, len(sentence.words), "HOWMANY", within=1) else None
    for at, number in enumerate(taken):
        claim = _claim(sentence, number, taken[at + 1] if at + 1 < len(taken) else None, previous)
        if claim and claim.kind == "schedule" and before and before.kind == "agreement":
            claim = claim._replace(kind="agreement", reason="a length of the agreement named before")
        if _withdrawn(sentence, number):
            unit = claim.unit if claim else previous.unit if previous else "persons"
            found.append(Claim(number.first, number.last, WITHDRAWN, number.low, number.high, unit=unit))
        elif claim:
            found.append(claim)
            previous = claim
    found += _twos(sentence)
    found += _none(sentence)
    return found + unknown


def _is_label(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number names a thing ("Route 9", "convoy 2", "bulletin no 3", a year) and counts nothing."""
    words, at = sentence.words, number.body
    if number.hedge == "exact" and at and sentence.tokens[at].kind == "digits":
        before = [m for m in sentence.marks if m.last == at]
        if any(m.cls in ("NUMBERED", "MONTH") for m in before):
            return True
        named = any(m.cls in ("CONVOY", "VEHICLE", "ROAD", "SHELTER", "STAFF", "DOCTYPE") for m in before)
        if named and (number.low or 0) <= 60 and _unit_after(sentence, number) is None:
            return True
    value = number.low or number.high or 0
    if sentence.tokens[at].kind == "digits" and 1900 <= value <= 2100 and words[at].isdigit():
        return _unit_after(sentence, number) is None
    return False


def _unit_after(sentence: Sentence, number: Number) -> Unit | None:
    """Return the first unit within a few words after the number, across adjectives but not across punctuation."""
    marks = {m.first: m for m in reversed(sentence.marks) if m.cls in _UNITS}
    steps = 0
    at = number.last
    while at < len(sentence.words) and steps <= 4:
        mark = marks.get(at)
        if mark:
            return Unit(_UNITS[mark.cls], mark.value, mark.first, mark.last)
        word = sentence.words[at]
        if not word[0].isalnum() and word != "-" and word != '"':
            return None
        if sentence.tokens[at].kind in ("digits", "clock"):
            return None
        if any(m.first == at and m.cls in ("AUX", "PLAN", *_PERSON_CUES) and m.cls not in ("LEAVE", "EVAC") for m in sentence.marks) and word not in _LINKS:
            return None
        if word not in _LINKS:
            steps += 1
        if steps > 3:
            return None
        at += 1
    return None


_LINKS = frozenset(("de", "d'", "of", "des", "autres", "other", "more", "additional", "من", "the", "les", "-", "a"))


def _unit_label(sentence: Sentence, number: Number) -> Unit | None:
    """Return the unit of a label in front of the number: "Buses: 20", "Still inside (estimate): 3,400"."""
    words = sentence.words
    at = number.first - 1
    if at < 0 or words[at] not in (":", "=", "-", "|"):
        return None
    start = at
    while start and words[start - 1] not in (";", "|", ".") and not (words[start - 1] == "," and any(w.isdigit() for w in words[max(0, start - 3) : start])):
        start -= 1
    for mark in sentence.marks:
        if start <= mark.first < at and mark.cls in _UNITS and mark.cls not in ("TIMEUNIT", "THING", "DISTANCE", "MONEY"):
            return Unit(_UNITS[mark.cls], mark.value, start, mark.last, labelled=True)
    for mark in sentence.marks:
        if start <= mark.first < at and mark.cls in _PERSON_CUES:
            return Unit("bed" if mark.cls == "CAPACITY" else "person", "all", start, mark.last, labelled=True)
    return None


def _unit_bare(sentence: Sentence, number: Number, previous: Claim | None) -> Unit | None:
    """Return people for a number without a noun next to a cue of people: "21 remain", "wounding 12"."""
    after = sentence.words[number.last] if number.last < len(sentence.words) else "."
    before = [m for m in sentence.marks if m.last == number.first and m.cls in ("PERSON", "VEHICLE", "STAFF")]
    if number.article and before:
        return Unit(_UNITS[before[-1].cls], before[-1].value, before[-1].first, number.last)
    if number.article and not before:
        return None
    behind = [m for m in sentence.marks if m.cls in _PERSON_CUES and number.last <= m.first <= number.last + 1]
    cue = near(sentence, number.first, number.last, *_PERSON_CUES, within=2.1)
    if behind or (cue and (not after[0].isalpha() or after in _AFTER_BARE)):
        return Unit("person", "all", number.last, number.last)
    figure = [m for m in sentence.marks if m.cls == "HOWMANY" and 0 <= number.first - m.last <= 1]
    if previous and (after in _OTHERS or (figure and number.hedge != "order")):
        family = "person" if previous.unit == "persons" else "vehicle"
        return Unit(family, previous.group if family == "person" else previous.unit, number.last, number.last)
    return None


_AFTER_BARE = frozenset(("of", "d'", "et", "and", "dont", "including", "at", "in", "on", "from", "to", "a", "au", "en", "dans", "others", "autres", "more", "في", "الي", "من"))
_OTHERS = frozenset(("autres", "others", "more", "other", "اخرين", "اخرون", "اخري"))


def _claim(sentence: Sentence, number: Number, following: Number | None, previous: Claim | None) -> Claim | None:
    unit = _unit_after(sentence, number)
    if unit and following and unit.first >= following.first:
        unit = None
    unit = unit or _unit_label(sentence, number) or _unit_bare(sentence, number, previous)
    if unit is None:
        unit = _shared(sentence, number, following)
    if unit is None:
        return None
    if unit.labelled:
        number = number._replace(first=unit.first)
        unit = unit._replace(last=max(unit.last, number.last))
    last = max(number.last, unit.last)
    base = Claim(number.first, last, "", number.low, number.high, number.hedge)
    maker = _MAKERS.get(unit.family)
    return maker(sentence, number, unit, base, previous) if maker else None


def _shared(sentence: Sentence, number: Number, following: Number | None) -> Unit | None:
    """Return the unit that a second number carries for both: "12 or 13 buses", "800 of 1,000 places"."""
    if following is None or gap(sentence, number.last, following.first) > 3:
        return None
    unit = _unit_after(sentence, following)
    if unit and unit.family in ("seat", "bed", "person") and any(w in ("of", "sur", "/", "من", "out") for w in sentence.words[number.last : following.body]):
        return Unit("occupied" if unit.family != "person" else "person", unit.value, number.last, number.last)
    return None


def _person(sentence: Sentence, number: Number, unit: Unit, base: Claim, previous: Claim | None) -> Claim | None:
    group, last = _joined(sentence, unit)
    base = base._replace(last=max(base.last, last), unit="persons", group=group)
    kind, cue, cost = _kind(sentence, base, unit)
    if number.article and kind != "casualty":
        return None
    subset = [m for m in sentence.marks if m.cls == "SUBSET" and 0 <= base.first - m.last <= 2]
    if subset and previous and previous.unit == "persons":
        return base._replace(kind=previous.kind, modality=previous.modality, confidence=0.5, reason="part of the count before it")
    if kind != "casualty" and _by_deal(sentence, base):
        return base._replace(kind="agreement", modality="planned", confidence=0.7, reason="a number that the agreement sets")
    if not kind and previous and previous.unit == "persons" and gap(sentence, previous.last, base.first) < 40:
        return base._replace(kind=previous.kind, modality=previous.modality, confidence=0.5, reason="goes on with the count before it")
    if not kind:
        if unit.value == "wounded" and not unit.labelled and len(sentence.words) < 14:
            return base._replace(kind="casualty", reason="wounded people without another cue", confidence=0.5)
        return base._replace(kind="context", confidence=0.3, reason="people, but nothing says what is counted")
    if kind in ("count_out", "remaining", "arrival") and _elsewhere(sentence, base):
        return base._replace(kind="context", confidence=0.4, reason="a number of another time or operation")
    return base._replace(
        kind=kind,
        modality=modality(sentence, base.first, base.last, cue=cue),
        confidence=round(max(0.4, 0.95 - cost / 30), 2),
        reason=f"people with the cue '{_words(sentence, cue)}'",
    )


def _kind(sentence: Sentence, base: Claim, unit: Unit) -> tuple[str, Mark | None, float]:
    family = "staff" if unit.family == "staff" else "person"
    best: tuple[str, Mark | None, float] = ("", None, FAR)
    table = rules()
    for mark in sentence.marks:
        rule = table.get((family, mark.cls))
        if rule is None or (mark.first >= base.first and mark.last <= base.last and not unit.labelled and mark.first < unit.last and mark.cls not in ("DEAD", "INJURED", "EVAC")):
            continue
        cost = distance(sentence, base.first, base.last, mark) + rule[1]
        if unit.labelled and unit.first <= mark.first < base.last:
            cost = rule[1] + 0.1 * (mark.first - unit.first)
        if cost < best[2]:
            best = (rule[0], mark, cost)
    if unit.family == "person" and unit.value in ("killed", "injured"):
        return "casualty", best[1], 1.0
    return best


def _words(sentence: Sentence, mark: Mark | None) -> str:
    return " ".join(sentence.words[mark.first : mark.last]) if mark else ""


def _joined(sentence: Sentence, unit: Unit) -> tuple[str, int]:
    """Keep joined groups joined: "fighters and their families" is one group."""
    group, last = unit.value, unit.last
    for mark in sentence.marks:
        if mark.cls == "PERSON" and last < mark.first <= last + 3 or (mark.cls == "PERSON" and mark.first == last and sentence.words[mark.first].startswith("و")):
            between = sentence.words[last : mark.first]
            if (between and between[0] in ("et", "and") and not any(sentence.tokens[k].kind == "digits" for k in range(last, mark.first))) or not between:
                if any(m.cls == "NUM" and last <= m.first < mark.first for m in sentence.marks):
                    continue
                if mark.value == "families" and group == "fighters":
                    return "fighters_and_families", mark.last
    return group, last


def _by_deal(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a number is a ceiling or a share that an agreement sets, not a count of people who move."""
    under = near(sentence, base.first, base.last, "UNDERDEAL", within=30)
    return bool(under) and (base.hedge == "max" or near(sentence, base.first, base.last, "ALLOWED", within=10) is not None)


def _elsewhere(sentence: Sentence, base: Claim) -> bool:
    return near(sentence, base.first, base.last, "SINCE", within=9) is not None


def _vehicle(sentence: Sentence, number: Number, unit: Unit, base: Claim, previous: Claim | None) -> Claim | None:
    if number.article:
        explicit = unit.first < number.first
        if not explicit:
            return None
    mode = modality(sentence, base.first, base.last)
    cue = near(sentence, base.first, base.last, "NEED", within=5)
    return base._replace(kind="fleet", unit=unit.value, modality="planned" if cue else mode, confidence=0.85, reason="a number of vehicles")


def _bed(sentence: Sentence, number: Number, unit: Unit, base: Claim, previous: Claim | None) -> Claim | None:
    base = base._replace(unit="beds" if unit.family == "bed" else "places")
    taken = near(sentence, base.first, base.last, "HOUSE", "OCCUPIED", within=4)
    room = near(sentence, base.first, base.last, "CAPACITY", within=6)
    if taken and not (room and distance(sentence, base.first, base.last, room) <= distance(sentence, base.first, base.last, taken)):
        return base._replace(kind="reception", reason="places taken", confidence=0.7)
    if unit.family == "seat" and not room and not near(sentence, base.first, base.last, "SHELTER", "VEHICLE", within=FAR):
        return None
    return base._replace(kind="capacity", reason="room to receive or carry people", confidence=0.75, modality=modality(sentence, base.first, base.last))


def _occupied(sentence: Sentence, number: Number, unit: Unit, base: Claim, previous: Claim | None) -> Claim | None:
    return base._replace(kind="reception", unit="places", reason="places taken of those there are", confidence=0.7)


def _shelter(sentence: Sentence, number: Number, unit: Unit, base: Claim, previous: Claim | None) -> Claim | None:
    if number.article or number.hedge == "order":
        return None
    cue = near(sentence, base.first, base.last, "TAKEIN", "HOUSE", "CLOSED", within=8)
    if not cue or unit.value == "hospital":
        return None
    return base._replace(kind="reception", unit="shelters", reason="shelters opened or in use", confidence=0.6, modality=modality(sentence, base.first, base.last))


def _time(sentence: Sentence, number: Number, unit: Unit, base: Claim, previous: Claim | None) -> Claim | None:
    base = base._replace(unit=unit.value)
    if number.article:
        return None
    deal = near(sentence, base.first, base.last, "TRUCE", "DEAL", "UNDERDEAL", within=14)
    after = near(sentence, base.first, base.last, "AGO", "DAILY", within=2.1)
    if deal and not after and unit.value in ("hours", "days", "weeks", "months") and not near(sentence, base.first, base.last, "STOP", within=5):
        return base._replace(kind="agreement", modality="planned", confidence=0.7, reason="a length that the agreement sets")
    if near(sentence, base.first, base.last, "PLAN", within=6):
        return base._replace(kind="schedule", modality="planned", confidence=0.5, reason="a planned duration")
    return None


def _percent(sentence: Sentence, number: Number, unit: Unit, base: Claim, previous: Claim | None) -> Claim | None:
    return base._replace(kind="context", unit="percent", confidence=0.4, reason="a share")


def _weather(sentence: Sentence, number: Number, unit: Unit, base: Claim, previous: Claim | None) -> Claim | None:
    if unit.family != "degree" and not near(sentence, base.first, base.last, "WEATHER", within=9):
        return None
    first = base.first
    sign = sentence.words[number.body - 1] if number.body else ""
    low, high = base.low, base.high
    minus = sign == "-" or any(m.cls == "MINUS" and m.last == number.body for m in sentence.marks)
    if minus:
        first, low, high = number.body - 1, -(low or 0), -(high or 0)
    if unit.family == "degree" and near(sentence, base.first, base.last, "BELOW", within=4):
        low, high = -(low or 0), -(high or 0)
    mode = modality(sentence, base.first, base.last)
    return base._replace(kind="weather", first=first, low=low, high=high, unit=unit.value, confidence=0.8, reason="a measure of the weather", modality=mode)


def _distance(sentence: Sentence, number: Number, unit: Unit, base: Claim, previous: Claim | None) -> Claim | None:
    """A distance is a claim only as a measure of the weather: metres of surge, km/h of wind."""
    if unit.value in ("km", "m", "km/h", "mph", "feet", "inches") and near(sentence, base.first, base.last, "WEATHER", within=7):
        if near(sentence, base.first, base.last, "ROAD", "SHELTER", within=4):
            return None
        return _weather(sentence, number, unit, base, previous)
    return None


_MAKERS = {
    "person": _person,
    "staff": _person,
    "vehicle": _vehicle,
    "bed": _bed,
    "seat": _bed,
    "occupied": _occupied,
    "shelter": _shelter,
    "time": _time,
    "percent": _percent,
    "degree": _weather,
    "weather": _weather,
    "distance": _distance,
}


def _withdrawn(sentence: Sentence, number: Number) -> bool:
    """Tell whether a number is the one that a correction takes back ("35, not 53")."""
    if not near(sentence, 0, len(sentence.words), "CORRECT"):
        return False
    return any(m.cls == "WITHDRAWN" and 0 <= number.first - m.last <= 2 for m in sentence.marks)


def _twos(sentence: Sentence) -> list[Claim]:
    """Return the claims of words that are two by themselves (the Arabic dual)."""
    found = []
    for mark in sentence.marks:
        if mark.cls.startswith("TWO_"):
            family = _UNITS[mark.cls.removeprefix("TWO_")]
            number = Number(mark.first, mark.last, mark.first, 2.0, 2.0, "exact")
            base = Claim(mark.first, mark.last, "", 2.0, 2.0)
            maker = _MAKERS[family]
            claim = maker(sentence, number, Unit(family, mark.value, mark.first, mark.last), base, None)
            if claim:
                found.append(claim)
    return found


def _none(sentence: Sentence) -> list[Claim]:
    """Return counts of zero: "no buses arrived", "nobody was hurt"."""
    found: list[Claim] = []
    for mark in sentence.of("NONE", "NOBODY", "NOHURT"):
        if mark.cls == "NOHURT":
            found.append(Claim(mark.first, mark.last, "casualty", 0.0, 0.0, modality="denied", unit="persons", reason="says that nobody was hurt"))
            continue
        claim = _nobody(sentence, mark) if mark.cls == "NOBODY" else _no_unit(sentence, mark)
        if claim:
            found.append(claim._replace(low=0.0, high=0.0, modality="denied", confidence=0.7))
    return found


def _nobody(sentence: Sentence, mark: Mark) -> Claim | None:
    if near(sentence, mark.first, mark.last, "UNKNOWNING", within=4):
        return None
    base = Claim(mark.first, mark.last, "", unit="persons", group="all", reason="says that there was nobody")
    kind, cue, cost = _kind(sentence, base, Unit("person", "all", mark.last, mark.last))
    if not cue or cost > 6 or cue.first < mark.first:
        return None
    return base._replace(kind=kind, last=cue.last)


def _no_unit(sentence: Sentence, mark: Mark) -> Claim | None:
    for unit in sentence.marks:
        if not mark.last <= unit.first <= mark.last + 2:
            continue
        base = Claim(mark.first, unit.last, "", reason="says that there was none")
        if unit.cls in ("DEAD", "INJURED"):
            return base._replace(kind="casualty", unit="persons", group="injured" if unit.cls == "INJURED" else "killed")
        if unit.cls in ("VEHICLE", "CONVOY"):
            return base._replace(kind="fleet", unit=unit.value)
        if unit.cls in ("PERSON", "STAFF"):
            kind, cue, _ = _kind(sentence, base, Unit("person", unit.value, unit.first, unit.last))
            if unit.value == "wounded" and kind in ("", "casualty"):
                kind = "casualty"
            return base._replace(kind=kind, unit="persons", group=unit.value) if kind else None
    return None


def _unknown(sentence: Sentence) -> list[Claim]:
    """Return the claims that nobody knows a number: the kind is what the number would count."""
    for mark in sentence.of("UNKNOWNING"):
        many = near(sentence, mark.first, mark.last, "HOWMANY", within=6)
        if not many and not {"combien", "how", "كم"} & set(sentence.words[mark.first : mark.last]):
            continue
        first, last = mark.first, mark.last
        nobody = [m for m in sentence.marks if m.cls == "NOBODY" and m.first <= mark.first and m.last >= mark.first - 1]
        first = min([first, *(m.first for m in nobody)], default=first)
        if many:
            first, last = min(first, many.first), max(last, many.last)
        base = Claim(first, last, "", hedge="unknown", modality="unknown", unit="persons", group="all")
        kind, cue, _ = _kind(sentence, base, Unit("person", "all", last, last))
        if cue and kind:
            return [base._replace(kind=kind, last=max(last, cue.last), confidence=0.8, reason="says that nobody knows the number")]
    return []
