"""What was agreed, what the agreement leaves open, and what the checks found."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.finding import Finding
from corridor.publishing import names, phrases
from corridor.publishing.footnotes import Footnotes
from corridor.publishing.markup import Child, Markup, el, join, table
from corridor.publishing.words import Words
from corridor.reports.report import FROM_MAP
from corridor.situation.agreement import Agreement, Clause
from corridor.situation.situation import Situation

SEVERITIES = ("error", "open", "warning")
SHOWN = 6


def open_points(situation: Situation, findings: Sequence[Finding], w: Words, notes: Footnotes) -> Markup:
    """Return the findings, errors first, then the clauses as the parties stated them."""
    parts: list[Child] = [el("h2", w("findings.title")), el("p", w("findings.intro"), class_="intro")]
    if not findings:
        parts.append(el("p", w("findings.none")))
    for severity in SEVERITIES:
        found = [finding for finding in findings if finding.severity == severity]
        if not found:
            continue
        items = [_finding(situation, finding, w, notes) for finding in found]
        parts += [el("h3", w.plural(f"severity.{severity}", len(found))), el("ul", items[:SHOWN], class_="findings")]
        if items[SHOWN:]:
            more = el("summary", w.plural("findings.more", len(items) - SHOWN))
            parts.append(el("details", more, el("ul", items[SHOWN:], class_="findings"), class_="print"))
    for agreement in situation.agreements:
        if agreement.clauses:
            parts += [el("h3", w("clauses.title", operation=names.operation(situation, agreement.operation, w)))]
            parts.append(_clauses(situation, agreement, w, notes))
    return join(parts)


def _finding(situation: Situation, finding: Finding, w: Words, notes: Footnotes) -> Markup:
    remedy = (
        el("span", w("remedy"), " ", phrases.sentence(finding.remedy, situation, w), class_="remedy")
        if finding.remedy
        else None
    )
    about = el("span", phrases.about(finding.about, situation, w), ".", class_="about")
    return el(
        "li",
        about,
        " ",
        phrases.sentence(finding.what, situation, w),
        notes.cite(finding.reports),
        " ",
        remedy,
        class_=finding.severity,
    )


def _clauses(situation: Situation, agreement: Agreement, w: Words, notes: Footnotes) -> Markup:
    rows: list[list[Child]] = []
    for clause in agreement.clauses:
        kind = w.known(f"clause.{clause.kind}", clause.kind)
        rows.append(
            [
                [kind, notes.cite(clause.reports)],
                _terms(situation, clause, w),
                w("comma").join(names.party(each, w) for each in clause.parties) or _nobody(situation, clause, w),
            ]
        )
    return table([w("clause"), w("terms"), w("parties")], rows, caption=w("clauses.caption"))


def _nobody(situation: Situation, clause: Clause, w: Words) -> str:
    """Return what stands where no party is named: a one-lane stretch of a map is stated by nobody who would wait."""
    told = [report for name in clause.reports if (report := situation.report(name)) is not None]
    mapped = bool(told) and all(report.received_rule == FROM_MAP for report in told)
    return w("clause.mapped") if mapped else "–"


def _terms(situation: Situation, clause: Clause, w: Words) -> Child:
    terms = [
        names.term(key, w) + w("colon") + names.terms(situation, value, w)
        for key, value in sorted(clause.parameters.items())
    ]
    if clause.begins:
        terms.append(w("clause.begins", moment=w.moment(clause.begins)))
    if clause.ends:
        terms.append(w("clause.ends", moment=w.moment(clause.ends)))
    return w("joint").join(terms) if terms else el("em", w("left_open"))
