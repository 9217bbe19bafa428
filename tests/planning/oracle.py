"""The optimum of a small world by constraint programming: a model of every rule that shares no code with Corridor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model import CpModel, IntVar

from tests.planning.small import Side, Small, Type, Wait, Way

END = 1000  # minutes; no small world takes longer
SPARE = 1  # convoys beyond the fewest that could do
MOST = 6


@dataclass(frozen=True)
class Vehicle:
    """One vehicle with the minute from which it is free and where."""

    name: str
    type: Type
    free: int
    site: str


def vehicles_of(side: Side) -> list[Vehicle]:
    """Return the vehicles of a side; the last of a type is the one under way."""
    found = []
    for kind in side.types:
        for number in range(kind.count):
            out = kind.out if kind.out and number == kind.count - 1 else (0, side.depot)
            found.append(Vehicle(f"{kind.name}-{number}", kind, *out))
    return found


def optimum(world: Small, effort: float = 60.0) -> int | None:
    """Return the least clearance time in minutes, None where no plan exists; fails where the effort does not prove it.

    The effort is in the solver's own units, so that a busy machine proves the same.
    """
    model = CpModel()
    sides = [_Side(model, side) for side in world.sides]
    _ties(model, world, sides)
    last = model.new_int_var(0, END, "last")
    for side in sides:
        for end in side.ends:
            model.add(last >= end)
    model.minimize(last)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = effort
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    assert status == cp_model.OPTIMAL, f"{world.rules}: not solved"
    return int(solver.objective_value + 0.5)


class _Side:
    """The convoys of one side in order of departure: who drives, who is aboard, and every time."""

    def __init__(self, model: CpModel, side: Side) -> None:
        self.model, self.side = model, side
        self.vehicles = vehicles_of(side)
        self.ways = [way for way in side.go if side.only in ("", way[1])]
        self.number = range(self._most())
        self.used = [model.new_bool_var(f"used{c}") for c in self.number]
        self.depart = [model.new_int_var(0, END, f"depart{c}") for c in self.number]
        self.arrive = [model.new_int_var(0, END, f"arrive{c}") for c in self.number]
        self.way = {(c, w): model.new_bool_var(f"way{c}{w}") for c in self.number for w in self.ways}
        self.drives = {(c, v): model.new_bool_var(f"x{c}{v}") for c in self.number for v in range(len(self.vehicles))}
        self.boards = {key: model.new_int_var(0, END, f"b{key}") for key in self.drives}
        self.unloads = {key: model.new_int_var(0, END, f"u{key}") for key in self.drives}
        self.load: dict[tuple[int, int, str], IntVar] = {}
        self.people: list[IntVar] = []
        self.ends: list[cp_model.LinearExpr] = []
        self._convoys()
        self._aboard()
        self._times()
        self._road()
        self._continuity()
        self._bays()
        self._first_things_first()

    def _most(self) -> int:
        """Return how many convoys are modelled: every load alone, as far as that stays small."""
        side = self.side
        loads = 0
        for wait in side.waits:
            seats = max(kind.places.get(wait.place, 0) for kind in side.types)
            loads += -(-wait.people // max(seats, 1))
        return min(loads + SPARE, MOST)

    def at(self, convoy: int, ways: list[Way]) -> cp_model.LinearExpr:
        """Return whether a convoy takes one of some ways, as a sum."""
        return cp_model.LinearExpr.sum([self.way[convoy, way] for way in ways])

    def _convoys(self) -> None:
        model, side = self.model, self.side
        for c in self.number:
            row = [self.drives[c, v] for v in range(len(self.vehicles))]
            model.add(sum(self.way[c, w] for w in self.ways) == self.used[c])
            model.add(sum(row) <= (side.size - side.escort_vehicles)).only_enforce_if(self.used[c])
            model.add(sum(row) >= side.smallest).only_enforce_if(self.used[c])
            model.add(sum(row) == 0).only_enforce_if(~self.used[c])
            # A convoy that is not used stands where the one before it does; like vehicles come in their order.
            model.add(self.arrive[c] == self.depart[c]).only_enforce_if(~self.used[c])
            if c:
                model.add(self.depart[c] == self.depart[c - 1]).only_enforce_if(~self.used[c])
            else:
                for v, (one, two) in enumerate(pairwise(self.vehicles)):
                    if (one.type, one.free, one.site) == (two.type, two.free, two.site):
                        model.add_implication(self.drives[c, v + 1], self.drives[c, v])
            for v in range(len(self.vehicles)):
                for time in (self.boards[c, v], self.unloads[c, v]):
                    model.add(time == self.depart[c]).only_enforce_if(~self.drives[c, v])
            if c:
                model.add_implication(self.used[c], self.used[c - 1])
                model.add(self.depart[c] >= self.depart[c - 1] + side.headway).only_enforce_if(self.used[c])

    def _aboard(self) -> None:
        model, side = self.model, self.side
        for c in self.number:
            aboard = []
            for wait in side.waits:
                own, beside = [], []
                for v, vehicle in enumerate(self.vehicles):
                    places = self._places(vehicle.type, wait.place)
                    key = (c, v, wait.name)
                    self.load[key] = model.new_int_var(0, min(places, wait.people), f"l{key}")
                    own.append(self.load[key])
                    if wait.companions:
                        key = (c, v, wait.name + "+")
                        seats = self._places(vehicle.type, "seat")
                        self.load[key] = model.new_int_var(0, min(seats, wait.everyone), f"l{key}")
                        beside.append(self.load[key])
                if beside:
                    model.add(sum(beside) == wait.companions * sum(own))
                here = [self.way[c, w] for w in self.ways if w[0] == wait.pickup]
                model.add(sum(own) <= wait.people * sum(here))
                aboard += [*own, *beside]
            self.people.append(model.new_int_var(0, side.everyone, f"people{c}"))
            model.add(self.people[c] == sum(aboard))
            for v, vehicle in enumerate(self.vehicles):
                for place in ("seat", "stretcher"):
                    sitting = [n for key, n in self.load.items() if key[:2] == (c, v) and self._needs(key[2]) == place]
                    model.add(sum(sitting) <= self._places(vehicle.type, place) * self.drives[c, v])
                every = [n for key, n in self.load.items() if key[:2] == (c, v)]
                model.add(sum(every) >= 1).only_enforce_if(self.drives[c, v])
                model.add(sum(every) == 0).only_enforce_if(~self.drives[c, v])
        for wait in side.waits:
            model.add(sum(n for key, n in self.load.items() if key[2] == wait.name) == wait.people)
        for name, room in side.room.items():
            brought = []
            for c in self.number:
                here = [self.way[c, w] for w in self.ways if w[1] == name]
                share = model.new_int_var(0, side.everyone, f"brought{c}{name}")
                model.add(share >= self.people[c] - side.everyone * (1 - sum(here)))
                brought.append(share)
            model.add(sum(brought) <= room)

    def _places(self, kind: Type, place: str) -> int:
        number = kind.places.get(place, 0)
        return number + (self.side.crowding if place == "seat" and number > 0 else 0)

    def _needs(self, name: str) -> str:
        if name.endswith("+"):
            return "seat"
        return next(wait.place for wait in self.side.waits if wait.name == name)

    def _times(self) -> None:
        model, side = self.model, self.side
        for c in self.number:
            row = [self.drives[c, v] for v in range(len(self.vehicles))]
            for way in self.ways:
                passage = side.go[way] + side.check[0] + side.check[1] * sum(row)
                model.add(self.arrive[c] == self.depart[c] + passage).only_enforce_if(self.way[c, way])
            for v, vehicle in enumerate(self.vehicles):
                drives, board, unload = self.drives[c, v], vehicle.type.board, vehicle.type.unload
                model.add(self.boards[c, v] + board <= self.depart[c]).only_enforce_if(drives)
                model.add(self.unloads[c, v] >= self.arrive[c]).only_enforce_if(drives)
                if side.hold_assembly is not None:
                    model.add(self.depart[c] - self.boards[c, v] <= side.hold_assembly).only_enforce_if(drives)
                if side.hold_exchange is not None:
                    model.add(self.unloads[c, v] - self.arrive[c] <= side.hold_exchange).only_enforce_if(drives)
                end = model.new_int_var(0, END, f"end{c}{v}")
                model.add(end == self.unloads[c, v] + unload).only_enforce_if(drives)
                self.ends.append(end)

    def _road(self) -> None:
        """Hours, aid, vehicles on the road at once and escort teams."""
        model, side = self.model, self.side
        for c in self.number:
            if side.windows is not None:
                inside = [model.new_bool_var(f"w{c}{k}") for k in range(len(side.windows))]
                model.add(sum(inside) >= 1).only_enforce_if(self.used[c])
                for chosen, (opens, closes) in zip(inside, side.windows, strict=True):
                    model.add(self.depart[c] >= opens).only_enforce_if(chosen)
                    model.add(self.arrive[c] <= closes - side.margin).only_enforce_if(chosen)
            if side.aid:
                before = model.new_bool_var(f"before{c}")
                model.add(self.arrive[c] <= side.aid[0]).only_enforce_if(self.used[c], before)
                model.add(self.depart[c] >= side.aid[1]).only_enforce_if(self.used[c], ~before)
        for kind in side.types:
            if kind.at_once is not None:
                spans = [self._passage(c, v) for c, v in self.drives if self.vehicles[v].type is kind]
                model.add_cumulative(spans, [1] * len(spans), kind.at_once)
        if side.escorts is not None:
            self._teams(side.escorts)

    def _passage(self, c: int, v: int) -> cp_model.IntervalVar:
        length = self.model.new_int_var(0, END, f"length{c}{v}")
        return self.model.new_optional_interval_var(
            self.depart[c], length, self.arrive[c], self.drives[c, v], f"road{c}{v}"
        )

    def _teams(self, teams: int) -> None:
        model = self.model
        leads = {(c, t): model.new_bool_var(f"team{c}{t}") for c in self.number for t in range(teams)}
        for c in self.number:
            model.add(sum(leads[c, t] for t in range(teams)) == self.used[c])
        for t in range(teams):
            for first, then in combinations(self.number, 2):
                between = [leads[c, t] for c in range(first + 1, then)]
                both = [leads[first, t], leads[then, t], *(~other for other in between)]
                self._after(self.arrive[first], self.depart[then], first, then, both)

    def _after(self, free: IntVar, ready: IntVar, first: int, then: int, when: Sequence[cp_model.LiteralT]) -> None:
        """Let a thing that is free at the end of a convoy's way be at the pickup of another by a minute."""
        for one in self.ways:
            for two in self.ways:
                back = self.side.back[one[1], two[0]]
                both = (*when, self.way[first, one], self.way[then, two])
                self.model.add(ready >= free + back).only_enforce_if(*both)

    def _continuity(self) -> None:
        model, side = self.model, self.side
        for v, vehicle in enumerate(self.vehicles):
            for c in self.number:
                earlier = [~self.drives[before, v] for before in range(c)]
                for way in self.ways:
                    when = (self.drives[c, v], self.way[c, way], *earlier)
                    start = vehicle.free + side.back[vehicle.site, way[0]]
                    model.add(self.boards[c, v] >= start).only_enforce_if(*when)
            for first, then in combinations(self.number, 2):
                between = [~self.drives[c, v] for c in range(first + 1, then)]
                both = [self.drives[first, v], self.drives[then, v], *between]
                done = model.new_int_var(0, END, f"done{first}{then}{v}")
                model.add(done == self.unloads[first, v] + vehicle.type.unload).only_enforce_if(self.drives[first, v])
                self._after(done, self.boards[then, v], first, then, both)

    def _bays(self) -> None:
        for site, bays in self.side.bays.items():
            spans = []
            for c, v in self.drives:
                ways = [w for w in self.ways if site in w]
                if not ways:
                    continue
                here = self.model.new_bool_var(f"here{site}{c}{v}")
                self.model.add(here >= self.drives[c, v] + self.at(c, ways) - 1)
                self.model.add_implication(here, self.drives[c, v])
                boarding = site == ways[0][0]
                begins = self.boards[c, v] if boarding else self.unloads[c, v]
                kind = self.vehicles[v].type
                minutes = kind.board if boarding else kind.unload
                spans.append(self.model.new_optional_fixed_size_interval_var(begins, minutes, here, f"bay{site}{c}{v}"))
            self.model.add_cumulative(spans, [1] * len(spans), bays)

    def _first_things_first(self) -> None:
        """Nobody leaves on a kind of place while people of higher priority who need it wait at the same pickup."""
        for high in self.side.waits:
            for low in self.side.waits:
                if (high.pickup, high.place) == (low.pickup, low.place) and high.priority < low.priority:
                    for c in self.number:
                        self._before(high, low, c)

    def _before(self, high: Wait, low: Wait, c: int) -> None:
        aboard = [n for key, n in self.load.items() if key[0] == c and key[2] == low.name]
        gone = [n for key, n in self.load.items() if key[0] <= c and key[2] == high.name]
        some = self.model.new_bool_var(f"some{low.name}{c}")
        self.model.add(sum(aboard) <= low.people * some)
        self.model.add(sum(gone) == high.people).only_enforce_if(some)

    def handed_over(self, c: int) -> cp_model.LinearExpr:
        """Return when the people of a convoy are counted as accepted."""
        return self.arrive[c] - self.side.beyond


def _ties(model: CpModel, world: Small, sides: list[_Side]) -> None:
    if world.tie:
        ratio, lag, tolerance, mutual = world.tie
        # ratio / 2 * here - tolerance <= there, and the reverse with 2 / ratio and tolerance * 2 / ratio
        _tie(model, (sides[0], sides[1]), (ratio, 2, 2 * tolerance), lag)
        if mutual:
            _tie(model, (sides[1], sides[0]), (2, ratio, 2 * tolerance), lag)
    if world.steps:
        for mine, other in ((0, 1), (1, 0)):
            opened = _reached(model, sides[other], world.steps[other])
            _gate(model, sides[mine], world.steps[mine], opened)
    if world.phase:
        last, after = world.phase
        opened = (
            model.new_constant(after) if isinstance(after, int) else _reached(model, sides[1], sides[1].side.everyone)
        )
        _gate(model, sides[0], sides[0].side.everyone - last, opened)


def _by(model: CpModel, side: _Side, minute: cp_model.LinearExpr) -> cp_model.LinearExpr:
    """Return everyone of a side who is accepted by a minute."""
    parts = []
    for c in side.number:
        in_time = model.new_bool_var("")
        model.add(side.handed_over(c) <= minute).only_enforce_if(in_time)
        model.add(side.handed_over(c) > minute).only_enforce_if(~in_time)
        counted = model.new_int_var(0, side.side.everyone, "")
        model.add(counted == side.people[c]).only_enforce_if(in_time)
        model.add(counted == 0).only_enforce_if(~in_time)
        parts.append(counted)
    return cp_model.LinearExpr.sum(parts)


def _tie(model: CpModel, pair: tuple[_Side, _Side], terms: tuple[int, int, int], lag: int) -> None:
    """At each hand-over of the first: first * here - tolerance <= second * there by the lag."""
    first, other = pair
    here_times, there_times, tolerance = terms
    # Follows from the last hand-over; the solver would take long to see it where it cannot hold.
    model.add(first.used[0] * (here_times * first.side.everyone - tolerance) <= there_times * other.side.everyone)
    for c in first.number:
        here = _by(model, first, first.handed_over(c))
        there = _by(model, other, first.handed_over(c) + lag)
        model.add(here_times * here - tolerance <= there_times * there).only_enforce_if(first.used[c])


def _reached(model: CpModel, side: _Side, people: int) -> IntVar:
    """Return a minute by which a side has had so many people accepted."""
    minute = model.new_int_var(0, END, "")
    model.add(_by(model, side, minute) >= min(people, side.side.everyone))
    return minute


def _gate(model: CpModel, side: _Side, free: int, opened: IntVar) -> None:
    """A convoy with which more than `free` people are accepted departs when the gate is open."""
    for c in side.number:
        beyond = model.new_bool_var("")
        here = _by(model, side, side.handed_over(c))
        model.add(here <= free).only_enforce_if(~beyond)
        model.add(side.depart[c] >= opened).only_enforce_if(beyond, side.used[c])
