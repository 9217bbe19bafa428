"""Plan, forecast and run negotiated humanitarian evacuations by convoy.

The public names, in the order of the work: reports, situation, plan, forecast, publication.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

# Each public name with the module that makes it. They are loaded on first use, so that `corridor --help` stays quick.
_HOMES = {
    "Report": "corridor.reports.report",
    "Candidate": "corridor.reports.report",
    "read_reports": "corridor.reports.tables",
    "Estimate": "corridor.situation.estimate",
    "Situation": "corridor.situation.situation",
    "assess": "corridor.situation.assess",
    "check": "corridor.situation.check",
    "Finding": "corridor.finding",
    "Plan": "corridor.planning.plan",
    "plan": "corridor.planning.solve",
    "verify": "corridor.planning.verify",
    "Forecast": "corridor.forecasting.forecast",
    "forecast": "corridor.forecasting.forecast",
    "Operation": "corridor.operation.operation",
    "Log": "corridor.log.log",
    "publish": "corridor.publishing.publish",
    "CorridorError": "corridor.errors",
    "UsageError": "corridor.errors",
    "InputError": "corridor.errors",
    "Infeasible": "corridor.errors",
}

__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604 - the names above, in their order


def __getattr__(name: str) -> object:
    """Load a public name from its module on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'corridor' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)


if TYPE_CHECKING:
    from corridor.errors import CorridorError, Infeasible, InputError, UsageError
    from corridor.finding import Finding
    from corridor.forecasting.forecast import Forecast, forecast
    from corridor.log.log import Log
    from corridor.operation.operation import Operation
    from corridor.planning.plan import Plan
    from corridor.planning.solve import plan
    from corridor.planning.verify import verify
    from corridor.publishing.publish import publish
    from corridor.reports.report import Candidate, Report
    from corridor.reports.tables import read_reports
    from corridor.situation.assess import assess
    from corridor.situation.check import check
    from corridor.situation.estimate import Estimate
    from corridor.situation.situation import Situation
