"""Events of a sentence: a cue, the thing it happens to, and whether it was done, planned or denied."""

from __future__ import annotations

from corridor.reports.report import Modality
from corridor.reports.text.again import sifted
from corridor.reports.text.barred import one_mover, wished
from corridor.reports.text.claims import Claim, coordinated, distance, modality, near
from corridor.reports.text.eventrules import Rule, rules
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.named import describes, of_a_place
from corridor.reports.text.numbered import numbered, told_by_number
from corridor.reports.text.opening import opens
from corridor.reports.text.sentences import Sentence

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
    if mark.cls == "CLOSED" and any(m.first >= heading for m in sentence.of("ROAD")):
        # "Open roads: the ridge road": what follows has no verb of its own.
        return any(m.first >= heading for m in sentence.of("CLOSED", "WAY", "ROUTEVERB"))
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
    if describes(sentence, rule, cue):
        return None
    if rule.partners:
        partner = _partner(sentence, rule, cue, counted)
        alone = "^" in rule.partners and opens(sentence, cue, rule, counted)
        alone = alone or (partner is None and _holds_subject(sentence, rule, cue))
        if partner is None and not alone and not (rule.cue == "FULL" and _labelled(sentence, cue)):
            return None
        cost = _reach(sentence, cue, partner) if partner else 5.0
    elif rule.kind in _SHORTHAND:
        # A word of a log says it by itself, but a verb with its subject says it better.
        cost = 1.5
    if rule.unless and _unless(sentence, rule, cue, partner):
        return None
    if wished(sentence, rule.kind, cue, partner) or one_mover(sentence, rule.kind, cue, partner):
        return None
    if of_a_place(cue, partner) or told_by_number(sentence, rule, cue, partner, counted):
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


def _unless(sentence: Sentence, rule: Rule, cue: Mark, partner: Mark | None) -> bool:
    """Tell whether a term stands near that bars the rule; a deal named behind a movement that was made does not."""
    bar = near(sentence, cue.first, cue.last, *rule.unless, within=10)
    if bar and partner and (bar.first, bar.last) == (partner.first, partner.last):
        # An airport is a place of passage, and may be a shelter: the partner itself bars nothing.
        return False
    if bar and bar.cls == "UNDERDEAL" and bar.first >= cue.last:
        return _mode(sentence, rule, cue) != "done"
    return bar is not None


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
            if rule.kind in ("departure", "arrival") and numbered(sentence, mark, counted):
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
    if partner is None and not coordinated(sentence.words[first]):
        for _ in range(4):
            if not first or sentence.words[first - 1] in ',;:.!?"()':
                break
            first -= 1
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
        if mark.first == cue.first:
            # Spoken Arabic denies a verb in one word.
            return "denied"
    return modality(sentence, cue.first, cue.last, cue=cue)


def _crossed(sentence: Sentence, low: int, high: int) -> bool:
    return any(word in ",;:." for word in sentence.words[low:high])
