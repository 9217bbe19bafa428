"""What the standard asks of any server and no other test holds: `security/asvs.csv` names each beside its section."""

from __future__ import annotations

import io
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corridor.log.store import LogError
from corridor.server import people as people_
from corridor.server import read, secret
from corridor.server.cabinet import SqliteCabinet
from corridor.server.console import assets, tables
from corridor.server.gate import caller
from corridor.server.house import Settings
from corridor.server.metrics import Metrics
from corridor.server.routes import ROUTES
from tests.operation.acting import basis
from tests.server.serving import API, Live, live, recent

WORDS = "seven grey herons under rain"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Live]:
    with live(tmp_path, recent(basis())) as made:
        yield made


def acts(server: Live, name: str) -> list[dict[str, Any]]:
    """Return the bodies of the acts of a name, as an auditor sees them."""
    rows = server.member("auditor").get(f"{API}/log", params={"kind": "act", "name": name, "limit": 1000}).json()
    return [row["body"] for row in rows["rows"]]


def test_a_text_comes_back_as_it_was_said_and_is_escaped_in_a_page(server: Live) -> None:
    said = '<b onclick="x">&amp;%41\'</b>'
    admin = server.member("admin")
    assert admin.post(f"{API}/accounts", json={"role": "auditor", "party": [said]}).status_code == 201
    assert [said] in [one["party"] for one in admin.get(f"{API}/accounts").json()["accounts"]]
    room = server.member("coordinator")
    for page in (admin.get("/accounts"), room.get("/log", params={"word": said})):
        assert page.status_code == 200
        assert "<b onclick" not in page.text
        assert "&lt;b onclick=&quot;x&quot;&gt;&amp;amp;%41" in page.text
    # What goes into an address again is encoded for it.
    assert "word=<b" not in page.text
    assert "%3Cb%20onclick" in page.text or "%3Cb+onclick" in page.text


def test_every_kind_of_answer_in_letters_says_in_which(server: Live) -> None:
    kinds = {route.media for route in ROUTES} | set(assets.MEDIA.values()) | set(tables.MEDIA.values())
    lettered = [kind for kind in kinds if kind.startswith("text/") or "+xml" in kind or "/xml" in kind]
    assert len(lettered) > 4
    assert not [kind for kind in lettered if not kind.endswith("; charset=utf-8")]
    room = server.member("coordinator")
    plain = [route for route in ROUTES if route.method == "GET" and not route.fields and "stream" not in route.path]
    told = {route.path: room.get(route.path, follow_redirects=False) for route in plain}
    silent = [path for path, found in told.items() if found.content and "content-type" not in found.headers]
    assert not silent
    for route in plain:
        if told[route.path].status_code == 200:
            assert told[route.path].headers["content-type"] == route.media, route.path


def test_a_field_that_stands_twice_is_refused(server: Live) -> None:
    room = server.member("coordinator")
    assert room.get(f"{API}/log?limit=1&limit=2").status_code == 400
    body = "account=x&passphrase=y&account=z"
    form = {"content-type": "application/x-www-form-urlencoded", "origin": server.address}
    assert server.client().post("/sign-in", content=body, headers=form).status_code == 400


def spoken(server: Live, *parts: bytes) -> bytes:
    """Send bytes as they are and return everything that is answered."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
        raw.sendall(b"".join(parts))
        raw.settimeout(1.0)
        found = b""
        try:
            while part := raw.recv(65536):
                found += part
        except TimeoutError:
            pass
        return found


def test_where_a_message_ends_is_found_in_one_way_only(server: Live) -> None:
    head = f"POST {API}/session/link HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n".encode()
    body, next_ = b'{"link":"none"}', b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    # The chunks count, whatever length is named beside; what follows them is the next request and no part of a body.
    both = spoken(server, head, b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", chunked, next_)
    assert both.count(b"HTTP/1.1 ") == 2
    assert b"401 " in both.splitlines()[0]
    for ambiguous in (
        b"Content-Length: 15\r\nContent-Length: 4\r\n",
        b"Content-Length: +15\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Host: other.example\r\nContent-Length: 15\r\n",
    ):
        found = spoken(server, head, ambiguous, b"\r\n", body, next_)
        assert found.count(b"HTTP/1.1 ") == 1, ambiguous
        assert found.split()[1] in (b"400", b"501"), ambiguous


def test_an_address_is_believed_from_a_proxy_only(tmp_path: Path) -> None:
    scope: dict[str, Any] = {"client": ("192.0.2.1", 1)}
    forged = {b"x-forwarded-for": b"203.0.113.9, 198.51.100.7"}
    assert caller(scope, forged, behind_proxy=False) == "192.0.2.1"
    # The proxy writes the one that it saw at the end; whatever the caller wrote stands before it.
    assert caller(scope, forged, behind_proxy=True) == "198.51.100.7"
    with live(tmp_path, unlimited=False) as server:
        said = {"account": "nobody-1", "passphrase": WORDS}
        told = [
            server.client(**{"x-forwarded-for": f"203.0.113.{n}"}).post(f"{API}/session", json=said).status_code
            for n in range(8)
        ]
        assert 429 in told


def test_nothing_but_the_listed_methods_and_files(server: Live) -> None:
    room = server.member("coordinator")
    paths = {route.path for route in ROUTES if not route.fields}
    for method in ("TRACE", "OPTIONS", "CONNECT", "PUT"):
        assert {room.request(method, path).status_code for path in paths} == {405}, method
    for path in (
        "/static",
        "/static/",
        "/.git/HEAD",
        "/.svn/entries",
        "/static/../app.py",
        "/docs",
        "/redoc",
        "/debug",
    ):
        assert room.get(path).status_code == 404, path


def signed_in(server: Live, role: str = "dispatcher") -> tuple[str, Any]:
    """Return an account with a passphrase and a client that was let in by its link."""
    admin = server.member("admin")
    made = admin.post(f"{API}/accounts", json={"role": role}).json()
    client = server.client(origin=server.address)
    found = client.post(f"{API}/session/link", json={"link": made["link"].partition("=")[2]})
    assert found.status_code == 200
    assert client.post(f"{API}/session/passphrase", json={"passphrase": WORDS}).status_code == 204
    return made["account"], client


def test_every_way_in_and_out_stands_in_the_log(server: Live) -> None:
    account, client = signed_in(server)
    said = {"account": account, "passphrase": WORDS}
    assert client.post(f"{API}/session", json=said).status_code == 200
    assert client.delete(f"{API}/session").status_code == 204
    assert [one["by"] for one in acts(server, "signed in")] == ["link", "passphrase"]
    assert len(acts(server, "session ended")) == 1
    client.post(f"{API}/session", json=said | {"passphrase": "wrong wrong wrong"})
    client.post(f"{API}/session", json={"account": WORDS, "passphrase": "typed in the wrong field"})
    client.post(f"{API}/session/link", json={"link": "none"})
    wrong = acts(server, "denied")
    assert [(one["by"], one.get("account", "")) for one in wrong] == [
        ("passphrase", account),
        ("passphrase", ""),
        ("link", ""),
    ]
    assert WORDS not in json.dumps(wrong)


def test_who_signs_in_again_leaves_no_session_behind(server: Live) -> None:
    account, client = signed_in(server)
    before = client.headers.get("cookie") or "; ".join(f"{k}={v}" for k, v in client.cookies.items())
    assert client.post(f"{API}/session", json={"account": account, "passphrase": WORDS}).status_code == 200
    assert len(server.house.people.sessions(account)) == 1
    assert server.client(cookie=before).get(f"{API}/session").status_code == 401
    assert client.get(f"{API}/session").status_code == 200


def test_who_is_slowed_down_stands_in_the_log_once_a_minute(tmp_path: Path) -> None:
    with live(tmp_path, unlimited=False) as server:
        account = server.house.people.make("dispatcher")
        for _ in range(30):
            server.client().post(f"{API}/session", json={"account": account, "passphrase": "wrong wrong wrong"})
        why = [one["why"] for one in acts(server, "denied")]
        assert why.count("too many tries") == 1
        assert why.count("too many requests") == 1


def test_one_account_follows_so_many_streams_and_others_are_not_in_its_way(
    server: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "MOST_STREAMS", 2)
    mine, other = server.member("dispatcher"), server.member("dispatcher")
    with mine.stream("GET", f"{API}/stream") as one, mine.stream("GET", f"{API}/stream") as two:
        assert (one.status_code, two.status_code) == (200, 200)
        refused = mine.get(f"{API}/stream")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 5
        with other.stream("GET", f"{API}/stream") as found:
            assert found.status_code == 200
    until = time.monotonic() + 10
    while server.house.hub.following and time.monotonic() < until:
        time.sleep(0.05)
    with mine.stream("GET", f"{API}/stream") as again:
        assert again.status_code == 200


def test_what_failed_is_said_to_whoever_keeps_the_server_only(server: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    room = server.member("coordinator")

    def fails(*_: object, **__: object) -> None:
        raise LogError("cannot be reached: connection to 10.0.0.1 as corridor", place="/srv/secret.corridor", hint="x")

    monkeypatch.setattr(server.house.intake, "submit", fails)
    found = room.post(f"{API}/decisions/close", json={"reason": "drill"})
    assert found.status_code == 503
    for word in ("10.0.0.1", "secret.corridor", "as corridor"):
        assert word not in found.text
    assert "the log cannot be reached" in found.text
    assert '"error":"LogError"' in server.written.getvalue()
    assert not server.house.present.closed

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("the key is 0451")

    monkeypatch.setattr(server.house.people, "sessions", breaks)
    found = room.get(f"{API}/sessions")
    assert found.status_code == 500
    assert "0451" not in found.text + server.written.getvalue()
    assert '"error":"RuntimeError"' in server.written.getvalue()
    assert room.get("/health/live").status_code == 200


def test_a_line_of_the_servers_log_is_one_line_whatever_it_tells() -> None:
    out = io.StringIO()
    said = 'a"\n{"at":1,"event":"forged"}\r\x1b[2J\u2028'
    Metrics(out=out).tell("failed", error=said)
    (line,) = out.getvalue().splitlines(keepends=False)[:1]
    assert out.getvalue().count("\n") == 1
    assert "\r" not in out.getvalue()
    assert "\x1b" not in out.getvalue()
    told = json.loads(out.getvalue())
    assert told["error"] == said
    assert abs(told["at"] - time.time()) < 60
    assert line.startswith("{")


def test_a_passphrase_kept_by_older_parameters_is_sealed_anew(tmp_path: Path) -> None:
    from argon2 import PasswordHasher

    people = people_.People(SqliteCabinet(tmp_path / "x.access"), "key")
    account = people.make("dispatcher")
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(WORDS)
    people.cabinet.change("UPDATE account SET passphrase = ? WHERE account = ?", old, account)
    assert people.by_passphrase(account, "wrong wrong wrong", "") is None
    assert people.cabinet.rows("SELECT passphrase FROM account")[0][0] == old
    assert people.by_passphrase(account, WORDS, "") == account
    new = people.cabinet.rows("SELECT passphrase FROM account")[0][0]
    assert f"m={secret.MEMORY_KIB},t={secret.PASSES},p={secret.LANES}" in new
    assert people.by_passphrase(account, WORDS, "") == account
    assert people.cabinet.rows("SELECT passphrase FROM account")[0][0] == new


def test_over_tls_every_cookie_is_bound_to_this_host(tmp_path: Path) -> None:
    settings = Settings(planning=False, hosts=("127.0.0.1",), behind_proxy=True)
    with live(tmp_path, settings=settings) as server:
        people = server.house.people
        link, _ = people.link(people.make("dispatcher"))
        own = {"origin": server.address}
        set_ = server.client().post("/sign-in", data={"link": link}, headers=own).headers.get_list("set-cookie")
        set_ += server.client().get("/sign-in", params={"lang": "ar", "theme": "dark"}).headers.get_list("set-cookie")
        assert len(set_) == 3
        for cookie in set_:
            assert cookie.startswith("__Host-corridor")
            assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
        kept = "; ".join(one.partition(";")[0] for one in set_)
        assert 'lang="ar"' in server.client(cookie=kept).get("/sign-in").text
