"""The development texts keep their scores: a change of a table that loses claims fails here."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def scorer() -> Any:
    spec = importlib.util.spec_from_file_location("reader_score", ROOT / "benchmarks" / "reader_score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["reader_score"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("lang", ["fr", "en", "ar"])
def test_development_texts_stay_above_the_floors(scorer: Any, lang: str) -> None:
    result, _ = scorer.score(lang)
    assert result.precision >= 0.9
    assert result.recall >= 0.9
    assert result.f1 >= scorer.FLOORS[lang]
    assert result.attribution >= scorer.ATTRIBUTION_FLOOR


@pytest.mark.parametrize("lang", ["fr", "en", "ar"])
def test_there_are_twelve_texts_and_every_fourth_is_held_out(lang: str) -> None:
    folder = ROOT / "tests/reports/text/corpus" / lang
    texts = sorted(path for path in folder.iterdir() if path.suffix in (".txt", ".html"))
    assert len(texts) >= 12
    assert sum("held-out" in p.name for p in texts) >= len(texts) // 4
    assert all(p.with_suffix(".key.csv").is_file() for p in texts)


def test_the_command_scores_and_writes_proposals(
    scorer: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scorer.main([]) == 0
    assert "F1" in capsys.readouterr().out
    target = tmp_path / "proposals.jsonl"
    text = ROOT / "tests/reports/text/corpus/en/01-agency-siege.txt"
    assert scorer.main(["--proposals", str(target), str(text)]) == 0
    assert '"fact": "count_out"' in target.read_text(encoding="utf-8")


def test_the_command_fails_for_a_degraded_reader(
    scorer: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = scorer.read_text
    monkeypatch.setattr(scorer, "read_text", lambda path: whole(path)[::2])
    assert scorer.main([]) == 1
    assert "recall" in capsys.readouterr().out


def test_the_command_fails_where_every_source_is_wrong(scorer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scorer.read_text
    nobody = "somebody quite different"
    monkeypatch.setattr(scorer, "read_text", lambda path: [replace(c, source=nobody) for c in whole(path)])
    assert scorer.main([]) == 1
