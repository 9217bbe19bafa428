"""Every cell of the table: each route, each of six roles, own or other operation, live or closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from corridor.log.entry import new_id
from corridor.server.app import handlers
from corridor.server.ask import HANDLERS
from corridor.server.bodies import Nothing
from corridor.server.rights import EVERYBODY, MEMBERS, ROLES, Role
from corridor.server.routes import FEATURES, ROUTES, Route
from tests.operation.acting import basis, linked
from tests.server.serving import API, Live, at_gate, entered, live, recent

# The smallest sound query and body of each route; a route without one here has none to send.
SOUND: dict[str, Any] = {
    "sign_in": {"account": "dispatcher-99", "passphrase": "no such words at all"},
    "use_link": {"link": "none"},
    "set_passphrase": {"passphrase": "seven grey herons under rain"},
    "new_factor": {},
    "confirm_factor": {"digits": "000000"},
    "make_account": {"role": "dispatcher"},
    "change_role": {"role": "dispatcher", "reason": "drill"},
    "enrol": {"post": "gate"},
    "claim": {"code": "none"},
    "tell": {"reports": [{"id": "x"}]},
    "codes": {"text": "corridor/1 none none\n1 pass x/1 all 1 161215-081530 00"},
    "read_prose": {"text": "Nothing was said.\n"},
    "accept": {"reports": ["none"]},
    "withdraw": {"report": "none", "reason": "drill"},
    "correct": {"report": "none", "value": 1, "reason": "drill"},
    "adopt": {"plan_sha256": "0" * 64},
    "sign": {"item": "none", "answer": "go"},
    "hand_over": {"to": "dispatcher"},
    "order": {"convoy": "none"},
    "read_back": {"convoy": "none", "code": "AAAA"},
    "open_corridor": {"movement": "none", "reason": "drill"},
    "confirm_opening": {"reason": "drill"},
    "close": {"reason": "drill"},
    "reopen": {"reason": "drill"},
    "extend_retention": {"until": "2016-12-16T08:00:00+02:00", "reason": "drill"},
    "confirm_extension": {"reason": "drill"},
    "inject": {"report": {}, "why": "drill"},
    "work_plan": {},
    "work_forecast": {},
    "work_levers": {},
    "work_compare": {"reports": [{"id": "x"}]},
    "work_what_if": {"buses": 1, "runs": 50},
    "work_publish": {"level": "public"},
    "work_preview": {"level": "public"},
    "work_score": {"outcomes": [{"operation": "none", "quantity": "people_out", "value": 1, "source": "none"}]},
    "replay_pace": {"pace": 0},
    "export": {"to": "auditor", "reason": "drill"},
    "sync": {"entries": []},
}
FORMS = {"sign_in_form": {"account": "x", "passphrase": "y"}, "sign_out_form": {}}
QUERIES = {
    "position": {"id": "TOKEN", "lat": "36.1", "lon": "37.1"},
    "latest": {"before": "2016-12-16T08:00:00+02:00"},
}
# What a cell may answer when the gate lets it through: anything that is not the gate's own refusal.
REFUSALS = (401, 403)
# These end the state that other cells need, so that their open cells are asked last, and once.
LAST = ("close", "reopen", "sign_out", "sign_out_form", "set_passphrase", "revoke_account", "end_session")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("roles"), recent([*basis(), *linked()])) as made:
        yield made


def ask(server: Live, client: httpx.Client, route: Route) -> httpx.Response:
    path = route.path
    for field in route.fields:
        path = path.replace("{" + field + "}", "none")
    query = dict(QUERIES.get(route.name, {}))
    if "id" in query:
        query["id"] = server.tokens.get(client.headers.get("x-account", ""), "")
    more: dict[str, Any] = {"params": query}
    if route.form:
        more["data"] = FORMS[route.name]
        more["headers"] = {"content-type": "application/x-www-form-urlencoded"}
    elif route.body is not None:
        more["json"] = SOUND[route.name]
    if route.media.startswith("text/event-stream"):
        with client.stream(route.method, path, **more) as response:
            return response
    return client.request(route.method, path, **more)


def expected(route: Route, role: Role, operation: str, state: str) -> str:
    """What the table says of a cell, derived here without the gate's code."""
    if role not in route.roles:
        return "401" if role == "public" else "403"
    if role != "public" and operation == "other":
        return "403"
    return "409" if state == "closed" and role != "public" and not route.closed else "pass"


def cells() -> Iterator[tuple[Route, Role, str, str]]:
    for state in ("live", "closed"):
        for route in sorted(ROUTES, key=lambda one: one.name in LAST):
            for role in ROLES:
                for operation in ("own", "other"):
                    yield route, role, operation, state


def _set_closed(server: Live, *, closed: bool) -> None:
    if server.house.present.closed != closed:
        lead = server.member("coordinator")
        verb = "close" if closed else "reopen"
        assert lead.post(f"{API}/decisions/{verb}", json={"reason": "drill"}).status_code == 201


def test_every_cell_of_the_table(server: Live) -> None:
    wrong = []
    count = 0
    asking: dict[tuple[Role, str], httpx.Client] = {}
    for route, role, operation, state in cells():
        _set_closed(server, closed=state == "closed")
        who = (role, operation)
        if who not in asking or route.name in LAST:
            asking[who] = server.of_role(role, operation="another key" if operation == "other" else "")
        found = ask(server, asking[who], route)
        meant = expected(route, role, operation, state)
        if route.name in LAST:
            asking.pop(who)
        if meant == "pass":
            own = (found.status_code in route.statuses and found.status_code < 500) or route.name.startswith("work")
            gate = found.status_code == 403 or (found.status_code == 401 and 401 not in route.statuses)
            if not own or gate:
                wrong.append((route.name, role, operation, state, meant, found.status_code, found.text[:80]))
        elif str(found.status_code) != meant:
            wrong.append((route.name, role, operation, state, meant, found.status_code, found.text[:80]))
        count += 1
    assert not wrong
    assert count == len(ROUTES) * 24


def test_a_door_that_is_not_in_the_table_is_there_for_nobody(server: Live) -> None:
    for path in ("/api/v1/secret", "/admin", "/api/v1/situation/", "/api", "/static/x"):
        for role in ROLES:
            client = server.of_role(role)
            for method in ("GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "TRACE"):
                assert client.request(method, path).status_code == 404, (path, role, method)


def test_a_method_that_is_not_in_the_table_is_refused(server: Live) -> None:
    found = server.member("admin").put(f"{API}/situation", json={})
    assert found.status_code == 405
    assert found.headers["allow"] == "GET"


def test_a_handler_that_is_not_in_the_table_stops_the_server() -> None:
    handlers(ROUTES)
    with pytest.raises(AssertionError, match="without route"):
        handlers(ROUTES[1:])
    stranger = msgspec.structs.replace(ROUTES[0], name="stranger", path="/stranger")
    with pytest.raises(AssertionError, match="without handler"):
        handlers([*ROUTES, stranger])
    with pytest.raises(AssertionError):
        handlers([*ROUTES, ROUTES[0]])
    assert set(HANDLERS) == {route.name for route in ROUTES}


def test_the_table_itself_keeps_its_promises() -> None:
    for route in ROUTES:
        assert route.roles, route.name
        if route.changes and "public" in route.roles:
            assert route.limit == "sign-in", route.name
        if "admin" in route.roles and route.roles != EVERYBODY and "coordinator" not in route.roles:
            # The administrator sees nothing of the operation.
            assert route.path.startswith((f"{API}/accounts", f"{API}/sessions", f"{API}/devices", "/metrics"))
        if route.roles >= MEMBERS - {"field"} and route.roles != EVERYBODY:
            assert route.path.startswith((f"{API}/session", f"{API}/about", "/sign-out")), route.name
        if "public" in route.roles and route.path.startswith(API):
            told = {"public", "openapi", "sign_in", "use_link", "claim"}
            assert route.name in told or route.path.startswith(FEATURES)
        if route.body is not None and route.method == "POST":
            assert route.name in SOUND or route.body is Nothing, route.name


def test_denials_are_in_the_log_once_a_minute_each(server: Live) -> None:
    _set_closed(server, closed=False)
    before = server.names().count("denied")
    client = server.member("auditor")
    for _ in range(20):
        assert client.get(f"{API}/candidates").status_code == 403
    rows = [row for row in server.house.raw.rows() if row.name == "denied"]
    assert len(rows) == before + 1
    assert rows[-1].actor == client.headers["x-account"]
    assert "role" not in rows[-1].body  # sealed in the log, in clear for those who see the act
    told = server.member("auditor").get(f"{API}/log", params={"after": rows[-1].seq - 1, "limit": 1}).json()["rows"][0]
    assert "role" in told["body"]["why"]


def test_field_sends_and_room_does_not(server: Live) -> None:
    batch = {"entries": [entered(at_gate(), 1, id=new_id())]}
    assert server.member("coordinator").post(f"{API}/sync", json=batch).status_code == 403
    assert server.client().post(f"{API}/sync", json=batch).status_code == 401
