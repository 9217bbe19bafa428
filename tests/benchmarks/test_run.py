"""A run writes each row at once, goes on where it was ended, and does not mix two machines."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import pytest
from benchmarks.peers import PEERS, RULES

from benchmarks import run
from tests.benchmarks.results import ours, peer


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, str, float]]:
    """Replace the measurement by one that answers at once and notes what it was asked."""
    found: list[tuple[str, int, str, float]] = []

    def measure(_problem: object, who: str, size: str, seed: int, limit: float) -> dict[str, Any]:
        if len(found) == 7 and not any(who == "stop" for *_, who, _ in found):
            found.append(("", 0, "stop", 0.0))
            raise KeyboardInterrupt
        found.append((size, seed, who, limit))
        return ours(size, seed, limit, 101, 100) if who == "Corridor" else peer(who, size, limit, 120)

    monkeypatch.setattr(run, "measure", measure)
    return found


def test_an_interrupted_run_goes_on_where_it_was(asked: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "quick.json"
    options = ["--quick", "--sizes", "tiny6,small", "--output", str(path)]
    with pytest.raises(KeyboardInterrupt):
        run.main(options)
    assert len(json.loads(path.read_text())["rows"]) == 7
    assert path.with_suffix(".md").read_text().count("\n| tiny6") >= 6
    run.main([*options, "--resume"])
    rows = json.loads(path.read_text())["rows"]
    keys = [run.key(row) for row in rows]
    assert len(keys) == len(set(keys)) == len(asked) - 1
    wanted = list(run.plan_of(run.QUICK, ["tiny6", "small"], peers=True))
    assert keys == [(size, seed, who, float(limit)) for size, seed, who, limit in wanted]


def test_rows_measured_again_come_back_in_their_place(asked: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "quick.json"
    options = ["--quick", "--sizes", "tiny6", "--output", str(path)]
    with pytest.raises(KeyboardInterrupt):
        run.main(options)
    run.main([*options, "--resume"])
    kept = json.loads(path.read_text())
    before = [run.key(row) for row in kept["rows"]]
    path.write_text(json.dumps(kept | {"rows": [row for row in kept["rows"] if row["who"] != "CP-SAT"]}))
    run.main([*options, "--resume"])
    assert [run.key(row) for row in json.loads(path.read_text())["rows"]] == before
    assert asked[-1][2] == "CP-SAT"


def test_rows_of_another_machine_are_not_resumed(asked: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "quick.json"
    options = ["--quick", "--sizes", "tiny6", "--no-peers", "--output", str(path)]
    run.main(options)
    kept = json.loads(path.read_text())
    kept["machine"]["processor"] = "another"
    path.write_text(json.dumps(kept))
    with pytest.raises(SystemExit, match="another machine"):
        run.main([*options, "--resume"])
    assert asked


@pytest.mark.parametrize("kind", [run.QUICK, run.FULL])
def test_every_peer_stands_beside_a_row_of_ours_with_the_same_limit(kind: run.Kind) -> None:
    rows = list(run.plan_of(kind, list(kind.ours), peers=True))
    mine = {(size, seed, float(limit)) for size, seed, who, limit in rows if who == "Corridor"}
    theirs = [row for row in rows if row[2] not in ("Corridor", *RULES)]
    assert all((size, seed, float(limit)) in mine for size, seed, _, limit in theirs)
    assert {who for _, _, who, _ in rows} == {"Corridor", *PEERS}
    assert set(kind.peers) == set(kind.ours)


def test_the_tables_fit_their_time() -> None:
    # every row at its limit, the grace of an overrun, and ten seconds to start
    for kind, minutes in ((run.QUICK, 15), (run.FULL, 75)):
        rows = [row for row in run.plan_of(kind, list(kind.ours), peers=True) if row[2] not in RULES]
        assert sum(limit + 5 + 5 for *_, limit in rows) <= 60 * minutes


def test_the_description_names_no_machine() -> None:
    assert platform.node() not in json.dumps(run.described())
    assert set(run.described()) == {"processor", "cores", "memory GB", "system", "python", "versions"}


def test_an_unknown_size_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run.main(["--sizes", "town"])
    assert "no such size here: town" in capsys.readouterr().err
