"""What ids are called for people: places, operations, convoys, vehicles, terms of a clause."""

from __future__ import annotations

from corridor.publishing.words import Words
from corridor.reports.vocabulary import groups
from corridor.situation.situation import Situation


def bare(name: str) -> str:
    """Return an id without the operation before its stroke: `C07` of `aleppo/C07`."""
    return name.rpartition("/")[2]


def plain(name: str) -> str:
    """Return an id as words."""
    return name.replace("-", " ").replace("_", " ")


def vehicle_type(vehicle: str) -> str:
    """Return the type in a vehicle's id: `bus` of `aleppo/bus-03`."""
    return bare(vehicle).rstrip("0123456789").rstrip("-_ ") or bare(vehicle)


def sentence(said: str) -> str:
    """Return words as one sentence, with its capital and its full stop."""
    trimmed = said.strip().rstrip(".")
    return trimmed[:1].upper() + trimmed[1:] + "." if trimmed else ""


def place(situation: Situation, name: str, w: Words) -> str:
    """Return the name of a site without the remark in brackets after it, or its id as words."""
    found = next((site for site in situation.sites if site.id == name), None)
    return found.name(w.lang).partition(" (")[0] if found else plain(name).title()


def operation(situation: Situation, name: str, w: Words) -> str:
    """Return the name of an operation: that of the area it leaves."""
    found = next((each for each in situation.operations if each.id == name), None)
    return place(situation, found.area, w) if found else plain(name)


def subject(situation: Situation, about: str, w: Words) -> str:
    """Return the name of what a finding concerns: a place, an operation, a clause of one, or the id as it is."""
    if ", " in about:
        return ", ".join(subject(situation, part, w) for part in about.split(", "))
    sites = {site.id for site in situation.sites}
    operations = {each.id for each in situation.operations}
    head, _, tail = about.partition("/")
    if about in sites:
        return place(situation, about, w)
    if head in operations:
        kind, _, term = tail.partition(".")
        clause = w.known(f"clause.{kind}", plain(kind)).lower() if kind else ""
        rest = ", ".join(part for part in (clause, plain(term)) if part)
        return w("subject", head=operation(situation, head, w), rest=rest) if rest else operation(situation, head, w)
    return about


def terms(situation: Situation, value: float | str, w: Words) -> str:
    """Return the value of a term, its ids by their names: `amiriyah;ramousah` is Al-Amiriyah, Ramousah."""
    if not isinstance(value, str):
        return w.count(value)
    sites = {site.id for site in situation.sites}
    operations = {each.id for each in situation.operations}
    shown = []
    for part in value.split(";"):
        if part in sites:
            shown.append(place(situation, part, w))
        elif part in operations:
            shown.append(operation(situation, part, w))
        else:
            shown.append(groups()[part].label(w.lang) if part in groups() else part)
    return ", ".join(shown)
