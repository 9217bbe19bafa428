"""What stands around every page: head, navigation, the moment "as known at", the choices of the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec

from corridor.publishing.markup import Child, Markup, el
from corridor.server.console.assets import address
from corridor.server.console.choice import Choice, choice_of, keeping
from corridor.server.console.texts import LANGUAGES, ConsoleWords, console_words
from corridor.server.routes import ROUTES

if TYPE_CHECKING:
    from corridor.server.ask import Ask

# The pages in the order of the navigation; who may open one says the table of routes.
NAVIGATION = (
    "home",
    "plan",
    "orders_page",
    "people",
    "waiting",
    "reception",
    "agreement_page",
    "reader",
    "log_console",
    "codes_page",
    "exercise",
    "start",
    "accounts_page",
)
OWN_NAMES = {"en": "English", "fr": "Français", "ar": "العربية"}
STEPS = (-24, -6, -1, 1, 6)


@dataclass(frozen=True)
class Clock:
    """The moment of a page: what it shows, whether the reader turned back to it, and from when to when one can turn."""

    at: datetime
    turned: bool
    first: datetime
    last: datetime


def address_of(path: str, **query: str) -> str:
    """Return the address of a page with the fields that say something."""
    kept = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def bare(
    headers: dict[bytes, bytes],
    query: Any,  # noqa: ANN401
    title: str,
    *parts: Child,
    lang: str = "",
    page_title: str = "",
) -> bytes:
    """Return a page without navigation: signing in, what is public, why something was not done."""
    choice = choice_of(headers, query)
    if lang:
        choice = msgspec.structs.replace(choice, lang=lang)
    w = console_words(choice.lang, digits=choice.digits)
    header = el("header", el("div", el("p", title, class_="title"), class_="brand"), _choices(w, choice), class_="top")
    return document(
        w, choice, page_title or title, [header, el("main", parts, id="main", tabindex="-1", class_="narrowpage")]
    )


def framed(
    ask: Ask,
    page: str,
    heading: str,
    parts: Sequence[Child],
    *,
    clock: Clock | None,
    w: ConsoleWords,
    choice: Choice,
    scripts: Sequence[str] = (),
) -> bytes:
    """Return a page of the console."""
    house, viewer, query = ask.house, ask.viewer, ask.query
    turned = {"at": query.at, "held": query.held} if clock is not None and clock.turned else {}
    opened = house.opened
    marks = [el("p", w("exercise.mark"), class_="mark exercise")] if opened.exercise else []
    if house.present.closed:
        marks.append(el("p", w("closed.mark"), class_="mark"))
    who = el("p", w("you.are"), " ", el("bdi", viewer.account), class_="who")
    out = el("form", el("button", w("sign.out"), class_="quiet"), method="post", action="/sign-out")
    top = el(
        "header",
        el("div", el("p", el("bdi", opened.title or "Corridor"), class_="title"), *marks, class_="brand"),
        el(
            "div",
            el("p", w("js.live.waiting"), id="connection", class_="connection", data_state="waiting")
            if viewer.role != "admin"
            else None,
            who,
            out,
            _choices(w, choice, turned),
            class_="session",
        ),
        _navigation(w, viewer.role, page, turned),
        class_="top",
    )
    body: list[Child] = [top]
    if clock is not None:
        body.append(_moment(ask, clock, w))
    body.append(el("main", el("h1", heading), parts, id="main", tabindex="-1"))
    body.append(el("dialog", el("div", id="panel-body"), id="panel", aria_label=w("panel.label")))
    data = {"head": house.present.seq, "turned": bool(turned), "lang": w.lang, "page": page}
    # The administrator keeps accounts and hears nothing of the operation.
    data["stream"] = viewer.role != "admin"
    told = {key: text for key, text in w.texts.items() if key.startswith("js.")}
    title = f"{heading} · {opened.title or 'Corridor'}"
    return document(w, choice, title, body, scripts=("live.js", *scripts), data=data, told=told)


def document(
    w: ConsoleWords,
    choice: Choice,
    title: str,
    body: Sequence[Child],
    *,
    scripts: Sequence[str] = (),
    data: dict[str, Any] | None = None,
    told: dict[str, str] | None = None,
) -> bytes:
    """Return a whole document; data and texts for scripts stand in it as JSON, which a browser never runs."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark" if choice.theme == "auto" else choice.theme),
        el("title", title),
        el("link", rel="icon", href=address("icon.svg"), type="image/svg+xml"),
        el("link", rel="stylesheet", href=address("base.css")),
        [el("link", rel="stylesheet", href=address(name)) for name in ("charts.css", "console.css") if scripts],
        [el("script", type="module", src=address(name)) for name in scripts],
    )
    skip = el("a", w("skip"), href="#main", class_="skip")
    said = el("p", id="said", class_="unseen", role="status", aria_live="polite")
    kept = [_json("data", data), _json("words", told)] if data is not None else []
    shown = el("body", skip, *body, said, *kept)
    whole = el("html", head, shown, lang=w.lang, dir=w.dir, data_theme=choice.theme)
    return ("<!doctype html>\n" + whole + "\n").encode()


def _json(name: str, value: Any) -> Markup:  # noqa: ANN401 - anything that JSON can say
    said = msgspec.json.encode(value).decode().replace("<", "\\u003c")
    return el("script", Markup(said), type="application/json", id=name)


def _choices(w: ConsoleWords, choice: Choice, turned: dict[str, str] | None = None) -> Markup:
    kept = turned or {}

    def link(field: str, value: str, said: str, *, lang: str | None = None) -> Markup:
        here = getattr(choice, field) == value
        href = address_of("", **kept, **{field: value})
        return el("a", said, href=href, lang=lang, hreflang=lang, aria_current="true" if here else None)

    groups = [
        el(
            "p",
            el("span", w("choice.lang"), class_="label"),
            [link("lang", one, OWN_NAMES[one], lang=one) for one in LANGUAGES],
        ),
        el(
            "p",
            el("span", w("choice.theme"), class_="label"),
            [link("theme", one, w(f"theme.{one}")) for one in ("auto", "light", "dark")],
        ),
        el(
            "p",
            el("span", w("choice.digits"), class_="label"),
            [link("digits", one, w(f"digits.{one}")) for one in ("latn", "arab")],
        ),
    ]
    return el("details", el("summary", w("choices")), el("div", groups, class_="choices"), class_="choosing")


def doors() -> dict[str, tuple[str, frozenset[str]]]:
    """Return the address and the roles of each page of the navigation."""
    return {route.name: (route.path, frozenset(route.roles)) for route in ROUTES if route.name in NAVIGATION}


def _navigation(w: ConsoleWords, role: str, page: str, turned: dict[str, str]) -> Markup:
    found = doors()
    links = [
        el(
            "a",
            w(f"nav.{name}"),
            href=address_of(found[name][0], **turned),
            aria_current="page" if name == page else None,
        )
        for name in NAVIGATION
        if name in found and role in found[name][1]
    ]
    return el("nav", el("ul", [el("li", link) for link in links]), aria_label=w("nav.label"))


def _moment(ask: Ask, clock: Clock, w: ConsoleWords) -> Markup:
    """Return the bar that turns the whole console back: a slider for scripts, a field and steps without."""
    query = ask.query
    path = ask.route.path

    def stepped(hours: int) -> Markup:
        moment = min(max(clock.at + timedelta(hours=hours), clock.first), clock.last)
        said = w("step.back", n=w.count(-hours)) if hours < 0 else w("step.on", n=w.count(hours))
        name = w("step.back.long", n=w.count(-hours)) if hours < 0 else w("step.on.long", n=w.count(hours))
        href = address_of(path, at=moment.isoformat(timespec="minutes"), held=query.held)
        return el("a", el("bdi", said), href=href, aria_label=name, class_="step")

    here = w.local(clock.at)
    field = el(
        "label",
        w("asof.field"),
        el("input", type="datetime-local", name="at", value=f"{here:%Y-%m-%dT%H:%M}"),
    )
    held = el(
        "label",
        el("input", type="checkbox", name="held", value="1", checked=bool(query.held)),
        w("asof.held"),
        class_="check",
    )
    slide = el(
        "label",
        el("span", w("asof.slider"), class_="unseen"),
        el(
            "input",
            type="range",
            id="turn",
            min="0",
            max="1000",
            step="1",
            value=str(_share(clock)),
            data_first=clock.first.isoformat(),
            data_last=clock.last.isoformat(),
            aria_valuetext=w.moment(clock.at, year=True),
        ),
        class_="slide",
    )
    key = "asof.past" if clock.turned else "asof.now"
    said = el(
        "p",
        w(key),
        " ",
        el("time", w.moment(clock.at, year=True), datetime=clock.at.isoformat(), id="asof-moment"),
        " ",
        el("bdi", w.offset(clock.at), class_="fine"),
        class_="asof-said",
    )
    back = el("a", w("asof.return"), href=path, class_="return button", id="now-link") if clock.turned else None
    steps = el("p", [stepped(hours) for hours in STEPS], class_="steps")
    form = el("form", field, held, el("button", w("asof.go")), method="get", action=path, class_="pick")
    fold = el("details", el("summary", w("asof.turn")), el("div", slide, steps, form, class_="turning"))
    return el(
        "section",
        said,
        back,
        fold,
        class_="asof" + (" turned" if clock.turned else ""),
        id="asof",
        aria_label=w("asof.label"),
        data_live=not clock.turned,
    )


def _share(clock: Clock) -> int:
    whole = (clock.last - clock.first).total_seconds() or 1.0
    return round(1000 * min(max((clock.at - clock.first).total_seconds() / whole, 0.0), 1.0))


__all__ = ["Clock", "address_of", "bare", "choice_of", "document", "framed", "keeping"]
