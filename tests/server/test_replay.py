"""The example served as it once came in: whoever opens it finds an operation at work, a plan and a forecast."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from pathlib import Path

from corridor.cli_serve import DEMO_BEGINS
from corridor.log.log import Log
from corridor.reports.tables import read_reports
from corridor.server.console.now import IN_SIGHT
from corridor.server.replay import Replay
from tests.server.serving import API, Live
from tests.server.test_work import wait_for

ALEPPO = Path(__file__).parents[2] / "examples" / "aleppo-2016" / "reports.csv"


def at(page: str, said: str) -> float:
    """Return how far right on the map the mark stands whose title begins so, in the drawing's units."""
    found = re.search(rf"<title>[^<]*{re.escape(said)}[^<]*</title><g transform=\"translate\(([\d.-]+)", page)
    assert found, said
    return float(found[1])


def test_the_demo_opens_on_an_operation_with_a_plan_and_a_forecast(tmp_path: Path) -> None:
    # Time stands still there: only what is known at the beginning can be shown.
    played = Replay(read_reports(ALEPPO), start=datetime.fromisoformat(DEMO_BEGINS), pace=0)
    place = str(tmp_path / "demo.corridor")
    Log.new(place, title="Demo", exercise=True, clock=played.clock).close()
    server = Live(place, replay=played, planning=True)
    try:
        lead = server.member("coordinator")
        made = wait_for(server, lead, "plan proposed", after=0)
        assert made["name"] == "plan proposed", made
        assert made["body"]["people"] > 0
        assert wait_for(server, lead, "forecast issued", after=0)["body"]["clearance_hours"]
        operations = lead.get(f"{API}/situation").json()["operations"]
        assert {one["id"] for one in operations} == {"aleppo", "villages"}
        page = lead.get("/plan?lang=en").text
        shown = lead.get(f"{API}/plan/proposed").json()["plan"]["convoys"]
        waiting = sum(1 for one in shown if one.get("reserve"))
        assert waiting
        # Those in reserve are folded away, in the drawing and in the table; taken away they are rows like the others.
        assert page.count(f"Convoys in reserve: {waiting}") >= 2
        rows = list(csv.DictReader(io.StringIO(lead.get("/plan.csv").text.lstrip("\ufeff"))))
        assert len(rows) == len(shown)
        assert sum(row["reserve"] == "yes" for row in rows) == waiting
        # The group that turned back stands where it was last seen, not where its way would have led it by now.
        now = lead.get("/?lang=en").text
        spot, group = (at(now, name) for name in ("Al-Amiriyah", "A first group: turned back"))
        assert abs(group - spot) < 30 < abs(group - at(now, "Khan al-Asal"))
        # Once adopted, only those that leave next stand in sight on the first page.
        name = made["body"]["plan_sha256"]
        done = lead.post(f"{API}/decisions/adopt", json={"plan_sha256": name, "despite": "drill"})
        assert done.status_code == 201, done.text
        now = lead.get("/?lang=en").text
        sight, folded = now.split('id="table-convoys"')[1].split("<details>")[:2]
        assert f"Convoys that leave later or arrived before: {len(shown) - IN_SIGHT}" in folded
        assert sight.count('class="state planned"') == IN_SIGHT < folded.count('class="state planned"')
    finally:
        server.close()
