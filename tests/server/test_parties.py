"""What a party to the agreement sees, from each party's eyes: its own part, and what the agreement shares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from corridor.server.routes import ROUTES
from tests.operation.acting import basis, linked, say
from tests.server.serving import API, Live, events, live, recent

PARTIES = {"aleppo": "villages", "villages": "aleppo"}
# What belongs to one side alone: places, counts, words. Counts of seven digits: four turn up in some hash by chance.
OWN = {
    "aleppo": ("east", "pickup", "7131977", "aleppo-secret"),
    "villages": ("village", "square", "8217943", "villages-secret"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    told = [*basis(), *linked()]
    told += [
        say("people_waiting", "pickup", "pickup", 7131977, note="aleppo-secret"),
        say("people_waiting", "square", "square", 8217943, note="villages-secret"),
        say("incident", "aleppo", "pickup", "aleppo-secret shots"),
        say("incident", "villages", "square", "villages-secret shots"),
    ]
    with live(tmp_path_factory.mktemp("parties"), recent(told)) as made:
        yield made


@pytest.mark.parametrize("party", PARTIES)
def test_each_party_sees_its_own_and_not_the_others(server: Live, party: str) -> None:
    client = server.member("dispatcher", party=(party,), reads_text=False)
    hidden = OWN[PARTIES[party]]
    shown = client.get(f"{API}/situation").json()
    assert [one["id"] for one in shown["operations"]] == [party]
    assert {one["operation"] for one in shown["agreements"]} == {"aleppo", "villages"}
    assert not {site["id"] for site in shown["sites"]} & set(hidden)
    assert shown["fleet"] in ({}, {"types": []}) or not any(shown["fleet"].values())
    for route in ROUTES:
        if route.method == "GET" and route.party and "dispatcher" in route.roles and route.path.startswith(API):
            if route.name in ("openapi", "stream", "public", "agreement"):
                continue
            text = client.get(route.path).text
            # The agreement itself names the places of both sides; counts and words are each side's own.
            for word in hidden[2:]:
                assert word not in text, (route.path, word)
    ledger = client.get(f"{API}/reciprocity").json()["balances"]
    assert {ledger[0]["leader"]["operation"], ledger[0]["follower"]["operation"]} == {"aleppo", "villages"}
    claims = client.get(f"{API}/agreement").json()["violations"]
    assert all(PARTIES[party] not in str(claim) for claim in claims)
    assert any(party in str(claim) for claim in claims)


@pytest.mark.parametrize("party", PARTIES)
def test_the_stream_of_each_party(server: Live, party: str) -> None:
    client = server.member("dispatcher", party=(party,), reads_text=False)
    seen = []
    with client.stream("GET", f"{API}/stream", params={"after": 0}) as response:
        server.member("coordinator").post(f"{API}/decisions/close", json={"reason": "drill"})
        for _, _, data in events(response):
            seen.append(str(data))
            if "operation closed" in seen[-1]:
                break
    server.member("coordinator").post(f"{API}/decisions/reopen", json={"reason": "drill"})
    text = "".join(seen)
    assert OWN[party][2] in text
    for word in OWN[PARTIES[party]][2:]:
        assert word not in text
    assert "-secret'" not in text


def test_rooms_outside_a_compartment_see_both(server: Live) -> None:
    text = server.member("dispatcher").get(f"{API}/situation").text
    assert all(word in text for words in OWN.values() for word in words[:3])


def test_doors_that_are_not_shared_are_shut(server: Live) -> None:
    client = server.member("dispatcher", party=("aleppo",))
    for route in ROUTES:
        shut = route.method == "GET" and not route.party and "dispatcher" in route.roles and not route.fields
        if shut and route.path.startswith(API):
            assert client.get(route.path).status_code == 403, route.path
