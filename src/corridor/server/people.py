"""Accounts, sessions, devices and one-time codes of one operation, each by a pseudonym of a role or a post."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import msgspec

from corridor.errors import UsageError
from corridor.server import answers as a
from corridor.server import secret
from corridor.server.cabinet import Cabinet
from corridor.server.rights import TWO_FACTORS, Role, Viewer

IDLE = 30 * 60.0
LONGEST = 12 * 3600.0
# The use of a session is written down once a minute at most.
SEEN_AGAIN = 60.0
# Sessions in one statement.
TOGETHER = 500
# How long a server may go on believing what it has read of a session that another server ended.
BELIEVED = 2.0
CODE_SECONDS = 600.0
# The first link of a new server waits until somebody opens it, but no longer than an hour.
FIRST_LINK_SECONDS = 3600.0
_TIDY = re.compile(r"[^a-z0-9]+")


class People:
    """Everyone who may enter. Methods may block for a disk or a database: call them from a thread."""

    def __init__(self, cabinet: Cabinet, operation: str, *, clock: Callable[[], float] = time.time) -> None:
        self.cabinet = cabinet
        self.operation = operation
        self._clock = clock
        self._believed: dict[tuple[str, str], tuple[float, Viewer | None]] = {}

    # who asks

    def by_session(self, token: str) -> Viewer | None:
        """Return who holds a session, None where it is over; half an hour unused ends it, and twelve hours in all."""
        return self._by("session", secret.digest(token), self._session)

    def by_token(self, token: str) -> Viewer | None:
        """Return the device that holds a token, None where there is none."""
        return self._by("device", secret.digest(token), self._device)

    def believed(self, kind: str, token: str) -> Viewer | None:
        """Return who holds a session or a device's token as read a moment ago, None where it must be read (anew).

        It asks no disk, so that it may be called where nothing may block.
        """
        held = self._believed.get((kind, secret.digest(token)))
        return held[1] if held is not None and 0 <= self._clock() - held[0] < BELIEVED else None

    def _by(self, kind: str, digest: str, find: Callable[[str], Viewer | None]) -> Viewer | None:
        now, key = self._clock(), (kind, digest)
        held = self._believed.get(key)
        if held is not None and 0 <= now - held[0] < BELIEVED:
            return held[1]
        found = find(digest)
        if len(self._believed) > 10_000:
            self._believed.clear()
        self._believed[key] = (now, found)
        return found

    def forget(self) -> None:
        """Look at everything afresh: something was ended."""
        self._believed.clear()

    def _session(self, key: str) -> Viewer | None:
        now = self._clock()
        found = self.cabinet.rows(
            "SELECT a.account, a.role, a.operation, a.party, a.reads_text, s.seen FROM session s "
            "JOIN account a ON a.account = s.account AND a.operation = s.operation "
            "WHERE s.hash = ? AND s.until > ? AND s.seen > ? AND a.active = 1",
            key,
            now,
            now - IDLE,
        )
        if not found:
            return None
        account, role, operation, party, reads, seen = found[0]
        if now - seen > SEEN_AGAIN:
            self.cabinet.change("UPDATE session SET seen = ? WHERE hash = ?", now, key)
        return Viewer(
            account=account,
            role=role,
            operation=operation,
            party=tuple(msgspec.json.decode(party)),
            reads_text=bool(reads),
            session=key,
        )

    def _device(self, key: str) -> Viewer | None:
        found = self.cabinet.rows(
            "SELECT device, operation, post, vehicle FROM device WHERE hash = ? AND active = 1", key
        )
        if not found:
            return None
        device, operation, post, _ = found[0]
        return Viewer(account=device, role="field", operation=operation, post=post, device=device, reads_text=True)

    def over(self, viewers: Iterable[Viewer]) -> set[Viewer]:
        """Return those who were let in before and would not be now. To follow a stream counts as use of its session.

        All are looked up together: a thousand streams are one question and at most one commit, never a thousand.
        """
        viewers, now = set(viewers), self._clock()
        sessions = sorted({one.session for one in viewers if not one.device})
        for start in range(0, len(sessions), TOGETHER):
            part = sessions[start : start + TOGETHER]
            marks = ", ".join("?" * len(part))
            query = f"UPDATE session SET seen = ? WHERE seen < ? AND hash IN ({marks})"  # noqa: S608 - marks only
            self.cabinet.change(query, now, now - SEEN_AGAIN, *part)
        held = {
            (str(key), role, tuple(msgspec.json.decode(party)))
            for key, role, party in self.cabinet.rows(
                "SELECT s.hash, a.role, a.party FROM session s "
                "JOIN account a ON a.account = s.account AND a.operation = s.operation "
                "WHERE s.operation = ? AND s.until > ? AND s.seen > ? AND a.active = 1",
                self.operation,
                now,
                now - IDLE,
            )
        }
        query = "SELECT device FROM device WHERE operation = ? AND active = 1"
        devices = {str(device) for (device,) in self.cabinet.rows(query, self.operation)}
        return {
            one
            for one in viewers
            if not (one.device in devices if one.device else (one.session, one.role, one.party) in held)
        }

    # accounts

    def make(self, role: Role, *, party: tuple[str, ...] = (), reads_text: bool = False) -> str:
        """Make an account and return its pseudonym."""
        name = f"{role}-{self._next(role)}"
        self.cabinet.change(
            "INSERT INTO account VALUES (?, ?, ?, ?, ?, '', '', '', 0, 1)",
            name,
            self.operation,
            role,
            msgspec.json.encode(party).decode(),
            int(reads_text),
        )
        return name

    def _next(self, name: str) -> int:
        self.cabinet.change(
            "INSERT INTO counter VALUES (?, ?, 0) ON CONFLICT (operation, name) DO NOTHING", self.operation, name
        )
        rows = self.cabinet.rows(
            "UPDATE counter SET number = number + 1 WHERE operation = ? AND name = ? RETURNING number",
            self.operation,
            name,
        )
        return int(rows[0][0])

    def accounts(self) -> tuple[a.Account, ...]:
        """Return every account of this operation."""
        rows = self.cabinet.rows(
            "SELECT account, role, party, reads_text, active, factor FROM account WHERE operation = ? ORDER BY account",
            self.operation,
        )
        return tuple(
            a.Account(
                account=account,
                role=role,
                party=tuple(msgspec.json.decode(party)),
                reads_text=bool(reads),
                active=bool(active),
                second_factor=bool(factor),
            )
            for account, role, party, reads, active, factor in rows
        )

    def account(self, name: str) -> a.Account | None:
        """Return an account of this operation that is active, or None."""
        return next((one for one in self.accounts() if one.account == name and one.active), None)

    def revoke(self, name: str) -> bool:
        """End an account with its sessions and links; returns whether there was one."""
        done = self.cabinet.change(
            "UPDATE account SET active = 0, passphrase = '', factor = '' "
            "WHERE account = ? AND operation = ? AND active = 1",
            name,
            self.operation,
        )
        self._end_all(name)
        return bool(done)

    def _end_all(self, name: str) -> None:
        self.cabinet.change("DELETE FROM session WHERE account = ? AND operation = ?", name, self.operation)
        self.cabinet.change("DELETE FROM code WHERE whose = ? AND operation = ?", name, self.operation)
        self.forget()

    def link(self, name: str, *, seconds: float = CODE_SECONDS) -> tuple[str, datetime]:
        """Return a new one-time sign-in code of an account; older ones and its passphrase are gone."""
        self.cabinet.change(
            "UPDATE account SET passphrase = '' WHERE account = ? AND operation = ?", name, self.operation
        )
        self.cabinet.change("DELETE FROM code WHERE whose = ? AND operation = ?", name, self.operation)
        return self._code("link", name, seconds)

    def _code(self, kind: str, whose: str, seconds: float) -> tuple[str, datetime]:
        token, until = new_code(), self._clock() + seconds
        self.cabinet.change(
            "INSERT INTO code VALUES (?, ?, ?, ?, ?, 0)", secret.digest(token), self.operation, kind, whose, until
        )
        return token, datetime.fromtimestamp(until, UTC)

    def _use(self, kind: str, token: str) -> str | None:
        """Use a code once: of two who send it at the same moment one alone is let in."""
        key, now = secret.digest(token), self._clock()
        used = self.cabinet.change(
            "UPDATE code SET used = 1 WHERE hash = ? AND operation = ? AND kind = ? AND used = 0 AND until > ?",
            key,
            self.operation,
            kind,
            now,
        )
        return str(self.cabinet.rows("SELECT whose FROM code WHERE hash = ?", key)[0][0]) if used else None

    # signing in

    def by_link(self, token: str) -> str | None:
        """Return the account whose one-time code this is, and use the code up."""
        return self._use("link", token)

    def by_passphrase(self, name: str, passphrase: str, said: str) -> str | None:
        """Return the account where passphrase and, for those who need it, second factor are right."""
        rows = self.cabinet.rows(
            "SELECT passphrase, role, factor, factor_step FROM account "
            "WHERE account = ? AND operation = ? AND active = 1",
            name,
            self.operation,
        )
        kept, role, factor, after = rows[0] if rows else ("", "public", "", 0)
        if not secret.matches(kept, passphrase):
            return None
        if role in TWO_FACTORS or factor:
            step = secret.step_of(factor, said, after=after, at=self._clock()) if factor else 0
            taken = step and self.cabinet.change(
                "UPDATE account SET factor_step = ? WHERE account = ? AND operation = ? AND factor_step < ?",
                step,
                name,
                self.operation,
                step,
            )
            if not taken:
                return None
        if secret.stale(kept):
            # The only moment at which it can be sealed anew: nobody else knows the passphrase.
            self.cabinet.change(
                "UPDATE account SET passphrase = ? WHERE account = ? AND operation = ? AND passphrase = ?",
                secret.seal(passphrase),
                name,
                self.operation,
                kept,
            )
        return name

    def begin(self, name: str) -> str:
        """Begin a session of an account and return its token."""
        token, now = secret.new_token(), self._clock()
        self.cabinet.change(
            "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?)",
            secret.digest(token),
            name,
            self.operation,
            now,
            now,
            now + LONGEST,
        )
        self.cabinet.change("DELETE FROM session WHERE until < ?", now)
        return token

    def end(self, key: str, *, account: str = "") -> bool:
        """End a session by the hash of its token, of one account only where named; returns whether there was one."""
        done = self.cabinet.change(
            "DELETE FROM session WHERE hash = ? AND operation = ? AND (account = ? OR ? = '')",
            key,
            self.operation,
            account,
            account,
        )
        self.forget()
        return bool(done)

    def sessions(self, account: str = "") -> list[tuple[str, str, float, float, float]]:
        """Return the open sessions (of one account) as (hash, account, made, seen, until)."""
        now = self._clock()
        return [
            (str(key), str(whose), float(made), float(seen), float(until))
            for key, whose, made, seen, until in self.cabinet.rows(
                "SELECT hash, account, made, seen, until FROM session WHERE operation = ? AND until > ? AND seen > ? "
                "AND (account = ? OR ? = '') ORDER BY made",
                self.operation,
                now,
                now - IDLE,
                account,
                account,
            )
        ]

    def set_passphrase(self, viewer: Viewer, new: str, present: str) -> None:
        """Set one's passphrase; raises `UsageError` where it is weak or the present one is not the kept one."""
        why = secret.weak(new)
        if why:
            raise UsageError(why, place="passphrase", hint="take four or more words that do not belong together")
        self._must_know(viewer, present)
        self.cabinet.change(
            "UPDATE account SET passphrase = ? WHERE account = ? AND operation = ?",
            secret.seal(new),
            viewer.account,
            self.operation,
        )
        # Whoever else holds a session of this account loses it.
        self.cabinet.change(
            "DELETE FROM session WHERE account = ? AND operation = ? AND hash <> ?",
            viewer.account,
            self.operation,
            viewer.session,
        )
        self.forget()

    def _must_know(self, viewer: Viewer, present: str) -> None:
        """Raise `UsageError` where one who has a passphrase does not show it: an open screen is not its owner."""
        kept = self.cabinet.rows(
            "SELECT passphrase FROM account WHERE account = ? AND operation = ?", viewer.account, self.operation
        )[0][0]
        if kept and not secret.matches(kept, present):
            raise UsageError("the present passphrase is another one", place="passphrase", hint="or ask for a new link")

    def new_factor(self, viewer: Viewer, present: str = "") -> str:
        """Return a new second factor, which counts once confirmed.

        Raises `UsageError` where one who has a passphrase does not show it (OWASP ASVS 5.0, 7.5.1).
        """
        self._must_know(viewer, present)
        made = secret.new_factor()
        self.cabinet.change(
            "UPDATE account SET factor_new = ? WHERE account = ? AND operation = ?",
            made,
            viewer.account,
            self.operation,
        )
        return made

    def confirm_factor(self, viewer: Viewer, said: str) -> bool:
        """Take a new second factor over where its digits are right."""
        made = self.cabinet.rows(
            "SELECT factor_new FROM account WHERE account = ? AND operation = ?", viewer.account, self.operation
        )[0][0]
        step = secret.step_of(made, said, after=0, at=self._clock()) if made else 0
        if not step:
            return False
        self.cabinet.change(
            "UPDATE account SET factor = factor_new, factor_new = '', factor_step = ? "
            "WHERE account = ? AND operation = ?",
            step,
            viewer.account,
            self.operation,
        )
        return True

    # devices

    def enrol(self, post: str, vehicle: str = "") -> tuple[str, str, datetime]:
        """Return (device, code, until): a device to be, bound to a post."""
        tidy = _TIDY.sub("-", post.lower()).strip("-")[:40] or "post"
        name = f"phone-{tidy}-{self._next(f'phone-{tidy}')}"
        self.cabinet.change("INSERT INTO device VALUES (?, ?, ?, ?, '', 1)", name, self.operation, post, vehicle)
        return name, *self._code("device", name, CODE_SECONDS)

    def claim(self, code: str) -> tuple[str, str, str] | None:
        """Return (token, device, post) for an enrolment code, and use it up; None where it is none or over."""
        name = self._use("device", code)
        if name is None:
            return None
        token = secret.new_token()
        taken = self.cabinet.change(
            "UPDATE device SET hash = ? WHERE device = ? AND operation = ? AND active = 1 AND hash = ''",
            secret.digest(token),
            name,
            self.operation,
        )
        held = self.cabinet.rows("SELECT post FROM device WHERE device = ? AND operation = ?", name, self.operation)
        return (token, name, str(held[0][0])) if taken else None

    def vehicle(self, name: str) -> str:
        """Return the vehicle that a device belongs to, or an empty text."""
        rows = self.cabinet.rows("SELECT vehicle FROM device WHERE device = ? AND operation = ?", name, self.operation)
        return str(rows[0][0]) if rows else ""

    def devices(self) -> tuple[a.Device, ...]:
        """Return every device of this operation."""
        rows = self.cabinet.rows(
            "SELECT device, post, vehicle, active, hash FROM device WHERE operation = ? ORDER BY device", self.operation
        )
        return tuple(
            a.Device(device=device, post=post, vehicle=vehicle, active=bool(active), enrolled=bool(key))
            for device, post, vehicle, active, key in rows
        )

    def revoke_device(self, name: str) -> bool:
        """Let a device in no more; returns whether it was let in."""
        done = self.cabinet.change(
            "UPDATE device SET active = 0, hash = '' WHERE device = ? AND operation = ? AND active = 1",
            name,
            self.operation,
        )
        self.cabinet.change("DELETE FROM code WHERE whose = ? AND operation = ?", name, self.operation)
        self.forget()
        return bool(done)


def new_code() -> str:
    """Return a code to be scanned or opened once: 160 random bits."""
    return secrets.token_urlsafe(20)
