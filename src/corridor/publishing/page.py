"""The page: the picture first, then the day, then who says what, and only then what may come."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from corridor.finding import Finding
from corridor.forecasting.forecast import Forecast
from corridor.publishing import agreed, believed, expected
from corridor.publishing.footnotes import Footnotes
from corridor.publishing.ground import Ground
from corridor.publishing.markup import Child, Markup, el
from corridor.publishing.timeline import timeline
from corridor.publishing.words import Words, words

# The page forbids itself every connection: nothing can be fetched, whoever's words stand in it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def page(
    forecast: Forecast, *, lang: str = "en", findings: Sequence[Finding] = (), under: Ground | None = None
) -> bytes:
    """Return the page as one HTML file: no network, no script; the same bytes for the same forecast.

    `under` is what its map lies on.
    """
    situation = forecast.plan.situation
    w = words(lang, situation.at.tzinfo)
    notes = Footnotes(situation, w)
    parts: list[Child] = [
        el("header", believed.opening(forecast, w, notes)),
        el("section", believed.picture(situation, w, notes, under), id="map"),
        _section("day", w("day.title"), w("day.intro"), timeline(situation, w, notes), _day_note(w)),
        el("section", believed.who_says_what(situation, w, notes), id="claims"),
        el("section", expected.the_plan(forecast, w, notes), id="plan"),
        el("section", expected.the_forecast(forecast, w, notes), id="forecast"),
        el("section", agreed.open_points(situation, findings, w, notes), id="findings"),
        el("section", expected.assumptions(forecast, w), id="assumptions"),
    ]
    # The listing comes last on the page and must be made last: it holds what the parts above cited.
    parts.append(_section("sources", w("sources.title"), w("sources.intro"), notes.methods(), notes.listing()))
    parts.append(el("footer", el("p", w("footer", sha=forecast.plan.situation_sha256[:12])), class_="foot"))
    return _document(believed.title(situation, w), parts, w, situation.unreviewed).encode()


def _section(name: str, title: str, intro: str, *body: Child) -> Markup:
    return el("section", el("h2", title), el("p", intro, class_="intro"), *body, id=name)


def _day_note(w: Words) -> Markup:
    return el("p", w("day.note"), class_="fine")


def _document(title: str, parts: list[Child], w: Words, unreviewed: int) -> str:
    style = resources.files("corridor.publishing").joinpath("page.css").read_text(encoding="utf-8")
    head = el(
        "head",
        el("meta", charset="utf-8"),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="robots", content="noindex"),
        el("title", title),
        el("link", rel="icon", href="data:,"),
        el("style", Markup(style)),
    )
    banners = [el("p", w("banner"), class_="banner", role="note")]
    if unreviewed:
        banners.append(el("p", w("banner.unreviewed", n=w.count(unreviewed)), class_="banner unreviewed", role="note"))
    body = el("body", *banners, el("main", parts))
    return "<!doctype html>\n" + el("html", head, body, lang=w.lang, dir=w.dir) + "\n"
