"""In which language a report's words stand, for readers aloud and for hyphenation: by its letters and small words."""

from __future__ import annotations

import re

from corridor.publishing.markup import Child, el
from corridor.publishing.words import Words

ARABIC = re.compile(r"[\u0600-\u06ff]")
LETTER = re.compile(r"[^\W\d_]")
SMALL_WORDS = {
    "en": re.compile(
        r"\b(?:the|of|and|a|to|in|is|was|were|are|for|from|with|by|on|at|that|not|no|as|or|an|it|its|had)\b"
    ),
    "fr": re.compile(r"\b(?:le|la|les|des|du|de|et|un|une|est|sont|à|dans|pour|par|sur|que|qui|ne|pas|au|aux|ou|en)\b"),
}


def tongue(text: str) -> str | None:
    """Return `ar`, `en` or `fr`, or None where the words do not say."""
    letters = LETTER.findall(text)
    if letters and 2 * len(ARABIC.findall(text)) > len(letters):
        return "ar"
    counts = {lang: len(small.findall(text.lower())) for lang, small in SMALL_WORDS.items()}
    best = max(counts, key=lambda lang: counts[lang])
    return best if counts[best] > min(counts.values()) else None


def told(text: str, w: Words) -> Child:
    """Return a stranger's words, with the name of their language where it is not the page's."""
    lang = tongue(text)
    return el("span", text, lang=lang, dir="auto") if lang and lang != w.lang else text
