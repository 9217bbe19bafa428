"""Show 1: the whole Aleppo record by 20 simulated phones over HTTP, half their posts lost, in random order."""

from __future__ import annotations

import random
from pathlib import Path

import httpx
import pytest

from corridor.log.entry import new_id, stamp
from corridor.operation.operation import Operation
from corridor.reports.report import Report
from corridor.reports.tables import read_reports
from corridor.server import sync
from corridor.server.eyes import without_text
from corridor.situation.assess import assess
from tests.operation.test_aleppo_as_recorded import DEVICES, EXAMPLE, LAST
from tests.server.serving import API, Live, entered, live


class Lost(httpx.BaseTransport):
    """A network that loses half the posts: half of these on the way there, half of them on the way back."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._inner = httpx.HTTPTransport()
        self.lost = 0

    def close(self) -> None:
        self._inner.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        fate = self._rng.random()
        if request.method == "POST" and fate < 0.25:
            self.lost += 1
            raise httpx.ConnectError("lost on the way", request=request)
        response = self._inner.handle_request(request)
        if request.method == "POST" and fate < 0.5:
            response.close()
            self.lost += 1
            raise httpx.ReadError("the answer was lost", request=request)
        return response


def send_all(server: Live, reports: list[Report], rng: random.Random) -> int:
    lost = Lost(rng)
    phones = [server.phone("gate") for _ in range(DEVICES)]
    clients = [httpx.Client(base_url=server.address, headers=p.headers, transport=lost, timeout=30) for p in phones]
    counts = dict.fromkeys(range(DEVICES), 0)
    outbox: dict[int, list[dict[str, object]]] = {n: [] for n in range(DEVICES)}
    for report in reports:
        who = rng.randrange(DEVICES)
        counts[who] += 1
        made = entered(report, counts[who], id=new_id(int(report.received.timestamp() * 1000)))
        outbox[who].append(made | {"recorded": stamp(report.received)})
    rounds = 0
    while any(outbox.values()):
        rounds += 1
        assert rounds < 10_000
        who = rng.choice([n for n, waiting in outbox.items() if waiting])
        batch = rng.sample(outbox[who], min(len(outbox[who]), rng.randrange(1, 25)))
        try:
            answers = clients[who].post(f"{API}/sync", json={"entries": batch}).json()["answers"]
        except httpx.TransportError:
            continue
        assert all(one["status"] in ("accepted", "duplicate") for one in answers), answers
        done = {one["id"] for one in answers}
        outbox[who] = [one for one in outbox[who] if one["id"] not in done]
    for client in clients:
        client.close()
    return lost.lost


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.hard)])
def test_the_situation_is_the_one_of_the_file(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # The record holds what the duty room reported too: here every post may say everything.
    monkeypatch.setattr(sync, "must_be_of_post", lambda report, viewer: None)
    reports = read_reports(EXAMPLE)
    with live(tmp_path) as server:
        lost = send_all(server, reports, random.Random(seed))
        assert lost > 20
        known = Operation(server.house.raw).known()
        assert len(known.reports) == len(reports)
        assert not known.rivals
        assert not known.gaps
        # Free text is sealed on its way in; everything else is the file's, byte for byte.
        for moment in (LAST, LAST.replace(day=16), LAST.replace(day=19)):
            from_log = assess([without_text(one) for one in known.reports], as_of=moment)
            assert from_log.to_json() == assess([without_text(one) for one in reports], as_of=moment).to_json()
        shown = server.member("dispatcher").get(f"{API}/situation", params={"at": LAST.isoformat()})
        assert len(shown.json()["reports"]) == len(assess(reports, as_of=LAST).reports)
        assert server.house.raw.verify().sound
