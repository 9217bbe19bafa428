"""A server with the Aleppo example, and a browser that notes what a page does: errors, refusals, requests away."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from corridor.reports.report import Report
from corridor.reports.tables import read_reports
from corridor.server.rights import Role
from tests.operation.acting import basis, say
from tests.server.serving import API, Live, live, recent

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = shutil.which("chromium")
ABSENT = "no browser here: install Debian's package `chromium` (apt install chromium) to walk through the pages"
ALEPPO = Path(__file__).parents[2] / "examples" / "aleppo-2016" / "reports.csv"
# What a page tells of itself while it is shown: the policy's own report, before anything else runs.
LISTEN = """
window.broken = [];
document.addEventListener("securitypolicyviolation", (event) => window.broken.push(event.violatedDirective));
"""


def reports() -> list[Report]:
    return read_reports(ALEPPO)


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium; a test without one is skipped and says what is missing."""
    if CHROMIUM is None:
        pytest.skip(ABSENT)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


class Visit:
    """One person's browser: signed in, in a language and a theme, with everything noted that should not happen."""

    def __init__(self, server: Live, browser: Browser, role: Role = "coordinator", **choice: Any) -> None:
        self.server = server
        self.said: list[str] = []
        self.elsewhere: list[str] = []
        self.refused: list[str] = []
        width, height = choice.pop("width", 1280), choice.pop("height", 900)
        keep = choice.pop("signed_in", True)
        self.context: BrowserContext = browser.new_context(viewport={"width": width, "height": height}, **PLAIN)
        cookies: list[Any] = []
        for name, value in choice.items():
            cookies.append({"name": f"corridor-{name}", "value": value, "url": server.address})
        if keep:
            token = server.member(role).headers["cookie"].partition("=")[2]
            cookies.append({"name": "corridor", "value": token, "url": server.address})
        self.context.add_cookies(cookies)
        self.context.add_init_script(LISTEN)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("response", lambda answer: self._answered(answer.status, answer.url))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.server.address, "data:", "blob:")):
            self.elsewhere.append(url)

    def _answered(self, status: int, url: str) -> None:
        if status >= 400:
            self.refused.append(f"{status} {url}")

    def go(self, path: str) -> Page:
        self.page.goto(self.server.address + path, wait_until="load")
        return self.page

    def quiet(self) -> list[str]:
        """Return everything that should not have happened; a page whose policy was broken says so itself."""
        broken = self.page.evaluate("window.broken || []")
        # The server of a journey ends before its browser does.
        said = [one for one in self.said if "net::ERR_CONNECTION" not in one and "ERR_INCOMPLETE_CHUNKED" not in one]
        return [*said, *self.elsewhere, *self.refused, *broken]

    def close(self) -> None:
        self.context.close()


PLAIN: dict[str, Any] = {"locale": "en-GB", "timezone_id": "UTC", "reduced_motion": "reduce"}


@contextlib.contextmanager
def aleppo(folder: Path, **options: Any) -> Iterator[Live]:
    """Serve the Aleppo example."""
    with live(folder, options.pop("reports", reports()), **options) as made:
        yield made


@contextlib.contextmanager
def planned(folder: Path) -> Iterator[Live]:
    """Serve a drill whose plan was made, run and adopted and whose convoys got orders: what is empty elsewhere."""
    spots = {"pickup": "36.15;37.15;100", "gate": "36.16;37.10;100", "west": "36.17;37.02;100"}
    places = [say("position", name, name, at) for name, at in spots.items()]
    with live(folder, recent([*basis(), *places]), planning=True, exercise=True) as made:
        lead, results = made.member("coordinator"), made.house.planner.results
        done(lead.post(f"{API}/jobs/plan", json={"time_limit": 1.0}))
        name = until(lambda: results.get("plan")).sha256
        done(lead.post(f"{API}/decisions/adopt", json={"plan_sha256": name, "despite": "drill"}))
        done(lead.post(f"{API}/jobs/forecast", json={"runs": 300, "proposed": False}))
        until(lambda: results.get("forecast"))
        first, second = [one["id"] for one in lead.get(f"{API}/plan").json()["convoys"]][:2]
        order = {"convoy": first, "what": "hold", "place": "gate"}
        code = done(lead.post(f"{API}/orders", json=order)).json()["orders"][0]["code"]
        done(lead.post(f"{API}/orders/read-back", json={"convoy": first, "code": code}))
        done(lead.post(f"{API}/orders", json=order | {"convoy": second, "langs": ["ar"]}))
        yield made


def done(answer: httpx.Response) -> httpx.Response:
    assert answer.status_code < 300, answer.text
    return answer


def until(look: Callable[[], Any], seconds: float = 280) -> Any:
    """Wait until there is something, and return it."""
    end = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < end
        time.sleep(0.1)
    return found
