"""Which word near a number of people says what became of them."""

from __future__ import annotations

from corridor.reports.text.around import tight
from corridor.reports.text.claims import FAR, Claim, awaited, distance, gap, rules
from corridor.reports.text.fold import ARABIC
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.parts import then_moved
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.uncued import TIGHT, causes
from corridor.reports.text.units import Unit, in_the


def kind_of(sentence: Sentence, base: Claim, unit: Unit) -> tuple[str, Mark | None, float]:
    """Return the kind that the nearest cue gives to people, the cue and how far it stands."""
    family = "staff" if unit.family == "staff" else "person"
    best: tuple[str, Mark | None, float] = ("", None, FAR)
    table = rules()
    for mark in sentence.marks:
        rule = table.get((family, mark.cls))
        if rule is None or _no_cue(sentence, mark, base, unit) or _riding(sentence, mark, unit):
            continue
        cost = distance(sentence, base.first, base.last, mark) + rule[1]
        cost += _of_the_noun(mark, base, unit)
        cost += _of_its_place(sentence, mark, base, unit)
        if unit.labelled and unit.first <= mark.first < base.last:
            cost = rule[1] + 0.1 * (mark.first - unit.first)
        if mark.cls == "HOUSE" and not _sheltered(sentence):
            cost += 2
        kind = _kind_by(sentence, mark, base, rule[0])
        if cost < best[2]:
            best = (kind, mark, cost)
    nobody = [m for m in sentence.of("NOBODY") if m.value and m.last < base.first]
    if nobody and base.first and sentence.words[base.first - 1] in small("only"):
        # "Nobody came out but 12".
        return nobody[0].value, nobody[0], 1.0
    if unit.family == "person" and (unit.value in ("killed", "injured") or _beside_killed(sentence, unit)):
        return "casualty", best[1], 1.0
    if unit.value in BY_NOUN:
        return BY_NOUN[unit.value], best[1], 1.0
    if unit.value in SO_FAR and best[2] > NEWCOMERS:
        return SO_FAR[unit.value], best[1], 1.0
    return best


def _beside_killed(sentence: Sentence, unit: Unit) -> bool:
    """Tell whether wounded are counted right beside killed: "two killed and nine wounded"."""
    if unit.value != "wounded":
        return False
    killed = [m for m in sentence.of("PERSON", "TWO_PERSON") if m.value == "killed"]
    return any(gap(sentence, min(m.last, unit.last), max(m.first, unit.first)) <= BESIDE for m in killed)


BESIDE = 4.0
ADJECTIVE = 5.0
BROUGHT = 5
_THEM = ("هم", "هن", "هما")


# Nouns that say themselves what became of those they count: "12 departures", "146 admissions".
BY_NOUN = {"departures": "count_out", "arrivals": "arrival", "refusals": "remaining"}
# Newcomers have arrived, and who means to leave is there, where nothing else is said of them.
SO_FAR = {"newcomers": "arrival", "waiting": "remaining"}


NEWCOMERS = 4.0


def _of_the_noun(mark: Mark, base: Claim, unit: Unit) -> float:
    """Return what an adjective costs more that says who they are: "38 of the transferred patients have reached it"."""
    inside = base.first < mark.first and mark.last == unit.first < unit.last
    return ADJECTIVE if inside and mark.cls in ("EVAC", "HOUSE") else 0.0


def _riding(sentence: Sentence, mark: Mark, unit: Unit) -> bool:
    """Tell whether those who occupy something occupy a vehicle: "a boat capsized; its four occupants are safe"."""
    own = mark.cls == "HOUSE" and unit.first <= mark.first < unit.last
    return own and bool(sentence.of("VEHICLE")) and not _sheltered(sentence)


def _of_its_place(sentence: Sentence, mark: Mark, base: Claim, unit: Unit) -> float:
    """Return what a cue costs more, or less, by where it stands to the noun of what is counted."""
    if mark.cls in ("EVAC", "ARRIVE", "LEAVE", "HOUSE") and mark.first == unit.first < unit.last:
        # "245 evacues sont arrives": the noun is the unit, and counts as a cue only where there is no verb.
        return 9.0
    if mark.cls == "REMAIN" and mark.last == base.first and then_moved(sentence, base.last):
        return 9.0
    if mark.cls == "REMAIN" and mark.first == base.last and sentence.words[mark.last - 1].endswith((*_THEM, "وا")):
        # Arabic: "brought out 157 people besieged-them the water": that was before.
        return 9.0 if any(0 <= base.first - m.last <= BROUGHT for m in sentence.of("EVAC")) else 0.0
    if mark.cls == "REMAIN" and _who_were(sentence, mark, base):
        # "Five who ignored the order were brought out".
        return 9.0
    if mark.cls == "ABOARD" and _arrived_on(sentence, mark, base):
        # Arabic: "arrived at the airport aboard the second aircraft 128 people".
        return 9.0
    if mark.cls in ("DEAD", "INJURED"):
        return _of_the_hurt(sentence, mark, base, unit)
    hurt = any(m.last == base.first for m in sentence.of("DEAD", "INJURED"))
    if mark.cls == "EVAC" and mark.first == base.last and sentence.words[mark.last - 1].endswith(_THEM) and not hurt:
        # Arabic: "in the cellar were 17 children, brought-them-out the neighbours".
        return -1.0
    if mark.cls == "ARRIVE" and any(m.cls == "PERSON" and m.last == mark.first for m in sentence.marks):
        # "patients admitted had left": behind its noun a participle says who they are, where there is a verb.
        return 4.0
    return 0.0


def _of_the_hurt(sentence: Sentence, mark: Mark, base: Claim, unit: Unit) -> float:
    """Return what a word of the dead or hurt costs more, or less, by where it stands to what is counted."""
    if mark.cls == "INJURED" and unit.value == "wounded" and unit.first <= mark.first < unit.last:
        # "14 wounded, ready to go": the noun says who they are, the cue what of them.
        return 2.0
    if mark.first > base.last and _numbered(sentence, mark):
        # "320 citizens, as well as dozens of critically injured people, crossed": the hurt are the others.
        return 9.0
    if mark.first == base.last:
        # "14 injuries were recorded": the noun behind the number is what it counts.
        aboard = unit.value == "wounded" and any(m.last == base.first for m in sentence.of("ABOARD"))
        return 2.0 if aboard else -1.0
    return 0.0


def _numbered(sentence: Sentence, mark: Mark) -> bool:
    """Tell whether a number stands right in front of a word of the hurt that says who they are."""
    if any(m.last == mark.first and not m.value.startswith("one:") for m in sentence.of("NUM")):
        return True
    return mark.first > 0 and sentence.kind(mark.first - 1) == "digits"


def _arrived_on(sentence: Sentence, mark: Mark, base: Claim) -> bool:
    """Tell whether people behind "aboard the ..." are the subject of an Arabic verb of arrival in front of it."""
    if mark.last > base.first or sentence.words[mark.last - 1] in small("standsopen"):
        return False
    if small("standsopen").isdisjoint(sentence.words[mark.first : mark.last]):
        return False
    came = [m for m in sentence.of("ARRIVE") if m.last <= mark.first]
    between = ("VEHICLE", "CONVOY", "NUM", "TWO_VEHICLE")
    return bool(came) and not any(came[-1].last <= m.first < mark.first for m in sentence.of(*between))


def _who_were(sentence: Sentence, cue: Mark, base: Claim) -> bool:
    """Tell whether a cue stands in the clause that says who the people are, and a verb of movement behind it."""
    if sentence.words[base.last : base.last + 1] != ["who"] or cue.first < base.last:
        return False
    behind = [m for m in sentence.of("EVAC", "ARRIVE", "DEAD") if m.first >= cue.last]
    return bool(behind) and not any(word in ",;:." for word in sentence.words[cue.last : behind[0].first])


def _kind_by(sentence: Sentence, cue: Mark, base: Claim, kind: str) -> str:
    """Return the kind that a cue gives, where it stands: "300 people to move" are there; "had to move 300" did so."""
    if cue.cls == "TOEVAC" and cue.first < base.first:
        return "count_out"
    if cue.cls == "LEFTOVER" and sentence.words[cue.first] in small("causes"):
        # "212 left, 212 arrived": they are not those who are left.
        return "count_out" if any(cue.last <= m.first for m in sentence.of("ARRIVE")) else kind
    if cue.cls == "EVAC" and cue.last == base.first and sentence.words[cue.last - 1] in small("take"):
        # "Two schools to take 900": it is vehicles that take people away, and shelters that take them in.
        before = [m for m in sentence.of("SHELTER", "VEHICLE", "CONVOY") if m.last <= cue.first]
        return "capacity" if before and before[-1].cls == "SHELTER" else kind
    if cue.cls == "ARRIVE" and _took_in(sentence, cue, base):
        return "reception"
    if cue.cls in ("LEAVE", "EVAC") and base.counted and _not_moved(sentence, cue, base):
        return "remaining"
    if cue.cls == "ARRIVE" and sentence.words[cue.first] in small("hosts"):
        # Arabic: "received the fairground 940 people": a shelter houses whom it takes in, a hospital admits them.
        host = [m for m in sentence.of("SHELTER") if m.first == cue.last]
        kind = "reception" if host and host[0].value != "hospital" else kind
    if cue.cls == "HOUSE" and _batch_holds(sentence, cue):
        return "count_out"
    return "reception" if cue.cls == "LIVE" and _sheltered(sentence) else kind


def _batch_holds(sentence: Sentence, cue: Mark) -> bool:
    """Tell whether a batch, not a shelter, holds people: Arabic "the second batch reached the camp and holds 390"."""
    word = sentence.words[cue.first]
    if word.removeprefix("و") not in small("holds"):
        return False
    before = [m for m in sentence.of("CONVOY", "VEHICLE", "SHELTER") if m.last <= cue.first]
    # "Set off the sixth batch" may be one term.
    inner = [m for m in sentence.of("INNER") if m.value in ("CONVOY", "VEHICLE") and m.last <= cue.first]
    before += [m._replace(cls=m.value) for m in inner]
    before.sort(key=lambda m: m.first)
    return bool(before) and before[0 if word.startswith("و") else -1].cls != "SHELTER"


def _took_in(sentence: Sentence, cue: Mark, base: Claim) -> bool:
    """Tell whether a shelter is what took people in: Arabic "received the school of ... 65 families"."""
    if sentence.words[cue.first] < ARABIC or not any(m.first == cue.first for m in sentence.of("TAKEIN")):
        return False
    roofs = [m for m in sentence.of("SHELTER") if m.first == cue.last and m.last <= base.first]
    return bool(roofs) and roofs[0].value != "hospital"


def _not_moved(sentence: Sentence, cue: Mark, base: Claim) -> bool:
    """Tell whether a movement behind people is denied: "2,000 who have not left their homes" are there."""
    denied = [m for m in sentence.of("NEG") if base.last <= m.first < cue.first and cue.first - m.last <= DENIED]
    return any(not any(word in ",;:." for word in sentence.words[m.last : cue.first]) for m in denied)


DENIED = 2


def _sheltered(sentence: Sentence) -> bool:
    return sentence.has(frozenset(("SHELTER", "CAPACITY", "BED")))


def _no_cue(sentence: Sentence, mark: Mark, base: Claim, unit: Unit) -> bool:
    """Tell whether a term stands inside what is counted and only names it, or belongs to another number."""
    inside = mark.first >= base.first and mark.last <= base.last and not unit.labelled and mark.first < unit.last
    if inside and mark.cls not in ("DEAD", "INJURED", "EVAC", "HOUSE", "ARRIVE", "LEAVE", "MISSING"):
        return True
    if mark.cls in _AWAITED and awaited(sentence, mark):
        return True
    if mark.cls in ("REMAIN", "ARRIVE") and _of_another_noun(sentence, mark):
        return True
    if mark.cls in _VERBS and mark.first >= base.last and _before_its_own(sentence, mark):
        return True
    if mark.cls == "BRINGS":
        return mark.last != base.first
    if mark.cls in TIGHT and unit.labelled and unit.first <= mark.first < base.first + 1 <= base.last:
        return False
    if mark.cls == "INJURED" and _others_wound(sentence, mark, base):
        return True
    if mark.cls in TIGHT or mark.cls == "LEAVE":
        return causes(sentence, mark, base) if mark.cls == "LEAVE" else not tight(sentence, mark, base.last)
    if mark.cls == "LOST":
        # Arabic: the same letters say "and already" in front of a verb, and "were lost" in front of a number.
        return mark.last != base.first
    return mark.cls == "CAPACITY" and _of_another(sentence, mark, base)


# What people wait for, or need, has not been done to them.
_AWAITED = frozenset(("EVAC", "LEAVE", "ARRIVE"))


EMPTIED = 4
_VERBS = frozenset(("EVAC", "LEAVE", "ARRIVE", "REMAIN"))


_OTHER_NOUN = frozenset(("VEHICLE", "CONVOY", "TIMEUNIT", "DISTANCE", "MONEY", "SHELTER", "THING", "MONTH", "PERCENT"))


def _before_its_own(sentence: Sentence, mark: Mark) -> bool:
    """Tell whether the subject of an Arabic verb is the number behind it: "29 wounded, left 21 of them"."""
    word = sentence.words[mark.last - 1]
    if word < ARABIC or word.endswith((*_THEM, "ها", "ه")):
        return False
    if mark.last >= len(sentence.words) or sentence.kind(mark.last) != "digits":
        return False
    behind = sentence.words[mark.last + 1 : mark.last + 2]
    if behind and in_the(behind[0]):
        # "Left 18 in the ambulance".
        return True
    return not any(m.cls in _OTHER_NOUN and m.first == mark.last + 1 for m in sentence.marks)


def _of_another_noun(sentence: Sentence, mark: Mark) -> bool:
    """Tell whether an Arabic adjective is of a place ("the besieged quarter"), or names who was already brought out."""
    word = sentence.words[mark.first]
    if not word.startswith("ال") or not mark.first or mark.last > mark.first + 1:
        return False
    before = sentence.words[mark.first - 1]
    if before.removeprefix("ب").removeprefix("ل").removeprefix("ال") in small("area"):
        return True
    if before == "من" and any(0 < mark.first - m.last <= EMPTIED for m in sentence.of("EVAC")):
        # "The emptying of the port of those stranded".
        return True
    if any(m.last == mark.first and sentence.words[m.first] in small("trips") for m in sentence.of("OPERATION")):
        return True
    brought = [m for m in sentence.of("EVAC", "HOUSE") if m.last == mark.first]
    held = [m for m in sentence.of("NEG", "REMAIN", "PLAN", "NEED") if m.last <= mark.first]
    return bool(brought) and not any(brought[0].first - m.last <= 1 for m in held)


def _others_wound(sentence: Sentence, cue: Mark, base: Claim) -> bool:
    """Tell whether a word of harm is what another number counts: "96 wounded, 41 pregnant women"."""
    if base.first <= cue.first < base.last or not any(
        m.first == cue.first and m.value == "wounded" for m in sentence.of("PERSON")
    ):
        return False
    return sentence.kind(cue.first - 1) == "digits" or any(m.last == cue.first for m in sentence.of("NUM"))


def _of_another(sentence: Sentence, cue: Mark, base: Claim) -> bool:
    """Tell whether a cue stands right in front of another number: "built for 6,000, it now has 8,350"."""
    if base.first <= cue.last < base.last:
        return False
    at, further = cue.last, small("further") | small("only")
    while at < len(sentence.words) and sentence.words[at] in further:
        at += 1
    if at == base.first:
        return False
    return at < len(sentence.words) and (
        sentence.kind(at) == "digits" or any(m.first == at for m in sentence.of("NUM"))
    )
