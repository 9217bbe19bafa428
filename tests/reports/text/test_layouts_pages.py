"""The same plain sentences on pages, in tables of text and in what is printed around an article."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from corridor.reports.text import load_text
from tests.reports.text.test_layouts import CLAIMS, FILL, TOLD, claims, core

BESIDE = {
    "en": "Twelve buses reach the coast with 700 people.",
    "fr": "Douze bus atteignent la côte avec 700 personnes.",
    "ar": "12 حافلة تصل إلى الساحل وعلى متنها 700 شخص.",
}


def _page(body: str) -> str:
    head = "<!DOCTYPE html>\n<html><head><title>x</title></head><body><nav><a href='/'>x</a></nav>"
    return f"{head}<main><article>{body}</article></main></body></html>"


def _each(before: str, behind: str, lang: str, *, full: bool = True) -> str:
    fill = FILL[lang] if full else ""
    return "".join(f"{before}{told if full else told.rstrip('.')} {fill}{behind}" for told in TOLD[lang])


BODIES = {
    "paragraphs": "{paragraphs}",
    "words apart": "{spans}",
    "line breaks": "<p>{breaks}</p>",
    "a list": "<p>{fill} {fill}</p><ul>{items}</ul><p>{fill} {fill}</p>",
    "a numbered list": "<p>{fill} {fill}</p><ol>{items}</ol><p>{fill} {fill}</p>",
    "key points": "<div class='key-points'><ul>{items}</ul></div><p>{fill} {fill}</p><p>{fill} {fill}</p>",
    "a caption in a class": "{paragraphs}<p class='wp-caption-text'>{beside}</p>",
    "not displayed": "{paragraphs}<p style='display: none'>{beside}</p>",
    "hidden": "{paragraphs}<div hidden><p>{beside}</p></div>",
    "for no reader": "{paragraphs}<div aria-hidden='true'><p>{beside}</p></div>",
    "struck out": "{paragraphs}<p><del>{beside}</del></p>",
    "links in a list": "{paragraphs}<ul><li><a href='/1'>{beside}</a></li><li><a href='/2'>{beside}</a></li></ul>",
    "a class that names the sidebar": "<div class='page-with-sidebar has-related'>{paragraphs}</div>",
    "a class that hides everything": "<div class='comments-related'>{paragraphs}</div>",
    "notes": "{notes}",
}


@pytest.mark.parametrize("pretty", [False, True])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("lang", TOLD)
def test_a_page_is_read_as_its_article(lang: str, body: str, *, pretty: bool) -> None:
    page = _page(
        body.format(
            paragraphs=_each("<p>", "</p>", lang),
            spans=_each("<p><span>", "</span></p>", lang).replace(" ", "</span> <span>"),
            breaks=_each("", "<br>", lang),
            items=_each("<li>", "</li>", lang, full=False),
            notes=_each("<p>", "<sup><a href='#1'>[1]</a></sup></p>", lang, full=False),
            fill=FILL[lang],
            beside=BESIDE[lang],
        )
    )
    assert claims(load_text(page.replace("><", ">\n<") if pretty else page)) == CLAIMS


def test_terms_with_what_they_are_stand_on_one_line() -> None:
    page = _page("<dl><dt>Still inside</dt><dd>340</dd><dt>Buses:</dt><dd>14</dd></dl>")
    assert load_text(page).strip().split("\n\n")[-2:] == ["Still inside: 340", "Buses: 14"]


HEADS = {
    "en": ("Place", "People evacuated", "Still inside", "Buses"),
    "fr": ("Lieu", "Personnes évacuées", "Encore bloquées", "Bus"),
    "ar": ("المكان", "تم إجلاؤهم", "ما زالوا عالقين", "حافلات"),
}
ROWS = (("Marwa", "1200", "340", "14"), ("Tell Kabir", "85", "27", "3"))
FOUND = [("count_out", 85), ("count_out", 1200), ("fleet", 3), ("fleet", 14), ("remaining", 27), ("remaining", 340)]


def _cells(lang: str, sign: str, frame: str = "{}") -> str:
    return "\n".join(frame.format(sign.join(row)) for row in (HEADS[lang], *ROWS))


@pytest.mark.parametrize("sign", ["\t", " | ", ";", ",", "│"])
@pytest.mark.parametrize("lang", HEADS)
def test_a_table_is_read_whatever_stands_between_its_cells(lang: str, sign: str) -> None:
    for frame in ("{}", "| {} |", "│ {} │") if sign in (" | ", "│") else ("{}",):
        text = f"{FILL[lang]}\n\n{_cells(lang, sign, frame)}\n\n{FILL[lang]}\n"
        assert sorted((c.kind, c.low) for c in core(text)) == FOUND


@pytest.mark.parametrize("lang", HEADS)
def test_a_column_of_wide_blanks_and_a_rule_make_a_table(lang: str) -> None:
    lines = ["".join(cell.ljust(28) for cell in row) for row in (HEADS[lang], *ROWS)]
    lines.insert(1, "-" * 100)
    assert sorted((c.kind, c.low) for c in core("\n".join(lines))) == FOUND


def _html_table(rows: Sequence[tuple[str, ...]]) -> str:
    return "<table>" + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows) + "</table>"


@pytest.mark.parametrize("lang", HEADS)
def test_an_empty_cell_moves_no_other(lang: str) -> None:
    rows = [HEADS[lang], ("Marwa", "1200", "", "14"), ("Tell Kabir", "85", "27", "3")]
    text = load_text(_page(_html_table(rows)))
    assert sorted((c.kind, c.low) for c in core(text)) == [told for told in FOUND if told[1] != 340]


@pytest.mark.parametrize("lang", HEADS)
def test_rows_may_say_what_is_counted_and_columns_where(lang: str) -> None:
    rows = [("", "Marwa", "Tell Kabir"), *zip(HEADS[lang], *ROWS, strict=True)]
    text = load_text(_page(_html_table([rows[0], *rows[2:]])))
    assert sorted((c.kind, c.low) for c in core(text)) == FOUND
