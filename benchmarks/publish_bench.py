"""What publication must reach, measured: `python -m benchmarks.publish_bench`; writes results/publish.md.

A full pack for Aleppo in three languages and every format, the printed report alone, and 100,000 entries of a log as a
GeoPackage. CPU time stands beside the clock, for the clock is only worth something on a quiet machine.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from corridor.forecasting.forecast import Forecast, forecast
from corridor.log.log import Log
from corridor.operation.operation import Operation
from corridor.planning.solve import plan
from corridor.publishing.publish import publish
from corridor.publishing.release.stage import released
from corridor.publishing.sitrep.sitrep import sitrep_pdf
from corridor.publishing.standards.geopackage import geopackage
from corridor.reports.report import Report
from corridor.reports.tables import read_reports
from corridor.situation.assess import assess

ROOT = Path(__file__).parents[1]
AT = datetime.fromisoformat("2016-12-15T23:59+02:00")
ENTRIES = 100_000
PACK_SECONDS, REPORT_SECONDS, REPORT_BYTES, LOG_SECONDS = 20, 2, 1_000_000, 10


def timed(do: Callable[[], object]) -> tuple[float, float, object]:
    clock, cpu = time.monotonic(), time.process_time()
    made = do()
    return time.monotonic() - clock, time.process_time() - cpu, made


def aleppo() -> Forecast:
    situation = assess(read_reports(ROOT / "examples" / "aleppo-2016" / "reports.csv"), as_of=AT)
    return forecast(plan(situation, time_limit=10), runs=2_000)


def large(made: Forecast, folder: Path) -> Callable[[], bytes]:
    """Return what exports a log of 100,000 entries: positions of vehicles on top of the example's reports."""
    first = made.plan.situation.at - timedelta(days=5)
    base = list(made.plan.situation.reports)
    more = [
        Report(
            id=f"p-{number}",
            source="tracker",
            fact="vehicle_position",
            about=f"aleppo/bus-{number % 200}",
            place="amiriyah",
            value=f"36.{number % 9000 + 1000};37.{number % 7000 + 1000};30",
            observed=first + timedelta(seconds=4 * number),
            received=first + timedelta(seconds=4 * number + 2),
        )
        for number in range(ENTRIES - len(base))
    ]
    log = Log.new(str(folder / "large.corridor"), title="large")
    operation = Operation(log)
    operation.report([*base, *more], actor="radio room", device="tracker")

    def export() -> bytes:
        seen = Operation(log).situation(made.plan.situation.at)
        if len(seen.reports) != ENTRIES:
            raise SystemExit(f"the log gave {len(seen.reports)} reports")
        return geopackage(msgspec.structs.replace(made, plan=msgspec.structs.replace(made.plan, situation=seen)))

    return export


def main() -> None:
    load = os.getloadavg()[0]
    made = aleppo()
    rows: list[tuple[str, float, float, float, str]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clock, cpu, paths = timed(lambda: publish(made, folder / "pack", lang="all", formats=["all"]))
        size = sum(path.stat().st_size for path in paths)  # type: ignore[attr-defined]
        rows.append(("full pack, 3 languages", clock, cpu, PACK_SECONDS, f"{len(paths)} files, {size / 1e6:.1f} MB"))  # type: ignore[arg-type]
        for lang in ("en", "fr", "ar"):
            clock, cpu, data = timed(lambda lang=lang: sitrep_pdf(released(made), lang=lang))  # type: ignore[misc]
            said = f"{len(data) / 1e6:.2f} MB of {REPORT_BYTES / 1e6:.0f}"  # type: ignore[arg-type]
            rows.append((f"situation report, PDF, {lang}", clock, cpu, REPORT_SECONDS, said))
        clock, cpu, data = timed(large(made, folder))
        rows.append((f"{ENTRIES:,} log entries as GeoPackage", clock, cpu, LOG_SECONDS, f"{len(data) / 1e6:.1f} MB"))  # type: ignore[arg-type]
    lines = ["| what | seconds | CPU seconds | must be under | made |", "|---|---|---|---|---|"]
    lines += [f"| {what} | {clock:.1f} | {cpu:.1f} | {limit} | {said} |" for what, clock, cpu, limit, said in rows]
    lines += ["", f"{os.cpu_count()} cores; load when it began: {load:.1f}"]
    text = "\n".join(lines) + "\n"
    (ROOT / "benchmarks" / "results" / "publish.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
