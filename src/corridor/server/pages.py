"""The pages for those who are not in the room: sign in, what is public, a party's part, a phone that was invited."""

from __future__ import annotations

from pathlib import Path

from corridor.errors import CorridorError
from corridor.operation.operation import Operation
from corridor.publishing.markup import Child, Markup, el
from corridor.publishing.redact import moment_shown, public_view
from corridor.server.ask import Ask, Refused, Reply, handles
from corridor.server.console.choice import choice_of, keeping
from corridor.server.console.frame import bare
from corridor.server.console.now import SCRIPTS, now
from corridor.server.console.texts import ConsoleWords, console_words
from corridor.server.console.view import shown
from corridor.server.desk import moment
from corridor.server.members import cookie, enter, passphrase_of, signed_out
from corridor.server.rights import ROOM


def _page(ask: Ask, *parts: Child, lang: str = "", page_title: str = "") -> Reply:
    opened = ask.house.opened
    w = _words(ask, lang)
    marks = [el("p", w("exercise.mark"), class_="mark exercise")] if opened.exercise else []
    raw = bare(ask.headers, ask.query, opened.title or "Corridor", *marks, *parts, lang=lang, page_title=page_title)
    return Reply(raw=raw, headers=keeping(ask))


def _words(ask: Ask, lang: str = "") -> ConsoleWords:
    choice = choice_of(ask.headers, ask.query)
    return console_words(lang or choice.lang, digits=choice.digits)


@handles
async def home(ask: Ask) -> Reply:
    """The state for those who see it, what is public for the others."""
    house, viewer = ask.house, ask.viewer
    w = _words(ask)
    if viewer.role == "public":
        key = ("public page", w.lang, w.digits)
        seen = await house.desk.ask(key, lambda operation: _public(operation, ask, w))
        return _page(ask, *seen, el("p", el("a", w("sign.in"), href="/sign-in", class_="button")))
    if viewer.operation != house.opened.key:
        raise Refused(403, "this belongs to another operation", hint="sign in here")
    if viewer.role in ROOM and not viewer.party:
        return await shown(ask, "home", now, SCRIPTS)
    parts: list[Child] = [el("h1", house.opened.title), el("p", w("you.are"), " ", el("bdi", viewer.account))]
    if house.present.closed:
        parts.append(el("p", w("closed.mark"), class_="mark"))
    parts.append(el("p", w("party.part" if viewer.party else f"own.part.{viewer.role}")))
    if viewer.role == "admin":
        parts.append(el("p", el("a", w("nav.accounts_page"), href="/accounts", class_="button")))
    parts.append(el("form", el("button", w("sign.out")), method="post", action="/sign-out"))
    return _page(ask, *parts)


def _public(operation: Operation, ask: Ask, w: ConsoleWords) -> tuple[Markup, ...]:
    level = ask.house.settings.level
    heading = el("h1", w("public.title"))
    try:
        at = moment_shown(moment(operation), level)
        known = operation.known()
        view = public_view(operation.situation(at), title=known.title, level=level)
    except CorridorError:
        return heading, el("p", w("public.nothing"))
    names = ("movement", "out", "left", "halted")
    head = el("tr", *(el("th", w(f"col.{name}"), scope="col") for name in names))
    rows: list[Child] = [
        el(
            "tr",
            el("th", el("bdi", count.movement), scope="row"),
            el("td", el("bdi", count.out)),
            el("td", el("bdi", count.left)),
            el("td", w("yes" if count.halted else "no")),
        )
        for count in view.counts
    ]
    local = console_words(w.lang, digits=w.digits, zone=view.at.tzinfo)
    said = w("public.asof", at=local.moment(view.at, year=True), hours=w.count(view.delay_hours))
    return heading, el("p", said), el("table", el("thead", head), el("tbody", *rows))


def _field(name: str, label: str, kind: str, fill: str) -> Markup:
    return el("label", label, el("input", name=name, type=kind, autocomplete=fill, maxlength="200"))


@handles
async def sign_in_page(ask: Ask) -> Reply:
    """A form; a one-time link shows a button only, as programs that look at links in mails would use it up."""
    query, w = ask.query, _words(ask)
    wrong = [el("p", w("sign.wrong"), class_="mark", role="alert")] if query.wrong else []
    hidden = el("input", name="lang", type="hidden", value=w.lang)
    if query.link:
        fields = [el("p", w("sign.once")), el("input", name="link", type="hidden", value=query.link)]
        button = w("sign.link")
    else:
        fields = [
            _field("account", w("sign.account"), "text", "username"),
            _field("passphrase", w("sign.passphrase"), "password", "current-password"),
            _field("digits", w("sign.digits"), "text", "one-time-code"),
        ]
        button = w("sign.in")
    form = el("form", hidden, *fields, el("button", button), method="post", action="/sign-in", class_="sign")
    return _page(ask, el("h1", w("sign.in")), *wrong, form, page_title=w("sign.in"))


@handles
async def sign_in_form(ask: Ask) -> Reply:
    """Sign in by the form, then go to the first page."""
    house, form = ask.house, ask.body
    lang = form.get("lang") if form.get("lang") in ("fr", "ar") else "en"
    try:
        name = ""
        if form.get("link"):
            account = await house.access(house.people.by_link, form["link"][:200])
        else:
            name, said = form.get("account", "")[:200], form.get("passphrase", "")[:200]
            account = await passphrase_of(ask, name, said, form.get("digits", "")[:6])
        _, token = await enter(ask, account, tried=name)
    except Refused as refused:
        if refused.status != 401:
            raise
        return Reply(status=303, headers=(("location", f"/sign-in?lang={lang}&wrong=1"),))
    return Reply(headers=(("location", f"/?lang={lang}"), cookie(ask, token)))


@handles
async def sign_out_form(ask: Ask) -> Reply:
    """Sign out, then go to the first page."""
    if ask.viewer.session:
        await signed_out(ask)
    return Reply(headers=(("location", "/"), cookie(ask, "")))


@handles
async def trust(ask: Ask) -> Reply:
    """The certificate that phones are to trust."""
    file = ask.house.settings.trust
    if not file:
        raise Refused(404, "this server made no certificate", hint="corridor serve --tls-local")
    return Reply(raw=await ask.house.access(Path(file).read_bytes))
