"""First steps: from nothing to a plan, one thing after the other, each shown done once it is."""

from __future__ import annotations

from corridor.errors import CorridorError
from corridor.publishing.markup import Child, Markup, el
from corridor.server.console import plans
from corridor.server.console.figures import adopted
from corridor.server.console.view import Body, View, page
from corridor.server.rights import DESK, LEAD

KINDS = ("bus", "ambulance", "minibus", "car")


@page("start", scripts=("start.js",), exports=False)
def start(view: View) -> Body:
    """Return the page of first steps."""
    w = view.w
    desk = view.viewer.role in DESK and not view.turned
    steps: list[Child] = [
        _step(view, "told", done=_planable(view), body=_tell(view) if desk else None),
        _step(
            view,
            "plan",
            done=plans.proposed(view) is not None or adopted(view) is not None,
            body=_plan(view) if desk else None,
        ),
        _step(
            view,
            "adopt",
            done=adopted(view) is not None,
            body=el("p", el("a", w("start.adopt.go"), href="/plan#adoption", class_="button")),
        ),
        _step(view, "phones", done=False, body=_phone(view) if view.viewer.role in LEAD and not view.turned else None),
        _step(view, "key", done=False, body=_keys(view) if not view.turned else None),
    ]
    intro = el(
        "section",
        el("p", w("start.intro")),
        el("p", w("start.table"), " ", el("code", "corridor record", dir="ltr"), class_="fine"),
        el("p", w("start.demo"), " ", el("code", "corridor demo --serve", dir="ltr"), class_="fine"),
    )
    return Body(parts=(intro, el("ol", steps, class_="steps-list")))


def _planable(view: View) -> bool:
    """Return whether the reports say enough to plan: people, vehicles, a way."""
    try:
        now = view.situation
    except CorridorError:
        return False
    return bool(now.groups and now.fleet.vehicles and now.legs)


def _step(view: View, name: str, *, done: bool, body: Child) -> Markup:
    w = view.w
    mark = el("span", w("start.done"), class_="tag done") if done else None
    head = el("h2", w(f"start.{name}"), " ", mark)
    # The state is live, the form is not: nobody's half-written words are taken from under the hands.
    return el(
        "li", el("div", head, el("p", w(f"start.{name}.text")), id=f"step-{name}", data_live=True), body, class_="card"
    )


def _field(name: str, label: str, *, kind: str = "text", value: str = "", **more: str | bool) -> Markup:
    return el("label", label, el("input", name=name, type=kind, value=value or None, **more))


def _tell(view: View) -> Markup:
    """Return the few questions whose answers make a plan; each answer becomes reports with the source named."""
    w = view.w
    types = [el("option", w.known(f"vehicles.{kind}", kind), value=kind) for kind in KINDS]
    fields = [
        _field("source", w("start.source"), required=True, maxlength="100"),
        _field("area", w("start.area"), required=True, maxlength="60"),
        _field("low", w("start.low"), kind="number", min="1", max="10000000", required=True),
        _field("high", w("start.high"), kind="number", min="1", max="10000000", required=True),
        _field("reception", w("start.reception"), required=True, maxlength="60"),
        _field("capacity", w("start.capacity"), kind="number", min="1", required=True),
        _field("minutes", w("start.minutes"), kind="number", min="1", max="1440", required=True),
        el("label", w("start.vehicle"), el("select", types, name="vehicle")),
        _field("count", w("start.count"), kind="number", min="1", max="2000", required=True),
        _field("seats", w("start.seats"), kind="number", min="1", max="200", value="50", required=True),
    ]
    form = el("form", fields, el("button", w("start.tell")), id="tell-form", class_="filters")
    return el("details", el("summary", w("start.form")), form, open=not _planable(view))


def _plan(view: View) -> Markup:
    w = view.w
    form = el("form", el("button", w("plan.make")), data_api="/api/v1/jobs/plan", id="first-plan")
    return el("div", form, el("p", el("a", w("start.look"), href="/plan?which=proposed")))


def _phone(view: View) -> Markup:
    w = view.w
    form = el(
        "form",
        _field("post", w("start.post"), required=True, maxlength="60"),
        el("button", w("start.enrol")),
        id="enrol-form",
        class_="filters",
    )
    return el("div", form, el("div", id="enrolled", role="status"))


def _whose(view: View) -> Markup:
    """Return the field by which a browser that keeps passphrases knows whose this one is."""
    return el("input", type="text", autocomplete="username", value=view.viewer.account, hidden=True)


def _present(view: View) -> Markup:
    """Return the field for the passphrase that one has: an open screen alone changes no key of its owner's."""
    return _field("present", view.w("start.present"), kind="password", maxlength="200", autocomplete="current-password")


def _keys(view: View) -> Markup:
    """Return the passphrase and the second factor: the one-time link does not open twice."""
    w = view.w
    phrase = el(
        "form",
        _whose(view),
        _field(
            "passphrase",
            w("start.passphrase"),
            kind="password",
            minlength="15",
            maxlength="200",
            required=True,
            autocomplete="new-password",
        ),
        _present(view),
        el("button", w("start.set")),
        data_api="/api/v1/session/passphrase",
        class_="filters",
    )
    factor = el(
        "form",
        _whose(view),
        _present(view),
        el("button", w("start.factor"), class_="quiet"),
        id="new-factor-form",
        class_="filters",
    )
    digits = el(
        "form",
        _field(
            "digits",
            w("start.digits"),
            required=True,
            pattern="[0-9]{6}",
            maxlength="6",
            inputmode="numeric",
            autocomplete="one-time-code",
        ),
        el("button", w("start.confirm")),
        data_api="/api/v1/session/factor/confirm",
        class_="filters",
        id="factor-form",
        hidden=True,
    )
    return el("div", phrase, factor, el("div", id="factor", role="status"), digits)
