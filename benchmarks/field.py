"""The page of a post in headless Chromium, beside what it must reach: `python -m benchmarks.field [--write]`.

What is timed is what a person waits for: from the opening of the page without network to its first button, from the tap
on "Save" to the word that it is kept, and from that tap to the figure on the coordinator's screen. Phone, room and
server share one machine and its clock. `--slow` makes the phone's processor four times as slow as this one's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.server.serving import Live
from tests.ui.fielding import Phone, operating
from tests.ui.house import CHROMIUM, Visit, browser
from tests.ui.wire import Wire

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RESULTS = Path(__file__).parent / "results"
Row = dict[str, Any]
# The moment at which the page can be used: its first button stands there.
USABLE = """
window.usable = 0;
new MutationObserver(() => {
  if (!window.usable && document.querySelector("main [data-convoy]")) window.usable = performance.now();
}).observe(document, { childList: true, subtree: true });
"""
# When a number first stood on the coordinator's page, by the clock that both pages share.
SEEN = """
window.seen = {};
window.wanted = "";
const look = () => {
  const main = document.querySelector("main");
  if (!window.wanted || window.seen[window.wanted] || !main?.textContent.includes(window.wanted)) return;
  window.seen[window.wanted] = performance.timeOrigin + performance.now();
};
new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
"""
TAP = """
async (digits) => {
  const keys = [...document.querySelectorAll(".key")];
  for (const digit of digits) keys.find((key) => key.textContent === digit).click();
  const begun = performance.timeOrigin + performance.now();
  document.querySelector(".save").click();
  while (!document.getElementById("saved")) await new Promise((on) => setTimeout(on, 1));
  return [begun, performance.timeOrigin + performance.now()];
}
"""


def row(name: str, values: list[float], goal: float, unit: str = "ms") -> Row:
    """Return a row of the table and print it; what it must reach is held against the 95th percentile."""
    ordered = sorted(values)
    middle, high = statistics.median(ordered), ordered[max(-(-len(ordered) * 95 // 100) - 1, 0)]
    met = "met" if high <= goal else "MISSED"
    print(
        f"{name:<62} {middle:9.1f} {high:9.1f} {ordered[-1]:9.1f} {unit}  <= {goal:g} {met}  n={len(ordered)}",
        flush=True,
    )
    return {
        "name": name,
        "median": round(middle, 1),
        "p95": round(high, 1),
        "worst": round(ordered[-1], 1),
        "unit": unit,
        "goal": goal,
        "met": met,
        "n": len(ordered),
    }


def slowed(page: Page, times: float) -> None:
    """Make a page's processor so many times as slow."""
    if times > 1:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": times})


def wire(server: Live, chrome: Browser) -> list[Row]:
    """Measure what the first visit takes, from the code to the word that the page works without network."""
    from corridor.server.field.phone import QR

    counted = Wire(server.port)
    phone = Phone(server, chrome)
    phone.page.goto(f"{counted.address}/enrol#{phone.code}")
    phone.page.locator("#kept").wait_for()
    phone.page.wait_for_timeout(2000)
    apart = {path for path in counted.down if path.rpartition("/")[2] in QR}
    down = sum(size for path, size in counted.down.items() if path not in apart)
    rest = sum(size for path, size in counted.down.items() if path in apart)
    phone.close()
    counted.close()
    print(f"  the QR reader, apart: {rest / 1000:.1f} kB; requests up: {counted.up.total() / 1000:.1f} kB")
    return [row("first load over the wire, all heads counted", [down / 1000], 60, "kB")]


def offline(server: Live, chrome: Browser, times: float, many: int) -> list[Row]:
    """Measure how soon the page can be used without network: in a browser that runs."""
    phone = Phone(server, chrome).enrol()
    phone.context.add_init_script(USABLE)
    phone.offline(off=True)
    phone.page.close()
    found = []
    for _ in range(many):
        page = phone.opened()
        slowed(page, times)
        page.goto(f"{server.address}/field", wait_until="commit")
        page.locator("main [data-convoy]").first.wait_for()
        found.append(page.evaluate("window.usable"))
        page.close()
    phone.context.close()
    return [row(f"usable offline, processor {times:g} times as slow", found, 1000)]


def cold(server: Live, many: int) -> list[Row]:
    """Measure the same in a browser that has just been started, as after the phone was switched off."""
    from playwright.sync_api import sync_playwright

    found = []
    _, code, _ = server.house.people.enrol("gate")
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as player:
        for number in range(many + 1):
            context = player.chromium.launch_persistent_context(
                profile,
                executable_path=CHROMIUM,
                args=["--no-sandbox", "--disable-gpu"],
                viewport={"width": 320, "height": 640},
            )
            context.add_init_script(USABLE)
            page = context.new_page()
            if number == 0:
                page.goto(f"{server.address}/enrol#{code}")
                page.locator("#kept").wait_for()
            else:
                context.set_offline(True)
                page.goto(f"{server.address}/field", wait_until="commit")
                page.locator("main [data-convoy]").first.wait_for()
                found.append(page.evaluate("window.usable"))
            context.close()
    return [row("usable offline, the browser just started", found, 1000)]


def room(server: Live, chrome: Browser, times: float, many: int) -> list[Row]:
    """Measure from the tap on the phone to the coordinator's screen; the taps come at random moments."""
    draw = random.Random(7)
    phone = Phone(server, chrome).enrol()
    slowed(phone.page, times)
    visit = Visit(server, chrome)
    visit.context.add_init_script(SEEN)
    page = visit.go("/")
    page.locator('#connection[data-state="live"]').wait_for()
    convoy = phone.page.locator("[data-convoy]").first.get_attribute("data-convoy")
    kept, seen = [], []
    for number in range(many):
        said = str(10_007 + 83 * number)
        page.evaluate("(one) => { window.wanted = one; }", f"{int(said):,}")
        phone.tap('[data-to="home"]')
        phone.tap(f'[data-convoy="{convoy}"]')
        phone.tap('[data-act="pass"]')
        phone.page.locator(".pad").wait_for()
        begun, done = phone.page.evaluate(TAP, said)
        _await_seen(page)
        seen.append(page.evaluate("window.seen[window.wanted]") - begun)
        kept.append(done - begun)
        phone.page.wait_for_timeout(draw.uniform(0, 2500))
    phone.close()
    visit.close()
    return [
        row(f"tap to 'kept on this phone', processor {times:g} times as slow", kept, 1000),
        row("tap to the coordinator's screen", seen, 1000),
    ]


def _await_seen(page: Page) -> None:
    """Wait for the number; the policy of the page allows no evaluated condition."""
    while not page.evaluate("window.seen[window.wanted] || 0"):
        page.wait_for_timeout(20)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/results")
    parser.add_argument("--slow", type=float, default=4, help="how many times as slow the phone is")
    parser.add_argument("-n", type=int, default=40, help="how often each is measured")
    said = parser.parse_args()
    if CHROMIUM is None:
        print("no browser here: apt install chromium", file=sys.stderr)
        return 3
    load = os.getloadavg()[0]
    print(f"load {load:.1f} on {os.cpu_count()} processors{'':34} median       p95     worst")
    with tempfile.TemporaryDirectory() as folder, operating(Path(folder)) as server:
        with browser() as chrome:
            rows = wire(server, chrome)
            rows += offline(server, chrome, 1, said.n) + offline(server, chrome, said.slow, said.n)
            rows += room(server, chrome, said.slow, said.n)
        rows += cold(server, max(said.n // 4, 3))
    if said.write:
        machine = {"processors": os.cpu_count(), "load": round(load, 2), "system": platform.platform(terse=True)}
        whole = {"machine": machine, "slow": said.slow, "rows": rows}
        (RESULTS / "field.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    return 0 if all(one["met"] == "met" for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
