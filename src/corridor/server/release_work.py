"""What the worker process makes of a plan that goes out, and of forecasts whose outcome is known."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import msgspec

from corridor.errors import InputError
from corridor.forecasting import score as scoring
from corridor.forecasting.forecast import Forecast, forecast
from corridor.log.chain import Checkpoint
from corridor.planning.plan import Plan
from corridor.planning.verify import verify
from corridor.publishing.publish import ALL, USUAL, prepared
from corridor.publishing.release import record
from corridor.publishing.release.preview import preview
from corridor.publishing.release.stage import released
from corridor.publishing.words import LANGUAGES
from corridor.situation.check import check
from corridor.situation.situation import Situation


class Foreseen(msgspec.Struct, frozen=True):
    """A forecast as the worker hands it over, and what of it is kept to be scored."""

    forecast: msgspec.Raw
    kept: scoring.Kept


def foreseen(found: Forecast) -> bytes:
    """Return a forecast with what is kept of it, hours to the hundredth, as JSON."""
    kept = scoring.kept_of(found)
    rounded = tuple(None if hours is None else round(hours, 2) for hours in kept.values)
    return msgspec.json.encode(
        Foreseen(msgspec.Raw(found.to_json()), msgspec.structs.replace(kept, values=rounded)),
    )


def publication(plan: bytes, situation: bytes, options: Mapping[str, Any]) -> bytes:
    """Return the files of a plan on the situation that is believed now, as `corridor publish LOG` makes them."""
    found = _forecast(plan, situation, options)
    previous, head = options["previous"], options["checkpoint"]
    release, files = prepared(
        found,
        lang=options["lang"],
        formats=_formats(options),
        findings=[*verify(found.plan), *check(found.plan.situation)] if found.plan.convoys else [],
        level=options["level"],
        to=options["to"],
        why=options["why"],
        by=options["by"],
        previous=Forecast.from_json(previous) if previous else None,
        exercise=options["exercise"],
        checkpoint=msgspec.json.decode(head, type=Checkpoint) if head else None,
        bom=options["bom"],
    )
    said = msgspec.json.encode(record.body(release, files))
    files[record.FILE] = record.manifest(release, files)
    return msgspec.msgpack.encode(
        {"record": said, "archive": archived(files), "forecast": found.to_json()},
    )


def previewed(plan: bytes, situation: bytes, options: Mapping[str, Any]) -> bytes:
    """Return what a reader of such a release could infer, by language, as JSON."""
    record.asked(options["level"], options["to"], options["why"])
    found = _forecast(plan, situation, options)
    release = released(found, options["level"], to=options["to"], why=options["why"], by=options["by"])
    spoken = LANGUAGES if options["lang"] == ALL else (options["lang"],)
    return msgspec.json.encode(
        {"level": options["level"], "inferred": {lang: preview(release, lang=lang) for lang in spoken}}
    )


def scored(kept: bytes, outcomes: bytes) -> bytes:
    """Return the scores of kept forecasts whose outcome is known, and those that no outcome names, as JSON.

    Raises `InputError` where no outcome matches a forecast.
    """
    forecasts = msgspec.json.decode(kept, type=list[scoring.Kept])
    known = msgspec.json.decode(outcomes, type=list[scoring.Outcome])
    found, alone = scoring.scored(forecasts, known), scoring.unmatched(forecasts, known)
    if not found:
        hint = f"forecasts were kept of {', '.join(alone)}" if alone else "each was made after its outcome"
        raise InputError(f"none of the {len(forecasts)} kept forecasts matches an outcome", place="score", hint=hint)
    return msgspec.json.encode({"scores": found, "unmatched": alone})


def archived(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip archive: the same files give the same bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _formats(options: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(options["formats"]) or (USUAL if options["level"] == "internal" else (ALL,))


def _forecast(plan: bytes, situation: bytes, options: Mapping[str, Any]) -> Forecast:
    """Run the plan; what is believed is the newest, what may come stays that of the plan which is in force."""
    made = forecast(Plan.from_json(plan), runs=options["runs"], seed=options["seed"])
    now = Situation.from_json(situation)
    return msgspec.structs.replace(
        made, plan=msgspec.structs.replace(made.plan, situation=now, situation_sha256=now.sha256)
    )
