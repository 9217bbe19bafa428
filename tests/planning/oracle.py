"""The optimum of a small world by constraint programming: a model of every rule that shares no code with Corridor."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model import CpModel, IntVar

from tests.planning.oracle_tied import tie_sides
from tests.planning.oracle_travel import bind_travel
from tests.planning.oracle_vehicles import Approach, vehicles_of
from tests.planning.small_world import Side, Small, Type, Wait, Way

END = 1000  # minutes; no small world takes longer
MOST = 6  # convoys that are modelled


def optimum(world: Small, within: int = END, convoys: int = 1, effort: float = 60.0) -> int | None:
    """Return the least clearance time in minutes, None where no plan exists; fails where the effort does not prove it.

    Only times `within` some minutes are looked for, with at least so many convoys a side: what a plan reaches is a good
    start, and None then tells of a plan that cannot be. The effort is in the solver's own units, the same on a busy
    machine.
    """
    model = CpModel()
    sides = [Sided(model, side, world.midnight, convoys) for side in world.sides]
    tie_sides(model, world, sides)
    last = model.new_int_var(0, within, "last")
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


class Sided:
    """The convoys of one side in order of departure: who drives, who is aboard, and every time."""

    def __init__(self, model: CpModel, side: Side, midnight: int, convoys: int) -> None:
        self.model, self.side, self.midnight = model, side, midnight
        self.vehicles = vehicles_of(side)
        self.ways = [way for way in side.go if side.only in ("", way[1])]
        self.number = range(max(self._most(), convoys))
        self.used = [model.new_bool_var(f"used{c}") for c in self.number]
        self.depart = [model.new_int_var(0, END, f"depart{c}") for c in self.number]
        self.arrive = [model.new_int_var(0, END, f"arrive{c}") for c in self.number]
        self.way = {(c, w): model.new_bool_var(f"way{c}{w}") for c in self.number for w in self.ways}
        self.drives = {(c, v): model.new_bool_var(f"x{c}{v}") for c in self.number for v in range(len(self.vehicles))}
        self.boards = {key: model.new_int_var(0, END, f"b{key}") for key in self.drives}
        self.unloads = {key: model.new_int_var(0, END, f"u{key}") for key in self.drives}
        self.load: dict[tuple[int, int, str], IntVar] = {}
        self.people: list[IntVar] = []
        self.stands = [model.new_int_var(0, END, f"stands{c}") for c in self.number]
        self.approaches: list[Approach] = []
        self.ends: list[cp_model.LinearExpr] = []
        self._convoys()
        self._aboard()
        self._times()
        self._road()
        self._continuity()
        self._bays()
        self._first_things_first()
        bind_travel(self)

    def _most(self) -> int:
        """Return how many convoys are modelled: every load alone, as far as that stays small."""
        side = self.side
        loads = 0
        for wait in side.waits:
            places = max(self._places(kind, wait.place) for kind in side.types if not kind.trails)
            loads += -(-wait.people // max(places - places % wait.family, 1))
        # One beyond the fewest that could do, and two where people come late or are sent on to another day.
        later = bool(side.daily) or any(wait.come for wait in side.waits)
        return min(loads + (2 if later else 1), MOST)

    def at(self, convoy: int, ways: list[Way]) -> cp_model.LinearExpr:
        """Return whether a convoy takes one of some ways, as a sum."""
        return cp_model.LinearExpr.sum([self.way[convoy, way] for way in ways])

    def _convoys(self) -> None:
        model, side = self.model, self.side
        for c in self.number:
            row = [self.drives[c, v] for v in range(len(self.vehicles))]
            led = [self.drives[c, v] for v, vehicle in enumerate(self.vehicles) if not vehicle.type.trails]
            model.add(sum(self.way[c, w] for w in self.ways) == self.used[c])
            model.add(sum(led) <= side.size - side.escort_vehicles).only_enforce_if(self.used[c])
            model.add(sum(led) >= 1).only_enforce_if(self.used[c])
            model.add(sum(row) >= side.smallest).only_enforce_if(self.used[c])
            model.add(sum(row) == 0).only_enforce_if(~self.used[c])
            # A convoy that is not used stands where the one before it does; like vehicles come in their order.
            model.add(self.arrive[c] == self.depart[c]).only_enforce_if(~self.used[c])
            if c:
                model.add(self.depart[c] == self.depart[c - 1]).only_enforce_if(~self.used[c])
            else:
                for v, (one, two) in enumerate(pairwise(self.vehicles)):
                    if (one.type, one.free, one.site, one.until) == (two.type, two.free, two.site, two.until):
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
                here = [self.way[c, w] for w in self.ways if self.may_go(wait, w)]
                model.add(sum(own) <= wait.people * sum(here))
                aboard += [*own, *beside]
            self.people.append(model.new_int_var(0, side.everyone, f"people{c}"))
            model.add(self.people[c] == sum(aboard))
            for v, vehicle in enumerate(self.vehicles):
                for place in ("seat", "stretcher", "wheelchair"):
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
                model.add(self.arrive[c] == self.depart[c] + passage + self.stands[c]).only_enforce_if(self.way[c, way])
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
                if vehicle.until is not None:
                    model.add(end <= vehicle.until).only_enforce_if(drives)
                self.ends.append(end)

    def _road(self) -> None:
        """Hours, aid, vehicles on the road at once and escort teams."""
        model, side = self.model, self.side
        for c in self.number:
            self._hours(c)
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

    def _hours(self, c: int) -> None:
        """Each drive lies in one window; a night parts one drive from the other."""
        model, side = self.model, self.side
        if side.night is None or side.windows is None:
            model.add(self.stands[c] == 0)
            self._in_window(self.depart[c], self.arrive[c], self.used[c])
            return
        before, after = side.night
        night = model.new_bool_var(f"night{c}")
        halts, goes_on = (model.new_int_var(0, END, f"{word}{c}") for word in ("halts", "goes_on"))
        model.add(self.stands[c] == 0).only_enforce_if(~night)
        model.add(halts == self.arrive[c]).only_enforce_if(~night)
        model.add(goes_on == self.depart[c]).only_enforce_if(~night)
        model.add(halts >= self.depart[c] + before).only_enforce_if(night)
        model.add(goes_on <= self.arrive[c] - after).only_enforce_if(night)
        model.add(goes_on == halts + self.stands[c]).only_enforce_if(night)
        self._in_window(self.depart[c], halts, self.used[c])
        self._in_window(goes_on, self.arrive[c], self.used[c])

    def _in_window(self, begins: IntVar, ends: IntVar, used: IntVar) -> None:
        model, side = self.model, self.side
        if side.windows is None:
            return
        inside = [model.new_bool_var("") for _ in side.windows]
        model.add(sum(inside) >= 1).only_enforce_if(used)
        for chosen, (opens, closes) in zip(inside, side.windows, strict=True):
            model.add(begins >= opens).only_enforce_if(chosen)
            model.add(ends <= closes - side.margin).only_enforce_if(chosen)

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
        """Each vehicle boards when it is free and has driven to the pickup from where it was before."""
        model = self.model
        for v, vehicle in enumerate(self.vehicles):
            for c in self.number:
                earlier = [~self.drives[before, v] for before in range(c)]
                for way in self.ways:
                    when = (self.drives[c, v], self.way[c, way], *earlier)
                    step = vehicle.site, way[0]
                    self._comes(Approach(c, v, None, step, way, vehicle.free, self.side.back[step], when))
            for first, then in combinations(self.number, 2):
                between = [~self.drives[c, v] for c in range(first + 1, then)]
                done = model.new_int_var(0, END, f"done{first}{then}{v}")
                model.add(done == self.unloads[first, v] + vehicle.type.unload).only_enforce_if(self.drives[first, v])
                for one in self.ways:
                    for way in self.ways:
                        both = (self.drives[first, v], self.drives[then, v], self.way[first, one], self.way[then, way])
                        step = one[1], way[0]
                        when = (*both, *between)
                        self._comes(Approach(then, v, first, step, way, done, self.side.back[step], when))

    def _comes(self, approach: Approach) -> None:
        self.approaches.append(approach)
        boards = self.boards[approach.convoy, approach.vehicle]
        self.model.add(boards >= approach.free + approach.minutes).only_enforce_if(*approach.when)

    def _bays(self) -> None:
        for site, bays in self.side.bays.items():
            spans = []
            for c, v in self.drives:
                ways = [w for w in self.ways if site in w]
                if not ways or self.vehicles[v].type.trails:
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
        """Who may not go where the convoy goes, or comes when its boarding has begun, is not passed over."""
        model = self.model
        aboard = [n for key, n in self.load.items() if key[0] == c and key[2] == low.name]
        gone = [n for key, n in self.load.items() if key[0] <= c and key[2] == high.name]
        some = model.new_bool_var(f"some{low.name}{c}")
        model.add(sum(aboard) <= low.people * some)
        there = self.at(c, [way for way in self.ways if self.may_go(high, way)])
        begins = self.begins(c)
        for minute, people in high.come or ((0, high.people),):
            come = model.new_bool_var("")
            model.add(begins >= minute).only_enforce_if(come)
            model.add(begins < minute).only_enforce_if(~come)
            passed = model.new_bool_var("")
            model.add(passed >= some + come + there - 2)
            model.add(sum(gone) >= people).only_enforce_if(passed)

    def begins(self, c: int) -> IntVar:
        """Return when the first vehicle of a convoy begins to board."""
        minute = self.model.new_int_var(0, END, "")
        self.model.add_min_equality(minute, [self.boards[c, v] for v in range(len(self.vehicles))])
        return minute

    def may_go(self, wait: Wait, way: Way) -> bool:
        """Return whether people may take a way: from where they wait, to who takes them and where they chose to go."""
        takes = self.side.accepts.get(way[1], (wait.kind,))
        return way[0] == wait.pickup and wait.kind in takes and wait.chosen in ("", way[1])

    def handed_over(self, c: int) -> cp_model.LinearExpr:
        """Return when the people of a convoy are counted as accepted."""
        return self.arrive[c] - self.side.beyond
