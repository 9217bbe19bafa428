"""The verbs of the log, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from corridor import cli
from corridor.planning.solve import plan as make_plan
from corridor.reports.report import Candidate
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
