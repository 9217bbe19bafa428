"""The verbs as a person meets them: files and pipes, exit codes, one clear message for each mishap, no half a file."""

from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from corridor import cli
from corridor.forecasting.forecast import Forecast
from corridor.planning.plan import Plan
from corridor.planning.solve import plan
from corridor.reports.tables import read_reports, write_reports
from corridor.situation.assess import assess
from corridor.situation.situation import Situation
from tests import worlds
from tests.told import inside, out, share, told, world

ALEPPO = Path(__file__).parents[1] / "examples" / "aleppo-2016" / "reports.csv"
HEADER = "source,fact,about,place,value,observed,received"
ROW = "UN,people_inside,town,town,400,2016-12-15T06:00+02:00,2016-12-15T06:00+02:00"


class Answer(NamedTuple):
    code: int
    out: bytes
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run a verb in this process, as `corridor` does, with bytes on standard input."""

    def call(*words: object, stdin: bytes = b"") -> Answer:
        monkeypatch.setattr(sys, "argv", ["corridor", *(str(word) for word in words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        captured = capsysbinary.readouterr()
        assert b"Traceback" not in captured.err
        code = stopped.value.code
        return Answer(code if isinstance(code, int) else 0, captured.out, captured.err.decode())

    return call


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One small file of each stage, made with the library."""
    folder = tmp_path_factory.mktemp("small")
    reports = [*world(), inside("n", 400), share(), told("cap", "reception_capacity", "camp", 900)]
    situation = assess(reports)
    made = plan(situation)
    data = {
        "reports.jsonl": write_reports(reports).encode(),
        "situation.json": situation.to_json(),
        "plan.json": made.to_json(),
    }
    for name, content in data.items():
        (folder / name).write_bytes(content)
    return {name.partition(".")[0]: folder / name for name in data}


# Each verb, from a file and from standard input, to standard output and to a file.

VERBS = {
    "assess": ("reports", Situation.from_json),
    "plan": ("situation", Plan.from_json),
    "forecast": ("plan", Forecast.from_json),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_says_the_same_from_file_and_pipe_to_file_and_pipe(
    verb: str, run: Run, files: dict[str, Path], tmp_path: Path
) -> None:
    source, read = VERBS[verb]
    more = ("--runs", "50") if verb == "forecast" else ()
    from_file = run(verb, files[source], *more)
    from_pipe = run(verb, "-", *more, stdin=files[source].read_bytes())
    to_file = run(verb, files[source], *more, "-o", tmp_path / "new" / "x.json", "--json")
    assert (from_file.code, from_pipe.code, to_file.code) == (0, 0, 0)
    assert from_file.out == from_pipe.out == (tmp_path / "new" / "x.json").read_bytes() != b""
    assert to_file.out == b""
    read(from_file.out)
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["x.json"]
    assert stat.S_IMODE((tmp_path / "new" / "x.json").stat().st_mode) & 0o400


def test_read_joins_tables(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{HEADER}\n{ROW}\n")
    answer = run("read", tmp_path / "a.csv", ALEPPO, "-o", tmp_path / "r.jsonl")
    assert answer.code == 0
    assert len(read_reports(tmp_path / "r.jsonl")) == 1 + len(read_reports(ALEPPO))
    assert run("read", "-", stdin=f"{HEADER}\n{ROW}\n".encode()).out.count(b"\n") == 1


def test_assess_to_publish_through_pipes_alone(run: Run, files: dict[str, Path], tmp_path: Path) -> None:
    situation = run("assess", "-", stdin=files["reports"].read_bytes()).out
    made = run("plan", "-", stdin=situation).out
    assert made == files["plan"].read_bytes() + b"\n"
    assert run("verify", "-", stdin=made) == (0, run("verify", files["plan"]).out, "")
    forecast = run("forecast", "-", "--runs", 50, stdin=made).out
    published = run("publish", "-", tmp_path / "out", stdin=forecast)
    assert published.code == 0
    written = [Path(line) for line in published.out.decode().splitlines()]
    assert written
    assert all(path.stat().st_size for path in written)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {path.name for path in written}


def test_json_is_json_on_every_verb_that_prints_for_people(run: Run, files: dict[str, Path]) -> None:
    findings = run("check", files["situation"], "--json")
    assert findings.code == 1
    assert all("remedy" in msgspec.json.decode(line) for line in findings.out.splitlines())
    assert run("verify", files["plan"], "--json").out == b""
    assert "left open" in run("check", files["situation"]).out.decode()


def test_the_demo_as_json(run: Run, tmp_path: Path) -> None:
    answer = run("demo", "-o", tmp_path, "--runs", 20, "--json")
    assert answer.code == 0
    said = msgspec.json.decode(answer.out)
    assert said["clearance_minutes"] >= said["bound_minutes"] > 0
    assert Path(said["page"]).is_file()
    assert len(said["findings"]) == 3


def test_the_demo_fits_a_terminal(run: Run, tmp_path: Path) -> None:
    lines = run("demo", "-o", tmp_path, "--runs", 20, "--as-of", "2016-12-19T20:00+02:00").out.decode().splitlines()
    assert len(lines) <= 30
    assert any("P90" in line for line in lines)


def test_as_of_and_seed_and_quantile_reach_their_stage(run: Run, files: dict[str, Path]) -> None:
    situation = run("assess", ALEPPO, "--as-of", "2016-12-15T23:59+02:00").out
    assert Situation.from_json(situation).at.isoformat() == "2016-12-15T23:59:00+02:00"
    made = run("plan", files["situation"], "--seed", 5, "--people-quantile", 0.7, "--reserve-quantile", 0.8).out
    found = Plan.from_json(made)
    assert (found.seed, found.people_quantile, found.reserve_quantile) == (5, 0.7, 0.8)
    twice = [run("forecast", files["plan"], "--runs", 40, "--seed", seed).out for seed in (1, 1, 2)]
    assert twice[0] == twice[1] != twice[2]
    closes = run("forecast", files["plan"], "--runs", 40, "--closes-at", "2016-12-15T07:00+02:00").out
    assert [c.at.isoformat() for c in Forecast.from_json(closes).closes] == ["2016-12-15T07:00:00+02:00"]


def test_a_coordinators_own_pooling_table(run: Run, tmp_path: Path, files: dict[str, Path]) -> None:
    shipped = run("assess", "-", "--show-pooling").out
    assert b"approx_width,0.15" in shipped
    (tmp_path / "p.csv").write_bytes(shipped)
    plain = run("assess", files["reports"]).out
    assert run("assess", files["reports"], "--pooling", tmp_path / "p.csv").out == plain
    bad = tmp_path / "bad.csv"
    bad.write_text("key,value,low,high,source,meaning\napprox_width,wide,,,x,y\n")
    answer = run("assess", files["reports"], "--pooling", bad)
    assert answer.code == 3
    assert "bad.csv:2" in answer.err


# Wrong use is 2, a bad input 3, "no" 1; each with one message that has a cause, a place and a hint.


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("assess", "{reports}", "--as-of", "2016-12-15T23:59"), "no zone"),
        (("assess", "{reports}", "--as-of", "yesterday"), "is not a time"),
        (("assess", "{reports}", "--as-of", ""), "is not a time"),
        (("plan", "{situation}", "--people-quantile", "1.5"), "between 0 and 1"),
        (("plan", "{situation}", "--people-quantile", "nan"), "between 0 and 1"),
        (("plan", "{situation}", "--time-limit", "0"), "above 0"),
        (("plan", "{situation}", "--time-limit", "nan"), "above 0"),
        (("plan", "{situation}", "--seed", "-1"), "seed"),
        (("plan", "{situation}", "--seed", str(2**70)), "seed"),
        (("forecast", "{plan}", "--runs", "0"), "at least one run"),
        (("forecast", "{plan}", "--runs", "5", "--seed", "-1"), "seed"),
        (("forecast", "{plan}", "--runs", "5", "--seed", str(2**70)), "seed"),
        (("forecast", "{plan}", "--closes-at", "2016-12-15T07:00"), "no zone"),
        (("forecast", "{plan}", "--runs", "many"), "runs"),
        (("plan",), "Missing argument"),
        (("plann", "x"), "plann"),
        (("plan", "{situation}", "--colour"), "--colour"),
    ],
)
def test_wrong_use_is_two(words: tuple[str, ...], said: str, run: Run, files: dict[str, Path]) -> None:
    answer = run(*(word.format(**files) for word in words))
    assert answer.code == 2
    assert said in answer.err
    assert answer.out == b""


def bad(change: Callable[[Path], str | bytes], name: str = "r.csv") -> tuple[Callable[[Path], str | bytes], str]:
    return change, name


def csv_of(row: str) -> Callable[[Path], str]:
    return lambda _: f"{HEADER}\n{row}\n"


BAD_INPUT: dict[str, tuple[str, str, Callable[[Path], str | bytes], tuple[str, ...]]] = {
    "wrong encoding": ("assess", "r.csv", lambda _: csv_of(ROW)(_).replace("UN", "état").encode("latin-1"), ("UTF-8",)),
    "unknown fact": (
        "read",
        "r.csv",
        csv_of(ROW.replace("inside", "insid")),
        ("r.csv:2: column fact", "people_inside?"),
    ),
    "negative count": ("read", "r.csv", csv_of(ROW.replace("400", "-4")), ("r.csv:2: column value", "negative")),
    "no zone": ("read", "r.csv", csv_of(ROW.replace("+02:00", "")), ("r.csv:2: column observed", "without zone")),
    "open quote": ("read", "r.csv", csv_of('"' + ROW), ("open quote",)),
    "empty table": ("read", "r.csv", lambda _: "", ("is empty", "first line")),
    "empty json lines": ("assess", "r.jsonl", lambda _: "", ("no reports",)),
    "empty situation": ("plan", "s.json", lambda _: "", ("is empty", "verb before")),
    "truncated situation": (
        "plan",
        "s.json",
        lambda f: f.read_bytes()[:-40],
        ("is not a situation: no JSON", "corridor assess"),
    ),
    "truncated plan": (
        "forecast",
        "s.json",
        lambda f: f.read_bytes()[:-40],
        ("is not a plan: no JSON", "corridor plan"),
    ),
    "a situation is no plan": ("verify", "s.json", lambda f: f.read_bytes(), ("is not a plan",)),
    "a situation is no forecast": ("publish", "s.json", lambda f: f.read_bytes(), ("is not a forecast",)),
    "bytes": ("check", "s.json", lambda _: b"\xff\xfe\x00{", ("is not a situation",)),
    "a leg to nowhere": (
        "assess",
        "r.jsonl",
        lambda _: write_reports([*world(), told("x", "leg_time", "gate>moon", 5)]),
        ("'moon'", "report x", "fact site"),
    ),
    "two contents": (
        "assess",
        "r.jsonl",
        lambda _: write_reports([inside("a", 5)]) + write_reports([inside("a", 6)]),
        ("r.jsonl:2", "already in line 1"),
    ),
    "a candidate": (
        "assess",
        "r.jsonl",
        lambda _: write_reports([inside("a", 5)]).replace("}", ',"candidate":true,"doc":"a","start":0,"end":1}'),
        ("candidate", "accept"),
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_three_with_cause_place_and_hint(
    case: str, run: Run, files: dict[str, Path], tmp_path: Path
) -> None:
    verb, name, make, said = BAD_INPUT[case]
    content = make(files["situation"])
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    target = tmp_path / "out"
    answer = run(verb, file, *((target,) if verb == "publish" else ("-o", target)))
    assert answer.code == 3
    assert answer.err.startswith("error: ")
    for words in said:
        assert words in answer.err
    assert "hint: " in answer.err or "(" in answer.err
    assert not target.exists()
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("verb", ["read", "assess", "check", "plan", "verify", "forecast", "publish"])
def test_a_missing_file_and_a_folder(verb: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "reports.csv").write_text(f"{HEADER}\n{ROW}\n")
    target = (tmp_path / "out",) if verb == "publish" else ()
    missing = run(verb, tmp_path / "report.csv", *target)
    assert missing.code == 3
    assert "report.csv: no such file" in missing.err
    assert "did you mean reports.csv?" in missing.err
    folder = run(verb, tmp_path, *target)
    assert folder.code == 3
    assert "is a folder" in folder.err
    assert "hint" in folder.err


def closed(situation: Situation) -> Situation:
    """A situation whose only window is over before a bus can drive."""
    deal = msgspec.structs.replace(
        situation.agreements[0],
        clauses=tuple(
            msgspec.structs.replace(clause, ends=worlds.START + timedelta(minutes=20))
            for clause in worlds.closed_window().agreements[0].clauses[:1]
        ),
    )
    return msgspec.structs.replace(situation, agreements=(deal,))


def test_an_agreement_nobody_can_fulfil_is_a_no(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_bytes(closed(worlds.one_bus()).to_json())
    answer = run("plan", file, "-o", tmp_path / "plan.json")
    assert answer.code == 1
    assert "cannot hold together" in answer.err
    assert "hint" in answer.err
    assert "today" in answer.err
    assert not (tmp_path / "plan.json").exists()


def test_a_destination_that_nobody_declared_is_no_traceback(run: Run, tmp_path: Path) -> None:
    reports = [*world(), inside("n", 400), share(), told("to2", "term", "op/destination.to", "camp;moon", 1)]
    (tmp_path / "s.json").write_bytes(assess(reports).to_json())
    assert run("plan", tmp_path / "s.json").code == 0
    answer = run("check", tmp_path / "s.json")
    assert "moon" in answer.out.decode()


def test_a_plan_that_breaks_a_rule_is_a_no(run: Run, files: dict[str, Path], tmp_path: Path) -> None:
    made = Plan.from_json(files["plan"].read_bytes())
    first = made.convoys[0]
    early = msgspec.structs.replace(first, depart=first.depart - timedelta(minutes=5))
    (tmp_path / "p.json").write_bytes(msgspec.structs.replace(made, convoys=(early, *made.convoys[1:])).to_json())
    answer = run("verify", tmp_path / "p.json")
    assert answer.code == 1
    assert early.id in answer.out.decode()


# What was there stays whole when the new file cannot be written.


def test_no_half_file_where_nothing_can_be_written(run: Run, files: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    for target in (tmp_path / "file" / "under.json", tmp_path):
        answer = run("plan", files["situation"], "-o", target)
        assert answer.code == 2
        assert "cannot be written" in answer.err
        assert "hint" in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "kept"


def test_a_folder_without_the_right_to_write(run: Run, files: dict[str, Path], tmp_path: Path) -> None:
    # Root may write anywhere but into the kernel's own table of processes.
    folder = Path("/proc") if os.geteuid() == 0 else tmp_path
    tmp_path.chmod(0o500)
    answer = run("plan", files["situation"], "-o", folder / "plan.json")
    tmp_path.chmod(0o700)
    assert answer.code == 2
    assert "cannot be written" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_an_old_file_survives_a_failed_verb(run: Run, files: dict[str, Path], tmp_path: Path) -> None:
    old = tmp_path / "plan.json"
    old.write_text("old")
    assert run("plan", files["reports"], "-o", old).code == 3
    assert old.read_text() == "old"


def test_a_pipe_is_written_to_and_never_replaced(run: Run, files: dict[str, Path], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run("read", files["reports"], "-o", pipe).code == 0
        assert pipe.is_fifo()
        assert os.read(reader, 10) == files["reports"].read_bytes()[:10]
    finally:
        os.close(reader)


# Whole processes: pipes, signals, terminals.


def process(*words: object, **more: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "corridor.cli", *(str(word) for word in words)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload,no-any-return]


def test_a_reader_that_stops_early_is_no_failure(tmp_path: Path) -> None:
    # More than a pipe holds, so that the writer meets the closed end.
    reading, writing = os.pipe()
    job = process("read", ALEPPO, stdout=writing)
    os.close(writing)
    assert os.read(reading, 10)
    os.close(reading)
    _, err = job.communicate()
    assert job.returncode == 0
    assert b"Traceback" not in err
    assert b"Exception ignored" not in err


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs /dev/full")
@pytest.mark.parametrize("verb", ["read", "publish"])
def test_a_full_disk_is_one_message(verb: str, files: dict[str, Path], tmp_path: Path) -> None:
    forecast = tmp_path / "f.json"
    done = process("forecast", files["plan"], "--runs", 5, "-o", forecast)
    done.communicate()
    words = (
        ("read", files["reports"]) if verb == "read" else ("publish", forecast, tmp_path / "out", "--formats", "csv")
    )
    with Path("/dev/full").open("wb") as full:
        job = process(*words, stdout=full)
        _, err = job.communicate()
    assert job.returncode == 3
    assert b"No space left" in err
    assert b"hint" in err
    assert b"Traceback" not in err
    assert b"Exception ignored" not in err


INTERRUPTED = """
import signal
import sys
# Whoever runs the tests in the background of a script has Ctrl-C ignored, and this job would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
from corridor import cli
from corridor.forecasting import simulate
whole = simulate.Simulator.run
def run(self, *words, **options):
    print("running", file=sys.stderr, flush=True)
    return whole(self, *words, **options)
simulate.Simulator.run = run
cli.main()
"""


def test_an_interrupted_forecast_leaves_nothing_behind(tmp_path: Path) -> None:
    made = plan(worlds.aleppo_small())
    (tmp_path / "plan.json").write_bytes(made.to_json())
    words = ["forecast", str(tmp_path / "plan.json"), "--runs", "400000", "-o", str(tmp_path / "forecast.json")]
    job = subprocess.Popen([sys.executable, "-c", INTERRUPTED, *words], stderr=subprocess.PIPE)
    assert job.stderr is not None
    assert job.stderr.readline() == b"running\n"
    job.send_signal(signal.SIGINT)
    _, err = job.communicate()
    assert job.returncode == 130
    assert b"Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_no_progress_where_messages_go_to_a_file(files: dict[str, Path]) -> None:
    job = process("plan", files["situation"], stdout=subprocess.PIPE)
    out_, err = job.communicate()
    assert job.returncode == 0
    assert Plan.from_json(out_)
    assert err == b""


def test_help_fits_one_screen_and_names_every_verb(run: Run) -> None:
    text = run("--help").out.decode()
    assert len(text.rstrip().splitlines()) <= 24
    for verb in ("read", "assess", "check", "plan", "verify", "forecast", "publish", "levers", "score", "demo"):
        assert verb in text
        assert len(run(verb, "--help").out.decode().rstrip().splitlines()) <= 24
    assert run("--version").out.startswith(b"corridor ")


def test_reports_out_of_order_change_no_byte_on_the_shell(run: Run, tmp_path: Path) -> None:
    reports = [*world(), inside("n", 400), out("o", "m1", 50, 1)]
    for name, told_ in (("a", reports), ("b", reports[::-1])):
        (tmp_path / f"{name}.jsonl").write_text(write_reports(told_))
    assert run("assess", tmp_path / "a.jsonl").out == run("assess", tmp_path / "b.jsonl").out
