"""The texts of earlier stages that land on the page, collected from situations, plans, forecasts and findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corridor.errors import Infeasible
from corridor.finding import Finding
from corridor.forecasting.forecast import Forecast, forecast
from corridor.planning.plan import Plan
from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.situation.check import check
from corridor.situation.situation import Situation


def of_findings(findings: Sequence[Finding]) -> Iterator[str]:
    """What is wrong, and what to do."""
    for finding in findings:
        yield finding.what
        yield finding.remedy


def of_situation(situation: Situation) -> Iterator[str]:
    """Findings, and the rules and reasons of the estimates."""
    yield from of_findings(check(situation))
    for count in situation.headcounts:
        yield from (count.start.rule, count.out.rule)
        yield from (part.reason for part in (*count.start.components, *count.unused))


def of_plan(made: Plan) -> Iterator[str]:
    """Findings, why each bound holds, and why an operation could not be planned."""
    yield from of_findings(verify(made))
    yield from (f"{bound.name}: {bound.why}" for bound in made.bounds)
    yield from made.unplanned.values()


def of_forecast(found: Forecast) -> Iterator[str]:
    """The assumptions."""
    for each in found.assumptions:
        yield from (each.name.replace("_", " "), each.text, each.source)


def texts(situation: Situation) -> set[str]:
    """Everything from a situation through plan and forecast."""
    found = set(of_situation(situation))
    try:
        made = plan(situation, time_limit=0.3)
    except Infeasible as why:
        return found | ({why.cause} if situation.operations else set())
    return {text for text in found | {*of_plan(made), *of_forecast(forecast(made, runs=5))} if text}
