"""Phones that send late, twice and in any order; answers by id, after the commit only."""

from __future__ import annotations

import asyncio
import base64
import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from corridor.log.entry import new_id
from corridor.server.house import BACKLOGS
from corridor.server.sync import LIVE
from tests.operation.acting import basis
from tests.server.serving import API, Live, at_gate, entered, live, recent


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Live]:
    with live(tmp_path, recent(basis())) as made:
        yield made


def test_every_id_is_answered_and_twice_is_once(server: Live) -> None:
    phone = server.phone()
    batch = [entered(at_gate(value=n), n) for n in range(1, 21)]
    first = phone.post(f"{API}/sync", json={"entries": batch}).json()["answers"]
    assert [one["status"] for one in first] == ["accepted"] * 20
    assert [one["id"] for one in first] == [one["id"] for one in batch]
    random.Random(1).shuffle(batch)
    again = phone.post(f"{API}/sync", json={"entries": batch}).json()["answers"]
    assert [one["status"] for one in again] == ["duplicate"] * 20
    assert {one["id"]: one["seq"] for one in again} == {one["id"]: one["seq"] for one in first}
    assert phone.get(f"{API}/sync").json() == {"device": phone.headers["x-account"], "highest": 20, "missing": []}


def test_one_id_with_other_content_is_a_conflict_and_both_are_kept(server: Live) -> None:
    phone = server.phone()
    one = entered(at_gate(value=40), 1)
    other = one | {"body": one["body"] | {"value": 41}}
    phone.post(f"{API}/sync", json={"entries": [one]})
    (answer,) = phone.post(f"{API}/sync", json={"entries": [other]}).json()["answers"]
    assert answer["status"] == "conflict"
    assert "conflict" in server.names()


def test_what_is_no_report_is_rejected_and_the_others_are_kept(server: Live) -> None:
    phone = server.phone()
    sound = entered(at_gate(), 2)
    bad = [
        entered(at_gate(), 1) | {"body": {"fact": "people_passed"}},
        entered(at_gate("people_inside", 5, about="east"), 3),
        entered(at_gate(place="west"), 4),
        entered(at_gate(note="call 0033 612345678"), 5),
        entered(at_gate(corrects="x"), 6),
        entered(at_gate(), 7) | {"id": "not a uuid"},
        entered(at_gate(), 8) | {"body": None},
    ]
    found = phone.post(f"{API}/sync", json={"entries": [bad[0], sound, *bad[1:]]}).json()["answers"]
    assert [one["status"] for one in found] == ["rejected", "accepted", *["rejected"] * 6]
    assert all(one["why"] for one in found if one["status"] == "rejected")
    assert phone.get(f"{API}/sync").json()["missing"] == [1]


def test_a_name_in_free_text_is_warned_of_and_sealed(server: Live) -> None:
    phone = server.phone()
    report = at_gate(note="Dr Selim asked for a stretcher")
    (answer,) = phone.post(f"{API}/sync", json={"entries": [entered(report, 1)]}).json()["answers"]
    assert answer["status"] == "accepted"
    assert "name" in answer["warnings"][0]
    assert "Selim" not in "".join(row.body for row in server.house.raw.rows())
    again = entered(report, 1, id=answer["id"])
    assert phone.post(f"{API}/sync", json={"entries": [again]}).json()["answers"][0]["status"] == "duplicate"
    room = server.member("dispatcher")
    assert room.get(f"{API}/texts/{report.id}").json()["note"] == report.note
    assert "Selim" not in room.get(f"{API}/reports").text
    assert server.member("dispatcher", reads_text=False).get(f"{API}/texts/{report.id}").status_code == 403


def test_erased_text_is_in_no_file_and_the_chain_holds(server: Live, tmp_path: Path) -> None:
    phone = server.phone()
    report = at_gate(note="the baker's cousin waits")
    phone.post(f"{API}/sync", json={"entries": [entered(report, 1)]})
    lines = [json.loads(line) for path in tmp_path.glob("*.texts") for line in path.read_bytes().splitlines()]
    key = next(line["key"] for line in lines if line["id"] == report.id).encode()
    lead = server.member("coordinator")
    assert lead.delete(f"{API}/texts/{report.id}").status_code == 200
    assert lead.get(f"{API}/texts/{report.id}").json() == {
        "report": report.id, "note": "", "quote": "", "erased": True,
    }  # fmt: skip
    for path in tmp_path.iterdir():
        assert not path.is_file() or key not in path.read_bytes(), path
        assert not path.is_file() or base64.b64decode(key) not in path.read_bytes(), path
        assert not path.is_file() or b"baker" not in path.read_bytes(), path
    assert server.house.raw.verify().sound
    assert lead.delete(f"{API}/texts/{report.id}").status_code == 404
    assert lead.delete(f"{API}/texts/no-such").status_code == 404
    # What is sent again does not bring the text back, and nothing but a report in plain words is taken.
    phone.post(f"{API}/sync", json={"entries": [entered(report, 2)]})
    assert lead.get(f"{API}/texts/{report.id}").json()["erased"]
    assert all(b"baker" not in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    fake = entered(at_gate(note="sealed:abc"), 3)
    (late,) = phone.post(f"{API}/sync", json={"entries": [fake]}).json()["answers"]
    assert late["status"] == "rejected"


def test_a_text_is_shown_by_its_own_door_alone(server: Live) -> None:
    """Not by the stream, the log, a list, a plan's situation or an export, to whomever; reasons are shown."""
    phone, lead, room = server.phone(), server.member("coordinator"), server.member("dispatcher")
    report = at_gate(note="the baker's cousin waits", quote="said the porter")
    after = server.house.present.seq
    phone.post(f"{API}/sync", json={"entries": [entered(report, 1)]})
    # The same report with another count from another phone: both wait for a person.
    rival = msgspec.structs.replace(report, value=(report.value or 0) + 1)  # type: ignore[operator]
    server.phone().post(f"{API}/sync", json={"entries": [entered(rival, 1)]})
    assert lead.get(f"{API}/conflicts").json()["rivals"][0]["id"] == report.id
    assert "[sealed]" in lead.get(f"{API}/conflicts").text
    lead.post(f"{API}/decisions/withdraw", json={"report": report.id, "reason": "counted twice"})
    for path in ("reports", "situation", "status", "handover", "events", "alarms", "conflicts", f"log?after={after}"):
        for who in (lead, room, phone):
            text = who.get(f"{API}/{path}").text
            assert "baker" not in text, path
            assert "porter" not in text, path
            assert "sealed:" not in text, path
    assert "counted twice" in lead.get(f"{API}/log", params={"after": after}).text
    export = lead.post(f"{API}/log/export", json={"to": "auditor", "reason": "the end of the day"}).text
    assert report.id in export
    assert "baker" not in export
    assert "counted twice" not in export


def test_a_reason_that_looks_like_a_person_is_warned_of(server: Live) -> None:
    phone, lead = server.phone(), server.member("coordinator")
    one, two = at_gate(), at_gate()
    phone.post(f"{API}/sync", json={"entries": [entered(one, 1), entered(two, 2)]})
    path = f"{API}/decisions/withdraw"
    doubtful = lead.post(path, json={"report": one.id, "reason": "Mr Haddad counted twice"}).json()
    assert "a title before a name" in doubtful["warnings"][0]
    assert "warnings" not in lead.post(path, json={"report": two.id, "reason": "counted twice"}).json()


def test_a_clock_that_runs_ahead_is_said(server: Live) -> None:
    from datetime import timedelta

    from corridor.log.entry import now, stamp

    phone = server.phone()
    late = at_gate(observed=now() + timedelta(hours=3))
    batch = {"entries": [entered(late, 1)], "clock": stamp(now() + timedelta(hours=3))}
    answer = phone.post(f"{API}/sync", json=batch).json()
    assert abs(answer["clock_ahead_seconds"] - 3 * 3600) < 60
    assert "future" in answer["answers"][0]["warnings"][0]


def test_a_batch_too_large_is_refused_before_anything_is_kept(server: Live) -> None:
    phone = server.phone()
    many = [entered(at_gate(), n) for n in range(1, 1002)]
    assert phone.post(f"{API}/sync", json={"entries": many}).status_code == 400
    huge = {"entries": [entered(at_gate(note="x" * 5_000_000), 1)]}
    assert phone.post(f"{API}/sync", json=huge).status_code == 413
    assert phone.get(f"{API}/sync").json()["highest"] == 0


def test_a_vehicle_sends_its_position_and_a_person_does_not(server: Live) -> None:
    bus = server.phone(vehicle="bus-3")
    token = server.tokens[bus.headers["x-account"]]
    ask = server.client()
    fix = {"id": token, "lat": "36.16", "lon": "37.06", "accuracy": "12", "timestamp": ""}
    assert ask.get(f"{API}/position", params=fix).status_code == 200
    found = server.member("dispatcher").get(f"{API}/positions")
    assert found.status_code == 200, (found.text, server.written.getvalue())
    assert found.json()["positions"][0]["vehicle"] == "bus-3"
    walker = server.tokens[server.phone().headers["x-account"]]
    assert ask.get(f"{API}/position", params=fix | {"id": walker}).status_code == 422
    assert ask.get(f"{API}/position", params=fix | {"id": "guess"}).status_code == 401
    assert token not in server.written.getvalue()


def test_reports_of_the_room_are_recorded_once(server: Live) -> None:
    room = server.member("dispatcher")
    report = entered(at_gate("halt", "shots"), 1)["body"]
    assert room.post(f"{API}/reports", json={"reports": [report]}).json()["answers"][0]["status"] == "accepted"
    assert room.post(f"{API}/reports", json={"reports": [report]}).json()["answers"][0]["status"] == "duplicate"
    assert "HALTED" in room.get(f"{API}/status").json()["text"]


def test_prose_becomes_candidates_that_wait(server: Live) -> None:
    room = server.member("dispatcher")
    text = "The ICRC said on 15 December 2016 that 951 people left eastern Aleppo by bus.\n"
    answers = room.post(f"{API}/texts", json={"text": text}).json()["answers"]
    assert answers
    waiting = room.get(f"{API}/candidates").json()["candidates"]
    assert len(waiting) == len(answers)


def test_the_name_of_a_file_opens_no_file(server: Live, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("The ICRC said on 15 December 2016 that 951 people left eastern Aleppo by bus.\n")
    room = server.member("dispatcher")
    room.post(f"{API}/texts", json={"text": str(secret)})
    assert "951" not in room.get(f"{API}/candidates").text


def test_the_urgent_are_written_before_the_others_of_their_batch(server: Live) -> None:
    phone = server.phone()
    batch = [entered(at_gate(value=n), n) for n in range(1, 11)]
    batch += [entered(at_gate("incident", "shots"), 11), entered(at_gate(value=12), 12, urgent=True)]
    found = phone.post(f"{API}/sync", json={"entries": batch}).json()["answers"]
    assert sorted(one["seq"] for one in found)[:2] == sorted(found[number]["seq"] for number in (10, 11))
    assert new_id() not in [one["id"] for one in found]


def test_what_happens_now_does_not_wait_for_backlogs(server: Live) -> None:
    """Where as many backlogs are taken in as may be another one waits; an entry alone and urgent ones do not."""
    phone, late = server.phone(), server.phone()
    backlog = {"entries": [entered(at_gate(value=n), n) for n in range(1, LIVE + 2)]}
    loop = server.house._loop
    assert loop is not None

    async def take() -> None:
        for _ in range(BACKLOGS):
            await server.house.backlogs.acquire()

    asyncio.run_coroutine_threadsafe(take(), loop).result(5)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(late.post, f"{API}/sync", json=backlog)
        assert phone.post(f"{API}/sync", json={"entries": [entered(at_gate(), 1)]}).status_code == 200
        urgent = {"entries": [entered(at_gate(value=n), n + 1, urgent=n == 3) for n in range(1, LIVE + 2)]}
        assert phone.post(f"{API}/sync", json=urgent).status_code == 200
        assert not waiting.done()
        for _ in range(BACKLOGS):
            loop.call_soon_threadsafe(server.house.backlogs.release)
        assert waiting.result(20).status_code == 200
