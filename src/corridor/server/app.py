"""The application, made from the table of routes: what is not in the table is not there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route as StarletteRoute

from corridor.server import (  # noqa: F401 - each enters its handlers
    advise,
    decide,
    features,
    let_go,
    members,
    pages,
    read,
    replay,
    retain,
    sync,
    views,
)
from corridor.server.ask import HANDLERS, Handler, Refused
from corridor.server.console import every  # noqa: F401 - each page enters its handlers
from corridor.server.field import every as field_pages  # noqa: F401 - the page of a post enters its handlers
from corridor.server.gate import Denials, Gate, Scope, _problem, answer
from corridor.server.house import House
from corridor.server.routes import ROUTES, Route

# Nothing from elsewhere, no script in a page's text, nobody's frame (W3C CSP Level 3).
CSP = (
    "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    # Nobody elsewhere learns where a reader comes from. With "no-referrer" a browser says "Origin: null" of this
    # server's own forms too (Fetch, "append a request `Origin` header"), and the gate keeps them out.
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(self), microphone=(), payment=()"),
)
HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


def handlers(routes: Sequence[Route]) -> dict[str, Handler]:
    """Return the handler of each route; raises where one is missing, or one has no route."""
    names = [route.name for route in routes]
    missing, idle = set(names) - set(HANDLERS), set(HANDLERS) - set(names)
    if missing or idle or len(set(names)) < len(names):
        raise AssertionError(f"routes without handler: {sorted(missing)}; handlers without route: {sorted(idle)}")
    return {name: HANDLERS[name] for name in names}


class Walls:
    """Around everything: the names this server answers to, the headers of every answer, and nothing unlisted."""

    def __init__(self, app: Any, house: House, plain: dict[str, Gate]) -> None:  # noqa: ANN401 - any ASGI application
        self._app = app
        # Most requests are for a path without a field: looked up at once, not tried against every route in turn.
        self._plain = plain
        self._hosts = {host.lower() for host in house.settings.hosts}
        # Behind a proxy it is the proxy that speaks TLS, and this server that knows that nobody comes without.
        over_tls = house.settings.tls or house.settings.behind_proxy
        self._headers = (*HEADERS, HSTS) if over_tls else HEADERS

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:  # noqa: ANN401
        """Pass a request on."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return

        async def walled(message: Any) -> None:  # noqa: ANN401
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(one for one in self._headers if one[0] not in own)]
            await send(message)

        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1").lower()
        # Another name for this address is how a page elsewhere would reach it (DNS rebinding).
        if "*" not in self._hosts and host not in self._hosts and _bare(host) not in self._hosts:
            await answer(walled, _problem(Refused(400, "this server has another name", hint="use its address")), None)
            return
        gate = self._plain.get(scope["path"])
        if gate is not None:
            scope["path_params"] = {}
            await gate(scope, receive, walled)
            return
        await self._app(scope, receive, walled)


def _fields(path: str) -> tuple[int, str]:
    return path.count("{"), path


def _bare(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


async def _nowhere(scope: Scope, receive: Any, send: Any) -> None:  # noqa: ANN401, ARG001
    if scope["type"] == "http":
        await answer(send, _problem(Refused(404, "there is nothing here", hint="see openapi.json")), None)


def make_app(house: House, routes: Sequence[Route] = ROUTES) -> Walls:
    """Return the application of a house."""
    found = handlers(routes)
    denials = Denials()
    by_path: dict[str, dict[str, tuple[Route, Handler]]] = {}
    for route in routes:
        by_path.setdefault(route.path, {})[route.method] = (route, found[route.name])

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        await house.start()
        yield
        await house.stop()

    gates = {path: Gate(house, by_path[path], denials) for path in sorted(by_path, key=_fields)}
    app = Starlette(
        # A path in plain words goes before one with a field that would take the same words.
        routes=[StarletteRoute(path, gate) for path, gate in gates.items()],
        lifespan=life,
    )
    app.router.redirect_slashes = False
    app.router.default = _nowhere
    return Walls(app, house, {path: gate for path, gate in gates.items() if "{" not in path})
