"""A QR code as one of our drawings, so that it stands in a page and on paper alike."""

from __future__ import annotations

from functools import cache
from itertools import groupby

import segno

from corridor.publishing.drawing import svg
from corridor.publishing.markup import Markup, el

BORDER = 4  # modules of silence around it (ISO/IEC 18004)


@cache
def code(text: str, label: str) -> Markup:
    """Return a QR code of a text; a tenth of it may be dirty or torn."""
    made = segno.make(text, micro=False, error="m", boost_error=False)
    size = len(made.matrix) + 2 * BORDER
    runs = []
    for y, row in enumerate(made.matrix, BORDER):
        x = BORDER
        for dark, modules in groupby(row, bool):
            length = len(list(modules))
            runs += [f"M{x} {y}h{length}v1h-{length}z"] if dark else []
            x += length
    ground = el("rect", x=0, y=0, width=size, height=size, fill="#ffffff")
    return svg(size, size, label, ground, el("path", d="".join(runs), fill="#000000"))
