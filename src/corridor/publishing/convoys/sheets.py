"""The movement table and a sheet for each convoy's lead: large type, the order as said by radio, a code to scan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from corridor.operation.orders import LANGS, Order, lead, order
from corridor.planning.plan import Convoy
from corridor.publishing import names
from corridor.publishing.convoys.code import code
from corridor.publishing.markup import Child, Markup, el, join, table
from corridor.publishing.paper import document
from corridor.publishing.release.stage import Release
from corridor.publishing.schedule import label, people_of, vehicles_of
from corridor.publishing.sitrep.content import mark
from corridor.publishing.sitrep.sitrep import whole
from corridor.publishing.typeset import pdf
from corridor.publishing.words import Words, words

# A sheet is printed for the convoys of the next two days: the plan of later ones changes with every replanning.
AHEAD = timedelta(hours=48)


def sheets_html(release: Release, *, lang: str = "en") -> bytes:
    """Return the movement table and the sheets for a telephone."""
    w = words(lang, release.situation.at.tzinfo)
    return whole(w("sheet.title"), _content(release, w), w, css=("page.css", "sitrep.css")).encode()


def sheets_pdf(release: Release, *, lang: str = "en") -> bytes:
    """Return the movement table and the sheets for print: the table, then a page for each convoy."""
    w = words(lang, release.situation.at.tzinfo)
    body = _content(release, w)
    said = mark(release, w)
    source, pictures = document(body, title=w("sheet.title"), lang=lang, right_to_left=w.dir == "rtl", mark=said)
    return pdf(source, pictures)


def _content(release: Release, w: Words) -> Markup:
    convoys = sorted(release.plan.convoys, key=lambda convoy: (convoy.depart, convoy.id))
    first: list[Child] = [
        el("p", el("strong", mark(release, w)), class_="mark"),
        el("h1", w("sheet.title")),
        el("p", w("sheet.intro"), class_="fine"),
        _table(release, convoys, w) if convoys else el("p", w("plan.none")),
    ]
    soon = [convoy for convoy in convoys if convoy.depart <= release.situation.at + AHEAD]
    return join([el("section", first), *(_sheet(release, convoy, w) for convoy in soon)])


def _table(release: Release, convoys: Sequence[Convoy], w: Words) -> Markup:
    plan, situation = release.plan, release.situation
    rows: list[list[Child]] = []
    for convoy in convoys:
        ends = [names.place(situation, site, w) for site in (convoy.pickup, convoy.reception)]
        row = [w.moment(convoy.depart), w.clock(convoy.arrive), w("way", start=ends[0], end=ends[1])]
        mine = label(plan, convoy) + (" · " + w("reserve") if convoy.reserve else "")
        rows.append([mine, *row, _vehicles(convoy, w), w.count(convoy.people), _lead(convoy, w)])
    keys = ("convoy", "depart", "arrive", "from_to", "vehicles", "people", "lead")
    return table([w(key) for key in keys], rows, class_="movement")


def _lead(convoy: Convoy, w: Words) -> str:
    """Return who leads in the width of a row: in Arabic as it is said by radio, the full names stand on the sheet."""
    return lead(convoy.lead, "ar") if w.lang == "ar" else names.leads(convoy.lead, w)


def _vehicles(convoy: Convoy, w: Words) -> str:
    kinds = vehicles_of(convoy).items()
    return ", ".join(w.some(kind, n) for kind, n in kinds)


def orders(release: Release, convoy: Convoy) -> list[Order]:
    """Return the order to leave in each language, with the one code that a crew reads back."""
    return [order(release.situation, convoy, lang=lang, exercise=release.exercise) for lang in LANGS]


def _sheet(release: Release, convoy: Convoy, w: Words) -> Markup:
    situation = release.situation
    said = orders(release, convoy)
    corridor = situation.corridor(convoy.operation)
    stops = [convoy.pickup, *(corridor.sites if corridor else ()), convoy.reception]
    # The sign turns with the direction of writing by itself (it is mirrored, Unicode annex 9).
    way = " › ".join(dict.fromkeys(names.place(situation, site, w) for site in stops))
    aboard = people_of(release.plan, convoy)
    facts: list[tuple[str, str]] = [
        (w("depart"), w.moment(convoy.depart)),
        (w("arrive"), w.moment(convoy.arrive)),
        (w("vehicles"), _vehicles(convoy, w)),
        (w("people"), w.count(convoy.people)),
        (w("by_group"), ", ".join(f"{names.group(group, w)} {w.count(n)}" for group, n in aboard.items())),
        (w("lead"), names.leads(convoy.lead, w) or w("sheet.blank")),
    ]
    mine = label(release.plan, convoy) + (" · " + w("reserve") if convoy.reserve else "")
    return el(
        "section",
        el("h1", mine, class_="break"),
        el("p", way, class_="large"),
        [el("p", el("strong", name + w("colon")), value, class_="large") for name, value in facts if value],
        el("h2", w("sheet.radio")),
        [el("p", el("span", one.text, lang=one.lang, dir=words(one.lang).dir), class_="order") for one in said],
        el("p", el("strong", w("sheet.code") + w("colon")), said[0].code, class_="large"),
        el("figure", code(said[0].text, w("sheet.scan", convoy=mine)), class_="scan"),
        el("p", w("sheet.rules"), class_="fine"),
        el("p", w("rel.protected"), class_="fine"),
        class_="sheet",
    )
