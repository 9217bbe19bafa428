"""Tables to reports: what is written is read again, and every fault of a file is named with its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.errors import InputError
from corridor.reports.report import Candidate, Report
from corridor.reports.tables import COLUMNS, read_reports, write_reports
from corridor.reports.vocabulary import facts, groups
from tests.told import told

ALEPPO = Path(__file__).parents[2] / "examples" / "aleppo-2016" / "reports.csv"
HEADER = "id,source,fact,about,place,group,value,low,high,hedge,modality,scope,observed,received"
GOOD = "a,UN,people_inside,town,town,all,40000,,,approx,estimate,,2016-12-15T18:00+02:00,2016-12-15T23:00+02:00"


def row(**cells: str) -> str:
    """The sound row with some cells changed."""
    values = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | cells
    return ",".join(values.values())


def table(folder: Path, *rows: str, header: str = HEADER, name: str = "t.csv") -> Path:
    file = folder / name
    file.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return file


def refused(file: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_reports(file)
    return caught.value


def places(error: InputError) -> list[str]:
    return [fault.place.rpartition("/")[2] for fault in error.faults]


# Round trips.

zones = st.sampled_from([timezone(timedelta(hours=h, minutes=m)) for h, m in ((0, 0), (2, 0), (5, 30), (-4, 0))])
moments = st.datetimes(datetime(2016, 1, 1), datetime(2017, 1, 1), timezones=zones)  # noqa: DTZ001 - zones are drawn
words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Nd")), max_size=30).map(str.strip)
# Line separators and a quote are where line-wise formats break.
texts = words | st.sampled_from(["a\u2028b", "next\x85line", "form\x0cfeed", 'he said "no", then', "ذهب", "two\nlines"])


@st.composite
def reports(draw: st.DrawFn) -> Report:
    observed = draw(moments)
    fact = draw(st.sampled_from(["people_inside", "halt", "leg_time"]))
    value: int | float | str | None
    if fact == "halt":
        value = draw(texts.filter(lambda text: bool(text) and not text.isnumeric()))
    elif fact == "leg_time":
        value = draw(st.floats(0, 1e6))
    else:
        value = draw(st.integers(0, 10**9))
    return Report(
        id=draw(st.uuids()).hex,
        source=draw(words.filter(bool)),
        fact=fact,
        about="town",
        place="town",
        observed=observed,
        received=observed + timedelta(minutes=draw(st.integers(0, 10_000))),
        value=value,
        hedge=draw(st.sampled_from(["exact", "approx", "min"])),
        group=draw(st.sampled_from(["all", "civilians"])),
        note=draw(texts),
        quote=draw(texts),
    )


lists = st.lists(reports(), min_size=1, max_size=4, unique_by=lambda report: report.id)
SOME = settings(max_examples=40, deadline=None)


@SOME
@given(lists)
def test_json_lines_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, told: list[Report]) -> None:
    file = tmp_path_factory.mktemp("t") / "r.jsonl"
    file.write_text(write_reports(told), encoding="utf-8", newline="")
    again = read_reports(file)
    assert again == told
    assert write_reports(again) == write_reports(told)


@SOME
@given(lists)
def test_csv_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, told: list[Report]) -> None:
    file = tmp_path_factory.mktemp("t") / "r.csv"
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    rows.writerows([cells(report) for report in told])
    file.write_text(text.getvalue(), encoding="utf-8", newline="")
    # Cells are read without the spaces around them.
    assert [trimmed(report) for report in read_reports(file)] == [trimmed(report) for report in told]


def cells(report: Report) -> list[str]:
    values = [getattr(report, column) for column in COLUMNS]
    return ["" if v is None else v.isoformat() if isinstance(v, datetime) else str(v) for v in values]


def trimmed(report: Report) -> list[str]:
    found = []
    for cell in cells(report):
        try:
            found.append(str(float(cell)))
        except ValueError:
            found.append(cell.strip())
    return found


def test_a_workbook_says_what_the_csv_says(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    with ALEPPO.open(encoding="utf-8", newline="") as file:
        for number, line in enumerate(csv.reader(file)):
            # A spreadsheet keeps numbers as numbers.
            sheet.append([float(cell) if number and cell.isdecimal() else cell or None for cell in line])
    book.save(tmp_path / "t.xlsx")
    assert read_reports(tmp_path / "t.xlsx") == read_reports(ALEPPO)


def test_aleppo_survives_json_lines(tmp_path: Path) -> None:
    told = read_reports(ALEPPO)
    (tmp_path / "r.jsonl").write_text(write_reports(told), encoding="utf-8")
    assert read_reports(tmp_path / "r.jsonl") == told


def test_a_candidate_stays_a_candidate(tmp_path: Path) -> None:
    fields = {name: getattr(told("c", "people_inside", "town", 5), name) for name in Report.__struct_fields__}
    candidate = Candidate(**fields, candidate=True, doc="a1.txt", start=3, end=9, confidence=0.7, reason="a number")
    (tmp_path / "r.jsonl").write_text(write_reports([candidate]), encoding="utf-8")
    (again,) = read_reports(tmp_path / "r.jsonl")
    assert isinstance(again, Candidate)
    assert again == candidate


def test_a_row_without_id_gets_one_from_its_content(tmp_path: Path) -> None:
    first, second, other = row(id=""), row(id=""), row(id="", value="41000")
    (one,) = read_reports(table(tmp_path, first))
    (same,) = read_reports(table(tmp_path, second, name="u.csv"))
    (changed,) = read_reports(table(tmp_path, other, name="v.csv"))
    assert one.id == same.id != changed.id


def test_a_byte_order_mark_and_blank_lines_are_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n\r\n{GOOD}\r\n,,,\r\n".encode())
    assert [report.id for report in read_reports(file)] == ["a"]


# Faults: all of them, each with its place, and nothing is half-read.


def test_every_fault_of_a_file_is_reported_together(tmp_path: Path) -> None:
    file = table(
        tmp_path,
        row(id="1", fact="people_insde"),
        row(id="2", group="civilans"),
        row(id="3", value="-5"),
        row(id="4", observed="2016-12-15T18:00"),
        row(id="5", low="nan"),
        row(id="6", received="tomorrow"),
        row(id="7", source=""),
        row(id="8", hedge="roughly"),
        row(id="9") + ",surplus",
        row(id="1"),
        row(id="10"),
    )
    error = refused(file)
    assert places(error) == [
        "t.csv:2: column fact",
        "t.csv:3: column group",
        "t.csv:4: column value",
        "t.csv:5: column observed",
        "t.csv:6: column low",
        "t.csv:7: column received",
        "t.csv:8: column source",
        "t.csv:9: column hedge",
        "t.csv:10",
        "t.csv:11: column id",
    ]
    text = str(error)
    assert "10 fault(s); nothing was read" in text
    for said in ("people_inside?", "civilians?", "negative", "without zone", "finite", "not a time", "exact, approx"):
        assert said in text


def test_every_fault_of_one_row_is_reported_together(tmp_path: Path) -> None:
    bad = row(fact="people_insde", group="civilans", observed="noon", low="inf", hedge="roughly", modality="maybe")
    columns = {place.partition("column ")[2] for place in places(refused(table(tmp_path, bad)))}
    assert columns == {"fact", "group", "observed", "low", "hedge", "modality"}


@pytest.mark.parametrize(
    ("changed", "column", "said"),
    [
        ({"value": "-1"}, "value", "negative"),
        ({"value": "12.5"}, "value", "not whole"),
        ({"value": "nan"}, "value", "not a number"),
        ({"value": "inf"}, "value", "not a number"),
        ({"value": "1e999"}, "value", "not a number"),
        ({"value": "many"}, "value", "not a number"),
        ({"value": "9" * 400}, "value", "not a number"),
        ({"value": "9" * 5000}, "value", "not a number"),
        ({"low": "9" * 400}, "low", "finite"),
        ({"low": "-inf"}, "low", "finite"),
        ({"low": "5", "high": "4"}, "low", "low is above high"),
        ({"hedge": "unknown"}, "hedge", "unknown but a number"),
        ({"fact": "share_leaving", "value": "80"}, "value", "above 1"),
        ({"fact": "position", "value": "north of the bridge"}, "value", "no position"),
        ({"fact": "halt", "value": ""}, "value", "a word is missing"),
        ({"observed": "2016-12-16T18:00+02:00"}, "received", "before it was observed"),
        ({"observed": "2016-13-01T00:00+02:00"}, "observed", "not a time"),
    ],
)
def test_a_value_that_cannot_be(tmp_path: Path, changed: dict[str, str], column: str, said: str) -> None:
    error = refused(table(tmp_path, row(**changed)))
    assert f"column {column}" in str(error)
    assert said in str(error)


@pytest.mark.parametrize("grade", ["G1", "A7", "A", "ok", "a1"])
def test_a_grade_is_a_letter_and_a_digit(tmp_path: Path, grade: str) -> None:
    error = refused(table(tmp_path, f"{GOOD},{grade}", header=f"{HEADER},grade"))
    assert "column grade" in str(error)
    assert read_reports(table(tmp_path, f"{GOOD},B2", header=f"{HEADER},grade"))[0].grade == "B2"


@pytest.mark.parametrize("column", ["name", "phone", "passport", "patient", "sorce"])
def test_a_column_that_nobody_declared_is_refused(tmp_path: Path, column: str) -> None:
    error = refused(table(tmp_path, f"{GOOD},x", header=f"{HEADER},{column}"))
    assert places(error) == [f"t.csv:1: column {column}"]
    if column == "sorce":
        assert "source?" in str(error)


def test_no_field_of_a_report_can_hold_a_name(tmp_path: Path) -> None:
    assert not {c for c in COLUMNS for word in ("name", "phone", "person", "birth", "passport") if word in c}
    line = write_reports([told("a", "people_inside", "town", 5)]).strip()
    file = tmp_path / "r.jsonl"
    file.write_text(line[:-1] + ',"name":"somebody"}\n', encoding="utf-8")
    assert "unknown field" in str(refused(file))


@pytest.mark.parametrize("header", ["source", HEADER.replace("received", "recieved")])
def test_a_missing_column_is_named(tmp_path: Path, header: str) -> None:
    assert "column received is missing" in str(refused(table(tmp_path, header=header)))


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    assert "twice" in str(refused(table(tmp_path, f"{GOOD},50000", header=f"{HEADER},value")))


@pytest.mark.parametrize(
    "text",
    [
        "call +963 944 123 456",
        "call 00963944123456",
        "id 01234567890",
        "ring +33 6 12 34 56 78 tonight",
        "number 12345678901",
    ],
)
@pytest.mark.parametrize("column", ["note", "quote", "source", "value", "place"])
def test_a_telephone_or_identity_number_is_refused(tmp_path: Path, text: str, column: str) -> None:
    said = told("a", "halt", "op", "shots")
    fields = {name: getattr(said, name) for name in Report.__struct_fields__} | {column: text}
    (tmp_path / "r.jsonl").write_text(write_reports([Report(**fields)]), encoding="utf-8")
    error = refused(tmp_path / "r.jsonl")
    assert "telephone" in str(error)
    assert column in str(error)


@pytest.mark.parametrize("text", ["about 40,000 people", "36.16988", "from 2016-12-15T08:00+02:00", "35 000 in all"])
def test_figures_and_dates_are_no_telephone_number(tmp_path: Path, text: str) -> None:
    (tmp_path / "r.jsonl").write_text(write_reports([told("a", "halt", "op", text, note=text)]), encoding="utf-8")
    assert read_reports(tmp_path / "r.jsonl")[0].note == text


def spread(folder: Path, *extra: object, header: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([*HEADER.split(","), *header])
    sheet.append([*GOOD.split(","), *extra])
    book.save(folder / "t.xlsx")
    return folder / "t.xlsx"


def test_a_workbook_with_a_cell_outside_its_columns_is_refused(tmp_path: Path) -> None:
    assert "cells" in str(refused(spread(tmp_path, "somebody")))
    assert "twice" in str(refused(spread(tmp_path, 7, header=("value",))))


JSON = write_reports([told("a", "people_inside", "town", 5)]).strip()


@pytest.mark.parametrize(
    ("lines", "where", "said"),
    [
        ([JSON, JSON[:40]], "r.jsonl:2", "not a report"),
        ([JSON, JSON.replace("5", "6")], "r.jsonl:2", "already in line 1"),
        ([JSON.replace('"value":5', '"value":-5')], "r.jsonl:1: value", "negative"),
        ([JSON.replace('"value":5', '"value":NaN')], "r.jsonl:1", "not a report"),
        ([JSON.replace('"value":5', '"value":1e999')], "r.jsonl:1", "not a report"),
        ([JSON.replace('"value":5', '"value":' + "9" * 400)], "r.jsonl:1", ""),
        ([JSON.replace("+02:00", "")], "r.jsonl:1: observed", "without zone"),
        ([JSON.replace("people_inside", "people_insde")], "r.jsonl:1: fact", "people_inside?"),
        ([JSON.replace('"UN"', "7")], "r.jsonl:1", "not a report"),
        (["[" + JSON + "]"], "r.jsonl:1", "not a report"),
    ],
)
def test_json_lines_faults_have_their_line(tmp_path: Path, lines: list[str], where: str, said: str) -> None:
    (tmp_path / "r.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    error = refused(tmp_path / "r.jsonl")
    assert any(place.startswith(where) for place in places(error))
    assert said in str(error)


# Files that are no table at all.


def wrong_encoding(folder: Path) -> Path:
    file = folder / "t.csv"
    file.write_bytes(f"{HEADER}\n{GOOD}\n".encode() + GOOD.replace("UN", "Croissant-Rouge algérien").encode("latin-1"))
    return file


def wide(folder: Path) -> Path:
    (folder / "t.csv").write_bytes(f"{HEADER}\n{GOOD}\n".encode("utf-16"))
    return folder / "t.csv"


def open_quote(folder: Path) -> Path:
    return table(folder, GOOD, GOOD.replace("UN", '"UN'))


def empty(folder: Path) -> Path:
    (folder / "t.csv").write_bytes(b"")
    return folder / "t.csv"


def a_folder(folder: Path) -> Path:
    (folder / "t.csv").mkdir()
    return folder / "t.csv"


def missing(folder: Path) -> Path:
    table(folder, GOOD, name="reports.csv")
    return folder / "report.csv"


def nowhere(folder: Path) -> Path:
    return folder / "no" / "such.csv"


def not_a_table(folder: Path) -> Path:
    return table(folder, GOOD, name="t.docx")


def false_workbook(folder: Path) -> Path:
    return table(folder, GOOD, name="t.xlsx")


def truncated_workbook(folder: Path) -> Path:
    file = spread(folder)
    file.write_bytes(file.read_bytes()[:-300])
    return file


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (wrong_encoding, "t.csv:3: is not UTF-8 text"),
        (wide, "is not UTF-8 text"),
        (open_quote, "look for an open quote above"),
        (empty, "is empty"),
        (a_folder, "is a folder"),
        (missing, "did you mean reports.csv?"),
        (nowhere, "does not exist"),
        (not_a_table, "give a .csv, .xlsx or .jsonl"),
        (false_workbook, "is not a readable XLSX"),
        (truncated_workbook, "is not a readable XLSX"),
    ],
)
def test_what_is_no_table_is_said_in_one_message(tmp_path: Path, make: Callable[[Path], Path], said: str) -> None:
    error = refused(make(tmp_path))
    assert said in str(error)
    assert error.hint


def test_every_fact_and_group_can_be_read(tmp_path: Path) -> None:
    samples = {"count": 5, "number": 1.5, "share": 0.5, "word": "pickup", "text": "word", "point": "36.1;37.2;10"}
    said = [told(name, name, "a", samples.get(fact.type, "any")) for name, fact in facts().items()]
    said += [told(f"g-{name}", "people_inside", "a", 1, group=name) for name in groups()]
    (tmp_path / "r.jsonl").write_text(write_reports(said), encoding="utf-8")
    assert read_reports(tmp_path / "r.jsonl") == said
