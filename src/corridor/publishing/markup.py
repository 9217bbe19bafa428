"""HTML and SVG from small functions: everything is escaped unless it is markup already."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TypeAlias


class Markup(str):
    """Text that is HTML already; only the functions of this module make it from strangers' words."""

    __slots__ = ()


Child: TypeAlias = "str | int | Iterable[Child] | None"
Attribute: TypeAlias = "str | float | bool | None"

VOID = frozenset({"meta", "link", "br", "hr", "col", "img", "input"})
# Elements of SVG that carry no text, closed at once to keep the page small.
BARE = frozenset({"circle", "line", "path", "rect", "polyline", "polygon", "use", "stop"})


def text(child: Child) -> Markup:
    """Return a child as markup: escaped, unless it is markup; None is nothing; the members of a list follow."""
    if child is None:
        return Markup("")
    if isinstance(child, Markup):
        return child
    if isinstance(child, str | int):
        return Markup(escape(str(child)))
    return Markup("".join(text(each) for each in child))


def number(value: float) -> str:
    """Return a coordinate with at most two decimals, the same on every machine."""
    shown = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if shown in ("-0", "") else shown


def el(tag: str, *children: Child, **attributes: Attribute) -> Markup:
    """Return an element; `class_` gives class, `stroke_width` gives stroke-width, None and False are left out."""
    parts = [tag]
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        key = name.rstrip("_").replace("_", "-")
        if value is True:
            parts.append(key)
        else:
            shown = number(value) if isinstance(value, int | float) else escape(value)
            parts.append(f'{key}="{shown}"')
    head = " ".join(parts)
    if tag in VOID:
        return Markup(f"<{head}>")
    if tag in BARE and not children:
        return Markup(f"<{head}/>")
    return Markup(f"<{head}>{text(children)}</{tag}>")


def join(children: Iterable[Child], separator: str = "") -> Markup:
    """Return the children one after the other with a separator between them."""
    return Markup(escape(separator).join(text(child) for child in children))


def link(url: str, label: str) -> Markup:
    """Return a link to a page of the web, or the label alone where the address is of another kind."""
    if not url.startswith(("http://", "https://")):
        return text(label)
    return el("a", label, href=url, rel="noreferrer noopener")


def table(head: Iterable[Child], rows: Iterable[Iterable[Child]], *, caption: str = "", class_: str = "") -> Markup:
    """Return a table in a frame that scrolls by itself, so that the page never does; first cells are row heads."""
    names = list(head)
    columns = el("tr", [el("th", cell, scope="col") for cell in names])
    body = []
    for row in rows:
        first, *rest = list(row)
        body.append(
            el(
                "tr",
                el("th", first, scope="row"),
                [el("td", cell, data_label=_plain(names, i)) for i, cell in enumerate(rest, 1)],
            )
        )
    title = el("caption", caption) if caption else None
    inner = el("table", title, el("thead", columns), el("tbody", body), class_=class_ or None)
    return el("div", inner, class_="scroll", tabindex="0", role="region", aria_label=caption or None)


def _plain(names: list[Child], index: int) -> str | None:
    """Return a column's name for the cells that a narrow screen stacks, where it is plain text."""
    name = names[index] if index < len(names) else None
    return name if isinstance(name, str) else None
