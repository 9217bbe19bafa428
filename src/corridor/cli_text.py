"""The verbs on prose: read an article, accept what it says, tell an operation from articles alone."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridor.errors import UsageError
from corridor.terminal import moment_of, say, show, working, write

if TYPE_CHECKING:
    from corridor.reports.report import Candidate, Report

TABLES = {".csv", ".xlsx", ".jsonl", ".ndjson", ".json", ".xml"}
PAGES = {".html", ".htm", ".xhtml"}

Output = Annotated[Path | None, typer.Option("-o", "--output", help="Write here instead of standard output.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, also on a terminal.")]
Published = Annotated[str | None, typer.Option("--published", help="When texts that bear no date were published.")]


def read(
    files: Annotated[
        list[str], typer.Argument(help="Tables (.csv, .xlsx, .jsonl), hospitals (.xml), texts, pages, or -.")
    ],
    published: Published = None,
    sites: Annotated[
        Path | None, typer.Option("--sites", help="A situation or a table of reports whose sites name the places.")
    ] = None,
    marked: Annotated[Path | None, typer.Option("--html", help="Also write the text with the spans marked.")] = None,
    lang: Annotated[str, typer.Option("--lang", help="Language of the marked page: en, fr or ar.")] = "en",
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Read tables into reports, and texts into candidates."""
    from corridor.files import write_atomically
    from corridor.reports.tables import read_reports, write_reports
    from corridor.reports.text import to_json_line
    from corridor.reports.text.marked import marked_page

    known = _sites(sites) if sites else []
    lines: list[str] = []
    words: list[str] = []
    told: list[tuple[str, str, list[Candidate]]] = []
    count = 0
    for name in files:
        if name == "-" or Path(name).suffix.lower() in TABLES:
            reports = read_reports(name)
            lines.append(write_reports(reports))
            words.append(f"{name}: {len(reports)} reports")
            count += len(reports)
            continue
        text, candidates = _read_text(name, published, known)
        told.append((Path(name).name, text, candidates))
        lines += [to_json_line(candidate) + "\n" for candidate in candidates]
        words.append(_table(name, candidates))
        count += len(candidates)
    data = "".join(lines).encode()
    if marked is not None and told:
        write_atomically(marked, marked_page(told, lang=lang).encode())
    if output is None and not as_json and sys.stdout.isatty():
        show("\n\n".join(words))
    else:
        write(data, output)
    say(f"{count} read; candidates wait for: corridor accept")


def _sites(file: Path) -> list[tuple[str, ...]]:
    """Return the sites of a situation, or of a table of reports, as an id and its names."""
    from corridor.reports.tables import read_reports
    from corridor.situation.situation import Situation

    data = file.read_bytes() if file.suffix.lower() == ".json" else b""
    if data.lstrip()[:1] == b"{":
        situation = Situation.from_json(data, place=str(file))
        return [(site.id, *site.names.values()) for site in situation.sites]
    names: dict[str, list[str]] = {}
    for report in read_reports(file):
        if report.fact in ("site", "name"):
            known = names.setdefault(report.about.partition(".")[0], [])
            known += [str(report.value)] if report.fact == "name" else []
    return [(site, *known) for site, known in names.items()]


def _read_text(name: str, published: str | None, sites: list[tuple[str, ...]]) -> tuple[str, list[Candidate]]:
    from corridor.files import read_bytes, write_atomically
    from corridor.reports.text import load_text, read_text

    read_bytes(name)  # says in one way for all verbs why a file cannot be read
    moment = moment_of(published, "--published") if published else None
    candidates = read_text(Path(name), published=moment, sites=sites)
    text = load_text(Path(name))
    if Path(name).suffix.lower() in PAGES:
        # The offsets count in the extracted text, so that text must be kept where the spans can be checked.
        write_atomically(Path(f"{name}.txt"), text.encode())
        say(f"the text that the offsets count in: {name}.txt")
    return text, candidates


def _table(name: str, candidates: list[Candidate]) -> str:
    from corridor.wording import table

    columns = shutil.get_terminal_size().columns
    wide = columns >= 100
    room = 48 if wide else max(24, columns - 58)
    rows = [("kind", "value", "hedge", "source", "quote")]
    for c in candidates:
        quote = " ".join(c.quote.split())
        short = quote if len(quote) <= room else quote[: room - 1] + "…"
        rows.append((c.kind, _value(c), c.hedge, c.source[: 28 if wide else 18], short))
    return f"{name}: {len(candidates)} candidates, believed by nobody yet\n" + table(rows, right=(1,))


def _value(c: Candidate) -> str:
    if c.low is None and c.high is None:
        return ""
    if c.low == c.high:
        return f"{c.low:,.0f}"
    return f"{'' if c.low is None else f'{c.low:,.0f}'}-{'' if c.high is None else f'{c.high:,.0f}'}"


def form(
    output: Annotated[Path, typer.Option("-o", "--output", help="The workbook to write.")] = Path("corridor-form.xlsx"),
) -> None:
    """Write our XLSForm for ODK and Kobo, in three languages."""
    from corridor.files import write_atomically
    from corridor.reports.form import xlsform

    write_atomically(output, xlsform())
    say(f"the form: {output}; submissions of it: corridor read EXPORT")


def accept(
    file: Annotated[str, typer.Argument(help="Candidates as `read` writes them, - or a log.")],
    everything: Annotated[bool, typer.Option("--all", help="Accept every candidate.")] = False,
    only: Annotated[list[str] | None, typer.Option("--id", help="Accept this candidate; may be repeated.")] = None,
    reject: Annotated[list[str] | None, typer.Option("--reject", help="Leave this one out; may be repeated.")] = None,
    edit: Annotated[
        list[str] | None, typer.Option("--set", help="ID.FIELD=VALUE: correct one before accepting.")
    ] = None,
    role: Annotated[str, typer.Option("--role", help="In which role you accept: no names.")] = "duty officer",
    published: Published = None,
    output: Output = None,
) -> None:
    """Accept candidates as reports, in your role."""
    from corridor import cli_log
    from corridor.log.names import is_log
    from corridor.reports.report import Candidate as CandidateType
    from corridor.reports.tables import read_reports, write_reports
    from corridor.reports.text import accept as run_accept

    if is_log(file):
        cli_log.accept_in_log(file, only or [], everything=everything, but=reject or [], role=role)
        return
    found = read_reports(file)
    candidates = [item for item in found if isinstance(item, CandidateType)]
    known = {candidate.id for candidate in candidates}
    for name in (*(only or ()), *(reject or ()), *(text.partition(".")[0] for text in edit or ())):
        if name not in known:
            raise UsageError(f"no candidate {name!r} in {file}", place="--id", hint="see: corridor read ARTICLE --json")
    if not everything and not only:
        raise UsageError("nothing is accepted unseen", place=file, hint="name candidates with --id, or say --all")
    chosen = [c for c in candidates if (everything or c.id in (only or ())) and c.id not in (reject or ())]
    edited = [_edited(candidate, edit or []) for candidate in chosen]
    if published:
        moment = moment_of(published, "--published")
        edited = [_dated(candidate, moment) for candidate in edited]
    accepted = run_accept(edited, by_role=role)
    plain: list[Report] = [item for item in found if not isinstance(item, CandidateType)]
    write(write_reports([*plain, *accepted]).encode(), output)
    say(f"{len(accepted)} accepted by {role}, {len(candidates) - len(chosen)} left out")


def _edited(candidate: Candidate, edits: list[str]) -> Candidate:
    """Return a candidate with the corrections that name it; raises `UsageError` for a field or value that cannot be."""
    import msgspec

    for text in edits:
        target, equals, value = text.partition("=")
        name, _, field = target.partition(".")
        if name != candidate.id:
            continue
        if not equals or field not in candidate.__struct_fields__ or field in {"candidate", "id", "doc"}:
            raise UsageError(f"{text!r} corrects nothing", place="--set", hint="write r-0123456789ab.value=4000")
        fields = msgspec.to_builtins(candidate) | {field: _number_or_word(value)}
        try:
            candidate = msgspec.convert(fields, type(candidate))
        except msgspec.ValidationError as error:
            raise UsageError(f"{value!r} cannot be the {field}: {error}", place="--set") from None
    return candidate


def _number_or_word(value: str) -> float | str | None:
    try:
        return float(value)
    except ValueError:
        return value or None


def _dated(candidate: Candidate, moment: object) -> Candidate:
    """Give a candidate without a date that of publication; its day is the day of the text."""
    import msgspec

    from corridor.reports.text.when import UNDATED

    if candidate.observed != UNDATED:
        return candidate
    rule = "published as the person who accepts says"
    return msgspec.structs.replace(candidate, observed=moment, received=moment, said=moment, received_rule=rule)


def tell(
    articles: Annotated[list[str], typer.Argument(help="Articles or messages: text or web pages.")],
    published: Published = None,
    more: Annotated[Path | None, typer.Option("--with", help="Reports that replace what is assumed.")] = None,
    lang: Annotated[str, typer.Option("--lang", help="Language of the page: en, fr or ar.")] = "en",
    runs: Annotated[int, typer.Option("--runs", help="How many runs.")] = 2_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same answer.")] = 0,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write to.")] = Path("out/told"),
    as_json: Json = False,
) -> None:
    """Tell an operation from articles alone, unreviewed."""
    import msgspec

    from corridor.files import read_bytes, write_atomically
    from corridor.publishing.publish import publish
    from corridor.reports.tables import read_reports, write_reports
    from corridor.reports.text import to_json_line
    from corridor.telling import tell as run_tell

    for name in articles:
        read_bytes(name)
    moment = moment_of(published, "--published") if published else None
    extra = read_reports(more) if more else []
    with working("reading, planning and running the plan"):
        told = run_tell([Path(name) for name in articles], published=moment, more=extra, runs=runs, seed=seed)
        paths = publish(told.forecast, output, lang=lang, findings=told.findings)
    candidates = "".join(to_json_line(candidate) + "\n" for candidate in told.candidates)
    write_atomically(output / "candidates.jsonl", candidates.encode())
    write_atomically(output / "reports.jsonl", write_reports([*told.reports, *told.assumed]).encode())
    page = next(path for path in paths if path.suffix == ".html")
    situation = told.forecast.plan.situation
    lines = [
        f"UNREVIEWED: {len(told.reports)} claims taken from {len(articles)} text(s) by rule; nobody has read them.",
        "",
    ]
    undated = next((finding for finding in told.findings if finding.about == "the date"), None)
    if undated is not None and moment is None:
        lines[1:1] = [f"UNDATED: {undated.what} {undated.remedy}"]
    lines += [str(situation), "", str(told.forecast), "", "Not in the text, and assumed:"]
    lines += [f"  - {finding.about}: {finding.what}" for finding in told.findings if finding.rule == "not in the text"]
    lines += ["", f"The page: {page}"]
    answer = {"page": str(page), "unreviewed": len(told.reports), "people_to_move": told.forecast.people}
    if as_json:
        write(msgspec.json.encode(answer) + b"\n", None)
    else:
        show("\n".join(lines))
