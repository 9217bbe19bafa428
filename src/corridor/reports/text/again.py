"""Events that only repeat another claim of their sentence, and events of another time."""

from __future__ import annotations

from corridor.reports.text.claims import Claim, near
from corridor.reports.text.language import small
from corridor.reports.text.sentences import Sentence


def sifted(sentence: Sentence, events: list[Claim], counted: list[Claim]) -> list[Claim]:
    """Drop what only repeats another claim of the sentence, and set apart what is of another time."""
    kept: list[Claim] = []
    for event in events:
        repeats = _REPEATS.get(event.kind)
        if repeats and repeats(sentence, event, events, counted):
            continue
        within = 12 if event.kind == "incident" else 6
        if event.kind != "accusation" and near(sentence, event.first, event.last, "SINCE", within=within):
            kept.append(event._replace(kind="context", unit="", reason=event.reason + ", of another time"))
        else:
            kept.append(event._replace(unit=""))
    return kept


def _moves_again(_sentence: Sentence, event: Claim, events: list[Claim], counted: list[Claim]) -> bool:
    """Tell whether a departure or an arrival is told by a number, a deal or a resumption of the same sentence."""
    if event.modality == "denied" and any(c.modality == "denied" for c in counted):
        return True
    if event.modality == "planned" and any(c.kind == "fleet" and _overlap(c, event) for c in counted):
        return True
    if event.kind == "arrival":
        return False
    if event.modality == "planned" and any(e.kind == "agreement" for e in events):
        return True
    if any(c.kind == "agreement" and c.unit == "persons" for c in counted):
        return True
    return any(e.kind == "resume" and _overlap(e, event) for e in events)


def _only_said(sentence: Sentence, event: Claim, events: list[Claim], counted: list[Claim]) -> bool:
    """Tell whether an incident is only what one side blames on another, feared, or denied with its victims."""
    if event.modality == "planned" or any(e.kind == "accusation" and e.first <= event.last for e in events):
        # What stands in front of the blame is told: "a convoy came under fire, said the army, which accused".
        return True
    if any(e.kind == "agreement" and _overlap(e, event) for e in events) and not _despite(sentence, event):
        return True
    if event.modality == "denied" and any(c.kind == "agreement" for c in (*events, *counted)):
        return True
    return (
        event.modality == "denied" and any(c.kind == "casualty" for c in counted) and not _none_of_it(sentence, event)
    )


def _none_of_it(sentence: Sentence, event: Claim) -> bool:
    """Tell whether the incident itself is what there was none of: "no shots were fired and nobody was injured"."""
    return any(m.first in (event.first - 1, event.first) for m in sentence.of("NEG", "NONE"))


def _despite(sentence: Sentence, event: Claim) -> bool:
    """Tell whether fire is told against the deal: "the truce held despite scattered bursts"."""
    words = sentence.words[max(0, event.first - DESPITE) : event.last]
    return not small("despite").isdisjoint(words)


DESPITE = 2


def _deal_again(_sentence: Sentence, event: Claim, _events: list[Claim], counted: list[Claim]) -> bool:
    """Tell whether a deal is told by the number it sets, or only frames a count of people."""
    if any(c.kind == "agreement" for c in counted) and event.unit != "INRETURN":
        return True
    return event.modality == "done" and event.unit == "UNDERDEAL" and any(c.unit == "persons" for c in counted)


def _fire_again(sentence: Sentence, event: Claim, events: list[Claim], _counted: list[Claim]) -> bool:
    """Tell whether what resumed is the fighting, not the movement."""
    if event.unit == "GO" and small("goeson").isdisjoint(sentence.words[event.first : event.last]):
        # "They fired over our heads and waved us on".
        return False
    moves = near(sentence, event.first, event.last, "OPERATION", "CONVOY", "VEHICLE", within=3)
    inner = any(m.value in _MOVERS and event.first <= m.first < event.last for m in sentence.of("INNER"))
    return moves is None and not inner and any(e.kind == "incident" for e in events)


_MOVERS = frozenset(("OPERATION", "CONVOY", "VEHICLE"))


def _halt_over(sentence: Sentence, event: Claim, events: list[Claim], counted: list[Claim]) -> bool:
    """Tell whether a stop is only what a movement goes on after: "moving again after a two-hour stop"."""
    if _accused(sentence, event, events, counted):
        return True
    if event.modality == "denied" and any(e.kind == "agreement" for e in events):
        # "The accord says that buses shall not be held".
        return True
    if _suspended_then(sentence, event, events):
        return True
    if not any(e.kind == "resume" and e.first <= event.first for e in events):
        return False
    stops = [m for m in sentence.of("STOP", "STOPNOUN", "HALT") if event.first <= m.first < event.last]
    again = [m for m in sentence.of("RESUME", "GO", "AGAIN") if stops and m.first <= stops[0].first]
    return any(not small("after").isdisjoint(sentence.words[m.first : stops[0].last]) for m in again)


def _suspended_then(sentence: Sentence, event: Claim, events: list[Claim]) -> bool:
    """Tell whether a stop only says which movement goes on: "the operation suspended on 3 May was resumed"."""
    behind = [e for e in events if e.kind == "resume" and e.last >= event.last]
    cues = [m for m in sentence.of("STOP") if event.first <= m.first < event.last]
    if not behind or not cues or cues[0].last > cues[0].first + 1:
        return False
    named = any(m.last == cues[0].first for m in sentence.of("OPERATION", "CONVOY"))
    between = sentence.words[cues[0].last : max(cues[0].last, behind[0].last)]
    return named and not any(word in ",;:" for word in between) and not small("passive").isdisjoint(between)


def _accused(_sentence: Sentence, event: Claim, events: list[Claim], _counted: list[Claim]) -> bool:
    """Tell whether an event is what one side says the other did."""
    return any(e.kind == "accusation" and e.first < event.first for e in events)


def _way_stopped(sentence: Sentence, event: Claim, events: list[Claim], counted: list[Claim]) -> bool:
    """Tell whether a way closed or opened is the movement that stops or goes on: "the crossing was closed at noon"."""
    moved = any(e.kind in ("halt", "resume") and e.first <= event.first and event.last <= e.last for e in events)
    moved = moved and not small("throughway").isdisjoint(sentence.words[event.first : event.last])
    return moved or _accused(sentence, event, events, counted)


def _overlap(a: Claim, b: Claim) -> bool:
    return a.first < b.last and b.first < a.last


_REPEATS = {
    "departure": _moves_again,
    "arrival": _moves_again,
    "incident": _only_said,
    "agreement": _deal_again,
    "resume": _fire_again,
    "route": _way_stopped,
    "halt": _halt_over,
}
