"""Who may enter: accounts by pseudonym, devices by post, open sessions. It shows nothing of the operation."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from corridor.publishing.markup import Child, Markup, el
from corridor.server import answers as a
from corridor.server.ask import Ask, Reply, handles
from corridor.server.console import tables
from corridor.server.console.choice import choice_of, keeping
from corridor.server.console.frame import framed
from corridor.server.console.tables import Row, Table
from corridor.server.console.texts import ConsoleWords, console_words

ROLES = ("dispatcher", "coordinator", "auditor", "admin")
CHIEFS = ("admin", "coordinator")


@handles
async def accounts_page(ask: Ask) -> Reply:
    """The page of accounts: each role sees what the interface gives it."""
    people, access, viewer = ask.house.people, ask.house.access, ask.viewer
    choice = choice_of(ask.headers, ask.query)
    w = console_words(choice.lang, digits=choice.digits)
    parts: list[Child] = []
    if viewer.role in ("admin", "auditor"):
        parts.append(_accounts(w, await access(people.accounts), viewer.account, keeps=viewer.role == "admin"))
    parts.append(_devices(w, await access(people.devices), keeps=viewer.role in CHIEFS))
    rows = await access(people.sessions, "" if viewer.role == "admin" else viewer.account)
    parts.append(_sessions(w, [(key, name, seen) for key, name, _, seen, _ in rows], viewer.session))
    heading = w("title.accounts_page")
    raw = framed(ask, "accounts_page", heading, parts, clock=None, w=w, choice=choice, scripts=("accounts.js",))
    return Reply(raw=raw, headers=keeping(ask))


def _accounts(w: ConsoleWords, found: tuple[a.Account, ...], me: str, *, keeps: bool) -> Markup:
    rows = tuple(
        Row(
            {"account": one.account},
            {
                "role": w(f"role.{one.role}"),
                "party": w("comma").join(one.party) or w("accounts.everything"),
                "reads_text": w("yes" if one.reads_text else "no"),
                "second_factor": w("yes" if one.second_factor else "no"),
                "does": _keeping(w, one, me) if keeps else "–",
            },
            tone="" if one.active else "over",
        )
        for one in sorted(found, key=lambda one: (not one.active, one.account))
        if one.active
    )
    columns = ("account", "role", "party", "reads_text", "second_factor", *(("does",) if keeps else ()))
    drawn = tables.drawn(Table("accounts", columns, rows), w, caption=w("accounts.caption"))
    return el("section", el("h2", w("accounts.title")), drawn, _new(w) if keeps else None)


def _keeping(w: ConsoleWords, one: a.Account, me: str) -> Child:
    """Return what may be done with an account; nobody changes or ends his own."""
    if one.account == me:
        return w("accounts.you")
    path = f"/api/v1/accounts/{quote(one.account, safe='')}"
    named = {"name": one.account}
    roles = [el("option", w(f"role.{role}"), value=role) for role in ROLES if role != one.role]
    change = el(
        "form",
        el("label", w("col.role"), el("select", roles, name="role")),
        el("label", w("reason.label"), el("input", name="reason", required=True, maxlength="2000")),
        el("button", w("accounts.change"), aria_label=w("accounts.change.long", **named), class_="quiet"),
        data_api=f"{path}/role",
        class_="filters",
    )
    return [
        _deed(w("accounts.link"), w("accounts.link.long", **named), f"{path}/link"),
        el("details", el("summary", w("accounts.other")), change),
        _deed(w("accounts.end"), w("accounts.end.long", **named), path, ends=True),
    ]


def _deed(said: str, long: str, path: str, *, ends: bool = False) -> Markup:
    """Return a button with a form of its own; what ends something asks first."""
    more = {"data_method": "DELETE", "data_confirm": long + "?"} if ends else {}
    return el("form", el("button", said, aria_label=long, class_="quiet"), data_api=path, class_="deed", **more)


def _new(w: ConsoleWords) -> Markup:
    reads = el("input", type="checkbox", name="reads_text", value="1", data_kind="flag")
    form = el(
        "form",
        el("label", w("col.role"), el("select", [el("option", w(f"role.{r}"), value=r) for r in ROLES], name="role")),
        el("label", w("accounts.party"), el("input", name="party", data_kind="list", data_optional=True)),
        el("label", reads, w("col.reads_text"), class_="check"),
        el("button", w("accounts.make")),
        data_api="/api/v1/accounts",
        class_="filters",
        id="account-form",
    )
    return el("div", el("h3", w("accounts.new")), form, el("div", id="invited", role="status"))


def _devices(w: ConsoleWords, found: tuple[a.Device, ...], *, keeps: bool) -> Markup:
    rows = tuple(
        Row(
            {"device": one.device, "post": one.post, "vehicle": one.vehicle},
            {
                "state": w("device.enrolled" if one.enrolled else "device.waits"),
                "does": _deed(
                    w("accounts.end"),
                    w("accounts.end.long", name=one.device),
                    f"/api/v1/devices/{quote(one.device, safe='')}",
                    ends=True,
                ),
            },
        )
        for one in found
        if one.active
    )
    columns = ("device", "post", "vehicle", "state", *(("does",) if keeps else ()))
    enrol = el(
        "form",
        el("label", w("start.post"), el("input", name="post", required=True, maxlength="60")),
        el("button", w("start.enrol")),
        data_api="/api/v1/devices",
        class_="filters",
        id="device-form",
    )
    drawn = tables.drawn(Table("devices", columns, rows), w, caption=w("devices.caption"))
    more = [enrol, el("div", id="enrolled", role="status")] if keeps else None
    return el("section", el("h2", w("devices.title")), drawn, more)


def _sessions(w: ConsoleWords, found: list[tuple[str, str, float]], mine: str) -> Markup:
    rows = tuple(
        Row(
            {"account": name, "seen": datetime.fromtimestamp(seen, UTC)},
            {
                "does": w("session.this")
                if key == mine
                else _deed(
                    w("accounts.end"),
                    w("accounts.end.long", name=name),
                    f"/api/v1/sessions/{quote(key, safe='')}",
                    ends=True,
                ),
            },
        )
        for key, name, seen in sorted(found, key=lambda one: -one[2])
    )
    drawn = tables.drawn(Table("sessions", ("account", "seen", "does"), rows), w, caption=w("sessions.caption"))
    return el("section", el("h2", w("sessions.title")), drawn)
