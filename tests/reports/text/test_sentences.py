"""Single sentences and short notes, keyed before they were read, stay read; and the scorer sees what is wrong."""

from __future__ import annotations

import pytest
from benchmarks.reader_sentences import FLOOR, Line, Told, lines, rates, read, told


@pytest.mark.parametrize("lang", ["ar", "en", "fr"])
def test_sentences_stay_above_the_floor(lang: str) -> None:
    whole = rates([read(line) for line in lines(lang)])
    assert whole.lines > 150
    assert whole.f1 >= FLOOR


def test_a_key_that_says_otherwise_is_missed_and_what_is_read_is_too_much() -> None:
    wrong = read(Line("r", "Some 250 civilians left the town on six buses.", (told("count_out 205 205"),)))
    assert [claim.low for claim in wrong.missed] == [205]
    assert {claim.low for claim in wrong.extra} >= {250, 6}
    assert rates([wrong]).f1 < FLOOR


def test_what_may_be_told_is_neither_missed_nor_too_much() -> None:
    maybe = read(Line("r", "Nothing of note.", (told("?departure - - @the governor"),)))
    assert maybe == ([], [], [])
    assert told("?departure - - @the governor") == Told("departure", None, None, "the governor", optional=True)


def test_a_broken_key_is_named() -> None:
    with pytest.raises(ValueError, match="could not convert"):
        told("count_out many -")
