"""Operations that wait for one another: their convoys are built in turn, each side as far as the other allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from corridor.planning.again import Follower, orders_of
from corridor.planning.agreed import Gate, Tie
from corridor.planning.construct import Builder
from corridor.planning.drafts import ENDLESS, Draft, Style
from corridor.planning.instance import Instance
from corridor.planning.plan import Plan
from corridor.planning.timing import Ground, When

EPSILON = 1e-9
ALIGNED = 20


class Ledger:
    """Who was accepted when, by operation, and what the ties and phases allow next."""

    def __init__(self, instances: Sequence[Instance]) -> None:
        self.ties: list[Tie] = list(dict.fromkeys(tie for instance in instances for tie in instance.agreed.ties))
        self.gates = list(dict.fromkeys(gate for instance in instances for gate in instance.agreed.gates))
        self.everyone = {instance.operation: instance.total for instance in instances}
        self.events: dict[str, list[tuple[int, int]]] = {instance.operation: [] for instance in instances}
        self.beside: dict[str, int] = dict.fromkeys(self.events, 0)

    def add(self, operation: str, draft: Draft) -> None:
        """Count a convoy; reserve convoys use up what the other side's planned convoys allow and allow nothing."""
        if draft.reserve:
            self.beside[operation] += draft.people
        else:
            self.events[operation].append((draft.handover, draft.people))

    def total(self, operation: str) -> int:
        """Return everyone whom an operation has had accepted so far, reserve included."""
        return self.beside.get(operation, 0) + self.planned(operation)

    def planned(self, operation: str) -> int:
        """Return everyone whom the planned convoys of an operation bring."""
        return sum(people for _, people in self.events.get(operation, []))

    def room(self, operation: str) -> int:
        """Return how many more people of an operation may be accepted for all that is planned now."""
        room = ENDLESS
        for tie in self.ties:
            if tie.first == operation:
                allowed = math.floor((self.planned(tie.other) + tie.tolerance) / tie.ratio + EPSILON)
                room = min(room, allowed - self.total(operation))
        for gate in self.gates:
            if gate.operation == operation and gate.other and self._opens(gate) is None:
                room = min(room, self._free(gate) - self.total(operation))
        return max(room, 0)

    def step(self, operation: str) -> int:
        """Return how many people of an operation may still go before a gate opens, endless where none is before it."""
        free = [
            self._free(gate) - self.total(operation)
            for gate in self.gates
            if gate.operation == operation and self._opens(gate) != 0
        ]
        return min((people for people in free if people > 0), default=ENDLESS)

    def when(self, operation: str) -> When:
        """Return, for the number of people in the next convoy, when it may depart and be handed over."""

        def minutes(people: int) -> tuple[int, int]:
            depart, handover = 0, 0
            after = self.total(operation) + people
            for tie in self.ties:
                if tie.first == operation:
                    needed = tie.ratio * after - tie.tolerance
                    handover = max(handover, (self._reached(tie.other, needed) or 0) - tie.lag)
            for gate in self.gates:
                if gate.operation == operation and after > self._free(gate):
                    depart = max(depart, self._opens(gate) or 0)
            return depart, handover

        return minutes

    def _free(self, gate: Gate) -> int:
        return self.everyone[gate.operation] - gate.free if gate.from_last else gate.free

    def _opens(self, gate: Gate) -> int | None:
        """Return the minute at which a gate opens, None while what it waits for is not planned."""
        if not gate.other:
            return gate.begins
        everyone = self.everyone.get(gate.other)
        if everyone is None:
            return None
        return self._reached(gate.other, everyone if gate.reached is None else min(gate.reached, everyone))

    def _reached(self, operation: str, people: float) -> int | None:
        """Return the minute at which an operation has had so many people accepted, None where it is not planned."""
        if people <= EPSILON:
            return 0
        so_far = 0
        for minute, more in sorted(self.events.get(operation, [])):
            so_far += more
            if so_far >= people - EPSILON:
                return minute
        return None


@dataclass(frozen=True)
class Together:
    """The timetables of operations planned together, under construction."""

    builders: list[Builder]
    ledger: Ledger

    def add_reserve(self) -> None:
        """Build the reserve convoys; what the other side does not allow any more stays unreserved."""
        for builder in self.builders:
            builder.begin_reserve()
        while _advance(self.builders, self.ledger):
            pass


def build_together(
    instances: Sequence[Instance],
    styles: Sequence[Style],
    quotas: Sequence[dict[tuple[str, str], int]],
    previous: Plan | None = None,
    *,
    partial: bool = False,
) -> Together | None:
    """Return the timetables of the planning figure, or None where some of it cannot go and they may not be `partial`.

    The orders of a `previous` plan are followed as far as they hold.
    """
    ground = Ground(*instances)
    builders = [
        Builder(instance, style, quota, ground)
        if previous is None
        else Follower(instance, style, quota, ground, orders_of(previous, instance))
        for instance, style, quota in zip(instances, styles, quotas, strict=True)
    ]
    ledger = Ledger(instances)
    while any(builder.waits() for builder in builders):
        if not _advance(builders, ledger) and not _side_by_side(builders, ledger):
            if partial:
                break
            return None
    return Together(builders, ledger)


def _advance(builders: Sequence[Builder], ledger: Ledger) -> bool:
    """Enter the next convoy, the soonest of those not cut short before the others; return whether there is one."""
    options = []
    for number, builder in enumerate(builders):
        name = builder.instance.operation
        room = ledger.room(name)
        if builder.waits() and room > 0:
            draft = _before_the_gate(builder, ledger, room) or builder.next_draft(room, ledger.when(name))
            if draft is not None:
                widest = max(1 + group.companions for group in builder.instance.people)
                options.append((room - draft.people < widest and room < ENDLESS, draft.depart, number, draft))
    if not options:
        return False
    _, _, number, draft = min(options, key=lambda option: option[:3])
    _enter(builders[number], draft, ledger)
    return True


def _before_the_gate(builder: Builder, ledger: Ledger, room: int) -> Draft | None:
    """Return the convoy of those who may go before a gate opens, where the style lets them and it does not wait."""
    name = builder.instance.operation
    step = ledger.step(name) if builder.style.eager else ENDLESS
    if step >= room or builder.reserve:
        return None
    draft = builder.next_draft(step, ledger.when(name))
    opens = ledger.when(name)(step + 1)[0]
    return draft if draft is not None and draft.depart < opens else None


def _enter(builder: Builder, draft: Draft, ledger: Ledger) -> None:
    builder.commit(draft)
    ledger.add(builder.instance.operation, draft)


def _side_by_side(builders: Sequence[Builder], ledger: Ledger) -> bool:
    """Enter one convoy of each of two operations that both wait for the other, handed over at the same time."""
    by_name = {builder.instance.operation: builder for builder in builders}
    for tie in ledger.ties:
        first, other = by_name.get(tie.first), by_name.get(tie.other)
        if first is None or other is None or not first.waits() or not other.waits():
            continue
        pair = _pair(first, other, tie, ledger)
        if pair is not None:
            _enter(other, pair[1], ledger)
            _enter(first, pair[0], ledger)
            return True
    return False


def _pair(first: Builder, other: Builder, tie: Tie, ledger: Ledger) -> tuple[Draft, Draft] | None:
    reverse = next((t for t in ledger.ties if (t.first, t.other) == (tie.other, tie.first)), None)
    most = other.next_draft()
    if most is None:
        return None
    here, there = ledger.total(tie.first), ledger.total(tie.other)
    room = math.floor((there + most.people + tie.tolerance) / tie.ratio + EPSILON) - here
    minute = 0
    for _ in range(ALIGNED):
        lead = first.next_draft(room, _not_before(minute)) if room > 0 else None
        if lead is None:
            return None
        allowed = ENDLESS
        if reverse is not None:
            both = (here + lead.people + reverse.tolerance) / reverse.ratio
            allowed = math.floor(both + EPSILON) - there
        follow = other.next_draft(allowed, _not_before(minute)) if allowed > 0 else None
        if follow is None:
            return None
        if tie.ratio * (here + lead.people) - tie.tolerance > there + follow.people + EPSILON:
            room = math.floor((there + follow.people + tie.tolerance) / tie.ratio + EPSILON) - here
            continue
        lag = reverse.lag if reverse is not None else ENDLESS
        if follow.handover - tie.lag <= lead.handover and lead.handover - lag <= follow.handover:
            return lead, follow
        minute = max(lead.handover, follow.handover)
    return None


def _not_before(minute: int) -> When:
    def when(_people: int) -> tuple[int, int]:
        return 0, minute

    return when
