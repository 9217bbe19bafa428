"""The day as it went: the events as a line one can follow with the finger, each with who says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from corridor.publishing import names, tongue
from corridor.publishing.footnotes import Footnotes, worded
from corridor.publishing.markup import Child, Markup, el, join, number
from corridor.publishing.story import Event, story
from corridor.publishing.words import Words
from corridor.reports.report import Report
from corridor.reports.vocabulary import facts, groups
from corridor.situation.situation import Situation

OPEN_DAYS = 2  # the day of the page, and the night before it
MOST_VEHICLES = 120
TEXT_FACTS = ("halt", "resumption", "incident", "agreement", "guarantee", "intention", "information_given", "weather")
NOTED = ("agreement", "departure", "arrival", "people_held")


def timeline(situation: Situation, w: Words, notes: Footnotes) -> Markup:
    """Return the events as a vertical line by day; days long past fold in on a screen, not on paper."""
    events = story(situation)
    days = [(day, list(found)) for day, found in groupby(events, key=lambda event: w.local(event.at).date())]
    shown = []
    past = sum(1 for day, _ in days if day <= w.local(situation.at).date())
    for index, (_, found) in enumerate(days):
        head = w.day(found[0].at)
        items = el("ol", [_item(situation, event, w, notes) for event in found], class_="line")
        if index < past - OPEN_DAYS:
            shown.append(el("details", el("summary", el("h3", head)), items, class_="day print"))
        else:
            shown.append(el("section", el("h3", head), items, class_="day"))
    return el("div", shown, class_="timeline")


def _item(situation: Situation, event: Event, w: Words, notes: Footnotes) -> Markup:
    other = bool(situation.operations) and event.operation != situation.operations[0].id
    kind = f"event {event.kind}" + (" other" if other else "")
    # A half day is told by its end, so a clock time stands for "by then" wherever a source gave no hour.
    badge = el("span", w("counterpart"), class_="badge") if other else None
    head = el("h4", _title(situation, event, w), badge)
    body = [head, *_body(situation, event, w, notes)]
    return el(
        "li",
        el("time", w.clock(event.at), datetime=event.at.isoformat()),
        el("span", class_="dot", aria_hidden="true"),
        el("div", body, class_="card"),
        class_=kind,
    )


def _title(situation: Situation, event: Event, w: Words) -> str:
    place = names.place(situation, event.place, w)
    if event.kind == "convoy":
        if event.subject in {operation.id for operation in situation.operations}:
            return w("event.convoys", place=place)
        key = "event.convoy" if event.of("departure") else "event.movement"
        return w(key, what=names.movement(event.subject, w), place=place)
    if event.kind == "planned" and not event.of("departure", "arrival"):
        return w("event.fleet")
    if event.kind == "agreement":
        states = [str(report.value) for report in event.of("agreement")]
        return w.known(f"agreement.{states[0]}", w("event.agreement")) if states else w("event.guarantee")
    if event.kind == "note":
        fact = facts()[event.reports[0].fact]
        planned = all(report.modality == "planned" for report in event.reports)
        return w("event.announced" if planned else "event.note", fact=fact.label(w.lang), place=place)
    return w(f"event.{event.kind}", place=place)


def _body(situation: Situation, event: Event, w: Words, notes: Footnotes) -> Iterable[Child]:
    vehicles = event.of("vehicles")
    corridor = situation.corridor(event.operation)
    if event.kind == "convoy" and event.of("departure"):
        # A first attempt or a lone ambulance is no convoy: nobody said that it had lead vehicles.
        lead = corridor.lead if corridor and "convoy" in event.subject else ""
        yield _glyphs([*event.of("departure"), *vehicles], lead, w)
        if corridor and lead:
            yield el("p", w("led_by", lead=names.leads(lead, w)), notes.cite(corridor.reports), class_="lead")
    if event.kind == "voice":
        for report in event.reports:
            said = report.quote or _first_sentence(report.note) or str(report.value or "")
            told = el("footer", report.source, notes.cite([report.id]))
            yield el("blockquote", el("p", tongue.told(said, w)), told)
        return
    spoken = [r for r in event.reports if r.fact in TEXT_FACTS and r.fact != "agreement"]
    yield _accounts(spoken, notes, w)
    # What a state, a departure or an arrival means stands in the note: the value alone says too little.
    told_by_note = [r for r in event.reports if r.fact in NOTED or event.kind == "note"]
    noted = [r for r in told_by_note if (r.note or r.quote) and r not in spoken]
    yield _accounts(noted, notes, w, wording=True)
    bare = {"departure", "arrival", "agreement"}
    aside = [r for r in noted if r.number is None and event.kind == "note"] + spoken
    figures = [r for r in event.reports if r not in aside and not (r.fact in bare and r.number is None)]
    main = {"totals": "people_out", "inside": "people_inside"}.get(event.kind, "")
    yield _figures(figures, w, notes, main=main)


def _accounts(reports: Sequence[Report], notes: Footnotes, w: Words, *, wording: bool = False) -> Markup | None:
    said = []
    for report in reports:
        value = str(report.value or "")
        # A value of one word ("given", "cold") says less than our wording of the same report.
        ours = _first_sentence(report.note) or report.quote
        words = ours if wording or (ours and " " not in value) else value
        told = w.known(f"told.{report.modality}", w("told.done"))
        if words:
            cite = notes.cite([report.id])
            said.append(
                el("li", tongue.told(words, w), " ", el("span", told.format(source=report.source), cite, class_="by"))
            )
    return el("ul", said, class_="accounts") if said else None


def _first_sentence(note: str) -> str:
    """Return the first sentence of a note; the remarks that follow it stand in the footnote."""
    return re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý])", note, maxsplit=1)[0]


def _figures(reports: Sequence[Report], w: Words, notes: Footnotes, *, main: str) -> Markup | None:
    """Return figures with one row for each thing counted; `main` is the fact that the event's title names already."""
    rows: dict[tuple[str, str, str], list[Report]] = {}
    for report in reports:
        vehicle = _vehicle_type(report)
        fact = "vehicles" if report.fact == "departure" else report.fact
        rows.setdefault((fact, report.group, vehicle), []).append(report)
    shown = []
    for (fact, group, vehicle), told in rows.items():
        who = groups()[group].label(w.lang) if group in groups() else group
        if fact == "vehicles":
            label = w.known(f"vehicles.{vehicle or 'all'}", names.plain(vehicle))
        elif fact == main:
            label = who[:1].upper() + who[1:]
        else:
            label = facts()[fact].label(w.lang) + (f", {who}" if group != "all" else "")
        shown.append(el("div", el("dt", label), el("dd", join(_claims(told, w, notes), " "))))
    return el("dl", shown, class_="figures") if shown else None


def _claims(told: Sequence[Report], w: Words, notes: Footnotes) -> list[Markup]:
    """Return one chip for each value of each source; the same figure in two papers is one claim with two notes."""
    chips: dict[tuple[str, str, str], list[str]] = {}
    for report in told:
        planned = f" ({w('announced')})" if report.modality == "planned" else ""
        chips.setdefault((worded(report, w), report.source, planned), []).append(report.id)
    return [
        el("span", el("b", value), " ", el("span", source, planned, class_="by"), notes.cite(ids), class_="chip")
        for (value, source, planned), ids in chips.items()
    ]


def _glyphs(vehicles: Sequence[Report], lead: str, w: Words) -> Markup | None:
    """Return a convoy as a row of small vehicles as its first source counted them, the lead vehicle in front."""
    counts: dict[str, int] = {}
    for report in vehicles:
        kind = _vehicle_type(report)
        if report.number is not None and kind and kind not in counts:
            counts[kind] = int(report.number)
    if not counts or sum(counts.values()) > MOST_VEHICLES:
        return None
    said = ", ".join(w.some(kind, n) for kind, n in sorted(counts.items()))
    shapes: list[str] = ["lead"] if lead else []
    for kind in sorted(counts, key=lambda name: (name != "ambulance", name)):
        shapes += [kind] * counts[kind]
    return el("p", [_vehicle(kind) for kind in shapes], class_="glyphs", role="img", aria_label=said)


def _vehicle_type(report: Report) -> str:
    """Return the vehicle type a report counts: the subject of `vehicles`, the part of a departure's subject."""
    return report.subject if report.fact == "vehicles" else report.part if report.fact == "departure" else ""


def _vehicle(kind: str) -> Markup:
    length = {"bus": 22, "ambulance": 14, "lead": 12, "minibus": 15, "coach": 22}.get(kind, 12)
    tone = kind if kind in ("bus", "ambulance", "lead") else "car"
    body = el("rect", x=0.5, y=1, width=length - 1, height=8, rx=1.8)
    wheels = [el("circle", cx=x, cy=9.4, r=1.7, class_="wheel") for x in (4, length - 4)]
    window = el("rect", x=2.4, y=2.8, width=length - 5, height=2.6, rx=0.6, class_="pane")
    return el("svg", body, window, wheels, viewBox=f"0 0 {number(length)} 12", width=length, height=12, class_=tone)
