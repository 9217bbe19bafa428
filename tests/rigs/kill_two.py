"""kill -9 of one of two servers on one PostgreSQL under load: phones and streams go on at the other, with no gap."""

from __future__ import annotations

import contextlib
import http.client
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from corridor.log.log import Log
from corridor.log.places import key_path
from corridor.server.cabinet import open_cabinet
from corridor.server.people import People
from tests.log.servers import server
from tests.rigs.kill_server import PHONES, Phone, free_port, wait_ready

READERS = 4
# The bar of a second is for a quiet machine; this one says only that a client came back at all.
BACK_SECONDS = 20.0


class Pair:
    """Two servers of one log; one at a time is killed and started again, on a port of its own."""

    def __init__(self, place: str, folder: Path) -> None:
        self.place, self.folder = place, folder
        self.ports = [0, 0]
        self.children: list[subprocess.Popen[bytes] | None] = [None, None]
        for which in (0, 1):
            self.start(which)

    def start(self, which: int) -> None:
        self.ports[which] = free_port()
        words = [sys.executable, "-m", "corridor.cli", "serve", self.place]
        words += ["--port", str(self.ports[which]), "--no-planning"]
        self.children[which] = subprocess.Popen(
            words, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_ready(self.ports[which])

    def kill(self, which: int) -> None:
        child = self.children[which]
        if child is not None:
            child.kill()
            child.wait()


class Reader:
    """One who follows the live stream, and goes on elsewhere from the last entry it got."""

    def __init__(self, session: str, pair: Pair, at: int, *, forgets: bool) -> None:
        self.session, self.pair, self.at, self.forgets = session, pair, at, forgets
        self.seqs: list[int] = []
        self.last = 0
        self.heard = time.monotonic()
        self.moves = 0

    def follow(self, stop: threading.Event) -> None:
        """Follow until told to stop; a broken line is taken up at the other server."""
        while not stop.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                self._listen(stop)
            self.at = 1 - self.at
            self.moves += 1
            time.sleep(0.02)

    def _listen(self, stop: threading.Event) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.pair.ports[self.at], timeout=5)
        headers = {"cookie": f"corridor={self.session}"}
        if not (self.forgets and self.moves):
            headers["last-event-id"] = str(self.last)
        line.request("GET", "/api/v1/stream", headers=headers)
        answer = line.getresponse()
        assert answer.status == 200, answer.status
        event: list[bytes] = []
        # A line that the killed server did not finish is no event: it is read again whole at the other one.
        while not stop.is_set() and (text := answer.readline()).endswith(b"\n"):
            if text != b"\n":
                event.append(text)
                continue
            number = next((int(one[4:]) for one in event if one.startswith(b"id: ")), 0)
            if number:
                assert number > self.last, "an entry came twice, or out of order"
                self.last, self.heard = number, time.monotonic()
                self.seqs.append(number)
            event.clear()
        line.close()


def _send(phone: Phone, pair: Pair, at: int, stop: threading.Event) -> None:
    while not stop.is_set():
        phone.send(pair.ports[at], stop)
        at = 1 - at
        time.sleep(0.02)


def _watched(work: threading.Thread, trouble: list[BaseException]) -> threading.Thread:
    """Return a thread that keeps what went wrong in it."""
    run = work.run

    def kept() -> None:
        try:
            run()
        except BaseException as error:
            trouble.append(error)

    work.run = kept  # type: ignore[method-assign]
    work.daemon = True
    work.start()
    return work


def check(count: int, seed: int = 0, *, forgetful: bool = False) -> dict[str, float]:
    """Kill one of two servers some times; every entry acknowledged stands once, and every stream has every entry.

    The control: a `forgetful` reader does not say what it got last, and must miss what came while it was away.
    """
    rng = random.Random(seed)
    with server() as postgres, tempfile.TemporaryDirectory(prefix="corridor-kill-two-") as folder:
        if postgres is None:
            return {"kills": 0}
        place = postgres.address("two")
        key = Path(folder) / key_path(place)
        with Log.new(place, title="rig", key_file=key) as log:
            cabinet = open_cabinet(place)
            people = People(cabinet, log.opened.key)
            claimed = [people.claim(people.enrol("gate")[1]) for _ in range(PHONES)]
            sessions = [people.begin(people.make("dispatcher")) for _ in range(READERS)]
            cabinet.close()
        pair = Pair(place, key.parent)
        phones = [Phone(one[0], random.Random(seed * 100 + n)) for n, one in enumerate(claimed) if one is not None]
        readers = [Reader(session, pair, n % 2, forgets=forgetful) for n, session in enumerate(sessions)]
        over, done, trouble = threading.Event(), threading.Event(), list[BaseException]()
        sending = [
            _watched(threading.Thread(target=_send, args=(phone, pair, n % 2, over)), trouble)
            for n, phone in enumerate(phones)
        ]
        following = [_watched(threading.Thread(target=one.follow, args=(done,)), trouble) for one in readers]
        slowest = 0.0
        try:
            for number in range(count):
                time.sleep(rng.uniform(0.1, 0.6))
                which = number % 2
                pair.kill(which)
                fell = time.monotonic()
                while min(one.heard for one in readers) < fell and not trouble:
                    assert time.monotonic() - fell < BACK_SECONDS, "a stream does not come back"
                    time.sleep(0.005)
                slowest = max(slowest, max(one.heard for one in readers) - fell)
                pair.start(which)
            over.set()
            for thread in sending:
                thread.join(timeout=30)
            with Log.open(place, key_file=key) as log:
                verdict = log.verify()
                rows = [row for row in log.rows() if row.kind == "report"]
            until = time.monotonic() + 10
            while min(one.last for one in readers) < rows[-1].seq and time.monotonic() < until and not trouble:
                time.sleep(0.02)
            done.set()
        finally:
            over.set()
            done.set()
            for which in (0, 1):
                pair.kill(which)
            for thread in following:
                thread.join(timeout=30)
    assert not trouble, trouble
    assert verdict.sound, verdict.why
    seqs = {row.id: row.seq for row in rows}
    assert all(times == 1 for times in Counter(row.id for row in rows).values())
    said = {name: seq for phone in phones for name, seq in phone.acknowledged.items()}
    lost = [name for name, seq in said.items() if seqs.get(name) != seq]
    assert not lost, f"{len(lost)} acknowledged entries lost"
    missed = sum(len({row.seq for row in rows} - set(one.seqs)) for one in readers)
    assert not missed, f"{missed} entries missed by the streams"
    assert said
    return {
        "kills": count,
        "acknowledged": len(said),
        "lost": 0,
        "streams": READERS,
        "missed": missed,
        "moves of streams": sum(one.moves for one in readers),
        "slowest back at the other s": round(slowest, 3),
    }
