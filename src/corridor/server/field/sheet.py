"""A sheet of paper for a post without any phone: rows with printed numbers and check digits, to be typed in later."""

from __future__ import annotations

from corridor.operation.spoken import SHEET, row_code
from corridor.publishing.markup import Child, el
from corridor.reports.vocabulary import groups
from corridor.server.console.view import Body, View, page
from corridor.server.eyes import passing
from corridor.server.field.phone import COUNTED


@page("sheet", exports=False)
def sheet(view: View) -> Body:
    """Return the sheet of a post, or the choice of one."""
    w, query = view.w, view.query
    sites = sorted(site.id for site in view.situation.sites)
    options = [el("option", name, value=name, selected=name == query.post) for name in sites]
    form = el(
        "form",
        el("label", w("sheet.post"), " ", el("select", options, name="post")),
        el("button", w("sheet.make")),
        method="get",
        action="/sheet",
        class_="noprint pick",
    )
    if not query.post:
        return Body(parts=(el("p", w("sheet.what")), form))
    # To the second: the rows of two sheets must never be taken for one another.
    device = f"{SHEET}{'-'.join(query.post.split())}-{view.at:%y%m%d%H%M%S}"
    head = el("p", el("b", w("sheet.head")), " ", el("bdi", f"corridor/1 {device} {query.post}", class_="code"))
    names = ("row", "code", "convoy", "group", "count", "time", "again")
    titles = [el("th", w(f"sheet.{name}"), scope="col") for name in names]
    rows: list[Child] = [
        el("tr", el("th", el("bdi", row_code(device, query.post, number)), scope="row"), *(el("td") for _ in names[1:]))
        for number in range(1, query.rows + 1)
    ]
    table = el(
        "div",
        el("table", el("thead", el("tr", titles)), el("tbody", rows), class_="sheet"),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=w("title.sheet"),
    )
    actions = [
        el("li", el("b", word, dir="ltr", lang="en"), " ", w(f"js.field.do.{word}"))
        for word in ("board", "left", "pass", "came", "arrive", "held", "back", "wait", "halt", "incident", "request")
    ]
    people = [el("li", el("b", name, dir="ltr", lang="en"), " ", groups()[name].label(w.lang)) for name in COUNTED]
    plan = view.operation.plan(view.at)
    convoys = [
        el("li", el("bdi", one.id), " ", w.moment(one.depart), " ", w("sheet.planned", n=w.count(one.people)))
        for one in (passing(plan, query.post) if plan else ())[:40]
    ]
    parts = (
        form,
        el("section", head, el("p", w("sheet.how")), table, id="sheet"),
        el("section", el("h2", w("sheet.words")), el("ul", actions, people, class_="columns")),
        el("section", el("h2", w("sheet.convoys")), el("ul", convoys) if convoys else el("p", w("sheet.noplan"))),
    )
    return Body(parts=parts)
