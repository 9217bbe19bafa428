"""The day and the hour in front of a line, or above it, are those of what the line tells."""

from __future__ import annotations

import pytest

from tests.reports.text.test_layouts import core

INSIDE, ARRIVED = "340 people are still trapped.", "85 people arrived at the camp."


def _moments(text: str) -> list[str]:
    return [f"{c.observed:%Y-%m-%d %H:%M}" for c in core(text) if c.kind in ("remaining", "arrival")]


@pytest.mark.parametrize(
    "line",
    [
        "[{d}/03/2026, {h}:11] {n}: {t}",
        "[3/{d}/26, {h}:11] {n}: {t}",
        "{d}.03.26, {h} - {n}: {t}",
        "2026-03-{d} {h} {n}: {t}",
        "2026-03-{d}T{h}:00Z {n}: {t}",
        "{n}, [{d}.03.2026 {h}]\n{t}\n",
    ],
)
def test_a_message_is_of_the_day_and_hour_in_front_of_it(line: str) -> None:
    told = ((12, "14:05", "Samir", INSIDE), (13, "09:10", "Huda", ARRIVED), (13, "09:40", "Samir", "Thanks."))
    text = "\n".join(line.format(d=d, h=h, n=n, t=t) for d, h, n, t in told)
    assert _moments(text) == ["2026-03-12 14:05", "2026-03-13 09:10"]


def test_an_hour_that_goes_back_by_half_a_day_is_of_the_next_day() -> None:
    text = f"RADIO LOG - 12 March 2026\n2340Z B1: {INSIDE}\n2350Z B2: Copied.\n0010Z B2: {ARRIVED}\n"
    assert _moments(text) == ["2026-03-12 23:40", "2026-03-13 00:10"]


def test_an_hour_in_the_sentence_goes_before_that_of_the_line() -> None:
    text = f"12 March 2026\n07:40 B1: {INSIDE}\n08:10 B2: At 08:05 {ARRIVED}\n08:20 B1: Copied.\n"
    assert _moments(text) == ["2026-03-12 07:40", "2026-03-12 08:05"]


@pytest.mark.parametrize(
    "form", ["{d} March: {t}\n", "{d} March 2026\n{t}\n\n", "- March {d} - {t}\n", "{w} {d} March: {t}\n"]
)
def test_what_a_timeline_tells_is_of_its_days(form: str) -> None:
    text = "Report of 14 March 2026\n\n" + form.format(w="Thursday", d=12, t=INSIDE)
    text += form.format(w="Friday", d=13, t=ARRIVED)
    assert _moments(text) == ["2026-03-12 00:00", "2026-03-13 00:00"]
