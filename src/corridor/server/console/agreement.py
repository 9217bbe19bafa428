"""The agreement: what was said, what it leaves open, who guarantees, who claims a breach, who owes what."""

from __future__ import annotations

from corridor.operation.agreements import guarantees, precision, versions, violations
from corridor.operation.reciprocity import ledger
from corridor.publishing import names, phrases
from corridor.publishing.markup import Child, Markup, el
from corridor.server.console.figures import valid
from corridor.server.console.now import balance_drawn
from corridor.server.console.tables import Row, Table
from corridor.server.console.view import Body, View, page
from corridor.server.rights import LEAD
from corridor.situation.agreement import Clause
from corridor.situation.situation import Operation


@page("agreement_page")
def agreement(view: View) -> Body:
    """Return the page of the agreement."""
    w, now = view.w, view.situation
    clauses, told, standing, breaches, halts = (
        clauses_table(view),
        versions_table(view),
        guarantees_table(view),
        violations_table(view),
        halts_table(view),
    )
    balances = [balance_drawn(view, one) for one in ledger(now)]
    parts: list[Child] = [
        el("div", [_exact(view, one) for one in now.operations], class_="beside even", id="exact", data_live=True),
        el(
            "section",
            el("h2", w("meter.reciprocity")),
            balances or el("p", w("balance.none"), class_="none"),
            id="balances",
            data_live=True,
        ),
        el(
            "section",
            el("h2", w("agreed.clauses")),
            view.table(clauses, caption=w("agreed.clauses.caption"), first=True),
        ),
        el("section", el("h2", w("agreed.versions")), view.table(told, caption=w("agreed.versions.caption"))),
        el("section", el("h2", w("agreed.guarantees")), view.table(standing, caption=w("agreed.guarantees.caption"))),
        el("section", el("h2", w("agreed.halts")), view.table(halts, caption=w("agreed.halts.caption"))),
        el("section", el("h2", w("agreed.breaches")), view.table(breaches, caption=w("agreed.breaches.caption"))),
        _opening(view),
    ]
    return Body(parts=tuple(parts), tables=(clauses, told, standing, halts, breaches))


def _exact(view: View, operation: Operation) -> Markup:
    """Return the points that must be exact before a convoy leaves, said or open."""
    w, now = view.w, view.situation
    says = precision(now, operation.id)
    items = [
        el(
            "li",
            el("span", "✓" if text else "○", class_="tick-" + ("said" if text else "open"), aria_hidden="true"),
            " ",
            el("b", w(f"exact.{point}")),
            w("colon"),
            _terms(view, text) if text else el("em", w("exact.open")),
        )
        for point, text in says.items()
    ]
    title = w("exact.title", place=names.operation(now, operation.id, w))
    return el("section", el("h2", title), el("ul", items, class_="plainlist"))


def _terms(view: View, text: str) -> Child:
    """Return what a clause says of a point: `name value` pairs with the names of the page."""
    w, now = view.w, view.situation
    shown: list[Child] = []
    for part in text.split("; "):
        name, _, value = part.partition(" ")
        if name in ("from", "until"):
            shown.append(phrases.phrase(part, now, w))
        else:
            shown.append([names.term(name, w), " ", el("bdi", names.terms(now, value, w))])
    return [[each, " " if number < len(shown) - 1 else ""] for number, each in enumerate(shown)]


def clauses_table(view: View) -> Table:
    """Return every clause with its parameters, parties and hours."""
    rows = []
    for one in view.situation.agreements:
        rows += [_clause(view, one.operation, clause) for clause in one.clauses]
    columns = ("clause", "movement", "terms", "begins", "ends", "parties")
    return Table("clauses", columns, tuple(rows), hidden=("kind", "version", "reports"))


def _clause(view: View, operation: str, clause: Clause) -> Row:
    w, now = view.w, view.situation
    said = [
        el("div", names.term(name, w), w("colon"), el("bdi", names.terms(now, value, w)))
        for name, value in clause.parameters.items()
    ]
    return Row(
        {
            "clause": clause.id,
            "kind": clause.kind,
            "movement": operation,
            "terms": clause.parameters,
            "begins": clause.begins,
            "ends": clause.ends,
            "parties": list(clause.parties),
            "version": clause.version,
            "reports": list(clause.reports),
        },
        {
            "clause": view.reports(clause.reports, w.known(f"clause.{clause.kind}", clause.kind)),
            "movement": names.operation(now, operation, w),
            "terms": said or "–",
            "parties": w("comma").join(names.party(each, w) for each in clause.parties) or "–",
        },
    )


def versions_table(view: View) -> Table:
    """Return each state that a source gave the agreement, the latest first."""
    w, now = view.w, view.situation
    rows = [
        Row(
            {"at": one.at, "movement": operation.id, "state": one.state, "source": one.source, "report": one.report},
            {
                "at": view.reports((one.report,), w.moment(one.at)),
                "movement": names.operation(now, operation.id, w),
                "state": w.known(f"state.{one.state}", one.state),
            },
        )
        for operation in now.operations
        for one in reversed(versions(valid(now), operation.id))
    ]
    return Table("versions", ("at", "movement", "state", "source"), tuple(rows), hidden=("report",))


def guarantees_table(view: View) -> Table:
    """Return each party's guarantee."""
    w = view.w
    rows = [
        Row(
            {
                "party": one.party,
                "state": one.state,
                "since": one.since,
                "until": one.until or None,
                "sources": list(one.confirmed_by),
                "reports": list(one.reports),
            },
            {
                "party": view.reports(one.reports, names.party(one.party, w)),
                "state": w.known(f"state.{one.state}", one.state),
                "until": el("bdi", one.until) if one.until else w("agreed.noend"),
            },
        )
        for one in guarantees(valid(view.situation))
    ]
    return Table("guarantees", ("party", "state", "since", "until", "sources"), tuple(rows), hidden=("reports",))


def violations_table(view: View) -> Table:
    """Return each breach that a source claims; a denial is a row of its own."""
    w, now = view.w, view.situation
    found = sorted(violations(valid(now)), key=lambda one: one.at, reverse=True)
    rows = [
        Row(
            {
                "at": one.at,
                "place": one.place,
                "source": one.claimed_by,
                "how": one.how,
                "said": one.text,
                "report": one.report,
            },
            {
                "at": view.reports((one.report,), w.moment(one.at)),
                "place": names.place(now, one.place, w),
                "how": w(f"breach.{one.how}"),
                "said": "–" if one.text.startswith("sealed:") else el("span", one.text, dir="auto"),
            },
            place=one.place,
        )
        for one in found
    ]
    return Table("breaches", ("at", "source", "how", "said", "place"), tuple(rows), hidden=("report",))


def halts_table(view: View) -> Table:
    """Return each halt with every reason that was given for it, and who says it is over."""
    w, now = view.w, view.situation
    rows = []
    for halt in sorted(now.halts, key=lambda one: one.since, reverse=True):
        reasons = [
            el("div", view.reports((r.report,), [el("bdi", r.source), w("colon"), el("span", r.text, dir="auto")]))
            for r in halt.reasons
        ]
        rows.append(
            Row(
                {
                    "since": halt.since,
                    "until": halt.until,
                    "movement": halt.operation,
                    "reasons": [f"{r.source}: {r.text}" for r in halt.reasons],
                },
                {
                    "movement": names.operation(now, halt.operation, w),
                    "until": w.moment(halt.until) if halt.until else el("b", w("hold.lasts"), class_="state missing"),
                    "reasons": reasons,
                },
            )
        )
    return Table("halts", ("since", "until", "movement", "reasons"), tuple(rows))


def _opening(view: View) -> Markup | None:
    """Return the way in which two persons open a corridor: one proposes, another confirms."""
    if view.turned or view.viewer.role not in LEAD:
        return None
    w, now, present = view.w, view.situation, view.house.present
    items = [
        el(
            "li",
            names.operation(now, one.id, w),
            w("colon"),
            w("opening.open") if one.id in present.opened else w("opening.shut"),
            _propose(view, one) if one.id not in present.opened else None,
        )
        for one in now.operations
    ]
    waiting = [
        el(
            "form",
            el("p", w("opening.proposed", who=proposal.by, place=names.operation(now, proposal.movement, w))),
            el("label", w("reason.label"), el("input", name="reason", required=True, maxlength="2000")),
            el("button", w("opening.confirm")),
            data_api=f"/api/v1/decisions/open/{name}/confirm",
        )
        for name, proposal in present.proposals.items()
    ]
    return el(
        "section",
        el("h2", w("opening.title")),
        el("p", w("opening.intro")),
        el("ul", items, class_="plainlist"),
        waiting,
        id="opening",
        data_live=True,
    )


def _propose(view: View, operation: Operation) -> Markup:
    w = view.w
    return el(
        "form",
        el("input", type="hidden", name="movement", value=operation.id),
        el("label", w("reason.label"), el("input", name="reason", required=True, maxlength="2000")),
        el("button", w("opening.propose")),
        data_api="/api/v1/decisions/open",
    )
