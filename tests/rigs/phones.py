"""Phones and a log with everything that goes wrong between them, as a state machine (Claessen and Hughes 2000).

Three phones record, send, lose, repeat and reorder; they reload, are wiped, run on wrong clocks, and two of them count
the same bus; an id may clash. After all is healed the log holds exactly what was recorded and not wiped, each once, and
the projection is the same for every order of arrival.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from corridor.log.entry import Answer, Entry, stamp
from corridor.log.verify import verify
from corridor.operation.chain import conservation, tallies
from corridor.operation.known import entry_of, fold
from corridor.reports.report import Report
from tests.log.making import RECEIVED, START, opened
from tests.rigs.disk import Disk, Machine, quietly

PHONES = ("phone-1", "phone-2", "phone-3")
FACTS = ("people_boarded", "people_out", "people_passed", "people_arrived", "people_handed_over")
_machine = Machine()
_image: dict[str, bytes] = {}


def _disk() -> Disk:
    if not _image:
        _machine.disk = Disk()
        store = _machine.store()
        store.append([opened()], received=RECEIVED)
        store.close()
        _image.update(_machine.disk.image())
    return Disk(_image)


class Phone:
    """A phone: what it has stored, how far its clock is off, and how many entries it has counted."""

    def __init__(self, name: str, skew: int) -> None:
        self.name = name
        self.skew = timedelta(hours=skew)
        self.count = 0
        self.outbox: dict[str, Entry] = {}


class Field(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        _machine.disk = _disk()
        self.store = _machine.store()
        self.phones = {name: Phone(name, skew) for name, skew in zip(PHONES, (0, 24, -24), strict=True)}
        self.network: list[tuple[str, list[Entry]]] = []
        self.recorded: dict[str, Entry] = {}
        self.clashes: list[Entry] = []
        self.acked: set[str] = set()
        self.delivered: set[str] = set()
        self.wiped: set[str] = set()
        self.clock = 0

    def _report(self, phone: Phone, vehicle: int, fact: int, people: int) -> Entry:
        self.clock += 1
        phone.count += 1
        moment = START + timedelta(minutes=self.clock) + phone.skew
        report = Report(
            id=f"{phone.name}-{phone.count}",
            source=phone.name,
            fact=FACTS[fact],
            about=f"aleppo/c{vehicle // 3}.bus-{vehicle}",
            place="amiriyah" if fact < 2 else "ramousah" if fact == 2 else "khanasal",
            observed=moment,
            received=moment,
            value=people,
            scope="batch" if FACTS[fact] == "people_out" else "",
        )
        return entry_of(report, actor="marshal", device=phone.name, device_seq=phone.count, recorded=moment)

    @rule(who=st.sampled_from(PHONES), vehicle=st.integers(0, 5), fact=st.integers(0, 4), people=st.integers(0, 60))
    def record(self, who: str, vehicle: int, fact: int, people: int) -> None:
        phone = self.phones[who]
        made = self._report(phone, vehicle, fact, people)
        phone.outbox[made.id] = made
        self.recorded[made.id] = made

    @rule(who=st.sampled_from(PHONES), data=st.data())
    def clash(self, who: str, data: st.DataObject) -> None:
        """Another phone, restored from a copy, writes something else under an id that is in use already."""
        if not self.recorded:
            return
        entry = self.recorded[data.draw(st.sampled_from(sorted(self.recorded)))]
        if entry.device == who:
            return  # one phone keeps its entries by id, so that it cannot hold two of one id
        report = msgspec.json.decode(entry.body, type=Report)
        other = msgspec.structs.replace(report, value=int(report.number or 0) + 1000)
        made = entry_of(other, actor="marshal", device=who, recorded=START + timedelta(days=9, minutes=self.clock))
        self.clashes.append(made)
        self.network.append((who, [made]))

    @rule(who=st.sampled_from(PHONES))
    def send(self, who: str) -> None:
        if self.phones[who].outbox:
            self.network.append((who, list(self.phones[who].outbox.values())))

    @rule(number=st.integers(0, 9))
    def lose(self, number: int) -> None:
        if self.network:
            self.network.pop(number % len(self.network))

    @rule(number=st.integers(0, 9), answer_lost=st.booleans(), again=st.booleans())
    def deliver(self, number: int, answer_lost: bool, again: bool) -> None:  # noqa: FBT001
        """Deliver any of what is on the way: that reorders; it may come again, and its answer may be lost."""
        if not self.network:
            return
        at = number % len(self.network)
        who, batch = self.network[at] if again else self.network.pop(at)
        answers = self.store.append(batch, received=stamp(START + timedelta(minutes=self.clock)))
        assert [a.id for a in answers] == [e.id for e in batch]
        assert {a.status for a in answers} <= {"accepted", "duplicate", "conflict"}
        self.delivered |= {entry.id for entry in batch if self.recorded.get(entry.id) == entry}
        if not answer_lost:
            self._hear(who, answers)

    def _hear(self, who: str, answers: list[Answer]) -> None:
        for answer in answers:
            self.acked.add(answer.id)
            self.phones[who].outbox.pop(answer.id, None)

    @rule(who=st.sampled_from(PHONES))
    def reload(self, who: str) -> None:
        """The page is loaded anew: what was stored is still there, in another order."""
        phone = self.phones[who]
        phone.outbox = dict(reversed(phone.outbox.items()))

    @rule(who=st.sampled_from(PHONES))
    def evict(self, who: str) -> None:
        """The system wipes the phone's storage: what it had not sent is lost, and the log must show the gap."""
        phone = self.phones[who]
        self.wiped |= set(phone.outbox) - self.delivered
        phone.outbox.clear()

    @rule()
    def restart(self) -> None:
        """The log's own program ends without closing anything."""
        _machine.disk.kill()
        _machine.abandon(self.store)
        self.store = _machine.store()

    @rule(number=st.integers(0, 2**32))
    def power_cut(self, number: int) -> None:
        found = _machine.disk.cut(random.Random(number))
        _machine.abandon(self.store)
        _machine.disk = found
        self.store = _machine.store()

    @invariant()
    def nothing_acknowledged_is_gone(self) -> None:
        if self.clock % 10 == 0:
            held = {row.id for row in self.store.rows()}
            assert self.acked <= held

    def teardown(self) -> None:
        """Heal: everything still on a phone or on the way arrives; then compare."""
        for who, phone in self.phones.items():
            if phone.outbox:
                self._hear(who, self.store.append(list(phone.outbox.values()), received=RECEIVED))
        for who, batch in self.network:
            self._hear(who, self.store.append(batch, received=RECEIVED))
            self.delivered |= {entry.id for entry in batch if self.recorded.get(entry.id) == entry}
        rows = list(self.store.rows())
        self.store.close()
        verdict = verify(rows)
        assert verdict.sound, verdict
        kept = [row for row in rows if row.kind == "report"]
        assert len({row.id for row in kept}) == len(kept)
        expected = {name for name in self.recorded if name not in self.wiped or name in self.delivered}
        came = {entry.id for entry in self.clashes if entry.id in {row.id for row in rows}}
        assert {row.id for row in kept} == expected | came
        self._projection(rows)
        missing = {name for name in self.wiped if name not in self.delivered}
        shown = fold(rows).gaps
        for name in missing:
            entry = self.recorded[name]
            later = [e for e in self.recorded.values() if e.device == entry.device and e.device_seq > entry.device_seq]
            if any(e.id in expected for e in later) and entry.id not in came:
                assert entry.device_seq in shown.get(entry.device, ()), "a gap is not shown"

    def _projection(self, rows: list[Any]) -> None:
        known = fold(rows)
        shuffled = list(rows)
        random.Random(self.clock).shuffle(shuffled)
        assert fold(shuffled).digest == known.digest
        assert conservation(known.reports) == conservation(tuple(reversed(known.reports)))
        # Two phones that count one bus never add up: a bus counts at most what one of them said of it.
        most: dict[tuple[str, str], dict[str, int]] = {}
        for report in known.reports:
            cell = most.setdefault((report.subject, report.fact), {})
            cell[report.part] = max(cell.get(report.part, 0), int(report.number or 0))
        for movement, line in tallies(known.reports).items():
            for tally in line:
                fact = next(f for f in FACTS if most.get((movement, f)) and _point(f) == tally.point)
                assert tally.high <= sum(most[movement, fact].values())


def _point(fact: str) -> str:
    from corridor.operation.chain import POINTS

    return POINTS[fact]


@quietly()
def check(count: int, number: int = 0) -> dict[str, int]:
    """Run so many histories of up to 50 steps."""
    options = settings(
        max_examples=count,
        stateful_step_count=50,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(Field), settings=options)
    return {"histories": count, "steps at most": 50}
