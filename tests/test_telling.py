"""From articles alone to everything: an invented story in, a page out, and what no text says is said."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corridor.cli import app
from corridor.errors import CorridorError
from corridor.telling import defaults, tell

STORY = """MARAVA, 3 March 2031 - The first buses left the besieged district of Old Harbour on Thursday.

The army said that 12 buses and 4 ambulances would use a special corridor toward Senna.

The UN envoy said about 9,000 civilians are still trapped in Old Harbour. The regional governor put the number of
civilians still trapped at between 15,000 and 20,000.

"Nobody knows how many people remain," a Red Cross spokesperson said.
"""
DAY = datetime.fromisoformat("2031-03-03T18:00+00:00")


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


def test_rival_claims_and_the_unknown_stand_beside_each_other(story: Path) -> None:
    told = tell([story], published=DAY, runs=50)
    count = told.forecast.plan.situation.headcount("told")
    assert count is not None
    reasons = [part.reason for part in count.start.components]
    assert any(reason.startswith("says that nobody knows") for reason in reasons)
    assert {round(part.mode) for part in count.start.components if part.shape != "loguniform"} == {9000, 17500}
    cited = [told.forecast.plan.situation.report(name) for name in count.start.reports]
    assert all(report is not None and report.quote and report.quote in STORY for report in cited)


def test_what_no_text_says_is_said(story: Path) -> None:
    told = tell([story], published=DAY, runs=50)
    assumed = {finding.about for finding in told.findings if finding.rule == "not in the text"}
    assert "leg_time of pickup>reception" in assumed
    # The story counts buses, so their number is no assumption; a story without them assumes it.
    assert "vehicles of bus" not in assumed
    assert all(report.is_assumption for report in defaults())


def test_a_default_is_replaced_and_no_longer_listed(story: Path, tmp_path: Path) -> None:
    from corridor.reports.tables import read_reports

    table = tmp_path / "more.csv"
    table.write_text(
        "source,fact,about,place,value,observed,received\n"
        "road service,leg_time,pickup>reception,pickup,25,2031-03-03T08:00+00:00,2031-03-03T09:00+00:00\n",
        encoding="utf-8",
    )
    told = tell([story], published=DAY, more=read_reports(table), runs=50)
    assert "leg_time of pickup>reception" not in {f.about for f in told.findings if f.rule == "not in the text"}
    leg = told.forecast.plan.situation.leg("pickup", "reception")
    assert leg is not None
    assert leg.minutes.quantile(0.5) == 25


def test_every_output_says_that_nobody_has_read_it(story: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ["tell", str(story), "--published", DAY.isoformat(), "-o", str(out), "--runs", "50"]
    answer = CliRunner().invoke(app, options)
    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith("UNREVIEWED")
    for name in ("index.html", "movement-table.csv", "map.geojson", "plan.json", "forecast.json", "reports.jsonl"):
        assert "unreviewed" in (out / name).read_text(encoding="utf-8").lower(), name


def test_a_text_without_claims_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_text("The rain came in over the hills and nobody spoke of it.\n", encoding="utf-8")
    with pytest.raises(CorridorError):
        tell([path], published=DAY, runs=50)


def test_nothing_is_accepted_unseen(story: Path, tmp_path: Path) -> None:
    candidates = tmp_path / "c.jsonl"
    run = CliRunner()
    assert run.invoke(app, ["read", str(story), "--json", "-o", str(candidates)]).exit_code == 0
    refused = run.invoke(app, ["accept", str(candidates)])
    assert refused.exit_code != 0
    assessed = run.invoke(app, ["assess", str(candidates)])
    assert assessed.exit_code != 0
    accepted = tmp_path / "a.jsonl"
    options = ["accept", str(candidates), "--all", "--role", "duty officer", "-o", str(accepted)]
    assert run.invoke(app, options).exit_code == 0
    assert "accepted by duty officer" in accepted.read_text(encoding="utf-8")
    first = candidates.read_text(encoding="utf-8").partition('"id": "')[2].partition('"')[0]
    options = ["accept", str(candidates), "--id", first, "--set", f"{first}.source=harbour office", "-o", str(accepted)]
    assert run.invoke(app, options).exit_code == 0
    lines = accepted.read_text(encoding="utf-8").splitlines()
    assert all("harbour office" in line for line in lines)
    assert len(lines) <= 1


def test_a_dated_article_is_told_as_of_its_own_day_and_an_undated_one_says_what_was_taken() -> None:
    text = (
        "VALLEY, 4 June 2020 - Some 2,700 people are still trapped in the town, the UN said. Eleven buses are waiting."
    )
    told = tell([text + "\n"], runs=20)
    assert told.forecast.plan.situation.at.date().isoformat() == "2020-06-04"
    assert not any(finding.about == "the date" for finding in told.findings)
    bare = tell([text.removeprefix("VALLEY, 4 June 2020 - ") + "\n"], runs=20)
    assert any(finding.about == "the date" for finding in bare.findings)
    both = tell([text + "\n", "Some 2,700 people are still trapped in the town, the mayor said.\n"], runs=20)
    assert both.forecast.plan.situation.at.date().isoformat() == "2020-06-04"
