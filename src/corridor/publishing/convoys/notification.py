"""The notification of a movement, as humanitarian deconfliction asks for it: it informs, and asks for no leave.

Overland movements are notified 48 hours ahead, urgent ones 24 (practice of OCHA's notification system in Yemen).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from corridor.planning.plan import Convoy
from corridor.publishing import names
from corridor.publishing.markup import Child, Markup, el, join, table
from corridor.publishing.paper import document
from corridor.publishing.release.stage import Release
from corridor.publishing.schedule import vehicles_of
from corridor.publishing.sitrep.content import mark
from corridor.publishing.sitrep.sitrep import whole
from corridor.publishing.typeset import pdf
from corridor.publishing.words import LANGUAGES, Words, words

ORDINARY, URGENT = timedelta(hours=48), timedelta(hours=24)
# A notification that is not renewed must not stand for a movement that is over, or that never left.
EXPIRES = timedelta(hours=12)
ROLES = ("notifier", "lead", "radio", "pickup", "reception", "medical")
MARKING = ("logo", "emblem", "flag", "light", "unmark")


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """What is notified of one day of one operation: when, along which places, with what, and how long it stands."""

    operation: str
    first: datetime
    last: datetime
    route: tuple[str, ...]
    vehicles: dict[str, int]
    people: int
    convoys: tuple[str, ...]
    notify_by: datetime
    urgent_by: datetime
    expires: datetime
    state: str


def movements(release: Release) -> list[Movement]:
    """Return what is to be notified: the planned convoys of each operation, by the day on which they leave."""
    days: dict[tuple[str, str], list[Convoy]] = {}
    for convoy in release.plan.convoys:
        days.setdefault((f"{convoy.depart:%Y-%m-%d}", convoy.operation), []).append(convoy)
    return [_movement(release, operation, days[day, operation]) for day, operation in sorted(days)]


def _movement(release: Release, operation: str, convoys: Sequence[Convoy]) -> Movement:
    now = release.situation.at
    first, last = min(c.depart for c in convoys), max(c.arrive for c in convoys)
    corridor = release.situation.corridor(operation)
    ends = dict.fromkeys(site for c in convoys for site in (c.pickup, c.reception))
    inner = [site for site in (corridor.sites if corridor else ()) if site not in ends]
    pickups = dict.fromkeys(c.pickup for c in convoys)
    receptions = dict.fromkeys(c.reception for c in convoys)
    vehicles: dict[str, int] = {}
    for convoy in convoys:
        for kind, count in vehicles_of(convoy).items():
            vehicles[kind] = max(vehicles.get(kind, 0), count)
    state = "ordinary" if now <= first - ORDINARY else "urgent" if now <= first - URGENT else "late"
    return Movement(
        operation=operation,
        first=first,
        last=last,
        route=(*pickups, *inner, *receptions),
        vehicles=vehicles,
        people=sum(c.people for c in convoys if not c.reserve),
        convoys=tuple(c.id for c in convoys),
        notify_by=first - ORDINARY,
        urgent_by=first - URGENT,
        expires=last + EXPIRES,
        state=state,
    )


def notification_json(release: Release) -> bytes:
    """Return the movements with the sentence that every notification carries, in each language."""
    said = {lang: words(lang)("note.sentence") for lang in LANGUAGES}
    whole_pack = {"notification": movements(release), "sentence": said, "level": release.rules.name}
    return msgspec.json.format(msgspec.json.encode(whole_pack), indent=1)


def notification_html(release: Release, *, lang: str = "en") -> bytes:
    """Return the pack as one HTML file."""
    w = words(lang, release.situation.at.tzinfo)
    return whole(w("note.title"), _content(release, w), w, css=("page.css", "sitrep.css")).encode()


def notification_pdf(release: Release, *, lang: str = "en") -> bytes:
    """Return the pack as PDF, a page for each day of each movement."""
    w = words(lang, release.situation.at.tzinfo)
    said = mark(release, w)
    body = _content(release, w)
    source, pictures = document(body, title=w("note.title"), lang=lang, right_to_left=w.dir == "rtl", mark=said)
    return pdf(source, pictures)


def _content(release: Release, w: Words) -> Markup:
    found = movements(release)
    if not found:
        return join([el("h1", w("note.title")), el("p", w("plan.none")), el("p", w("note.sentence"))])
    return join([_page(release, each, w, first=not at) for at, each in enumerate(found)])


def _page(release: Release, movement: Movement, w: Words, *, first: bool) -> Markup:
    situation = release.situation
    where = names.operation(situation, movement.operation, w)
    parts: list[Child] = [
        el("p", el("strong", mark(release, w)), class_="mark" if first else "mark break"),
        el("h1", w("note.head", where=where, day=w.day(movement.first, year=True))),
        el("p", el("strong", w("note.sentence"))),
        el("h2", w("note.deadlines")),
        _deadlines(movement, w),
        el("h2", w("note.route")),
        _route(release, movement, w),
        el("h2", w("note.vehicles")),
        _vehicles(movement, w),
        el("ul", [el("li", w(f"note.marking.{item}")) for item in MARKING]),
        el("p", w("note.escort")),
        el("h2", w("note.contacts")),
        table(
            [w("note.role"), w("note.office"), w("note.channel")],
            [[w(f"note.role.{r}"), _office(release, movement, r, w), "…"] for r in ROLES],
        ),
        el("p", w("note.accuracy"), class_="fine"),
        el("p", w("rel.protected"), class_="fine"),
    ]
    return el("section", parts)


def _deadlines(movement: Movement, w: Words) -> Markup:
    rows: list[list[Child]] = [
        [w("note.first"), w.moment(movement.first, year=True)],
        [w("note.last"), w.moment(movement.last, year=True)],
        [w("note.by48"), w.moment(movement.notify_by, year=True)],
        [w("note.by24"), w.moment(movement.urgent_by, year=True)],
        [w("note.state"), w(f"note.state.{movement.state}")],
        [w("note.expires"), w.moment(movement.expires, year=True)],
    ]
    return table([w("note.what"), w("note.when")], rows)


def _route(release: Release, movement: Movement, w: Words) -> Markup:
    rows: list[list[Child]] = []
    for number, name in enumerate(movement.route, 1):
        site = next((each for each in release.situation.sites if each.id == name), None)
        where = w("rel.unknown")
        if site is not None and site.latitude is not None and site.longitude is not None:
            where = f"{site.latitude:.5f}, {site.longitude:.5f}"
        within = w("metres", n=w.count(site.precision_m)) if site is not None and site.precision_m else "–"
        kind = w.known(f"kind.{site.kind}", site.kind) if site is not None else "–"
        rows.append([str(number), names.place(release.situation, name, w), kind, where, within])
    return table(["#", w("place"), w("kind"), w("position"), w("precision")], rows)


def _vehicles(movement: Movement, w: Words) -> Markup:
    kinds = sorted(movement.vehicles.items())
    rows: list[list[Child]] = [[w.known(f"vehicles.{kind}", kind), w.count(count)] for kind, count in kinds]
    rows.append([w("note.convoys"), w.count(len(movement.convoys))])
    rows.append([w("people"), w.count(movement.people)])
    return table([w("vehicles"), w("note.most")], rows)


def _office(release: Release, movement: Movement, role: str, w: Words) -> str:
    """Return the office in a role where the plan names it; a name and a number are written by hand on the paper."""
    if role == "lead":
        leads = [c.lead for c in release.plan.convoys if c.id in movement.convoys and c.lead]
        return names.leads(leads[0], w) if leads else "…"
    if role == "reception":
        return names.place(release.situation, movement.route[-1], w)
    if role == "pickup":
        return names.place(release.situation, movement.route[0], w)
    return "…"
