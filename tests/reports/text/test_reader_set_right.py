"""Figures set right in a later line, and numbers that are hours, particles' or terms of a deal."""

from __future__ import annotations

import pytest

from corridor.reports.text import read_text


def counted(text: str) -> set[tuple[str, float | None, float | None]]:
    return {(c.kind, c.low, c.high) for c in read_text(text) if c.low is not None or c.high is not None}


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("0651 GATE: headcount 720 aboard.\n0709 Correction to 0651: it's 702.", 702, 720),
        ("0540 Desk: 430 residents bused out.\n0703 Correction to 0540: we miscounted. Total out is 403.", 403, 430),
    ],
)
def test_a_figure_behind_a_correction_replaces_the_one_before_it(text: str, right: float, wrong: float) -> None:
    found = counted(text)
    assert ("count_out", right, right) in found
    assert not any(wrong in claim for claim in found)


def test_a_correction_of_nothing_told_is_no_claim() -> None:
    assert counted("0709 Correction to 0651: it's 702.") == set()


def test_an_hour_in_words_counts_nobody() -> None:
    assert counted("Wheels rolled at seven.") == set()
    assert counted("The column was clear of the suburbs by ten.") == set()


def test_a_side_that_gives_its_word_on_so_many_makes_a_term() -> None:
    found = counted("Under the terms, the rebels undertook to hand over 62 detainees.")
    assert found == {("agreement", 62, 62)}


def test_a_bound_inside_a_word_of_room_holds() -> None:
    assert ("capacity", None, 550) in counted("The arena can hold up to 550.")


def test_not_more_than_is_a_ceiling_whatever_stands_in_front() -> None:
    found = counted("Under the truce 72 hours were granted, and not more than 300 civilians may be moved per day.")
    assert ("agreement", None, 300) in found


def test_a_letter_with_a_number_is_a_road() -> None:
    assert [c.kind for c in read_text("Police have shut the A1173 at Fenny Cross.")] == ["route"]
