"""The page of a post in a browser: enrolled once, then days without network, and every count exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.serving import Live
from tests.ui.fielding import (
    VIEWS,
    Phone,
    at_work,
    exactly_once,
    lossy_journey,
    needs_codes,
    operating,
    photographed,
    reported,
    wait_until,
)
from tests.ui.house import browser
from tests.ui.wire import Wire

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with operating(tmp_path_factory.mktemp("field")) as made:
        yield made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as made:
        yield made


def test_nothing_confirmed_is_lost_or_doubled(server: Live, chromium: Browser) -> None:
    phone = Phone(server, chromium).enrol()
    lossy_journey(phone, seed=1, many=24, rounds=4)
    account = exactly_once(server, phone, 24)
    assert account.dropped > 0
    assert account.kills == 1
    # The account finds what is missing.
    phone.confirmed.insert(0, 9999)
    with pytest.raises(AssertionError):
        exactly_once(server, phone, 24)
    assert phone.said == []
    phone.close()


@pytest.mark.ui
def test_what_a_phone_cannot_send_goes_by_qr_by_file_and_by_voice_and_counts_once(
    server: Live, chromium: Browser, tmp_path: Path
) -> None:
    needs_codes()
    giver, taker = Phone(server, chromium).enrol(), Phone(server, chromium, "west", lang="fr").enrol()
    giver.offline(off=True)
    giver.write(1, 30)
    giver.tell("incident", "crowd")
    giver.tap('[data-to="written"]')
    giver.page.get_by_text("Read out").first.tap()
    spoken = "\n".join(giver.page.locator(".code").all_inner_texts())
    giver.tap('[data-to="more"]')
    with giver.page.expect_download() as waiting:
        giver.tap("#save-file")
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    giver.tap("#show-qr")
    pictures = photographed(giver, tmp_path)
    taker.tap('[data-to="more"]')
    taker.tap("#read-qr")
    taker.page.locator("#pictures").set_input_files([*pictures[::-1], pictures[0]])
    taker.page.locator("#carried").filter(has_text=".").wait_for()
    wait_until(lambda: len(reported(server, giver.device)) == 31)
    room = server.member("dispatcher")
    for said in (spoken, text):
        answers = room.post("/api/v1/codes", json={"text": said}).json()["answers"]
        assert {one["status"] for one in answers} == {"duplicate"}
    wrong = room.post("/api/v1/codes", json={"text": spoken.replace(" pass ", " held ")})
    assert wrong.status_code == 422
    assert "check digits" in wrong.text
    giver.offline(off=False)
    giver.sent()
    assert [one["value"] for one in reported(server, giver.device)] == [*range(1, 31), "crowd pressing"]
    assert giver.said + taker.said == []
    giver.close()
    taker.close()


def test_the_first_load_is_light_and_the_rest_comes_apart(server: Live, chromium: Browser) -> None:
    """Every byte of the first visit, heads too, from the code to the word that the page works without network."""
    from corridor.server.field import phone as made

    wire = Wire(server.port)
    phone = Phone(server, chromium)
    phone.page.goto(f"{wire.address}/enrol#{phone.code}")
    phone.page.locator("#kept").wait_for()
    wanted = {"field.js", "field-worker.js", "base.css", "claim", "assignment"}
    for _ in range(200):
        # What the page is about comes when it has been kept, or before.
        names = {path.rpartition("/")[2] for path in list(wire.down)}
        if wanted <= names:
            break
        phone.page.wait_for_timeout(100)
    assert wanted <= names
    size = sum(size for path, size in wire.down.items() if path.rpartition("/")[2] not in made.QR)
    assert 10_000 < size < 60_000
    phone.close()
    wire.close()


@pytest.mark.ui
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_every_view_is_large_enough_for_a_thumb_and_accessible(
    server: Live, chromium: Browser, lang: str, theme: Any
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    phone = at_work(server, chromium, lang=lang, color_scheme=theme)
    page = phone.page
    assert page.locator("html").get_attribute("dir") == ("rtl" if lang == "ar" else "ltr")
    small, wide, unfit = [], [], []
    for name in VIEWS:
        phone.view(name)
        small += [(name, one) for one in page.evaluate(MEASURE)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(name)
        unfit += [
            (name, one["id"], one["nodes"][0]["target"])
            for one in Axe().run(page).response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
    assert (small, wide, unfit) == ([], [], [])
    assert phone.said == []
    phone.close()


# What a thumb must hit: 48 px each way (Material Design; WCAG 2.2 asks for 24).
MEASURE = """
[...document.querySelectorAll("button, input:not([type=radio]), textarea, summary, .choice")]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.textContent.trim().slice(0, 20) || one.id, one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 48 || box.height < 48).map(([name, box]) => `${name} ${box.width} x ${box.height}`)
"""


@pytest.mark.hard
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.timeout(600)
def test_journeys_of_five_hundred_entries(server: Live, chromium: Browser, seed: int) -> None:
    phone = Phone(server, chromium).enrol()
    lossy_journey(phone, seed=seed, many=500, rounds=12)
    account = exactly_once(server, phone, 500)
    assert account.stored > 0
    assert account.kills > 1
    phone.close()


@pytest.mark.hard
def test_five_hundred_entries_by_qr(server: Live, chromium: Browser, tmp_path: Path) -> None:
    needs_codes()
    giver, taker = Phone(server, chromium).enrol(), Phone(server, chromium, "west").enrol()
    giver.offline(off=True)
    giver.write(1, 500)
    giver.tap('[data-to="more"]')
    giver.tap("#show-qr")
    pictures = photographed(giver, tmp_path)
    taker.tap('[data-to="more"]')
    taker.tap("#read-qr")
    taker.page.locator("#pictures").set_input_files(list(pictures))
    wait_until(lambda: len(reported(server, giver.device)) == 500)
    assert [one["value"] for one in reported(server, giver.device)] == list(range(1, 501))
    giver.close()
    taker.close()


@pytest.mark.ui
def test_an_entry_is_on_the_screen_of_the_room(server: Live, chromium: Browser) -> None:
    """By the stream, without that anybody loads a page again."""
    from tests.ui.house import Visit

    phone = Phone(server, chromium).enrol()
    room = Visit(server, chromium)
    page = room.go("/")
    page.locator('#connection[data-state="live"]').wait_for()
    last = phone.page.locator("[data-convoy]").last.get_attribute("data-convoy") or ""
    phone.count(last, "pass", 47)
    page.locator("main").get_by_text("47").first.wait_for(state="attached")
    room.close()
    phone.close()
