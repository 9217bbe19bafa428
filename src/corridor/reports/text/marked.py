"""The text as a page with the spans of its candidates marked, in the words of one language."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib import resources

from corridor.errors import UsageError
from corridor.reports.report import Candidate

_STYLE = """
body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
h1{font-size:1.3rem;overflow-wrap:anywhere;border-top:1px solid #ccc;padding-top:1rem}
nav ul{padding-inline-start:1.2rem}
mark{background:#fde9a9;color:inherit;border-bottom:2px solid #8a6a00}
mark.low{background:#f3f3f3;border-bottom:2px dotted #666}
mark a{font-size:.7rem;vertical-align:super;line-height:0;color:#5a4500;text-decoration:none;padding-inline-end:.15rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
td,th{border-bottom:1px solid #ccc;padding:.3rem;text-align:start;vertical-align:top}
td bdi{overflow-wrap:break-word}
td.n{white-space:nowrap}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:1rem 0}
tr:target,mark:target{outline:2px solid #1a56b0}
@media (max-width:40rem){
thead{position:absolute;clip-path:inset(50%);height:1px;width:1px;overflow:hidden}
tr{display:block;border-bottom:2px solid #999;padding:.4rem 0}
td{display:grid;grid-template-columns:6.5rem 1fr;border:0;padding:.1rem 0}
td bdi{justify-self:start;overflow-wrap:anywhere}
td.n{white-space:normal}
td::before{content:attr(data-head);color:#555}
td.empty{display:none}
}
@media print{mark{border-bottom-color:#000}nav{display:none}}
""".strip()
COLUMNS = ("number", "kind", "value", "source", "hedge", "quote", "reason")


class Words:
    """The words of the page in one language; raises UsageError for a language that the table does not have."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._texts = _texts().get(lang)
        if self._texts is None:
            raise UsageError(f"no page in language {lang!r}", hint="one of: " + ", ".join(sorted(_texts())))

    def __call__(self, key: str, **fields: str) -> str:
        """Return a text with its fields filled in; raises KeyError where the table lacks it."""
        said = (self._texts or {})[key]
        return said.format(**fields) if fields else said

    def number(self, value: float) -> str:
        """Return a number with its thousands set apart as the language does."""
        shown = f"{value:,.0f}" if value % 1 == 0 else f"{value:,g}"
        return shown.replace(",", self("thousands"))


@cache
def _texts() -> dict[str, dict[str, str]]:
    """Return the table of the page's words by language."""
    table = resources.files("corridor.reports.text").joinpath("marked.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(table.splitlines()))
    return {lang: {row["key"]: row[lang] for row in rows} for lang in rows[0] if lang != "key"}


def marked_html(text: str, candidates: Sequence[Candidate], *, title: str = "", lang: str = "en") -> str:
    """Return a page with the text, its spans marked and numbered, and a table of the candidates behind them."""
    return marked_page([(title or Words(lang)("texts"), text, candidates)], lang=lang)


def marked_page(parts: Sequence[tuple[str, str, Sequence[Candidate]]], *, lang: str = "en") -> str:
    """Return one page of several texts, each as its title, the text and the candidates that its spans carry."""
    words = Words(lang)
    title = ", ".join(name for name, _, _ in parts)
    listed = "".join(f'<li><a href="#t{at}"><bdi>{escape(part[0])}</bdi></a></li>' for at, part in enumerate(parts, 1))
    contents = f"<nav><p>{escape(words('texts'))}</p><ul>{listed}</ul></nav>" if len(parts) > 1 else ""
    return (
        f'<!doctype html><html lang="{words.lang}" dir="{words("dir")}"><head><meta charset="utf-8">'
        f'<title>{escape(title)}</title><meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"</head><body><main><p>{escape(words('lead'))}</p>{contents}"
        + "".join(_part(at, *part, words) for at, part in enumerate(parts, 1))
        + "</main></body></html>"
    )


def _part(at: int, title: str, text: str, candidates: Sequence[Candidate], words: Words) -> str:
    heads = "".join(f'<th scope="col">{escape(words(f"head.{name}"))}</th>' for name in COLUMNS)
    rows = "\n".join(_row(f"t{at}", n, c, words) for n, c in enumerate(candidates, 1))
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return (
        f'<section id="t{at}"><h1><bdi>{escape(title)}</bdi></h1>'
        f'<pre dir="auto">{_body(f"t{at}", text, candidates, words)}</pre>'
        + (table if candidates else f"<p>{escape(words('none'))}</p>")
        + "</section>"
    )


def _body(page: str, text: str, candidates: Sequence[Candidate], words: Words) -> str:
    """Cut the text where a span begins or ends, and mark each piece with every candidate that covers it."""
    opens: dict[int, list[int]] = {}
    closes: dict[int, list[int]] = {}
    for n, candidate in enumerate(candidates, 1):
        for start, end in ((candidate.start, candidate.end), *candidate.spans):
            opens.setdefault(start, []).append(n)
            closes.setdefault(end, []).append(n)
    parts: list[str] = []
    active: list[int] = []
    begun: list[int] = []
    before = 0
    for at in sorted({*opens, *closes, len(text)}):
        parts.append(_piece(page, text[before:at], active, begun, candidates, words))
        for n in closes.get(at, ()):
            active.remove(n)
        begun = opens.get(at, [])
        active += begun
        before = at
    return "".join(parts)


def _piece(
    page: str, piece: str, active: list[int], begun: list[int], candidates: Sequence[Candidate], words: Words
) -> str:
    if not piece or not active:
        return escape(piece)
    shown = [candidates[n - 1] for n in active]
    tip = "; ".join(f"{n}: {words(f'kind.{c.kind}')}, {_source(c, words)}" for n, c in zip(active, shown, strict=True))
    low = " class=low" if all(c.confidence < 0.5 for c in shown) else ""
    numbers = "".join(f'<a href="#{page}r{n}">{n}</a>' for n in begun)
    return f'<mark{low} title="{escape(tip)}">{numbers}{escape(piece)}</mark>'


def _row(page: str, n: int, c: Candidate, words: Words) -> str:
    said = (
        str(n),
        words(f"kind.{c.kind}"),
        value_words(c, words),
        _source(c, words),
        words(f"hedge.{c.hedge}") if c.low is not None or c.high is not None or c.hedge == "unknown" else "",
        c.quote,
        c.reason,
    )
    cells = (
        f'<td{_class(name, cell)} data-head="{escape(words(f"head.{name}"))}"{_tongue(name)}>'
        f'<bdi dir="auto">{escape(cell)}</bdi></td>'
        for name, cell in zip(COLUMNS, said, strict=True)
    )
    return f'<tr id="{page}r{n}">{"".join(cells)}</tr>'


def _class(name: str, cell: str) -> str:
    if not cell:
        return " class=empty"
    return " class=n" if name in ("number", "kind", "value", "hedge") else ""


def _tongue(name: str) -> str:
    """Return the language of a cell that is not in that of the page: the reader gives its reasons in English."""
    return ' lang="en"' if name == "reason" else ""


def _source(candidate: Candidate, words: Words) -> str:
    own = {"article": "source.article", "unknown": "source.unknown"}.get(candidate.source)
    return words(own) if own else candidate.source


def value_words(candidate: Candidate, words: Words) -> str:
    """Return the value of a candidate in a few words: 40,000, at least 463, at most 500, 1,500 to 5,000."""
    low, high = candidate.low, candidate.high
    if low is None and high is None:
        return words("value.unknown") if candidate.hedge == "unknown" else ""
    if low is None or high is None:
        bound = low if low is not None else high
        return words("value.min" if high is None else "value.max", n=words.number(bound or 0.0))
    same = low == high
    return words.number(low) if same else words("value.range", low=words.number(low), high=words.number(high))
