"""What a small world consists of: operations, vehicles, people and the rules that bind them; all is certain."""

from __future__ import annotations

from dataclasses import dataclass, field

from corridor.situation.site import PlaceKind

Way = tuple[str, str]


@dataclass(frozen=True)
class Type:
    """Like vehicles: places by kind, minutes to board and unload, how many may be on the road, when one is back.

    `joins` are minutes and sites of further ones, `leaves` minutes by which one is gone; `crosses` the parties on whose
    ground they may drive, None for all.
    """

    name: str
    count: int
    places: dict[str, int]
    board: int
    unload: int
    at_once: int | None = None
    out: tuple[int, str] | None = None
    trails: bool = False
    crosses: tuple[str, ...] | None = None
    joins: tuple[tuple[int, str], ...] = ()
    leaves: tuple[int, ...] = ()


@dataclass(frozen=True)
class Wait:
    """People who wait at one pickup for a kind of place, each with so many companions.

    They are families of so many, go only where they chose, and `come` says how many are there from which minute on.
    """

    name: str
    pickup: str
    people: int
    place: PlaceKind = "seat"
    companions: int = 0
    priority: int = 3
    family: int = 1
    chosen: str = ""
    come: tuple[tuple[int, int], ...] = ()

    @property
    def kind(self) -> str:
        """What people they are: those who change vehicles are so on both sides."""
        return self.name.rpartition("/")[2]

    @property
    def everyone(self) -> int:
        """Everyone, companions included."""
        return self.people * (1 + self.companions)


@dataclass(frozen=True)
class Side:
    """One operation of a small world; minutes count from the start.

    `control` is who holds a site, `lane` a way that one direction uses at a time, `stops` are (minutes at the wheel,
    minutes of the stop, what for), `night` the minutes before and after the overnight stop of the one way there is,
    `accepts` which groups a reception takes, `daily` how many people on a day.
    """

    name: str
    depot: str
    go: dict[Way, int]
    back: dict[Way, int]
    types: tuple[Type, ...]
    waits: tuple[Wait, ...]
    bays: dict[str, int] = field(default_factory=dict)
    room: dict[str, int] = field(default_factory=dict)
    size: int = 9
    headway: int = 0
    windows: tuple[tuple[int, int], ...] | None = None
    aid: tuple[int, int] | None = None
    margin: int = 0
    smallest: int = 1
    escorts: int | None = None
    escort_vehicles: int = 0
    hold_assembly: int | None = None
    hold_exchange: int | None = None
    check: tuple[int, int] = (0, 0)
    crowding: int = 0
    only: str = ""
    beyond: int = 0
    trailing_most: int | None = None
    control: dict[str, str] = field(default_factory=dict)
    lane: Way | None = None
    stops: tuple[tuple[int, int, str], ...] = ()
    night: tuple[int, int] | None = None
    accepts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    daily: dict[str, int] = field(default_factory=dict)

    @property
    def everyone(self) -> int:
        """Everyone who waits, companions included."""
        return sum(wait.everyone for wait in self.waits)


@dataclass(frozen=True)
class Small:
    """One or two operations and what ties them; `tie` is (ratio in halves, lag, tolerance, mutual).

    `relay` are the minutes in which people change from the vehicles of the first side to those of the second;
    `midnight` is the minute at which a new day begins.
    """

    sides: tuple[Side, ...]
    tie: tuple[int, int, int, bool] | None = None
    steps: tuple[int, int] | None = None
    phase: tuple[int, int | str] | None = None
    relay: int | None = None
    midnight: int = 18 * 60
    rules: tuple[str, ...] = ()


def pickups(side: Side) -> list[str]:
    """The pickups of a side in order."""
    return list(dict.fromkeys(pickup for pickup, _ in side.go))


def receptions(side: Side) -> list[str]:
    """The receptions of a side in order."""
    return list(dict.fromkeys(reception for _, reception in side.go))
