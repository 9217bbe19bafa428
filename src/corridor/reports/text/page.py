"""A page as its main text: what is shown of the article, a block a line, without what stands around it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_DROP = frozenset(
    (
        "script",
        "style",
        "nav",
        "aside",
        "footer",
        "form",
        "noscript",
        "figure",
        "button",
        "svg",
        "iframe",
        "template",
        "head",
        "del",
        "s",
        "strike",
        "select",
        "textarea",
        "object",
        "video",
        "audio",
    )
)
_BREAK = frozenset(
    (
        "p",
        "div",
        "br",
        "li",
        "tr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "ul",
        "ol",
        "time",
        "title",
        "article",
        "section",
        "blockquote",
        "header",
        "main",
        "figcaption",
        "dl",
        "dd",
        "caption",
        "summary",
        "details",
        "pre",
        "hr",
        "address",
    )
)
_WHOLE = ("html", "body", "main", "article")
_HTML = re.compile(r"\A\s*(<!doctype html|<html|<\?xml|<article|<body|<div|<head|<p[ >])", re.IGNORECASE)
_HIDDEN = re.compile(
    r"\b(?<!has-)(?<!with-)(?<!no-)(?<!without-)"
    r"(advert|promo|related|sponsor|newsletter|cookie|share|comment|sidebar|menu|caption|photo-credit|image-credit)",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NOTE = re.compile(r"[\s\d\[\](),*†‡]*")
_VOID = ("br", "img", "hr", "meta", "link", "input", "source", "wbr", "area", "base", "col", "embed", "track")
# Of a page that shows less than this of its text, what its classes hide was its article.
LEAST = 0.3


class _Item:
    """An item of a list that is open: where its words begin among the parts, and whether any stand outside a link."""

    def __init__(self) -> None:
        self.first = -1
        self.told = False


class _Text(HTMLParser):
    """The visible main text of a page: one line a block, cells of a table row on one line with a bar between."""

    def __init__(self, *, classes: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._classes = classes
        self._open: list[tuple[str, bool]] = []
        self._items: list[_Item] = []
        self._hidden = 0
        self._links = 0
        self._notes = 0
        self._cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("td", "th"):
            self._cell = True
        elif tag == "tr":
            self._cell = False
        if (tag in _BREAK and tag != "dd") or tag == "dt":
            # A paragraph inside a cell does not end the row.
            self.parts.append(" " if self._cell else "\n")
        elif tag in ("td", "th"):
            self.parts.append(" " if self.parts and self.parts[-1] == "\n" else " | ")
        if tag == "li":
            self._items.append(_Item())
        if tag in _VOID:
            return
        hidden = tag in _DROP or (tag not in _WHOLE and self._unseen(dict(attrs)))
        self._open.append((tag, hidden))
        self._hidden += hidden
        if tag == "a" and (dict(attrs).get("href") or "#").startswith("#"):
            # A link within the page leads to no other story.
            self._open[-1] = ("a#", hidden)
        self._links += self._open[-1][0] == "a"
        self._notes += tag == "sup"

    def _unseen(self, attrs: dict[str, str | None]) -> bool:
        """Tell whether an element is not shown, or by its names stands beside the article."""
        if "hidden" in attrs or attrs.get("aria-hidden") == "true" or _UNSEEN.search(attrs.get("style") or ""):
            return True
        names = " ".join(attrs.get(name) or "" for name in ("class", "id", "role"))
        return self._classes and bool(_HIDDEN.search(names))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("tr", "table", "td", "th"):
            self._cell = False
        if tag == "li" and self._items:
            self._end_item(self._items.pop())
        if tag in _BREAK:
            self.parts.append(" " if self._cell else "\n")
        elif tag == "dt":
            self.parts.append(": ")
        tag = "a#" if tag == "a" and any(name == "a#" for name, _ in self._open[-1:]) else tag
        if not any(name == tag for name, _ in self._open[-200:]):
            return
        while self._open:
            name, hidden = self._open.pop()
            self._hidden -= hidden
            self._links -= name == "a"
            self._notes -= name == "sup"
            if name == tag:
                break

    def _end_item(self, item: _Item) -> None:
        """Mark an item of a list; one that is all link to another page is a headline of that page."""
        if item.first >= 0 and item.told:
            self.parts[item.first] = f"- {self.parts[item.first].lstrip()}"
        elif item.first >= 0:
            del self.parts[item.first :]

    def handle_data(self, data: str) -> None:
        if self._hidden or (self._notes and _NOTE.fullmatch(data)):
            return
        if self._items and data.strip():
            item = self._items[-1]
            item.first = len(self.parts) if item.first < 0 else item.first
            item.told = item.told or not self._links
        pre = any(tag == "pre" for tag, _ in self._open[-4:])
        self.parts.append(data if pre else re.sub(r"\s+", " ", data))


def is_html(text: str) -> bool:
    """Tell whether a text is a page."""
    return bool(_HTML.match(text[:2000]))


def html_text(page: str) -> str:
    """Return the main text of a page, a paragraph a line with an empty line between; offsets count in it."""
    text = _text(page, classes=True)
    whole = _text(page, classes=False)
    return whole if len(text) < LEAST * len(whole) else text


def _text(page: str, *, classes: bool) -> str:
    parser = _Text(classes=classes)
    parser.feed(page)
    parser.close()
    lines = (line.strip() for line in "".join(parser.parts).split("\n"))
    return "\n\n".join(re.sub(r"\s*:\s*: ", ": ", line) for line in lines if line) + "\n"
