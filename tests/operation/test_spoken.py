"""Entries that are said, drawn or written on paper: the same entry by every way, and no slip of the tongue gets in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.errors import InputError
from corridor.operation import spoken
from corridor.reports.report import Report

WHEN = datetime(2016, 12, 15, 8, 15, 30, tzinfo=UTC)
HEAD = "corridor/1 phone-gate-1 gate"


def report(counter: int = 12, fact: str = "people_passed", value: int | str | None = 143, **more: Any) -> Report:
    return Report(
        id=spoken.entry_id("phone-gate-1", counter), source="post gate", fact=fact, about="aleppo/C01", place="gate",
        observed=WHEN, received=WHEN, value=value, hedge="unknown" if value is None else "exact", **more,
    )  # fmt: skip


def line() -> str:
    return spoken.line_of("phone-gate-1", 12, report())


@given(
    st.integers(1, 10**8), st.integers(0, 99_999), st.sampled_from(sorted(spoken.COUNTS.values())),
    st.sampled_from(["all", "stretcher", "children"]), st.sampled_from(["", "two buses wait", "الجسر مغلق"]),
)  # fmt: skip
def test_a_line_says_the_whole_entry(counter: int, value: int, fact: str, group: str, note: str) -> None:
    made = report(counter, fact, value, group=group, note=note)
    (read,) = spoken.read_lines(f"{HEAD}\n{spoken.line_of('phone-gate-1', counter, made)}\n")
    assert read == ("phone-gate-1", counter, made)
    assert read.entry(actor="x").content == read.entry(actor="y").content


def test_what_was_not_counted_and_what_was_told() -> None:
    for made in (report(1, value=None), report(2, "halt", "fire heard"), report(3, "request", "ambulance")):
        counter = {"people_passed": 1, "halt": 2, "request": 3}[made.fact]
        (read,) = spoken.read_lines(f"{HEAD}\n{spoken.line_of('phone-gate-1', counter, made)}")
        assert read.report == made


def test_no_single_slip_gets_in() -> None:
    """Every other letter or digit at every place, and every two neighbouring digits that changed places."""
    said = line()
    slips = {said[:at] + other + said[at + 1 :] for at in range(len(said)) for other in "0123456789abcxyz"} - {said}
    slips |= {said[:at] + said[at + 1] + said[at] + said[at + 2 :] for at in range(len(said) - 1)} - {said}
    heard = []
    for slip in slips:
        try:
            heard += [one.report for one in spoken.read_lines(f"{HEAD}\n{slip}")]
        except InputError:
            continue
    # A digit that is written with a zero before it is the same number, and the same entry.
    assert [one for one in heard if one != report()] == []
    for head in ("corridor/1 phone-gate-2 gate", "corridor/1 phone-gate-1 west"):
        with pytest.raises(InputError, match="check digits"):
            spoken.read_lines(f"{head}\n{said}")


def test_the_digits_are_those_of_the_standard() -> None:
    """ISO 7064, MOD 97-10: the text with its digits leaves 1; here each character takes two places."""
    assert int("070904" + spoken.check_digits("794")) % 97 == 1
    assert int("123625" + spoken.check_digits("CaP")) % 97 == 1


def test_a_fault_names_its_line_and_nothing_is_taken() -> None:
    with pytest.raises(InputError) as caught:
        spoken.read_lines(f"{HEAD}\n\n{line()}\nnonsense\n{line()[:-2]}00", place="radio")
    assert caught.value.place == "radio, line 4"
    assert len(caught.value.faults) == 1
    for text, what in ((line(), "no device"), ("", "no entry"), (HEAD, "no entry")):
        with pytest.raises(InputError, match=what):
            spoken.read_lines(text)
    with pytest.raises(InputError, match="cannot be said"):
        spoken.line_of("phone-gate-1", 1, report(1, "weather", "snow"))


def test_a_sheet_of_paper() -> None:
    device = "paper-gate-1612150800"
    row = spoken.row_code(device, "gate", 7)
    head = f"corridor/1 {device} gate"
    (read,) = spoken.read_lines(f"{head}\n{row} pass aleppo/C01 all 143 161215-0815 143")
    assert (read.report.value, read.report.observed) == (143, WHEN.replace(second=0))
    for wrong in (f"{row} pass aleppo/C01 all 143 161215-0815 134", f"8{row[1:]} pass aleppo/C01 all 1 161215-0815 1"):
        with pytest.raises(InputError):
            spoken.read_lines(f"{head}\n{wrong}")
