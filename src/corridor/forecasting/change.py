"""What a lever does to a situation: each one a small function, nothing where it does not apply."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from importlib import resources

import msgspec

from corridor.forecasting.disruption import Disruption, disruption_of
from corridor.situation.estimate import Estimate
from corridor.situation.fleet import Vehicles
from corridor.situation.site import Site
from corridor.situation.situation import Situation

replace = msgspec.structs.replace
OWN_WILL = "private"  # Private cars come by their own will; nobody can order five more of them.


class Lever(msgspec.Struct, frozen=True):
    """One row of levers.csv: something that can be negotiated or bought, one step of it, in words."""

    key: str
    step: float
    unit_en: str
    unit_fr: str
    label_en: str
    label_fr: str
    said_en: str
    said_fr: str
    meaning: str

    def label(self, lang: str = "en") -> str:
        """Return the lever's name in a language (en or fr)."""
        return self.label_fr if lang == "fr" else self.label_en

    def said(self, lang: str = "en") -> str:
        """Return one step of it as a negotiator says it: `five more buses`."""
        return self.said_fr if lang == "fr" else self.said_en

    def amount(self, lang: str = "en") -> str:
        """Return the step with its unit: `+5 buses`, `-25 % of the headway`."""
        return f"{self.step:+g} {self.unit_fr if lang == 'fr' else self.unit_en}"


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """One situation to be tried: its levers, and each operation's disruptions where a lever changes them."""

    levers: tuple[str, ...]
    situation: Situation
    disruptions: dict[str, Disruption]


@cache
def lever_table() -> tuple[Lever, ...]:
    """Return the shipped table of levers.csv."""
    text = resources.files("corridor.forecasting").joinpath("levers.csv").read_text("utf-8")
    return tuple(msgspec.convert(row, Lever, strict=False) for row in csv.DictReader(text.splitlines()))


def base_arm(situation: Situation) -> Arm:
    """Return the situation as it is."""
    drawn = {operation.id: disruption_of(situation, operation.id) for operation in situation.operations}
    return Arm(levers=(), situation=situation, disruptions=drawn)


def pulled(arm: Arm, lever: Lever) -> Arm | None:
    """Return the arm with one step of a lever more, or None where the lever has nothing to act on."""
    situation, disruptions = arm.situation, arm.disruptions
    if lever.key in _ON_DISRUPTION:
        disruptions = {name: _ON_DISRUPTION[lever.key](drawn, lever.step) for name, drawn in disruptions.items()}
    if lever.key in _ON_SITUATION:
        situation = _ON_SITUATION[lever.key](situation, lever.step)
    if lever.key in ("lanes", "check") and not _checks(arm):
        return None
    if situation == arm.situation and disruptions == arm.disruptions:
        return None
    return Arm(levers=(*arm.levers, lever.key), situation=situation, disruptions=disruptions)


def moved(estimate: Estimate, *, add: float = 0.0, times: float = 1.0) -> Estimate:
    """Return an estimate moved or stretched as a whole, never below zero; its reports stay attached."""

    def new(number: float) -> float:
        return max(number * times + add, 0.0)

    parts = tuple(
        replace(part, low=new(part.low), mode=new(part.mode), high=new(part.high)) for part in estimate.components
    )
    return replace(estimate, components=parts, at_least=None if estimate.at_least is None else new(estimate.at_least))


def _share(percent: float) -> float:
    return 1 + percent / 100


def _vehicles(situation: Situation, chosen: Callable[[Vehicles], bool], step: float) -> Situation:
    vehicles = tuple(
        replace(v, count=moved(v.count, add=step)) if chosen(v) and not v.type.startswith(OWN_WILL) else v
        for v in situation.fleet.vehicles
    )
    return replace(situation, fleet=replace(situation.fleet, vehicles=vehicles))


def _buses(situation: Situation, step: float) -> Situation:
    """Add to the roomiest type of each operation."""
    most: dict[str, float] = {}
    for v in situation.fleet.vehicles:
        if "seat" in v.places and not v.type.startswith(OWN_WILL):
            most[v.operation] = max(most.get(v.operation, 0.0), v.places["seat"].quantile(0.5))
    return _vehicles(
        situation, lambda v: "seat" in v.places and v.places["seat"].quantile(0.5) == most.get(v.operation), step
    )


def _ambulances(situation: Situation, step: float) -> Situation:
    return _vehicles(situation, lambda v: "stretcher" in v.places, step)


def _hours(situation: Situation, step: float) -> Situation:
    """Let each window close later, but not after the next one opens."""
    agreements = []
    for agreement in situation.agreements:
        opens = sorted(c.begins for c in agreement.of_kind("window") if c.begins is not None)
        clauses = tuple(
            replace(c, ends=min([c.ends + timedelta(hours=step), *(o for o in opens if o >= c.ends)]))
            if c.kind == "window" and c.ends is not None
            else c
            for c in agreement.clauses
        )
        agreements.append(replace(agreement, clauses=clauses))
    return replace(situation, agreements=tuple(agreements))


def _bays(situation: Situation, chosen: Callable[[Site], bool], *, add: float = 0.0, times: float = 1.0) -> Situation:
    sites = tuple(
        replace(s, bays=moved(s.bays, add=add, times=times)) if s.bays and chosen(s) else s for s in situation.sites
    )
    return replace(situation, sites=sites)


def _pickup_bays(situation: Situation, step: float) -> Situation:
    used = {name for operation in situation.operations for name in operation.pickups}
    return _bays(situation, lambda s: s.id in used, add=step)


def _reception_bays(situation: Situation, step: float) -> Situation:
    used = {name for operation in situation.operations for name in operation.receptions}
    return _bays(situation, lambda s: s.id in used, add=step)


def _lanes(situation: Situation, step: float) -> Situation:
    return _bays(situation, lambda s: s.kind == "checkpoint", add=step)


def _checks(arm: Arm) -> bool:
    on_way = {name for corridor in arm.situation.corridors for name in corridor.sites}
    gates = any(s.kind == "checkpoint" and s.bays and s.id in on_way for s in arm.situation.sites)
    return gates and any(drawn.check_minutes > 0 for drawn in arm.disruptions.values())


def _boarding(situation: Situation, step: float) -> Situation:
    vehicles = tuple(replace(v, boarding=moved(v.boarding, times=_share(step))) for v in situation.fleet.vehicles)
    return replace(situation, fleet=replace(situation.fleet, vehicles=vehicles))


def _convoy_size(situation: Situation, step: float) -> Situation:
    corridors = tuple(replace(c, convoy_size=moved(c.convoy_size, add=step)) for c in situation.corridors)
    return replace(situation, corridors=corridors)


def _headway(situation: Situation, step: float) -> Situation:
    corridors = tuple(replace(c, headway=moved(c.headway, times=_share(step))) for c in situation.corridors)
    return replace(situation, corridors=corridors)


def _second_corridor(situation: Situation, _step: float) -> Situation:
    return _bays(_headway(situation, -50), lambda s: s.kind == "checkpoint", times=2.0)


def _nearer(situation: Situation, step: float) -> Situation:
    ends = {name for operation in situation.operations for name in operation.receptions}
    legs = tuple(
        replace(leg, minutes=moved(leg.minutes, times=_share(step))) if {leg.start, leg.end} & ends else leg
        for leg in situation.legs
    )
    return replace(situation, legs=legs)


_ON_SITUATION: dict[str, Callable[[Situation, float], Situation]] = {
    "buses": _buses,
    "ambulances": _ambulances,
    "hours": _hours,
    "lanes": _lanes,
    "pickup_bays": _pickup_bays,
    "reception_bays": _reception_bays,
    "boarding": _boarding,
    "convoy_size": _convoy_size,
    "headway": _headway,
    "second_corridor": _second_corridor,
    "nearer_reception": _nearer,
}
_ON_DISRUPTION: dict[str, Callable[[Disruption, float], Disruption]] = {
    "check": lambda d, step: replace(d, check_minutes=d.check_minutes * _share(step)),
    # The hours so far shrink with the length, so that a halt of now is as far through as before.
    "shorter_halts": lambda d, step: replace(
        d, median_hours=d.median_hours * _share(step), halted_hours=d.halted_hours * _share(step)
    ),
    # The same gamma numbers over twice the hours: each run has the same halts, half as often.
    "fewer_halts": lambda d, step: replace(d, hours=d.hours / _share(step)) if d.hours > 0 else d,
}
