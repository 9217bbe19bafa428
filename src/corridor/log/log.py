"""A log to work with: its store, its key, its clock, and the acts that the log itself writes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self

import msgspec

from corridor.errors import InputError, UsageError
from corridor.log.chain import CHECKPOINT, DOMAIN, Checkpoint, Key
from corridor.log.entry import Answer, Entry, Kind, Row, canonical, new_id, now, stamp
from corridor.log.halves import WORTH_IT, verify_file
from corridor.log.names import POSTGRES, SUFFIX, is_log
from corridor.log.places import key_path, open_store, open_texts
from corridor.log.sqlite import SqliteStore, open_sqlite
from corridor.log.store import Head, LogError, Store
from corridor.log.texts import TextKeys, sealed_texts
from corridor.log.transfer import Replay, digest_of, first, load, prove, write_export
from corridor.log.vault import opened
from corridor.log.verify import OPENED, Chain, Opened, Verdict, verify

SIGN_EVERY = 1000
ERASE = "erase"


class Log:
    """The append-only log of one operation.

    `clock` gives the moment of receipt; `key` signs checkpoints (None on a copy without it, which then cannot sign).
    `entropy` gives so many random bytes for the ids of this machine's own entries; `texts` holds the keys under which
    free text is sealed (None: it is kept as it comes).
    """

    def __init__(
        self,
        store: Store,
        *,
        key: Key | None = None,
        clock: Callable[[], datetime] = now,
        entropy: Callable[[int], bytes] = os.urandom,
        texts: TextKeys | None = None,
    ) -> None:
        self.store = store
        self.key = key
        self.clock = clock
        self.entropy = entropy
        self.texts = texts
        self._since_signed = 0

    @staticmethod
    def new(
        place: str,
        *,
        title: str,
        exercise: bool = False,
        actor: str = "coordinator",
        key_file: Path | None = None,
        clock: Callable[[], datetime] = now,
    ) -> Log:
        """Make a log and its key (mode 0600, beside it as NAME.key); its first entry holds the key's public half."""
        key = Key.make()
        path = key_file or key_path(place)
        key.write(path)
        try:
            log = Log(open_store(place, create=True), key=key, clock=clock, texts=open_texts(place))
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        body = Opened(format=DOMAIN, key=key.public, title=title, exercise=exercise)
        log.write("act", OPENED, body, actor=actor, device="log")
        return log

    @staticmethod
    def open(place: str, *, key_file: Path | None = None, clock: Callable[[], datetime] = now) -> Log:
        """Open a log, with its key where that lies beside it. Raises `LogError` where the key is another log's."""
        if not is_log(place):
            raise UsageError("is no log", place=place, hint=f"name a {SUFFIX} file or a postgresql:// address")
        key = Key.read(key_file or key_path(place))
        log = Log(open_store(place), key=key, clock=clock, texts=open_texts(place))
        if log.key is not None and log.key.public != log.opened.key:
            log.close()
            raise LogError("the key beside it is another log's", place=place, hint="put the right .key file there")
        return log

    def __enter__(self) -> Self:
        """Return the log; it is closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the store go."""
        if self.texts is not None:
            self.texts.close()
        self.store.close()

    @property
    def opened(self) -> Opened:
        """What the first entry says: title, public key, exercise or not."""
        row = next(self.store.rows(), None)
        chain = Chain()
        why = chain.follow(row) if row else "it holds no entry"
        if why or chain.opened is None:
            raise LogError(f"is no log: {why}", place=self.store.place, hint="restore the last backup")
        return chain.opened

    def rows(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows in order, those after a seq only."""
        return self.store.rows(after)

    def readable(self, after: int = 0) -> Iterator[Row]:
        """Yield the rows after a seq in order with their free texts in clear, as far as their keys are here."""
        return self.texts.opened(self.rows(after)) if self.texts is not None else self.rows(after)

    def erasures(self) -> int:
        """Return how many keys of texts were erased so far: while it stays, what was read before is still right."""
        return self.texts.erasures() if self.texts is not None else 0

    def erase(self, owners: Sequence[str], *, reason: str, by: str) -> int:
        """Erase the free texts of some reports or entries for good; the act stands in the log. Returns how many went.

        An erasure that was cut short, or that a copy of the keys does not know of, is done again by asking again.
        """
        if self.texts is None:
            raise UsageError("keeps no keys of texts", place=self.store.place, hint="erase where the keys are")
        asked = {str(name) for row in self.rows() if row.name == ERASE for name in _erased(row)}
        texts = sealed_texts(self.rows(), asked | set(owners))
        unknown = [name for name in owners if name not in texts]
        if unknown:
            raise UsageError(f"no sealed text of {unknown[0]!r}", place=self.store.place, hint="give a report's id")
        if set(owners) - asked:
            self.write("act", ERASE, {"erased": sorted(owners), "reason": reason}, actor=by, device="console")
        return self.texts.erase(texts)

    def append(self, entries: Sequence[Entry]) -> list[Answer]:
        """Keep entries and say by id what became of each; signs a checkpoint after every thousand."""
        kept = self.texts.sealed(entries) if self.texts is not None else entries
        answers = self.store.append(kept, received=stamp(self.clock()))
        self._since_signed += sum(answer.status == "accepted" for answer in answers)
        if self._since_signed >= SIGN_EVERY:
            self.sign()
        return answers

    def write(
        self, kind: Kind, name: str, body: object, *, actor: str, device: str, happened: datetime | None = None
    ) -> Answer:
        """Make one entry of this machine's own and keep it."""
        at = self.clock()
        entry = Entry(
            id=new_id(int(at.timestamp() * 1000), self.entropy),
            kind=kind,
            name=name,
            actor=actor,
            device=device,
            device_seq=0,
            happened=stamp(happened or at),
            recorded=stamp(at),
            body=canonical(body),
        )
        answer = self.append([entry])[0]
        if answer.status != "accepted":
            raise LogError(f"was not kept: {answer.why}", place=self.store.place, hint="correct it and try again")
        return answer

    def sign(self) -> Checkpoint | None:
        """Sign the head and keep the checkpoint in the log; None where this copy holds no key.

        A head that is a checkpoint already is not signed again, so that an export of the same entries is the same.
        """
        self._since_signed = 0
        head = self.store.head()
        last = next(self.store.rows(head.seq - 1), None) if head.seq else None
        if self.key is None or last is None or last.name == CHECKPOINT:
            return None
        checkpoint = self.key.sign(head.seq, head.hash, stamp(self.clock()))
        self.write("act", CHECKPOINT, checkpoint, actor="log", device="log")
        return checkpoint

    def checkpoint(self) -> Checkpoint | None:
        """Return a signed checkpoint over everything, the last row included, to hand out; None without key."""
        if self.key is None:
            return None
        head = self.store.head()
        return self.key.sign(head.seq, head.hash, stamp(self.clock()))

    def verify(self, against: Checkpoint | None = None) -> Verdict:
        """Verify every row, every signature and, where given, the checkpoint that an outsider holds."""
        count = self.store.head().seq
        if isinstance(self.store, SqliteStore) and self.store.path is not None and count >= WORTH_IT:
            found = verify_file(self.store.path, count, against=against)
            if found is not None:
                return found
        return verify(self.rows(), against=against)

    def counters(self) -> dict[str, int]:
        """Return the highest count of each device."""
        highest: dict[str, int] = {}
        for row in self.rows():
            highest[row.device] = max(highest.get(row.device, 0), row.device_seq)
        return highest

    def export(self, path: Path, passphrase: bytes | None = None) -> tuple[int, str]:
        """Write every row to a file, the head signed first; returns how many rows, and the SHA-256 of them.

        With a passphrase the file is encrypted; the SHA-256 is that of what it holds.
        """
        self.sign()
        head = self.store.head()
        return write_export(first(self.rows(), head.seq), path, passphrase)

    def backup(self, path: Path, replay: Replay, passphrase: bytes | None = None) -> tuple[int, str]:
        """Write a backup, restore it on trial, replay it and compare; only then is it a backup.

        With a passphrase it is encrypted. `replay` folds the rows to a short text. Raises `LogError`, and takes the
        file away, where anything differs.
        """
        written = self.export(path, passphrase)
        try:
            with tempfile.TemporaryDirectory(prefix=".trial-", dir=path.parent) as folder:
                trial = open_sqlite(Path(folder) / f"trial{SUFFIX}", create=True)
                with contextlib.closing(trial):
                    meant = replay(first(self.rows(), written[0]))
                    prove(path, trial, written, replay, meant, passphrase)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return written

    def copy(self, path: Path, replay: Replay) -> tuple[int, str]:
        """Copy a log in a file as a log, many times as fast as a backup; verified, replayed and compared as well.

        Returns how many rows, and the head's hash. Raises `UsageError` for a log that is no file, `LogError`, and takes
        the copy away, where anything differs.
        """
        if not isinstance(self.store, SqliteStore):
            raise UsageError("is no file to copy", place=self.store.place, hint="back it up to a .jsonl file")
        if path.exists():
            raise UsageError("exists already", place=str(path), hint="give the copy another name")
        self.sign()
        try:
            self.store.backup(path)
            head = self._compared(path, replay)
        except BaseException:
            for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                name.unlink(missing_ok=True)
            raise
        return head.seq, head.hash

    def _compared(self, path: Path, replay: Replay) -> Head:
        with Log(open_sqlite(path)) as copied:
            head = copied.store.head()
            mine = next(self.rows(head.seq - 1), None)
            sound = mine is not None and mine.hash == head.hash and copied.verify().sound
            if not sound or replay(copied.rows()) != replay(first(self.rows(), head.seq)):
                raise LogError("does not hold the same", place=str(path), hint="keep the older one; mind the disk")
        return head


def restore(source: Path, place: str, passphrase: bytes | None = None) -> tuple[int, str]:
    """Read an export or a backup into a new log, verify every row, and compare what was stored with the file.

    Returns how many rows, and the head's hash. Raises `InputError` at the first bad row; the new log is then gone.
    """
    if not is_log(place):
        raise UsageError("is no log", place=place, hint=f"name a {SUFFIX} file or a postgresql:// address")
    try:
        file = source.open("rb")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", place=str(source), hint="name the file") from None
    with file:
        store = open_store(place, create=True)
        try:
            chain = load(opened(file, passphrase, str(source)), store, str(source))
            digest = hashlib.sha256()
            for part in iter(partial(opened(file, passphrase, str(source)).read, 1 << 20), b""):
                digest.update(part)
            _same(store, digest.hexdigest())
        except BaseException:
            store.close()
            if not place.startswith(POSTGRES):
                for name in (place, place + "-wal", place + "-shm"):
                    Path(name).unlink(missing_ok=True)
            raise
        store.close()
    return chain.count, chain.head


def _same(store: Store, digest: str) -> None:
    if digest_of(store.rows())[1] != digest:
        raise LogError("was not restored to the same entries", place=store.place, hint="look at the disk")


def _erased(row: Row) -> list[str]:
    found: dict[str, list[str]] = msgspec.json.decode(row.body)
    return found.get("erased", [])
