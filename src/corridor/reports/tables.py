"""Tables to reports: CSV, XLSX and JSON Lines, with file, line and column in each error."""

from __future__ import annotations

import csv
import io
import math
import re
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import get_args

import msgspec

from corridor.errors import Fault, InputError
from corridor.files import nearest, read_bytes
from corridor.reports import hxl, odk
from corridor.reports.have import read_have
from corridor.reports.report import Candidate, Hedge, Modality, Report, Scope, content_id
from corridor.reports.vocabulary import faults, word_faults

REQUIRED = ("source", "fact", "about", "place", "observed", "received")
TIMES = ("observed", "received", "said", "since")
NUMBERS = ("low", "high")
COLUMNS = tuple(Report.__struct_fields__)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Report)
_MARK = re.compile(r'"candidate"\s*:\s*true')


def read_reports(path: str | Path) -> list[Report]:
    """Read every report of a CSV, XLSX or JSON Lines file (`-` is standard input, JSON Lines or CSV by its first byte).

    Raises `InputError` that lists all faults of the file; nothing is half-read.
    """
    place = str(path)
    if place == "-":
        data = sys.stdin.buffer.read()
        return _from_bytes(data, "standard input", "jsonl" if data.lstrip()[:1] in (b"{", b"") else "csv")
    suffix = Path(path).suffix.lower()
    form = {".csv": "csv", ".xlsx": "xlsx", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}.get(suffix)
    data = read_bytes(path)
    if suffix == ".xml":
        return read_have(data, place)
    if form is None:
        hint = "give a .csv, .xlsx or .jsonl file of reports, or hospitals as EDXL-HAVE in .xml"
        raise InputError("not a table", place=place, hint=hint)
    # ODK writes a repeat into a table of its own beside that of the submissions.
    beside = Path(path).with_name(f"{Path(path).stem}-{odk.REPEAT}.csv")
    return _from_bytes(data, place, form, beside if form == "csv" and beside.is_file() else None)


def write_reports(reports: Iterable[Report]) -> str:
    """Return reports as JSON Lines, one a line."""
    return "".join(_encoder.encode(report).decode() + "\n" for report in reports)


def _from_bytes(data: bytes, place: str, form: str, beside: Path | None = None) -> list[Report]:
    if form == "xlsx":
        return _from_sheets(_xlsx_sheets(data, place), place)
    text = _text(data, place)
    if form == "jsonl":
        submissions = _submissions(text)
        if submissions is not None:
            where = [(f"{place}: submission {n}", item) for n, item in enumerate(submissions, start=1)]
            return odk.read_submissions(where, place)
        return _from_json_lines(text, place)
    sheets = [_csv_lines(text, place)]
    if beside is not None:
        sheets.append(_csv_lines(_text(read_bytes(beside), str(beside)), str(beside)))
    return _from_sheets(sheets, place)


def _text(data: bytes, place: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        hint = "save it as UTF-8 (in a spreadsheet: CSV UTF-8)"
        raise InputError("is not UTF-8 text", place=f"{place}:{line}", hint=hint) from None


def _submissions(text: str) -> list[dict[str, object]] | None:
    """Return the submissions of a JSON export of ODK or Kobo; None where the text is JSON Lines of reports."""
    if not odk.MARKS_IN_TEXT.search(text):
        return None
    try:
        return odk.submissions_of(msgspec.json.decode(text))
    except msgspec.DecodeError:
        return None


Lines = list[tuple[int, list[str]]]


def _from_sheets(sheets: list[Lines], place: str) -> list[Report]:
    """Return the reports of a table: our columns, tagged with HXL or not, or an export of ODK or Kobo."""
    lines = sheets[0] if sheets else []
    header = lines[0][1] if lines else None
    if header and odk.is_export(header):
        tables = [[(n, _row(sheet[0][1], cells)) for n, cells in sheet[1:]] for sheet in sheets if sheet]
        children = [row for table in tables[1:] for row in table]
        return odk.read_submissions(odk.joined(tables[0], children, place), place)
    tagged = next((at for at, (_, cells) in enumerate(lines[:HXL_WITHIN]) if hxl.is_tag_row(cells)), None)
    ours = header is not None and set(REQUIRED) <= {name.strip() for name in header}
    if tagged is not None and not ours:
        return parse_rows(hxl.long_rows(lines[tagged][1], lines[tagged + 1 :], place, lines[tagged][0]), place)
    _check_header(header, place)
    assert header is not None  # noqa: S101 - _check_header raised otherwise
    rest = [line for at, line in enumerate(lines) if at and at != tagged]
    return parse_rows(((number, _row(header, cells)) for number, cells in rest), place)


HXL_WITHIN = 25  # the tags stand under the header, below at most some lines of title (hxlstandard.org)
SURPLUS = ""  # holds the cells of a row that stand under no column; no column has an empty name


def _row(header: list[str], cells: list[str]) -> dict[str, str]:
    """Return the cells by column; cells outside every column are kept under SURPLUS, so that they are refused."""
    names = [name.strip() for name in header]
    row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
    outside = [cell for name, cell in zip(names, cells, strict=False) if not name] + cells[len(names) :]
    if any(cell.strip() for cell in outside):
        row[SURPLUS] = f"{len(cells)} cells where the header names {len([name for name in names if name])} columns"
    return row


def _csv_lines(text: str, place: str) -> Lines:
    """Return the lines of a CSV text that hold anything, with their numbers, the header first."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if reader.line_num == 1 or any(map(str.strip, cells))]
    except csv.Error as error:
        raise InputError(
            f"is not well-formed CSV: {error}", place=f"{place}:{reader.line_num}", hint="look for an open quote above"
        ) from None


def _xlsx_sheets(data: bytes, place: str) -> list[Lines]:
    """Return the lines of the sheets of a workbook: the first, and of an export also those of its repeats."""
    import openpyxl  # noqa: PLC0415 - only those who read spreadsheets pay for the import

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [
            [["" if cell is None else _cell_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
            for sheet in book.worksheets
        ]
    except Exception:  # noqa: BLE001 - zip, zlib, XML and openpyxl each have errors of their own for a damaged file
        raise InputError(
            "is not a readable XLSX workbook", place=place, hint="save it again as .xlsx or .csv"
        ) from None
    return [
        [(number, cells) for number, cells in enumerate(sheet, start=1) if number == 1 or any(cells)]
        for sheet in sheets
    ]


def _cell_text(cell: object) -> str:
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, datetime) else str(cell)


def _check_header(header: list[str] | None, place: str) -> None:
    if not header or not any(header):
        raise InputError("is empty", place=place, hint="the first line names the columns: " + ", ".join(REQUIRED))
    names = [name.strip() for name in header if name.strip()]
    problems = [
        Fault(f"{place}:1: column {name}", "unknown column", nearest(name, list(COLUMNS)))
        for name in names
        if name not in COLUMNS
    ]
    problems += [
        Fault(f"{place}:1", f"column {name} is missing", "needed in every table")
        for name in REQUIRED
        if name not in names
    ]
    problems += [
        Fault(f"{place}:1: column {name}", "stands twice", "keep one of them, so that no cell is lost")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if problems:
        raise InputError(f"{len(problems)} fault(s) in the header", place=place, faults=problems)


def parse_rows(rows: Iterable[tuple[int, dict[str, str]]], place: str) -> list[Report]:
    """Return the reports of rows with their line numbers; raises `InputError` with all faults."""
    reports: list[Report] = []
    problems: list[Fault] = []
    seen: dict[str, int] = {}
    for line, row in rows:
        surplus = row.pop(SURPLUS, "")
        if surplus:
            problems.append(Fault(f"{place}:{line}", surplus, "put text that holds a comma between double quotes"))
        report, wrong = _from_row(row)
        problems += [Fault(f"{place}:{line}: column {column}", what, hint) for column, what, hint in wrong]
        if report is None:
            continue
        if report.id in seen:
            what = f"id {report.id} stands already in line {seen[report.id]}"
            problems.append(Fault(f"{place}:{line}: column id", what, "give each report its own id"))
        seen[report.id] = line
        reports.append(report)
    _raise_all(problems, place)
    return reports


def _raise_all(problems: list[Fault], place: str) -> None:
    if problems:
        raise InputError(f"{len(problems)} fault(s); nothing was read", place=place, faults=problems)


def _from_row(row: dict[str, str]) -> tuple[Report | None, list[tuple[str, str, str]]]:
    wrong: list[tuple[str, str, str]] = []
    fields: dict[str, object] = {}
    for name, cell in row.items():
        if not cell:
            continue
        try:
            fields[name] = _cell(name, cell)
        except ValueError as error:
            wrong.append((name, str(error), _HINTS.get(name, "")))
    wrong += [(name, "empty", "needed in every row") for name in REQUIRED if not row.get(name)]
    if wrong:
        # The words of a row can be judged even where its times and numbers cannot.
        words = {name: row[name] for name in ("fact", "group", "grade") if row.get(name)}
        return None, [*wrong, *word_faults(**words)]
    fields.setdefault("id", content_id(row))
    report = msgspec.convert(fields, Report)
    return report, faults(report)


OPTIONS: dict[str, tuple[str, ...]] = {
    "hedge": get_args(Hedge),
    "modality": get_args(Modality),
    "scope": get_args(Scope),
}
_HINTS = (
    dict.fromkeys(TIMES, "write 2016-12-15T14:30+02:00")
    | dict.fromkeys(NUMBERS, "digits only: 40000")
    | {name: ", ".join(filter(None, words)) for name, words in OPTIONS.items()}
)


def _cell(name: str, cell: str) -> object:
    if name in TIMES:
        return _moment(cell)
    if name in NUMBERS:
        return _number(cell)
    if name in OPTIONS and cell not in OPTIONS[name]:
        raise ValueError(f"{cell!r} is no {name}")
    if name == "value":
        try:
            return _number(cell)
        except ValueError:
            return cell
    return cell


def _moment(cell: str) -> datetime:
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is not a time") from None
    if moment.tzinfo is None:
        raise ValueError(f"{cell!r} is a time without zone")
    return moment


def _number(cell: str) -> int | float:
    """Return a number; raises ValueError where there is none, or one that no float holds."""
    try:
        number = float(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is not a number") from None
    if not math.isfinite(number):
        raise ValueError(f"{cell!r} is not a finite number")
    try:
        return int(cell)
    except ValueError:
        return number


def _from_json_lines(text: str, place: str) -> list[Report]:
    reports: list[Report] = []
    problems: list[Fault] = []
    seen: dict[str, tuple[int, int]] = {}
    # Only a line feed ends a line here: JSON strings may hold the other separators that splitlines knows.
    for line, raw in enumerate(text.split("\n"), start=1):
        if not raw.strip():
            continue
        where = f"{place}:{line}"
        try:
            report: Report = _candidate(raw) if _MARK.search(raw) else _decoder.decode(raw)
        except (msgspec.DecodeError, ValueError) as error:
            problems.append(
                Fault(where, f"not a report: {error}", "one JSON object a line, as `corridor read` writes it")
            )
            continue
        # A candidate is checked when somebody accepts it; until then it may lack a date or a word.
        wrong = [] if isinstance(report, Candidate) else faults(report)
        problems += [Fault(f"{where}: {column}", what, hint) for column, what, hint in wrong]
        # The same line again changes nothing: two exports may overlap.
        if report.id in seen and reports[seen[report.id][1]] == report:
            continue
        if report.id in seen:
            problems.append(Fault(where, f"id {report.id} stands already in line {seen[report.id][0]}", "each id once"))
        seen[report.id] = (line, len(reports))
        reports.append(report)
    _raise_all(problems, place)
    return reports


def _candidate(line: str) -> Candidate:
    from corridor.reports.text.read import from_json_line  # noqa: PLC0415 - tables of reports need no reader of prose

    return from_json_line(line)
