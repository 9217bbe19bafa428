"""How a page is made: its builder sees the operation at a moment and gives back parts and tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.operation.known import Known
from corridor.operation.operation import Operation
from corridor.publishing.markup import Child, Markup, el
from corridor.server.ask import HANDLERS, Ask, Refused, Reply, handles
from corridor.server.console import tables
from corridor.server.console.choice import Choice, choice_of, keeping
from corridor.server.console.frame import Clock, address_of, framed
from corridor.server.console.tables import MEDIA, Table
from corridor.server.console.texts import ConsoleWords, console_words
from corridor.server.desk import moment
from corridor.situation.situation import Situation

if TYPE_CHECKING:
    from corridor.server.house import House


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Body:
    """What a builder gives back: the parts of the page, and its tables (the first is the one of its address)."""

    parts: tuple[Child, ...]
    tables: tuple[Table, ...] = ()
    clock: Clock | None = None
    at: datetime = EPOCH
    situation: Situation | None = None


class View:
    """What a builder sees: the operation as known at the page's moment, the words, the query, the one who asks.

    `gathered` is what the page had fetched from elsewhere before the desk was asked.
    """

    def __init__(self, operation: Operation, ask: Ask, choice: Choice, gathered: Any = None) -> None:  # noqa: ANN401
        self.operation = operation
        self.gathered = gathered
        self.house: House = ask.house
        self.viewer = ask.viewer
        self.query: Any = ask.query
        self.route = ask.route
        everything = operation.known()
        self.zone = _zone(everything)
        self.w: ConsoleWords = console_words(choice.lang, digits=choice.digits, zone=self.zone)
        asked = asked_moment(operation, self.query.at)
        self.at = moment(operation, asked)
        self.turned = asked is not None
        self.logged = self.at if self.turned and self.query.held else None
        received = [report.received for report in everything.reports]
        end = max(moment(operation), self.at)
        self.clock = Clock(self.at, self.turned, min([*received, end]), end)

    @cached_property
    def known(self) -> Known:
        """What the log holds as of the page's moment; what was decided on an old log a minute ago counts too."""
        return self.operation.known(self.at if self.turned else None, logged=self.logged)

    @cached_property
    def situation(self) -> Situation:
        """What is believed as of the page's moment."""
        return self.operation.situation(self.at, logged=self.logged)

    @property
    def as_file(self) -> bool:
        """Whether a table is taken away: then nobody sees how its cells are shown."""
        return self.route.path.endswith(tuple("." + form for form in tables.FORMS))

    @property
    def path(self) -> str:
        """The address of the page without an export's ending."""
        path = self.route.path
        for form in tables.FORMS:
            path = path.removesuffix("." + form)
        return path if path != "/now" else "/"

    def link(self, path: str, **query: str) -> str:
        """Return the address of another page at the same moment."""
        turned = {"at": self.query.at, "held": self.query.held} if self.turned else {}
        return address_of(path, **turned, **query)

    def figure(self, name: str, child: Child, *, label: str = "", class_: str = "figure") -> Markup:
        """Return a figure that leads to the reports behind it."""
        return el("a", child, href=self.link("/figure", of=name), class_=class_, data_panel=True, title=label or None)

    def reports(self, ids: Sequence[str], child: Child) -> Child:
        """Return words that lead to some reports, or the words alone where there are none."""
        if not ids:
            return child
        href = self.link("/figure", reports=",".join(ids[:60]))
        return el("a", child, href=href, data_panel=True, class_="reports")

    def exports(self, table: Table, *, first: bool = True) -> Markup:
        """Return the ways to take a table away, with what the page's own address says of filters."""
        fields = {
            name: str(getattr(self.query, name))
            for name in self.query.__struct_fields__
            if name not in ("lang", "theme", "digits", "table") and getattr(self.query, name)
        }
        if not first:
            fields["table"] = table.name
        path = "/now" if self.path == "/" else self.path
        links = [
            el(
                "a",
                el("bdi", form.upper() if form != "geojson" else "GeoJSON"),
                href=address_of(f"{path}.{form}", **fields),
                download=f"{table.name}.{form}",
            )
            for form in tables.FORMS
        ]
        return el("p", el("span", self.w("export")), links, class_="exports")

    def table(self, table: Table, *, caption: str, first: bool = False, live: bool = True) -> Markup:
        """Return a table with the ways to take it away."""
        return tables.drawn(table, self.w, caption=caption, links=self.exports(table, first=first), live=live)


def _zone(known: Known) -> tzinfo | None:
    """Return the zone that the operation's own reports keep: that of the last one."""
    last = max(known.reports, key=lambda report: report.received, default=None)
    return last.received.tzinfo if last else None


def asked_moment(operation: Operation, at: str) -> datetime | None:
    """Return the moment that an address names, by the clocks of the operation; None where it names none."""
    if not at:
        return None
    zone = _zone(operation.known())
    try:
        found = datetime.fromisoformat(at)
        found = found if found.tzinfo else found.replace(tzinfo=zone or UTC)
    except ValueError:
        found = EPOCH
    # Moments at the ends of the calendar cannot be moved to another zone.
    if not 1970 < found.year < 9000:
        raise Refused(400, "the moment cannot be read", place="at", hint="2016-12-15T18:00")
    return found


Build = Callable[[View], Body]
# Fetches what a page needs beside the operation, before the desk is asked: slow work never holds up the desk.
Gather = Callable[[Ask], Awaitable[Any]]


def page(
    name: str, *, scripts: Sequence[str] = (), exports: bool = True, gather: Gather | None = None
) -> Callable[[Build], Build]:
    """Enter the builder of a page, and with `exports` of its tables; the rows of the table of routes name them."""

    def enter(build: Build) -> Build:
        async def show(ask: Ask) -> Reply:
            return await shown(ask, name, build, scripts, gather)

        _named(show, name)
        if exports:
            exporting(name, build, gather)
        return build

    return enter


def exporting(name: str, build: Build, gather: Gather | None = None) -> None:
    """Enter what gives the tables of a page away, one handler a form."""
    for form in tables.FORMS:
        _named(_exporting(name, build, form, gather), f"{name}_{form}")


def _named(handler: Any, name: str) -> None:  # noqa: ANN401
    handler.__name__ = name
    handles(handler)


def _exporting(name: str, build: Build, form: str, gather: Gather | None) -> Any:  # noqa: ANN401
    async def give(ask: Ask) -> Reply:
        return await exported(ask, name, build, form, gather)

    return give


async def shown(ask: Ask, name: str, build: Build, scripts: Sequence[str], gather: Gather | None = None) -> Reply:
    """Answer with a page of the console."""
    choice = choice_of(ask.headers, ask.query)
    body = await _asked_desk(ask, name, build, choice, gather)
    w = console_words(choice.lang, digits=choice.digits, zone=body.clock.at.tzinfo if body.clock else None)
    raw = framed(ask, name, w(f"title.{name}"), body.parts, clock=body.clock, w=w, choice=choice, scripts=scripts)
    return Reply(raw=raw, headers=keeping(ask))


async def exported(ask: Ask, name: str, build: Build, form: str, gather: Gather | None = None) -> Reply:
    """Answer with one table of a page, as a file."""
    body = await _asked_desk(ask, f"{name} file", build, choice_of(ask.headers, ask.query), gather)
    table = tables.only(body.tables, ask.query.table)
    if table is None:
        known = ", ".join(each.name for each in body.tables) or "none here yet"
        raise Refused(404, "no such table", place="table", hint=f"one of: {known}")
    raw = table.csv() if form == "csv" else b""
    if form == "json":
        raw = table.json(body.at)
    elif form == "geojson":
        raw = table.geojson(body.at, body.situation)
    kept = (("content-disposition", f'attachment; filename="{table.name}.{form}"'),)
    return Reply(raw=raw, media=MEDIA[form], headers=kept)


async def _asked_desk(ask: Ask, name: str, build: Build, choice: Choice, gather: Gather | None) -> Body:
    """Ask the desk for a page; readers who see the same share one answer."""
    viewer = ask.viewer
    gathered = await gather(ask) if gather is not None else None
    key = ("console", name, ask.query, choice.lang, choice.digits, viewer.role, viewer.reads_text)

    def question(operation: Operation) -> Body:
        view = View(operation, ask, choice, gathered)
        try:
            body = build(view)
        except Refused:
            raise
        except CorridorError as error:
            body = Body(parts=(_nothing(view, error),))
        situation = None
        try:
            situation = view.situation
        except CorridorError:
            situation = None
        return Body(parts=body.parts, tables=body.tables, clock=view.clock, at=view.at, situation=situation)

    return await ask.house.desk.ask(key, question)


def _nothing(view: View, error: CorridorError) -> Markup:
    """Say that there is nothing to see yet, and where one begins."""
    w = view.w
    if not view.known.reports or not any(report.received <= view.at for report in view.known.reports):
        begin = el("a", w("nothing.begin"), href="/start", class_="button")
        return el("section", el("p", w("nothing.yet")), el("p", begin), id="nothing", data_live=True)
    said = el("p", el("span", str(error.cause), lang="en", dir="ltr"))
    return el("section", el("p", w("nothing.why")), said, id="nothing", data_live=True)


__all__ = ["HANDLERS", "Body", "View", "page"]
