"""The list that is signed before a convoy leaves, and the adoption of the plan that was looked at."""

from __future__ import annotations

from corridor.operation.checklist import Line, checklist, go
from corridor.publishing import phrases
from corridor.publishing.markup import Child, Markup, el
from corridor.server.console import plans
from corridor.server.console.figures import adopted, ago
from corridor.server.console.view import View
from corridor.server.rights import LEAD


def adoption(view: View) -> Markup | None:
    """Return the list to be signed, and the button that adopts the plan that was looked at."""
    w = view.w
    if view.turned:
        return None
    lines = checklist(view.known, view.situation)
    lead = view.viewer.role in LEAD
    items = [_signed(view, line, lead=lead) for line in lines]
    state = el(
        "p", w("sign.go") if go(lines) else w("sign.nogo"), class_="state " + ("open" if go(lines) else "halted")
    )
    kept, new = plans.kept(view), plans.proposed(view)
    adopt: Child = el("p", w("adopt.nothing"), class_="none")
    if kept is not None and new is not None:
        made = w("adopt.made", when=ago(kept.made, max(view.house.clock(), kept.made), w), n=w.count(new.people))
        broken = len(kept.findings)
        reason = el("input", name="despite", required=True, maxlength="2000")
        despite = el("label", w("adopt.despite", n=w.count(broken)), reason) if broken else None
        current = adopted(view)
        if current is not None and current.situation_sha256 == new.situation_sha256 and current.convoys == new.convoys:
            adopt = el("p", w("adopt.is"), class_="state open")
        elif lead:
            adopt = el(
                "form",
                el("p", made, " ", el("code", el("bdi", kept.sha256[:12]))),
                el("input", type="hidden", name="plan_sha256", value=kept.sha256),
                despite,
                el("button", w("adopt.button")),
                data_api="/api/v1/decisions/adopt",
                id="adopt-form",
            )
        else:
            adopt = el("p", made, " ", w("adopt.lead"))
    return el(
        "section",
        el("h2", w("adopt.title")),
        state,
        el("details", el("summary", w("sign.list", n=w.count(len(lines)))), el("ol", items, class_="checklist")),
        adopt,
        id="adoption",
        data_live=True,
    )


def _signed(view: View, line: Line, *, lead: bool) -> Markup:
    w = view.w
    against = (
        el("p", w("sign.against"), " ", phrases.sentence(line.against, view.situation, w), class_="fine")
        if line.against
        else None
    )
    who = el(
        "p",
        el("b", w(f"sign.is.{line.signed}")),
        " ",
        el("bdi", line.by),
        " ",
        el("bdi", line.reason, dir="auto"),
        class_="fine",
    )
    form = None
    if lead:
        form = el(
            "form",
            el("input", type="hidden", name="item", value=line.item.item),
            el("label", w("reason.label"), el("input", name="reason", maxlength="2000", required=bool(line.against))),
            el("button", w("sign.say.go"), name="answer", value="go"),
            el("button", w("sign.say.nogo"), name="answer", value="no-go", class_="quiet"),
            data_api="/api/v1/decisions/sign",
            class_="filters",
        )
    return el("li", el("p", line.item.label(w.lang)), against, who, form)
