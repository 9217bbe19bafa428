"""People counted: whether they left, arrived, are still there, are sheltered, were hurt, or are only spoken of."""

from __future__ import annotations

from corridor.reports.text.around import agreed_daily, tight
from corridor.reports.text.bare import WHOLE, goes_on_with, of_them, opens_whole, we_are
from corridor.reports.text.claims import FAR, Claim, awaited, distance, gap, modality, near, rules
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence
from corridor.reports.text.uncued import TIGHT, causes, uncued
from corridor.reports.text.units import Counted, Unit


def person(it: Counted, base: Claim) -> Claim | None:
    """Return the claim of a number of people by the strongest cue near it."""
    if any(bound is not None and bound % 1 for bound in (base.low, base.high)):
        # "2.5 people per car" counts nobody.
        return None
    group, last = _joined(it.sentence, it.unit)
    group = "all" if group in _BY_NOUN or group in _SO_FAR else group
    base = base._replace(last=max(base.last, last), unit="persons", group=group, people=(it.unit.first, last))
    related = _related(it, base)
    if related:
        return related
    if it.previous and it.unit.first == it.unit.last and goes_on_with(it.sentence, it.number, it.previous):
        return base._replace(kind=it.previous.kind, modality=it.previous.modality, reason="one more of a list")
    kind, cue, cost = kind_of(it.sentence, base, it.unit)
    if it.number.article and (kind != "casualty" or cost > 5):
        return None
    if it.previous and it.previous.unit == "persons" and _part(it, base, it.previous, cue):
        return base._replace(
            kind=it.previous.kind, modality=it.previous.modality, confidence=0.5, reason="part of the count before it"
        )
    if kind != "casualty" and _by_deal(it.sentence, base):
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


def _related(it: Counted, base: Claim) -> Claim | None:
    """Return the claim of a number that another count or the vehicles explain: a whole, the others, so many in each."""
    words, first = it.sentence.words, it.number.first
    if it.unit.value == "wounded" and first and words[first - 1] in small("makes"):
        return base._replace(kind="casualty", confidence=0.8, reason="wounded by what the verb before them tells")
    if _is_whole(it):
        return base._replace(kind="context", confidence=0.4, reason="the whole of which a part was counted before it")
    if _the_others(it):
        return base._replace(kind="remaining", confidence=0.6, reason="the others of those counted before")
    if it.previous and it.previous.kind == "capacity" and first and words[first - 1] in small("thatis"):
        return base._replace(kind="capacity", confidence=0.6, reason="the room counted before it, in all")
    behind = it.sentence.words[base.last : base.last + 1]
    if behind and behind[0] in small("per") and any(m.first == base.last + 1 for m in it.sentence.of("VEHICLE")):
        return base._replace(kind="capacity", confidence=0.5, reason="what each vehicle carries")
    if behind and behind[0] in small("each") and it.sentence.of("VEHICLE", "CONVOY"):
        return base._replace(kind="capacity", confidence=0.5, reason="what each vehicle carries")
    return None


def _part(it: Counted, base: Claim, previous: Claim, cue: Mark | None) -> bool:
    """Tell whether people are some of those counted before, or are with them: "38 patients, along with 20 nurses"."""
    if any(0 <= base.first - m.last <= 2 for m in it.sentence.of("SUBSET")) or _another_part(it, base, previous):
        return True
    if previous.last and any(0 <= base.first - m.last <= 1 for m in it.sentence.of("WITH")):
        return True
    words = it.sentence.words
    if previous.last and words[base.last : base.last + 2] == ["among", "them"]:
        # "806 persons, 44 wounded among them".
        return True
    # "Twenty-one of them need care": nothing but a need is said of them.
    bare = it.unit.first == it.unit.last and of_them(it.sentence, it.number)
    return bare and cue is not None and cue.cls in ("NEED", "TOEVAC")


def _another_part(it: Counted, base: Claim, previous: Claim) -> bool:
    """Tell whether people are one more part of a whole: "of whom 203 are wounded and 61 children"."""
    words = it.sentence.words[previous.last : base.first]
    if not words or not previous.last or words[0] not in {",", *small("and")} or len(words) > PARTED:
        return False
    return any(0 <= previous.first - m.last <= 2 for m in it.sentence.of("SUBSET"))


PARTED = 2

_TOLD = {
    "context": "those who do it, or a number of another time or operation",
    "reception": "people where the room counted before is",
}


def _told(it: Counted, base: Claim, kind: str) -> str:
    """Return the kind with what the sentence says around it: another time, those who act, those where the room is."""
    if it.unit.family == "staff" and (_agents(it.sentence, base) or _do_it(it.sentence, base)):
        return "context"
    if kind in ("count_out", "remaining", "arrival") and _elsewhere(it.sentence, base):
        return "context"
    # "It can take 1,500; by morning 940 had checked in": they are where the room is.
    bare = it.unit.first == it.unit.last
    if kind in ("arrival", "remaining") and not _to_go(it.sentence, base) and _of_a_shelter(it.sentence, base):
        return "reception"
    if kind == "remaining" and _opened_for(it.sentence, base):
        return "reception"
    if kind == "arrival" and bare and _beds_too(it.sentence, base):
        return "reception"
    return "reception" if kind == "arrival" and bare and it.previous and it.previous.kind == "capacity" else kind


def _of_a_shelter(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a line tells of one shelter, which it names in front of a colon: "Arena: 510 registered"."""
    words = sentence.words[: min(LABEL, base.first)]
    if ":" not in words:
        return False
    return any(m.last <= words.index(":") and m.value != "hospital" for m in sentence.of("SHELTER"))


LABEL = 9


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


def _is_whole(it: Counted) -> bool:
    """Tell whether a number is the whole that the count before it is a part of: "112 of the 164 patients"."""
    words, at = it.sentence.words, it.number.first
    if at and words[at - 1] == "اصل":
        return True
    while at and words[at - 1] in ("the", "les", "ال"):
        at -= 1
    whose = next((k for k in range(at - 1, max(0, at - OWNER), -1) if words[k] in WHOLE), 0)
    if whose and at and words[at - 1] == "s":
        # "70 per cent of the zone's 45,000 residents".
        at = whose + 1
    before = it.previous
    if _part_follows(it, at):
        return True
    share = words[max(0, at - SHARED) : at]
    if not small("share").isdisjoint(share) and not any(word[0].isdigit() or word in ",.;:" for word in share):
        # "About half the town's 22,000 inhabitants".
        owned = any(word in ("s", "the", "of") for word in words[max(0, at - 1) : it.number.body])
        return owned or words[at - 1] in WHOLE
    if at > 1 and words[at - 1] in WHOLE and any(0 <= at - m.last <= SHARE_OF for m in it.sentence.of("PERCENT")):
        return True
    return bool(
        before
        and at > 1
        and words[at - 1] in WHOLE
        and before.unit == "persons"
        and before.counted
        and before.last in (at - 1, at, it.number.last, it.unit.last)
        and (
            before.last == at - 1
            or it.sentence.words[at - 2][0].isdigit()
            or any(m.last == at - 1 for m in it.sentence.of("NUM"))
        )
    ) or _of_those_moved(it, at)


def _part_follows(it: Counted, at: int) -> bool:
    """Tell whether a number opens its clause as the whole of a part that follows: "Of the 300 listed, 260 came"."""
    words = it.sentence.words
    if not opens_whole(it.sentence, at):
        return False
    behind = range(it.unit.last, min(it.unit.last + PART, len(words) - 1))
    numbered = {m.first for m in it.sentence.of("NUM") if not m.value.startswith("one:")}
    return any(words[k] == "," and (it.sentence.kind(k + 1) == "digits" or k + 1 in numbered) for k in behind)


PART = 7


def _of_those_moved(it: Counted, at: int) -> bool:
    """Tell whether only what was done to a part stands between it and its whole: "63 patients moved out of 140"."""
    before, sentence = it.previous, it.sentence
    if not before or before.unit != "persons" or not before.last or it.unit.first < it.unit.last:
        return False
    if at < 2 or sentence.words[at - 1] not in ("sur", "/", "of") or not 1 <= at - 1 - before.last <= MOVED:
        return False
    return any(m.cls in _MOVED_BY and before.last <= m.first < at - 1 for m in sentence.marks)


MOVED = 3
_MOVED_BY = frozenset(("EVAC", "LEAVE", "ARRIVE", "OUT", "HOUSE", "ABOARD"))


SHARE_OF = 3
SHARED = 6
OWNER = 6


def _the_others(it: Counted) -> bool:
    """Tell whether a number is of those left over from a count of people who left: "the other 52"."""
    words, number = it.sentence.words, it.number
    definite = number.first and words[number.first - 1] in ("les", "the", "other", "remaining", "autres")
    after = words[number.last] if number.last < len(words) else ""
    rest = after in ("autres", "others") or words[number.first - 1] in ("other", "remaining", "autres")
    if _then_moved(it.sentence, number.last):
        return False
    return bool(definite and rest and it.previous and it.previous.kind == "count_out" and number.hedge == "exact")


def _then_moved(sentence: Sentence, at: int) -> bool:
    """Tell whether the others were moved too: "the remaining 300 were moved by boat"."""
    moved = [m for m in sentence.of("EVAC", "LEAVE") if 0 <= m.first - at <= 1]
    return any(not small("passive").isdisjoint(sentence.words[at : m.last]) for m in moved)


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
        cost += _of_its_place(sentence, mark, base, unit)
        if unit.labelled and unit.first <= mark.first < base.last:
            cost = rule[1] + 0.1 * (mark.first - unit.first)
        if mark.cls == "HOUSE" and not _sheltered(sentence):
            cost += 2
        kind = _kind_by(sentence, mark, base, rule[0])
        if cost < best[2]:
            best = (kind, mark, cost)
    if unit.family == "person" and (unit.value in ("killed", "injured") or _beside_killed(sentence, unit)):
        return "casualty", best[1], 1.0
    if unit.value in _BY_NOUN:
        return _BY_NOUN[unit.value], best[1], 1.0
    if unit.value in _SO_FAR and best[2] > NEWCOMERS:
        return _SO_FAR[unit.value], best[1], 1.0
    return best


def _beside_killed(sentence: Sentence, unit: Unit) -> bool:
    """Tell whether wounded are counted right beside killed: "two killed and nine wounded"."""
    if unit.value != "wounded":
        return False
    killed = [m for m in sentence.of("PERSON", "TWO_PERSON") if m.value == "killed"]
    return any(gap(sentence, min(m.last, unit.last), max(m.first, unit.first)) <= BESIDE for m in killed)


BESIDE = 4.0
_THEM = ("هم", "هن", "هما")


# Nouns that say themselves what became of those they count: "12 departures", "146 admissions".
_BY_NOUN = {"departures": "count_out", "arrivals": "arrival", "refusals": "remaining"}
# Newcomers have arrived, and who means to leave is there, where nothing else is said of them.
_SO_FAR = {"newcomers": "arrival", "waiting": "remaining"}


NEWCOMERS = 4.0


def _riding(sentence: Sentence, mark: Mark, unit: Unit) -> bool:
    """Tell whether those who occupy something occupy a vehicle: "a boat capsized; its four occupants are safe"."""
    own = mark.cls == "HOUSE" and unit.first <= mark.first < unit.last
    return own and bool(sentence.of("VEHICLE")) and not _sheltered(sentence)


def _of_its_place(sentence: Sentence, mark: Mark, base: Claim, unit: Unit) -> float:
    """Return what a cue costs more, or less, by where it stands to the noun of what is counted."""
    if mark.cls in ("EVAC", "ARRIVE", "LEAVE", "HOUSE") and mark.first == unit.first < unit.last:
        # "245 evacues sont arrives": the noun is the unit, and counts as a cue only where there is no verb.
        return 9.0
    if mark.cls == "REMAIN" and mark.last == base.first and _then_moved(sentence, base.last):
        return 9.0
    if mark.cls == "REMAIN" and _who_were(sentence, mark, base):
        # "Five who ignored the order were brought out".
        return 9.0
    if mark.cls in ("DEAD", "INJURED") and mark.first == base.last:
        # "14 injuries were recorded": the noun behind the number is what it counts.
        return -1.0
    if mark.cls == "EVAC" and mark.first == base.last and sentence.words[mark.last - 1].endswith(_THEM):
        # Arabic: "in the cellar were 17 children, brought-them-out the neighbours".
        return -1.0
    if mark.cls == "INJURED" and unit.value == "wounded" and unit.first <= mark.first < unit.last:
        # "14 wounded, ready to go": the noun says who they are, the cue what of them.
        return 2.0
    if mark.cls == "ARRIVE" and any(m.cls == "PERSON" and m.last == mark.first for m in sentence.marks):
        # "patients admitted had left": behind its noun a participle says who they are, where there is a verb.
        return 4.0
    return 0.0


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
    if cue.cls in ("LEAVE", "EVAC") and base.counted and _not_moved(sentence, cue, base):
        return "remaining"
    return "reception" if cue.cls == "LIVE" and _sheltered(sentence) else kind


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


def _of_another_noun(sentence: Sentence, mark: Mark) -> bool:
    """Tell whether an Arabic adjective is of a place ("the besieged quarter"), or names who was already brought out."""
    word = sentence.words[mark.first]
    if not word.startswith("ال") or not mark.first or mark.last > mark.first + 1:
        return False
    before = sentence.words[mark.first - 1]
    if before.removeprefix("ب").removeprefix("ل").removeprefix("ال") in small("area"):
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
    at = cue.last
    while at < base.first and sentence.words[at] in small("further"):
        at += 1
    if at == base.first:
        return False
    return sentence.kind(cue.last) == "digits" or any(m.first == cue.last for m in sentence.of("NUM"))


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


def _by_deal(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a number is a ceiling or a share that an agreement sets, not a count of people who move."""
    under = near(sentence, base.first, base.last, "UNDERDEAL", within=30) is not None or _deal_says(sentence, base)
    under = under or any(m.first <= OPENING for m in sentence.of("UNDERDEAL"))
    daily = near(sentence, base.first, base.last, "ALLOWED", within=6)
    if base.hedge == "max" and daily and (_ruled(sentence, base) or sentence.of("DEAL", "TRUCE", "AGREED")):
        return True
    if any(0 <= base.first - m.last <= SET_BY for m in sentence.of("SETNUMBER")) or _covered(sentence, base):
        return True
    if agreed_daily(sentence, base.first, base.last) or _swapped(sentence, base) or _agreed_on(sentence, base):
        return True
    return under and (base.hedge == "max" or near(sentence, base.first, base.last, "ALLOWED", within=10) is not None)


# A sentence that begins with the deal is all of the deal.
OPENING = 1


def _agreed_on(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a deal is on the movement of so many: "agreement was reached on the departure of 1,100 persons"."""
    words = sentence.words
    for mark in sentence.of("LEAVE", "EVAC", "OPERATION"):
        behind = mark.last + (words[mark.last : mark.last + 1] == ["of"])
        opens = mark.first > 1 and words[mark.first - 1] in small("the") and words[mark.first - 2] in small("agreedon")
        if opens and behind == base.first and (words[behind - 1] in small("of")):
            return any(m.last < mark.first for m in sentence.of("DEAL", "AGREED", "TRUCE"))
    return False


def _swapped(sentence: Sentence, base: Claim) -> bool:
    """Tell whether people are one side of a swap that is spoken of: "35 captives for 120 wounded fighters"."""
    swaps = [m for m in sentence.of("DEAL", "INRETURN") if m.first < base.first]
    if not any(not small("swap").isdisjoint(sentence.words[m.first : m.last]) for m in swaps):
        return False
    behind, before = sentence.words[base.last : base.last + 1], sentence.words[max(0, base.first - 1) : base.first]
    return not small("swapped").isdisjoint((*behind, *before))


COVERED = 3


def _covered(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a deal says of how many it is: "the deal covers 9,000 people"."""
    verbs = [m for m in sentence.of("DEALVERB") if 0 <= base.first - m.last <= COVERED]
    return bool(verbs) and any(0 <= verbs[0].first - m.last <= 1 for m in sentence.of("DEAL", "TRUCE"))


# "The number agreed for day one had been 150".
SET_BY = 8


def _ruled(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a daily ceiling is one to come: permitted, planned, or an item in a list of terms."""
    daily = any(small("dailyword").intersection(sentence.words[m.first : m.last]) for m in sentence.of("ALLOWED"))
    if not daily and sentence.words[0] in ("-", "•"):
        # "- UN says up to 7,000": an item that caps nothing by the day.
        return False
    item = sentence.words[0] in ("-", "•", "(") or (len(sentence.words) > 1 and sentence.words[1] == ")")
    return item or near(sentence, base.first, base.last, "PERMIT", "PLAN", within=6) is not None


def _deal_says(sentence: Sentence, base: Claim) -> bool:
    """Tell whether a deal and its verb stand in front of a number: "the accord of 22 January permits 1,200 a day"."""
    deals = [m for m in sentence.of("DEAL", "TRUCE") if m.first < base.first]
    return bool(deals) and any(m.first < base.first and base.first - m.last <= 6 for m in sentence.of("DEALVERB"))


def _elsewhere(sentence: Sentence, base: Claim) -> bool:
    return near(sentence, base.first, base.last, "SINCE", within=12) is not None
