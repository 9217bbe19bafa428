"""The live stream: every entry to everyone who may see it, in order, none missed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Container, Hashable, Iterator

import msgspec

from corridor.log.entry import Row

# A client with this many entries queued is dropped: it comes back with Last-Event-ID and reads on.
LONGEST_QUEUE = 1000
HEARTBEAT_SECONDS = 15.0
PAGE = 1000
BEAT = b": beat\n\n"

See = Callable[[Row], object | None]
Pages = Callable[[int, int], Awaitable[list[Row]]]


class Happening:
    """An entry on its way to the clients; each kind of viewer's form of it is made once."""

    __slots__ = ("_forms", "row")

    def __init__(self, row: Row) -> None:
        self.row = row
        self._forms: dict[object, bytes] = {}

    def form(self, eyes: object, see: See) -> bytes:
        """Return the event as a viewer sees it; nothing where it is not for these eyes."""
        found = self._forms.get(eyes)
        if found is None:
            found = self._forms[eyes] = event(self.row, see)
        return found


def event(row: Row, see: See) -> bytes:
    """Return a row as a server-sent event (WHATWG HTML, section 9.2), empty where it is not seen."""
    shown = see(row)
    if shown is None:
        return b""
    name = b"alarm" if row.name == "alarm" else b"entry"
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (row.seq, name, msgspec.json.encode(shown))


class Client:
    """One who follows the stream; `who` is whoever was let in."""

    __slots__ = ("after", "dropped", "eyes", "queue", "ready", "see", "who")

    def __init__(self, eyes: object, see: See, who: Hashable = None) -> None:
        self.who = who
        self.after = 0
        self.eyes = eyes
        self.see = see
        self.queue: deque[Happening] = deque()
        self.ready = asyncio.Event()
        self.dropped = ""

    def drop(self, why: str) -> None:
        """Let the client go; what was queued for it is freed at once."""
        self.dropped = why
        self.queue.clear()
        self.ready.set()


class Hub:
    """Hands entries to the clients as they come; `pages` reads older ones from the log (after, limit)."""

    def __init__(self, pages: Pages, *, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        self.seq = 0
        # Those who have caught up and hear what comes; and everyone, those who still read the log too.
        self.clients: set[Client] = set()
        self.following: set[Client] = set()
        self.dropped = 0
        self.heartbeat = heartbeat
        self.stopping = False
        self._pages = pages

    def publish(self, rows: list[Row]) -> None:
        """Hand rows to every client. Call it in the loop, rows in order."""
        self.seq = rows[-1].seq if rows else self.seq
        if not self.clients:
            return
        happenings = [Happening(row) for row in rows]
        for client in list(self.clients):
            if len(client.queue) + len(happenings) > LONGEST_QUEUE:
                self.clients.discard(client)
                self.dropped += 1
                client.drop("slow")
            else:
                client.queue.extend(happenings)
                client.ready.set()

    def drained(self, most: int) -> bool:
        """Return whether no client has more than so many entries queued."""
        return all(len(client.queue) <= most for client in self.clients)

    def stop(self) -> None:
        """End every stream; the clients come back elsewhere, or later."""
        self.stopping = True
        for client in list(self.clients):
            client.drop("stopping")
        self.clients.clear()

    def end(self, ended: Container[Hashable]) -> None:
        """End the streams of those who may follow no longer."""
        for client in [one for one in self.following if one.who in ended]:
            self.clients.discard(client)
            client.drop("ended")

    async def follow(self, after: int, eyes: object, see: See, *, who: Hashable = None) -> AsyncGenerator[bytes, None]:
        """Yield events after a seq for ever: first what the log holds, then what comes."""
        yield b"retry: 1000\n\n"
        client = Client(eyes, see, who)
        self.following.add(client)
        try:
            while not self.stopping and not client.dropped:
                # No other task runs between this comparison and the registration, so that nothing falls in between.
                if after >= self.seq:
                    # One who comes from another server may have seen more than this one has read yet.
                    client.after = after
                    self.clients.add(client)
                    break
                rows = await self._pages(after, PAGE)
                rows = [row for row in rows if row.seq <= self.seq]
                if not rows:
                    await asyncio.sleep(0.05)
                    continue
                after = rows[-1].seq
                if shown := b"".join(event(row, see) for row in rows):
                    yield shown
            async for chunk in self._live(client):
                yield chunk
        finally:
            self.clients.discard(client)
            self.following.discard(client)

    async def _live(self, client: Client) -> AsyncGenerator[bytes, None]:
        loop = asyncio.get_running_loop()
        while not self.stopping:
            # A timer instead of wait_for, which would make a task for every entry of every client.
            beat = loop.call_later(self.heartbeat, client.ready.set)
            begun = loop.time()
            await client.ready.wait()
            beat.cancel()
            client.ready.clear()
            if client.dropped:
                yield b"event: dropped\ndata: " + client.dropped.encode() + b"\n\n"
                return
            if shown := b"".join(_forms(client)):
                yield shown
            elif loop.time() - begun >= self.heartbeat * 0.9:
                yield BEAT


def _forms(client: Client) -> Iterator[bytes]:
    while client.queue:
        happening = client.queue.popleft()
        if happening.row.seq > client.after:
            yield happening.form(client.eyes, client.see)
