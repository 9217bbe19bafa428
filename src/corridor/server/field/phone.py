"""The page that a phone keeps: one document for everybody, in three languages, and the worker that keeps it.

The page holds nothing of the operation. What it shows comes by the interface with the phone's own token, and is kept on
the phone; so the same bytes serve every phone and can be kept by all of them.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from typing import Any

import msgspec

from corridor.operation.spoken import as_data
from corridor.publishing.markup import Markup, el
from corridor.reports.vocabulary import groups
from corridor.server.ask import Ask, Reply, handles
from corridor.server.console import assets
from corridor.server.console.choice import choice_of
from corridor.server.console.icon import SIZES
from corridor.server.console.texts import LANGUAGES, ConsoleWords, console_words, texts

# Whom a post counts apart; nobody else is asked for.
COUNTED = ("all", "children", "women", "men", "wounded", "stretcher")
# What the page needs to be opened and to record: kept before the page says that it works without a network.
SCRIPTS = ("field.js", "field-words.js", "field-store.js", "field-code.js", "field-sync.js", "field-views.js")
STYLES = ("base.css", "field.css")
# Drawn and read QR codes: loaded apart, and kept as soon as the rest is.
QR = ("field-qr.js", "index.js", "decode.js")
REASONS = {
    "halt": ("fire", "crossing", "checks", "snow", "blocked", "vehicle", "order", "other"),
    "resume": ("over", "ordered", "other"),
    "incident": ("fire", "crowd", "medical", "vehicle", "blocked", "other"),
    "request": ("ambulance", "stretcher", "bus", "water", "blankets", "staff", "fuel", "other"),
}


def _document(w: ConsoleWords, theme: str) -> bytes:
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", w("field.title")),
        el("link", rel="manifest", href="/field.webmanifest"),
        el("link", rel="icon", href=assets.address("icon.svg"), type="image/svg+xml"),
        el("link", rel="apple-touch-icon", href=assets.address("icon-192.png")),
        [el("link", rel="stylesheet", href=assets.address(name)) for name in STYLES],
        [el("link", rel="modulepreload", href=assets.address(name)) for name in SCRIPTS[1:]],
        el("script", type="module", src=assets.address(SCRIPTS[0])),
    )
    main = el(
        "main",
        el("h1", w("field.title")),
        el("p", w("enrol.phone")),
        el("noscript", el("p", w("field.scripts"))),
        id="main",
        tabindex="-1",
    )
    said = el("p", id="said", class_="unseen", role="status", aria_live="polite")
    body = el("body", el("a", w("skip"), href="#main", class_="skip"), main, said, _data())
    whole = el("html", head, body, lang=w.lang, dir=w.dir, data_theme=theme)
    return ("<!doctype html>\n" + whole + "\n").encode()


@cache
def _data() -> Markup:
    known = assets.files()
    said: dict[str, Any] = as_data() | {
        "words": {lang: _told(lang) for lang in LANGUAGES},
        "groups": {name: {lang: groups()[name].label(lang) for lang in LANGUAGES} for name in COUNTED},
        "reasons": REASONS,
        "qr": {name: assets.address(name) for name in QR if name in known} if set(QR) <= set(known) else {},
    }
    text = msgspec.json.encode(said).decode().replace("<", "\\u003c")
    return el("script", Markup(text), type="application/json", id="data")


def _told(lang: str) -> dict[str, str]:
    return {key[3:]: text for key, text in texts(lang).items() if key.startswith("js.field.")}


@handles
async def field_page(ask: Ask) -> Reply:
    """The page of a post; a browser that holds it already is told so, as its worker asks for it once more."""
    choice = choice_of(ask.headers, ask.query)
    raw = _document(console_words(choice.lang), choice.theme)
    mark = f'W/"{hashlib.sha256(raw).hexdigest()[:24]}"'
    kept = (("cache-control", "no-cache"), ("etag", mark), ("vary", "accept-encoding, accept-language, cookie"))
    if mark.encode() in ask.headers.get(b"if-none-match", b""):
        return Reply(raw=b"", status=304, headers=kept)
    return _packed(ask, raw, kept)


def _packed(ask: Ask, raw: bytes, headers: tuple[tuple[str, str], ...]) -> Reply:
    if b"gzip" not in ask.headers.get(b"accept-encoding", b""):
        return Reply(raw=raw, headers=headers)
    return Reply(raw=gzip.compress(raw, 6, mtime=0), headers=(*headers, ("content-encoding", "gzip")))


@handles
async def enrol_page(_: Ask) -> Reply:
    """The way to the page of a post; the browser takes what stands after the # with it, and it is not sent here."""
    return Reply(headers=(("location", "/field"),))


@handles
async def field_worker(ask: Ask) -> Reply:
    """The worker; its address does not change, so that a phone finds the next one."""
    known = assets.files()
    kept = {
        "files": [assets.address(name) for name in (*STYLES, *SCRIPTS, "icon.svg")],
        "later": [assets.address(name) for name in QR if name in known],
    }
    script = known["field-worker.js"]
    page = hashlib.sha256(_data().encode() + script + assets.version().encode()).hexdigest()[:16]
    head = b"const KEPT = " + msgspec.json.encode(kept | {"version": page}) + b";\n"
    return _packed(ask, head + script, (("cache-control", "no-cache"), ("vary", "accept-encoding")))


@handles
async def field_manifest(ask: Ask) -> Reply:
    """What a phone needs to put the page among its programs."""
    w = console_words(choice_of(ask.headers, ask.query).lang)
    said = {
        "name": w("field.title"),
        "short_name": "Corridor",
        "lang": w.lang,
        "dir": w.dir,
        "id": "/field",
        "start_url": "/field",
        "scope": "/field",
        "display": "standalone",
        "background_color": "#14171a",
        "theme_color": "#0b5c6b",
        "icons": [
            *(
                {"src": assets.address(f"icon-{n}.png"), "sizes": f"{n}x{n}", "type": "image/png", "purpose": "any"}
                for n in SIZES
            ),
            {"src": assets.address("icon-mask.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
            {"src": assets.address("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
        ],
    }
    return Reply(raw=msgspec.json.encode(said))
