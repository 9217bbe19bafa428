"""Other things counted: vehicles, room, shelters, the lengths a deal sets, the measures of the weather."""

from __future__ import annotations

from corridor.reports.text.claims import FAR, Claim, distance, gap, modality, near
from corridor.reports.text.language import small
from corridor.reports.text.setby import in_return
from corridor.reports.text.units import Counted


def vehicle(it: Counted, base: Claim) -> Claim | None:
    """Return the claim of a number of vehicles; an article ("un bus") counts nothing."""
    if any(bound is not None and bound % 1 for bound in (base.low, base.high)):
        # "1.45": whatever it is, it is no number of vehicles.
        return None
    if (it.number.hedge == "max" and it.sentence.of("DEAL", "TRUCE", "UNDERDEAL")) or _agreed_a_day(it):
        return base._replace(kind="agreement", unit=it.unit.value, reason="a ceiling that the agreement sets")
    if in_return(it.sentence, base):
        return base._replace(kind="agreement", unit=it.unit.value, reason="one side of what was agreed")
    if it.unit.value == "trips" or (it.number.article and it.unit.first >= it.number.first) or _one_of(it):
        return None
    if _in_a_mishap(it, base):
        return None
    mode = modality(it.sentence, base.first, base.last)
    before = it.previous
    if mode == "done" and before and before.kind == "fleet" and gap(it.sentence, before.last, base.first) <= JOINED:
        # "20 buses and 10 ambulances will": the plan is of both.
        mode = before.modality
    cue = near(it.sentence, base.first, base.last, "NEED", within=5)
    return base._replace(
        kind="fleet",
        unit=it.unit.value,
        modality="planned" if cue else mode,
        confidence=0.85,
        reason="a number of vehicles",
    )


def _agreed_a_day(it: Counted) -> bool:
    """Tell whether so many vehicles a day were agreed: "we agreed with them that they let up to 10 buses in a day"."""
    daily = it.sentence.of("ALLOWED")
    daily = [m for m in daily if not small("dailyword").isdisjoint(it.sentence.words[m.first : m.last])]
    beside = any(0 <= m.first - it.unit.last <= 1 or m.last == it.number.first for m in daily)
    return beside and it.sentence.has(_AGREED)


_AGREED = frozenset(("AGREED", "AGREEVERB", "DEAL", "UNDERDEAL"))
JOINED = 5.0


def _in_a_mishap(it: Counted, base: Claim) -> bool:
    """Tell whether vehicles only say what a mishap was of: "a two-car crash", "one bus slid into a ditch"."""
    behind = [m for m in it.sentence.of("BREAKDOWN") if 0 <= m.first - it.unit.last <= (2 if base.low == 1 else 0)]
    hyphen = "-" in it.sentence.words[it.number.body : it.unit.first]
    return bool(behind) and (hyphen or base.low == 1 == base.high)


def _one_of(it: Counted) -> bool:
    """Tell whether one vehicle is told of several: "one of the trucks is bogged down" counts no truck."""
    words, number = it.sentence.words, it.number
    if number.low == 1 and words[number.last : number.last + 1] and words[number.last] in small("of"):
        return True
    return bool(number.first) and words[number.first - 1] in small("oneof")


def bed(it: Counted, base: Claim) -> Claim | None:
    """Return the claim of a number of beds or places: taken, or free."""
    base = base._replace(unit="beds" if it.unit.family == "bed" else "places")
    taken = near(it.sentence, base.first, base.last, "HOUSE", "OCCUPIED", within=4)
    if taken and taken.first >= base.last and it.sentence.kind(min(taken.last, len(it.sentence.words) - 1)) == "digits":
        # "380 beds, taken of them 300".
        taken = None
    if any(0 <= base.first - m.last <= 1 and m.value == "label" for m in it.sentence.of("NEED")):
        # "Needs: 300 mattresses" are no room.
        return None
    room = near(it.sentence, base.first, base.last, "CAPACITY", within=6)
    of_all = it.number.first > 0 and it.sentence.words[it.number.first - 1] in ("sur", "of", "/", "اصل")
    if of_all:
        return base._replace(kind="capacity", reason="the places that there are", confidence=0.7)
    if it.previous and it.previous.kind == "reception" and it.previous.unit == "persons" and not room:
        return base._replace(kind="capacity", reason="the places of those taken in", confidence=0.7)
    # "It posts 312 beds taken": the word beside the number says what they are.
    beside = taken is not None and taken.cls == "OCCUPIED" and taken.first == base.last
    if taken and not (
        room
        and not beside
        and distance(it.sentence, base.first, base.last, room) <= distance(it.sentence, base.first, base.last, taken)
    ):
        return base._replace(kind="reception", reason="places taken", confidence=0.7)
    if it.unit.family == "seat" and not room and not _room(it, base):
        return None
    return base._replace(
        kind="capacity",
        reason="room to receive or carry people",
        confidence=0.75,
        modality=modality(it.sentence, base.first, base.last),
    )


def _room(it: Counted, base: Claim) -> bool:
    """Tell whether places without a word of room are room: bounded, left, or of a shelter or a vehicle."""
    if base.hedge in ("min", "max") or near(it.sentence, base.first, base.last, "REMAIN", within=5):
        return True
    if it.unit.first == it.number.last and (base.low or 0) >= MANY_PLACES:
        return True
    return near(it.sentence, base.first, base.last, "SHELTER", "VEHICLE", within=FAR) is not None


MANY_PLACES = 50


def occupied(_it: Counted, base: Claim) -> Claim | None:
    """Return the claim of the places taken of those there are."""
    return base._replace(kind="reception", unit="places", reason="places taken of those there are", confidence=0.7)


def shelter(it: Counted, base: Claim) -> Claim | None:
    """Return the claim of a number of shelters opened or in use."""
    if it.number.article or it.number.hedge == "order" or base.low == 1:
        return None
    cue = near(it.sentence, base.first, base.last, "TAKEIN", "HOUSE", "CLOSED", within=8)
    labelled = it.unit.labelled and ":" in it.sentence.words[it.unit.last - 2 : it.unit.last]
    if not (cue or labelled) or it.unit.value == "hospital":
        return None
    if it.unit.labelled and near(it.sentence, base.first, base.last, "FULL", within=1):
        # "Shelters full: 3": that there is no more room.
        return None
    return base._replace(
        kind="reception",
        unit="shelters",
        reason="shelters opened or in use",
        confidence=0.6,
        modality=modality(it.sentence, base.first, base.last),
    )


def time(it: Counted, base: Claim) -> Claim | None:
    """Return the claim of a length that an agreement sets, or of a planned duration."""
    base = base._replace(unit=it.unit.value)
    if it.number.article:
        return None
    if base.first < it.number.body and it.sentence.words[base.first] in small("spanning"):
        # "Over three days" spans three days.
        length = it.number.low if it.number.low is not None else it.number.high
        base = base._replace(low=length, high=length, hedge="exact")
    if _of_a_siege(it, base):
        return base._replace(kind="context", confidence=0.4, reason="how long a siege has lasted")
    if _clock(it, base):
        return None
    if any(0 <= base.first - m.last <= WISHED for m in it.sentence.of("WISH")):
        # "Appealed for a three-day halt": nobody agreed to it.
        return None
    deal = near(it.sentence, base.first, base.last, "TRUCE", "DEAL", "UNDERDEAL", "AGREED", "QUIET", within=14)
    deal = deal or near(it.sentence, base.first, base.last, "UNDERDEAL", within=UNDER)
    after = near(it.sentence, base.first, base.last, "AGO", "DAILY", within=2.1) or _later(it, base)
    if deal and not after and it.unit.value in ("hours", "days", "weeks", "months") and not _of_a_stop(it, base):
        return base._replace(
            kind="agreement", modality="planned", confidence=0.7, reason="a length that the agreement sets"
        )
    at_hour = it.unit.value == "hours" and it.number.first and it.sentence.words[it.number.first - 1] in small("hour")
    if not at_hour and near(it.sentence, base.first, base.last, "PLAN", within=6):
        return base._replace(kind="schedule", modality="planned", confidence=0.5, reason="a planned duration")
    return None


def _later(it: Counted, base: Claim) -> bool:
    """Tell whether Arabic says "after six hours": when it came to an end, not how long it was to last."""
    return bool(base.first) and it.sentence.words[base.first - 1] in small("later")


def _of_a_stop(it: Counted, base: Claim) -> bool:
    """Tell whether a length is that of a stop; one of the fighting ("hostilities stop for 72 hours") is a truce."""
    if base.first and it.sentence.words[base.first - 1] in small("lasted"):
        # Arabic: "after a closing that lasted three days".
        return True
    stop = near(it.sentence, base.first, base.last, "STOP", within=5)
    if stop is None:
        return False
    # "A ten-day standstill" is a truce by the word that says the stop.
    truces = it.sentence.of("TRUCE")
    return not any(0 <= m.first - stop.last <= 1 or m.first == stop.first for m in truces)


WISHED = 3


# A sentence that begins with the deal is of the deal.
UNDER = 34


def _clock(it: Counted, base: Claim) -> bool:
    """Tell whether hours are one of the clock: "in force at 6 hours" ("a 6 heures"), but not "set at 6 hours"."""
    at = it.number.first
    if at and it.sentence.words[at - 1] in small("elapsed"):
        # "14 breaches in 24 hours", "after nine days of talks": time that went by.
        return True
    if it.unit.value != "hours" or not at or base.low != base.high or not 0 < (base.low or 0) <= DAY:
        return False
    if it.sentence.words[at - 1] not in small("clockat"):
        return False
    return not any(m.last in (at, at - 1) for m in it.sentence.of("DEALVERB", "FROMTO", "HEDGE_MAX", "HEDGE_MIN"))


DAY = 24


def _of_a_siege(it: Counted, base: Claim) -> bool:
    """Tell whether a length is that of a siege or a war: no deal sets it."""
    words = it.sentence.words[max(0, base.first - SIEGE_REACH) : base.last + 2]
    return it.unit.value in ("weeks", "months", "years") and not small("siege").isdisjoint(words)


SIEGE_REACH = 7


def percent(it: Counted, base: Claim) -> Claim | None:
    """Return a share as context, for it mostly repeats a count, or as what a deal sets or keeps for somebody."""
    dealt = it.sentence.of("DEAL", "TRUCE", "UNDERDEAL", "AGREED", "ALLOWED", "SETNUMBER", "DUTY")
    bound = bool(dealt) and it.number.hedge in ("min", "max")
    sets = any(0 <= base.first - m.last <= 2 for m in it.sentence.of("DEALVERB"))
    sets = sets and any(m.first < base.first for m in it.sentence.of("DEAL", "TRUCE", "UNDERDEAL"))
    kept = near(it.sentence, base.first, base.last, "SETASIDE", within=6) is not None
    if sets or bound or _under(it, base) or (kept and it.sentence.of("UNDERDEAL", "DEAL", "TRUCE", "AGREED")):
        return base._replace(kind="agreement", unit="percent", modality="planned", reason="a share that a deal sets")
    return base._replace(kind="context", unit="percent", confidence=0.4, reason="a share")


def _under(it: Counted, base: Claim) -> bool:
    """Tell whether a share is one more thing that a deal sets: "it provides for ... and the return of 30 %"."""
    if it.previous and it.previous.kind == "agreement" and 0 < it.previous.last <= base.first:
        return True
    says = [m for m in it.sentence.of("UNDERDEAL") if 0 <= base.first - m.last <= SAYS]
    return bool(says) and any(0 <= m.first - base.last <= OF_WHOM for m in it.sentence.of("PERSON", "STAFF"))


SAYS = 3
OF_WHOM = 1


def _level(it: Counted, base: Claim) -> bool:
    """Tell whether a height is that of water: "the river crested at 7.8 metres"."""
    words = it.sentence.words[max(0, base.first - LEVEL_REACH) : base.last + 2]
    level = small("level")
    near_level = it.sentence.words[max(0, it.number.first - WATER) : it.number.first]
    if not small("water").isdisjoint(near_level):
        return True
    gauged = not small("gauge").isdisjoint(words)
    roads = [m for m in it.sentence.of("ROAD") if it.sentence.words[m.first] not in level and not gauged]
    # "The height of the waves in the canal is 4 metres": it says that it is a height.
    return not level.isdisjoint(words) and not (roads and small("height").isdisjoint(words))


LEVEL_REACH = 8
WATER = 5


def weather(it: Counted, base: Claim, *, level: bool = False) -> Claim | None:
    """Return the claim of a measure of the weather, or of the level of water."""
    # "inches of rain" says itself what it measures.
    sure = it.unit.family == "degree" or level or it.unit.last - it.unit.first > 2 or _level(it, base)
    sure = sure or near(it.sentence, base.first, base.last, "VISIBILITY", within=4) is not None
    sure = sure or (it.unit.value == "km/h" and it.unit.first == it.unit.last)
    if it.unit.value == "km/h" and _own_speed(it, base):
        return None
    if not sure and not near(it.sentence, base.first, base.last, "WEATHER", "VISIBILITY", within=9):
        return None
    first = base.first
    sign = it.sentence.words[it.number.body - 1] if it.number.body else ""
    low, high = base.low, base.high
    minus = sign == "-" or any(m.cls == "MINUS" and m.last == it.number.body for m in it.sentence.marks)
    if minus:
        low, high = (None if low is None else -low), (None if high is None else -high)
        first = it.number.body - 1
    if it.unit.family == "degree" and near(it.sentence, base.first, base.last, "BELOW", within=4):
        low, high = -(low or 0), -(high or 0)
    mode = modality(it.sentence, base.first, base.last)
    return base._replace(
        kind="weather",
        first=first,
        low=low,
        high=high,
        unit=it.unit.value,
        confidence=0.8,
        reason="a measure of the weather",
        modality=mode,
    )


HEIGHT = 300


def _own_speed(it: Counted, base: Claim) -> bool:
    """Tell whether a speed is that of vehicles: "speed limit: 40 km/h"."""
    words = it.sentence.words[max(0, base.first - SPEED_REACH) : base.last + 2]
    return not small("ownspeed").isdisjoint(words) and small("wind").isdisjoint(it.sentence.words)


SPEED_REACH = 6


def distance_of_weather(it: Counted, base: Claim) -> Claim | None:
    """Return a distance as a measure of the weather (metres of surge, km/h of wind), else nothing."""
    if it.number.hedge in ("min", "max") and it.sentence.of("DEAL", "UNDERDEAL", "AGREED", "TRUCE"):
        return base._replace(
            kind="agreement", unit=it.unit.value, modality="planned", reason="a distance that a deal sets"
        )
    if it.unit.value in ("m", "feet") and _level(it, base):
        return weather(it, base, level=True)
    if it.unit.value in ("km", "m", "km/h", "mph", "feet", "inches") and near(
        it.sentence, base.first, base.last, "WEATHER", "VISIBILITY", within=14 if it.unit.value == "inches" else 7
    ):
        thing = near(it.sentence, base.first, base.last, "WEATHER", "ROAD", "SHELTER", within=4)
        seen = near(it.sentence, base.first, base.last, "VISIBILITY", within=7)
        if thing and thing.cls != "WEATHER" and not seen:
            return None
        if it.unit.value == "km" and not seen:
            return None
        if it.unit.value == "m" and not seen and (base.low or base.high or 0) >= HEIGHT:
            # "Snow above 900 metres": how high the land is.
            return None
        return weather(it, base)
    return None
