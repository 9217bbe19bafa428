"""Field data as it comes: tables with HXL tags, exports of ODK and Kobo, and the form that these answer."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from corridor.errors import InputError
from corridor.reports import form
from corridor.reports.tables import read_reports

SUBMISSION: dict[str, Any] = {
    "_id": 7,
    "_uuid": "0f3c",
    "meta/instanceID": "uuid:0f3c",
    "_submission_time": "2021-03-08T09:00:00",
    "_submitted_by": "somebody",
    "deviceid": "not read",
    "start": "2021-03-08T10:10:00.000+02:00",
    "end": "2021-03-08T10:20:00.000+02:00",
    "source": "Relief team North",
    "operation": "valley",
    "observed": "2021-03-08T10:05:00.000+02:00",
    "place": "old-mill",
    "said": [
        {"said/fact": "people_out", "said/movement": "C2", "said/group": "children", "said/value": "41"},
        {"said/fact": "people_inside", "said/hedge": "range", "said/value": "300", "said/high": "400"},
        {"said/fact": "vehicles", "said/vehicle": "ambulances", "said/value": "3", "said/hedge": "min"},
        {"said/fact": "halt", "said/words": "snow on the pass"},
        {"said/fact": "people_waiting", "said/hedge": "unknown"},
    ],
}


def submitted(folder: Path, *submissions: dict[str, Any], wrap: str = "results") -> Path:
    path = folder / "export.json"
    path.write_text(json.dumps({wrap: list(submissions)} if wrap else list(submissions)), encoding="utf-8")
    return path


@pytest.mark.parametrize("wrap", ["results", "value", ""])
def test_each_thing_said_in_a_submission_is_a_report(tmp_path: Path, wrap: str) -> None:
    out, inside, vehicles, halt, unknown = read_reports(submitted(tmp_path, SUBMISSION, wrap=wrap))
    assert (out.fact, out.about, out.group, out.value) == ("people_out", "C2", "children", 41)
    assert (inside.low, inside.high, inside.value, inside.hedge) == (300, 400, None, "range")
    assert (vehicles.about, vehicles.low, vehicles.high) == ("ambulances", 3, None)
    assert (halt.about, halt.value) == ("valley", "snow on the pass")
    assert (unknown.value, unknown.low, unknown.hedge) == (None, None, "unknown")
    assert out.observed.isoformat() == "2021-03-08T10:05:00+02:00"
    assert out.received.isoformat() == "2021-03-08T09:00:00+00:00"
    assert len({report.id for report in (out, inside, vehicles, halt, unknown)}) == 5


def test_the_same_submission_twice_is_read_once_and_devices_are_not_read(tmp_path: Path) -> None:
    reports = read_reports(submitted(tmp_path, SUBMISSION, SUBMISSION))
    assert len(reports) == 5
    assert not any("somebody" in str(report) or "not read" in str(report) for report in reports)


def spoilt(**fields: object) -> dict[str, Any]:
    return SUBMISSION | fields


@pytest.mark.parametrize(
    ("submission", "where", "what"),
    [
        (spoilt(source=""), "submission 1: source", "empty"),
        (spoilt(observed="yesterday"), "said[1].observed", "'yesterday' is not a time"),
        (spoilt(observed="2021-03-08T10:05:00"), "said[1].observed", "time without zone"),
        (spoilt(said=[]), "submission 1: said", "says nothing"),
        (spoilt(said=[{"fact": "peopleout"}]), "said[1].fact", "no fact of the form"),
        (spoilt(said=[{"fact": "people_out", "value": "4"}]), "said[1].movement", "empty"),
        (spoilt(said=[{"fact": "people_inside", "value": "many"}]), "said[1].value", "'many' is no count"),
        (spoilt(said=[{"fact": "people_inside", "value": "4", "group": "my cousins"}]), "said[1].group", "cousins"),
        (spoilt(said=[{"fact": "people_inside", "value": "4", "hedge": "sure"}]), "said[1].hedge", "sure"),
    ],
)
def test_each_fault_of_a_submission_is_named_with_its_place(
    tmp_path: Path, submission: dict[str, Any], where: str, what: str
) -> None:
    with pytest.raises(InputError) as error:
        read_reports(submitted(tmp_path, submission))
    text = "\n".join(f"{fault.place}: {fault.what}" for fault in error.value.faults)
    assert where in text
    assert what in text


PARENT = ["SubmissionDate", "start", "end", "source", "operation", "observed", "place", "KEY"]
CENTRAL = ["2021-03-08T09:00:00.000Z", *(str(SUBMISSION[name]) for name in PARENT[1:-1]), "uuid:0f3c"]
REPEAT = [["fact", "movement", "value", "PARENT_KEY", "KEY"], ["people_out", "C2", "41", "uuid:0f3c", "uuid:0f3c/1"]]


def lines(*rows: list[str]) -> str:
    handle = io.StringIO()
    csv.writer(handle).writerows(rows)
    return handle.getvalue()


def test_the_csv_of_central_is_read_with_the_table_of_its_repeat_beside_it(tmp_path: Path) -> None:
    (tmp_path / "form.csv").write_text(lines(PARENT, CENTRAL), encoding="utf-8")
    (tmp_path / "form-said.csv").write_text(lines(*REPEAT), encoding="utf-8")
    (report,) = read_reports(tmp_path / "form.csv")
    assert (report.fact, report.value, report.place) == ("people_out", 41, "old-mill")
    (tmp_path / "form-said.csv").unlink()
    with pytest.raises(InputError, match="fault"):
        read_reports(tmp_path / "form.csv")


def test_a_workbook_of_kobo_ties_its_sheets_by_index(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append([*PARENT[:-1], "_uuid", "_index"])
    book.worksheets[0].append([*CENTRAL[:-1], "0f3c", 1])
    sheet = book.create_sheet("said")
    sheet.append(["fact", "value", "_index", "_parent_index"])
    sheet.append(["people_waiting", 120, 1, 1])
    book.save(tmp_path / "kobo.xlsx")
    (report,) = read_reports(tmp_path / "kobo.xlsx")
    assert (report.fact, report.value) == ("people_waiting", 120)


HXL = [
    ["Evacuation figures of the valley", "", "", "", "", ""],
    ["Day", "District", "Town", "Out", "Still there", "Reported by"],
    ["#date", "#adm2 +name", "#adm3 +name", "#affected +evacuated +children", "#affected+remaining", "#meta +source"],
    ["2021-03-08", "Valley", "Old Mill", "41", "1,200", "Relief team North"],
    ["2021-03-09", "Valley", "Old Mill", "", "900", "Relief team North"],
]


@pytest.mark.parametrize("form_of_file", ["csv", "xlsx"])
def test_a_table_with_hxl_tags_gives_a_report_a_figure(tmp_path: Path, form_of_file: str) -> None:
    path = tmp_path / f"figures.{form_of_file}"
    if form_of_file == "csv":
        path.write_text(lines(*HXL), encoding="utf-8")
    else:
        book = openpyxl.Workbook()
        for row in HXL:
            book.worksheets[0].append(row)
        book.save(path)
    out, first, second = read_reports(path)
    assert (out.fact, out.group, out.value, out.scope) == ("people_out", "children", 41, "daily")
    assert (first.fact, first.place, first.value) == ("people_inside", "Old Mill", 1200)
    assert first.observed.isoformat() == "2021-03-08T00:00:00+00:00"
    assert first.received.isoformat() == "2021-03-09T00:00:00+00:00"  # the end of the period stated
    assert second.value == 900


def test_our_own_columns_may_carry_a_row_of_tags(tmp_path: Path) -> None:
    header = ["source", "fact", "about", "place", "value", "observed", "received"]
    tags = ["#meta+source", "#indicator", "#meta+about", "#loc", "#value", "#date", "#date+reported"]
    moment = "2021-03-08T10:00+02:00"
    cells = ["UN", "people_inside", "mill", "mill", "12", moment, moment]
    (tmp_path / "ours.csv").write_text(lines(header, tags, cells), encoding="utf-8")
    (report,) = read_reports(tmp_path / "ours.csv")
    assert report.value == 12


@pytest.mark.parametrize(
    ("at", "cell", "what"),
    [
        ((2, 0), "#x", "no column is tagged #date"),
        ((2, 5), "", "no column is tagged #meta+source"),
        ((3, 4), "a lot", "figures.csv:4: column value"),
        ((3, 0), "8 March", "figures.csv:4: column observed"),
    ],
)
def test_each_fault_of_a_tagged_table_is_named(tmp_path: Path, at: tuple[int, int], cell: str, what: str) -> None:
    rows = [list(row) for row in HXL]
    rows[at[0]][at[1]] = cell
    (tmp_path / "figures.csv").write_text(lines(*rows), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_reports(tmp_path / "figures.csv")
    assert what in "\n".join(f"{fault.place}: {fault.what}" for fault in error.value.faults)


def test_the_form_is_a_sound_xlsform_in_three_languages(tmp_path: Path) -> None:
    from pyxform.xls2xform import convert

    path = tmp_path / "form.xlsx"
    path.write_bytes(form.xlsform())
    made = convert(path)
    for name in ("English (en)", "Français (fr)", "العربية (ar)"):
        assert f'<translation lang="{name}"' in made.xform or f'lang="{name}"' in made.xform
    assert 'id="corridor_field_report"' in made.xform
    assert 'nodeset="/data/said/value"' in made.xform
    assert not [warning for warning in made.warnings if "translation" in warning.lower()]


def test_a_form_with_a_broken_reference_is_refused(tmp_path: Path) -> None:
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    book = openpyxl.load_workbook(io.BytesIO(form.xlsform()))
    book["survey"].cell(row=10, column=4).value = "${nobody_asked} = 1"
    book.save(tmp_path / "broken.xlsx")
    with pytest.raises(PyXFormError):
        convert(tmp_path / "broken.xlsx")


def test_every_question_and_choice_has_its_label_in_each_language_and_none_asks_for_a_person() -> None:
    header, *rows = form.survey()
    labels = [at for at, name in enumerate(header) if name.startswith("label")]
    for row in rows:
        if row[0] not in ("start", "end", "end_repeat"):
            assert all(row[at] for at in labels), row[1]
    header, *rows = form.choices()
    assert all(all(row) for row in rows)
    names = {row[1] for row in form.survey()[1:]}
    assert not names & {"name", "phone", "phonenumber", "religion", "id_number"}
    assert {row[1] for row in rows if row[0] == "fact"} == set(form.FACTS)
