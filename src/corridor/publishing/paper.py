"""Our own HTML as Typst: one content is written once, and printed from the same words."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from corridor.publishing.markup import VOID
from corridor.publishing.typeset import FAMILIES, picture, size

SVG = re.compile(r"<svg\b[^>]*>.*?</svg>", re.DOTALL)
LABEL = re.compile(r'aria-label="([^"]*)"')
SPECIAL = re.compile(r'[\\#$*_`<>@\[\]~"\'/=+-]')
COMMAND = re.compile(r"#[\w.]+(\([^)]*\))?\[?")
# A column whose longest cell has no more letters than this keeps its width; longer ones break their lines.
NARROW, WIDEST = 24, 160
# A stranger's words within a line of the other direction (Unicode, annex 9): first strong isolate, and its end.
ISOLATES, END = {"auto": "\u2068", "ltr": "\u2066", "rtl": "\u2067"}, "\u2069"
CODE = 120
HIDDEN = frozenset({"style", "head", "title", "nav"})
HEAD = """#set document(title: {title})
#set text(font: ({fonts}), lang: "{lang}", dir: {dir}, size: 8.6pt, fill: rgb("#1d1c1a"))
#set page(paper: "a4", margin: (x: 15mm, top: 13mm, bottom: 14mm), background: {watermark}, footer: context [
  #set text(size: 7pt, fill: rgb("#5b5750"))
  {mark} #h(1fr) #counter(page).display("1 / 1", both: true)])
#set par(leading: 0.52em, spacing: 0.75em)
#set table(stroke: (x, y) => (bottom: 0.4pt + rgb("#d9d4c7")), inset: (x: 3pt, y: 2.6pt))
#show heading.where(level: 1): set text(size: 19pt)
#show heading.where(level: 2): set text(size: 11.5pt)
#show heading.where(level: 3): set text(size: 9.5pt)
#show heading: set block(above: 1.0em, below: 0.5em)
#show link: set text(fill: rgb("#0b5c6b"))
#show table.cell.where(y: 0): set text(weight: "semibold")
#show table: set text(size: 7.6pt)
#set list(marker: [–], spacing: 0.55em)
"""

SMALL = '#text(size: 7pt, fill: rgb("#5b5750"))['
# What stands before and after an element, and what its class adds inside.
ELEMENTS = {
    "h1": ("\n= ", "\n"),
    "h2": ("\n== ", "\n"),
    "h3": ("\n=== ", "\n"),
    "p": ("\n\n", "\n\n"),
    "li": ("\n- ", "\n"),
    "strong": ("#strong[", "]"),
    "b": ("#strong[", "]"),
    "em": ("#emph[", "]"),
    "sup": ("#super[", "]"),
    "q": ("«", "»"),
    "code": ("#text(size: 0.9em)[", "]"),
    "small": ("#linebreak()" + SMALL, "]"),
    "figcaption": ("\n\n" + SMALL, "]\n\n"),
    "footer": ("\n\n#text(size: 7.4pt)[", "]"),
}
FOOT = "\ue000"  # of the notes; no text of ours or of a stranger holds it in print
ENDED = "]]\n"
CLASSES = {
    "annex": ("\n#pagebreak(weak: true)\n", ""),
    "break": ("\n#pagebreak(weak: true)\n", ""),
    "notes": ("\n#[#set text(size: 6.8pt)\n#columns(2)[\n", FOOT),
    "fine": ("#text(size: 7.4pt)[", "]"),
    "moment": ("#text(size: 7.4pt)[", "]"),
    "mark": ("#text(size: 7.4pt)[", "]"),
    "standfirst": ("#text(size: 9.6pt)[", "]"),
    "order": ("#text(size: 12pt)[", "]"),
    "large": ("#text(size: 17pt)[", "]"),
}
CELL, PAIRED = "cell", ")\n"


class Paper(HTMLParser):
    """A reader of our markup that writes Typst; `pictures` are the drawings it met, by the names it gave them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures: dict[str, bytes] = {}
        self._labels: list[str] = []
        self._stack: list[list[str]] = [[]]
        self._closers: list[tuple[str, str]] = []
        self._hidden = 0
        self._rows: list[list[list[tuple[str, bool]]]] = []

    def convert(self, text: str) -> str:
        """Return markup as Typst."""
        self.feed(SVG.sub(self._drawn, text))
        self.close()
        # Columns take all that is left of a page: what follows the notes stands below them, not on a page of its own.
        before, notes, after = "".join(self._stack[0]).rpartition(FOOT)
        return before.replace(FOOT, ENDED) + after + (ENDED if notes else "")

    def _drawn(self, found: re.Match[str]) -> str:
        name = f"d{len(self._labels)}"
        label = LABEL.search(found[0])
        self.pictures[f"{name}.svg"] = picture(found[0])
        self._labels.append(label[1] if label else "")
        # A drawing in small units is a code to scan: it need not fill the page.
        return (
            f'<img src="{name}.svg" alt="{self._labels[-1]}" width="{"45%" if size(found[0])[0] < CODE else "100%"}">'
        )

    def _write(self, text: str) -> None:
        self._stack[-1].append(text)

    def handle_data(self, data: str) -> None:
        """Write words, with the signs that Typst would read as its own made plain."""
        if not self._hidden:
            self._write(plain(re.sub(r"\s+", " ", data)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open what Typst has for an element."""
        given = {key: value or "" for key, value in attrs}
        if tag in HIDDEN:
            self._hidden += 1
        if tag == "img":
            self._write(f'#image("{given["src"]}", width: {given["width"]}, alt: {quoted(given.get("alt", ""))})\n')
        elif tag == "br":
            self._write("#linebreak()")
        elif tag not in VOID:
            self._closers.append((tag, self._open(tag, given)))

    def _open(self, tag: str, given: dict[str, str]) -> str:
        """Write the opening of an element and return its closing."""
        classes = given.get("class", "").split()
        if tag in ("table", "dl"):
            self._rows.append([])
        if tag == "tr" or (tag == "div" and self._within("dl")):
            self._rows[-1].append([])
        if tag in ("td", "th", "dt", "dd"):
            self._stack.append([])
            return CELL
        if tag == "caption":
            self._stack.append([])
            return ""
        opened, closed = self._marks(tag, given, classes)
        for name in classes:
            before, after = CLASSES.get(name, ("", ""))
            opened, closed = (before + opened if name == "break" else opened + before), after + closed
        if given.get("dir") in ISOLATES:
            opened, closed = opened + ISOLATES[given["dir"]], END + closed
        self._write(opened)
        return closed

    def _marks(self, tag: str, given: dict[str, str], classes: list[str]) -> tuple[str, str]:
        """Return what stands before and after an element."""
        if tag == "a":
            return self._link(given.get("href", ""))
        if tag == "div" and "pair" in classes:
            return "#grid(columns: (1fr, 1fr), gutter: 12pt, ", PAIRED
        if tag == "figure" and self._closers and self._closers[-1][1] == PAIRED:
            return "[", "], "
        here = f"#metadata(none)<{given['id']}> " if re.fullmatch(r"[rm]-\w+", given.get("id", "")) else ""
        opened, closed = ELEMENTS.get(tag, ("", ""))
        return opened + (here if tag == "li" else ""), closed

    def _link(self, href: str) -> tuple[str, str]:
        if href.startswith("#"):
            return f"#link(<{href[1:]}>)[", "]"
        return (f"#link({quoted(href)})[", "]") if href.startswith(("http://", "https://")) else ("", "")

    def _within(self, name: str) -> bool:
        return bool(self._closers) and self._closers[-1][0] == name

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if tag in HIDDEN:
            self._hidden -= 1
        if tag in VOID or not self._closers:
            return
        _, closing = self._closers.pop()
        if closing == CELL:
            self._rows[-1][-1].append(("".join(self._stack.pop()), tag == "th"))
        elif tag == "caption":
            self._write(f"\n\n{SMALL}{''.join(self._stack.pop())}]\n\n")
        elif tag == "table":
            self._write(_table(self._rows.pop()))
        elif tag == "dl":
            self._write(_tiles(self._rows.pop()))
        else:
            self._write(closing)


def _table(rows: list[list[tuple[str, bool]]]) -> str:
    """Return a table whose first row is its head, for readers aloud too; columns of long texts share the room."""
    head, *body = [row for row in rows if row]
    columns = ", ".join(_width([_length(row[at][0]) for row in body if at < len(row)]) for at in range(len(head)))
    named = ", ".join(f"[{cell}]" for cell, _ in head)
    cells = ",\n".join(f"[{cell}]" for row in body for cell, _ in row)
    return f"\n#table(columns: ({columns},), table.header({named}),\n{cells})\n"


def _length(cell: str) -> int:
    """Return about how many letters a cell shows."""
    return len(COMMAND.sub("", cell))


def _width(lengths: list[int]) -> str:
    longest = max(lengths, default=0)
    return "auto" if longest <= NARROW else f"{min(longest, WIDEST) ** 0.5:.2f}fr"


def _tiles(rows: list[list[tuple[str, bool]]]) -> str:
    """Return the headline figures as tiles: the figure large, what it is small."""
    tiles = []
    for row in rows:
        label, value = row[0][0], row[-1][0]
        tiles.append(
            'block(stroke: (top: 1.2pt + rgb("#0b5c6b")), inset: (top: 4pt, rest: 1pt), width: 100%)'
            f'[#text(size: 14pt, weight: "bold")[{value}]#linebreak()#text(size: 7.4pt)[{label}]]'
        )
    columns = min(len(tiles), 3) or 1
    return f"\n#grid(columns: (1fr,) * {columns}, gutter: 9pt, {', '.join(tiles)})\n"


def plain(words: str) -> str:
    """Return words that Typst takes as words."""
    return SPECIAL.sub(lambda found: "\\" + found[0], words)


def quoted(words: str) -> str:
    """Return words as a Typst string."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def document(body: str, *, title: str, lang: str, right_to_left: bool, mark: str) -> tuple[str, dict[str, bytes]]:
    """Return our markup as a Typst document with its pictures; `mark` stands at each page's foot and across it."""
    reader = Paper()
    made = reader.convert(body)
    across = (
        f'rotate(-38deg, text(size: 46pt, fill: rgb("#00000010"), weight: "bold")[{plain(mark.partition(" · ")[0])}])'
    )
    head = HEAD.format(
        title=quoted(title),
        fonts=FAMILIES,
        lang=lang,
        dir="rtl" if right_to_left else "ltr",
        mark=plain(mark),
        watermark=across,
    )
    return head + made, reader.pictures
