"""One log, served: where it listens, who is let in first, how it stops."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import FrameType

import msgspec
import uvicorn

from corridor.errors import CorridorError, UsageError
from corridor.log.names import POSTGRES
from corridor.publishing.ground import read_ground
from corridor.publishing.redact import DELAY, Level
from corridor.server.app import make_app
from corridor.server.house import House, Settings
from corridor.server.people import FIRST_LINK_SECONDS
from corridor.server.replay import Replay
from corridor.server.tls import certificate, local_names

# So long requests under way may take when the server is asked to stop.
GRACE_SECONDS = 5
SWITCH_SECONDS = 0.0005
# Below TLS 1.3 (whose suites are all sound) only those with forward secrecy and authenticated encryption (RFC 9325).
SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"
# What an address of a database must say where the database is on another machine.
ENCRYPTED = ("verify-full", "verify-ca")
# So many objects more before they are looked through; of the older ones in each generation, so many times.
GARBAGE = (20_000, 20, 20)


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """Where to listen and how: as the options of `corridor serve` say."""

    host: str = "127.0.0.1"
    port: int = 8765
    names: tuple[str, ...] = ()
    tls_local: bool = False
    cert: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False
    delay_hours: float = DELAY / timedelta(hours=1)
    planning: bool = True
    key_file: Path | None = None
    map: Path | None = None


def is_loopback(host: str) -> bool:
    """Return whether an address is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def must_be_encrypted(place: str) -> None:
    """Raise `UsageError` for a database on another machine whose address leaves it open whether TLS is used.

    Without a word of it the driver asks for TLS and goes on in clear where it is refused (libpq, `sslmode=prefer`).
    """
    if not place.startswith(POSTGRES):
        return
    from psycopg import Error, pq  # noqa: PLC0415 - only those with a database need its driver

    try:
        said = pq.Conninfo.parse(place.partition("#")[0].encode())
    except Error as error:
        raise UsageError(f"is no address of a database: {error}", place="LOG", hint="postgresql://host/base") from None
    # What the address leaves out may stand in the environment (PGHOST, PGSSLMODE).
    usual = {one.keyword: one.val for one in pq.Conninfo.get_defaults()}
    found = {one.keyword.decode(): (one.val or usual.get(one.keyword) or b"").decode() for one in said}
    hosts = [host for name in ("host", "hostaddr") for host in found[name].split(",") if host]
    away = [host for host in hosts if not host.startswith(("/", "@")) and not is_loopback(host)]
    if away and found["sslmode"] not in ENCRYPTED:
        raise UsageError(
            f"the database on {away[0]} would be reached without TLS where it is not offered",
            place="LOG",
            hint="add ?sslmode=verify-full to its address, before the #",
        )


def settings_of(place: str, where: Where) -> tuple[Settings, Path | None, Path | None]:
    """Return how the server is reached, with the files of its certificate.

    Raises `UsageError` for an address that others reach without TLS and without a proxy that brings it, and for a
    database on another machine that nothing says to be reached by TLS.
    """
    must_be_encrypted(place)
    if (where.cert is None) != (where.key is None):
        raise UsageError("a certificate needs its key", place="--cert", hint="give --cert and --key")
    own = where.cert is not None or where.tls_local
    if not is_loopback(where.host) and not own and not where.behind_proxy:
        raise UsageError(
            f"{where.host} can be reached by others, and nothing here is encrypted",
            place="--host",
            hint="add --tls-local, or --cert and --key, or --behind-proxy where a proxy brings TLS",
        )
    if where.behind_proxy and not where.names:
        hint = "--name corridor.example.org"
        raise UsageError("the proxy's name is not known", place="--behind-proxy", hint=hint)
    names = where.names or (("localhost", "127.0.0.1") if is_loopback(where.host) else local_names())
    trust, cert, key = None, where.cert, where.key
    if where.tls_local:
        names = tuple(dict.fromkeys((*where.names, *local_names())))
        folder = Path(("corridor" if place.startswith(POSTGRES) else place) + ".tls")
        trust, cert, key = certificate(folder, names)
    scheme = "https" if own or where.behind_proxy else "http"
    shown = _shown(where, names)
    address = f"{scheme}://{shown}" + ("" if where.behind_proxy else f":{where.port}")
    hosts = (*names, "127.0.0.1", "localhost", "[::1]", *([where.host] if where.host != "0.0.0.0" else []))  # noqa: S104
    settings = Settings(
        hosts=tuple(dict.fromkeys(hosts)),
        address=address,
        tls=own,
        behind_proxy=where.behind_proxy,
        trust=str(trust) if trust else "",
        level=Level(delay=timedelta(hours=where.delay_hours)),
        planning=where.planning,
        ground=read_ground(where.map) if where.map else None,
    )
    return settings, cert, key


def _shown(where: Where, names: tuple[str, ...]) -> str:
    """Return the name that others are told: the one given, else an address of this machine on its network."""
    if where.names:
        return where.names[0]
    if where.host not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return where.host
    addresses = [name for name in names if name.replace(".", "").isdigit() and not is_loopback(name)]
    return addresses[0] if addresses else names[0]


class Server(uvicorn.Server):
    """A server that lets its streams go before it waits for the requests under way."""

    def __init__(self, config: uvicorn.Config, house: House, told: Callable[[], None]) -> None:
        super().__init__(config)
        self._house = house
        self._told = told

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        if self.started:
            self._told()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop: the streams first, as they never end by themselves."""
        self._house.hub.stop()
        super().handle_exit(sig, frame)


def serve(place: str, where: Where, say: Callable[[str], None], *, replay: Replay | None = None) -> None:
    """Serve a log until the process is asked to stop. Raises `UsageError` for an address that cannot be had."""
    settings, cert, key = settings_of(place, where)
    house = House(place, settings, key_file=where.key_file, replay=replay)
    try:
        listening = _listen(where)
    except BaseException:
        house._close()  # noqa: SLF001 - it never started
        raise
    config = uvicorn.Config(
        make_app(house),
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=30,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        ssl_certfile=str(cert) if cert else None,
        ssl_keyfile=str(key) if key else None,
        ssl_ciphers=SUITES if cert else None,
        h11_max_incomplete_event_size=32 * 1024,
        limit_concurrency=4000,
        ws="none",
        # Its parser refuses what is ambiguous and bounds the head; whatever else is installed takes no part.
        http="h11",
        loop="asyncio",
    )
    config.load()
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    server = Server(config, house, lambda: _tell(house, say))
    # Requests pass from thread to thread; while another folds the log, each pass would wait five milliseconds.
    sys.setswitchinterval(SWITCH_SECONDS)
    # What is loaded by now stays: the collector of garbage need not look through it again and again.
    gc.freeze()
    gc.set_threshold(*GARBAGE)
    with listening:
        asyncio.run(server.serve([listening]))
    if not server.started:
        raise CorridorError("did not start", place=place, hint="see the lines above")
    for number in server._captured_signals:  # noqa: SLF001 - uvicorn raises them again; Ctrl-C is said by its code
        if number == signal.SIGINT:
            raise KeyboardInterrupt


def _listen(where: Where) -> socket.socket:
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    # With its protocol named, asyncio sends small answers at once; else each waits 40 ms for the other side's receipt.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((where.host.strip("[]"), where.port))
        listening.listen(2048)
    except (OSError, OverflowError) as error:
        listening.close()
        hint = "another program may use it: take another --port"
        place = f"{where.host}:{where.port}"
        raise UsageError(f"cannot be listened on: {error}", place=place, hint=hint) from None
    return listening


def _tell(house: House, say: Callable[[str], None]) -> None:
    """Print the first links: one for the coordinator, one for whoever keeps the accounts."""
    people = house.people
    settings = house.settings
    say(f"serving {house.opened.title} at {settings.address}")
    for role, purpose in (("coordinator", "runs the operation"), ("admin", "keeps the accounts, sees no operation")):
        held = next((one.account for one in people.accounts() if one.role == role and one.active), None)
        account = held or people.make(role, reads_text=role == "coordinator")  # type: ignore[arg-type]
        code, _ = people.link(account, seconds=FIRST_LINK_SECONDS) if not _has_passphrase(house, account) else ("", 0)
        if code:
            say(f"{account} ({purpose}): {settings.address}/sign-in?link={code}")
        else:
            say(f"{account} signs in by passphrase")
    if settings.trust:
        say(f"phones trust {settings.address}/trust.pem: see docs/serving.md")


def _has_passphrase(house: House, account: str) -> bool:
    rows = house.cabinet.rows(
        "SELECT passphrase, factor FROM account WHERE account = ? AND operation = ?", account, house.opened.key
    )
    return all(rows[0])
