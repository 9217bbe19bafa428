"""An operation: its log, and every question the duty room asks of it. Live state is the same fold again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from corridor.errors import Fault, Infeasible, InputError, UsageError
from corridor.finding import Finding
from corridor.log.entry import Answer, Entry
from corridor.log.log import Log
from corridor.operation import known as k
from corridor.operation.agreements import imprecise
from corridor.operation.chain import Chain
from corridor.operation.checklist import items
from corridor.operation.choices import against_choices
from corridor.operation.holding import limbo
from corridor.operation.known import Folding, Known, accepted_as, entry_of, fold
from corridor.operation.orders import LANGS, Lang, Order, What, order
from corridor.operation.progress import Standing, alarms, standings
from corridor.operation.reciprocity import imbalance, ledger
from corridor.planning.plan import Convoy, Plan
from corridor.planning.solve import plan as make_plan
from corridor.planning.verify import verify
from corridor.reports.report import Candidate, Report
from corridor.reports.vocabulary import faults
from corridor.situation.assess import assess
from corridor.situation.situation import Situation

T = TypeVar("T", Known, Situation)


class Operation:
    """A negotiated evacuation as its log tells it."""

    def __init__(self, log: Log) -> None:
        self.log = log
        # One screen asks for one moment many times; what is kept falls with the next entry.
        self._kept: dict[tuple[object, ...], Known | Situation] = {}
        self._head: object = None
        self._folding = Folding()
        self._erasures = 0
        self._chain = Chain()

    def _cached(self, make: Callable[[], T], *key: object) -> T:
        head = self.log.store.head()
        if head != self._head:
            self._kept.clear()
            self._head = head
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]  # type: ignore[return-value]

    def known(self, at: datetime | None = None, *, logged: datetime | None = None) -> Known:
        """Return what the log holds: decisions taken by `at`, entries that this log had received by `logged`."""
        if logged is not None:
            return self._cached(lambda: fold(self.log.readable(), until=at, logged=logged), "known", at, logged)
        return self._cached(lambda: self._folded(at), "known", at)

    def _folded(self, at: datetime | None) -> Known:
        erasures = self.log.erasures()
        if erasures != self._erasures or not self._folding.lasting:
            self._folding, self._erasures = Folding(), erasures
        self._folding.take(self.log.readable(self._folding.seq))
        return self._folding.known(at)

    def report(self, reports: Sequence[Report], *, actor: str, device: str, first: int | None = None) -> list[Answer]:
        """Record reports, each once; `first` is the device's count for the first of them.

        Raises `InputError` with every fault before anything is written.
        """
        certain = [r for r in reports if not isinstance(r, Candidate)]  # the others are judged when they are accepted
        wrong = [Fault(f"report {r.id}: {column}", what, hint) for r in certain for column, what, hint in faults(r)]
        if wrong:
            raise InputError(f"{len(wrong)} fault(s); nothing was recorded", place="reports", faults=wrong)
        held = {row.id for row in self.log.rows()} if first is None else set()
        count = (self.log.counters().get(device, 0) + 1) if first is None else first
        entries: list[Entry] = []
        at = self.log.clock()
        for report in reports:
            made = entry_of(report, actor=actor, device=device, device_seq=count, recorded=at)
            entries.append(made)
            # What stands in the log already is answered as a duplicate and takes no new count, else a gap would show.
            count += made.id not in held
        return self.log.append(entries)

    def situation(self, at: datetime | None = None, *, logged: datetime | None = None) -> Situation:
        """Return the situation "as known at" a moment: from the reports that could be known by then.

        With `logged` also only from what this log itself had received by then.
        """
        known = self.known(at, logged=logged)
        return self._cached(lambda: assess(known.reports, as_of=at), "situation", at, logged)

    def plan(self, at: datetime | None = None) -> Plan | None:
        """Return the plan that was last adopted by a moment, None where none was."""
        adopted = self.known(at).of(k.ADOPT)
        return _plan_of(adopted[-1].body) if adopted else None

    def replan(self, at: datetime | None = None, **options: Any) -> Plan:  # noqa: ANN401 - those of `plan`
        """Return a plan from the situation of a moment: replanning is planning from a later situation."""
        return make_plan(self.situation(at), **options)

    def adopt(self, plan: Plan, *, by: str, despite: str = "", at: datetime | None = None) -> Answer:
        """Adopt a plan: from now on it is what progress is measured against.

        `at` is when it was decided, where the log is written afterwards.

        Raises `Infeasible` with the rules it breaks, unless the one who decides says in words why it goes all the same.
        """
        broken = verify(plan)
        if broken and not despite:
            raise _refused(f"breaks {len(broken)} rule(s)", "the plan", broken)
        body = {"plan": msgspec.to_builtins(plan), "despite": despite, "broken": [str(one) for one in broken]}
        return self.log.write("decision", k.ADOPT, body, actor=by, device="console", happened=at)

    def flags(self, convoy: Convoy, at: datetime) -> list[Finding]:
        """Return what a departure at a moment would break: clauses, halts, reciprocity, people held on the way."""
        now = self.situation(at)
        known = self.known(at)
        adopted = self.plan(at)
        others = (
            [c for c in adopted.convoys if c.id != convoy.id and c.operation == convoy.operation] if adopted else []
        )
        trial = Plan(
            situation=now,
            situation_sha256=now.sha256,
            convoys=tuple(sorted([*others, convoy], key=lambda c: (c.depart, c.id))),
            bounds=(),
            status="feasible",
        )
        clauses = ("destination clause", "window", "vehicles clause", "headway", "convoy size")
        found = [f for f in verify(trial) if f.rule in clauses and _concerns(f, convoy)]
        found += [
            Finding(
                rule="halted",
                about=convoy.id,
                what=f"The movement stands since {halt.since:%d %b %H:%M}.",
                remedy="Wait for the resumption, or record it.",
                reports=tuple(reason.report for reason in halt.reasons),
            )
            for halt in now.halts
            if halt.operation == convoy.operation and halt.until is None
        ]
        found += [
            Finding(
                rule="reciprocity",
                about=convoy.id,
                what=f"{convoy.operation} may not move now: {balance.next_move}.",
                remedy="Let the other side move first, or agree on another order and record it.",
                reports=balance.reports,
            )
            for balance in ledger(now)
            if balance.owed_by
            and balance.owed_by != convoy.operation
            and convoy.operation in (balance.leader.operation, balance.follower.operation)
        ]
        found += limbo(known.reports, at)
        return found

    def order(
        self,
        convoy: Convoy,
        *,
        by: str,
        what: What = "depart",
        langs: Sequence[Lang] = LANGS,
        place: str = "",
        at: datetime | None = None,
        despite: str = "",
    ) -> list[Order]:
        """Send an order in the crew's languages and log it; a departure that breaks a clause is flagged first.

        Raises `Infeasible` with the flags unless the one who decides says why the convoy leaves all the same; both the
        flags and the reason then stand in the log.
        """
        moment = at or self.log.clock()
        flagged = self.flags(convoy, moment) if what == "depart" else []
        grave = [finding for finding in flagged if finding.severity == "error"]
        if grave and not despite:
            raise _refused(f"would break {len(grave)} rule(s)", f"the departure of {convoy.id}", grave)
        if grave:
            body = {"convoy": convoy.id, "despite": despite, "broken": [str(one) for one in grave]}
            self.log.write("act", k.FLAGGED, body, actor=by, device="console", happened=moment)
        exercise = self.log.opened.exercise
        now = self.situation(moment)
        made = [order(now, convoy, what=what, lang=lang, place=place, at=at, exercise=exercise) for lang in langs]
        for one in made:
            self.log.write("act", k.ORDER_SENT, one, actor=by, device="console", happened=moment)
        return made

    def read_back(self, sent: str, code: str, *, by: str) -> Answer:
        """Log what a crew read back of an order."""
        return self.log.write("act", k.READ_BACK, {"order": sent, "code": code}, actor=by, device="console")

    def sign(self, item: str, answer: str, *, by: str, reason: str = "") -> Answer:
        """Sign one item of the go/no-go list. Raises `UsageError` where there is no such item."""
        if item not in items() or answer not in ("go", "no-go"):
            raise UsageError(f"no item {item!r} or answer {answer!r}", place="sign off", hint=", ".join(items()))
        body = {"item": item, "answer": answer, "reason": reason}
        return self.log.write("decision", k.SIGN, body, actor=by, device="console")

    def accept(self, names: Sequence[str], *, by: str, at: datetime | None = None) -> Answer:
        """Accept candidates by id.

        Raises `UsageError` where one does not wait in the log, `InputError` where one cannot be accepted as it is.
        """
        waiting = {candidate.id: candidate for candidate in self.known().candidates}
        missing = [name for name in names if name not in waiting]
        if missing or not names:
            what = f"no candidate {missing[0]!r} waits" if missing else "no candidate waits"
            raise UsageError(what, place=self.log.store.place, hint="see them with: corridor status")
        for name in names:
            accepted_as(waiting[name], by)  # what cannot be accepted as it is must not wait for the next fold
        body = {"reports": sorted(names)}
        return self.log.write("decision", k.ACCEPT, body, actor=by, device="console", happened=at)

    def withdraw(self, name: str, *, by: str, reason: str, at: datetime | None = None) -> Answer:
        """Withdraw a report, or a candidate that waits: it stays in the log and counts no more."""
        if not any(candidate.id == name for candidate in self.known().candidates):
            self._held(name)
        body = {"report": name, "reason": reason}
        return self.log.write("decision", k.WITHDRAW, body, actor=by, device="console", happened=at)

    def correct(self, name: str, report: Report, *, by: str, reason: str) -> Answer:
        """Correct a report by another one that names it; both stay in the log."""
        self._held(name)
        if report.corrects != name:
            raise UsageError(f"does not name {name} as what it corrects", place=report.id, hint="set `corrects`")
        answer = self.report([report], actor=by, device="console")[0]
        body = {"report": name, "by": report.id, "reason": reason}
        self.log.write("decision", k.CORRECT, body, actor=by, device="console")
        return answer

    def _held(self, name: str) -> Report:
        found = next((report for report in self.known().reports if report.id == name), None)
        if found is None:
            raise UsageError(f"no report {name!r} counts in this log", place=self.log.store.place, hint="see its ids")
        return found

    def alarms(self, at: datetime) -> list[Finding]:
        """Return everything that calls for a person now, the gravest first."""
        now = self.situation(at)
        plan = self.plan(at)
        valid = _valid(now)
        self._chain.follow(valid)
        found = [*self._chain.findings(), *alarms(plan, valid, at, counted=self._chain.lines), *limbo(valid, at)]
        found += [*imbalance(now), *imprecise(now)]
        found += against_choices(plan, now.reports) if plan else []
        grades = {"error": 0, "warning": 1, "open": 2}
        return sorted(found, key=lambda one: (grades[one.severity], one.rule, one.about))

    def progress(self, at: datetime) -> list[Standing]:
        """Return where each convoy stands beside the adopted plan."""
        valid = _valid(self.situation(at))
        self._chain.follow(valid)
        return standings(self.plan(at), valid, at, counted=self._chain.lines)


def _valid(situation: Situation) -> list[Report]:
    """Return the reports of a situation that no later one corrects."""
    corrected = {report.corrects for report in situation.reports if report.corrects}
    return [report for report in situation.reports if report.id not in corrected]


def _plan_of(body: dict[str, Any]) -> Plan:
    return msgspec.convert(body["plan"], Plan)


def _concerns(finding: Finding, convoy: Convoy) -> bool:
    return finding.about == f"convoy {convoy.id}" or finding.about.startswith("clause ")


def _refused(what: str, place: str, broken: Sequence[Finding]) -> Infeasible:
    return Infeasible(
        what + ": " + " ".join(str(finding) for finding in broken[:5]),
        place=place,
        hint="mend it, or say in words why it goes all the same (--despite)",
        clauses=[finding.about for finding in broken],
    )
