"""What the reader chose: language, theme and digits, by the address, else by a cookie, else by the browser."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Any

import msgspec

from corridor.publishing.words import LANGUAGES

NAMES = {"lang": LANGUAGES, "theme": ("auto", "light", "dark"), "digits": ("latn", "arab")}
YEAR = 31536000
HOST = "__Host-"


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """How a reader sees the pages."""

    lang: str = "en"
    theme: str = "auto"
    digits: str = "latn"


def choice_of(headers: dict[bytes, bytes], query: Any = None) -> Choice:  # noqa: ANN401 - any query of a page
    """Return the reader's choice."""
    try:
        jar = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        jar = SimpleCookie()
    found: dict[str, str] = {}
    for name, values in NAMES.items():
        asked = getattr(query, name, "")
        kept = next((jar[one].value for one in (f"{HOST}corridor-{name}", f"corridor-{name}") if one in jar), "")
        for one in (kept, asked):
            if one in values:
                found[name] = one
    return Choice(**({"lang": _spoken(headers)} | found))


def _spoken(headers: dict[bytes, bytes]) -> str:
    """Return the first language of the browser that there is a catalogue for (RFC 9110, section 12.5.4)."""
    said = headers.get(b"accept-language", b"").decode("latin-1").lower()
    wanted: list[tuple[float, int, str]] = []
    for number, part in enumerate(said.split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        lang = tag.partition("-")[0]
        if lang in LANGUAGES:
            try:
                wanted.append((-float(weight or 1), number, lang))
            except ValueError:
                continue
    return min(wanted)[2] if wanted else "en"


def keeping(ask: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401
    """Return the headers that keep what the address asks for."""
    settings = ask.house.settings
    # Over TLS the prefix binds a cookie to this host, as it does the session's; no script has any use of it.
    host, more = (HOST, "; Secure") if settings.tls or settings.behind_proxy else ("", "")
    return tuple(
        ("set-cookie", f"{host}corridor-{name}={asked}; Path=/; HttpOnly; SameSite=Lax; Max-Age={YEAR}{more}")
        for name, values in NAMES.items()
        if (asked := getattr(ask.query, name, "")) in values
    )
