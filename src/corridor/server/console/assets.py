"""Scripts and styles, served under the hash of them all: a browser keeps them for a year, and never an old one."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib import resources

from corridor.server.ask import Ask, Refused, Reply, handles
from corridor.server.console.icon import icons

MEDIA = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
    "json": "application/json",
    "webmanifest": "application/manifest+json",
    "png": "image/png",
    "woff2": "font/woff2",
}
FOR_EVER = "public, max-age=31536000, immutable"
# What is smaller than one packet gains nothing by being packed.
WORTH_PACKING = 1200


@cache
def files() -> dict[str, bytes]:
    """Return every asset by its name; scripts import each other by name alone, so that one folder holds them all."""
    folder = resources.files("corridor.server.console").joinpath("static")
    found = {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
    return dict(sorted((_packages() | found | icons() | {"charts.css": _charts()}).items()))


def _packages() -> dict[str, bytes]:
    """Return the scripts of npm packages as `make` copied them here; none where it could not."""
    folder = resources.files("corridor.server.console").joinpath("packages")
    if not folder.is_dir():
        return {}
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.name.endswith(".js")}


def _charts() -> bytes:
    """Return the style of the drawings, as the published page has it: one drawing, one style."""
    style = resources.files("corridor.publishing").joinpath("page.css").read_text(encoding="utf-8")
    begin, end = style.index("/* drawings */"), style.index("/* the day */")
    return style[begin:end].encode()


@cache
def version() -> str:
    """Return the hash that stands in the address of every asset."""
    whole = hashlib.sha256()
    for name, data in files().items():
        whole.update(name.encode() + b"\0" + hashlib.sha256(data).digest())
    return whole.hexdigest()[:16]


@cache
def packed(name: str) -> bytes:
    """Return an asset packed for the wire."""
    return gzip.compress(files()[name], 9, mtime=0)


def address(name: str) -> str:
    """Return the address of an asset; raises KeyError where there is none, so that no page names one in vain."""
    if name not in files():
        raise KeyError(name)
    return f"/static/{version()}/{name}"


@handles
async def asset(ask: Ask) -> Reply:
    """A script, a style or a picture of the pages."""
    name = ask.path["name"]
    data = files().get(name)
    if data is None or ask.path["version"] != version():
        raise Refused(404, "no such asset", hint="load the page again")
    headers = [("cache-control", FOR_EVER), ("vary", "accept-encoding")]
    if len(data) >= WORTH_PACKING and b"gzip" in ask.headers.get(b"accept-encoding", b""):
        data = packed(name)
        headers.append(("content-encoding", "gzip"))
    return Reply(raw=data, media=MEDIA[name.rpartition(".")[2]], headers=tuple(headers))
