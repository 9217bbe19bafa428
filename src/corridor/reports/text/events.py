"""Events of a sentence: a cue, the thing it happens to, and whether it was done, planned or denied."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from corridor.reports.report import Modality
from corridor.reports.text.again import sifted
from corridor.reports.text.barred import one_mover, wished
from corridor.reports.text.claims import Claim, distance, modality, near
from corridor.reports.text.fold import ARABIC
from corridor.reports.text.language import rows, small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence


class Rule(NamedTuple):
    """One row of events.csv."""

    kind: str
    cue: str
    partners: tuple[str, ...]
    unless: tuple[str, ...]
    within: float


@cache
def rules() -> dict[str, list[Rule]]:
    """Return the rules by the class of their cue."""
    found: dict[str, list[Rule]] = {}
    for row in rows("rules", "events.csv"):
        partners = tuple(filter(None, row["with"].split("|")))
        unless = tuple(filter(None, row["without"].split("|")))
        found.setdefault(row["cue"], []).append(Rule(row["kind"], row["cue"], partners, unless, float(row["within"])))
    return found


_COUNT_OF = {
    "departure": "count_out",
    "arrival": "arrival",
    "reception": "reception",
    "capacity": "capacity",
    "weather": "weather",
}
_SHORTHAND = ("halt", "resume")


def event_claims(sentence: Sentence, counted: list[Claim]) -> list[Claim]:
    """Return the events of a sentence, one of a kind at most; a kind that already has its number needs no event."""
    best: dict[str, list[tuple[float, Claim]]] = {}
    table = rules()
    label = _label(sentence)
    heading = _heading(sentence)
    for mark in sentence.marks:
        if mark.cls not in table or (mark.last <= heading and mark.cls in _TOPICS and _tells(sentence, mark, heading)):
            continue
        if mark.last <= label and any(m.cls == mark.cls for m in sentence.marks if m.first > label):
            continue
        for rule in table[mark.cls]:
            found = _event(sentence, rule, mark, counted) if _may_befall(sentence, rule) else None
            if found:
                best.setdefault(rule.kind, []).append(found)
    events = [claim for found in best.values() for claim in _apart(sentence, found)]
    return sifted(sentence, sorted(events, key=lambda claim: claim.first), counted)


def _tells(sentence: Sentence, mark: Mark, heading: int) -> bool:
    """Tell whether what follows a heading tells it by itself: not "Truce: holding", nor "Shelters full: 3"."""
    if mark.cls in ("TRUCE", "DEAL") and any(0 <= m.first - heading <= STATE for m in sentence.of("DEALVERB")):
        return False
    return mark.cls != "FULL" or any(word[0].isalpha() for word in sentence.words[heading:])


STATE = 2


def _may_befall(sentence: Sentence, rule: Rule) -> bool:
    """Tell whether a sentence names anything that the event of a rule can happen to."""
    alone = not rule.partners or "^" in rule.partners or "INNER" in sentence.by
    return alone or not sentence.by.keys().isdisjoint(rule.partners)


def _apart(sentence: Sentence, found: list[tuple[float, Claim]]) -> list[Claim]:
    """Return the best event of a kind, and of ways also a second one in a clause of its own."""
    ranked = sorted(found, key=lambda item: item[0])
    first = ranked[0][1]
    if first.kind not in _SEVERAL:
        return [first]
    others = [
        claim
        for cost, claim in ranked[1:]
        if cost < BESIDE
        and (claim.first >= first.last or claim.last <= first.first)
        and _parted(sentence, first, claim)
    ]
    return [first, *others[:1]]


_SEVERAL = frozenset(("route", "agreement"))
BESIDE = 7


def _parted(sentence: Sentence, a: Claim, b: Claim) -> bool:
    low, high = (a.last, b.first) if a.first < b.first else (b.last, a.first)
    marks = any(m.cls == "CONTRAST" and low <= m.first < high for m in sentence.marks)
    return marks or any(
        word in (",", ";", ".", ":", "and", "et") or word[0] == "و" for word in sentence.words[low : high + 1]
    )


def _label(sentence: Sentence) -> int:
    """Return where the label of a numbered section ends ("5. Road and weather:"): it names what follows."""
    words = sentence.words
    if ":" not in words[1:9] or not words[0].isdigit():
        return 0
    return words.index(":")


_TOPICS = frozenset(("WEATHER", "BREAKDOWN", "FIRE", "FULL", "CLOSED", "VISIBILITY", "ROUTEVERB", "DEAL", "TRUCE"))


def _heading(sentence: Sentence) -> int:
    """Return where the heading in front of a sentence ends ("STORM:", "Road incidents:"); 0 where there is none."""
    words = sentence.words[:5]
    return words.index(":") if ":" in words and len(sentence.words) > words.index(":") + 1 else 0


def _event(sentence: Sentence, rule: Rule, cue: Mark, counted: list[Claim]) -> tuple[float, Claim] | None:
    partner: Mark | None = None
    cost = 0.0
    if _describes(sentence, rule, cue):
        return None
    if rule.partners:
        partner = _partner(sentence, rule, cue, counted)
        alone = "^" in rule.partners and _opens(sentence, cue, rule, counted)
        alone = alone or (partner is None and _holds_subject(sentence, rule, cue))
        if partner is None and not alone and not (rule.cue == "FULL" and _labelled(sentence, cue)):
            return None
        cost = _reach(sentence, cue, partner) if partner else 5.0
    elif rule.kind in _SHORTHAND:
        # A word of a log says it by itself, but a verb with its subject says it better.
        cost = 1.5
    if rule.unless and _unless(sentence, rule, cue):
        return None
    if wished(sentence, rule.kind, cue, partner) or one_mover(sentence, rule.kind, cue, partner):
        return None
    if _of_a_place(cue, partner) or _told_by_number(sentence, rule, cue, partner, counted):
        return None
    first, last = _span(sentence, cue, partner)
    mode = _mode(sentence, rule, cue)
    reason = f"'{' '.join(sentence.words[cue.first : cue.last])}'"
    if partner:
        reason += f" with '{' '.join(sentence.words[partner.first : partner.last])}'"
    confidence = round(max(0.4, 0.8 - cost / 30), 2)
    return cost, Claim(first, last, rule.kind, modality=mode, confidence=confidence, reason=reason, unit=cue.cls)


def _holds_subject(sentence: Sentence, rule: Rule, cue: Mark) -> bool:
    """Tell whether a longer term names by itself what it happens to: "the flights were suspended" as one term."""
    return any(m.value in rule.partners and cue.first < m.first < cue.last for m in sentence.of("INNER"))


def _labelled(sentence: Sentence, cue: Mark) -> bool:
    """Tell whether a cue is all that is said of the label in front of it: "College: full"."""
    words = sentence.words
    ends = cue.last >= len(words) or not words[cue.last][0].isalpha()
    return ends and 0 < cue.first <= LABEL and words[cue.first - 1] in (":", "=")


LABEL = 6


def _unless(sentence: Sentence, rule: Rule, cue: Mark) -> bool:
    """Tell whether a term stands near that bars the rule; a deal named behind a movement that was made does not."""
    bar = near(sentence, cue.first, cue.last, *rule.unless, within=10)
    if bar and bar.cls == "UNDERDEAL" and bar.first >= cue.last:
        return _mode(sentence, rule, cue) != "done"
    return bar is not None


def _told_by_number(sentence: Sentence, rule: Rule, cue: Mark, partner: Mark | None, counted: list[Claim]) -> bool:
    """Tell whether a number of the sentence already is the claim that the cue would make."""
    if rule.kind in ("departure", "arrival") and _move_counted(sentence, rule, cue, partner, counted):
        return True
    if (
        partner is None
        and rule.kind == "arrival"
        and any(c.kind in ("arrival", "reception") and c.counted and c.unit != "shelters" for c in counted)
    ):
        return True
    if rule.kind == "reception" and any(c.kind in ("capacity", "arrival", "reception") for c in counted):
        return True
    brought = rule.cue == "EVAC" or any(m.first == cue.first for m in sentence.of("EVAC"))
    if (
        rule.kind == "departure"
        and brought
        and any(c.kind in ("count_out", "arrival", "remaining") and c.counted for c in counted)
    ):
        return True
    if _by_what(sentence, cue, counted) if rule.kind == "incident" else _of_cold(sentence, rule, cue, counted):
        return True
    if rule.kind not in ("weather", "capacity", "reception") and (partner is None or partner.cls != "PERSON"):
        return False
    same = [c for c in counted if c.kind == _COUNT_OF.get(rule.kind) and c.counted and c.modality != "denied"]
    if rule.cue in ("FULL", "FULLUP"):
        # The room that there is and that it is full are two claims.
        return False
    if rule.kind == "weather":
        wind = small("wind")
        if not wind.isdisjoint(sentence.words[cue.first : cue.last]) and any(c.unit in _OF_WIND for c in same):
            return True
        # Ice and a temperature after a comma are two claims; a gust and its speed are one.
        return any(
            _same_clause(sentence, c, cue) and not _comma_between(sentence, c, cue) and not _other_air(sentence, c, cue)
            for c in same
        )
    return any(_same_clause(sentence, c, cue) for c in same)


_OF_WIND = frozenset(("km/h", "mph", "force"))


def _other_air(sentence: Sentence, claim: Claim, cue: Mark) -> bool:
    """Tell whether wind is told beside a measure that is not of wind: "38 degrees and the wind is picking up"."""
    winds = not small("wind").isdisjoint(sentence.words[cue.first : cue.last])
    return winds and claim.unit not in _OF_WIND and cue.first >= claim.last


def _comma_between(sentence: Sentence, claim: Claim, cue: Mark) -> bool:
    low, high = (cue.last, claim.first) if cue.first < claim.first else (claim.last, cue.first)
    return any(word in ",;:" for word in sentence.words[low:high])


def _adjective(sentence: Sentence, cue: Mark) -> bool:
    """Tell whether a cue is a participle that only describes people: "les personnes evacuees"."""
    word = sentence.words[cue.first]
    return word.endswith(("ees", "es", "is", "ies", "us")) and any(
        m.cls == "PERSON" and m.last == cue.first for m in sentence.marks
    )


def _opens(sentence: Sentence, cue: Mark, rule: Rule, counted: list[Claim]) -> bool:
    """Tell whether a verb of movement opens a sentence of a log: "Arrived Sarno", with nobody else as its subject."""
    if len(sentence.words) > _LONGEST.get(rule.cue, len(sentence.words)):
        return False
    ours = small("we")
    # Arabic says "we arrived" by the ending of the verb.
    ourselves = sentence.words[cue.last - 1].endswith(_WE)
    others = frozenset(("DEAL", "TRUCE")) if ourselves else frozenset(("ACTOR", "DEAL", "TRUCE", "WEATHER"))
    begun = _caller(sentence)
    begun = cue.first if _named_boat(sentence, begun, cue) else begun * (begun <= cue.first)
    if any(word[0].isalpha() for word in sentence.words[begun : cue.first] if word not in ours) or any(
        not _is_where(sentence, cue, m) and m.cls in others and begun <= m.first <= cue.last + 3 and m.cls != cue.cls
        for m in sentence.marks
    ):
        return False
    return not any(
        c.kind == _COUNT_OF.get(rule.kind) and c.counted and distance(sentence, c.first, c.last, cue) < 4
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


SHORT_ENTRY = 8
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


def _partner(sentence: Sentence, rule: Rule, cue: Mark, counted: list[Claim]) -> Mark | None:
    best, best_cost = None, rule.within
    for mark in sentence.marks:
        if mark.cls in rule.partners and (mark.first, mark.last) != (cue.first, cue.last):
            cost = _reach(sentence, cue, mark)
            if (
                rule.kind == "agreement"
                and mark.cls == "PERSON"
                and any(m.cls == "EVAC" and m.first == mark.first for m in sentence.marks)
            ):
                continue
            labelled = rule.kind == "route" and mark.last <= _heading(sentence) <= cue.first
            if labelled and rule.within <= cost <= OF_LABEL:
                # "Mountain road: rockfalls and closed": the label says what is closed.
                cost = rule.within - 0.5
            if rule.kind in ("departure", "arrival") and _numbered(sentence, mark, counted):
                cost += rule.within / 2
            if cost < best_cost:
                best, best_cost = mark, cost
    return best


OF_LABEL = 10


def _reach(sentence: Sentence, cue: Mark, partner: Mark) -> float:
    """Return how far a cue stands from what it happens to; the subject that opens a sentence is near its verb."""
    cost = distance(sentence, cue.first, cue.last, partner)
    if cost <= FAR_SUBJECT or cost > 2 * FAR_SUBJECT + SUBJECT or partner.last > cue.first:
        return cost
    if partner.first > _dateline(sentence) + SUBJECT:
        return cost
    between = [m for m in sentence.marks if partner.last <= m.first < cue.first]
    other = any(m.cls in ("CONTRAST", "SAY", "ACCORDING", "CONVOY", "VEHICLE", "PRON") for m in between)
    return cost if other else FAR_SUBJECT


def _dateline(sentence: Sentence) -> int:
    """Return where the words of a story begin behind its dateline: "TOWN, 4 July 2018 (Agency) - The evacuation"."""
    head = sentence.words[: min(DATELINE, len(sentence.words))]
    dated = any(m.first < DATELINE for m in sentence.of("MONTH")) or ")" in head
    dashes = [at for at, word in enumerate(head) if word == "-"]
    return dashes[-1] + 1 if dated and dashes else 0


DATELINE = 16
SUBJECT = 3
FAR_SUBJECT = 8.0


def _describes(sentence: Sentence, rule: Rule, cue: Mark) -> bool:
    """Tell whether a cue is no verb of its own: a participle of people, or a noun of what a deal is about."""
    if rule.kind in ("departure", "route") and _adjective(sentence, cue):
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
    if rule.cue == "ROUTEVERB" and _takes_something(sentence, cue):
        return True
    return rule.cue in ("AWAY", "CAMEIN") and not _closes(sentence, cue)


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


def _move_counted(sentence: Sentence, rule: Rule, cue: Mark, partner: Mark | None, counted: list[Claim]) -> bool:
    """Tell whether a number counts those who moved: as their subject, behind the verb, or behind its label."""
    if _labels_count(sentence, cue, counted) or _counted_mover(sentence, cue, partner, counted):
        return True
    return _counted_behind(sentence, rule, cue, partner, counted)


def _labels_count(sentence: Sentence, cue: Mark, counted: list[Claim]) -> bool:
    """Tell whether a noun of movement is the label of a count: "Departures (own cars): about 900"."""
    behind = range(cue.last, min(cue.last + LABELLED, len(sentence.words)))
    colon = next((k for k in behind if sentence.words[k] == ":"), 0)
    return bool(colon) and any(c.counted and c.unit == "persons" and c.last > colon >= c.first - 1 for c in counted)


LABELLED = 8


def _of_a_place(cue: Mark, partner: Mark | None) -> bool:
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
    deal = ("DEAL", "TRUCE", "WISH", "DEALVERB") if _OF_DEALS & sentence.by.keys() else ("WISH",)
    return any(m.cls in deal and m.first < cue.first for m in sentence.marks)


_OF_DEALS = frozenset(("DEAL", "TRUCE", "AGREED", "UNDERDEAL", "AGREEVERB"))


def _counted_mover(sentence: Sentence, cue: Mark, partner: Mark | None, counted: list[Claim]) -> bool:
    """Tell whether the mover is counted: by its number, by that of a group; "77 left" are those still there."""
    if any(c.kind == "remaining" and c.last == cue.first for c in counted):
        return True
    if any(c.kind == "arrival" and c.counted and c.first == cue.last for c in counted) and cue.cls == "ARRIVE":
        # "Delivered thirteen to the monastery".
        return True
    if (
        partner
        and partner.first >= cue.last
        and any(c.kind == "arrival" and c.counted and 0 <= cue.first - c.last <= 1 for c in counted)
    ):
        # "220 had disembarked from the first ship".
        return True
    if any(_subject_of(sentence, c, cue) for c in counted):
        return True
    return _numbered(sentence, partner, counted) or _group_of(sentence, partner, counted)


def _subject_of(sentence: Sentence, claim: Claim, cue: Mark) -> bool:
    """Tell whether people counted as moved stand right in front of the verb: "the 58 others left by ambulance"."""
    if (
        claim.unit != "persons"
        or not claim.counted
        or claim.kind != ("arrival" if cue.cls == "ARRIVE" else "count_out")
    ):
        return False
    between = sentence.words[claim.last : cue.first]
    return claim.last <= cue.first and len(between) <= BEFORE_VERB and all(word[0].isalpha() for word in between)


BEFORE_VERB = 3


def _counted_behind(sentence: Sentence, rule: Rule, cue: Mark, partner: Mark | None, counted: list[Claim]) -> bool:
    """Tell whether the people counted right behind an Arabic verb are its subject: "boarded 600 people the buses"."""
    if sentence.words[cue.first][0] < ARABIC:
        return False
    same = [c for c in counted if c.kind == _COUNT_OF[rule.kind] and c.unit == "persons"]
    if partner is None or partner.first > cue.last:
        # "Boarded the last train 1,020 passengers": only where stands between.
        behind = [c.first for c in same if c.counted and cue.last <= c.first <= cue.last + SUBJECT_BEHIND]
        if any("," not in sentence.words[cue.last : first] for first in behind):
            return True
    return any(0 <= c.first - cue.last <= 1 if c.counted else c.first <= cue.first <= c.last for c in same)


SUBJECT_BEHIND = 5


def _numbered(sentence: Sentence, partner: Mark | None, counted: list[Claim]) -> bool:
    """Tell whether the mover is people whose number is already the claim."""
    if partner is None or partner.cls != "PERSON":
        return False
    return any(
        c.unit == "persons" and (c.first <= partner.first < c.last or _part_of(sentence, partner, c)) for c in counted
    )


def _part_of(sentence: Sentence, partner: Mark, claim: Claim) -> bool:
    """Tell whether people only say who those counted before are: "412 people, mostly women and children, reached"."""
    if not claim.counted or not 0 <= partner.first - claim.last <= APPOSED:
        return False
    return any(claim.last <= m.first < partner.first for m in sentence.of("SUBSET"))


APPOSED = 9


def _group_of(sentence: Sentence, partner: Mark | None, counted: list[Claim]) -> bool:
    """Tell whether the mover is a group whose number follows: "a first group of 120 patients", "a busload of 40"."""
    if partner is None or partner.cls not in ("CONVOY", "VEHICLE"):
        return False
    if partner.cls == "VEHICLE" and sentence.words[partner.last : partner.last + 1] != ["of"]:
        # "Ten buses carrying 430 people reached Dalny": the buses did.
        return False
    return any(
        c.unit == "persons" and c.kind in ("count_out", "arrival") and 0 <= c.first - partner.last <= 1 for c in counted
    )


def _by_what(sentence: Sentence, cue: Mark, counted: list[Claim]) -> bool:
    """Tell whether fire only says what killed the people counted: "killed by shelling"."""
    by = any(m.cls == "BY" and 0 <= cue.first - m.last <= 2 for m in sentence.marks)
    war = not small("war").isdisjoint(sentence.words[cue.first : cue.last])
    word = sentence.words[cue.first]
    # Arabic: "by a bullet", in one word behind the verb of harm.
    by = by or (word[0] == "ب" and any(0 <= cue.first - m.last <= BY for m in sentence.of("DEAD", "INJURED")))
    return (by or war) and any(c.kind == "casualty" and c.counted for c in counted)


def _of_cold(sentence: Sentence, rule: Rule, cue: Mark, counted: list[Claim]) -> bool:
    """Tell whether weather only says what people died of: "two died of cold"."""
    before = sentence.words[cue.first - 1] if cue.first and rule.kind == "weather" else ""
    behind = any(0 <= cue.first - c.last <= BY for c in counted if c.kind == "casualty")
    return behind and before in small("of_cause")


BY = 3


def _same_clause(sentence: Sentence, claim: Claim, cue: Mark) -> bool:
    return distance(sentence, claim.first, claim.last, cue) < 10


def _span(sentence: Sentence, cue: Mark, partner: Mark | None) -> tuple[int, int]:
    first = min(cue.first, partner.first) if partner else cue.first
    last = max(cue.last, partner.last) if partner else cue.last
    steps = 0
    colon = ":" if cue.cls == "WAY" else ""
    while (
        last < len(sentence.words)
        and steps < 5
        and (sentence.words[last] not in ',;:.!?"()' or sentence.words[last] == colon)
    ):
        last, steps = last + 1, steps + 1
    steps = 0
    while not partner and first and steps < 4 and sentence.words[first - 1] not in ',;:.!?"()':
        first, steps = first - 1, steps + 1
    return first, last


def _mode(sentence: Sentence, rule: Rule, cue: Mark) -> Modality:
    if rule.kind == "accusation":
        return "accusation"
    for mark in sentence.of("DENY"):
        if mark.first < cue.first:
            return "denied"
    for mark in sentence.of("NEG", "NONE"):
        if mark.last <= cue.first and cue.first - mark.last <= 3 and not _crossed(sentence, mark.last, cue.first):
            return "denied"
    return modality(sentence, cue.first, cue.last, cue=cue)


def _crossed(sentence: Sentence, low: int, high: int) -> bool:
    return any(word in ",;:." for word in sentence.words[low:high])
