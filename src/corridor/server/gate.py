"""The gate before every handler: who asks, whether the table lets them pass, and whether what they send is sound."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from corridor.errors import CorridorError, Infeasible, InputError, UsageError
from corridor.log.store import LogError
from corridor.server import present as p
from corridor.server.answers import Problem
from corridor.server.ask import Ask, Handler, Refused, Reply
from corridor.server.cabinet import CabinetError
from corridor.server.refusal import refused_page
from corridor.server.rights import NOBODY, Viewer
from corridor.server.routes import Route

if TYPE_CHECKING:
    from corridor.server.house import House

Scope = MutableMapping[str, Any]
# One who is denied again and again is written into the log once a minute, with how often.
DENIALS_SECONDS = 60.0
_encoder = msgspec.json.Encoder()


class Denials:
    """Counts what was denied, and says when an entry is due."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str, str], tuple[float, int]] = {}

    def due(self, account: str, route: str, why: str) -> int:
        """Note a denial; returns how many an entry should tell of now, 0 where it can wait."""
        now = time.monotonic()
        key = (account, route, why)
        since, count = self._held.get(key, (-DENIALS_SECONDS, 0))
        if now - since < DENIALS_SECONDS:
            self._held[key] = (since, count + 1)
            return 0
        if len(self._held) > 5000:
            self._held.clear()
        self._held[key] = (now, 0)
        return count + 1


class Gate:
    """Lets requests through to the handlers of one path, by method."""

    def __init__(self, house: House, doors: dict[str, tuple[Route, Handler]], denials: Denials) -> None:
        self.house = house
        self.doors = doors
        self.denials = denials

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own forms
        """Answer one request."""
        begun = time.monotonic()
        door = self.doors.get(scope["method"])
        path = next(iter(self.doors.values()))[0].path
        viewer, status = NOBODY, 500
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            try:
                if door is None:
                    allowed = (("allow", ", ".join(sorted(self.doors))),)
                    reply = _problem(Refused(405, "this door has no such method"), allowed)
                else:
                    viewer, reply = await self._pass(*door, scope, headers, receive)
            except CorridorError as error:
                refused = _refused(error)
                if refused.status == 503 and not isinstance(error, Refused):
                    # The caller hears that it failed, whoever keeps the server also what.
                    self.house.metrics.tell("failed", route=path, error=type(error).__name__, where=_where(error))
                reply = refused_page(headers, refused) if door and door[0].is_page else _problem(refused)
            status = await answer(send, reply, door[0] if door else None, receive)
        except Exception as error:  # noqa: BLE001 - told without content; the caller learns only that it failed
            self.house.metrics.tell("failed", route=path, error=type(error).__name__, where=_where(error))
            status = 500
            await answer(send, _problem(Refused(500, "the server failed", hint="try again")), None)
        finally:
            seconds = time.monotonic() - begun
            self.house.metrics.asked(scope["method"] if door else "OTHER", path, status, seconds)
            self.house.metrics.tell(
                "request", method=scope["method"] if door else "OTHER", route=path, status=status,
                role=viewer.role, ms=round(seconds * 1000, 1),
            )  # fmt: skip

    async def _pass(
        self,
        route: Route,
        handler: Handler,
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Any,  # noqa: ANN401
    ) -> tuple[Viewer, Reply]:
        house = self.house
        address = caller(scope, headers, behind_proxy=house.settings.behind_proxy)
        fields = _fields(scope)
        viewer, by_cookie = await self._who(route, headers, fields)
        wait = house.limits.wait(route.limit, viewer.account or address)
        if wait:
            await self._tell(viewer, route, "too many requests")
            raise Refused(429, "too many requests", hint="wait a little", wait=wait)
        if route.changes and (by_cookie or route.form or viewer is NOBODY) and not self._own_page(headers):
            await self._deny(viewer, route, "another site", 403, "sent from another site's page")
        await self._may(route, viewer)
        query = _convert(fields, route.query, "query")
        body = await self._body(route, headers, receive)
        ask = Ask(
            house, viewer, route, query=query, body=body, path=scope["path_params"], headers=headers, address=address
        )
        try:
            return viewer, await handler(ask)
        except Refused as refused:
            if refused.status == 429:
                await self._tell(viewer, route, "too many tries")
            raise

    async def _who(self, route: Route, headers: dict[bytes, bytes], fields: dict[str, str]) -> tuple[Viewer, bool]:
        """Return who asks and whether a cookie says so; a token that is none is refused, not overlooked."""
        house = self.house
        token = fields.get("id", "") if route.name == "position" else ""
        said = headers.get(b"authorization", b"").decode("latin-1")
        if said[:7].lower() == "bearer ":
            token = said[7:].strip()
        elif said:
            raise Refused(401, "no such way to sign in", hint="send a bearer token, or sign in")
        if token:
            people = house.people
            viewer = people.believed("device", token) or await house.access(people.by_token, token)
            if viewer is None:
                await self._deny(NOBODY, route, "unknown token", 401, "the token is unknown or was ended")
            return viewer or NOBODY, False
        cookie = cookie_of(headers, secure=secure(house))
        if not cookie:
            return NOBODY, False
        viewer = house.people.believed("session", cookie) or await house.access(house.people.by_session, cookie)
        return viewer or NOBODY, True

    async def _may(self, route: Route, viewer: Viewer) -> None:
        """Raise unless the table lets this viewer pass this door now."""
        if viewer.role not in route.roles:
            if viewer.role == "public":
                await self._deny(viewer, route, "not signed in", 401, "sign in first")
            await self._deny(viewer, route, "role", 403, "your role may not do this")
        if viewer.role == "public":
            return
        if viewer.operation != self.house.opened.key:
            await self._deny(viewer, route, "other operation", 403, "this belongs to another operation")
        if viewer.party and not route.party:
            await self._deny(viewer, route, "compartment", 403, "a party to the agreement does not see this")
        if self.house.present.closed and not route.closed:
            raise Refused(409, "the operation is closed", hint="a coordinator can open it again")

    async def _deny(self, viewer: Viewer, route: Route, why: str, status: int, cause: str) -> None:
        """Write the denial into the log and refuse. Raises `Refused`."""
        await self._tell(viewer, route, why)
        hint = "sign in" if status == 401 else "ask the administrator"
        raise Refused(status, cause, hint=hint)

    async def _tell(self, viewer: Viewer, route: Route, why: str) -> None:
        """Write into the log that somebody was not let through: once a minute, with how often."""
        times = self.denials.due(viewer.account, route.path, why)
        if times:
            body = {"route": f"{route.method} {route.path}", "why": why, "times": times}
            await self.house.act(p.DENIED, body, viewer)

    def _own_page(self, headers: dict[bytes, bytes]) -> bool:
        """Whether a change comes from a page of this server (OWASP CSRF Prevention: verify the origin)."""
        site = headers.get(b"sec-fetch-site", b"").decode("latin-1")
        if site and site not in ("same-origin", "none"):
            return False
        origin = headers.get(b"origin", b"").decode("latin-1")
        if not origin:
            # A program that holds no cookie sends no origin; a browser's page always does.
            return site in ("same-origin", "none") or not headers.get(b"cookie")
        return urlsplit(origin).netloc == headers.get(b"host", b"").decode("latin-1")

    async def _body(self, route: Route, headers: dict[bytes, bytes], receive: Any) -> Any:  # noqa: ANN401
        raw = await _received(receive, route.largest)
        if not route.takes_body:
            return None
        kind = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
        wanted = "application/x-www-form-urlencoded" if route.form else "application/json"
        if kind != wanted:
            raise Refused(415, f"the body is not {wanted}", hint=f"content-type: {wanted}")
        if route.form:
            try:
                pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=20, errors="strict")
            except ValueError:
                raise Refused(400, "the form cannot be read", hint="send it from the page") from None
            return _once(pairs, "form")
        try:
            return msgspec.json.decode(raw, type=route.body)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
            raise Refused(
                400, f"the body is not as described: {error}", place="body", hint="see openapi.json"
            ) from None


async def _received(receive: Any, largest: int) -> bytes:  # noqa: ANN401
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "the sender went away")
        part = message.get("body", b"")
        size += len(part)
        if size > largest:
            raise Refused(413, f"the body is larger than {largest:,} bytes", hint="send it in smaller parts")
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _fields(scope: Scope) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            scope["query_string"].decode("ascii"), keep_blank_values=True, max_num_fields=50, errors="strict"
        )
    except ValueError:
        raise Refused(400, "the query cannot be read", place="query", hint="percent-encode it") from None
    return _once(pairs, "query")


def _once(pairs: list[tuple[str, str]], place: str) -> dict[str, str]:
    """Return fields by name; of two with one name neither is believed."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Refused(400, "a field stands twice", place=place, hint="give each once")
    return fields


def _convert(fields: dict[str, str], kind: type[Any], place: str) -> Any:  # noqa: ANN401
    try:
        return msgspec.convert(fields, kind, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise Refused(400, f"the {place} is not as described: {error}", place=place, hint="see openapi.json") from None


def secure(house: House) -> bool:
    """Return whether cookies are sent over TLS only."""
    return house.settings.tls or house.settings.behind_proxy


def cookie_name(*, tls: bool) -> str:
    """Return the name of the session's cookie; over TLS the prefix binds it to this host (RFC 6265bis, 4.1.3)."""
    return "__Host-corridor" if tls else "corridor"


def cookie_of(headers: dict[bytes, bytes], *, secure: bool) -> str:
    """Return the token in the session's cookie, or an empty text."""
    try:
        jar = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return ""
    found = jar.get(cookie_name(tls=secure))
    return found.value if found else ""


def caller(scope: Scope, headers: dict[bytes, bytes], *, behind_proxy: bool) -> str:
    """Return the address of the one who asks; behind a proxy the last one that it wrote down."""
    if behind_proxy:
        forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
        if forwarded:
            return forwarded.rpartition(",")[2].strip()
    client = scope.get("client")
    return client[0] if client else "local"


def _refused(error: CorridorError) -> Refused:
    """Return an error of the house as a refusal with its status."""
    if isinstance(error, Refused):
        return error
    status = 503
    if isinstance(error, Infeasible):
        status = 409
    elif isinstance(error, InputError | UsageError):
        status = 422
    elif isinstance(error, CabinetError):
        return Refused(503, "the accounts cannot be read now", hint="try again in a moment")
    elif isinstance(error, LogError):
        # What follows the colon is the store's own word: paths, addresses, statements.
        return Refused(503, f"the log {error.cause.partition(':')[0]}", hint="try again in a moment")
    found = Refused(status, error.cause, place=error.place, hint=error.hint)
    found.__cause__ = error
    return found


def _problem(refused: Refused, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    behind = refused.__cause__
    faults = tuple(str(fault) for fault in behind.faults[:100]) if isinstance(behind, InputError) else ()
    body = Problem(status=refused.status, cause=refused.cause, place=refused.place, hint=refused.hint, faults=faults)
    if refused.wait:
        headers = (*headers, ("retry-after", str(max(round(refused.wait + 0.5), 1))))
    return Reply(body, status=refused.status, media="application/problem+json", headers=headers)


async def answer(send: Any, reply: Reply, route: Route | None, receive: Any = None) -> int:  # noqa: ANN401
    """Send a reply and return its status; with `receive` a stream ends as soon as its reader has gone."""
    status = reply.status or (route.done if route else 200)
    media = reply.media or (route.media if route else "application/json")
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    if status not in (204, 303, 304):
        headers.append((b"content-type", media.encode("latin-1")))
    if reply.stream is not None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await _streamed(send, receive, reply.stream)
        await send({"type": "http.response.body", "body": b""})
        return status
    raw = reply.raw if reply.raw is not None else (b"" if reply.body is None else _encoder.encode(reply.body))
    # What is said of a page that a browser holds must not give it another length.
    if status != 304:
        headers.append((b"content-length", str(len(raw)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": raw})
    return status


async def _streamed(send: Any, receive: Any, chunks: AsyncGenerator[bytes, None]) -> None:  # noqa: ANN401
    """Send what comes until it ends or the reader has gone.

    What is sent to nobody is swallowed without an error, so that a stream would go on for ever, and with it the session
    that it keeps in use.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - handlers run in tasks

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        task.cancel()

    watch = asyncio.create_task(gone()) if receive is not None else None
    try:
        async for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    except asyncio.CancelledError:
        if watch is None or not watch.done():
            raise
        task.uncancel()
    finally:
        if watch is not None:
            watch.cancel()
        await chunks.aclose()


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else ""
