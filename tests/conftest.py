"""Rules for all tests: where `CORRIDOR_NO_SKIP` is set, a test that would be skipped fails instead."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

# The same examples each time, so that a change that lands today lands tomorrow; CORRIDOR_EXPLORE=1 looks for new ones.
settings.register_profile("steady", derandomize=True)
settings.register_profile("explore", print_blob=True)
settings.load_profile("explore" if os.environ.get("CORRIDOR_EXPLORE") else "steady")

NO_SKIP = "CORRIDOR_NO_SKIP"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped:
        _fail(report)
    return report


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure that names what is missing."""
    if os.environ.get(NO_SKIP):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{reason}; {NO_SKIP} is set, so nothing may be skipped"
