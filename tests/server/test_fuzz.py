"""Generated requests to every operation by every role: no 5xx, no undocumented status, the schema of each answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import requests

from corridor.server.openapi import openapi
from corridor.server.rights import ROLES, Role
from corridor.server.routes import ROUTES
from tests.operation.acting import basis, linked
from tests.server.serving import API, Live, live, recent

# The stream never ends by itself (tests/server/test_stream.py).
NAMES = [route.name for route in ROUTES if route.name != "stream"]
FEW, MANY = 2, int(os.environ.get("CORRIDOR_FUZZ", "500"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("fuzz"), recent([*basis(), *linked()])) as made:
        yield made


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    schemathesis = pytest.importorskip("schemathesis", reason="make .venv/.dev installs schemathesis")
    schema = schemathesis.openapi.from_dict(openapi())
    found = {}
    for result in schema.get_all_operations():
        operation = result.ok()
        found[operation.definition.raw["operationId"]] = operation
    return found


class Known:
    """What shows a role to the server, on one connection: signing in is dear, and its own tests hold it."""

    def __init__(self, server: Live, role: Role) -> None:
        self.server, self.role = server, role
        self.session = requests.Session()
        self._headers: dict[str, str] | None = None

    def headers(self) -> dict[str, str]:
        """Return the headers of somebody who is signed in."""
        if self._headers is None:
            client = self.server.of_role(self.role)
            self._headers = dict(client.headers) | {"accept": "*/*"}
            for name in ("content-length", "x-account"):
                self._headers.pop(name, None)
            client.close()
            self.server.clients.remove(client)
        return self._headers

    def heard(self, status: int) -> None:
        """Sign in anew the next time, if a case before has ended the session."""
        self.session.cookies.clear()
        if status == 401 and self.role != "public":
            self._headers = None

    def close(self) -> None:
        """Let the connection go."""
        self.session.close()


def fuzz(server: Live, operation: Any, role: Role, count: int) -> int:
    """Send generated requests, half of them not as described; returns how many."""
    from schemathesis import GenerationMode
    from schemathesis.checks import load_all_checks, not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    load_all_checks()
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    done = 0
    known = Known(server, role)
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @hypothesis.settings(
            max_examples=max(count // 2, 1),
            deadline=None,
            derandomize=True,
            database=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Any) -> None:
            nonlocal done
            response = case.call(base_url=server.address, headers=known.headers(), timeout=60, session=known.session)
            known.heard(response.status_code)
            accepted = [check for check in checks if not (response.status_code == 503 and check is not_a_server_error)]
            # A server that does not plan says so with 503, and so does the table.
            if response.status_code == 503:
                assert operation.definition.raw["operationId"].startswith("work"), response.text
            case.validate_response(response, checks=accepted)
            done += 1

        try:
            one()
        except hypothesis.errors.Unsatisfiable:
            # Nothing that this operation takes can be other than described.
            assert mode is GenerationMode.NEGATIVE
    known.close()
    return done


@pytest.mark.parametrize("name", NAMES)
def test_no_operation_breaks(server: Live, operations: dict[str, Any], name: str) -> None:
    role: Role = ROLES[NAMES.index(name) % len(ROLES)]
    allowed = next(route for route in ROUTES if route.name == name).roles
    for each in {role, *sorted(allowed)[:1]}:
        reopened(server)
        assert fuzz(server, operations[name], each, FEW) > 0


@pytest.mark.hard
@pytest.mark.timeout(36_000)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", NAMES)
def test_no_operation_breaks_for_any_role(server: Live, operations: dict[str, Any], name: str, role: Role) -> None:
    reopened(server)
    assert fuzz(server, operations[name], role, MANY) > 0


def reopened(server: Live) -> None:
    if server.house.present.closed:
        lead = server.member("coordinator")
        assert lead.post(f"{API}/decisions/reopen", json={"reason": "drill"}).status_code == 201


def test_the_fuzz_finds_an_undocumented_status(server: Live, operations: dict[str, Any]) -> None:
    """The rig can fail: an operation whose description leaves out its refusals is found out."""
    schemathesis = pytest.importorskip("schemathesis", reason="make .venv/.dev installs schemathesis")
    described = {**openapi(), "paths": {}}
    path = f"{API}/candidates"
    operation = {**openapi()["paths"][path]["get"], "responses": {"200": {"description": "Done"}}}
    described["paths"] = {path: {"get": operation}}
    (result,) = schemathesis.openapi.from_dict(described).get_all_operations()
    with pytest.raises(BaseException, match=r"(?i)undocumented|status"):
        fuzz(server, result.ok(), "auditor", FEW)
