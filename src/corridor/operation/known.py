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
from corridor.log.verify import OPENED
from corridor.reports.report import Candidate, Report

ACCEPT, CORRECT, WITHDRAW, ADOPT, SIGN, HANDOVER = "accept", "correct", "withdraw", "adopt", "sign off", "handover"
ORDER_SENT, READ_BACK, FLAGGED, INJECT = "order sent", "order read back", "flagged", "inject"
REPORT, CANDIDATE = "report", "candidate"

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


class _Claim(msgspec.Struct, frozen=True):
    recorded: str
    text: str
    kind: str


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
    claims: dict[str, dict[str, _Claim]] = {}
    said: dict[str, Said] = {}
    counts: dict[str, set[int]] = {}
    opened: Mapping[str, Any] = {}
    limit = stamp(until) if until is not None else ""
    received = stamp(logged) if logged is not None else ""
    for row in rows:
        if received and row.received > received:
            continue
        if row.device_seq:
            counts.setdefault(row.device, set()).add(row.device_seq)
        if row.kind == "report":
            _claim(claims, row.name, row.recorded, row.body)
        elif row.name == CONFLICT:
            aside = msgspec.convert(msgspec.json.decode(row.body)["entry"], Entry)
            counts.setdefault(aside.device, set()).add(aside.device_seq)
            if aside.kind == "report":
                _claim(claims, aside.name, aside.recorded, aside.body)
        elif row.name == OPENED:
            opened = msgspec.json.decode(row.body)
        elif row.name != CHECKPOINT and not (limit and row.happened > limit):
            body = msgspec.json.decode(row.body)
            said[row.id] = Said(id=row.id, name=row.name, actor=row.actor, happened=moment_of(row.happened), body=body)
    return _known(claims, said, _gaps(counts), opened)


def _claim(claims: dict[str, dict[str, _Claim]], name: str, recorded: str, body: str) -> None:
    # The report's own id decides, whatever entry brought it: two phones that import one table bring each row once.
    identity = str(msgspec.json.decode(body, type=_Identity).id)
    kept = claims.setdefault(identity, {})
    old = kept.get(body)
    if old is None or recorded < old.recorded:
        kept[body] = _Claim(recorded, body, name)


class _Identity(msgspec.Struct):
    id: str


def _known(
    claims: dict[str, dict[str, _Claim]],
    said: dict[str, Said],
    gaps: dict[str, tuple[int, ...]],
    opened: Mapping[str, Any],
) -> Known:
    ordered = sorted(said.values(), key=lambda one: (one.happened, one.id))
    accepted = {str(name): one.actor for one in ordered if one.name == ACCEPT for name in one.body.get("reports", ())}
    withdrawn = {str(one.body["report"]) for one in ordered if one.name == WITHDRAW and "report" in one.body}
    reports: list[Report] = []
    candidates: list[Candidate] = []
    rivals: list[Rival] = []
    for name, contents in sorted(claims.items()):
        # The one written first is used; the order of arrival must not decide.
        first, *others = sorted(contents.values(), key=lambda claim: (claim.recorded, claim.text))
        rivals += [Rival(id=name, used=first.text, aside=other.text) for other in others]
        if name in withdrawn:
            continue
        try:
            if first.kind != CANDIDATE:
                reports.append(_reports.decode(first.text))
            elif name in accepted:
                reports += accepted_as(_candidates.decode(first.text), accepted[name])
            else:
                candidates.append(_candidates.decode(first.text))
        except (msgspec.DecodeError, ValueError, InputError) as error:
            hint = "withdraw it: corridor correct LOG ID --withdraw"
            raise InputError(f"report {name} in the log is none: {error}", place="log", hint=hint) from None
    decisions = {ACCEPT, CORRECT, WITHDRAW, ADOPT, SIGN, HANDOVER}
    return Known(
        reports=tuple(reports),
        candidates=tuple(candidates),
        withdrawn=tuple(sorted(withdrawn)),
        decisions=tuple(one for one in ordered if one.name in decisions),
        acts=tuple(one for one in ordered if one.name not in decisions),
        rivals=tuple(rivals),
        gaps=gaps,
        title=str(opened.get("title", "")),
        exercise=bool(opened.get("exercise", False)),
    )


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
