"""The whole system in one process and one thread: phones, network, log, duty room, disk and clock, all from one seed.

After FoundationDB's simulation (Zhou and others 2021): nothing waits for real time, nothing is random but the seed, so
that a seed that breaks a promise breaks it again. The store, the log and the operation are those that ship.
"""

from __future__ import annotations

import hashlib
import heapq
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import apsw
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from corridor.errors import CorridorError
from corridor.log.chain import Checkpoint, Key
from corridor.log.entry import Answer, Entry, Row
from corridor.log.log import Log
from corridor.log.store import Store
from corridor.log.verify import verify
from corridor.operation.chain import conservation
from corridor.operation.known import entry_of, fold
from corridor.operation.operation import Operation
from corridor.reports.report import Report
from tests.log.making import RECEIVED, START, opened
from tests.rigs.disk import Disk, Machine, quietly

HOURS = 8
FACTS = ("people_boarded", "people_out", "people_passed", "people_arrived", "people_handed_over")
KEY = Key(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"simulation").digest()))
_machine = Machine()
_image: dict[str, bytes] = {}


class BrokenPromiseError(AssertionError):
    """A promise that a seed has broken."""


def _fresh_disk() -> Disk:
    if not _image:
        _machine.disk = Disk()
        store = _machine.store()
        store.append([opened(KEY)], received=RECEIVED)
        store.close()
        _image.update(_machine.disk.image())
    return Disk(_image)


class AckFirst:
    """A store that answers before it commits: the control, with which acknowledged entries must get lost."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: list[Entry] = []
        self.place = store.place

    def append(self, entries: Sequence[Entry], *, received: str) -> list[Answer]:
        self._commit(received)
        self._kept = list(entries)
        return [Answer(entry.id, "accepted") for entry in entries]

    def rows(self, after: int = 0) -> Iterator[Row]:
        self._commit(RECEIVED)
        return self._store.rows(after)

    def span(self, after: int, until: int) -> list[Row]:
        self._commit(RECEIVED)
        return self._store.span(after, until)

    def _commit(self, received: str) -> None:
        before, self._kept = self._kept, []
        if before:
            self._store.append(before, received=received)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)


class World:
    """The clock, what happens when, and the one source of chance."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)
        self.seconds = 0.0
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    def now(self) -> datetime:
        return START + timedelta(seconds=round(self.seconds, 3))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._coming, (self.seconds + seconds, self._number, act))

    def run(self, until: float) -> None:
        while self._coming and self._coming[0][0] <= until:
            self.seconds, _, act = heapq.heappop(self._coming)
            act()
        self.seconds = until


class Server:
    """The log behind the network: it crashes, its disk fails and fills, and it comes back."""

    def __init__(self, world: World, *, control: bool) -> None:
        self.world, self.control = world, control
        _machine.disk = _fresh_disk()
        self.acked: set[str] = set()
        self.outside: Checkpoint | None = None
        self.log: Log | None = None
        self.crashes = 0
        self._start()
        world.after(world.rng.expovariate(1 / 2400), self._trouble)
        world.after(3600, self._duty)

    def receive(self, batch: Sequence[Entry]) -> list[Answer]:
        """Take a delivery; raises `CorridorError` or nothing comes back where the server is down."""
        if self.log is None:
            raise CorridorError("is down", place="server", hint="again later")
        try:
            answers = self.log.append(batch)
        except CorridorError:
            self._fallen()
            raise
        if [answer.id for answer in answers] != [entry.id for entry in batch]:
            raise BrokenPromiseError("an answer is missing")
        self.acked.update(answer.id for answer in answers if answer.status in ("accepted", "duplicate"))
        return answers

    def _start(self) -> None:
        if self.log is not None:
            return
        try:
            store = _machine.store()
            store = AckFirst(store) if self.control else store  # type: ignore[assignment]
            self.log = Log(store, key=KEY, clock=self.world.now, entropy=self.world.rng.randbytes)
            self.check()
        except CorridorError:
            self._fallen(starting=True)

    def check(self) -> None:
        """What must hold whenever the log is open: the chain, what outsiders hold, and every acknowledged entry."""
        assert self.log is not None
        rows = list(self.log.rows())
        found = verify(rows, against=self.outside)
        if not found.sound:
            raise BrokenPromiseError(f"not sound: {found.why}")
        lost = self.acked - {row.id for row in rows}
        if lost:
            raise BrokenPromiseError(f"{len(lost)} acknowledged entries are gone")

    def _fallen(self, *, starting: bool = False) -> None:
        """After an error: the program ends where the disk is not its own any more, else it tries again."""
        if self._cut is not None or starting:
            self._down(self.world.rng.uniform(5, 1800))

    _cut: Disk | None = None

    def _down(self, seconds: float) -> None:
        log, self.log = self.log, None
        found = self._cut or _machine.disk
        _machine.disk.trouble = None
        if log is not None:
            _machine.disk.era += 1
            _machine.abandon(log.store)
        _machine.disk, self._cut = found, None
        self.world.after(seconds, self._start)

    def _trouble(self) -> None:
        """At one of the next calls of the disk: the power goes, the program dies, the disk errs or is full."""
        rng = self.world.rng
        kind = rng.choice(("power", "power", "kill", "error", "sync", "full"))
        left = [rng.randrange(40)]
        until = self.world.seconds + rng.uniform(10, 900)

        def strike(disk: Disk, what: str) -> None:
            if (kind == "sync" and what != "sync") or (kind == "full" and what not in ("write", "truncate")):
                return
            left[0] -= 1
            if left[0] >= 0:
                return
            if kind == "full":
                if self.world.seconds > until:
                    disk.trouble = None
                    return
                raise apsw.FullError("disk full")
            disk.trouble = None
            if kind in ("power", "kill"):
                self.crashes += 1
                if kind == "power":
                    self._cut = disk.cut(rng)
                else:
                    disk.kill()
                    self._cut = disk
            raise apsw.IOError("the disk is gone" if kind in ("power", "kill") else "the disk errs")

        _machine.disk.trouble = strike
        self.world.after(rng.expovariate(1 / 2400), self._trouble)

    def _duty(self) -> None:
        """The duty room: signs, hands a checkpoint out, withdraws a report, reads what is known."""
        rng = self.world.rng
        if self.log is not None:
            try:
                operation = Operation(self.log)
                known = operation.known()
                if known.reports and rng.random() < 0.3:
                    operation.withdraw(rng.choice(known.reports).id, by="duty officer", reason="counted twice")
                if not self.control:
                    self.log.sign()
                    self.outside = self.log.checkpoint()
            except CorridorError:
                self._fallen()
        self.world.after(3600, self._duty)


class Phone:
    """A phone with a clock of its own: it records, sends what was not answered, reloads, and may be wiped."""

    def __init__(self, world: World, server: Server, name: str) -> None:
        self.world, self.server, self.name = world, server, name
        self.skew = timedelta(hours=world.rng.choice((0, 0, 0, 24, -24)))
        self.count = 0
        self.outbox: dict[str, Entry] = {}
        self.made: dict[str, Entry] = {}
        self.wiped: set[str] = set()
        world.after(world.rng.expovariate(1 / 600), self._record)
        world.after(world.rng.expovariate(1 / 900), self._send)

    def _record(self) -> None:
        rng = self.world.rng
        self.count += 1
        moment = self.world.now() + self.skew
        fact = rng.randrange(len(FACTS))
        report = Report(
            id=f"{self.name}-{self.count}",
            source=self.name,
            fact=FACTS[fact],
            about=f"aleppo/c{rng.randrange(3)}.bus-{rng.randrange(3)}",
            place=("amiriyah", "amiriyah", "ramousah", "khanasal", "khanasal")[fact],
            observed=moment,
            received=moment,
            value=rng.randrange(60),
            scope="batch" if FACTS[fact] == "people_out" else "",
        )
        made = entry_of(report, actor="marshal", device=self.name, device_seq=self.count, recorded=moment)
        self.made[made.id] = self.outbox[made.id] = made
        if rng.random() < 0.02:  # the system wipes the phone's storage
            self.wiped |= set(self.outbox)
            self.outbox.clear()
        self.world.after(rng.expovariate(1 / 1800), self._record)

    def _send(self) -> None:
        """Send some or all of it, in any order; the network loses, repeats and delays both ways."""
        rng = self.world.rng
        if self.outbox:
            batch = rng.sample(list(self.outbox.values()), rng.randint(1, len(self.outbox)))
            for _ in range(rng.choice((0, 1, 1, 1, 2))):
                self.world.after(rng.expovariate(1 / 60), lambda: self._arrives(batch))
        self.world.after(rng.expovariate(1 / 900), self._send)

    def _arrives(self, batch: list[Entry]) -> None:
        try:
            answers = self.server.receive(batch)
        except CorridorError:
            return
        self.wiped -= {answer.id for answer in answers}
        if self.world.rng.random() < 0.7:
            self.world.after(self.world.rng.expovariate(1 / 60), lambda: self._hears(answers))

    def _hears(self, answers: list[Answer]) -> None:
        for answer in answers:
            self.outbox.pop(answer.id, None)


def simulate(seed: str, *, control: bool = False) -> tuple[str, int, int]:
    """Live one operation through; returns the log's last hash, how many entries it holds and how often it crashed.

    Raises `BrokenPromiseError` where a promise was broken.
    """
    world = World(seed)
    server = Server(world, control=control)
    try:
        return _lived(world, server)
    finally:
        if server.log is not None:  # a log left open would write to the disk of the next seed
            _machine.abandon(server.log.store)


def _lived(world: World, server: Server) -> tuple[str, int, int]:
    phones = [Phone(world, server, f"phone-{n:02}") for n in range(1, world.rng.choice((2, 5, 20)) + 1)]
    world.run(HOURS * 3600)
    # Everything heals: the disk, the server, and every phone comes into reach.
    _machine.disk.trouble = None
    if server._cut is not None or server.log is None:
        server._down(0)
        server._start()
    log = server.log
    if log is None:
        raise BrokenPromiseError("does not start on a sound disk")
    for phone in phones:
        if phone.outbox:
            phone._hears(server.receive(list(phone.outbox.values())))
    server.check()
    rows = list(log.rows())
    made = {name: entry for phone in phones for name, entry in phone.made.items()}
    wiped = set().union(*(phone.wiped for phone in phones))
    held = {row.id: row.entry for row in rows if row.kind == "report"}
    if not made.keys() - wiped <= held.keys() <= made.keys() or any(made[name] != held[name] for name in held):
        raise BrokenPromiseError("the log does not hold what the phones recorded")
    known = fold(rows)
    shuffled = list(rows)
    world.rng.shuffle(shuffled)
    if fold(shuffled).digest != known.digest or conservation(known.reports) != conservation(known.reports[::-1]):
        raise BrokenPromiseError("the state depends on the order of arrival")
    for phone in phones:
        seen = {entry.device_seq for name, entry in phone.made.items() if name in held}
        missing = tuple(sorted(set(range(1, max(seen, default=0))) - seen))
        if known.gaps.get(phone.name, ()) != missing:
            raise BrokenPromiseError("a gap is not shown")
    return log.store.head().hash, len(rows), server.crashes


@quietly()
def check(count: int, seed: int = 0) -> dict[str, object]:
    """Live through so many seeds, every twentieth twice; the control must break its promise in one seed of ten."""
    digest = hashlib.sha256()
    entries = crashes = 0
    for number in range(count):
        head, held, fell = simulate(f"{seed}/{number}")
        if number % 20 == 0:
            assert simulate(f"{seed}/{number}")[0] == head, f"seed {seed}/{number} gave two logs"
        digest.update(head.encode())
        entries, crashes = entries + held, crashes + fell
    controls, breaches = max(count // 10, 20), 0
    for number in range(controls):
        try:
            simulate(f"{seed}/{number}", control=True)
        except BrokenPromiseError:
            breaches += 1
    assert breaches > 0.1 * controls, f"the rig finds nothing any more: {breaches} of {controls}"
    return {
        "entries": entries,
        "crashes": crashes,
        "breaches": 0,
        "hash of all": digest.hexdigest()[:16],
        "control: breaches": f"{breaches} of {controls}",
    }
