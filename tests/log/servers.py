"""A PostgreSQL of the tests' own, on a socket in a temporary folder: started, killed and started again at will."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path


def folder() -> Path | None:
    """Return the folder of the server's programs where Debian's `postgresql` or another one is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if found:
        return found[-1].parent
    there = shutil.which("postgres")
    return Path(there).parent if there else None


class Server:
    """One cluster. It refuses to run as root, so that then the account `postgres` runs it."""

    def __init__(self, home: Path, programs: Path) -> None:
        self.home = home
        self.programs = programs
        self.data = home / "data"
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(home, account.pw_uid, account.pw_gid)
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", "corridor", "--data-checksums", "-E", "UTF8")
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"listen_addresses = ''\nunix_socket_directories = '{home}'\nmax_connections = 40\n")
        self.process: subprocess.Popen[bytes] | None = None

    def _as_user(self) -> dict[str, object]:
        if os.getuid() != 0:
            return {}
        account = pwd.getpwnam("postgres")
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self.home, **self._as_user())  # type: ignore[call-overload]

    def start(self) -> None:
        self.process = subprocess.Popen(  # type: ignore[call-overload]
            [str(self.programs / "postgres"), "-D", str(self.data)],
            cwd=self.home,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._as_user(),
        )

    def wait(self, seconds: float = 20.0) -> None:
        """Wait until the server answers; start it again where orphans of a killed one were in the way."""
        import psycopg

        until = time.monotonic() + seconds
        while True:
            try:
                psycopg.connect(self.address(), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                if self.process is not None and self.process.poll() is not None:
                    self.start()
                time.sleep(0.05)
            else:
                return

    def family(self) -> list[int]:
        """Return the postmaster and its children, by their parent: ours and nobody else's."""
        assert self.process is not None
        mine = [self.process.pid]
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError, IndexError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[1]) == self.process.pid:
                    mine.append(int(stat.parent.name))
        return mine

    def kill(self) -> None:
        """End the server and all its processes at once, as when the machine dies but for its disk."""
        assert self.process is not None
        for number in self.family():
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.process.wait()

    def address(self, schema: str = "") -> str:
        return f"postgresql:///postgres?host={self.home}&user=corridor" + (f"#{schema}" if schema else "")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=20)


@contextlib.contextmanager
def server() -> Iterator[Server | None]:
    """Yield a running server, or None where none is installed."""
    programs = folder()
    if programs is None:
        yield None
        return
    home = Path(tempfile.mkdtemp(prefix="corridor-pg-", dir="/tmp"))
    made: Server | None = None
    try:
        made = Server(home, programs)
        made.start()
        made.wait()
        yield made
    finally:
        if made is not None:
            made.stop()
        shutil.rmtree(home, ignore_errors=True)
