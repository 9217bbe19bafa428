"""The text as a page with the spans of its candidates marked."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from corridor.reports.report import Candidate

_STYLE = """
body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}
mark{background:#fde9a9;border-bottom:2px solid #b8860b}
mark.low{background:#f3f3f3;border-bottom:2px dotted #777}
table{border-collapse:collapse;width:100%;font-size:.9rem}
td,th{border-bottom:1px solid #ccc;padding:.3rem;text-align:start;vertical-align:top}
pre{white-space:pre-wrap;font:inherit}
""".strip()


def marked_html(text: str, candidates: Sequence[Candidate], *, title: str = "Read") -> str:
    """Return a page with the text, its spans marked and numbered, and a table of the candidates behind them."""
    return marked_page([(title, text, candidates)])


def marked_page(parts: Sequence[tuple[str, str, Sequence[Candidate]]]) -> str:
    """Return one page of several texts, each as its title, the text and the candidates that its spans carry."""
    title = ", ".join(name for name, _, _ in parts)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        + "".join(_part(*part) for part in parts)
        + "</body></html>"
    )


def _part(title: str, text: str, candidates: Sequence[Candidate]) -> str:
    rows = "\n".join(_row(n, c) for n, c in enumerate(candidates, 1))
    head = "<tr><th>#</th><th>kind</th><th>value</th><th>source</th><th>hedge</th><th>quote</th><th>reason</th></tr>"
    return (
        f"<h1>{escape(title)}</h1><p>Candidates, not yet believed by anyone.</p>"
        f'<pre dir="auto">{_body(text, candidates)}</pre>'
        f"<table>{head}{rows}</table>"
    )


def _body(text: str, candidates: Sequence[Candidate]) -> str:
    """Cut the text where a span begins or ends, and mark each piece with every candidate that covers it."""
    opens: dict[int, list[int]] = {}
    closes: dict[int, list[int]] = {}
    for n, candidate in enumerate(candidates, 1):
        for start, end in ((candidate.start, candidate.end), *candidate.spans):
            opens.setdefault(start, []).append(n)
            closes.setdefault(end, []).append(n)
    parts: list[str] = []
    active: list[int] = []
    before = 0
    for at in sorted({*opens, *closes, len(text)}):
        parts.append(_piece(text[before:at], active, candidates))
        for n in closes.get(at, ()):
            active.remove(n)
        active += opens.get(at, ())
        before = at
    return "".join(parts)


def _piece(piece: str, active: list[int], candidates: Sequence[Candidate]) -> str:
    if not piece or not active:
        return escape(piece)
    shown = [candidates[n - 1] for n in active]
    tip = "; ".join(f"{n}: {c.kind}, {c.source}" for n, c in zip(active, shown, strict=True))
    low = " class=low" if all(c.confidence < 0.5 for c in shown) else ""
    return f'<mark{low} title="{escape(tip)}">{escape(piece)}</mark>'


def _row(n: int, c: Candidate) -> str:
    cells = (str(n), c.kind, value_words(c), c.source, c.hedge, c.quote, c.reason)
    return "<tr>" + "".join(f'<td dir="auto">{escape(cell)}</td>' for cell in cells) + "</tr>"


def value_words(candidate: Candidate) -> str:
    """Return the value of a candidate in a few signs: 40,000, at least 463, at most 500, 1,500 to 5,000."""
    low, high = candidate.low, candidate.high
    if low is None and high is None:
        return "?" if candidate.hedge == "unknown" else ""
    if high is None:
        return f"≥ {low:,g}"
    if low is None:
        return f"≤ {high:,g}"
    return f"{low:,g}" if low == high else f"{low:,g} to {high:,g}"
