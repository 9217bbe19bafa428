"""Keeping watch: alarms told within a second, a new plan and forecast after what upsets them."""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from corridor.errors import CorridorError
from corridor.finding import Finding
from corridor.log.entry import Row, derived_id
from corridor.operation.known import ADOPT
from corridor.operation.operation import Operation
from corridor.planning.plan import Plan
from corridor.server import present as p
from corridor.server.desk import moment
from corridor.server.eyes import passing
from corridor.server.worker import FORECAST, PLAN, Result, Task, Worker

if TYPE_CHECKING:
    from corridor.server.house import House

# What upsets a plan at once, and what is looked at within some seconds.
AT_ONCE = ("halt", "resumption")
SOON = ("agreement", "clause", "term", "vehicles", "places", "people_inside", "share_leaving", "disruption", "weather")
SOON_SECONDS = 10.0
# Alarms also come of time going by: a convoy that does not arrive.
LOOK_SECONDS = 20.0
REPLAN_SECONDS = 1.0
# More entries a second than this are a backlog that pours in; it is judged when it has, but within half a minute.
FLOOD_A_SECOND = 300
FLOOD_SECONDS = 30.0
FLOOD_LOOK_SECONDS = 0.5
CANNOT_WAIT = ("halt", "incident", "people_held", "casualties")
# The body is canonical: no quotation mark inside a text stands without its backslash.
_FACT = re.compile(r'(?<!\\)"fact":"(\w+)"')
FORECAST_RUNS = 2000


class Kept(msgspec.Struct, frozen=True):
    """The last result of a kind of work: when it was made, its hash, its JSON, what `verify` found."""

    made: datetime
    sha256: str
    data: bytes
    findings: tuple[Finding, ...] = ()

    @property
    def raw(self) -> msgspec.Raw:
        """Its JSON as it stands inside an answer."""
        return msgspec.Raw(self.data)


class Made(msgspec.Struct, frozen=True):
    """A plan as the worker hands it over."""

    plan: msgspec.Raw
    findings: tuple[Finding, ...]
    sha256: str


class Planner:
    """Watches the rows that come in, asks the worker, keeps and announces what it made."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.worker = Worker()
        # What takes many seconds and can wait has a process of its own, begun when it is first asked for.
        self.adviser = Worker()
        self.results: dict[str, Kept] = {}
        # What people try beside the plan, each person's latest.
        self.tries: dict[str, asyncio.Future[Result]] = {}
        # The convoys that each post has to do with, by the plan adopted as entry `posts_of`.
        self.posts: dict[str, frozenset[str]] = {}
        self.posts_of = 0
        self.looked = 0.0
        self._heard = 0
        self._changed = asyncio.Event()
        self._urgent = asyncio.Event()
        self._later: asyncio.TimerHandle | None = None
        self._on = False

    async def start(self) -> None:
        """Bring back the last results, start the worker, begin to watch."""
        house = self.house
        rows = await house.access(
            house.cabinet.rows, "SELECT kind, body FROM result WHERE operation = ?", house.opened.key
        )
        for kind, body in rows:
            self.results[kind] = msgspec.msgpack.decode(bytes(body), type=Kept)
        house.watchers.append(self.heard)
        await self.assign()
        house.spawn(self._watch())
        if house.settings.planning:
            self.worker.start()
            self._on = True

    async def stop(self) -> None:
        """Stop the worker."""
        self._on = False
        if self._later is not None:
            self._later.cancel()
        await self.worker.stop()
        await self.adviser.stop()

    # watching

    def heard(self, rows: list[Row]) -> None:
        """Hear of new rows, in the loop."""
        said = [row for row in rows if row.kind != "act"]
        if not said:
            return
        self._changed.set()
        self._heard += len(said)
        told = {fact_of(row.body) for row in said if row.kind == "report"}
        if told & set(CANNOT_WAIT):
            self._urgent.set()
        if any(row.name == ADOPT for row in said):
            self.house.spawn(self.assign())
        if not self._on or not self.house.present.adopted:
            return
        facts = told & {*AT_ONCE, *SOON}
        if facts & set(AT_ONCE):
            self.house.spawn(self.replan(f"after: {', '.join(sorted(facts))}"))
        elif facts and self._later is None:
            why = f"after: {', '.join(sorted(facts))}"
            self._later = asyncio.get_running_loop().call_later(SOON_SECONDS, self._soon, why)

    def _soon(self, why: str) -> None:
        self._later = None
        self.house.spawn(self.replan(why))

    async def _watch(self) -> None:
        """Look for alarms after each change, and now and then; at most a third of the desk's time goes into it."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), LOOK_SECONDS)
            self._changed.clear()
            begun, counted = time.monotonic(), self._heard
            try:
                await self.look()
            except CorridorError as error:
                # A log without reports yet has no situation; what else is wrong shows to whoever asks for one.
                self.house.metrics.tell("alarms not judged", error=type(error).__name__)
            self.looked = time.monotonic() - begun
            self._urgent.clear()
            if (self._heard - counted) / max(self.looked, 0.001) > FLOOD_A_SECOND:
                await self._flood_over()
            else:
                await self._urgent_within(min(max(0.3, 2 * self.looked), 2.0))

    async def _flood_over(self) -> None:
        """Wait while a backlog pours in: looking gives way to taking in, but for what cannot wait."""
        until = time.monotonic() + FLOOD_SECONDS
        while time.monotonic() < until:
            counted = self._heard
            if await self._urgent_within(FLOOD_LOOK_SECONDS):
                return
            if self._heard - counted < FLOOD_A_SECOND * FLOOD_LOOK_SECONDS:
                return

    async def _urgent_within(self, seconds: float) -> bool:
        """Return whether something that cannot wait came within so many seconds; where not, they have gone by."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._urgent.wait(), seconds)
        return self._urgent.is_set()

    async def look(self) -> int:
        """Tell the alarms that nobody has told yet; returns how many."""
        from corridor.server.house import alarm_id  # noqa: PLC0415 - the house is made of its parts

        house = self.house
        if not house.present.reports:
            return 0
        found = await house.desk.ask("alarms", lambda operation: operation.alarms(moment(operation)))
        entries = []
        for one in found:
            name = alarm_id(one.rule, one.about, one.severity, one.reports)
            if one.severity != "open" and name not in house.present.told:
                house.present.told.add(name)
                body = {
                    "rule": one.rule,
                    "about": one.about,
                    "what": one.what,
                    "remedy": one.remedy,
                    "severity": one.severity,
                    "reports": one.reports,
                }
                entries.append(house.entry("act", p.ALARM, body, actor="server", entry_id=name))
        if entries:
            await house.write(entries, urgent=True)
        return len(entries)

    async def assign(self) -> None:
        """Work out which post has to do with which convoy of the adopted plan."""
        adopted = self.house.present.adopted
        if adopted and adopted != self.posts_of:
            self.posts = await self.house.desk.ask(("posts", adopted), _posts)
            self.posts_of = adopted

    # working

    async def replan(self, why: str, by: str = "server", options: dict[str, Any] | None = None) -> int:
        """Ask the worker for a plan from the present situation; returns how much waits."""
        try:
            data, previous = await self.house.desk.ask("case", _case)
        except CorridorError as error:
            self.house.metrics.tell("not planned", error=type(error).__name__)
            if by != "server":
                raise
            return 0
        task = Task(PLAN, data, previous, options or {"time_limit": REPLAN_SECONDS})
        return self.worker.submit(task, lambda result: self._planned(result, why, by))

    def forecast(self, plan: bytes, by: str, options: dict[str, Any]) -> int:
        """Ask the worker for a forecast of a plan; returns how much waits."""
        return self.worker.submit(Task(FORECAST, plan, b"", options), lambda result: self._forecasted(result, by))

    def advise(self, task: Task, then: Callable[[Result], Any], *, kind: str = "") -> int:
        """Ask for what can wait; returns how much waits before it. Of equal kinds only the latest is done."""
        if not self.adviser.pid:
            self.adviser.start()
        return self.adviser.submit(task, then, kind=kind)

    async def _planned(self, result: Result, why: str, by: str) -> None:
        if result.why:
            await self._tell("plan failed", {"why": why, "cause": result.why, "hint": result.hint}, by)
            return
        made = msgspec.json.decode(result.data, type=Made)
        plan = msgspec.json.decode(made.plan, type=Plan)
        kept = Kept(self.house.clock().astimezone(UTC), made.sha256, bytes(made.plan), made.findings)
        await self.keep(PLAN, kept)
        body = {
            "plan_sha256": made.sha256,
            "situation_sha256": plan.situation_sha256,
            "why": why,
            "convoys": len(plan.planned),
            "people": plan.people,
            "clearance_minutes": plan.clearance_minutes,
            "gap": plan.gap,
            "findings": len(made.findings),
            "changes": len(plan.changes),
            "seconds": round(result.seconds, 3),
        }
        await self._tell(p.PLANNED, body, by, derived_id(p.PLANNED, made.sha256, why))
        if by == "server":
            self.forecast(kept.data, by, {"runs": FORECAST_RUNS, "causes": False})

    async def _forecasted(self, result: Result, by: str) -> None:
        if result.why:
            await self._tell("forecast failed", {"cause": result.why, "hint": result.hint}, by)
            return
        from corridor.server.house import sha256  # noqa: PLC0415

        made = msgspec.json.decode(result.data, type=_Foreseen)
        name, data = sha256(bytes(made.forecast)), bytes(made.forecast)
        await self.keep(FORECAST, Kept(self.house.clock().astimezone(UTC), name, data))
        found = msgspec.json.decode(data, type=_Ends)
        body = {
            "forecast_sha256": name,
            "start": found.plan.situation.at.isoformat(timespec="minutes"),
            "clearance_hours": found.marks(),
            # What a score needs stands in the chain, so that no forecast can be bettered afterwards.
            "kept": made.kept,
            "seconds": round(result.seconds, 3),
        }
        await self._tell(p.FORECAST, body, by, derived_id(p.FORECAST, name))

    async def keep(self, kind: str, kept: Kept) -> None:
        """Keep the last result of a kind of work, also for when the server starts again."""
        house = self.house
        self.results[kind] = kept
        await house.access(
            house.cabinet.change,
            "INSERT INTO result VALUES (?, ?, ?, ?) ON CONFLICT (operation, kind) "
            "DO UPDATE SET made = excluded.made, body = excluded.body",
            house.opened.key,
            kind,
            kept.made.timestamp(),
            msgspec.msgpack.encode(kept),
        )

    async def _tell(self, name: str, body: dict[str, Any], by: str, entry_id: str = "") -> None:
        entry = self.house.entry("act", name, body, actor=by, entry_id=entry_id)
        await self.house.write([entry], urgent=True)


def fact_of(body: str) -> str:
    """Return the fact of a report in canonical JSON, an empty text where there is none.

    Found at the first place alone where nothing before it could be part of a text: that is nearly always so.
    """
    start = body.find('"fact":"')
    if start > 0 and body[start - 1] in ",{":
        return body[start + 8 : body.find('"', start + 8)]
    found = _FACT.search(body)
    return found[1] if found else ""


class _Foreseen(msgspec.Struct):
    forecast: msgspec.Raw
    kept: dict[str, Any]


class _Moment(msgspec.Struct):
    at: datetime


class _Of(msgspec.Struct):
    situation: _Moment


class _Ends(msgspec.Struct):
    plan: _Of
    runs: int
    clearance_hours: tuple[float, ...]

    def marks(self) -> dict[str, float | None]:
        """Return the hours that a tenth, half and nine tenths of all runs stay within; None beyond the horizon."""
        ranks = {f"p{tenths * 10}": max(math.ceil(self.runs * tenths / 10), 1) for tenths in (1, 5, 9)}
        ends = self.clearance_hours
        return {name: round(ends[rank - 1], 2) if rank <= len(ends) else None for name, rank in ranks.items()}


def _posts(operation: Operation) -> dict[str, frozenset[str]]:
    plan = operation.plan()
    if plan is None:
        return {}
    return {site.id: frozenset(convoy.id for convoy in passing(plan, site.id)) for site in plan.situation.sites}


def _case(operation: Operation) -> tuple[bytes, bytes]:
    at = moment(operation)
    adopted = operation.plan(at)
    return operation.situation(at).to_json(), adopted.to_json() if adopted else b""
