"""A refusal as a person reads it in a browser: what was not done, why, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridor.publishing.markup import el
from corridor.server.ask import Refused, Reply

if TYPE_CHECKING:
    from corridor.publishing.markup import Markup

# Each has its words in the catalogue as refused.STATUS; the others share one text.
WORDED = (400, 401, 403, 404, 409, 429, 503)


def refused_page(headers: dict[bytes, bytes], refused: Refused) -> Reply:
    """Return a page that says what was not done; one who is not signed in finds the way in."""
    # The pages import the table of routes, which the gate knows too.
    from corridor.server.console.choice import choice_of  # noqa: PLC0415
    from corridor.server.console.frame import bare  # noqa: PLC0415
    from corridor.server.console.texts import console_words  # noqa: PLC0415

    choice = choice_of(headers)
    w = console_words(choice.lang, digits=choice.digits)
    status = refused.status
    said: list[Markup] = [el("h1", w(f"refused.{status}" if status in WORDED else "refused.other"))]
    if status == 401:
        said.append(el("p", el("a", w("sign.in"), href="/sign-in", class_="button")))
    else:
        cause = refused.cause + (f" ({refused.place})" if refused.place else "")
        said.append(el("p", el("span", cause, lang="en", dir="ltr"), class_="fine"))
        said.append(el("p", el("a", w("refused.back"), href="/", class_="button")))
    raw = bare(headers, None, "Corridor", el("section", said, role="alert"))
    wait = (("retry-after", str(max(round(refused.wait + 0.5), 1))),) if refused.wait else ()
    return Reply(raw=raw, status=status, media="text/html; charset=utf-8", headers=wait)
