"""What goes out over HTTP: the files that the command line makes, recorded before they are let go; and scores."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from corridor.publishing.release.levels import rules
from corridor.server.rights import LEAD, ROLES
from corridor.server.routes import ROUTES
from tests.operation.acting import basis
from tests.server.serving import API, Live, at_gate, live, recent
from tests.server.test_work import adopted, wait_for

JOBS = f"{API}/jobs"
NOTED = "the gate opens behind the mill"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    noted = recent([*basis(), at_gate(note=NOTED, value=3)])
    with live(tmp_path_factory.mktemp("release"), noted, planning=True) as made:
        adopted(made, made.member("coordinator"))
        yield made


def worked(server: Live, client: Any, job: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask for work and return its announcement."""
    after = server.house.present.seq
    asked = client.post(f"{JOBS}/{job}", json=body)
    assert asked.status_code == 202, asked.text
    with client.stream("GET", f"{API}/stream", params={"after": after}) as response:
        for line in response.iter_lines():
            if line.startswith("data: {"):
                data: dict[str, Any] = json.loads(line[6:])
                if data["name"] in (f"{job} worked out", f"{job} failed"):
                    return data
    raise AssertionError(server.names())


def test_nothing_goes_out_before_it_was_asked_for(server: Live) -> None:
    lead = server.member("coordinator")
    for path in ("publication", "publication/preview", "score"):
        assert lead.get(f"{API}/{path}").status_code == 404, path


def test_a_release_is_recorded_before_it_is_let_go(server: Live) -> None:
    lead = server.member("coordinator")
    body = {"level": "partners", "to": "OCHA", "why": "daily report", "lang": "all", "runs": 50}
    said = worked(server, lead, "publish", body)
    assert said["name"] == "publish worked out", said
    exports = [row for row in server.house.raw.rows() if row.name == "exported"]
    assert len(exports) == 1
    assert exports[0].seq < said["seq"]
    assert exports[0].actor == lead.headers["x-account"]
    found = lead.get(f"{API}/publication")
    assert found.headers["content-type"] == "application/zip"
    assert hashlib.sha256(found.content).hexdigest() == found.headers["x-sha256"] == said["body"]["sha256"]
    recorded = json.loads(exports[0].body)
    assert (recorded["level"], recorded["to"]) == ("partners", "OCHA")
    with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
        names = set(archive.namelist())
        assert names - {"release.json"} == set(recorded["files"])
        for name in recorded["files"]:
            data = archive.read(name)
            assert hashlib.sha256(data).hexdigest() == recorded["files"][name]
            # No pseudonym of the room and no free text goes out.
            assert lead.headers["x-account"].encode() not in data
            assert NOTED.encode() not in data
    assert {name.partition("/")[0] for name in names if "/" in name} >= {"en", "fr", "ar"}
    assert not rules("partners").allows("tep") or any(name.endswith(".xml") for name in names)
    # That it was fetched stands in the log as well.
    assert [row.name for row in server.house.raw.rows()][-1] == "exported"


def test_what_tells_more_than_its_level_is_not_made(server: Live) -> None:
    lead = server.member("coordinator")
    before = server.names().count("exported")
    said = worked(server, lead, "publish", {"level": "public", "formats": ["sheets"], "runs": 50})
    assert said["name"] == "publish failed"
    assert "more than level public" in said["body"]["cause"]
    nobody = worked(server, lead, "publish", {"level": "parties", "runs": 50})
    assert "to whom" in nobody["body"]["cause"]
    assert server.names().count("exported") == before
    assert lead.post(f"{JOBS}/publish", json={"level": "secret"}).status_code == 400


def test_what_a_reader_could_infer_is_said_and_nothing_goes_out(server: Live) -> None:
    lead = server.member("coordinator")
    before = server.names().count("exported")
    assert worked(server, lead, "preview", {"lang": "fr", "runs": 50})["name"] == "preview worked out"
    found = lead.get(f"{API}/publication/preview").json()
    assert found["level"] == "internal"
    assert any(each["grave"] for each in found["inferred"]["fr"])
    assert server.names().count("exported") == before


def test_only_a_coordinator_lets_anything_go(server: Live) -> None:
    doors = {"work_publish", "work_preview", "publication", "publication_preview"}
    assert all(route.roles == LEAD for route in ROUTES if route.name in doors)
    for role in ROLES:
        client = server.of_role(role)
        status = {"coordinator": 202, "public": 401}.get(role, 403)
        assert client.post(f"{JOBS}/preview", json={"runs": 50}).status_code == status, role
        assert client.get(f"{API}/publication").status_code == {"coordinator": 200, "public": 401}.get(role, 403), role


def test_forecasts_in_the_log_are_scored_by_what_became_of_it(server: Live) -> None:
    lead, room = server.member("coordinator"), server.member("dispatcher")
    after = server.house.present.seq
    assert room.post(f"{JOBS}/forecast", json={"runs": 200, "policy": "shuttle"}).status_code == 202
    kept = wait_for(server, lead, "forecast issued", after=after)["body"]["kept"]
    assert len(kept["values"]) == 99
    middle = kept["values"][49]
    outcome = {"operation": kept["operation"], "quantity": "end_hours", "value": middle, "source": "the log"}
    assert worked(server, room, "score", {"outcomes": [outcome]})["name"] == "score worked out"
    (found,) = [one for one in lead.get(f"{API}/score").json()["scores"] if one["made"] == kept["made"]][-1:]
    assert found["in_50"]
    assert found["middle"] == pytest.approx(middle)
    # The other answers: nothing matches; neither value nor moment.
    stranger = worked(server, room, "score", {"outcomes": [outcome | {"operation": "elsewhere"}]})
    assert "matches" in stranger["body"]["cause"]
    both = outcome | {"moment": kept["made"]}
    assert room.post(f"{JOBS}/score", json={"outcomes": [both]}).status_code == 422


def test_by_when_to_start_before_a_hazard(server: Live) -> None:
    room = server.member("dispatcher")
    forecast = room.get(f"{API}/forecast").json()
    found = room.get(f"{API}/forecast/latest", params={"before": "2030-01-01T00:00:00Z"}).json()["starts"]
    assert [one["quantile"] for one in found] == [0.5, 0.8, 0.9]
    assert found[0]["hours"] == pytest.approx(sorted(forecast["clearance_hours"])[99], abs=0.2)
    assert room.get(f"{API}/forecast/latest", params={"before": "0001-01-01T00:00:00Z"}).status_code == 422
    assert room.get(f"{API}/forecast/latest").status_code == 400


def test_the_form_is_a_workbook(server: Live) -> None:
    found = server.member("dispatcher").get(f"{API}/form")
    assert zipfile.ZipFile(io.BytesIO(found.content)).testzip() is None
    assert found.headers["content-type"].endswith("spreadsheetml.sheet")
