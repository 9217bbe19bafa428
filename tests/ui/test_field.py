"""The page of a post in a browser: enrolled once, then days without network, and every count exactly once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.serving import Live
from tests.ui.fielding import THUMB, Phone, operating, reported
from tests.ui.house import browser

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


def must_draw_codes() -> None:
    from corridor.server.console import assets
    from corridor.server.field import phone as made

    if not set(made.QR) <= set(assets.files()):
        pytest.skip("the npm package `qr` is missing, so the pages draw no QR codes: install npm, then `make packages`")


def lossy_journey(phone: Phone, seed: int, many: int, *, rounds: int) -> None:
    """Record under loss, without network, through reloads and a killed tab; then let the network heal."""
    part = many // rounds
    phone.lossy(0.5, seed)
    for number in range(rounds):
        if number % 4 == 1:
            phone.offline(off=True)
        phone.page.evaluate(THUMB, [1 + number * part, part])
        if number % 4 == 3:
            phone.kill()
        else:
            phone.reload()
        if number % 4 == 1:
            phone.offline(off=False)
    phone.whole()
    phone.reload()
    phone.sent(120_000)


def exactly_once(server: Live, phone: Phone, many: int) -> None:
    found = [report["value"] for report in reported(server, phone.device)]
    assert phone.confirmed == list(range(1, many + 1))
    assert found == phone.confirmed


def test_a_day_at_a_post(server: Live, chromium: Browser) -> None:
    """Six convoys, a wrong count corrected, a halt, two hours offline, a shift that is handed over."""
    phone = Phone(server, chromium).enrol()
    page = phone.page
    convoys = [one.get_attribute("data-convoy") or "" for one in page.locator("[data-convoy]").all()]
    assert len(convoys) == 6
    phone.count(convoys[0], "pass", 50)
    phone.count(convoys[1], "count", 43, 12)
    phone.count(convoys[1], "count", 44, 12)
    phone.sent()
    phone.offline(off=True)
    phone.tell("halt", "fire")
    phone.count(convoys[2], "pass", 51)
    phone.count(convoys[3], "pass")
    phone.reload()
    assert phone.unsent() == 3
    assert page.locator('.line[data-state="offline"]').is_visible()
    phone.tell("resume", "over")
    phone.count(convoys[4], "pass", 53)
    phone.offline(off=False)
    phone.sent()
    phone.count(convoys[5], "depart", 4, 54)
    phone.sent()
    phone.tap('[data-to="written"]')
    page.locator("details summary").first.tap()
    told = page.locator(".summary").inner_text()
    assert "44" in told
    assert "43" not in told

    found = reported(server, phone.device)
    assert len(found) == 12
    # What is told goes before what is counted, and stands in the log before it.
    facts = [row.body for row in server.house.raw.rows() if row.device == phone.device]
    halt = next(n for n, body in enumerate(facts) if '"halt"' in body)
    passed = next(n for n, body in enumerate(facts) if f'"{convoys[2]}"' in body)
    assert halt < passed
    room = server.member("coordinator")
    told_there = {one["movement"]: one for one in room.get("/api/v1/progress").json()["convoys"]}
    people = {name: [tally["high"] for tally in one["people"]] for name, one in told_there.items() if one["people"]}
    assert people == {convoys[0]: [50], convoys[1]: [44], convoys[2]: [51], convoys[4]: [53], convoys[5]: [54]}
    assert told_there[convoys[3]]["state"] == "under way"
    assert phone.said == []
    phone.close()


def test_nothing_confirmed_is_lost_or_doubled(server: Live, chromium: Browser) -> None:
    phone = Phone(server, chromium).enrol()
    lossy_journey(phone, seed=1, many=40, rounds=8)
    exactly_once(server, phone, 40)
    assert phone.lost > 0
    assert phone.said == []
    phone.close()


def test_what_a_phone_cannot_send_goes_by_qr_by_file_and_by_voice_and_counts_once(
    server: Live, chromium: Browser, tmp_path: Path
) -> None:
    must_draw_codes()
    giver, taker = Phone(server, chromium).enrol(), Phone(server, chromium, "west", lang="fr").enrol()
    giver.offline(off=True)
    giver.page.evaluate(THUMB, [1, 30])
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


def photographed(phone: Phone, folder: Path) -> list[Path]:
    """Take a picture of each QR code that a phone shows."""
    page = phone.page
    page.locator("canvas.qr[data-part]").wait_for()
    many = int((page.locator(".which").inner_text()).split(" ")[-1])
    found = []
    for number in range(1, many + 1):
        page.locator(f'canvas.qr[data-part="{number}"]').wait_for()
        found.append(folder / f"{number}.png")
        page.locator("canvas.qr").screenshot(path=found[-1])
        if number < many:
            phone.tap("#qr-next")
    return found


def wait_until(found: Any) -> None:
    until = time.monotonic() + 30
    while not found():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_the_first_load_is_light_and_the_rest_comes_apart(server: Live, chromium: Browser) -> None:
    from corridor.server.console import assets
    from corridor.server.field import phone as made

    client = server.client()
    client.headers["accept-encoding"] = "gzip"
    size = 0
    for path in ("/field", "/field-worker.js", *(assets.address(n) for n in (*made.SCRIPTS, *made.STYLES, "icon.svg"))):
        with client.stream("GET", path) as answer:
            assert answer.status_code == 200
            size += sum(len(part) for part in answer.iter_raw())
    assert size < 60_000
    must_draw_codes()


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_every_view_is_large_enough_for_a_thumb_and_accessible(server: Live, chromium: Browser, lang: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    phone = Phone(server, chromium, lang=lang).enrol()
    page = phone.page
    assert page.locator("html").get_attribute("dir") == ("rtl" if lang == "ar" else "ltr")
    small, wide, unfit = [], [], []
    for name, taps in VIEWS.items():
        phone.tap('[data-to="home"]')
        for css in taps:
            phone.tap(css)
        small += [(name, one) for one in page.evaluate(MEASURE)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(name)
        if name in ("home", "count", "more"):
            unfit += [
                (name, one["id"], one["nodes"][0]["target"])
                for one in Axe().run(page).response["violations"]
                if one["impact"] in ("serious", "critical")
            ]
    assert (small, wide, unfit) == ([], [], [])
    assert phone.said == []
    phone.close()


VIEWS = {
    "home": (),
    "convoy": ("[data-convoy]",),
    "pass": ("[data-convoy]", '[data-act="pass"]'),
    "count": ("[data-convoy]", '[data-act="count"]'),
    "tell": ('[data-to="tell"]',),
    "halt": ('[data-to="tell"]', '[data-act="halt"]'),
    "request": ('[data-to="tell"]', '[data-act="request"]'),
    "written": ('[data-to="written"]',),
    "more": ('[data-to="more"]',),
}
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
    lossy_journey(phone, seed=seed, many=500, rounds=10)
    exactly_once(server, phone, 500)
    assert phone.stored > 0
    phone.close()


@pytest.mark.hard
def test_five_hundred_entries_by_qr(server: Live, chromium: Browser, tmp_path: Path) -> None:
    must_draw_codes()
    giver, taker = Phone(server, chromium).enrol(), Phone(server, chromium, "west").enrol()
    giver.offline(off=True)
    giver.page.evaluate(THUMB, [1, 500])
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
