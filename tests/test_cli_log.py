"""The verbs of the log, as a person types them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import msgspec
import pytest

from corridor import cli
from corridor.operation import spoken
from corridor.planning.solve import plan as make_plan
from corridor.reports.report import Candidate, Report
from corridor.reports.tables import write_reports
from corridor.situation.assess import assess
from tests.operation.acting import DAWN, basis, say


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)

    def call(*words: str, code: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["corridor", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        assert ended.value.code == code, (words, out, err)
        assert "Traceback" not in err
        return out + err

    return call


def test_an_operation_by_its_verbs(run, tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text(write_reports(basis(300)), encoding="utf-8")
    made = make_plan(assess(basis(300), as_of=DAWN), time_limit=1, reserve_quantile=0.5)
    (tmp_path / "plan.json").write_bytes(made.to_json())
    assert "mode 0600" in run("new", "a.corridor", "--title", "Small")
    assert "stands there already" in run("new", "a.corridor", code=2)
    assert "accepted" in run("record", "a.corridor", "r.jsonl")
    assert "duplicate" in run("record", "a.corridor", "r.jsonl")
    assert '"at"' in run("assess", "a.corridor", "--json")
    assert "adopted" in run("adopt", "a.corridor", "plan.json", "--at", "2016-12-15T04:00+00:00")
    text = run("order", "a.corridor", made.convoys[0].id, "--at", "2016-12-15T04:05+00:00", "--lang", "en,ar")
    code = text.split("READ BACK ")[1][:4]
    assert "READ BACK WRONG" in run("order", "a.corridor", made.convoys[0].id, "--read-back", "ZZZZ", code=1)
    assert "read back right" in run("order", "a.corridor", made.convoys[0].id, "--read-back", code)
    assert "no adopted plan" in run("order", "a.corridor", "aleppo/none", code=2)
    assert "NO-GO" in run("sign", "a.corridor", "radio", "go")
    assert "Small at" in run("status", "a.corridor")
    assert "HANDOVER" in run("handover", "a.corridor", "--to", "night shift")
    assert "by duty officer" in run("handover", "a.corridor", "--at", "2030-01-01T00:00+00:00")
    wrong = "vehicles-bus-pickup-SARC-0-"
    assert "accepted" in run("correct", "a.corridor", wrong, "--value", "5", "--reason", "one more came")
    assert "needs one of" in run("correct", "a.corridor", wrong, code=2)
    assert "no report" in run("correct", "a.corridor", "nothing", "--withdraw", "--reason", "x", code=2)
    checked = run("log", "verify", "a.corridor")
    assert "sound" in checked
    (tmp_path / "outside").write_text(checked.split("checkpoint ")[-1], encoding="utf-8")
    assert "agrees with the checkpoint" in run("log", "verify", "a.corridor", "--against", "outside")
    assert json.loads(run("log", "verify", "a.corridor", "--json"))["bad"] == 0
    assert "restored, replayed and compared" in run("log", "backup", "a.corridor", "b.jsonl")
    assert "every one verified" in run("log", "restore", "b.jsonl", "c.corridor")
    assert "in c.jsonl" in run("log", "export", "c.corridor", "c.jsonl")
    assert (tmp_path / "c.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    lines = (tmp_path / "b.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "bad.jsonl").write_bytes(b"".join(lines[:9] + lines[10:]))
    assert "entry 10" in run("log", "import", "bad.jsonl", "d.corridor", code=3)
    assert not (tmp_path / "d.corridor").exists()


def test_candidates_and_conflicts(run, tmp_path: Path) -> None:
    base = msgspec.structs.asdict(say("people_waiting", "pickup", "pickup", 150, id="c1"))
    told = Candidate(**base, candidate=True, doc="a.txt", start=0, end=9)
    (tmp_path / "c.jsonl").write_text(write_reports([told]), encoding="utf-8")
    run("new", "a.corridor", "--exercise")
    run("record", "a.corridor", "c.jsonl")
    assert "nothing is accepted unseen" in run("accept", "a.corridor", code=2)
    assert "accepted 1 candidate" in run("accept", "a.corridor", "--all")
    assert "no candidate" in run("accept", "a.corridor", "--id", "c9", code=2)
    (tmp_path / "d.jsonl").write_text(write_reports([msgspec.structs.replace(told, value=90)]), encoding="utf-8")
    assert "conflict" in run("record", "a.corridor", "d.jsonl", code=1)
    assert run("status", "a.corridor").startswith("EXERCISE")


def test_wrong_use_is_said_kindly(run, tmp_path: Path) -> None:
    assert "no such log" in run("status", "none.corridor", code=3)
    assert "is no name for a log" in run("new", "a.csv", code=2)
    run("new", "a.corridor")
    assert "holds no reports yet" in run("status", "a.corridor", code=3)
    assert "has no zone" in run("status", "a.corridor", "--at", "2016-12-15T04:05", code=2)
    assert "is not a time" in run("status", "a.corridor", "--at", "noon", code=2)
    (tmp_path / "a.corridor").write_bytes(b"SQLite format 3\x00" + b"\x07" * 5000)
    assert "damaged" in run("log", "verify", "a.corridor", code=3)


def test_positions_of_trackers_by_their_verb(run, tmp_path: Path) -> None:
    run("new", "a.corridor")
    (tmp_path / "r.jsonl").write_text(write_reports(basis(300)), encoding="utf-8")
    run("record", "a.corridor", "r.jsonl")
    (tmp_path / "v.csv").write_text("device,vehicle\n7f3a,aleppo/bus-07\n9c,aleppo/bus-09\n", encoding="utf-8")
    (tmp_path / "p.txt").write_text(
        "# taken over from the gateway\n"
        "2016-12-15T08:00:00+00:00 GET /?id=7f3a&lat=36.17&lon=37.06&timestamp=1481787000&accuracy=12 HTTP/1.1\n"
        "https://gate/?id=7f3a&lat=36.16&lon=37.05&timestamp=1481786000\n"
        "id=9c&lat=36.2&lon=37.0&timestamp=1481780000\n"
        "id=9c&lat=36.2&lon=37.0&timestamp=1481780000\n"
        "\n"
        "id=stranger&lat=1&lon=2\n",
        encoding="utf-8",
    )
    said = run("positions", "a.corridor", "p.txt", "--vehicles", "v.csv", code=1)
    assert "3 new positions of 2 vehicles, 1 known" in said
    assert "p.txt:7: an unknown device (enrol the vehicle first)" in said
    assert "0 new positions" in run("positions", "a.corridor", "p.txt", "--vehicles", "v.csv", code=1)
    seen = run("status", "a.corridor").split("Vehicles last seen")[1].split("Waits")[0]
    assert "aleppo/bus-07" in seen
    assert "36.1700 37.0600  within 12 m" in seen
    for text in ("7f3a\n", "7f3a,x\n7f3a,y\n", "a,b,c\n"):
        (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
        assert "is no enrolment" in run("positions", "a.corridor", "p.txt", "--vehicles", "bad.csv", code=3)


def test_lines_of_a_radio_and_rows_of_a_sheet_are_recorded_once(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("new", "a.corridor", "--title", "Small")
    report = Report(
        id=spoken.entry_id("phone-gate-1", 12), source="post gate", fact="people_passed", about="aleppo/C01",
        place="gate", observed=DAWN, received=DAWN, value=143,
    )  # fmt: skip
    said = spoken.line_of("phone-gate-1", 12, report)
    sheet = "paper-gate-1612150400"
    row = f"{spoken.row_code(sheet, 'gate', 1)} board aleppo/C02 wounded 7 161215-0415 7"
    text = f"corridor/1 phone-gate-1 gate\n{said}\n\ncorridor/1 {sheet} gate\n{row}\n"
    (tmp_path / "radio.txt").write_text(text, encoding="utf-8")
    assert "2 accepted" in run("record", "a.corridor", "--codes", "radio.txt")
    assert "2 duplicate" in run("record", "a.corridor", "--codes", "radio.txt")
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert "2 duplicate" in run("record", "a.corridor", "--codes", "-")
    before = run("log", "verify", "a.corridor").split("checkpoint")[0]
    (tmp_path / "misheard.txt").write_text(text.replace(" 143 ", " 134 "), encoding="utf-8")
    refused = run("record", "a.corridor", "--codes", "misheard.txt", code=3)
    assert "misheard.txt, line 2" in refused
    assert "check digits" in refused
    (tmp_path / "other.txt").write_text(text.replace(" 7 1612", " 8 1612"), encoding="utf-8")
    assert "typed twice" in run("record", "a.corridor", "--codes", "other.txt", code=3)
    assert "absent.txt" in run("record", "a.corridor", "--codes", "absent.txt", code=3)
    assert run("log", "verify", "a.corridor").split("checkpoint")[0] == before
    assert "name tables of reports" in run("record", "a.corridor", code=2)


def test_an_exercise_is_played_as_it_comes_due_and_never_into_a_real_log(run, tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text(write_reports(basis(300)), encoding="utf-8")
    (tmp_path / "i.jsonl").write_text(write_reports([say("halt", "aleppo", "gate", "Shut.")]), encoding="utf-8")
    run("new", "real.corridor")
    assert "is no exercise" in run("drill", "real.corridor", "r.jsonl", code=2)
    assert "is no exercise" in run("drill", "real.corridor", "--inject", "i.jsonl", "--reason", "x", code=2)
    run("new", "e.corridor", "--exercise")
    play = ("drill", "e.corridor", "r.jsonl", "--start", "2026-01-05T08:00+00:00", "--pace", "10")
    early = run(*play, "--until", "2026-01-05T08:00+00:00")
    assert early.startswith("EXERCISE")
    later = run(*play, "--until", "2026-01-09T08:00+00:00")
    assert int(later.split("new of ")[1].split(" ")[0]) == len(basis(300))
    assert "0 new of" in run(*play, "--until", "2026-01-09T08:00+00:00")
    assert "1 new of 1 due" in run("drill", "e.corridor", "--inject", "i.jsonl", "--reason", "who calls whom?")
    assert "0 new of 1 due" in run("drill", "e.corridor", "--inject", "i.jsonl", "--reason", "who calls whom?")
    assert "without a reason" in run("drill", "e.corridor", "--inject", "i.jsonl", code=2)
    assert "is no pace" in run(*play[:-1], "0", code=2)
    assert "nothing to play" in run("drill", "e.corridor", code=2)
    assert run("sign", "e.corridor", "radio", "go").startswith("EXERCISE")
    assert run("status", "e.corridor").rstrip().endswith("EXERCISE")


def test_a_terminal_of_eighty_columns_holds_every_line(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "r.jsonl").write_text(write_reports(basis(300)), encoding="utf-8")
    run("new", "a.corridor")
    run("record", "a.corridor", "r.jsonl")
    wide = run("handover", "a.corridor")
    assert max(map(len, wide.splitlines())) > 80
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    narrow = run("handover", "a.corridor")
    assert max(map(len, narrow.splitlines())) <= 80
    assert narrow.split()[:4] == wide.split()[:4]


def test_what_breaks_a_clause_is_flagged_before_it_is_ordered_or_adopted(run, tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text(write_reports(basis(300)), encoding="utf-8")
    halt = say("halt", "aleppo", "gate", "The gate is shut.", hours=0.2, by="ICRC")
    (tmp_path / "halt.jsonl").write_text(write_reports([halt]), encoding="utf-8")
    made = make_plan(assess(basis(300), as_of=DAWN), time_limit=1, reserve_quantile=0.5)
    first, *others = made.convoys
    astray = msgspec.structs.replace(made, convoys=(msgspec.structs.replace(first, reception="south"), *others))
    (tmp_path / "plan.json").write_bytes(made.to_json())
    (tmp_path / "astray.json").write_bytes(astray.to_json())
    run("new", "a.corridor", "--title", "Small")
    run("record", "a.corridor", "r.jsonl")
    refused = run("adopt", "a.corridor", "astray.json", "--at", "2016-12-15T04:00+00:00", code=1)
    assert "destination clause" in refused
    assert "no adopted plan" in run("order", "a.corridor", first.id, code=2)
    run("adopt", "a.corridor", "plan.json", "--at", "2016-12-15T04:00+00:00")
    run("record", "a.corridor", "halt.jsonl")
    leave = ("order", "a.corridor", first.id, "--lang", "en", "--at", "2016-12-15T04:30+00:00")
    refused = run(*leave, code=1)
    assert "would break 1 rule(s)" in refused
    assert "halted" in refused
    assert "READ BACK" not in refused
    assert "no order was sent" in run("order", "a.corridor", first.id, "--read-back", "AAAA", code=2)
    assert "READ BACK" in run(*leave, "--despite", "both sides opened it by telephone")
    run("log", "export", "a.corridor", "a.jsonl")
    told = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    acts = [one["name"] for one in told if one.get("name") in ("flagged", "order sent")]
    assert acts == ["flagged", "order sent"]
