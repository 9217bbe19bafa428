"""`corridor serve` as a new user meets it: one command, a link, a second person with a phone; and where it says no."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from corridor import cli_serve
from corridor.errors import UsageError
from corridor.log.log import Log
from corridor.server.serve import Where, is_loopback, settings_of
from corridor.server.tls import certificate
from tests.server.serving import API, at_gate, entered

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def command(*words: str, cwd: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run the command line until it has told its links."""
    process = subprocess.Popen(
        [sys.executable, "-m", "corridor.cli", "serve", *words],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    told: list[str] = []
    try:
        while sum(not line.startswith("made ") for line in told) < 3:
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            told.append(line.strip())
        yield process, told
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
        told.append(errors)


def test_from_nothing_to_a_second_person(tmp_path: Path) -> None:
    port = free_port()
    with command("a.corridor", "--new", "Drill", "--port", str(port), "--no-planning", cwd=tmp_path) as (process, told):
        assert told.pop(0).startswith("made a.corridor")
        assert told[0] == f"serving Drill at http://127.0.0.1:{port}"
        link = re.search(r"http://\S+", told[1])
        assert link is not None
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as browser:
            page = browser.get(link[0])
            assert "Use this one-time link" in page.text
            assert "<script" not in page.text
            code = re.search(r'name="link" type="hidden" value="([^"]+)"', page.text)
            assert code is not None
            own = {"origin": f"http://127.0.0.1:{port}"}
            entered_ = browser.post("/sign-in", data={"link": code[1]}, headers=own)
            assert entered_.status_code == 303
            assert "HttpOnly" in entered_.headers["set-cookie"]
            assert "SameSite=Strict" in entered_.headers["set-cookie"]
            home = browser.get("/")
            assert "coordinator-1" in home.text
            # The link opens once.
            again = httpx.post(f"http://127.0.0.1:{port}/sign-in", data={"link": code[1]})
            assert again.headers["location"] == "/sign-in?lang=en&wrong=1"
            # The coordinator enrols a phone; a second person scans and sends.
            made = browser.post(f"{API}/devices", json={"post": "gate"}, headers=own).json()
            assert made["picture"].startswith("data:image/svg+xml")
            assert made["address"].endswith(f"/enrol#{made['code']}")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as phone:
            answer = phone.post(f"{API}/devices/claim", json={"code": made["code"]})
            assert answer.status_code == 200, answer.text
            claimed = answer.json()
            assert claimed["post"] == "gate"
            assert phone.post(f"{API}/devices/claim", json={"code": made["code"]}).status_code == 401
            phone.headers["authorization"] = f"Bearer {claimed['token']}"
            batch = {"entries": [entered(at_gate(note="secret words"), 1)]}
            assert phone.post(f"{API}/sync", json=batch).json()["answers"][0]["status"] == "accepted"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)
    assert (tmp_path / "a.corridor.access").stat().st_mode & 0o777 == 0o600
    # The lines of the server say what was asked, and nothing of what was said.
    lines = told[-1]
    assert '"event":"request"' in lines
    for word in ("secret words", claimed["token"], code[1], made["code"], "Traceback"):
        assert word not in lines
    with Log.open(str(tmp_path / "a.corridor")) as log:
        assert log.verify().sound
        names = [row.name for row in log.rows()]
        assert {"signed in", "denied", "device enrolled", "device claimed", "report"} <= set(names)


def test_a_public_address_needs_tls(tmp_path: Path) -> None:
    place = str(tmp_path / "a.corridor")
    for host in ("0.0.0.0", "192.0.2.7", "::", "example.org"):
        assert not is_loopback(host)
        with pytest.raises(UsageError, match="can be reached by others"):
            settings_of(place, Where(host=host))
    assert is_loopback("127.0.0.9")
    assert is_loopback("::1")
    with pytest.raises(UsageError, match="name is not known"):
        settings_of(place, Where(host="0.0.0.0", behind_proxy=True))
    with pytest.raises(UsageError, match="needs its key"):
        settings_of(place, Where(cert=tmp_path / "c.pem"))
    found, _, _ = settings_of(place, Where(host="0.0.0.0", behind_proxy=True, names=("c.example.org",)))
    assert found.address == "https://c.example.org"
    assert found.behind_proxy


def test_a_database_on_another_machine_is_reached_by_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)
    for base in (
        "db.example/base",
        "db.example/base?sslmode=require",
        "localhost,db.example/base",
        "/b?hostaddr=192.0.2.7",
    ):
        with pytest.raises(UsageError, match="without TLS"):
            settings_of(f"postgresql://{base}#name", Where())
    for base in ("db.example/base?sslmode=verify-full", "127.0.0.1/base", "localhost:5433/b", "/base?host=/run/pg"):
        settings_of(f"postgresql://{base}#name", Where())
    monkeypatch.setenv("PGHOST", "db.example")
    with pytest.raises(UsageError, match="without TLS"):
        settings_of("postgresql:///base#name", Where())
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    settings_of("postgresql:///base#name", Where())
    with pytest.raises(UsageError, match="no address"):
        settings_of("postgresql://db.example/base?nonsense=1", Where())


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    Log.new(str(tmp_path / "a.corridor"), title="Drill").close()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "corridor.cli", "serve", "a.corridor", "--port", port],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert "cannot be listened on" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_certificate_is_trusted_for_these_names_only(tmp_path: Path) -> None:
    names = ("corridor-test.local", "127.0.0.1")
    trust, cert, key = certificate(tmp_path / "tls", names)
    assert key.stat().st_mode & 0o777 == 0o600
    held = cert.read_bytes()
    assert certificate(tmp_path / "tls", names)[1].read_bytes() == held
    assert certificate(tmp_path / "tls", (*names, "other.local"))[1].read_bytes() != held
    Log.new(str(tmp_path / "a.corridor"), title="Drill").close()
    port = free_port()
    words = ("a.corridor", "--port", str(port), "--cert", str(cert), "--key", str(key), "--no-planning")
    with command(*words, cwd=tmp_path):
        context = ssl.create_default_context(cafile=str(trust))
        found = httpx.get(f"https://127.0.0.1:{port}/health/ready", verify=context)
        assert found.json() == {"ok": True, "why": ""}
        assert "max-age" in found.headers["strict-transport-security"]
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"https://127.0.0.1:{port}/health/ready")
        must_speak_sound_tls(port, str(trust))


def spoken(port: int, trust: str, suites: str, least: ssl.TLSVersion, most: ssl.TLSVersion) -> tuple[str | None, str]:
    """Return version and suite that a client gets which would take these; raises where the server takes none."""
    context = ssl.create_default_context(cafile=trust)
    context.set_ciphers(suites)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = least, most
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as raw,
        context.wrap_socket(raw, server_hostname="127.0.0.1") as tls,
    ):
        return tls.version(), (tls.cipher() or ("",))[0]


def must_speak_sound_tls(port: int, trust: str) -> None:
    """The newest version first; below it only suites with forward secrecy and authenticated encryption."""
    v1, v1_1, v1_2, v1_3 = (getattr(ssl.TLSVersion, name) for name in ("TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3"))
    every = "ALL:@SECLEVEL=0"
    assert spoken(port, trust, every, v1_2, v1_3)[0] == "TLSv1.3"
    version, suite = spoken(port, trust, every, v1_2, v1_2)
    assert version == "TLSv1.2"
    assert suite.startswith("ECDHE-")
    assert suite.endswith(("GCM-SHA384", "GCM-SHA256", "POLY1305"))
    for suites, least, most in (("ECDHE+AES:!AESGCM:!AESCCM:@SECLEVEL=0", v1_2, v1_2), (every, v1, v1_1)):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            spoken(port, trust, suites, least, most)


def test_a_log_that_is_there_is_served_and_never_made_anew(tmp_path: Path) -> None:
    place = str(tmp_path / "a.corridor")
    cli_serve._made(place, "First")
    cli_serve._made(place, "Second")
    with Log.open(place) as log:
        assert log.opened.title == "First"
    with pytest.raises(UsageError, match="no file to be made"):
        cli_serve._made("a.txt", "x")
