"""OpenAPI 3.1 from the table of routes and the JSON schemas of its types."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from corridor.server.answers import Problem
from corridor.server.rights import ROLES
from corridor.server.routes import ROUTES, Route

WORDS = {
    200: "Done",
    201: "Done; it stands in the log",
    202: "Taken on; the stream announces the end",
    204: "Done",
    303: "Done; go on at the address in Location",
    304: "What the browser holds is still right",
    400: "Not as described",
    401: "Sign in first, or what was shown is wrong",
    403: "Not for this role, this operation or this compartment",
    404: "No such thing",
    409: "The state of the operation does not allow it",
    413: "Too large",
    415: "Another type of body is needed",
    422: "What it says cannot be used",
    429: "Too many requests; Retry-After says how long to wait",
    503: "The log or the accounts cannot be reached now",
}


@cache
def openapi() -> dict[str, Any]:
    """Return the description of every door."""
    types = {kind for route in ROUTES for kind in (route.body, typed(route.answer), route.query) if kind is not None}
    ordered = sorted((*types, Problem), key=str)
    described, schemas = msgspec.json.schema_components(ordered, ref_template="#/components/schemas/{name}")
    named = dict(zip(map(str, ordered), described, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, named, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Corridor",
            "version": "1",
            "description": "One operation on one log: what is said, what is decided, who may do what.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-corridor"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def typed(answer: Any) -> Any:  # noqa: ANN401 - a type, or where it is found
    """Return the type of an answer; one of a heavy module is named, and loaded only for its description."""
    if isinstance(answer, str):
        module, _, name = answer.partition(":")
        return getattr(importlib.import_module(module), name)
    return answer


def _operation(route: Route, named: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    roles = [role for role in ROLES if role in route.roles]
    found: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": _description(route, roles),
        "security": [{}] if "public" in roles else [{"cookie": []}, {"token": []}],
        "parameters": [*_in_path(route), *_in_query(route, named, schemas)],
        "responses": {str(status): _response(route, status, named) for status in route.statuses},
    }
    if route.body is not None:
        content = {"application/json": {"schema": named[str(route.body)]}}
        found["requestBody"] = {"required": True, "content": content}
    elif route.form:
        fields = {"type": "object", "additionalProperties": {"type": "string"}}
        found["requestBody"] = {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": fields}},
        }
    return found


def _description(route: Route, roles: Sequence[str]) -> str:
    parts = ["For everybody." if len(roles) == len(ROLES) else f"For: {', '.join(roles)}."]
    if route.party:
        parts.append("Also in a party's compartment.")
    if not route.closed:
        parts.append("Not on a closed operation.")
    return " ".join(parts)


def _in_path(route: Route) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1, "maxLength": 200}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in route.fields]


def _in_query(route: Route, named: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    name = str(named[str(route.query)]["$ref"]).rpartition("/")[2]
    described = schemas[name]
    needed = set(described.get("required", ()))
    return [
        {"name": field, "in": "query", "required": field in needed, "schema": schema}
        for field, schema in described.get("properties", {}).items()
    ]


def _response(route: Route, status: int, named: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"description": WORDS[status]}
    if status >= 400 and route.is_page:
        found["content"] = {"text/html": {"schema": {"type": "string"}}}
    elif status >= 400:
        found["content"] = {"application/problem+json": {"schema": named[str(Problem)]}}
    elif status not in (204, 303, 304):
        media = route.media.partition(";")[0]
        plain = {"type": "object" if media.endswith(("/json", "+json")) else "string"}
        schema = named[str(typed(route.answer))] if route.answer is not None else plain
        found["content"] = {media: {"schema": schema}}
    return found
