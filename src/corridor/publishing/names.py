"""What ids are called for people: places, operations, convoys, vehicles, terms of a clause."""

from __future__ import annotations

from corridor.publishing.words import Words
from corridor.reports.vocabulary import groups
from corridor.situation.situation import Situation

# A place that a party holds in part.
PARTLY = " (partly)"


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


def group(name: str, w: Words) -> str:
    """Return how a group is called: the longest word of groups.csv that its id holds, companions marked as such."""
    head, _, companions = name.partition("+")
    label = _group_label(head, w) or w.known(f"group.{bare(head)}", plain(bare(head)))
    return w("companions_of", group=label) if companions else label


def _group_label(name: str, w: Words) -> str:
    known = [word for word in groups() if word in name.replace("-", "_").replace("/", "_").replace("@", "_")]
    return groups()[max(known, key=len)].label(w.lang) if known else ""


def movement(name: str, w: Words) -> str:
    """Return the name of a movement: `aleppo/convoy-2` is convoy 2, any other id stands with spaces for hyphens."""
    short = bare(name)
    if f"movement.{short}" in w.texts:
        return w(f"movement.{short}")
    head, _, tail = short.rpartition("-")
    if head == "convoy" and tail.isdigit():
        return w("convoy.n", n=int(tail))
    shown = plain(short)
    return shown[:1].upper() + shown[1:]


def party(name: str, w: Words) -> str:
    """Return a party or an institution as the page's language calls it, or its name as it was recorded."""
    if name.endswith(PARTLY):
        return w("party.partly", party=party(name.removesuffix(PARTLY), w))
    return w.known(f"party.{name}", name)


def leads(said: str, w: Words) -> str:
    """Return who leads a convoy: the names that the catalogue knows in the page's language, the others as they are."""
    return w("and").join(party(each, w) for each in said.split(" and "))


def subject(situation: Situation, about: str, w: Words) -> str:
    """Return the name of what a finding concerns: a place, an operation, a clause of one, or the id as it is."""
    if ", " in about:
        return _subjects(situation, about.split(", "), w)
    sites = {site.id for site in situation.sites}
    operations = {each.id for each in situation.operations}
    head, _, tail = about.partition("/")
    if about in sites:
        return place(situation, about, w)
    if head in operations:
        kind, _, key = tail.partition(".")
        clause = _part_of_operation(kind, w) if kind else ""
        rest = ", ".join(part for part in (clause, term(key, w) if key else "") if part)
        return w("subject", head=operation(situation, head, w), rest=rest) if rest else operation(situation, head, w)
    return about


def _subjects(situation: Situation, abouts: list[str], w: Words) -> str:
    """Return several subjects in a row; those of one operation stand behind its name, said once."""
    heads = [each.partition("/")[0] for each in abouts]
    shown = [subject(situation, each, w) for each in abouts]
    lead = w("subject", head=operation(situation, heads[0], w), rest="")
    if len(set(heads)) == 1 and all(each.startswith(lead) for each in shown):
        return lead + ", ".join(each.removeprefix(lead) for each in shown)
    return ", ".join(shown)


def term(key: str, w: Words) -> str:
    """Return what a term of a clause is called."""
    if key in groups():
        return groups()[key].label(w.lang)
    return w.known(f"term.{key}", w.known(f"vehicles.{key}", plain(key)).lower())


def _part_of_operation(kind: str, w: Words) -> str:
    """Return the name of a clause, a group or a movement of an operation, as it stands within a sentence."""
    if f"clause.{kind}" in w.texts:
        return w(f"clause.{kind}").lower()
    if kind in groups():
        return groups()[kind].label(w.lang)
    said = movement(kind, w)
    # The code of a convoy (C001) is no word: it keeps its capital.
    return said if said[1:2].isdigit() else said[:1].lower() + said[1:]


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
        elif ">" in part and sites.issuperset(part.split(">")):
            shown.append(" – ".join(place(situation, end, w) for end in part.split(">")))
        elif part in operations:
            shown.append(operation(situation, part, w))
        else:
            shown.append(groups()[part].label(w.lang) if part in groups() else party(part, w))
    return w("comma").join(shown)
