"""Generated requests to every operation by every role: no 5xx, no undocumented status, the schema of each answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
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
    return described(openapi())


@pytest.fixture(scope="module")
def signed_in() -> dict[str, Any]:
    """Return the operations without what signs a request in: each case then comes as far as its role does.

    With it half of all cases would be made-up tokens, which stop at the first check.
    """
    whole = openapi()
    paths = {
        path: {method: {key: value for key, value in one.items() if key != "security"} for method, one in doors.items()}
        for path, doors in whole["paths"].items()
    }
    parts = {key: value for key, value in whole["components"].items() if key != "securitySchemes"}
    return described({**whole, "paths": paths, "components": parts})


def described(document: dict[str, Any]) -> dict[str, Any]:
    """Return the operations of a description by name."""
    schemathesis = pytest.importorskip("schemathesis", reason="make .venv/.dev installs schemathesis")
    schema = schemathesis.openapi.from_dict(document)
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
        """Sign in anew the next time, if a case before has ended the session; a made-up token alone ends nothing."""
        self.session.cookies.clear()
        if status == 401 and self.role != "public":
            still = self.session.get(f"{self.server.address}{API}/session", headers=self._headers, timeout=60)
            self.session.cookies.clear()
            if still.status_code != 200:
                self._headers = None

    def close(self) -> None:
        """Let the connection go."""
        self.session.close()


def fuzz(server: Live, operation: Any, roles: Sequence[Role], count: int) -> dict[Role, int]:
    """Send generated requests, half of them not as described, each by every role; returns how many of each role.

    To make a request up takes longer than to answer it, so that each is made once for all roles.
    """
    from schemathesis import GenerationMode
    from schemathesis.checks import load_all_checks, not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    load_all_checks()
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    done: dict[Role, int] = dict.fromkeys(roles, 0)
    asking = [Known(server, role) for role in roles]
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
            for known in asking:
                each(case, known)

        def each(case: Any, known: Known) -> None:
            response = case.call(base_url=server.address, headers=known.headers(), timeout=60, session=known.session)
            known.heard(response.status_code)
            accepted = [check for check in checks if not (response.status_code == 503 and check is not_a_server_error)]
            # A server that does not plan says so with 503, and so does the table.
            if response.status_code == 503:
                assert operation.definition.raw["operationId"].startswith("work"), response.text
            case.validate_response(response, checks=accepted)
            done[known.role] += 1

        try:
            one()
        except hypothesis.errors.Unsatisfiable:
            # Nothing that this operation takes can be other than described.
            assert mode is GenerationMode.NEGATIVE
    for known in asking:
        known.close()
    return done


@pytest.mark.parametrize("name", NAMES)
def test_no_operation_breaks(server: Live, operations: dict[str, Any], name: str) -> None:
    role: Role = ROLES[NAMES.index(name) % len(ROLES)]
    allowed = next(route for route in ROUTES if route.name == name).roles
    for each in {role, *sorted(allowed)[:1]}:
        reopened(server)
        assert fuzz(server, operations[name], [each], FEW)[each] > 0


@pytest.mark.hard
@pytest.mark.timeout(36_000)
@pytest.mark.parametrize("name", NAMES)
def test_no_operation_breaks_for_any_role(server: Live, signed_in: dict[str, Any], name: str) -> None:
    reopened(server)
    found = fuzz(server, signed_in[name], ROLES, MANY)
    sys.stdout.write(f"\nR9 {name}: {min(found.values())} cases by each of {len(found)} roles\n")
    # A door that takes nothing has one case to make up.
    assert min(found.values()) >= (1 if takes_nothing(name) else min(MANY, 10)), found


def takes_nothing(name: str) -> bool:
    route = next(route for route in ROUTES if route.name == name)
    return not (route.fields or route.takes_body or route.query.__struct_fields__)


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
        fuzz(server, result.ok(), ["auditor"], FEW)
