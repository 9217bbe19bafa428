"""From articles alone to everything: read, accept unreviewed, assess, plan, forecast; what no text says is listed."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import msgspec

from corridor.errors import InputError
from corridor.finding import Finding
from corridor.forecasting.forecast import Forecast, forecast
from corridor.planning.solve import plan
from corridor.planning.verify import verify
from corridor.reports.report import UNREVIEWED, Candidate, Report
from corridor.reports.tables import parse_rows
from corridor.reports.text import accept, read_text
from corridor.reports.text.when import UNDATED
from corridor.situation.assess import assess
from corridor.situation.check import check

OPERATION = "told"
# Words of a text's own unit for vehicles, to the types a plan knows; others are shown and not planned.
TYPES = {"buses": "bus", "bus": "bus", "ambulances": "ambulance", "ambulance": "ambulance"}
# Facts about the movement as a whole; they belong to the one operation that is told.
_NAME = re.compile(r"\b[A-Z][\w'’-]+")
OF_OPERATION = ("people_out", "halt", "resumption", "incident", "agreement")


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What was told: candidates, the reports made of them, what was assumed, the forecast and the findings."""

    candidates: tuple[Candidate, ...]
    reports: tuple[Report, ...]
    assumed: tuple[Report, ...]
    forecast: Forecast
    findings: tuple[Finding, ...]


def tell(
    articles: Sequence[str | Path],
    *,
    published: datetime | None = None,
    more: Sequence[Report] = (),
    runs: int = 10_000,
    seed: int = 0,
) -> Telling:
    """Tell an operation from articles alone.

    Every candidate is accepted without review, and every output says so. `published` is the day of texts that
    bear none; `more` are reports that replace defaults (a drive time, a bus's seats). Each default that remains is
    a finding of rule `not in the text`.

    Raises `InputError` where no text says how many people there are or where none bears a date and none is given.
    """
    found = [read_text(article) for article in articles]
    candidates, assumed_day = _dated(articles, found, published)
    if not candidates:
        raise InputError("no claim found in the texts", place=str(articles[0]), hint="is it an article on a movement?")
    accepted = [
        _placed(_by(report, assumed_day) if assumed_day else report)
        for report in accept(candidates, by_role=UNREVIEWED)
    ]
    told = [report for report in accepted if report is not None]
    replaced = {(report.fact, report.about) for report in (*told, *more)}
    assumed = tuple(report for report in defaults() if (report.fact, report.about) not in replaced)
    at = max(report.received for report in (*told, *more))
    situation = assess([*told, *more, *assumed, *_names(candidates, assumed)], as_of=end_of_day(at))
    made = plan(situation, seed=seed)
    findings = [
        *_unreviewed(told),
        *verify(made),
        *_not_in_text(assumed, assumed_day),
        *check(situation),
    ]
    return Telling(
        candidates=candidates,
        reports=tuple(told),
        assumed=assumed,
        forecast=forecast(made, runs=runs, seed=seed),
        findings=tuple(findings),
    )


def _dated(
    articles: Sequence[str | Path], found: Sequence[list[Candidate]], published: datetime | None
) -> tuple[tuple[Candidate, ...], datetime | None]:
    """Return every candidate with a date, and the day taken for texts that bear none; None where all bear one.

    A text that says its own day keeps it. One that does not is of the day given, else of the latest day that the
    other texts bear, else of today, and that is said.
    """
    bare = [any(candidate.observed == UNDATED for candidate in candidates) for candidates in found]
    if not any(bare):
        return tuple(candidate for candidates in found for candidate in candidates), None
    known = [c.received for candidates, without in zip(found, bare, strict=True) for c in candidates if not without]
    day = published or max(known, default=datetime.now(UTC).replace(second=0, microsecond=0))
    return tuple(
        candidate
        for article, candidates, without in zip(articles, found, bare, strict=True)
        for candidate in (read_text(article, published=day) if without else candidates)
    ), day


def defaults() -> tuple[Report, ...]:
    """Return what is assumed where the texts are silent, as reports that all can see and replace."""
    text = resources.files("corridor").joinpath("told.csv").read_text("utf-8")
    rows = list(enumerate(csv.DictReader(text.splitlines()), start=2))
    return tuple(parse_rows(rows, "told.csv"))


def _by(report: Report, published: datetime) -> Report:
    """Take a claim of the day of publication as true by the moment of publication; midnight only stands for the day."""
    if report.observed.date() != published.date() or report.modality == "planned":
        return report
    moment = max(report.observed, min(published, end_of_day(published)))
    return msgspec.structs.replace(report, observed=moment, received=max(report.received, moment), note="")


def _placed(report: Report) -> Report | None:
    """Put an accepted claim where the one operation needs it; None for what no figure of it can use."""
    replace = msgspec.structs.replace
    if report.fact in ("people_inside", "people_waiting"):
        return replace(report, about="inside", place="inside")
    if report.fact == "people_out":
        return replace(report, about=OPERATION, place="pickup", scope=report.scope or "cumulative")
    if report.fact == "people_arrived":
        return replace(report, about="reception", place="reception")
    if report.fact == "vehicles":
        kind = TYPES.get(report.about)
        return replace(report, about=kind, place="pickup") if kind else None
    if report.fact in OF_OPERATION:
        return replace(report, about=OPERATION, place=report.place or "inside")
    if report.fact in ("departure", "arrival"):
        return replace(report, about=OPERATION, place="pickup" if report.fact == "departure" else "reception")
    if report.fact == "casualties":
        return None  # which of them belong to this movement only a person can say; they stay among the candidates
    if report.fact == "clause":
        kind = str(report.value)
        return replace(report, about=f"{OPERATION}/{kind}", place=report.place or "inside")
    return replace(report, about=report.about or "inside", place=report.place or "inside")


def _names(candidates: Sequence[Candidate], assumed: Sequence[Report]) -> list[Report]:
    """Name the pickup as the first route begins, the reception as the last ends, the area as most claims do."""
    routes = [_NAME.findall(c.quote) for c in candidates if c.kind == "route"]
    routes = [names for names in routes if names]
    ends = [c.place for c in candidates if c.kind == "route" and c.place]
    inside = Counter(c.place for c in candidates if c.kind in ("remaining", "departure") and c.place)
    named = {
        "pickup": routes[0][:1] if routes else [],
        "reception": [name for name in ends if not routes or name != routes[0][0]][-1:],
        "inside": [name for name, _ in inside.most_common(1)],
    }
    base = next((report for report in assumed if report.fact == "site"), None)
    if base is None:
        return []
    return [
        msgspec.structs.replace(
            base,
            id=f"told-name-{site}",
            fact="name",
            about=f"{site}.en",
            place=site,
            value=found[0],
            note="As the texts name it.",
        )
        for site, found in named.items()
        if found
    ]


def _unreviewed(told: Sequence[Report]) -> list[Finding]:
    return [
        Finding(
            rule="unreviewed",
            about="every figure",
            what=f"{len(told)} claims were taken from the texts by rule and nobody has read them.",
            remedy="Read each quotation beside its figure and reject what is wrong before anybody acts on this.",
            severity="warning",
            reports=tuple(report.id for report in told),
        )
    ]


def _not_in_text(assumed: Sequence[Report], published: datetime | None) -> list[Finding]:
    found = [
        Finding(
            rule="not in the text",
            about=f"{report.fact} of {report.about}",
            what=f"No text says it; {report.value} is assumed. {report.note}",
            remedy="Give a table of reports with --with FILE.",
            severity="open",
            reports=(report.id,),
        )
        for report in assumed
    ]
    if published is not None:
        found.insert(
            0,
            Finding(
                rule="not in the text",
                about="the date",
                what=f"A text without a date is taken as published on {published:%d %B %Y at %H:%M %z}.",
                remedy="Give the day of publication with --published.",
                severity="open",
            ),
        )
    return found


def end_of_day(moment: datetime) -> datetime:
    """Return the last minute of a day: what a text of that day can be taken to have known."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1, minutes=-1)
