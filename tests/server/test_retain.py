"""The server keeps the retention clock itself: what is due is erased without anybody asking, and two extend it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from corridor.log.entry import now, stamp
from corridor.operation.retention import TERM
from corridor.server import house
from tests.operation.acting import basis
from tests.server.serving import API, at_gate, live, recent

WORDS = "the driver limped"


def test_what_is_due_is_erased_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "RETAIN_SECONDS", 0.1)
    ahead = [timedelta(0)]

    def clock() -> datetime:
        return now() + ahead[0]

    with live(tmp_path, recent([*basis(), at_gate(note=WORDS, id="told")]), clock=clock) as server:
        lead = server.member("coordinator")
        assert lead.post(f"{API}/decisions/close", json={"reason": "all are out"}).status_code == 201
        kept = lead.get(f"{API}/retention").json()
        assert (kept["rule"], kept["over"]) == ("closed", False)
        assert kept["texts"] >= 2
        assert lead.post(f"{API}/retention/erase").status_code == 409
        time.sleep(0.5)
        assert "erase" not in server.names()
        # Two persons extend it; one alone does not.
        until = stamp(now() + timedelta(days=40))
        too_far = lead.post(f"{API}/retention/extend", json={"until": "9999-12-31T23:59:59Z", "reason": "x"})
        assert too_far.status_code == 422
        proposal = lead.post(f"{API}/retention/extend", json={"until": until, "reason": "an inquiry"}).json()["id"]
        path = f"{API}/retention/extend/{proposal}/confirm"
        assert lead.post(path, json={"reason": "me again"}).status_code == 409
        assert server.member("dispatcher").post(path, json={"reason": "x"}).status_code == 403
        assert server.member("coordinator").post(path, json={"reason": "seen"}).status_code == 201
        assert lead.get(f"{API}/retention").json()["rule"] == "extended"
        ahead[0] = TERM + timedelta(seconds=1)
        time.sleep(0.5)
        assert "erase" not in server.names()
        # The day of the extension comes.
        ahead[0] = timedelta(days=41)
        limit = time.monotonic() + 20
        while "erase" not in server.names():
            assert time.monotonic() < limit
            time.sleep(0.05)
        late = server.member("coordinator")
        gone = late.get(f"{API}/retention").json()
        assert (gone["over"], gone["texts"]) == (True, 0)
        assert late.get(f"{API}/texts/told").json()["erased"] is True
        assert late.post(f"{API}/retention/erase").status_code == 200
        assert server.names().count("erase") == 1
        assert late.get(f"{API}/log/verdict").json()["bad"] == 0
    assert not any(WORDS.encode() in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
