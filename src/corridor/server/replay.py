"""An old operation played again: its reports come in as they once did, faster, on the clock of then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from corridor.log.log import Log
from corridor.operation.known import entry_of
from corridor.reports.report import Report
from corridor.server import answers as a
from corridor.server.ask import Ask, Refused, Reply, handles

if TYPE_CHECKING:
    from corridor.server.house import House

FASTEST = 600.0
TICK_SECONDS = 0.2
DEVICE = "replay"


class Replay:
    """The clock of then: `pace` seconds of it go by in one of ours; 0 stands still."""

    def __init__(
        self,
        reports: Sequence[Report],
        *,
        start: datetime,
        pace: float = 60.0,
        ticking: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reports = sorted(reports, key=lambda report: (report.received, report.id))
        self._next = 0
        self._ticking = ticking
        self._at, self._since = start, ticking()
        self.pace = min(max(pace, 0.0), FASTEST)

    def clock(self) -> datetime:
        """Return the moment of the replay."""
        return self._at + timedelta(seconds=(self._ticking() - self._since) * self.pace)

    @property
    def over(self) -> bool:
        """Whether every report has come in."""
        return self._next >= len(self._reports)

    def go(self, pace: float) -> None:
        """Go on at another pace from where it is."""
        self._at, self._since = self.clock(), self._ticking()
        self.pace = min(max(pace, 0.0), FASTEST)

    def due(self) -> list[Report]:
        """Return the reports that could be known by now and were not given yet."""
        now, begun = self.clock(), self._next
        while self._next < len(self._reports) and self._reports[self._next].received <= now:
            self._next += 1
        return self._reports[begun : self._next]

    async def run(self, house: House) -> None:
        """Put reports into the log as they become known, and propose a plan once the first are there."""
        begun = False
        while not self.over:
            found = self.due()
            if found:
                now = self.clock()
                await house.write([entry_of(one, actor=DEVICE, device=DEVICE, recorded=now) for one in found])
                if not begun and house.settings.planning:
                    # Whoever opens the example finds a plan and a forecast to look at, and may adopt it.
                    begun = True
                    house.spawn(house.planner.replan("the replay begins"))
            await asyncio.sleep(TICK_SECONDS)


@handles
async def replay_pace(ask: Ask) -> Reply:
    """Set how fast the replay goes."""
    house = ask.house
    if house.replay is None:
        raise Refused(404, "nothing is played again here", hint="corridor demo --serve")
    house.replay.go(ask.body.pace)
    return Reply(a.Done(seq=house.present.seq))


def replayed(folder: TemporaryDirectory[str], title: str, replay: Replay) -> str:
    """Return the place of a new log for a replay: an exercise, as what comes in is not happening."""
    place = str(Path(folder.name) / "demo.corridor")
    Log.new(place, title=title, exercise=True, clock=replay.clock).close()
    return place
