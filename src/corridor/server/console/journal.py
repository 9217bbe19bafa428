"""The log, newest first, page by page: everything that was said and decided, and nothing that a viewer may not see."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from corridor.log.entry import moment_of
from corridor.publishing import names
from corridor.publishing.footnotes import stated
from corridor.publishing.markup import Child, Markup, el
from corridor.reports.report import Candidate, Report
from corridor.server.answers import Shown
from corridor.server.archive import Found, Wanted
from corridor.server.ask import Ask
from corridor.server.console.figures import fact_label
from corridor.server.console.frame import address_of
from corridor.server.console.tables import Row, Table
from corridor.server.console.view import Body, View, asked_moment, page
from corridor.server.eyes import sight

KINDS = ("report", "decision", "act")
# What of a body says what a decision or an act was about, the first that there is.
ABOUT = ("report", "item", "movement", "convoy", "about", "what", "rule", "to", "route", "plan_sha256", "account")
WHY = ("reason", "despite", "why", "answer")

_reports = msgspec.json.Decoder(Report)
_candidates = msgspec.json.Decoder(Candidate)


class Looked(NamedTuple):
    """The entries of a page, the seq they come before, and the head of the log when they were looked for."""

    found: Found
    before: int
    head: int


async def _looked_for(ask: Ask) -> Looked:
    """Return the entries of a page, looked for beside the desk."""
    house, query = ask.house, ask.query
    head = house.present.seq
    known = None
    if query.at:
        known = await house.desk.ask(("moment", query.at), lambda operation: asked_moment(operation, query.at))
    _, see = sight(ask.viewer, compartment=None, convoys=tuple)
    wanted = Wanted(
        before=min(query.before or head + 1, head + 1),
        limit=query.limit,
        kind=query.kind,
        name=query.name,
        actor=query.actor,
        word=query.word,
        known=known,
        held=known if query.held else None,
    )
    return Looked(await house.archive.find(wanted, see), wanted.before, head)


@page("log_console", gather=_looked_for)
def journal(view: View) -> Body:
    """Return a page of the log."""
    w, query = view.w, view.query
    looked: Looked = view.gathered
    found, head = looked.found.entries, looked.head
    table = Table(
        "log",
        ("seq", "happened", "kind", "name", "actor", "said"),
        tuple(_row(view, one) for one in found),
        hidden=("id", "device", "recorded", "received", "hash", "body"),
    )
    filters = _filters(view)
    steps = _steps(view, looked)
    caption = w("log.caption", n=w.count(len(found)), of=w.count(head))
    # The first page follows what comes; an older one stays where the reader is.
    part = el(
        "section",
        filters,
        el(
            "div",
            view.table(table, caption=caption, first=True, live=False),
            steps,
            id="log-rows",
            data_live=not query.before,
        ),
    )
    return Body(parts=(part, _checked(view)), tables=(table,))


def _row(view: View, one: Shown) -> Row:
    w = view.w
    body: dict[str, Any] = msgspec.json.decode(one.body)
    happened = moment_of(one.happened)
    shown: dict[str, Child] = {}
    if not view.as_file:
        shown = {
            "seq": el("bdi", w.count(one.seq)),
            "kind": w(f"kind.of.{one.kind}"),
            "name": w.known(f"entry.{one.name}", one.name),
            "said": _said(view, one, body),
        }
    return Row(
        {
            "seq": one.seq,
            "happened": happened,
            "kind": one.kind,
            "name": one.name,
            "actor": one.actor,
            "said": str(next((body[key] for key in ("fact", *ABOUT) if key in body), "")),
            "id": one.id,
            "device": one.device,
            "recorded": one.recorded,
            "received": one.received,
            "hash": one.hash,
            "body": body,
        },
        shown,
        place=str(body.get("place", "")),
        id=f"e{one.seq}",
    )


def _said(view: View, one: Shown, body: dict[str, Any]) -> Child:
    """Return what an entry says in one line, in the reader's language where it is a report."""
    if one.kind == "report":
        return _report(view, one, body)
    if one.name == "alarm":
        return [el("bdi", str(body.get("about", ""))), " ", el("span", str(body.get("what", "")), lang="en", dir="ltr")]
    about = next((str(body[key]) for key in ABOUT if key in body), "")
    if isinstance(body.get("reports"), list):
        about = ", ".join(str(each) for each in body["reports"][:5])
    why = next((str(body[key]) for key in WHY if body.get(key) and str(body[key]) != about), "")
    shown: list[Child] = [el("bdi", about)]
    if one.name in ("withdraw", "correct") and "report" in body:
        shown = [view.reports((str(body["report"]),), about)]
    return [*shown, " · " if about and why else "", el("bdi", why, dir="auto")]


def _report(view: View, one: Shown, body: dict[str, Any]) -> Child:
    w = view.w
    try:
        report: Report = (_candidates if body.get("candidate") else _reports).decode(one.body)
    except (msgspec.DecodeError, ValueError):
        return el("span", w("log.notread"), class_="none")
    try:
        now = view.situation
        said, place = stated(report, now, w), names.place(now, report.place, w)
    except Exception:  # noqa: BLE001 - a log without a situation yet is shown all the same
        said, place = fact_label(report.fact, w), report.place
    return [
        view.reports((report.id,), said),
        " · ",
        el("bdi", place),
        " · ",
        el("bdi", report.source),
        el("span", " ", w("log.corrects"), class_="tag") if report.corrects else None,
    ]


def _filters(view: View) -> Markup:
    w, query = view.w, view.query
    options = [
        el("option", w("log.any"), value=""),
        *(el("option", w(f"kind.of.{kind}"), value=kind, selected=query.kind == kind) for kind in KINDS),
    ]
    fields: list[Child] = [
        el("label", w("col.kind"), el("select", options, name="kind")),
        _text("word", w("log.word"), query.word),
        _text("name", w("col.name"), query.name),
        _text("actor", w("col.actor"), query.actor),
    ]
    if view.turned:
        fields.append(el("input", type="hidden", name="at", value=query.at))
    clear = el("a", w("log.clear"), href=view.link("/log"), class_="button quiet")
    return el(
        "form",
        fields,
        el("button", w("log.filter")),
        clear,
        method="get",
        action="/log",
        class_="filters",
        role="search",
    )


def _text(name: str, label: str, value: str) -> Markup:
    return el("label", label, el("input", type="search", name=name, value=value, maxlength="200"))


def _steps(view: View, looked: Looked) -> Markup:
    """Return the ways to what is newer and older, and how far a filter has looked where there is more below."""
    w, query = view.w, view.query
    (_, reached), before, head = looked
    kept = {"kind": query.kind, "word": query.word, "name": query.name, "actor": query.actor}
    kept |= {"at": query.at, "held": query.held} if view.turned else {}
    links: list[Child] = []
    if before <= head:
        links.append(el("a", w("log.newest"), href=address_of("/log", **kept), class_="button quiet"))
    if reached > 1:
        href = address_of("/log", before=str(reached), **kept)
        links.append(el("a", w("log.older"), href=href, class_="button quiet", rel="next"))
    said: Child = None
    if reached > 1 and len(looked.found.entries) < query.limit:
        said = el("p", w("log.looked", last=w.count(before - 1), first=w.count(reached)), class_="fine")
    return el("nav", said, links, class_="pages", aria_label=w("log.pages"))


def _checked(view: View) -> Markup:
    """Return the head of the log, by which two copies are compared over the telephone."""
    w = view.w
    present = view.house.present
    said = w("log.head", n=w.count(present.seq))
    return el(
        "section",
        el("p", said, " ", el("code", el("bdi", present.head[:16]))),
        class_="fine",
        id="log-head",
        data_live=True,
    )
