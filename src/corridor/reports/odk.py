"""ODK and Kobo submissions of our form to reports: a report for each thing said, received when it was submitted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from corridor.errors import Fault, InputError
from corridor.files import nearest
from corridor.reports.form import FACTS
from corridor.reports.report import Report, content_id
from corridor.reports.vocabulary import facts, faults

REPEAT = "said"
INSTANCE = ("instanceID", "_uuid", "__id", "KEY", "_id")
SUBMITTED = ("_submission_time", "SubmissionDate", "submissionDate", "end")
# What tells an export of submissions from a table of reports.
MARKS = frozenset((*INSTANCE, "_submission_time", "SubmissionDate", "submissionDate", "deviceid"))
MARKS_IN_TEXT = re.compile('"(?:[^"]*[/-])?(?:' + "|".join(sorted(MARKS)) + ')"')
ASKED = ("source", "operation", "observed", "place")
_SEPARATOR = re.compile(r"[/:]|(?<=\w)-(?=\w)")


def bare(name: str) -> str:
    """Return the name of a question without the groups in front of it ("meta/instanceID", "said-value")."""
    return _SEPARATOR.split(name)[-1]


def is_export(header: list[str]) -> bool:
    """Tell whether a header is that of an export of ODK or Kobo."""
    return bool(MARKS & {bare(name.strip()) for name in header})


def submissions_of(document: object) -> list[dict[str, Any]] | None:
    """Return the submissions of a JSON export (Kobo: results; Central: value; or a bare list), None for other JSON."""
    if isinstance(document, dict):
        for key in ("results", "value"):
            if isinstance(document.get(key), list):
                return submissions_of(document[key])
        document = [document]
    if not isinstance(document, list) or not all(isinstance(item, dict) for item in document):
        return None
    return document if all(is_export(list(_flat(item))) for item in document) else None


def read_submissions(submissions: list[tuple[str, dict[str, Any]]], place: str) -> list[Report]:
    """Return the reports of submissions, each with where it stands in the file; device and user are not read.

    Raises `InputError` with all faults, each by submission and question.
    """
    problems: list[Fault] = []
    found: list[Report] = []
    for where, submission in submissions:
        fields = _flat(submission)
        instance = next((str(fields[name]) for name in INSTANCE if fields.get(name)), "")
        problems += [
            Fault(f"{where}: {name}", "empty", "the form asks for it") for name in ASKED if not fields.get(name)
        ]
        repeats = _repeats(submission)
        if not repeats:
            problems.append(Fault(f"{where}: {REPEAT}", "says nothing", "each submission needs a fact at least"))
        for number, answer in enumerate(repeats, start=1):
            report, wrong = _report(fields, answer, f"{instance}.{number}")
            at = f"{where}: {REPEAT}[{number}]"
            problems += [Fault(f"{at}.{name}", what, hint) for name, what, hint in wrong]
            if report is not None:
                found.append(report)
    if problems:
        raise InputError(f"{len(problems)} fault(s); nothing was read", place=place, faults=problems)
    return list({report.id: report for report in found}.values())


def joined(
    parents: list[tuple[int, dict[str, str]]], children: list[tuple[int, dict[str, str]]], place: str
) -> list[tuple[str, dict[str, Any]]]:
    """Return submissions of two tables: a row a submission, and a row for each thing said, tied by key or index."""
    said: dict[str, list[dict[str, str]]] = {}
    for _, row in children:
        named = {bare(name): cell for name, cell in row.items()}
        key = named.get("PARENT_KEY") or named.get("_submission__uuid") or named.get("_parent_index") or ""
        said.setdefault(key, []).append(row)
    found: list[tuple[str, dict[str, Any]]] = []
    for line, row in parents:
        named = {bare(name): cell for name, cell in row.items()}
        keys = (named.get("KEY"), named.get("instanceID"), named.get("_uuid"), named.get("_index"))
        rows = next((said[key] for key in keys if key and key in said), [])
        found.append((f"{place}:{line}", {**row, **({REPEAT: rows} if rows else {})}))
    return found


def _flat(submission: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in submission.items():
        if isinstance(value, Mapping):
            fields |= {key: item for key, item in _flat(value).items() if key not in fields}
        elif not isinstance(value, list):
            fields[bare(name)] = value
    return fields


def _repeats(submission: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what was said: the repeat as a list, or columns of one table ("said[1]/fact", or none but one fact)."""
    for name, value in submission.items():
        if bare(name) == REPEAT and isinstance(value, list):
            return [_flat(item) for item in value if isinstance(item, Mapping)]
    numbered: dict[str, dict[str, Any]] = {}
    for name, value in submission.items():
        match = re.search(rf"{REPEAT}\[?(\d+)\]?[/:-](\w+)\Z", name)
        if match and value not in ("", None):
            numbered.setdefault(match.group(1), {})[match.group(2)] = value
    if numbered:
        return [numbered[key] for key in sorted(numbered, key=int)]
    fields = _flat(submission)
    return [fields] if fields.get("fact") else []


def _report(
    fields: dict[str, Any], answer: dict[str, Any], name: str
) -> tuple[Report | None, list[tuple[str, str, str]]]:
    """Return the report of one thing said, or what is wrong with it as question, fault and hint."""
    wrong: list[tuple[str, str, str]] = []
    fact = str(answer.get("fact") or "")
    if fact not in FACTS:
        return None, [("fact", f"{fact!r} is no fact of the form", nearest(fact, list(FACTS)))]
    observed = _moment(fields, "observed", wrong)
    received = next((_moment(fields, key, wrong) for key in SUBMITTED if fields.get(key)), observed)
    value, high = _number(answer, "value", wrong), _number(answer, "high", wrong)
    hedge = str(answer.get("hedge") or "exact")
    about = _about(fact, fields, answer)
    if not about:
        wrong.append(
            ("movement" if facts()[fact].subject == "movement" else "vehicle", "empty", "the form asks for it")
        )
    if wrong or observed is None or received is None or any(not fields.get(asked) for asked in ASKED):
        return None, wrong
    words = str(answer.get("words") or "")
    low, upper = _bounds(value, high, hedge)
    built = {
        "id": content_id({"instance": name}),
        "source": str(fields["source"]),
        "fact": fact,
        "about": about,
        "place": str(fields["place"]),
        "observed": observed,
        "received": max(received, observed),
        "received_rule": "the submission of the form",
        "group": str(answer.get("group") or "all"),
        "value": words or (value if hedge in ("exact", "approx") else None),
        "low": None if words else low,
        "high": None if words else upper,
        "hedge": hedge,
        "reference": f"submission {name}",
    }
    try:
        report = msgspec.convert(built, Report)
    except msgspec.ValidationError as error:
        return None, [("hedge", str(error), "")]
    return report, faults(report)


def _bounds(value: float | None, high: float | None, hedge: str) -> tuple[float | None, float | None]:
    if hedge == "min":
        return value, None
    if hedge == "max":
        return None, value
    if hedge == "range":
        return value, high
    return None, None


def _about(fact: str, fields: dict[str, Any], answer: dict[str, Any]) -> str:
    subject = facts()[fact].subject
    chosen = {"movement": "movement", "vehicle type": "vehicle"}.get(subject)
    if chosen:
        return str(answer.get(chosen) or "")
    return str(fields.get("operation" if subject == "operation" else "place") or "")


def _moment(fields: dict[str, Any], name: str, wrong: list[tuple[str, str, str]]) -> datetime | None:
    """Return a time; that of a server without a zone is UTC, that of a device must have its zone."""
    text = str(fields.get(name) or "")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        wrong.append((name, f"{text!r} is not a time", "write 2016-12-15T14:30+02:00"))
        return None
    if moment.tzinfo is None and name in ("_submission_time", "SubmissionDate", "submissionDate"):
        return moment.replace(tzinfo=UTC)
    if moment.tzinfo is None:
        wrong.append((name, f"{text!r} is a time without zone", "write 2016-12-15T14:30+02:00"))
        return None
    return moment


def _number(answer: dict[str, Any], name: str, wrong: list[tuple[str, str, str]]) -> float | None:
    text = answer.get(name)
    if text in (None, ""):
        return None
    try:
        number = float(str(text))
    except ValueError:
        number = -1.0
    if number < 0 or number != int(number):
        wrong.append((name, f"{text!r} is no count", "digits only: 400"))
        return None
    return number
