"""The name of who speaks, in the words before a verb of speech or behind it."""

from __future__ import annotations

from corridor.reports.text.fold import ARABIC
from corridor.reports.text.language import small, small_of
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence

PRONOUN = "\x00pronoun"


STOP = frozenset(',;:().!?"[]|')
MAX_NAME = 14


def in_quotes(sentence: Sentence, at: int) -> bool:
    """Tell whether a word stands right behind a quotation mark."""
    return at > 0 and sentence.words[at - 1] == '"'


def name_before(sentence: Sentence, text: str, mark: Mark, lang: str, *, upto: int = -1, wide: bool = False) -> str:
    """Return the subject in front of a verb: from the first actor or name of its clause to its first stop."""
    end = mark.first if upto < 0 else upto
    start = end
    stops = '";:' if wide else '";:,'
    quoted = '"' in sentence.words
    titled = {_titled(sentence, at): at for at in range(end) if sentence.words[at] == '"'} if quoted else {}
    ends = {m.last for m in sentence.of("CONTRAST", "CLAUSE")}
    while (
        start
        and (sentence.words[start - 1] not in stops or start in titled)
        and start not in ends
        and not _dash(sentence, start - 1)
    ):
        start = titled.get(start, start - 1)
    name = name_in(sentence, text, start, end, lang)
    if name or wide:
        return name
    if start and sentence.words[start - 1] not in ',"' and not _speaks(sentence, mark):
        return ""
    if not start and not _speaks(sentence, mark):
        return ""
    # ", the regional administration said": whatever stands alone in front of the verb is the speaker.
    short = 1 < end - start <= 6 and sentence.words[start] in small_of(lang, "determiner")
    return name_of(sentence, text, start, end, lang) if short else ""


def _speaks(sentence: Sentence, mark: Mark) -> bool:
    """Tell whether a verb of speech is one that only people do, whoever its subject is: "the diocese says"."""
    return mark.cls == "SAY" and sentence.words[mark.first] in small("speaks")


def _dash(sentence: Sentence, at: int) -> bool:
    """Tell whether a token is a dash between blanks, as after a dateline; a hyphen inside a name is none."""
    tokens = sentence.tokens
    if tokens.words[at] != "-" or not 0 < at < len(tokens) - 1:
        return False
    return tokens.end(at - 1) < tokens.start(at) and tokens.end(at) < tokens.start(at + 1)


def name_in(sentence: Sentence, text: str, start: int, end: int, lang: str) -> str:
    """Return the name between two places: an actor of the table, or words with a capital."""
    actors = [m for m in sentence.of("ACTOR") if start <= m.first < end]
    firsts = [m.first for m in actors[:1]]
    # Where all is in capitals, a capital tells no name: "MILTON EXPECTED TO MAKE LANDFALL".
    for at in () if _shouted(sentence, text) else range(start, end):
        if at in firsts:
            break
        opens = at > 0 or not actors or _proper(sentence, text, actors[0].first, lang)
        if text[sentence.tokens.start(at)].isupper() and opens and not _common(sentence, at, lang):
            firsts.append(at)
            break
    if not firsts:
        return ""
    first = min(firsts)
    while lang == "en" and first > start and (_adjective(sentence, first - 1) or _state(sentence, text, first - 1)):
        first -= 1
    last = _stop(sentence, text, first, end, lang)
    return name_of(sentence, text, first, last, lang)


def _shouted(sentence: Sentence, text: str) -> bool:
    """Tell whether a sentence of several words is in capitals."""
    words = [at for at, word in enumerate(sentence.words) if word.isalpha() and len(word) > 1]
    return len(words) >= SHOUTED and text[sentence.tokens.start(words[0]) : sentence.tokens.end(words[-1])].isupper()


SHOUTED = 4


def _proper(sentence: Sentence, text: str, end: int, lang: str) -> bool:
    """Tell whether the words that open a sentence are a proper name up to a place: "Al Manar TV"."""
    capitals = all(text[sentence.tokens.start(at)].isupper() for at in range(min(end, 2)))
    return capitals and end > 0 and sentence.words[0] not in small_of(lang, "small")


def _adjective(sentence: Sentence, at: int) -> bool:
    """Tell whether a word in front of an English office belongs to its name: "Turkish officials", "local media"."""
    word = sentence.words[at]
    known = any(m.first <= at < m.last and m.cls != "ACTOR" for m in sentence.marks)
    return word.isalpha() and len(word) > 3 and not known and word not in small_of("en", "determiner")


def _state(sentence: Sentence, text: str, at: int) -> bool:
    """Tell whether a word is the letters of a state or a body in front of an office: "US officials"."""
    word = text[sentence.tokens.start(at) : sentence.tokens.end(at)]
    return word.isalpha() and word.isupper() and len(word) > 1 and not _shouted(sentence, text)


def _common(sentence: Sentence, at: int, lang: str) -> bool:
    """Tell whether a capitalised word is an ordinary one: first in its sentence and known to the tables, or a day."""
    known = [m for m in sentence.marks if m.first <= at < m.last]
    if any(m.cls in ("WEEKDAY", "MONTH", "RELATIVE_DAY") for m in known):
        return True
    opens = not any(word[0].isalpha() for word in sentence.words[:at])
    return opens and (any(m.cls != "ACTOR" for m in known) or sentence.words[at] in small_of(lang, "determiner"))


def of_a_name(sentence: Sentence, text: str, mark: Mark, lang: str) -> bool:
    """Tell whether an English verb of speech is a word of a name between others: "the U.S. State Department"."""
    if lang != "en" or mark.last != mark.first + 1 or not 0 < mark.first < len(sentence.words) - 1:
        return False
    around = [sentence.tokens.start(at) for at in (mark.first, mark.first + 1)]
    return all(text[at].isupper() for at in around) and not _shouted(sentence, text)


def _stop(sentence: Sentence, text: str, first: int, end: int, lang: str) -> int:
    ends = ("RELATIVE", "SAY", "ACCUSE", "AUX", "WEEKDAY", "CONTRAST", "AGENCY", "QUOTING")
    found = [m for m in sentence.of(*ends) if m.first > first]
    stops = {m.first for m in found if not of_a_name(sentence, text, m, lang)}
    at = first
    while at < min(end, first + MAX_NAME) and at not in stops:
        step = _titled(sentence, at)
        if not step and sentence.words[at] in STOP and not _rank(sentence, at):
            break
        at = step or at + 1
    return min(at, end)


def _rank(sentence: Sentence, at: int) -> bool:
    """Tell whether a full stop only shortens a rank in front of a name: "said Lt. Marcus Boudreaux"."""
    return sentence.words[at] == "." and at > 0 and sentence.words[at - 1] in small("rank")


def _titled(sentence: Sentence, at: int) -> int:
    """Return where the name in quotation marks behind an office ends ("the organisation “Hands”"), 0 where none is."""
    if sentence.words[at] != '"' or not any(m.last == at for m in sentence.of("ACTOR")):
        return 0
    closing = [k for k in range(at + 2, min(at + TITLE, len(sentence.words))) if sentence.words[k] == '"']
    return closing[0] + 1 if closing else 0


TITLE = 6


def name_after(sentence: Sentence, text: str, at: int, lang: str, *, loose: bool = False) -> str:
    """Return the name behind a verb or behind "according to"."""
    size = len(sentence.words)
    skip = {m.first: m.last for m in sentence.marks if m.cls in ("AUX", "SAY") and m.cls != "PRON"}
    while at < size and (sentence.words[at] in ("ما", "-", "t", '"') or (loose and at in skip and lang == "ar")):
        at = max(at + 1, skip.get(at, 0) if loose else 0)
    if at >= size or sentence.words[at] in STOP:
        return ""
    if any(m.cls == "PRON" and m.first == at for m in sentence.marks):
        return PRONOUN
    # "a declare a l'AFP le gouverneur": whom it was told stands before who told it.
    asides = {m.first: m.last for m in sentence.of(*(("ASIDE",) if lang == "ar" else ("ASIDE", "AGENCY")))}
    spoken = at
    days = {m.first: m.last for m in sentence.marks if m.cls in ("WEEKDAY", "RELATIVE_DAY")}
    at = days.get(at, at)
    while at > spoken and at < size and sentence.words[at] in small_of(lang, "daypart"):
        at += 1
    # "a indique jeudi devant la presse la ministre": where it was said stands before who said it.
    at = asides.get(at, at)
    return _name_behind(sentence, text, (spoken, at), lang, loose=loose)


def _name_behind(sentence: Sentence, text: str, places: tuple[int, int], lang: str, *, loose: bool) -> str:
    """Return the name that begins at the second of two places; the verb of speech ends at the first."""
    spoken, at = places
    size = len(sentence.words)
    begin = at
    while begin < size and sentence.words[begin] in small_of(lang, "determiner"):
        begin += 1
    last = stop_after(sentence, at, size)
    if lang == "ar" and not loose and any(sentence.kind(k) == "digits" for k in range(at, min(last, at + 2))):
        # "the opposition puts them at 22,000": a number is nobody's name.
        return ""
    if lang == "ar" and begin < size and sentence.words[begin] in small_of(lang, "where"):
        # "it registered at the reception point 812 people": a place is nobody's name.
        return ""
    actors = [m for m in sentence.marks if m.cls == "ACTOR" and at <= m.first < last]
    capital = any(text[sentence.tokens.start(k)].isupper() for k in range(begin, min(last, begin + 5)))
    if begin < size and (sentence.words[begin] in small("that") or _numbered(sentence, begin)):
        # "Reports that a volunteer was killed", "told of four firemen hurt": what is told.
        return ""
    inverted = not loose and begin > at and sentence.words[at] not in small("and") and _inverted(sentence, spoken)
    inverted = inverted and not _of_what(sentence, begin, last)
    if not actors and not capital and not inverted and not (lang == "ar" and _named_ar(sentence, at, last)):
        return ""
    if actors and not capital and actors[0].first - begin > (6 if loose else 2):
        return ""
    if not actors and last < size and sentence.words[last] == ",":
        more = stop_after(sentence, last + 1, size)
        if any(m.cls == "ACTOR" and last < m.first < more for m in sentence.marks):
            last = more
    return name_of(sentence, text, at, last, lang)


def without_to(sentence: Sentence, mark: Mark, name: str) -> str:
    """Return a name without the "to" that Arabic writes together with it: "according to-the-ministry"."""
    behind = sentence.words[mark.last] if mark.last < len(sentence.words) else ""
    if sentence.words[mark.last - 1] not in small("accordingto") or not behind.startswith("ل") or name[:1] != "ل":
        return name
    if not any(m.first == mark.last for m in sentence.of("ACTOR")) or behind.startswith("لجن"):
        return name
    if behind.startswith("للجن"):
        # "According to-the-committee": the noun begins with the same letter; an adjective says whether it is definite.
        return "ا" + name if " ال" in name else name[1:]
    return "ا" + name[1:] if behind.startswith("لل") else name[1:]


def _numbered(sentence: Sentence, at: int) -> bool:
    """Tell whether a number of more than one begins at a token, in words."""
    return any(m.first == at and not m.value.startswith(("one:", "unit:1:")) for m in sentence.of("NUM"))


def _of_what(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether words behind a verb of speech are what is told, not who tells: "said the truce took effect"."""
    told = sentence.of("TRUCE", "DEAL", "CONVOY", "VEHICLE", "OPERATION", "ROAD", "FIRE", "BREAKDOWN", "DEALVERB")
    return any(m.first == first for m in told) or any(sentence.kind(at) == "digits" for at in range(first, last))


def _inverted(sentence: Sentence, at: int) -> bool:
    """Tell whether a verb of speech that ends before `at` stands between commas: ", explains a neighbour"."""
    said = [m for m in sentence.marks if m.cls in ("SAY", "DENY") and m.last == at]
    first = min((m.first for m in said), default=0)
    while first and (sentence.words[first - 1] in ("a", "ont", "avait", "avaient", "n'", "-", "t")):
        first -= 1
    return bool(said) and first > 0 and sentence.words[first - 1] in (",", '"')


def stop_after(sentence: Sentence, at: int, size: int) -> int:
    """Return where a name that begins at a place ends: at a verb of speech, a relative, a day or a sign."""
    stops = {
        m.first
        for m in sentence.marks
        if m.cls in ("RELATIVE", "SAY", "ACCUSE", "WEEKDAY", "CONTRAST", "AGENCY", "QUOTING") and m.first > at
    }
    stops |= _told_behind(sentence, at)
    end = at
    while end < min(size, at + MAX_NAME) and end not in stops:
        step = _titled(sentence, end)
        if not step and sentence.words[end] in STOP and not _rank(sentence, end):
            break
        end = step or end + 1
    return min(end, size)


def _told_behind(sentence: Sentence, at: int) -> set[int]:
    """Return where an Arabic verb's object begins behind its subject: "the directorate announces [the] end of"."""
    if at >= len(sentence.words) or sentence.words[at][0] < ARABIC:
        return set()
    actors = [m for m in sentence.of("ACTOR") if m.first == at]
    if not actors:
        return set()
    told = sentence.of(*_TOLD)
    counted = {at for at in sentence.numbered if at >= actors[0].last and sentence.kind(at) == "digits"}
    return counted | {
        m.first for m in told if m.first >= actors[0].last and not sentence.words[m.first].startswith(("ال", "لل"))
    }


_TOLD = (
    *("EVAC", "LEAVE", "STOP", "RESUME", "START", "DEAD", "INJURED", "END", "ARRIVE", "REMAIN"),
    *("CLOSED", "TAKEIN", "FIRE", "WEATHER", "BREAKDOWN", "AGREED", "TRUCE"),
)


def _named_ar(sentence: Sentence, at: int, last: int) -> bool:
    """Arabic has no capitals: a short phrase between the verb of speech and "that" is its subject."""
    return (
        0 < last - at <= 6
        and last < len(sentence.words)
        and sentence.words[last] in ("ان", "انه", "انها", ",")
        and sentence.words[at] not in ("ان", "انه", "انها", "في", "عن", "ل", "من")
    )


def name_of(sentence: Sentence, text: str, first: int, last: int, lang: str) -> str:
    """Return the name between two places as worded, without its determiner; empty where it can be none."""
    small = small_of(lang, "determiner")
    while first < last and sentence.words[first] in small:
        first += 1
    behind = small | small_of(lang, "preposition")
    while last > first and sentence.words[last - 1] in behind:
        last -= 1
    if last - first > 1 and sentence.words[last - 1] == "s" and sentence.words[last - 2].endswith("'"):
        # "The Commission's estimate is": the Commission says it.
        last -= 1
    if first >= last or not _plausible(sentence, first, last):
        return ""
    return " ".join(text[sentence.tokens.start(first) : sentence.tokens.end(last - 1)].split()).rstrip("'’")


_NO_NAME = frozenset(
    ("AUX", "PASSIVE", "PLAN", "NEG", "NONE", "SAY", "LEAVE", "EVAC", "ARRIVE", "HOWMANY", "ABOARD", "UNKNOWNING")
)


def _plausible(sentence: Sentence, first: int, last: int) -> bool:
    """Tell whether words can be the name of who speaks: an actor of the tables, or words without a verb among them."""
    if sentence.kind(first) == "digits":
        # "40 persons have told the wardens": who is counted is no source.
        return False
    inside = [m for m in sentence.marks if m.first < last and m.last > first]
    actors = {k for m in inside if m.cls == "ACTOR" for k in range(m.first, m.last)}
    if any(m.cls == "AGREED" and m.first > first for m in inside):
        # "The parties had agreed in writing": nobody speaks.
        return False
    if first in actors:
        return True
    if any(m.first == first and m.cls == "PERSON" and m.value in ("killed", "wounded") for m in inside):
        # "One death of an infant was recorded": the dead and the hurt tell nothing.
        return False
    verbs = any(
        m.cls in _NO_NAME and not actors.issuperset(range(m.first, m.last)) and m.value != "noun" for m in inside
    )
    return not verbs or (bool(actors) and not any(m.cls in ("NEG", "NONE") and m.first == first for m in inside))
