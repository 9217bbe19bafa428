"""kill -9 of the server while phones send: clients that send again until answered lose nothing and double nothing."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from corridor.log.entry import new_id, now, stamp
from corridor.log.log import Log
from corridor.server.cabinet import open_cabinet
from corridor.server.people import People
from corridor.server.serve import Where, serve

PHONES = 4


class Phone:
    """A device that holds each entry until the server has said that it has it."""

    def __init__(self, token: str, rng: random.Random) -> None:
        self.token = token
        self.rng = rng
        self.outbox: list[dict[str, object]] = []
        self.acknowledged: dict[str, int] = {}
        self.made = 0

    def write(self, number: int) -> None:
        for _ in range(number):
            self.made += 1
            moment = stamp(now())
            body = {
                "id": new_id(), "source": "post", "fact": "people_passed", "about": f"aleppo/C{self.made:05}",
                "place": "gate", "observed": moment, "received": moment, "value": self.made,
            }  # fmt: skip
            entry = {"id": new_id(), "device_seq": self.made, "recorded": moment, "body": body}
            if self.made % 10 == 0:
                body["note"] = f"sealed words {self.made}"
            self.outbox.append(entry)

    def send(self, port: int, stop: threading.Event | None = None) -> None:
        """Send until the connection breaks, or until told to stop."""
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        with contextlib.suppress(OSError, http.client.HTTPException):
            while stop is None or not stop.is_set():
                self.write(5)
                batch = self.rng.sample(self.outbox, min(len(self.outbox), 20))
                line.request("POST", "/api/v1/sync", json.dumps({"entries": batch}), headers)
                response = line.getresponse()
                raw = response.read()
                assert response.status == 200, raw
                for answer in json.loads(raw)["answers"]:
                    assert answer["status"] in ("accepted", "duplicate"), answer
                    known = self.acknowledged.setdefault(answer["id"], answer["seq"])
                    assert known == answer["seq"], "one id, two places in the log"
                self.outbox = [one for one in self.outbox if one["id"] not in self.acknowledged]
        line.close()


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def started(place: str, port: int) -> int:
    """Return the process of a server of its own."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 2)
            serve(place, Where(port=port, planning=False), lambda _: None)
        os._exit(1)
    return child


def wait_ready(port: int) -> float:
    """Wait until a server answers; returns the seconds."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < 30:
        with contextlib.suppress(OSError, http.client.HTTPException):
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/health/ready")
            ready = line.getresponse().status == 200
            line.close()
            if ready:
                return time.perf_counter() - begun
        time.sleep(0.005)
    raise AssertionError("the server did not come back in 30 s")


def check(count: int, seed: int = 0) -> dict[str, float]:
    """Kill the server some times under four phones; then everything sent stands in the log, once."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="corridor-kill-server-") as folder:
        place = str(Path(folder) / "a.corridor")
        with Log.new(place, title="rig") as log:
            cabinet = open_cabinet(place)
            people = People(cabinet, log.opened.key)
            tokens = []
            for _ in range(PHONES):
                claimed = people.claim(people.enrol("gate")[1])
                assert claimed is not None
                tokens.append(claimed[0])
            cabinet.close()
        phones = [Phone(token, random.Random(seed * 100 + n)) for n, token in enumerate(tokens)]
        slowest = 0.0
        for number in range(count + 1):
            port = free_port()
            child = started(place, port)
            slowest = max(slowest, wait_ready(port))
            threads = [threading.Thread(target=phone.send, args=(port,)) for phone in phones]
            for thread in threads:
                thread.start()
            # The last one is let alone until everything is through.
            until = time.monotonic() + (rng.uniform(0.0, 0.3) if number < count else 2.0)
            while time.monotonic() < until:
                time.sleep(0.005)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            for thread in threads:
                thread.join()
        with Log.open(place) as log:
            verdict = log.verify()
            assert verdict.sound, verdict.why
            kept = Counter(row.id for row in log.rows() if row.kind == "report")
            seqs = {row.id: row.seq for row in log.rows()}
        assert all(times == 1 for times in kept.values())
        said = {name: seq for phone in phones for name, seq in phone.acknowledged.items()}
        lost = [name for name, seq in said.items() if seqs.get(name) != seq]
        assert not lost, f"{len(lost)} acknowledged entries lost"
        assert len(said) > 0
        return {
            "kills": count,
            "acknowledged": len(said),
            "lost": len(lost),
            "doubled": 0,
            "kept": len(kept),
            "slowest start s": round(slowest, 3),
        }
