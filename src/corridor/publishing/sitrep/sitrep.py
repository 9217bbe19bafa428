"""The situation report as a web page and as PDF (PDF/UA-1, tagged)."""

from __future__ import annotations

from importlib import resources

from corridor.publishing.markup import Child, Markup, el
from corridor.publishing.page import POLICY
from corridor.publishing.paper import document
from corridor.publishing.release.stage import Release
from corridor.publishing.sitrep.content import content, mark
from corridor.publishing.typeset import pdf
from corridor.publishing.words import Words, words


def sitrep_html(release: Release, *, lang: str = "en") -> bytes:
    """Return the situation report as one HTML file that opens offline."""
    w = words(lang, release.situation.at.tzinfo)
    title, body = content(release, w)
    return whole(title, body, w, css=("page.css", "sitrep.css")).encode()


def sitrep_pdf(release: Release, *, lang: str = "en") -> bytes:
    """Return the situation report as PDF: one page and its annexes. The same release gives the same bytes."""
    w = words(lang, release.situation.at.tzinfo)
    title, body = content(release, w)
    source, pictures = document(body, title=title, lang=lang, right_to_left=w.dir == "rtl", mark=mark(release, w))
    return pdf(source, pictures)


def whole(title: str, body: Child, w: Words, *, css: tuple[str, ...]) -> str:
    """Return a page around its body, with its style inside and every connection forbidden."""
    folder = resources.files("corridor.publishing")
    style = "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in css)
    head = el(
        "head",
        el("meta", charset="utf-8"),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="robots", content="noindex"),
        el("title", title),
        el("link", rel="icon", href="data:,"),
        el("style", Markup(style)),
    )
    return "<!doctype html>\n" + el("html", head, el("body", el("main", body)), lang=w.lang, dir=w.dir) + "\n"
