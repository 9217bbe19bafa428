"""How many are out: rival counts of one movement pooled, distinct movements summed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from corridor.reports.report import Report
from corridor.situation.estimate import Component, Estimate, Shape, certain
from corridor.situation.pool import Pooling, component, latest_by_origin, pool, shifted

WHOLE = "all"


class Counts:
    """The counts of people out of one operation, as known at the moment of the situation."""

    def __init__(self, operation: str, reports: Sequence[Report], pooling: Pooling) -> None:
        self.pooling = pooling
        mine = [r for r in reports if r.fact in ("people_out", "people_turned_back") and r.modality != "denied"]
        mine = [r for r in mine if r.subject == operation or r.about.startswith(f"{operation}/")]
        self.flows = [r for r in mine if r.fact == "people_out" and r.modality not in ("planned", "accusation")]
        self.back = [r for r in mine if r.fact == "people_turned_back"]
        self.departures = [r for r in reports if r.fact == "departure" and r.about.startswith(f"{operation}/")]

    def out(self, at: datetime, group: str = WHOLE) -> Estimate:
        """Return the people of a group out up to a moment, by every source; zero where nobody counted.

        Rival counts of one movement are pooled, distinct movements summed; a cumulative figure bounds the sum and is
        used alone where movements are missing. A claim is brought forward by the movements counted after it; a count
        for a period stands on what was out when the period began.
        """
        flows = [r for r in self.flows if r.observed <= at and r.group == group]
        running = [
            r for r in flows if r.scope in ("cumulative", "total") or (r.scope == "daily" and r.since is not None)
        ]
        movements = self._movements([r for r in flows if r.scope == "batch"], group)
        parts = self._running(running, movements, group) if running else []
        known = {r.about.partition(".")[0] for r in self.departures if r.observed <= at and r.modality == "done"}
        if movements and (not running or known <= {name.partition(".")[0] for name, _, _ in movements}):
            total = summed([estimate for _, _, estimate in movements])
            parts.append(msgspec.structs.replace(total, reason=f"the {len(movements)} counted movements, summed"))
        quantity = f"people out ({group})"
        if not parts:
            return certain(quantity, "people", 0.0, reason="nobody counted anyone out")
        rule = "latest claim of each origin, brought forward by the movements counted after it"
        return Estimate(quantity=quantity, unit="people", components=tuple(parts), rule=rule)

    def _movements(self, batches: Iterable[Report], group: str) -> list[tuple[str, datetime, Estimate]]:
        """Return each counted movement with its moment and the pooled count; those turned back count against it."""
        by_movement: dict[str, list[Report]] = {}
        for report in [*batches, *(r for r in self.back if r.group == group)]:
            by_movement.setdefault(report.about, []).append(report)
        found = []
        for name in sorted(by_movement):
            if "." in name and name.partition(".")[0] in by_movement:
                continue  # one vehicle of a convoy that was counted as a whole: its people are in that count
            claims = by_movement[name]
            estimate = pool([r for r in claims if r.fact == "people_out"], self.pooling, f"people of {name}", "people")
            if estimate is not None:
                found.append((name, min(r.observed for r in claims), estimate))
        return found

    def _running(
        self, claims: list[Report], movements: list[tuple[str, datetime, Estimate]], group: str
    ) -> list[Component]:
        newest = max(r.observed for r in claims)
        window = timedelta(hours=self.pooling["out_window_hours"])
        parts = []
        for latest in latest_by_origin(r for r in claims if r.observed >= newest - window):
            for claim in latest:
                part = component(claim, self.pooling, 1 / len(latest))
                if part is None:
                    continue
                if claim.since is not None:
                    part = shifted(part, self.out(claim.since, group), "on top of what was out when the period began")
                later = [estimate for _, moment, estimate in movements if moment > claim.observed]
                if later:
                    part = shifted(part, as_estimate(summed(later)), "plus the movements counted since")
                parts.append(part)
        return parts


def summed(estimates: Sequence[Estimate]) -> Component:
    """Return the sum of independent counts as one component; its ends are the sums of the ends (never too narrow)."""
    low = sum(min(part.low for part in estimate.components) for estimate in estimates)
    high = sum(max(part.high for part in estimate.components) for estimate in estimates)
    mode = sum(estimate.quantile(0.5) for estimate in estimates)
    reports = tuple(dict.fromkeys(name for estimate in estimates for name in estimate.reports))
    shape: Shape = "point" if low == high else "triangular"
    source = "sum of counted movements"
    return Component(
        weight=1.0, shape=shape, low=low, mode=min(max(mode, low), high), high=high, reports=reports, source=source
    )


def as_estimate(part: Component) -> Estimate:
    """Return one component as an estimate of people."""
    return Estimate(quantity="people", unit="people", components=(part,))
