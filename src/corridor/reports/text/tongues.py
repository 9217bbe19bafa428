"""The language of one paragraph in a text of several: a chat where two write French and one Arabic, a notice in two."""

from __future__ import annotations

import re
from functools import cache

from corridor.reports.text.language import languages, small_of

_LATIN = re.compile("[a-zà-ÿ]")
_ARABIC_LETTER = re.compile("[\u0600-\u06ff]")
ARABIC_SCRIPT = "ar"
FEW_LETTERS = 8
OWN_WORDS = 2
OTHER_WORDS = 3


def tongue(folded: str, lang: str) -> str:
    """Return the language of a folded paragraph: its text's, unless its letters or small words plainly say another."""
    if lang == ARABIC_SCRIPT:
        if not _mostly(_LATIN, _ARABIC_LETTER, folded):
            return lang
        lang = ""
    elif _ARABIC_LETTER.search(folded) and _mostly(_ARABIC_LETTER, _LATIN, folded):
        return ARABIC_SCRIPT if ARABIC_SCRIPT in languages() else lang
    words = folded.replace("'", " ").split()
    own = len(_own(lang).intersection(words)) if lang else 0
    if own >= OWN_WORDS:
        return lang
    others = [other for other in languages() if other not in (lang, ARABIC_SCRIPT)]
    told = {other: len(_own(other).intersection(words)) for other in others}
    best = max(told, key=lambda other: (told[other], other), default="")
    if best and told[best] >= (OTHER_WORDS if lang else 1) and told[best] > 2 * own:
        return best
    return lang or (best if best and told[best] else ARABIC_SCRIPT)


def _mostly(these: re.Pattern[str], those: re.Pattern[str], folded: str) -> bool:
    found = len(these.findall(folded))
    return found >= FEW_LETTERS and found > 2 * len(those.findall(folded))


@cache
def _own(lang: str) -> frozenset[str]:
    """Return the small words of a language that no other has."""
    others = frozenset(word for other in languages() if other != lang for word in small_of(other, "small"))
    return small_of(lang, "small") - others
