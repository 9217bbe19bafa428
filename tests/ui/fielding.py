"""A phone at a post: a browser of its own that is enrolled by its code, and taps as a thumb does."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from corridor.log.entry import now
from corridor.log.log import Log
from corridor.operation.known import REPORT, entry_of
from corridor.operation.operation import Operation
from corridor.planning.solve import plan
from tests.operation.acting import basis
from tests.server.serving import Live, recent
from tests.ui.house import LISTEN, PLAIN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

PEOPLE = 1200

# Taps for the long journeys, in the page itself. A count is confirmed only where the page says that it is kept; whoever
# kills the page meanwhile reads in `confirmed` what it had said. Every third count is saved by two taps at once.
THUMB = """
([first, many]) => {
  const until = async (found) => {
    for (let n = 0; n < 4000; n += 1) {
      const one = found();
      if (one) return one;
      await new Promise((on) => setTimeout(on, 5));
    }
    throw new Error("the page does not answer: " + document.querySelector("main").textContent.slice(0, 200));
  };
  const at = (css) => document.querySelector(css);
  const thumb = async () => {
    for (let n = first; n < first + many; n += 1) {
      if (n % 5 === 1 || !at('[data-act="pass"]')) {
        (await until(() => at('[data-to="home"]'))).click();
        (await until(() => at("[data-convoy]"))).click();
      }
      (await until(() => at('[data-act="pass"]'))).click();
      await until(() => at(".pad"));
      const keys = [...document.querySelectorAll(".key")];
      for (const digit of String(n)) keys.find((key) => key.textContent === digit).click();
      const save = at(".save");
      save.click();
      if (n % 3 === 0) save.click();
      await until(() => at("#saved"));
      window.confirmed(n);
    }
  };
  thumb().catch((error) => window.stuck(String(error)));
}
"""


# Each view of the page, by the taps that lead to it from the first one.
VIEWS = {
    "home": (),
    "convoy": ("[data-convoy]",),
    "pass": ("[data-convoy]", '[data-act="pass"]'),
    "count": ("[data-convoy]", '[data-act="count"]'),
    "tell": ('[data-to="tell"]',),
    "halt": ('[data-to="tell"]', '[data-act="halt"]'),
    "request": ('[data-to="tell"]', '[data-act="request"]'),
    "written": ('[data-to="written"]',),
    "speak": ('[data-to="written"]', ".written .small"),
    "more": ('[data-to="more"]',),
    "qr": ('[data-to="more"]', "#show-qr"),
    "read": ('[data-to="more"]', "#read-qr"),
    "empty": ('[data-to="more"]', "#empty"),
}


class Phone:
    """One phone. `confirmed` holds what its screen said to be kept."""

    def __init__(self, server: Live, browser: Browser, post: str = "gate", **choice: Any) -> None:
        self.server = server
        self.device = self.code = ""
        if post:
            self.device, self.code, _ = server.house.people.enrol(post)
        size: Any = {"width": choice.pop("width", 320), "height": choice.pop("height", 640)}
        lang = choice.pop("lang", "en")
        options = PLAIN | {"locale": lang} | choice
        self.context = browser.new_context(viewport=size, has_touch=True, is_mobile=True, **options)
        self.context.add_init_script(LISTEN)
        self.confirmed: list[int] = []

        self.said: list[str] = []

        def confirm(number: int) -> None:
            self.confirmed.append(number)

        def stick(error: str) -> None:
            self.said.append(error)

        self.context.expose_function("confirmed", confirm)
        self.context.expose_function("stuck", stick)
        self.posts = self.lost = self.stored = self.reloads = self.kills = 0
        self.losing = False
        self.page: Page = self.opened()

    def opened(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on(
            "console", lambda message: self.said.append(message.text) if "Failed to load" not in message.text else None
        )
        return page

    def enrol(self) -> Phone:
        self.page.goto(f"{self.server.address}/enrol#{self.code}")
        self.page.locator('main[data-view="home"]').wait_for()
        self.page.locator("#kept").wait_for()
        return self

    def scan(self, picture: Path) -> Phone:
        """Enrol by the code that the room shows, from a picture taken of it."""
        self.page.goto(f"{self.server.address}/field")
        self.tap("#scan")
        self.page.locator("#pictures").set_input_files([picture])
        self.page.locator('main[data-view="home"]').wait_for()
        self.page.locator("#kept").wait_for()
        self.device = str(self.server.house.people.devices()[-1].device)
        return self

    def write(self, first: int, many: int, *, until: int | None = None) -> None:
        """Tap so many counts, beginning with a number; `until` leaves off where so many were confirmed, in mid-tap."""
        before = len(self.confirmed)
        self.page.evaluate(THUMB, [first, many])
        patience = time.monotonic() + 240
        while len(self.confirmed) - before < (many if until is None else until):
            assert not self.said, self.said
            assert time.monotonic() < patience, "the page does not go on"
            self.page.wait_for_timeout(60)

    def reload(self) -> None:
        self.page.goto(f"{self.server.address}/field", wait_until="commit")
        self.page.locator("main[data-view]").wait_for()

    def kill(self) -> None:
        """End the tab's process, as a phone does that runs short of memory; then open the page again."""
        with self.page.expect_event("crash", timeout=20_000), contextlib.suppress(Exception):
            self.page.goto("chrome://crash", timeout=20_000)
        self.page.close()
        self.page = self.opened()
        self.reload()

    def lossy(self, share: float, seed: int) -> None:
        """Lose a share of the posts, half of these after the server has stored them."""
        draw = random.Random(seed)

        def pass_on(route: Route) -> None:
            # A tab that was killed meanwhile waits for no answer.
            with contextlib.suppress(Exception):
                if self.losing and route.request.method == "POST":
                    self.posts += 1
                    if draw.random() < share:
                        self.lost += 1
                        if draw.random() < 0.5:
                            route.fetch()
                            self.stored += 1
                        route.abort("connectionfailed")
                        return
                route.continue_()

        self.losing = True
        self.context.route("**/api/v1/sync", pass_on)

    def whole(self) -> None:
        self.losing = False

    def offline(self, *, off: bool) -> None:
        self.context.set_offline(off)

    def tap(self, css: str) -> None:
        self.page.locator(css).first.tap()

    def count(self, convoy: str, what: str, *numbers: int | None) -> None:
        """Write one form down: the numbers of its rows, None for a row that is left alone."""
        self.tap('[data-to="home"]')
        self.tap(f'[data-convoy="{convoy}"]')
        self.tap(f'[data-act="{what}"]')
        for at, number in enumerate(numbers):
            if number is not None:
                self.page.locator(".row .value").nth(at).tap()
                for digit in str(number):
                    self.page.locator(".key").get_by_text(digit, exact=True).tap()
        self.tap(".save")
        self.page.locator("#saved").wait_for()

    def view(self, name: str) -> None:
        """Show a view; those of what is unsent need something unsent."""
        self.tap('[data-to="home"]')
        for css in VIEWS[name]:
            self.tap(css)

    def tell(self, what: str, word: str) -> None:
        self.tap('[data-to="tell"]')
        self.tap(f'[data-act="{what}"]')
        self.tap(f'[data-word="{word}"]')
        self.page.locator("#saved").wait_for()

    def unsent(self) -> int:
        return int(self.page.locator("#unsent").get_attribute("data-n") or "-1")

    def sent(self, timeout: float = 30_000) -> None:
        self.page.locator('#unsent[data-n="0"]').wait_for(timeout=timeout)

    def close(self) -> None:
        self.context.close()


def at_work(server: Live, started: Browser, **choice: Any) -> Phone:
    """Return a phone in the middle of a day: some counts sent, two not, the network gone."""
    phone = Phone(server, started, **choice).enrol()
    convoys = [one.get_attribute("data-convoy") or "" for one in phone.page.locator("[data-convoy]").all()]
    phone.count(convoys[1], "count", 43, 12, 20)
    phone.sent()
    phone.offline(off=True)
    phone.tell("halt", "fire")
    phone.count(convoys[0], "pass", 50)
    return phone


def reported(server: Live, device: str) -> list[Any]:
    """Return the reports of a device that the log holds, in the order of its counter."""
    import msgspec

    rows = [row for row in server.house.raw.rows() if row.device == device and row.name == REPORT]
    return [msgspec.json.decode(row.body) for row in sorted(rows, key=lambda row: row.device_seq)]


@contextlib.contextmanager
def operating(folder: Path, **options: Any) -> Iterator[Live]:
    """Serve a small operation with an adopted plan of six convoys."""
    name = str(folder / "a.corridor")
    with Log.new(name, title="Test") as log:
        reports = recent(basis(PEOPLE))
        log.append([entry_of(r, actor="duty officer", device="console", recorded=now()) for r in reports])
        operation = Operation(log)
        operation.adopt(plan(operation.situation(), time_limit=1), by="coordinator", despite="a test")
    served = Live(name, key_file=None, **options)
    try:
        yield served
    finally:
        served.close()


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
    until = time.monotonic() + 120
    while not found():
        assert time.monotonic() < until
        time.sleep(0.02)


def needs_codes() -> None:
    """Skip where the pages can draw no QR codes."""
    from corridor.server.console import assets
    from corridor.server.field import phone as made

    if not set(made.QR) <= set(assets.files()):
        pytest.skip("the npm package `qr` is missing, so the pages draw no QR codes: install npm, then `make packages`")


def lossy_journey(phone: Phone, seed: int, many: int, *, rounds: int) -> None:
    """Record under loss, without network, through reloads and killed tabs in mid-tap; then let the network heal.

    Each round begins with a number that no tap has used before: what was being saved when the page ended may be kept or
    not, but what comes after it is another count.
    """
    draw = random.Random(seed)
    phone.lossy(0.5, seed)
    first = 1
    for number in range(rounds):
        part = (many - len(phone.confirmed)) // (rounds - number)
        phone.offline(off=number % 4 == 1)
        phone.write(first, part + 3, until=part)
        if draw.random() < 0.5:
            phone.page.wait_for_timeout(draw.random() * 40)
        if number % 4 == 3:
            phone.kill()
            phone.kills += 1
        else:
            phone.reload()
            phone.reloads += 1
        first += part + 3
    phone.offline(off=False)
    phone.whole()
    phone.reload()
    phone.sent(120_000)


def exactly_once(server: Live, phone: Phone, many: int) -> Account:
    """Compare what the screen confirmed with what the log holds; nothing may stand there twice or be missing."""
    found = [report["value"] for report in reported(server, phone.device)]
    confirmed = phone.confirmed
    account = Account(
        confirmed=len(confirmed),
        lost=len(set(confirmed) - set(found)),
        doubled=len(found) - len(set(found)),
        beyond=len(set(found) - set(confirmed)),
        posts=phone.posts,
        dropped=phone.lost,
        stored=phone.stored,
        reloads=phone.reloads,
        kills=phone.kills,
    )
    assert account.confirmed >= many
    assert len(set(confirmed)) == len(confirmed)
    assert (account.lost, account.doubled) == (0, 0), account
    # At most what was in the hand when a page ended; what was confirmed stands in the log in its order.
    assert account.beyond <= account.reloads + account.kills, account
    assert [value for value in found if value in set(confirmed)] == confirmed
    return account


class Account(NamedTuple):
    """What became of a journey's counts; `beyond` were kept although their page ended before it said so."""

    confirmed: int
    lost: int
    doubled: int
    beyond: int
    posts: int
    dropped: int
    stored: int
    reloads: int
    kills: int
