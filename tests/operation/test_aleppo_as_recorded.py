"""The whole Aleppo record as twenty devices would send it: repeated, in any order, and the situation is the same."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from corridor.log.entry import stamp
from corridor.log.log import Log
from corridor.operation.holding import holds
from corridor.operation.known import entry_of
from corridor.operation.operation import Operation
from corridor.operation.status import handover, status
from corridor.reports.report import Report
from corridor.reports.tables import read_reports
from corridor.situation.assess import assess

EXAMPLE = Path(__file__).parents[2] / "examples" / "aleppo-2016" / "reports.csv"
FIRST, LAST = datetime.fromisoformat("2016-12-13T22:00+02:00"), datetime.fromisoformat("2016-12-24T06:00+02:00")
DEVICES = 20


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return read_reports(EXAMPLE)


def as_devices_would(reports: list[Report], place: str, seed: int) -> Log:
    """Record every report by one of twenty devices; half the deliveries come twice, all in random order."""
    rng = random.Random(seed)
    counts = dict.fromkeys(range(DEVICES), 0)
    deliveries = []
    for report in sorted(reports, key=lambda r: (r.received, r.id)):
        who = rng.randrange(DEVICES)
        counts[who] += 1
        made = entry_of(
            report, actor="marshal", device=f"phone-{who:02}", device_seq=counts[who], recorded=report.received
        )
        deliveries.append(made)
    deliveries += rng.sample(deliveries, len(deliveries) // 2)
    rng.shuffle(deliveries)
    log = Log.new(place, title="East Aleppo")
    answers = []
    while deliveries:
        size = rng.randrange(1, 30)
        part, deliveries = deliveries[:size], deliveries[size:]
        answers += log.append(part)
    assert sum(a.status == "accepted" for a in answers) == len(reports)
    assert sum(a.status == "duplicate" for a in answers) == len(reports) // 2
    return log


def _hours(step: int) -> list[datetime]:
    count = int((LAST - FIRST) / timedelta(hours=1)) + 1
    return [FIRST + timedelta(hours=n) for n in range(0, count, step)]


def _same(reports: list[Report], log: Log, step: int) -> None:
    operation = Operation(log)
    known = operation.known()
    assert len(known.reports) == len(reports)
    assert not known.gaps
    assert not known.rivals
    for moment in _hours(step):
        assert operation.situation(moment).to_json() == assess(reports, as_of=moment).to_json(), moment
    assert log.verify().sound


def test_the_situation_is_the_one_of_the_file(reports: list[Report], tmp_path: Path) -> None:
    with as_devices_would(reports, str(tmp_path / "a.corridor"), 1) as log:
        _same(reports, log, 8)


@pytest.mark.hard
@pytest.mark.timeout(3600)
def test_the_situation_is_the_one_of_the_file_at_every_hour(reports: list[Report], tmp_path: Path) -> None:
    with as_devices_would(reports, str(tmp_path / "a.corridor"), 2) as log:
        _same(reports, log, 1)


def test_what_this_log_had_heard_by_a_moment(reports: list[Report], tmp_path: Path) -> None:
    """A phone that was out of reach for a day changes what was known here, not when it could be known."""
    now = [datetime.fromisoformat("2016-12-15T12:00+02:00")]
    with Log.new(str(tmp_path / "a.corridor"), title="x", clock=lambda: now[0]) as log:
        operation = Operation(log)
        early = [r for r in reports if r.received <= now[0]]
        operation.report(early, actor="marshal", device="phone-1")
        now[0] += timedelta(days=1)
        late = [r for r in reports if now[0] - timedelta(hours=12) < r.received <= now[0]]
        operation.report(late, actor="marshal", device="phone-2")
        moment = now[0]
        assert len(operation.known(logged=moment - timedelta(hours=1)).reports) == len(early)
        assert len(operation.known(logged=moment).reports) == len(early) + len(late)
        assert len(operation.situation(moment).reports) == len(early) + len(late)
        assert len(operation.situation(moment, logged=moment - timedelta(hours=1)).reports) == len(early)
        rows = list(log.rows())
        assert rows[-1].received == stamp(moment)


def test_the_ledgers_of_aleppo_read_as_they_should(reports: list[Report], tmp_path: Path) -> None:
    with as_devices_would(reports, str(tmp_path / "a.corridor"), 5) as log:
        operation = Operation(log)
        friday = datetime.fromisoformat("2016-12-16T14:00+02:00")
        text = status(operation, friday)
        assert "HALTED: aleppo since Fri 16 Dec 10:30" in text
        assert "800 held" in text
        assert "200 person-hours" in text
        assert "ratio not stated" in text
        held = [h for h in holds(operation.situation(friday).reports, friday) if h.what == "held"]
        assert [(h.place, h.low, h.hours) for h in held] == [("ramousah", 800, 0.25)]
        monday = datetime.fromisoformat("2016-12-19T23:59+02:00")
        sheet = handover(operation, monday)
        assert "villages owes" in sheet
        assert "first step: villages still has" in sheet or "still has" in status(operation, monday)
        assert "hours: LEFT OPEN" in sheet
        assert "nobody is known to have watched" in sheet
        assert all(len(line) < 400 for line in sheet.splitlines())
