"""Counts and times for Prometheus, and lines of a log for a person: never a word of what was said."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable
from typing import TextIO

import msgspec

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """What was asked, how it was answered, how long it took."""

    def __init__(self, *, out: TextIO | None = None) -> None:
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.entries: Counter[str] = Counter()
        self.seconds: dict[str, list[float]] = {}
        self.began = time.time()
        self.out = out
        self._lock = threading.Lock()

    def asked(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note a request; `route` is the path of the table, never the path that was sent."""
        with self._lock:
            self.requests[(method, route, status)] += 1
            row = self.seconds.setdefault(route, [0.0] * (len(BUCKETS) + 2))
            for number, bound in enumerate(BUCKETS):
                row[number] += seconds <= bound
            row[-2] += 1
            row[-1] += seconds

    def answered(self, statuses: Iterable[str]) -> None:
        """Note what became of some entries."""
        with self._lock:
            self.entries.update(statuses)

    def text(self, gauges: dict[str, float]) -> str:
        """Return everything in Prometheus' text format 0.0.4."""
        with self._lock:
            lines = ["# TYPE corridor_requests_total counter"]
            lines += [
                f'corridor_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
                for (method, route, status), count in sorted(self.requests.items())
            ]
            lines.append("# TYPE corridor_entries_total counter")
            lines += [f'corridor_entries_total{{status="{name}"}} {n}' for name, n in sorted(self.entries.items())]
            lines.append("# TYPE corridor_request_seconds histogram")
            for route, row in sorted(self.seconds.items()):
                for bound, count in zip(BUCKETS, row, strict=False):
                    lines.append(f'corridor_request_seconds_bucket{{route="{route}",le="{bound:g}"}} {count:g}')
                lines.append(f'corridor_request_seconds_bucket{{route="{route}",le="+Inf"}} {row[-2]:g}')
                lines.append(f'corridor_request_seconds_count{{route="{route}"}} {row[-2]:g}')
                lines.append(f'corridor_request_seconds_sum{{route="{route}"}} {row[-1]:.6f}')
        for name, value in sorted(gauges.items()):
            lines += [f"# TYPE corridor_{name} gauge", f"corridor_{name} {value:g}"]
        return "\n".join(lines) + "\n"

    def tell(self, event: str, **fields: str | float | bool) -> None:
        """Write one line of JSON about what the server did."""
        out = self.out if self.out is not None else sys.stderr
        line = {"at": round(time.time(), 3), "event": event} | fields
        out.write(msgspec.json.encode(line).decode() + "\n")
        out.flush()
