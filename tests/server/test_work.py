"""Planning beside the requests: a halt brings a new plan, two persons open a corridor, orders leave by it."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from corridor.log.entry import canonical
from corridor.server import work
from corridor.server.work import _FACT, fact_of
from tests.operation.acting import basis
from tests.server.serving import API, Live, at_gate, entered, events, live, recent


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("work"), recent(basis()), planning=True) as made:
        yield made


def wait_for(server: Live, client: Any, name: str, *, after: int) -> dict[str, Any]:
    with client.stream("GET", f"{API}/stream", params={"after": after}) as response:
        for _, _, data in events(response):
            if isinstance(data, dict) and data["name"] in (name, name.replace("proposed", "failed")):
                return data
    raise AssertionError(server.names())


def adopted(server: Live, lead: Any) -> dict[str, Any]:
    after = server.house.present.seq
    assert lead.post(f"{API}/jobs/plan", json={"time_limit": 1.0}).status_code == 202
    made = wait_for(server, lead, "plan proposed", after=after)
    assert made["name"] == "plan proposed", made
    name = made["body"]["plan_sha256"]
    shown = lead.get(f"{API}/plan/proposed").json()
    assert shown["plan_sha256"] == name
    assert lead.post(f"{API}/decisions/adopt", json={"plan_sha256": "0" * 64}).status_code == 409
    done = lead.post(f"{API}/decisions/adopt", json={"plan_sha256": name, "despite": "drill"})
    assert done.status_code == 201, done.text
    return shown["plan"]  # type: ignore[no-any-return]


def test_from_plan_to_departure_and_a_new_plan_after_a_halt(server: Live) -> None:
    one, two = server.member("coordinator"), server.member("coordinator")
    plan = adopted(server, one)
    convoy = plan["convoys"][0]
    assert one.get(f"{API}/plan").json()["convoys"][0]["id"] == convoy["id"]
    # A departure needs a corridor that two persons opened.
    order = {"convoy": convoy["id"], "despite": "drill"}
    assert one.post(f"{API}/orders", json=order).status_code == 409
    opening = {"movement": convoy["operation"], "reason": "all signed"}
    proposal = one.post(f"{API}/decisions/open", json=opening).json()["id"]
    path = f"{API}/decisions/open/{proposal}/confirm"
    alone = one.post(path, json={"reason": "me again"})
    assert alone.status_code == 409
    assert "second person" in alone.text
    assert server.member("dispatcher").post(path, json={"reason": "x"}).status_code == 403
    assert two.post(path, json={"reason": "seen"}).status_code == 201
    assert two.post(path, json={"reason": "seen"}).status_code == 404
    sent = one.post(f"{API}/orders", json=order)
    assert sent.status_code == 201, sent.text
    code = sent.json()["orders"][0]["code"]
    back, said = f"{API}/orders/read-back", {"convoy": convoy["id"]}
    assert one.post(back, json=said | {"code": "ZZZZ"}).json()["right"] is False
    assert one.post(back, json=said | {"code": code}).json().get("right", True) is True
    # The post on its way sees its part.
    phone = server.phone("gate")
    assert convoy["id"] in [each["convoy"] for each in phone.get(f"{API}/assignment").json()["convoys"]]
    # A halt: a new plan comes by itself, then its forecast.
    after = server.house.present.seq
    begun = time.monotonic()
    phone.post(f"{API}/sync", json={"entries": [entered(at_gate("halt", "shots"), 1)]})
    made = wait_for(server, one, "plan proposed", after=after)
    took = time.monotonic() - begun
    assert made["name"] in ("plan proposed", "plan failed")
    assert "halt" in made["body"]["why"]
    assert took < 30
    # While it plans, nobody waits.
    begun = time.monotonic()
    one.post(f"{API}/jobs/plan", json={"time_limit": 5.0})
    assert one.get("/health/live").status_code == 200
    assert time.monotonic() - begun < 4
    assert {work["work"] for work in one.get(f"{API}/jobs").json()["works"]} >= {"plan"}


def test_a_worker_that_dies_is_replaced_and_the_last_result_is_kept(server: Live) -> None:
    lead = server.member("coordinator")
    planner = server.house.planner
    held = planner.results["plan"].sha256
    os.kill(planner.worker.pid, signal.SIGKILL)
    after = server.house.present.seq
    lead.post(f"{API}/jobs/plan", json={"time_limit": 0.5})
    made = wait_for(server, lead, "plan proposed", after=after)
    if made["name"] == "plan failed":
        assert planner.results["plan"].sha256 == held
        after = server.house.present.seq
        lead.post(f"{API}/jobs/plan", json={"time_limit": 0.5})
        made = wait_for(server, lead, "plan proposed", after=after)
    assert made["name"] == "plan proposed"
    assert planner.worker.restarts >= 1
    kept = server.house.cabinet.rows("SELECT kind FROM result")
    assert ("plan",) in kept


def test_a_forecast_of_the_proposed_plan(server: Live) -> None:
    lead = server.member("coordinator")
    after = server.house.present.seq
    assert lead.post(f"{API}/jobs/forecast", json={"runs": 200, "proposed": True}).status_code == 202
    made = wait_for(server, lead, "forecast issued", after=after)
    assert set(made["body"]["clearance_hours"]) == {"p10", "p50", "p90"}
    assert lead.get(f"{API}/forecast").json()["runs"] in (200, 2000)


def test_levers_and_a_what_if_are_worked_out_beside_the_plans(server: Live) -> None:
    lead = server.member("coordinator")
    after = server.house.present.seq
    assert lead.post(f"{API}/jobs/levers", json={"runs": 50}).status_code == 202
    assert wait_for(server, lead, "levers worked out", after=after)["body"]["sha256"]
    found = lead.get(f"{API}/levers").json()
    assert found["runs"] == 50
    assert found["effects"]
    # Twice the buses, assumed: sooner over, and nothing is recorded.
    held = server.house.present.reports
    held_at = datetime.now(UTC).isoformat()
    buses = {
        "id": "what-if", "source": "SARC", "fact": "vehicles", "about": "bus", "place": "pickup", "value": 40,
        "observed": held_at, "received": held_at,
    }  # fmt: skip
    assert lead.post(f"{API}/jobs/compare", json={"reports": [buses], "runs": 50}).status_code == 202
    wait_for(server, lead, "compare worked out", after=after)
    compared = lead.get(f"{API}/comparison").json()
    assert compared["hours"][1][1] < compared["hours"][0][1]
    assert server.house.present.reports == held
    wrong = lead.post(f"{API}/jobs/compare", json={"reports": [buses | {"value": -1}]})
    assert wrong.status_code == 422
    assert "negative" in wrong.text


def test_a_result_that_cannot_be_kept_does_not_end_the_work(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong after the work itself is said under its name, and the next work is done."""
    planner, lead = server.house.planner, server.member("coordinator")
    monkeypatch.setattr(planner, "keep", _refuse)
    assert lead.post(f"{API}/jobs/plan", json={"time_limit": 0.5}).status_code == 202
    until = time.monotonic() + 60
    while planner.worker.works["plan"].state != "failed":
        assert time.monotonic() < until
        time.sleep(0.05)
    monkeypatch.undo()
    assert "could not be kept" in planner.worker.works["plan"].why
    after = server.house.present.seq
    lead.post(f"{API}/jobs/plan", json={"time_limit": 0.5})
    assert wait_for(server, lead, "plan proposed", after=after)["name"] == "plan proposed"


async def _refuse(*_: object) -> None:
    raise OSError


@pytest.mark.parametrize(
    "about", ["aleppo", 'a,"fact":"halt"', '"fact":"halt"', '{"fact":"halt"', "\\", ',\\"fact":"x"']
)
def test_the_fact_of_a_body_is_its_own_and_not_a_text_that_looks_like_it(about: str) -> None:
    body = canonical({"about": about, "fact": "people_out", "note": about})
    assert fact_of(body) == "people_out"
    found = _FACT.search(body)
    assert found is not None
    assert found[1] == "people_out"
    assert fact_of(canonical({"about": about})) == ""


@pytest.mark.parametrize(
    ("heard", "urgent_at", "looks"),
    [
        ([], 0, 1),  # nothing more comes: the backlog is in
        ([1000, 1000, 1000], 0, 4),
        ([1000, 1000, 1000], 2, 2),  # an incident cannot wait
        ([1000] * 1000, 0, 60),  # half a minute, whatever pours
    ],
)
def test_a_backlog_is_judged_when_it_is_in_or_after_half_a_minute(
    monkeypatch: pytest.MonkeyPatch, heard: list[int], urgent_at: int, looks: int
) -> None:
    planner = work.Planner(cast("Any", None))
    clock, coming, count = [0.0], iter(heard), 0

    async def within(seconds: float) -> bool:
        nonlocal count
        count += 1
        clock[0] += seconds
        planner._heard += next(coming, 0)
        return count == urgent_at

    monkeypatch.setattr(planner, "_urgent_within", within)
    monkeypatch.setattr("corridor.server.work.time.monotonic", lambda: clock[0])
    asyncio.run(planner._flood_over())
    assert count == looks
