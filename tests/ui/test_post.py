"""Days at a post in a browser: what the phone says, what the room sees, and what is left on the phone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corridor.log.entry import now
from tests.server.serving import Live
from tests.ui.fielding import Phone, needs_codes, operating, reported, wait_until
from tests.ui.house import Visit, browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.ui


class Clock:
    """The clock of the server; a phone of the test has its own, moved by the same hours."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead

    def later(self, hours: float, *phones: Phone) -> None:
        self.ahead += timedelta(hours=hours)
        for phone in phones:
            phone.page.clock.fast_forward(int(hours * 3_600_000))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(tmp_path: Path, clock: Clock) -> Iterator[Live]:
    with operating(tmp_path, clock=clock) as made:
        yield made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as made:
        yield made


def shown_code(server: Live, chromium: Browser, post: str, folder: Path) -> Path:
    """Return a picture of the enrolment code that the console shows a coordinator."""
    room = Visit(server, chromium)
    page = room.go("/start")
    page.locator('#enrol-form input[name="post"]').fill(post)
    page.locator("#enrol-form button").click()
    found = folder / f"{post}.png"
    page.locator("#enrolled img").screenshot(path=found)
    room.close()
    return found


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_day_at_a_post(server: Live, chromium: Browser, clock: Clock, tmp_path: Path, lang: str) -> None:
    """Enrolled by QR; six convoys, a wrong count corrected, a halt, two hours offline, a shift that is handed over."""
    needs_codes()
    phone = Phone(server, chromium, "", lang=lang)
    phone.page.clock.install()
    phone.scan(shown_code(server, chromium, "gate", tmp_path))
    page = phone.page
    convoys = [one.get_attribute("data-convoy") or "" for one in page.locator("[data-convoy]").all()]
    assert len(convoys) == 6
    phone.count(convoys[0], "pass", 50)
    phone.sent()
    clock.later(3, phone)
    phone.count(convoys[1], "count", 43, 12)
    phone.count(convoys[1], "count", 44, 12)
    phone.sent()
    phone.offline(off=True)
    phone.tell("halt", "fire")
    clock.later(1, phone)
    phone.count(convoys[2], "pass", 51)
    phone.count(convoys[3], "pass")
    phone.reload()
    assert phone.unsent() == 3
    assert page.locator('.line[data-state="offline"]').is_visible()
    phone.tell("resume", "over")
    clock.later(1, phone)
    phone.count(convoys[4], "pass", 53)
    phone.offline(off=False)
    phone.sent()
    phone.count(convoys[5], "depart", 4, 54)
    phone.sent()

    # The shift is handed over: the last count of each convoy, and the first phone is emptied.
    phone.tap('[data-to="written"]')
    page.locator("details summary").first.tap()
    told = page.locator(".summary").inner_text()
    assert all(count in told for count in ("50", "44", "12", "51", "53", "54"))
    assert "43" not in told
    phone.tap('[data-to="more"]')
    phone.tap("#empty")
    phone.tap("#empty-now")
    page.locator('main[data-view="enrol"]').wait_for()
    assert kept_by(phone) == {"devices": 0, "entries": 0, "carried": 0, "meta": 0}
    second = Phone(server, chromium, "", lang=lang)
    second.page.clock.install(time=clock())
    second.scan(shown_code(server, chromium, "gate", tmp_path))
    second.count(convoys[5], "pass", 55)
    second.sent()
    assert second.device != phone.device

    # What the log holds, what the interface says and what stands on the page of the room are one truth.
    assert len(reported(server, phone.device)) == 12
    facts = [row.body for row in server.house.raw.rows() if row.device == phone.device]
    halt = next(n for n, body in enumerate(facts) if '"halt"' in body)
    passed = next(n for n, body in enumerate(facts) if f'"{convoys[2]}"' in body)
    assert halt < passed
    told_there = {
        one["movement"]: one for one in server.member("coordinator").get("/api/v1/progress").json()["convoys"]
    }
    people = {name: [tally["high"] for tally in one["people"]] for name, one in told_there.items() if one["people"]}
    expected = {convoys[0]: [50], convoys[1]: [44], convoys[2]: [51], convoys[4]: [53], convoys[5]: [54, 55]}
    assert people == expected
    assert told_there[convoys[3]]["state"] == "under way"
    room = Visit(server, chromium)
    shown = room.go("/")
    for convoy, counts in expected.items():
        row = shown.locator(f"tr:has(#convoy-{convoy.replace('/', '-')}), tr#convoy-{convoy.replace('/', '-')}").first
        assert str(counts[-1]) in row.inner_text()
    assert shown.get_by_text("Halted since").count() == 0
    assert room.quiet() == []
    assert phone.said + second.said == []
    room.close()
    phone.close()
    second.close()


# How much each part of what the phone keeps holds.
KEPT = """
() => new Promise((found) => {
  const asked = indexedDB.open("corridor-field");
  asked.onsuccess = () => {
    const db = asked.result, names = [...db.objectStoreNames], tx = db.transaction(names), held = {};
    for (const name of names) tx.objectStore(name).count().onsuccess = (event) => { held[name] = event.target.result; };
    tx.oncomplete = () => { db.close(); found(held); };
  };
})
"""
# Everything that is written down on the phone, as whoever opens its storage reads it.
READ = """
() => new Promise((found) => {
  const asked = indexedDB.open("corridor-field");
  asked.onsuccess = () => {
    const db = asked.result, names = [...db.objectStoreNames], tx = db.transaction(names), held = {};
    for (const name of names) {
      tx.objectStore(name).getAll().onsuccess = (event) => { held[name] = event.target.result; };
    }
    tx.oncomplete = () => { db.close(); found(JSON.stringify(held)); };
  };
})
"""


def kept_by(phone: Phone) -> dict[str, int]:
    held: dict[str, int] = phone.page.evaluate(KEPT)
    return held


def read_on(phone: Phone) -> str:
    text: str = phone.page.evaluate(READ)
    return text


def test_a_phone_that_was_ended_forgets_its_post_and_its_unsent_go_by_the_next_enrolment(
    server: Live, chromium: Browser
) -> None:
    phone = Phone(server, chromium).enrol()
    convoy = phone.page.locator("[data-convoy]").first.get_attribute("data-convoy") or ""
    phone.count(convoy, "pass", 50)
    phone.sent()
    assert convoy in read_on(phone)
    assert "2016" not in read_on(phone)
    phone.offline(off=True)
    phone.count(convoy, "pass", 61)
    assert server.house.people.revoke_device(phone.device)
    phone.offline(off=False)
    phone.page.locator('.line[data-state="ended"]').wait_for()
    phone.tap('[data-to="home"]')
    phone.page.locator("[data-convoy]").wait_for(state="detached")
    # The count that the room never had is all that is left.
    wait_until(lambda: kept_by(phone)["entries"] == 1)
    assert phone.unsent() == 1
    phone.tap('[data-to="more"]')
    phone.tap("#empty")
    phone.tap("#empty-now")
    phone.page.get_by_role("alert").filter(has_text="not sent").wait_for()
    old = phone.device
    phone.device, phone.code, _ = server.house.people.enrol("gate")
    phone.enrol()
    phone.sent()
    assert [one["value"] for one in reported(server, old)] == [50, 61]
    phone.count(convoy, "pass", 62)
    phone.sent()
    assert [one["value"] for one in reported(server, phone.device)] == [62]
    assert phone.said == []
    phone.close()


def test_what_was_sent_is_forgotten_after_a_day_and_what_was_not_calls(
    server: Live, chromium: Browser, clock: Clock
) -> None:
    phone = Phone(server, chromium)
    phone.page.clock.install()
    phone.enrol()
    convoy = phone.page.locator("[data-convoy]").first.get_attribute("data-convoy") or ""
    phone.count(convoy, "pass", 50)
    phone.sent()
    phone.tap('[data-to="tell"]')
    phone.tap('[data-act="incident"]')
    phone.page.locator("details summary").tap()
    phone.page.locator("#note").fill("two buses wait at the bridge")
    phone.tap('[data-word="crowd"]')
    phone.page.locator("#saved").wait_for()
    phone.sent()
    # The words are in the log now, sealed; on the phone they are not.
    assert "bridge" not in read_on(phone)
    phone.offline(off=True)
    phone.count(convoy, "pass", 51)
    assert phone.page.locator("#long").count() == 0
    clock.later(25, phone)
    phone.reload()
    phone.page.locator("#long").filter(has_text="25").wait_for()
    wait_until(lambda: kept_by(phone)["entries"] == 1)
    assert phone.unsent() == 1
    phone.offline(off=False)
    phone.sent()
    assert phone.page.locator("#long").count() == 0
    assert [one["value"] for one in reported(server, phone.device) if one["fact"] == "people_passed"] == [50, 51]
    phone.close()


def test_over_a_thin_line_what_is_urgent_comes_first(server: Live, chromium: Browser) -> None:
    """400 ms to each answer and 20 kbit/s up: a backlog of hours, and a halt written while it is being sent."""
    phone = Phone(server, chromium).enrol()
    phone.offline(off=True)
    phone.write(1, 120)
    line = phone.context.new_cdp_session(phone.page)
    line.send("Network.enable")
    phone.offline(off=False)
    thin = {"offline": False, "latency": 400, "downloadThroughput": 50_000 / 8, "uploadThroughput": 20_000 / 8}
    line.send("Network.emulateNetworkConditions", thin)
    wait_until(lambda: phone.unsent() < 120)
    phone.tell("halt", "fire")
    phone.sent(120_000)
    rows = [row for row in server.house.raw.rows() if row.device == phone.device and row.name == "report"]
    place = next(n for n, row in enumerate(rows) if '"halt"' in row.body)
    assert place < 120, "the halt waited for the whole backlog"
    assert sorted(one["value"] for one in reported(server, phone.device)[:-1]) == list(range(1, 121))
    assert phone.said == []
    phone.close()
