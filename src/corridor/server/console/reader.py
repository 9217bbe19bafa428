"""The reader: an article goes in, spans are marked in it, and each claim is accepted, mended or left by a person."""

from __future__ import annotations

from corridor.publishing import names
from corridor.publishing.footnotes import stated
from corridor.publishing.markup import Child, Markup, el
from corridor.server.console.tables import Row, Table
from corridor.server.console.view import Body, View, page
from corridor.server.rights import DESK

KEYS = (("j", "next"), ("k", "before"), ("a", "accept"), ("e", "edit"), ("r", "reject"))


@page("reader", scripts=("reader.js",))
def reader(view: View) -> Body:
    """Return the page of the reader."""
    w = view.w
    table = candidates_table(view)
    parts: list[Child] = [_paste(view)] if not view.turned and view.viewer.role in DESK else []
    waiting = el(
        "section",
        el("h2", w("reader.waiting")),
        el("p", w("reader.waiting.intro")),
        view.table(table, caption=w("reader.waiting.caption"), first=True),
    )
    return Body(parts=(*parts, waiting), tables=(table,))


def _paste(view: View) -> Markup:
    w = view.w
    if not view.viewer.reads_text:
        return el("section", el("p", w("reader.noflag")))
    keys = [el("li", el("kbd", key), " ", w(f"reader.key.{name}")) for key, name in KEYS]
    form = el(
        "form",
        el(
            "label",
            w("reader.text"),
            el("textarea", name="text", id="reader-text", required=True, maxlength="200000", dir="auto"),
        ),
        el(
            "label",
            w("reader.file"),
            el("input", type="file", id="reader-file", accept=".txt,.html,.htm,text/plain,text/html"),
        ),
        el("label", w("reader.place"), el("input", name="title", maxlength="150", id="reader-title")),
        el("label", w("reader.published"), el("input", type="date", name="published", id="reader-published")),
        el("button", w("reader.read")),
        id="reader-form",
    )
    found = el(
        "div",
        el("article", id="reader-marked", dir="auto", tabindex="0", aria_label=w("reader.marked")),
        el("div", el("ul", keys, class_="keyhelp"), el("ol", id="reader-list", class_="told")),
        class_="beside",
        id="reader-found",
        hidden=True,
    )
    return el(
        "section",
        el("h2", w("reader.title")),
        el("p", w("reader.intro")),
        form,
        el("p", id="reader-said", role="status"),
        found,
        id="reader",
    )


def candidates_table(view: View) -> Table:
    """Return the candidates that wait for a person, without their words."""
    w = view.w
    found = sorted(view.known.candidates, key=lambda one: (one.doc, one.start))
    try:
        now = view.situation
    except Exception:  # noqa: BLE001 - candidates may come before the first report
        now = None
    rows = [
        Row(
            {
                "id": one.id,
                "doc": one.doc,
                "fact": one.fact,
                "about": one.about,
                "place": one.place,
                "value": one.value,
                "low": one.low,
                "high": one.high,
                "confidence": one.confidence,
                "reason": one.reason,
                "start": one.start,
                "end": one.end,
            },
            {
                "said": stated(one, now, w) if now else one.fact,
                "place": names.place(now, one.place, w) if now and one.place else one.place or "–",
                "confidence": el("bdi", w.percent(one.confidence)),
                "accept": _buttons(view, one.id),
            },
            place=one.place,
        )
        for one in found
    ]
    shown = (
        ("said", "place", "doc", "confidence", "accept")
        if view.viewer.role in DESK and not view.turned
        else ("said", "place", "doc", "confidence")
    )
    return Table(
        "candidates",
        shown,
        tuple(rows),
        hidden=("id", "fact", "about", "value", "low", "high", "reason", "start", "end"),
    )


def _buttons(view: View, name: str) -> Markup:
    w = view.w
    accept = el(
        "form",
        el("input", type="hidden", name="reports", value=name, data_kind="list"),
        el("button", w("reader.accept")),
        data_api="/api/v1/decisions/accept",
    )
    reject = el(
        "form",
        el("input", type="hidden", name="report", value=name),
        el("input", type="hidden", name="reason", value=w("reader.rejected")),
        el("button", w("reader.reject"), class_="quiet"),
        data_api="/api/v1/decisions/withdraw",
    )
    return el("div", accept, reject, class_="filters")
