"""What the log holds, as one fold of its rows: the same for every order in which they came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from corridor.errors import InputError
from corridor.log.chain import CHECKPOINT, CONFLICT
from corridor.log.entry import Entry, Row, canonical, derived_id, moment_of, stamp
from corridor.log.texts import LOCKED
from corridor.log.verify import OPENED
from corridor.reports.report import Candidate, Report

ACCEPT, CORRECT, WITHDRAW, ADOPT, SIGN, HANDOVER = "accept", "correct", "withdraw", "adopt", "sign off", "handover"
ORDER_SENT, READ_BACK, FLAGGED, INJECT = "order sent", "order read back", "flagged", "inject"
REPORT, CANDIDATE = "report", "candidate"
DECISIONS = frozenset({ACCEPT, CORRECT, WITHDRAW, ADOPT, SIGN, HANDOVER})

_reports = msgspec.json.Decoder(Report)
_candidates = msgspec.json.Decoder(Candidate)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A decision or an act as the log holds it."""

    id: str
    name: str
    actor: str
    happened: datetime
    body: dict[str, Any]


class Rival(msgspec.Struct, frozen=True, kw_only=True):
    """Two contents under one id: which one is used until a person decides, and the other."""

    id: str
    used: str
    aside: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the log holds at a moment: reports that count, candidates that wait, decisions and acts in order."""

    reports: tuple[Report, ...]
    candidates: tuple[Candidate, ...]
    withdrawn: tuple[str, ...]
    decisions: tuple[Said, ...]
    acts: tuple[Said, ...]
    rivals: tuple[Rival, ...]
    gaps: dict[str, tuple[int, ...]]
    title: str = ""
    exercise: bool = False

    def of(self, *names: str) -> list[Said]:
        """Return the decisions and acts of some names, in the order in which they happened."""
        found = [said for said in (*self.decisions, *self.acts) if said.name in names]
        return sorted(found, key=lambda said: (said.happened, said.id))

    @property
    def digest(self) -> str:
        """A short text that two folds share only if they hold the same."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()


class _Claim(msgspec.Struct, frozen=True, gc=False):
    recorded: str
    text: str
    kind: str
    report: Report | None


def entry_of(
    report: Report, *, actor: str, device: str, device_seq: int = 0, recorded: datetime, name: str = ""
) -> Entry:
    """Return a report as an entry. Its id follows from the report's, so that a second import changes nothing."""
    candidate = isinstance(report, Candidate)
    return Entry(
        id=derived_id(REPORT, report.id),
        kind="report",
        name=name or (CANDIDATE if candidate else REPORT),
        actor=actor,
        device=device,
        device_seq=device_seq,
        # A text that bears no date says nothing of when; what is sure is when its candidate was made.
        happened=stamp(recorded if candidate else report.observed),
        recorded=stamp(recorded),
        body=canonical(report),
    )


def fold(rows: Iterable[Row], *, until: datetime | None = None, logged: datetime | None = None) -> Known:
    """Fold rows into what is known: decisions taken by `until`, entries that this log had received by `logged`.

    Reports carry their own two clocks and are cut by `assess`, not here. Raises `InputError` where a report in the log
    is none, which no verb of ours can have written.
    """
    folding = Folding()
    if logged is not None:
        received = stamp(logged)
        rows = (row for row in rows if row.received <= received)
    folding.take(rows)
    return folding.known(until)


class Folding:
    """A fold that goes on where it stopped: what it has read it need not read again.

    `seq` is the last row it has read. It is not `lasting` where a text's key was missing and may yet come.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.lasting = True
        self._claims: dict[str, _Claim] = {}
        # Where one id has several contents, each of them by its text; hardly ever.
        self._rivals: dict[str, dict[str, _Claim]] = {}
        self._names: list[str] = []
        self._said: dict[str, tuple[str, Said]] = {}
        self._counts: dict[str, set[int]] = {}
        self._opened: Mapping[str, Any] = {}

    def take(self, rows: Iterable[Row]) -> None:
        """Take the next rows."""
        for row in rows:
            self.seq = row.seq
            if row.device_seq:
                self._counts.setdefault(row.device, set()).add(row.device_seq)
            if LOCKED in row.body:
                self.lasting = False
            if row.kind == "report":
                self._claim(row.name, row.recorded, row.body)
            elif row.name == CONFLICT:
                aside = msgspec.convert(msgspec.json.decode(row.body)["entry"], Entry)
                self._counts.setdefault(aside.device, set()).add(aside.device_seq)
                if aside.kind == "report":
                    self._claim(aside.name, aside.recorded, aside.body)
            elif row.name == OPENED:
                self._opened = msgspec.json.decode(row.body)
            elif row.name != CHECKPOINT:
                body = msgspec.json.decode(row.body)
                happened = moment_of(row.happened)
                said = Said(id=row.id, name=row.name, actor=row.actor, happened=happened, body=body)
                self._said[row.id] = (row.happened, said)

    def _claim(self, kind: str, recorded: str, body: str) -> None:
        report: Report | None = None
        try:
            report = (_candidates if kind == CANDIDATE else _reports).decode(body)
            identity = report.id
        except (msgspec.DecodeError, ValueError):
            identity = str(msgspec.json.decode(body, type=_Identity).id)  # it may be withdrawn
        # The report's own id decides, whatever entry brought it: two phones that import one table bring each row once.
        claim = _Claim(recorded, body, kind, report)
        kept = self._claims.get(identity)
        if kept is None:
            self._claims[identity] = claim
            self._names.append(identity)
        elif kept.text != body or identity in self._rivals:
            several = self._rivals.setdefault(identity, {kept.text: kept})
            if body not in several or recorded < several[body].recorded:
                several[body] = claim
        elif recorded < kept.recorded:
            self._claims[identity] = claim

    def known(self, until: datetime | None = None) -> Known:
        """Return what the rows taken so far hold, with the decisions taken by a moment."""
        limit = stamp(until) if until is not None else ""
        timely = [one for happened, one in self._said.values() if not (limit and happened > limit)]
        ordered = sorted(timely, key=lambda one: (one.happened, one.id))
        accepted = {str(n): one.actor for one in ordered if one.name == ACCEPT for n in one.body.get("reports", ())}
        withdrawn = {str(one.body["report"]) for one in ordered if one.name == WITHDRAW and "report" in one.body}
        reports: list[Report] = []
        candidates: list[Candidate] = []
        rivals: list[Rival] = []
        self._names.sort()
        for name in self._names:
            first = self._claims[name]
            if name in self._rivals:
                # The one written first is used; the order of arrival must not decide.
                contents = self._rivals[name].values()
                first, *others = sorted(contents, key=lambda claim: (claim.recorded, claim.text))
                rivals += [Rival(id=name, used=first.text, aside=other.text) for other in others]
            if name in withdrawn:
                continue
            report = first.report if first.report is not None else _unsound(name, first)
            if not isinstance(report, Candidate):
                reports.append(report)
            elif name in accepted:
                reports += _accepted(name, report, accepted[name])
            else:
                candidates.append(report)
        return Known(
            reports=tuple(reports),
            candidates=tuple(candidates),
            withdrawn=tuple(sorted(withdrawn)),
            decisions=tuple(one for one in ordered if one.name in DECISIONS),
            acts=tuple(one for one in ordered if one.name not in DECISIONS),
            rivals=tuple(rivals),
            gaps=_gaps(self._counts),
            title=str(self._opened.get("title", "")),
            exercise=bool(self._opened.get("exercise", False)),
        )


class _Identity(msgspec.Struct):
    id: str


def _unsound(name: str, claim: _Claim) -> Report:
    """Raise `InputError` that says why a claim is no report."""
    try:
        return (_candidates if claim.kind == CANDIDATE else _reports).decode(claim.text)
    except (msgspec.DecodeError, ValueError) as error:
        raise _none(name, error) from None


def _accepted(name: str, candidate: Candidate, role: str) -> list[Report]:
    try:
        return accepted_as(candidate, role)
    except (ValueError, InputError) as error:
        raise _none(name, error) from None


def _none(name: str, error: Exception) -> InputError:
    hint = "withdraw it: corridor correct LOG ID --withdraw"
    return InputError(f"report {name} in the log is none: {error}", place="log", hint=hint)


def accepted_as(candidate: Candidate, role: str) -> list[Report]:
    """Return a candidate as the report that someone in a role accepted; none where no fact can hold it."""
    from corridor.reports.text import accept  # noqa: PLC0415 - only a log that was fed with prose pays for its readers

    return accept([candidate], by_role=role)


def _gaps(counts: dict[str, set[int]]) -> dict[str, tuple[int, ...]]:
    found = {}
    for device, seen in sorted(counts.items()):
        missing = sorted(set(range(1, max(seen) + 1)) - seen)
        if missing:
            found[device] = tuple(missing)
    return found


def replay(rows: Iterable[Row]) -> str:
    """Return the digest of what rows fold to: what a restored backup must give again."""
    return fold(rows).digest
