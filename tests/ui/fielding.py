"""A phone at a post: a browser of its own that is enrolled by its code, and taps as a thumb does."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

# Taps for the long journeys, in the page itself: a count is confirmed only where the page says that it is kept.
THUMB = """
async ([first, many]) => {
  const until = async (found) => {
    for (let n = 0; n < 2000; n += 1) {
      const one = found();
      if (one) return one;
      await new Promise((on) => setTimeout(on, 5));
    }
    throw new Error("the page does not answer: " + document.querySelector("main").textContent.slice(0, 200));
  };
  const at = (css) => document.querySelector(css);
  for (let n = first; n < first + many; n += 1) {
    (await until(() => at('[data-to="home"]'))).click();
    (await until(() => at("[data-convoy]"))).click();
    (await until(() => at('[data-act="pass"]'))).click();
    await until(() => at(".pad"));
    const keys = [...document.querySelectorAll(".key")];
    for (const digit of String(n)) keys.find((key) => key.textContent === digit).click();
    const save = at(".save");
    save.click();
    if (n % 3 === 0) save.click();
    await until(() => at("#saved"));
    await window.confirmed(n);
  }
}
"""


class Phone:
    """One phone. `confirmed` holds what its screen said to be kept."""

    def __init__(self, server: Live, browser: Browser, post: str = "gate", **choice: Any) -> None:
        self.server = server
        self.device, self.code, _ = server.house.people.enrol(post)
        size: Any = {"width": choice.pop("width", 320), "height": choice.pop("height", 640)}
        lang = choice.pop("lang", "en")
        options = PLAIN | {"locale": lang} | choice
        self.context = browser.new_context(viewport=size, has_touch=True, is_mobile=True, **options)
        self.context.add_init_script(LISTEN)
        self.confirmed: list[int] = []

        def confirm(number: int) -> None:
            self.confirmed.append(number)

        self.context.expose_function("confirmed", confirm)
        self.said: list[str] = []
        self.page: Page = self.opened()

    def opened(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(15_000)
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
                if self.losing and route.request.method == "POST" and draw.random() < share:
                    self.lost += 1
                    if draw.random() < 0.5:
                        route.fetch()
                        self.stored += 1
                    route.abort("connectionfailed")
                    return
                route.continue_()

        self.lost, self.stored, self.losing = 0, 0, True
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


def reported(server: Live, device: str) -> list[Any]:
    """Return the reports of a device that the log holds, in the order of its counter."""
    import msgspec

    rows = [row for row in server.house.raw.rows() if row.device == device and row.name == REPORT]
    return [msgspec.json.decode(row.body) for row in sorted(rows, key=lambda row: row.device_seq)]


@contextlib.contextmanager
def operating(folder: Path) -> Iterator[Live]:
    """Serve a small operation with an adopted plan of six convoys."""
    name = str(folder / "a.corridor")
    with Log.new(name, title="Test") as log:
        reports = recent(basis(PEOPLE))
        log.append([entry_of(r, actor="duty officer", device="console", recorded=now()) for r in reports])
        operation = Operation(log)
        operation.adopt(plan(operation.situation(), time_limit=1), by="coordinator", despite="a test")
    served = Live(name, key_file=None)
    try:
        yield served
    finally:
        served.close()
