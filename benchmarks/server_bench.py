"""The figures of the server over HTTP, each row by one command; the clients share the machine with the server.

    python -m benchmarks.server_bench ingest|stream|backlog|soak|alarm|replan [--seconds N] [--clients N] [--rate N]

Every row starts `corridor serve` on a new log and ends it. Each prints one line of JSON: what was asked for, what was
seen, and the processor time of the server, as wall times are those of the machine and its load.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import multiprocessing as mp
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from corridor.log.entry import new_id, now, stamp
from corridor.log.log import Log
from corridor.operation.known import entry_of
from corridor.server.cabinet import open_cabinet
from corridor.server.people import People

BATCH = 50
# The soak: how often memory is read, and the share of the time in which a process may fill what it fills once.
CURVE_SECONDS = 30.0
WARM_SHARE = 0.25


def basis() -> list[Any]:
    from tests.operation.acting import basis as told
    from tests.server.serving import recent

    return recent(told())


class Served:
    """A server of its own, with tokens for phones and sessions for the room."""

    def __init__(self, folder: str, *, phones: int, members: int = 10, planning: bool = False) -> None:
        self.place = str(Path(folder) / "a.corridor")
        with Log.new(self.place, title="bench") as log:
            log.append([entry_of(one, actor="bench", device="console", recorded=now()) for one in basis()])
            cabinet = open_cabinet(self.place)
            people = People(cabinet, log.opened.key)
            self.tokens = [people.claim(people.enrol("gate")[1])[0] for _ in range(phones)]  # type: ignore[index]
            self.sessions = [people.begin(people.make("coordinator")) for _ in range(members)]
            cabinet.close()
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = found.getsockname()[1]
        words = [sys.executable, "-m", "corridor.cli", "serve", self.place, "--port", str(self.port)]
        self.process = subprocess.Popen(
            words + ([] if planning else ["--no-planning"]), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        for _ in range(3):
            if self.process.stdout is None or not self.process.stdout.readline():
                raise RuntimeError("the server did not start")

    def post(self, path: str, body: Any, *, token: str = "") -> Any:
        """Post as a phone or as a coordinator."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        head = {"content-type": "application/json"}
        if token:
            head["authorization"] = f"Bearer {token}"
        else:
            head |= {"cookie": f"corridor={self.sessions[0]}", "origin": f"http://127.0.0.1:{self.port}"}
        line.request("POST", path, json.dumps(body), head)
        answer = line.getresponse()
        raw = answer.read()
        line.close()
        return json.loads(raw)

    def used(self) -> float:
        """Processor seconds of the server so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> tuple[float, int]:
        """Resident megabytes and open descriptors."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / 1e6, len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def stop(self) -> None:
        """End the server in order."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


@contextlib.contextmanager
def served(**options: Any) -> Iterator[Served]:
    with tempfile.TemporaryDirectory(prefix="corridor-bench-") as folder:
        made = Served(folder, **options)
        try:
            yield made
        finally:
            made.stop()


def batch(start: int, size: int, fact: str = "people_passed") -> bytes:
    moment = stamp(now())
    entries = [
        {
            "id": new_id(),
            "device_seq": number,
            "recorded": moment,
            "body": {
                "id": new_id(), "source": "post at the gate", "fact": fact, "about": f"aleppo/C{number:05}",
                "place": "gate", "observed": moment, "received": moment, "value": number % 60,
            },
        }
        for number in range(start, start + size)
    ]  # fmt: skip
    return json.dumps({"entries": entries}).encode()


def pour(port: int, tokens: list[str], batches: list[list[bytes]], abreast: int, gate: Any, out: Any) -> None:
    """Send each phone's batches, some phones at once; tells how many entries were accepted, and the times."""
    phones = list(zip(tokens, batches, strict=True))
    gate.wait()
    found: list[tuple[int, list[float]]] = []
    for start in range(0, len(phones), abreast):
        together = [
            threading.Thread(target=lambda one=one: found.append(_poured_by(port, *one)))
            for one in phones[start : start + abreast]
        ]
        for thread in together:
            thread.start()
        for thread in together:
            thread.join()
    out.put((sum(accepted for accepted, _ in found), [each for _, times in found for each in times]))


def _poured_by(port: int, token: str, batches: list[bytes]) -> tuple[int, list[float]]:
    """Send one phone's batches; returns how many entries were accepted, and the times of the requests."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    head = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    accepted, times = 0, []
    for each in batches:
        begun = time.perf_counter()
        while True:
            line.request("POST", "/api/v1/sync", each, head)
            answer = line.getresponse()
            raw = answer.read()
            if answer.status != 429:
                break
            time.sleep(0.05)
        times.append(time.perf_counter() - begun)
        accepted += raw.count(b'"accepted"')
    line.close()
    return accepted, times


def poured(server: Served, each: int, processes: int, abreast: int) -> tuple[int, float, list[float]]:
    """Send `each` entries of every phone, from some processes some phones at once.

    Returns (accepted, seconds, times of the requests).
    """
    gate, out = mp.Event(), mp.Queue()
    made = [[batch(1 + start, BATCH) for start in range(0, each, BATCH)] for _ in server.tokens]
    parts = [(server.tokens[n::processes], made[n::processes]) for n in range(processes)]
    workers = [mp.Process(target=pour, args=(server.port, *part, abreast, gate, out)) for part in parts]
    for worker in workers:
        worker.start()
    time.sleep(1.0)
    begun = time.perf_counter()
    gate.set()
    found = [out.get() for _ in workers]
    seconds = time.perf_counter() - begun
    for worker in workers:
        worker.join()
    return sum(n for n, _ in found), seconds, sorted(each for _, times in found for each in times)


def at(times: list[float], share: float) -> float:
    return round(1000 * times[min(int(share * len(times)), len(times) - 1)], 1) if times else 0.0


def ingest(chosen: argparse.Namespace) -> dict[str, Any]:
    """P3: entries a second over HTTP in batches of 50, each answered once it is durable."""
    with served(phones=chosen.phones) as server:
        each = chosen.entries // chosen.phones
        before = server.used()
        accepted, seconds, times = poured(server, each, 2, chosen.phones)
        used = server.used() - before
    return {
        "phones": chosen.phones, "entries": accepted, "seconds": round(seconds, 2),
        "entries a second": round(accepted / seconds),
        "server's processor seconds": round(used, 2), "entries a processor second": round(accepted / used),
        "p50 ms": at(times, 0.5), "p99 ms": at(times, 0.99),
    }  # fmt: skip


class _Ear(asyncio.Protocol):
    """One who follows the stream; notes how long after its writing each entry was heard, and gaps in the numbers.

    Bare bytes: 500 clients of a library's comfort would measure the library.
    """

    def __init__(self, server: Any, number: int, heard: list[float], missed: list[int]) -> None:
        self.server, self.number, self.heard, self.missed = server, number, heard, missed
        self.rest, self.last, self.at, self.follows = b"", 0, 0.0, False

    def connection_made(self, transport: Any) -> None:
        cookie = self.server.sessions[self.number % len(self.server.sessions)]
        head = f"GET /api/v1/stream HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: corridor={cookie}\r\n\r\n"
        transport.write(head.encode())

    def data_received(self, data: bytes) -> None:
        self.at = time.time()
        self.follows = True
        *whole, self.rest = (self.rest + data).split(b"\n\n")
        for one in whole:
            place = one.find(b"id: ")
            if place < 0:
                continue
            seq = int(one[place + 4 : one.index(b"\n", place)])
            self.missed.append(seq - self.last - 1 if self.last else 0)
            self.last = seq
            if b'"people_passed"' in one:
                # When the server took it in, just before its commit: the first of the row's own fields so called.
                begun = one.index(b'"received":"') + 12
                self.heard.append(self.at - datetime.fromisoformat(one[begun : begun + 27].decode()).timestamp())


async def listen(server: Any, clients: int, seconds: float, heard: list[float], missed: list[int], ready: Any) -> None:
    """Follow the stream with many clients until none has heard anything for some seconds; tells when all follow."""
    loop = asyncio.get_running_loop()
    ears = [_Ear(server, number, heard, missed) for number in range(clients)]
    lines = [(await loop.create_connection(lambda one=one: one, "127.0.0.1", server.port))[0] for one in ears]
    while not all(one.follows for one in ears):  # noqa: ASYNC110 - of many, seldom
        await asyncio.sleep(0.1)
    ready.set()
    while time.time() - max(one.at for one in ears) < seconds:  # noqa: ASYNC110 - silence is no event
        await asyncio.sleep(0.5)
    for line in lines:
        line.close()


def _listener(server: Any, clients: int, seconds: float, out: Any, ready: Any) -> None:
    heard: list[float] = []
    missed: list[int] = []
    asyncio.run(listen(server, clients, seconds, heard, missed, ready))
    out.put((sorted(heard), sum(missed)))


def stream(chosen: argparse.Namespace) -> dict[str, Any]:
    """P4: many live clients; from the moment the server takes an entry in to the moment each client has it."""
    with served(phones=1, members=max(10, chosen.clients // 40)) as server:
        out: Any = mp.Queue()
        ready = mp.Event()
        listener = mp.Process(target=_listener, args=(_Plain(server), chosen.clients, 4.0, out, ready))
        begun = time.perf_counter()
        listener.start()
        ready.wait(120.0)
        joined = time.perf_counter() - begun
        time.sleep(1.0)
        before, rate = server.used(), chosen.rate
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        head = {"authorization": f"Bearer {server.tokens[0]}", "content-type": "application/json"}
        begun = time.perf_counter()
        total = int(chosen.seconds * rate)
        for number in range(total):
            time.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            line.request("POST", "/api/v1/sync", batch(number + 1, 1), head)
            line.getresponse().read()
        used = server.used() - before
        heard, missed = out.get()
        listener.join()
        memory, _ = server.memory()
    return {
        "clients": chosen.clients, "entries a second": rate, "sent": total, "heard": len(heard),
        "wanted": total * chosen.clients, "missed": missed, "p50 ms": at(heard, 0.5), "p99 ms": at(heard, 0.99),
        "server's processor seconds": round(used, 2), "memory MB": round(memory),
        "all follow after s": round(joined, 1),
    }  # fmt: skip


class _Plain:
    """What a listening process needs of a server."""

    def __init__(self, server: Served) -> None:
        self.port = server.port
        self.sessions = server.sessions


def backlog(chosen: argparse.Namespace) -> dict[str, Any]:
    """P5: two days of 200 phones at once; meanwhile a live client must stay close behind."""
    with served(phones=200) as server:
        out: Any = mp.Queue()
        ready = mp.Event()
        listener = mp.Process(target=_listener, args=(_Plain(server), 1, 6.0, out, ready))
        listener.start()
        ready.wait(30.0)
        before = server.used()
        accepted, seconds, times = poured(server, chosen.entries // 200, 2, 100)
        used = server.used() - before
        heard, missed = out.get()
        listener.join()
    return {
        "phones": 200, "entries": accepted, "seconds": round(seconds, 1), "request p99 ms": at(times, 0.99),
        "stream heard": len(heard), "stream missed": missed, "server's processor seconds": round(used, 1),
        "stream behind, p50 s": round(at(heard, 0.5) / 1000, 2),
        "stream behind, p99 s": round(at(heard, 0.99) / 1000, 2),
    }  # fmt: skip


def soak(chosen: argparse.Namespace) -> dict[str, Any]:
    """P6: what a server holds must follow from what the log holds, not from how long it runs.

    In the first tenth of the time entries come and are kept; after that the same are sent again and again, as phones
    do that never heard an answer, beside wrong sign-ins and streams that come and go. Memory and descriptors then must
    stay. What one more entry takes is told apart. Growth counts from a quarter of the time on, when what the process
    fills once is filled (the store's pages, the allocator, the modules that the first requests load); the whole curve
    is printed, so that whoever doubts the warm-up can count from elsewhere.
    """
    with served(phones=4) as server:
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        head = {"authorization": f"Bearer {server.tokens[0]}", "content-type": "application/json"}
        empty = server.memory()
        begun, number, sent, held, course, first = time.monotonic(), 1, 0, [], [], empty
        every, warm = min(CURVE_SECONDS, chosen.seconds / 10), chosen.seconds * WARM_SHARE
        while (passed := time.monotonic() - begun) < chosen.seconds:
            if passed < chosen.seconds / 10:
                held.append(batch(number, 10))
                number += 10
            elif sent and not sent % 200:
                server.post("/api/v1/session/link", {"link": "none"})
                _glance(server)
            line.request("POST", "/api/v1/sync", held[sent // 10 % len(held)], head)
            line.getresponse().read()
            sent += 10
            if passed < warm:
                first = server.memory()
            if passed > every * (len(course) + 1):
                course.append((round(passed), *server.memory()))
                print("  {} s: {:.1f} MB, {} descriptors".format(*course[-1]), file=sys.stderr)
            time.sleep(max(0.0, sent / chosen.rate - passed) if chosen.rate else 0.0)
        last = server.memory()
    return {
        "seconds": chosen.seconds, "entries kept": number - 1, "entries sent": sent, "warm-up s": round(warm),
        "memory MB empty, warm, last": [round(each[0], 1) for each in (empty, first, last)],
        f"memory MB, every {every:g} s": [round(each[1], 1) for each in course],
        "growth after warm-up": f"{last[0] / first[0] - 1:.1%}",
        "descriptors empty, warm, last": [empty[1], first[1], last[1]],
    }  # fmt: skip


def _glance(server: Served) -> None:
    """Follow the stream for a moment and go away without a word."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    line.request("GET", "/api/v1/stream", headers={"cookie": f"corridor={server.sessions[1]}"})
    line.getresponse().readline()
    line.close()


def heard(server: Served, after: int, wanted: Callable[[dict[str, Any]], bool], limit: float = 120.0) -> dict[str, Any]:
    """Return the first entry of the stream after a seq that is wanted."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=limit)
    line.request("GET", f"/api/v1/stream?after={after}", headers={"cookie": f"corridor={server.sessions[1]}"})
    answer = line.getresponse()
    while raw := answer.readline():
        if raw.startswith(b"data: {"):
            row: dict[str, Any] = json.loads(raw[6:])
            if wanted(row):
                line.close()
                return row
    raise RuntimeError("the stream ended")


def alarm(chosen: argparse.Namespace) -> dict[str, Any]:
    """Show 3: from the posting of a count that is 14 short to its alarm on the stream."""
    times = []
    with served(phones=1, planning=False) as server:
        for number in range(chosen.repeat):
            moment = stamp(now())
            told = [
                {
                    "id": new_id(), "source": "marshal", "fact": fact, "about": f"aleppo/C9{number:03}", "place": place,
                    "observed": moment, "received": moment, "value": value,
                }
                for fact, place, value in (("people_boarded", "pickup", 200), ("people_handed_over", "west", 186))
            ]  # fmt: skip
            begun = time.perf_counter()
            seq = server.post("/api/v1/reports", {"reports": told})["answers"][0]["seq"]
            heard(server, seq, lambda row, n=number: row["name"] == "alarm" and f"C9{n:03}" in str(row["body"]))
            times.append(time.perf_counter() - begun)
    return {"alarms": len(times), "p50 ms": at(sorted(times), 0.5), "worst ms": at(sorted(times), 1.0)}


def _steady(port: int, token: str, rate: float, stop: Any) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    head = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    number, begun = 1, time.perf_counter()
    while not stop.is_set():
        line.request("POST", "/api/v1/sync", batch(number, 10), head)
        line.getresponse().read()
        number += 10
        time.sleep(max(0.0, begun + number / rate - time.perf_counter()))


def replan(chosen: argparse.Namespace) -> dict[str, Any]:
    """Show 3: from the posting of a halt to the new plan on the stream, while 200 entries a second arrive."""
    times = []
    with served(phones=2, planning=True) as server:
        server.post("/api/v1/jobs/plan", {"time_limit": 1.0})
        made = heard(server, 0, lambda row: row["name"] in ("plan proposed", "plan failed"))
        body = {"plan_sha256": made["body"]["plan_sha256"], "despite": "bench"}
        server.post("/api/v1/decisions/adopt", body)
        stop = mp.Event()
        steady = mp.Process(target=_steady, args=(server.port, server.tokens[1], chosen.rate, stop))
        steady.start()
        time.sleep(2.0)
        for number in range(chosen.repeat):
            fact = ("halt", "resumption")[number % 2]
            moment = stamp(now())
            told = {
                "id": new_id(), "source": "marshal", "fact": fact, "about": "aleppo", "place": "gate",
                "observed": moment, "received": moment, "value": "shots",
            }  # fmt: skip
            entry = {"id": new_id(), "device_seq": number + 1, "recorded": moment, "body": told}
            begun = time.perf_counter()
            said = server.post("/api/v1/sync", {"entries": [entry]}, token=server.tokens[0])
            seq = said["answers"][0]["seq"]
            found = heard(server, seq, lambda row: row["name"] in ("plan proposed", "plan failed"))
            times.append(time.perf_counter() - begun)
            print(f"  {fact}: {found['name']} after {times[-1]:.2f} s", file=sys.stderr)
            time.sleep(2.0)
        stop.set()
        steady.join()
    return {"beside entries a second": chosen.rate, "replans": len(times), "p50 ms": at(sorted(times), 0.5),
            "worst ms": at(sorted(times), 1.0)}  # fmt: skip


ROWS = {row.__name__: row for row in (ingest, stream, backlog, soak, alarm, replan)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("row", choices=ROWS)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--phones", type=int, default=4)
    parser.add_argument("--rate", type=float, default=0.0)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=10)
    chosen = parser.parse_args()
    chosen.rate = chosen.rate or {"stream": 10.0, "replan": 200.0, "soak": 200.0}.get(chosen.row, 0.0)
    found = ROWS[chosen.row](chosen)
    load = os.getloadavg()[0]
    print(json.dumps({"row": chosen.row, **found, "load of the machine": round(load, 1)}))


if __name__ == "__main__":
    main()
