"""The plain pages that stand until the console does: sign in, see the state, enrol a phone. No script."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from corridor.errors import CorridorError
from corridor.operation.operation import Operation
from corridor.operation.status import status as status_of
from corridor.publishing.markup import Markup, el
from corridor.publishing.redact import moment_shown, public_view
from corridor.server.ask import Ask, Refused, Reply, handles
from corridor.server.desk import moment
from corridor.server.members import cookie, enter, passphrase_of
from corridor.server.rights import ROOM

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "sign in": "Sign in", "account": "Pseudonym", "passphrase": "Passphrase",
        "digits": "Six digits of the second factor (coordinator and administrator)", "sign out": "Sign out",
        "link": "Use this one-time link", "once": "The link opens once. It signs you in on this device.",
        "wrong": "That was not right. Try again, or ask for a new link.", "you": "You are {account} ({role}).",
        "public": "What is public", "asof": "As known at {at}, {hours:g} hours late, rounded.", "out": "Out",
        "left": "Still to move", "halted": "Halted", "yes": "yes", "no": "no", "movement": "Movement",
        "nothing": "Nothing is public yet.", "exercise": "EXERCISE", "closed": "This operation is closed.",
        "no reports": "The log holds no reports yet.", "party": "You see your own part by the interface.",
        "enrol": "This phone was invited to a post. The field page takes the code over; it opens once.",
    },
    "fr": {
        "sign in": "Entrer", "account": "Pseudonyme", "passphrase": "Phrase de passe",
        "digits": "Six chiffres du second facteur (coordination et administration)", "sign out": "Sortir",
        "link": "Utiliser ce lien unique", "once": "Le lien sert une fois. Il vous fait entrer sur cet appareil.",
        "wrong": "Ce n'était pas juste. Réessayez, ou demandez un nouveau lien.",
        "you": "Vous êtes {account} ({role}).",
        "public": "Ce qui est public", "asof": "Tel que connu le {at}, avec {hours:g} heures de retard, arrondi.",
        "out": "Sortis", "left": "Encore à évacuer", "halted": "Arrêté", "yes": "oui", "no": "non",
        "movement": "Mouvement", "nothing": "Rien n'est encore public.", "exercise": "EXERCICE",
        "closed": "Cette opération est close.", "no reports": "Le journal ne contient encore aucun rapport.",
        "party": "Vous voyez votre part par l'interface.",
        "enrol": "Ce téléphone est invité à un poste. La page de terrain reprend le code ; il sert une fois.",
    },
}  # fmt: skip


def page(ask: Ask, *parts: Markup, lang: str) -> Reply:
    """Return a page."""
    house = ask.house
    words = WORDS[lang]
    marks = [el("p", words["exercise"], class_="mark")] if house.opened.exercise else []
    other = "fr" if lang == "en" else "en"
    body = el(
        "html",
        el(
            "head",
            el("meta", charset="utf-8"),
            el("meta", name="viewport", content="width=device-width, initial-scale=1"),
            el("title", house.opened.title),
            el("link", rel="stylesheet", href="/style.css"),
        ),
        el(
            "body",
            el("header", el("h1", house.opened.title), el("a", other, href=f"?lang={other}", hreflang=other), *marks),
            el("main", *parts),
        ),
        lang=lang,
    )
    return Reply(raw=("<!doctype html>" + body).encode())


@handles
async def home(ask: Ask) -> Reply:
    """The state for those who see it, what is public for the others."""
    house, viewer, lang = ask.house, ask.viewer, ask.query.lang
    words = WORDS[lang]
    if viewer.role == "public":
        shown = await house.desk.ask(("public page", lang), lambda operation: _public(operation, ask, lang))
        return page(ask, *shown, el("p", el("a", words["sign in"], href=f"/sign-in?lang={lang}")), lang=lang)
    parts = [el("p", words["you"].format(account=viewer.account, role=viewer.role)), _button(words, "/sign-out")]
    if house.present.closed:
        parts.append(el("p", words["closed"], class_="mark"))
    if viewer.operation != house.opened.key:
        raise Refused(403, "this belongs to another operation", hint="sign in here")
    if viewer.role in ROOM and not viewer.party:
        parts.append(await house.desk.ask(("page", lang), lambda operation: _state(operation, words)))
    elif viewer.party:
        parts.append(el("p", words["party"]))
    return page(ask, *parts, lang=lang)


def _state(operation: Operation, words: dict[str, str]) -> Markup:
    try:
        return el("pre", status_of(operation, moment(operation)))
    except CorridorError:
        return el("p", words["no reports"])


def _public(operation: Operation, ask: Ask, lang: str) -> tuple[Markup, ...]:
    words = WORDS[lang]
    level = ask.house.settings.level
    try:
        at = moment_shown(moment(operation), level)
        known = operation.known()
        view = public_view(operation.situation(at), title=known.title, level=level)
    except CorridorError:
        return el("h2", words["public"]), el("p", words["nothing"])
    head = el("tr", *(el("th", words[name], scope="col") for name in ("movement", "out", "left", "halted")))
    rows: list[Any] = [
        el(
            "tr",
            el("th", count.movement, scope="row"),
            el("td", count.out),
            el("td", count.left),
            el("td", words["yes" if count.halted else "no"]),
        )
        for count in view.counts
    ]
    said = words["asof"].format(at=f"{view.at:%Y-%m-%d %H:%M %z}", hours=view.delay_hours)
    return el("h2", words["public"]), el("p", said), el("table", el("thead", head), el("tbody", *rows))


def _button(words: dict[str, str], action: str) -> Markup:
    return el("form", el("button", words["sign out"]), method="post", action=action)


def _field(name: str, label: str, kind: str, fill: str) -> Markup:
    return el("label", label, el("input", name=name, type=kind, autocomplete=fill, maxlength="200"))


@handles
async def sign_in_page(ask: Ask) -> Reply:
    """A form; a one-time link shows a button only, as programs that look at links in mails would use it up."""
    query, lang = ask.query, ask.query.lang
    words = WORDS[lang]
    wrong = [el("p", words["wrong"], class_="mark", role="alert")] if query.wrong else []
    hidden = el("input", name="lang", type="hidden", value=lang)
    if query.link:
        fields = [el("p", words["once"]), el("input", name="link", type="hidden", value=query.link)]
        button = words["link"]
    else:
        fields = [
            _field("account", words["account"], "text", "username"),
            _field("passphrase", words["passphrase"], "password", "current-password"),
            _field("digits", words["digits"], "text", "one-time-code"),
        ]
        button = words["sign in"]
    form = el("form", hidden, *fields, el("button", button), method="post", action="/sign-in")
    return page(ask, el("h2", words["sign in"]), *wrong, form, lang=lang)


@handles
async def sign_in_form(ask: Ask) -> Reply:
    """Sign in by the form, then go to the first page."""
    house, form = ask.house, ask.body
    lang = "fr" if form.get("lang") == "fr" else "en"
    try:
        if form.get("link"):
            account = await house.access(house.people.by_link, form["link"][:200])
        else:
            name, said = form.get("account", "")[:200], form.get("passphrase", "")[:200]
            account = await passphrase_of(ask, name, said, form.get("digits", "")[:6])
        _, token = await enter(ask, account)
    except Refused as refused:
        if refused.status != 401:
            raise
        return Reply(status=303, headers=(("location", f"/sign-in?lang={lang}&wrong=1"),))
    return Reply(headers=(("location", f"/?lang={lang}"), cookie(ask, token)))


@handles
async def sign_out_form(ask: Ask) -> Reply:
    """Sign out, then go to the first page."""
    if ask.viewer.session:
        await ask.house.access(ask.house.people.end, ask.viewer.session)
    return Reply(headers=(("location", "/"), cookie(ask, "")))


@handles
async def enrol_page(ask: Ask) -> Reply:
    """What a phone sees; the code stands after the # and is not sent here."""
    return page(ask, el("p", WORDS[ask.query.lang]["enrol"]), lang=ask.query.lang)


@handles
async def style(ask: Ask) -> Reply:  # noqa: ARG001 - the same for everybody
    """The style of the pages."""
    text = resources.files("corridor.server").joinpath("style.css").read_bytes()
    return Reply(raw=text, headers=(("x-robots-tag", "noindex"),))


@handles
async def trust(ask: Ask) -> Reply:
    """The certificate that phones are to trust."""
    file = ask.house.settings.trust
    if not file:
        raise Refused(404, "this server made no certificate", hint="corridor serve --tls-local")
    return Reply(raw=await ask.house.access(Path(file).read_bytes))
