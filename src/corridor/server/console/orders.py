"""Orders to the convoys: the short texts as they go by radio or SMS, and whether each was read back."""

from __future__ import annotations

from corridor.operation.orders import Sent, sent
from corridor.publishing import names
from corridor.publishing.markup import Child, Markup, el
from corridor.server.console.figures import adopted, progress
from corridor.server.console.tables import Row, Table
from corridor.server.console.view import Body, View, page
from corridor.server.rights import DESK

WHATS = ("depart", "hold", "return", "resume")
OVER = ("arrived", "handed over")
TONES = {"sent": "late", "read back": "open", "read back wrong": "halted"}


@page("orders_page")
def orders(view: View) -> Body:
    """Return the page of orders."""
    w = view.w
    found = sent(view.known)
    table = orders_table(view, found)
    open_ = [one for one in _last(found) if one.state != "read back"]
    said = w("orders.open", n=w.count(len(open_))) if open_ else w("orders.none.open")
    parts: list[Child] = []
    if not view.turned and view.viewer.role in DESK:
        parts.append(_give(view))
        parts.append(_answer(view, found))
    state = el("p", said, class_="state " + ("halted" if open_ else "open"))
    shown = el("div", state, id="orders-state", data_live=True)
    listed = view.table(table, caption=w("orders.caption"), first=True)
    return Body(parts=(el("section", shown, listed, id="orders"), *parts), tables=(table,))


def _last(found: list[Sent]) -> list[Sent]:
    """Return the last order of each convoy: a crew that got a new one answers that."""
    return list({one.convoy: one for one in found}.values())


def orders_table(view: View, found: list[Sent]) -> Table:
    """Return every text that was sent, the newest first."""
    w = view.w
    rows = tuple(
        Row(
            {"convoy": one.convoy, "at": one.at, "text": one.text, "code": one.code, "state": one.state, "id": one.id},
            {
                "convoy": el("bdi", names.bare(one.convoy)),
                # A text is in the crew's language, whatever the reader's is.
                "text": el("bdi", one.text, dir="auto", class_="ordertext"),
                "code": el("code", el("bdi", one.code)),
                "state": el("span", w(f"order.state.{one.state}"), class_=f"state {TONES[one.state]}"),
            },
        )
        for one in reversed(found)
    )
    return Table("orders", ("convoy", "at", "text", "code", "state"), rows, hidden=("id",))


def _give(view: View) -> Markup:
    """Return the form by which an order is sent to a convoy of the adopted plan."""
    w, plan = view.w, adopted(view)
    over = {one.movement for one in progress(view) if one.state in OVER} if plan else set()
    convoys = [one for one in plan.convoys if one.id not in over] if plan else []
    if not convoys:
        return el("section", el("h2", w("orders.give")), el("p", w("orders.noplan"), class_="none"), id="give")
    sites = sorted({name for one in convoys for name in (one.pickup, one.reception)} | _points(view))
    places = [el("option", names.place(view.situation, name, w), value=name) for name in sites]
    langs = [
        el(
            "label",
            el("input", type="checkbox", name="langs", value=lang, data_kind="list", checked=True),
            w(f"orders.lang.{lang}"),
            class_="check",
        )
        for lang in ("en", "fr", "ar")
    ]
    form = el(
        "form",
        _select("convoy", w("col.convoy"), [el("option", names.bare(one.id), value=one.id) for one in convoys]),
        _select("what", w("orders.what"), [el("option", w(f"order.{what}"), value=what) for what in WHATS]),
        _select("place", w("col.place"), [el("option", w("orders.own"), value=""), *places], optional=True),
        el("div", langs, class_="filters"),
        el("label", w("orders.despite"), el("input", name="despite", maxlength="2000", data_optional=True)),
        el("button", w("orders.send")),
        data_api="/api/v1/orders",
        class_="filters",
        id="give-form",
    )
    return el("section", el("h2", w("orders.give")), el("p", w("orders.give.text"), class_="fine"), form, id="give")


def _points(view: View) -> set[str]:
    return {name for corridor in view.situation.corridors for name in corridor.sites}


def _answer(view: View, found: list[Sent]) -> Markup:
    """Return the form that takes what a crew read back."""
    w = view.w
    options = [el("option", names.bare(one.convoy), value=one.convoy) for one in reversed(_last(found))]
    field = el("input", name="code", required=True, maxlength="20", autocomplete="off", autocapitalize="characters")
    form: Child = el("p", w("orders.nothing"), class_="none")
    if options:
        form = el(
            "form",
            _select("convoy", w("col.convoy"), options),
            el("label", w("orders.code"), field),
            el("button", w("orders.heard")),
            data_api="/api/v1/orders/read-back",
            class_="filters",
            id="answer-form",
        )
    # Whom one can choose follows what was sent; a form in use is left alone.
    return el("section", el("h2", w("orders.answer")), form, id="answer", data_live=True)


def _select(name: str, label: str, options: list[Markup], *, optional: bool = False) -> Markup:
    return el("label", label, el("select", options, name=name, data_optional=optional or None))
