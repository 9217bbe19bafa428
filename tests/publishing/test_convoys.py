"""What goes with the convoys: the sheets, the code to scan, and the notification with its deadlines."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import msgspec
import pytest
import segno

from corridor.publishing.convoys.code import BORDER, code
from corridor.publishing.convoys.notification import movements, notification_html, notification_json
from corridor.publishing.convoys.sheets import orders, sheets_html
from corridor.publishing.release.guard import PERSON
from corridor.publishing.release.stage import released
from corridor.publishing.words import LANGUAGES, words
from tests.publishing import sample

RELEASE = released(sample.forecast(), "parties", to="both parties", why="movement")
PLAN = RELEASE.plan
FIRST = min(PLAN.convoys, key=lambda convoy: convoy.depart)


def test_the_drawn_code_is_the_code() -> None:
    """The modules of the drawing are those of an independent coder's matrix, with the silence that a scanner needs."""
    drawn = code("C01 LEAVE 14:30", "a code")
    dark = set()
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", drawn):
        dark |= {(int(x) + step - BORDER, int(y) - BORDER) for step in range(int(length))}
    matrix = segno.make("C01 LEAVE 14:30", micro=False, error="m", boost_error=False).matrix
    assert dark == {(x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}
    size = len(matrix) + 2 * BORDER
    assert f'viewBox="0 0 {size} {size}"' in drawn


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sheet_holds_the_order_as_it_is_said_by_radio(lang: str) -> None:
    page = sheets_html(RELEASE, lang=lang).decode()
    said = orders(RELEASE, FIRST)
    assert {one.lang for one in said} == set(LANGUAGES)
    assert len({one.code for one in said}) == 1  # one record, three languages, one code to read back
    for one in said:
        assert one.text.split(".")[0] in page
    soon = [c for c in PLAN.convoys if c.depart <= RELEASE.situation.at + timedelta(hours=48)]
    assert page.count('class="sheet"') == len(soon) > 1
    assert words(lang)("rel.protected") in page.replace("&#x27;", "'")


def test_deadlines_and_expiry_are_computed() -> None:
    found = movements(RELEASE)
    assert sorted(name for each in found for name in each.convoys) == sorted(c.id for c in PLAN.convoys)
    for each in found:
        assert each.first - each.notify_by == timedelta(hours=48)
        assert each.first - each.urgent_by == timedelta(hours=24)
        assert each.expires > each.last
    first = min(found, key=lambda each: each.first)
    assert first.state == "late"
    states = {}
    for days in (0, 1.5, 3):
        early = msgspec.structs.replace(
            RELEASE.situation, at=first.first - timedelta(days=days), reports=RELEASE.situation.reports
        )
        plan = msgspec.structs.replace(PLAN, situation=early)
        moved = msgspec.structs.replace(RELEASE, forecast=msgspec.structs.replace(RELEASE.forecast, plan=plan))
        states[days] = movements(moved)[0].state
    assert states == {0: "late", 1.5: "urgent", 3: "ordinary"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_notification_says_that_it_asks_for_no_leave(lang: str) -> None:
    page = notification_html(RELEASE, lang=lang).decode()
    sentence = words(lang)("note.sentence")
    assert page.count(sentence) == len(movements(RELEASE))
    assert json.loads(notification_json(RELEASE))["sentence"][lang] == sentence
    for site in FIRST.pickup, FIRST.reception:
        assert f"{RELEASE.situation.site(site).latitude:.5f}" in page


def test_no_notification_asks_for_a_person() -> None:
    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return {str(key) for key in value} | {key for each in value.values() for key in keys(each)}
        return {key for each in value for key in keys(each)} if isinstance(value, list) else set()

    assert not [key for key in keys(json.loads(notification_json(RELEASE))) if PERSON.search(key)]
    page = notification_html(RELEASE).decode()
    assert not re.search(r"\+?\d[\d ()-]{8,}\d", re.sub(r"<[^>]*>|\d+\.\d+|\d{4}", " ", page))
