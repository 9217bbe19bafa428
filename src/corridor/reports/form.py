"""Our form for those who collect with ODK or Kobo: one XLSForm in three languages, made from one table."""

from __future__ import annotations

import csv
import io
from importlib import resources

from corridor.reports.vocabulary import facts, groups

LANGUAGES = (("en", "English (en)"), ("fr", "Français (fr)"), ("ar", "العربية (ar)"))
# What someone in the field can see or count; the rest of the vocabulary is for desks.
FACTS = (
    "people_out",
    "people_boarded",
    "people_passed",
    "people_handed_over",
    "people_arrived",
    "people_inside",
    "people_waiting",
    "people_held",
    "vehicles",
    "departure",
    "arrival",
    "halt",
    "resumption",
    "incident",
    "casualties",
    "reception_capacity",
    "weather",
)
FORM_ID = "corridor_field_report"
VERSION = "1"


def _rows(name: str) -> list[dict[str, str]]:
    text = resources.files("corridor.reports").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def survey() -> list[list[str]]:
    """Return the sheet `survey`: its header, then a row a question."""
    plain = ("type", "name", "required", "relevant", "constraint")
    worded = (("label", "label"), ("hint", "hint"), ("message", "constraint_message"))
    header = [*plain, *(f"{column}::{name}" for _, column in worded for _, name in LANGUAGES)]
    return [
        header,
        *(
            [*(row[column] for column in plain), *(row[f"{key}_{lang}"] for key, _ in worded for lang, _ in LANGUAGES)]
            for row in _rows("form.csv")
        ),
    ]


def choices() -> list[list[str]]:
    """Return the sheet `choices`: facts and groups in the words of the vocabulary, vehicles and hedges of the form."""
    rows = [["fact", name, *(facts()[name].label(lang) for lang, _ in LANGUAGES)] for name in FACTS]
    rows += [["group", name, *(group.label(lang) for lang, _ in LANGUAGES)] for name, group in groups().items()]
    rows += [
        [row["list"], row["name"], *(row[f"label_{lang}"] for lang, _ in LANGUAGES)]
        for row in _rows("form_choices.csv")
    ]
    return [["list_name", "name", *(f"label::{name}" for _, name in LANGUAGES)], *rows]


def settings() -> list[list[str]]:
    """Return the sheet `settings`."""
    return [
        ["form_title", "form_id", "version", "default_language"],
        ["Corridor field report", FORM_ID, VERSION, LANGUAGES[0][1]],
    ]


def xlsform() -> bytes:
    """Return the XLSForm as an .xlsx workbook with the sheets that ODK and Kobo ask for (xlsform.org)."""
    import openpyxl  # noqa: PLC0415 - only those who write the form pay for the import

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in (("survey", survey()), ("choices", choices()), ("settings", settings())):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([cell or None for cell in row])
        sheet.freeze_panes = "C2"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
