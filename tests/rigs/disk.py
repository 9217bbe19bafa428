"""A disk in memory that loses what was not synced, tears sectors, runs full and fails when told to.

SQLite runs on it through an apsw VFS, so that the store under trial is the one that ships, on another connection.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

import apsw

from corridor.log.sqlite import SqliteStore
from corridor.log.store import Store

SECTOR = 512
NAME = "/log"
# As the unix VFS says of itself: writing some bytes of a sector never harms the others.
POWERSAFE_OVERWRITE = 0x1000


class File:
    """What a program sees of a file, what is on the platter, and which sectors differ since the last sync."""

    def __init__(self, data: bytes = b"", *, synced: bool = True) -> None:
        self.live = bytearray(data)
        self.platter = bytearray(data)
        self.dirty: set[int] = set()
        self.named = synced

    def write(self, data: bytes, offset: int) -> None:
        if len(self.live) < offset:
            self.live.extend(bytes(offset - len(self.live)))
        self.live[offset : offset + len(data)] = data
        self.dirty.update(range(offset // SECTOR, (offset + len(data) - 1) // SECTOR + 1))

    def sync(self) -> None:
        for number in self.dirty:
            self._land(self.platter, number)
        self.dirty.clear()
        del self.platter[len(self.live) :]
        self.platter.extend(self.live[len(self.platter) :])
        self.named = True

    def forget(self) -> None:
        """A sync that failed: the system calls the sectors clean, and they are not on the platter."""
        self.dirty.clear()

    def _land(self, target: bytearray, number: int, length: int = SECTOR) -> None:
        start = number * SECTOR
        piece = self.live[start : start + length]
        if len(target) < start + len(piece):
            target.extend(bytes(start + len(piece) - len(target)))
        target[start : start + len(piece)] = piece

    def after_cut(self, rng: random.Random) -> bytes | None:
        """Return what is found when the current is back: each unsynced sector is there, is not, or is half there."""
        if not self.named and rng.random() < 0.5:
            return None
        found = bytearray(self.platter)
        for number in sorted(self.dirty):
            fate = rng.random()
            if fate < 0.5:
                self._land(found, number, SECTOR if fate < 0.45 else rng.randrange(1, SECTOR))
        if len(self.live) < len(found) and rng.random() < 0.5:
            del found[len(self.live) :]
        return bytes(found)


class Disk:
    """Files, a count of the calls made on them, and the call at which something goes wrong."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files = {name: File(data) for name, data in (files or {}).items()}
        self.calls = 0
        self.trouble: Callable[[Disk, str], None] | None = None
        self.era = 0

    def call(self, what: str, era: int) -> None:
        self.calls += 1
        if era != self.era:
            raise apsw.IOError("the process that opened this is gone")
        if self.trouble is not None:
            self.trouble(self, what)

    def image(self) -> dict[str, bytes]:
        """Return what the files hold, as programs see them."""
        return {name: bytes(file.live) for name, file in self.files.items()}

    def cut(self, rng: random.Random) -> Disk:
        """Take the current away; returns the disk as it is found afterwards."""
        self.era += 1
        found = {name: file.after_cut(rng) for name, file in sorted(self.files.items())}
        return Disk({name: data for name, data in found.items() if data is not None})

    def kill(self) -> None:
        """End the program only: what it wrote is still there, synced or not."""
        self.era += 1
        self.trouble = None


class _Handle:
    def __init__(self, disk: Disk, name: str) -> None:
        self.disk, self.name, self.era = disk, name, disk.era

    @property
    def file(self) -> File:
        return self.disk.files[self.name]

    def excepthook(self, *_: object) -> bool:
        """Say nothing: SQLite closing a file on a dead disk fails, and nobody waits for its answer."""
        return True

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        self.disk.call("read", self.era)
        return bytes(self.file.live[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self.disk.call("write", self.era)
        self.file.write(bytes(data), offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self.disk.call("truncate", self.era)
        del self.file.live[size:]

    def xSync(self, flags: int) -> None:  # noqa: N802
        try:
            self.disk.call("sync", self.era)
        except apsw.IOError:
            self.file.forget()
            raise
        self.file.sync()

    def xFileSize(self) -> int:  # noqa: N802
        self.disk.call("size", self.era)
        return len(self.file.live)

    def xClose(self) -> None:  # noqa: N802
        pass

    def xLock(self, level: int) -> None:  # noqa: N802
        pass

    def xUnlock(self, level: int) -> None:  # noqa: N802
        pass

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return POWERSAFE_OVERWRITE


class _System(apsw.VFS):
    """The file system that SQLite sees: whichever disk is in the machine."""

    def __init__(self, name: str) -> None:
        self.disk = Disk()
        self.era = 0
        super().__init__(name, "")

    def excepthook(self, *_: object) -> bool:
        """Say nothing: SQLite closing a file on a dead disk fails, and nobody waits for its answer."""
        return True

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        self.disk.call("open", self.era)
        self.disk.files.setdefault(path, File(synced=False))
        flags[1] = flags[0]
        return _Handle(self.disk, path)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802, FBT001
        self.disk.call("delete", self.era)
        self.disk.files.pop(filename, None)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        return pathname in self.disk.files

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Keep SQLite's last words to itself: a connection let go on a dead disk cannot close its files, as it should."""
    hooks = sys.unraisablehook, sys.excepthook
    sys.unraisablehook = sys.excepthook = lambda *_: None  # type: ignore[assignment]
    try:
        yield
        gc.collect()
    finally:
        sys.unraisablehook, sys.excepthook = hooks


_numbers = itertools.count(1)


class Machine:
    """A machine with one disk, on which the production store is opened."""

    def __init__(self, *, synchronous: str = "FULL") -> None:
        self.name = f"disk-{next(_numbers)}"
        self.system = _System(self.name)
        self.synchronous = synchronous

    @property
    def disk(self) -> Disk:
        return self.system.disk

    @disk.setter
    def disk(self, disk: Disk) -> None:
        self.system.disk = disk
        self.system.era = disk.era

    def store(self) -> Store:
        """Open the store that ships. The only thing changed is where its connection writes."""
        self.system.era = self.disk.era
        return SqliteStore(self._connect, place="disk in memory", faults=(apsw.Error,))

    def abandon(self, store: Store) -> None:
        """Let go of a store whose program is dead: nothing that closing does may reach the disk any more."""
        disk, self.system.disk = self.system.disk, Disk()
        store.close()
        self.system.disk = disk

    def _connect(self) -> Any:
        connection = apsw.Connection(NAME, vfs=self.name)
        # Shared memory cannot come through a VFS in Python; with one owner WAL needs none (sqlite.org/wal.html, 6).
        connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
        return connection if self.synchronous == "FULL" else _Weakened(connection, self.synchronous)


class _Weakened:
    """A connection that promises FULL and does less: the control, which must lose entries."""

    def __init__(self, connection: apsw.Connection, level: str) -> None:
        self._connection, self._level = connection, level

    def execute(self, query: str, *values: Any) -> Any:
        if query == "PRAGMA synchronous=FULL":
            query = f"PRAGMA synchronous={self._level}"
        elif query == "PRAGMA synchronous":
            return iter([(2,)])
        return self._connection.execute(query, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
