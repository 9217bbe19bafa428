"""A server for tests: a real one, on a port of its own, in a thread; and somebody of each role to ask it."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from corridor.log.entry import new_id, now, stamp
from corridor.log.log import Log
from corridor.operation.known import entry_of
from corridor.reports.report import Report
from corridor.server.app import make_app
from corridor.server.house import House, Settings
from corridor.server.limits import RATES, Limits
from corridor.server.metrics import Metrics
from corridor.server.rights import Role

API = "/api/v1"
# Read once: every client would read the machine's certificates again, which takes longer than its whole test.
TRUST = ssl.create_default_context()


class Live:
    """A house that is served."""

    def __init__(self, place: str, *, planning: bool = False, unlimited: bool = True, **options: Any) -> None:
        self.written = io.StringIO()
        rates = dict.fromkeys(RATES, (1e9, 1e9)) if unlimited else None
        settings = Settings(planning=planning, hosts=("127.0.0.1",), heartbeat=1.0)
        self.house = House(
            place,
            options.pop("settings", settings),
            limits=Limits(rates),
            metrics=Metrics(out=self.written),
            **options,
        )
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        # As `corridor.server.serve` says them: what parses requests, and whom it believes.
        told: dict[str, Any] = {"http": "h11", "proxy_headers": False, "ws": "none"}
        config = uvicorn.Config(
            make_app(self.house), log_config=None, lifespan="on", timeout_graceful_shutdown=2, **told
        )
        self.server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self.server.run, args=([self.socket],), daemon=True)
        self._thread.start()
        until = time.monotonic() + 30
        while not self.server.started:
            assert self._thread.is_alive(), "the server ended"
            assert time.monotonic() < until
            time.sleep(0.01)
        self.clients: list[httpx.Client] = []
        self.tokens: dict[str, str] = {}

    def client(self, **headers: str) -> httpx.Client:
        made = httpx.Client(base_url=self.address, headers=headers, timeout=30, verify=TRUST)
        self.clients.append(made)
        return made

    def member(self, role: Role, *, party: tuple[str, ...] = (), reads_text: bool = True, operation: str = "") -> Any:
        """Return a client that is signed in with a role, as a browser of this server's own page."""
        people = self.house.people
        mine, people.operation = people.operation, operation or people.operation
        try:
            account = people.make(role, party=party, reads_text=reads_text)
            token = people.begin(account)
        finally:
            people.operation = mine
        made = self.client(origin=self.address)
        made.headers["cookie"] = f"corridor={token}"
        made.headers["x-account"] = account
        return made

    def phone(self, post: str = "gate", *, vehicle: str = "", operation: str = "") -> httpx.Client:
        people = self.house.people
        mine, people.operation = people.operation, operation or people.operation
        try:
            device, code, _ = people.enrol(post, vehicle)
            found = people.claim(code)
        finally:
            people.operation = mine
        assert found is not None
        made = self.client(authorization=f"Bearer {found[0]}")
        made.headers["x-account"] = device
        self.tokens[device] = found[0]
        return made

    def of_role(self, role: Role, *, operation: str = "", post: str = "gate") -> httpx.Client:
        if role == "public":
            return self.client()
        if role == "field":
            return self.phone(post, operation=operation)
        return self.member(role, operation=operation)  # type: ignore[no-any-return]

    def names(self) -> list[str]:
        """Return the names of the entries in the log."""
        return [row.name for row in self.house.raw.rows()]

    def close(self) -> None:
        for client in self.clients:
            client.close()
        self.house.hub.stop()
        self.server.should_exit = True
        self._thread.join(timeout=30)
        assert not self._thread.is_alive()
        self.socket.close()


@contextlib.contextmanager
def live(place: Path | str, reports: list[Report] | None = None, **options: Any) -> Iterator[Live]:
    """Serve a new log that holds some reports."""
    name = str(place / "a.corridor") if isinstance(place, Path) else place
    with Log.new(name, title=options.pop("title", "Test"), exercise=options.pop("exercise", False)) as log:
        if reports:
            log.append([entry_of(r, actor="duty officer", device="console", recorded=now()) for r in reports])
    key = options.pop("key_file", None)
    made = Live(name, key_file=key, **options)
    try:
        yield made
    finally:
        made.close()


def recent(reports: list[Report]) -> list[Report]:
    """Return reports as if the last had just been received."""
    shift = now() - timedelta(seconds=30) - max(report.received for report in reports)
    moved = []
    for one in reports:
        changes: dict[str, Any] = {name: getattr(one, name) for name in ("observed", "received", "said", "since")}
        moved.append(
            Report(
                **{name: getattr(one, name) for name in Report.__struct_fields__}
                | {name: None if value is None else value + shift for name, value in changes.items()}
            )
        )
    return moved


def entered(report: Report, seq: int, **more: Any) -> dict[str, Any]:
    """Return an entry of a device as it is sent."""
    import msgspec

    body = json.loads(msgspec.json.encode(report))
    return {"id": new_id(), "device_seq": seq, "recorded": stamp(now()), "body": body} | more


def at_gate(fact: str = "people_passed", value: Any = 40, **more: Any) -> Report:
    """Return a report that the post `gate` may make."""
    moment: datetime = more.pop("observed", now() - timedelta(seconds=1))
    made: dict[str, Any] = {
        "id": more.pop("id", new_id()),
        "source": "post at the gate",
        "fact": fact,
        "about": "aleppo/C01" if fact not in ("halt", "incident", "resumption") else "aleppo",
        "place": "gate",
        "observed": moment,
        "received": moment,
        "value": value,
    }
    return Report(**made | more)


def events(response: httpx.Response) -> Iterator[tuple[int, str, Any]]:
    """Yield (seq, event, data) of a live stream."""
    seq, name = 0, ""
    for line in response.iter_lines():
        if line.startswith("id: "):
            seq = int(line[4:])
        elif line.startswith("event: "):
            name = line[7:]
        elif line.startswith("data: "):
            data = line[6:]
            yield seq, name, json.loads(data) if data.startswith("{") else data
