"""Large patterns are spelt out when a text asks for them: nothing is found or missed by that."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from corridor.reports.text import patterns
from corridor.reports.text.fold import fold
from corridor.reports.text.lexicon import Lexicon
from corridor.reports.text.patterns import Pattern
from corridor.reports.text.tokens import pieces

SENTENCES = Path(__file__).parent / "sentences"


def _words(lang: str) -> list[list[str]]:
    with (SENTENCES / f"{lang}.csv").open(encoding="utf-8", newline="") as file:
        texts = [fold(row["text"]).text for row in csv.DictReader(file)]
    return [pieces(text, 0, len(text)).words for text in texts]


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_pattern_spelt_out_late_finds_what_one_spelt_out_at_once_finds(
    lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Lexicon(lang)
    monkeypatch.setattr(patterns, "LARGE", 10**9)
    at_once = Lexicon(lang)
    texts = _words(lang)
    assert [sorted(late.marks(words)) for words in texts] == [sorted(at_once.marks(words)) for words in texts]
    # Word by word too: most sentences of these files tell something as a whole.
    halves = [half for words in texts for half in (words[: len(words) // 2], words[len(words) // 2 :], words[1:4])]
    stirs = [late.stirring.has(half) for half in halves]
    # What may keep an everyday word company is asked for more broadly before a pattern is spelt out: never less.
    plain = [at_once.stirring.has(half) for half in halves]
    assert all(late or not once for late, once in zip(stirs, plain, strict=True))
    assert stirs.count(True) < 1.01 * plain.count(True)
    assert 0.1 < sum(stirs) / len(stirs) < 0.95


def test_the_words_of_a_pattern_are_those_of_its_terms() -> None:
    for written in ("[the ;]road [is;was ]open", "n'[a;ont] pas [encore ;]quitte", "[re;]open~ed the [a b;c* d;]"):
        pattern = Pattern(written, {"ed": "[ed;s;]"})
        firsts, every = pattern.words()
        assert set(firsts) == {term[0] for term in pattern.terms}
        assert set(every) == {word for term in pattern.terms for word in term}


@pytest.mark.parametrize(
    ("written", "sure"),
    [
        ("[the;a] road [is;was]", True),
        ("[the;a] [road;way] [is;was]", True),
        ("[the;a] [road;] [is;was]", False),
        ("[the;a] road[s;] [is;was]", False),
        ("[the;a][road;way] [is;was]", False),
        ("[the;a] [big road;of the way] [is;was]", True),
    ],
)
def test_a_pattern_knows_whether_all_its_terms_have_a_telling_word(written: str, *, sure: bool) -> None:
    small = frozenset(("the", "a", "is", "was", "of"))
    pattern = Pattern(written, {})
    assert pattern.never_only(small) is sure
    assert not sure or all(set(term) - small for term in pattern.terms)


def test_an_everyday_word_stirs_only_in_company() -> None:
    stirring = Lexicon("en").stirring
    assert stirring.has(["first", "bus", "in"])
    assert stirring.has(["no", "ambulance", "came"])
    assert not stirring.has(["a", "boy", "in", "a", "red", "pullover"])
    assert not stirring.has(["no", "sugar", "in", "the", "tea"])
