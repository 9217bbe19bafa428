"""The lever grid on a cluster: what is timed, in a module that its workers can import."""

from __future__ import annotations

import time

from corridor.forecasting.trial import Answer, Trial, tried


def timed(trial: Trial) -> tuple[float, Answer | None]:
    """Return the seconds an arm took where it was done, and its answer."""
    began = time.perf_counter()
    answer = tried(trial)
    return time.perf_counter() - began, answer
