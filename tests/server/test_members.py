"""Who may enter: passphrases, second factors, one-time codes, sessions that end, other sites' pages, guesses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from corridor.log.entry import now
from corridor.log.log import Log
from corridor.server import secret
from corridor.server.cabinet import CabinetError, SqliteCabinet
from corridor.server.house import Settings
from corridor.server.people import IDLE, LONGEST, People
from tests.server.serving import API, Live, live

WORDS = "seven grey herons under rain"


class Clock:
    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> datetime:
        return self.at

    def go(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(tmp_path: Path, clock: Clock) -> Iterator[Live]:
    with live(tmp_path, clock=clock) as made:
        yield made


def test_the_vectors_of_the_standard() -> None:
    """RFC 6238, appendix B, its SHA-1 rows cut to six digits."""
    key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for at, said in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert secret.digits(key, at // 30) == said
        step = secret.step_of(key, said, after=0, at=at)
        assert step == at // 30
        assert not secret.step_of(key, said, after=step, at=at)
        assert not secret.step_of(key, said, after=0, at=at + 90)


def test_passphrases_are_kept_as_argon2id_and_weak_ones_refused() -> None:
    kept = secret.seal(WORDS)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert secret.matches(kept, WORDS)
    assert not secret.matches(kept, WORDS + ".")
    assert not secret.matches("", "")
    for bad in ("aaaaaaaaaaaaaaaaaaaa", "passwordpassword1", "1234567890123456"):
        assert secret.weak(bad)
    assert not secret.weak(WORDS)


def test_a_coordinator_signs_in_with_two_factors_only(server: Live, clock: Clock) -> None:
    lead = server.member("coordinator")
    account = lead.headers["x-account"]
    assert lead.post(f"{API}/session/passphrase", json={"passphrase": "short"}).status_code == 400
    assert lead.post(f"{API}/session/passphrase", json={"passphrase": "a" * 20}).status_code == 409
    assert lead.post(f"{API}/session/passphrase", json={"passphrase": WORDS}).status_code == 204
    client = server.client()
    said = {"account": account, "passphrase": WORDS}
    assert client.post(f"{API}/session", json=said).status_code == 401
    # An open screen alone changes neither key: whoever has a passphrase shows it again.
    for present in ("", "another one, just as long"):
        refused = lead.post(f"{API}/session/factor", json={"present": present})
        assert (refused.status_code, refused.json()["place"]) == (409, "passphrase")
    again = {"passphrase": f"{WORDS} again", "present": "another one, just as long"}
    assert lead.post(f"{API}/session/passphrase", json=again).status_code == 409
    factor = lead.post(f"{API}/session/factor", json={"present": WORDS}).json()
    assert factor["picture"].startswith("data:image/svg+xml")
    step = int(clock.at.timestamp() // 30)
    assert lead.post(f"{API}/session/factor/confirm", json={"digits": "000000"}).status_code == 409
    right = {"digits": secret.digits(factor["secret"], step)}
    assert lead.post(f"{API}/session/factor/confirm", json=right).status_code == 204
    # A code that was used opens nothing again.
    assert client.post(f"{API}/session", json=said | right).status_code == 401
    clock.go(60)
    right = {"digits": secret.digits(factor["secret"], step + 2)}
    assert client.post(f"{API}/session", json=said | {"digits": "12345"}).status_code == 401
    found = client.post(f"{API}/session", json=said | right)
    assert found.json()["second_factor"] is True
    assert server.house.present.seq == server.house.reader.head().seq
    assert {"passphrase set", "second factor set", "signed in", "denied"} <= set(server.names())


def test_sessions_end_by_themselves_and_by_hand(server: Live, clock: Clock) -> None:
    room = server.member("dispatcher")
    assert room.get(f"{API}/session").json()["role"] == "dispatcher"
    clock.go(IDLE - 5)
    assert room.get(f"{API}/session").status_code == 200
    clock.go(IDLE + 5)
    assert room.get(f"{API}/session").status_code == 401
    room = server.member("dispatcher")
    for _ in range(round(LONGEST / (IDLE - 60)) + 1):
        clock.go(IDLE - 60)
        last = room.get(f"{API}/session").status_code
    assert last == 401
    one, admin = server.member("dispatcher"), server.member("admin")
    listed = one.get(f"{API}/sessions").json()["sessions"]
    assert [each["mine"] for each in listed] == [True]
    assert len(admin.get(f"{API}/sessions").json()["sessions"]) > 1
    other = server.member("auditor")
    assert other.delete(f"{API}/sessions/{listed[0]['session']}").status_code == 404
    assert admin.delete(f"{API}/sessions/{listed[0]['session']}").status_code == 204
    assert one.get(f"{API}/session").status_code == 401
    assert other.delete(f"{API}/session").status_code == 204
    assert other.get(f"{API}/session").status_code == 401


def test_pages_of_other_sites_change_nothing(server: Live) -> None:
    room = server.member("coordinator")
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": server.address, "sec-fetch-site": "cross-site"},
        {"origin": server.address.replace("127.0.0.1", "localhost")},
    ):
        found = room.post(f"{API}/decisions/close", json={"reason": "x"}, headers=headers)
        assert found.status_code == 403, headers
    del room.headers["origin"]
    assert room.post(f"{API}/decisions/close", json={"reason": "x"}).status_code == 403
    assert not server.house.present.closed
    assert server.client(host="evil.example").get("/").status_code == 400


def test_every_answer_carries_the_strict_headers(server: Live) -> None:
    for path in ("/", "/sign-in", f"{API}/situation", "/nowhere"):
        headers = server.client().get(path).headers
        policy = headers["content-security-policy"].split("; ")
        assert {"default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy)
        assert "strict-transport-security" not in headers  # nobody can keep that promise without TLS
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers or "uvicorn" not in headers["server"] or path
    for lang, word in (("fr", "Entrer"), ("en", "Sign in"), ("ar", "الدخول")):
        page = server.client().get("/sign-in", params={"lang": lang}).text
        assert word in page
        assert not re.search(r"<script|style=|\son\w+=|https?://", page)


def test_over_tls_browsers_are_told_to_come_by_it_for_a_year(tmp_path: Path) -> None:
    settings = Settings(planning=False, hosts=("127.0.0.1",), behind_proxy=True)
    with live(tmp_path, settings=settings) as server:
        for path in ("/", f"{API}/situation", "/nowhere"):
            told = server.client().get(path).headers["strict-transport-security"]
            assert told == "max-age=31536000; includeSubDomains"


def test_guesses_are_slowed_down(tmp_path: Path) -> None:
    with live(tmp_path, unlimited=False) as server:
        account = server.house.people.make("dispatcher")
        said = {"account": account, "passphrase": "wrong wrong wrong"}
        statuses = [server.client().post(f"{API}/session", json=said).status_code for _ in range(8)]
        assert statuses[:5] == [401] * 5
        assert set(statuses[5:]) == {429}


def test_an_enrolment_code_is_used_once_and_not_for_long(server: Live, clock: Clock) -> None:
    people = server.house.people
    _, code, _ = people.enrol("gate")
    clock.go(601)
    assert people.claim(code) is None
    device, code, _ = people.enrol("gate")
    assert people.claim(code) is not None
    assert people.claim(code) is None
    phone = server.phone()
    admin = server.member("admin")
    assert phone.get(f"{API}/session").json()["post"] == "gate"
    name = phone.headers["x-account"]
    assert admin.delete(f"{API}/devices/{name}").status_code == 204
    assert phone.get(f"{API}/session").status_code == 401
    listed = {one["device"]: one["active"] for one in admin.get(f"{API}/devices").json()["devices"]}
    assert listed[name] is False
    assert listed[device] is True


def test_a_change_of_role_ends_the_old_sessions_and_stands_in_the_log(server: Live) -> None:
    admin, one = server.member("admin"), server.member("dispatcher")
    path = f"{API}/accounts/{one.headers['x-account']}/role"
    made = admin.post(path, json={"role": "auditor", "reason": "another shift"}).json()
    assert made["account"].startswith("auditor-")
    assert one.get(f"{API}/session").status_code == 401
    assert server.client().post(f"{API}/session/link", json={"link": made["link"].partition("=")[2]}).status_code == 200
    assert admin.post(f"{API}/accounts/{admin.headers['x-account']}/role", json={"role": "coordinator", "reason": "x"}
                      ).status_code == 403  # fmt: skip
    (row,) = [row for row in server.house.raw.rows() if row.name == "role changed"]
    assert one.headers["x-account"] in row.body
    assert made["account"] in row.body


def test_an_export_stands_in_the_log_and_is_the_log(server: Live, tmp_path: Path) -> None:
    auditor = server.member("auditor")
    found = auditor.post(f"{API}/log/export", json={"to": "tribunal", "reason": "asked for"})
    assert found.status_code == 200
    assert found.headers["content-disposition"] == 'attachment; filename="log.jsonl"'
    file = tmp_path / "copy.jsonl"
    file.write_bytes(found.content)
    from corridor.log.log import restore

    count, _ = restore(file, str(tmp_path / "copy.corridor"))
    assert count == int(found.headers["x-entries"])
    with Log.open(str(tmp_path / "copy.corridor")) as log:
        assert [row for row in log.rows() if row.name == "exported" and "tribunal" in row.body]


def test_no_secret_is_kept_as_it_was_said(server: Live, tmp_path: Path) -> None:
    people = server.house.people
    account = people.make("dispatcher")
    link, _ = people.link(account)
    token = people.begin(account)
    _, code, _ = people.enrol("gate")
    for path in tmp_path.iterdir():
        held = path.read_bytes()
        for word in (link, token, code):
            assert word.encode() not in held, path


def test_a_cabinet_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.access"
    SqliteCabinet(path).close()
    path.chmod(0o644)
    with pytest.raises(CabinetError, match="read by others"):
        SqliteCabinet(path)


def test_two_use_one_code_and_one_alone_is_let_in(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    people = People(SqliteCabinet(tmp_path / "x.access"), "key")
    link, _ = people.link(people.make("admin"))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: people.by_link(link), range(32)))
    assert sum(one is not None for one in found) == 1


class Counting(SqliteCabinet):
    """A cabinet that counts the statements by which it changed anything."""

    changes = 0

    def change(self, query: str, *values: object) -> int:
        changed = super().change(query, *values)
        self.changes += bool(changed)
        return changed


def test_a_thousand_streams_are_looked_up_together(tmp_path: Path, clock: Clock) -> None:
    """Each stream once wrote its own use of the session down, and every entry on its way waited for the disk."""
    cabinet = Counting(tmp_path / "x.access")
    people = People(cabinet, "key", clock=lambda: clock().timestamp())
    accounts = [people.make("dispatcher") for _ in range(20)]
    viewers = [people.by_session(people.begin(accounts[number % 20])) for number in range(1000)]
    device = people.by_token((people.claim(people.enrol("gate")[1]) or ("", "", ""))[0])
    known = [one for one in (*viewers, device) if one is not None]
    assert len(known) == 1001
    cabinet.changes = 0
    assert people.over(known) == set()
    assert cabinet.changes == 0
    for _ in range(40):
        clock.go(IDLE / 20)
        assert people.over(known) == set()
    assert 0 < cabinet.changes <= 40 * 3
    people.revoke(accounts[0])
    assert people.over(known) == {one for one in known if one.account == accounts[0]}
    assert device is not None
    people.revoke_device(device.device)
    assert people.over([device]) == {device}
    clock.go(IDLE + 1)
    assert people.over(known[1:2]) == set(), "who follows a stream is there, however long no request comes"
    clock.go(LONGEST)
    assert people.over(known[1:2]) == {known[1]}
