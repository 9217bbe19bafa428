"""One request as its handler sees it, the answer it gives, and how handlers are found by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from corridor.errors import CorridorError
from corridor.server.rights import Viewer
from corridor.server.routes import Route

if TYPE_CHECKING:
    from corridor.server.house import House


class Refused(CorridorError):  # noqa: N818 - an answer, not a mishap
    """A request that is not done, with the status that says why."""

    def __init__(self, status: int, cause: str, *, place: str = "", hint: str = "", wait: float = 0.0) -> None:
        super().__init__(cause, place=place, hint=hint)
        self.status = status
        self.wait = wait


class Ask:
    """A request that passed the gate: who asks, at which door, with what. Body and query are checked already."""

    __slots__ = ("address", "body", "headers", "house", "path", "query", "route", "viewer")

    def __init__(
        self,
        house: House,
        viewer: Viewer,
        route: Route,
        *,
        query: Any,  # noqa: ANN401 - of the type that the route names
        body: Any,  # noqa: ANN401
        path: dict[str, str],
        headers: dict[bytes, bytes],
        address: str,
    ) -> None:
        self.house = house
        self.viewer = viewer
        self.route = route
        self.query = query
        self.body = body
        self.path = path
        self.headers = headers
        self.address = address


class Reply:
    """What a handler answers: a body to be encoded, or bytes as they are, or a stream; and headers beside the usual."""

    __slots__ = ("body", "headers", "media", "raw", "status", "stream")

    def __init__(
        self,
        body: object = None,
        *,
        raw: bytes | None = None,
        stream: Any = None,  # noqa: ANN401 - an asynchronous iterator of bytes
        status: int | None = None,
        media: str = "",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.body = body
        self.raw = raw
        self.stream = stream
        self.status = status
        self.media = media
        self.headers = headers


Handler = Callable[[Ask], Awaitable[Reply]]
HANDLERS: dict[str, Handler] = {}


def handles(function: Handler) -> Handler:
    """Enter a handler under its name; the table of routes finds it there."""
    name = getattr(function, "__name__", "")
    if name in HANDLERS:
        raise AssertionError(f"two handlers are called {name}")
    HANDLERS[name] = function
    return function
