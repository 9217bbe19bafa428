"""OGC API Features: what a GIS program asks for, and that it gets the public level only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from corridor.publishing.release.guard import faults_of
from corridor.publishing.release.levels import rules
from corridor.reports.tables import read_reports
from corridor.server.routes import FEATURES
from tests.publishing.aleppo import REPORTS
from tests.server.serving import Live, live

NOW = datetime.fromisoformat("2016-12-18T20:00+02:00")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    reports = [report for report in read_reports(REPORTS) if report.received <= NOW]
    with live(tmp_path_factory.mktemp("features"), reports) as made:
        yield made


def get(server: Live, path: str, **query: Any) -> Any:
    answer = server.client().get(FEATURES + path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_link_leads_somewhere(server: Live) -> None:
    todo, seen = [FEATURES], set()
    while todo:
        path = todo.pop()
        answer = server.client().get(path)
        assert answer.status_code == 200, path
        seen.add(path)
        said = answer.json()
        links = [*said.get("links", ()), *(link for each in said.get("collections", ()) for link in each["links"])]
        todo += [link["href"] for link in links if link["href"] not in seen and link["href"] not in todo]
    assert {f"{FEATURES}/collections/{name}/items" for name in ("places", "figures")} <= seen
    assert all("/conf/" in name for name in get(server, "/conformance")["conformsTo"])


def test_anybody_sees_the_public_level_and_no_more(server: Live) -> None:
    for name in ("places", "figures"):
        answer = server.client().get(f"{FEATURES}/collections/{name}/items")
        assert answer.headers["content-type"] == "application/geo+json"
        assert answer.json()["numberReturned"] == len(answer.json()["features"]) > 0
        assert faults_of("a.json", answer.content, rules("public")) == []
        for word in ("amiriyah", "ramousah", "bus", "convoy"):
            assert word not in answer.text.lower()
    kinds = {each["properties"]["figure"] for each in get(server, "/collections/figures/items")["features"]}
    assert kinds == {"inside", "out", "share", "left", "received"}


def test_pages_boxes_and_moments(server: Live) -> None:
    path = "/collections/figures/items"
    everything = get(server, path)
    first = get(server, path, limit=2)
    assert (first["numberMatched"], first["numberReturned"]) == (everything["numberMatched"], 2)
    (more,) = [link["href"] for link in first["links"] if link["rel"] == "next"]
    second = server.client().get(more).json()
    assert [f["id"] for f in first["features"] + second["features"]] == [f["id"] for f in everything["features"][:4]]
    assert everything["features"][0] == {
        key: value for key, value in get(server, f"{path}/{everything['features'][0]['id']}").items() if key != "links"
    }
    places = "/collections/places/items"
    assert get(server, places, bbox="36,35,38,37")["numberMatched"] == get(server, places)["numberMatched"] > 0
    assert get(server, places, bbox="0,0,1,1")["numberMatched"] == 0
    at = everything["timeStamp"]
    assert get(server, path, datetime=at)["numberMatched"] == everything["numberMatched"]
    assert get(server, path, datetime=f"../{at}")["numberMatched"] == everything["numberMatched"]
    assert get(server, path, datetime="../2016-12-01T00:00:00Z")["numberMatched"] == 0


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/collections/reports/items", {}, 404),
        ("/collections/places/items/none", {}, 404),
        ("/collections/places/items", {"bbox": "1,2,3"}, 400),
        ("/collections/places/items", {"bbox": "0,5,1,1"}, 400),
        ("/collections/places/items", {"datetime": "yesterday"}, 400),
        ("/collections/places/items", {"limit": "0"}, 400),
        ("/collections/places/items", {"shape": "x"}, 400),
    ],
)
def test_what_is_wrong_is_refused(server: Live, path: str, query: dict[str, str], status: int) -> None:
    assert server.client().get(FEATURES + path, params=query).status_code == status
