"""Answers made of the types of heavy modules: loaded only where somebody wants them described."""

from __future__ import annotations

import msgspec

from corridor.forecasting.latest import LatestStart
from corridor.forecasting.score import Score
from corridor.publishing.release.preview import Inference


class Latest(msgspec.Struct, frozen=True, kw_only=True):
    """By when to start, for half, eight and nine of ten runs."""

    starts: tuple[LatestStart, ...]


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """The score of each forecast whose outcome is known, and what no outcome names."""

    scores: tuple[Score, ...]
    unmatched: tuple[str, ...]


class Previewed(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader of a release at a level could infer, by language, the grave first."""

    level: str
    inferred: dict[str, tuple[Inference, ...]]
