"""Counts without a noun or a cue, clauses of a deal, times to come, and counts that are not whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from corridor.errors import InputError
from corridor.reports.text import accept, read_text

DAY = datetime(2024, 5, 2, tzinfo=UTC)


def kinds(text: str) -> set[tuple[str, float | None, float | None]]:
    return {(c.kind, c.low, c.high) for c in read_text(text + "\n")}


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Where things stand: 5,200 out.", ("count_out", 5200, 5200)),
        ("We got 31 patients out.", ("count_out", 31, 31)),
        ("88 patients moved, 98 to go.", ("remaining", 98, 98)),
        ("Overnight 118 patients were shifted from the hospital to Dolapur.", ("count_out", 118, 118)),
        ("The college has room for a further 800.", ("capacity", 800, 800)),
        ("The number of people remaining in the enclave is 2,600.", ("remaining", 2600, 2600)),
        ("They carried 1,742 persons, among them 203 wounded and 61 minors.", ("count_out", 61, 61)),
        ("The shelling left hundreds of families stranded in the old quarter.", ("remaining", 100, 999)),
        ("The driver was grazed in the neck.", ("casualty", 1, 1)),
        ("The schools were prepared to take 900 people.", ("capacity", 900, 900)),
    ],
)
def test_people_are_counted_by_the_words_right_around_them(text: str, claim: tuple[str, float, float]) -> None:
    assert claim in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "31 out of 40 samples were tested.",
        "We left the depot at 0540 with a full tank.",
        "Some 2.5 people per car were counted.",
        "Seventy per cent of the zone's 45,000 residents are gone.",
        "Nobody is being sent away.",
    ],
)
def test_what_counts_no_people_who_left_is_no_count(text: str) -> None:
    assert "count_out" not in {kind for kind, _, _ in kinds(text)}


def test_a_deal_says_its_clauses() -> None:
    text = "Under the pact 900 people are to be let out over three days, and the rebels are to hand over the mines."
    found = read_text(text + "\n")
    assert ("agreement", 3, 3) in {(c.kind, c.low, c.high) for c in found}
    assert any(c.kind == "agreement" and "hand over" in c.quote for c in found)
    assert not any(c.kind == "agreement" for c in read_text("The rebels are to hand over the mines.\n"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The mission hopes to resume evacuations at dawn.", "resume"),
        ("The convoy is expected to resume on 17 March.", "resume"),
        ("Traffic on the causeway is flowing again.", "resume"),
        ("Departures are suspended until 10 July.", "schedule"),
        ("Boarding starts at 5 a.m. on Friday.", "schedule"),
    ],
)
def test_what_goes_on_again_and_when_is_read(text: str, kind: str) -> None:
    assert kind in {c.kind for c in read_text(text + "\n")}


def test_a_resumption_to_come_is_planned() -> None:
    (found,) = (c for c in read_text("The convoy is expected to resume on 17 March.\n") if c.kind == "resume")
    assert found.modality == "planned"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("The diocese says 1,600 people remain.", "diocese"),
        ('"About 40 people are still inside," said Lt. Marcus Boudreaux.', "Lt. Marcus Boudreaux"),
    ],
)
def test_speakers_that_no_table_knows_and_ranks_are_heard(text: str, source: str) -> None:
    assert source in {c.source for c in read_text(text + "\n")}


def test_a_count_that_is_not_whole_is_refused_by_name() -> None:
    (found,) = (c for c in read_text("Some 40 people were evacuated.\n", published=DAY) if c.kind == "count_out")
    with pytest.raises(InputError, match=r"40\.5 is no whole number") as raised:
        accept([replace(found, value=40.5, low=40.5, high=40.5)], by_role="duty officer")
    assert f"--set {found.id}.value=" in str(raised.value)
    assert accept([found], by_role="duty officer")[0].value == 40
