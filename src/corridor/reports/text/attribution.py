"""Who says it: speech before, after and around a claim, nested sources, and pronouns that may have no antecedent."""

from __future__ import annotations

from typing import NamedTuple

from corridor.reports.text.fold import ARABIC
from corridor.reports.text.language import small, small_of
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence

PRONOUN = "\x00pronoun"
UNKNOWN = "unknown"
ARTICLE = "article"


class Speaker(NamedTuple):
    """A speaker of a sentence: the name as worded (or PRONOUN) and the term that makes them speak."""

    name: str
    cue: Mark


_STOP = frozenset(',;:().!?"[]|')
_BREAKS = frozenset(",;")
MAX_NAME = 14
MAX_SPEAKERS = 8


def speakers(sentence: Sentence, text: str, lang: str) -> list[Speaker]:
    """Return who speaks in a sentence, in the order of their cues."""
    found: list[Speaker] = []
    said = sentence.of("ACCORDING", "SAY", "ACCUSE", "DENY")
    if not said:
        return found
    relayed = {mark.first for mark in sentence.of("QUOTING")}
    first_hand = [mark for mark in said if mark.first not in relayed]
    for mark in (first_hand or said)[:MAX_SPEAKERS]:
        name = ""
        if mark.cls == "ACCORDING":
            named = sentence.words[mark.last - 1].startswith("source")
            name = _after(sentence, text, mark.last - named, lang, loose=True)
            if named and not name:
                name = _text(
                    sentence, text, mark.last - 1, _stop_after(sentence, mark.last - 1, len(sentence.words)), lang
                )
        else:
            if found and found[-1].cue.first == mark.first:
                continue
            name = _of_verb(sentence, text, mark, lang)
        if name:
            found.append(Speaker(_nested(sentence, text, name, mark, lang), mark))
    return found + _elliptic(sentence, text, found, lang)


def _elliptic(sentence: Sentence, text: str, found: list[Speaker], lang: str) -> list[Speaker]:
    """Return who gives another figure without a verb of their own: "the mayor speaks of 900, the army of 400"."""
    if not found or found[0].cue.cls == "ACCORDING":
        return []
    words, more = sentence.words, []
    for mark in sentence.of("ACTOR"):
        start = mark.first
        while start and words[start - 1] in small_of(lang, "determiner"):
            start -= 1
        opens = start and words[start - 1] in _BREAKS.union(small_of(lang, "and"), small_of(lang, "while"))
        end = mark.last
        while end < len(words) and words[end] in small_of(lang, "figure"):
            end += 1
        number = end > mark.last and end < len(words) and _figure_at(sentence, end)
        if opens and number and mark.first > found[0].cue.last:
            name = _text(sentence, text, mark.first, mark.last, lang)
            more += [Speaker(name, mark._replace(cls="SAY"))] if name else []
    return more


def _figure_at(sentence: Sentence, at: int) -> bool:
    """Tell whether a number or its hedge begins at a token."""
    if sentence.kind(at) == "digits":
        return True
    return any(m.first == at and (m.cls == "NUM" or m.cls.startswith("HEDGE_")) for m in sentence.marks)


def _of_verb(sentence: Sentence, text: str, mark: Mark, lang: str) -> str:
    if _passive(sentence, mark):
        by = [m for m in sentence.marks if m.cls == "BY" and mark.last <= m.first <= mark.last + 6]
        return _after(sentence, text, by[0].last, lang) if by else ""
    if lang == "ar":
        return (
            _after(sentence, text, mark.last, lang)
            or _before(sentence, text, mark, lang)
            or _pronoun_ar(sentence, mark)
        )
    return _subject(sentence, text, mark, lang)


def _passive(sentence: Sentence, mark: Mark) -> bool:
    passive = sentence.of("PASSIVE")
    return bool(passive) and any(0 <= mark.first - m.last <= 1 for m in passive)


def _pronoun_ar(sentence: Sentence, mark: Mark) -> str:
    """Return the pronoun that an Arabic verb of speech holds when "that" follows it at once: "he said that"."""
    following = sentence.words[mark.last] if mark.last < len(sentence.words) else ""
    return PRONOUN if following in ("ان", "انه", "انها", "انهم", ":") and mark.cls == "SAY" else ""


def _subject(sentence: Sentence, text: str, mark: Mark, lang: str) -> str:
    at, pronoun = mark.first - 1, False
    aux = {k for m in sentence.of("AUX", "NEG", "PLAN") for k in range(m.first, m.last)}
    prons = {k for m in sentence.of("PRON") for k in range(m.first, m.last)}
    prons |= {k for k in aux if sentence.words[k] in small_of(lang, "pronoun")}
    while at >= 0 and (at in aux or at in prons or sentence.words[at] in ("-", "t")):
        # "La Turquie a elle chiffré": a pronoun behind its auxiliary, without a hyphen, only stresses the subject.
        pronoun = pronoun or (at in prons and (at - 1 not in aux or sentence.words[at - 1] == "-"))
        at -= 1
    if at >= 0 and sentence.words[at] in small_of(lang, "and"):
        # "Desert Doctors, an aid group, asks for ten cars and says": the subject opens the sentence.
        return _opening(sentence, text, mark, lang)
    if at >= 0 and sentence.words[at] not in _STOP:
        name = _before(sentence, text, mark, lang, upto=at + 1)
        if name:
            return name
        return PRONOUN if pronoun else ""
    if pronoun:
        return PRONOUN
    if not pronoun:
        inverted = _after(sentence, text, mark.last, lang)
        if inverted:
            return inverted
    if at >= 0 and sentence.words[at] == "," and not _in_quotes(sentence, at):
        name = _apposed(sentence, text, at, lang) or _before(sentence, text, mark, lang, upto=at, wide=True)
        if name:
            return name
    after = [m for m in sentence.marks if m.cls == "PRON" and m.first in (mark.last, mark.last + 1)]
    return PRONOUN if pronoun or after else ""


def _apposed(sentence: Sentence, text: str, end: int, lang: str) -> str:
    """Return the office with the name between commas behind it: "31 centres, the minister, Huda Maliki, told"."""
    words = sentence.words
    start = end - 1
    while start > 0 and words[start] not in _STOP:
        start -= 1
    if words[start] != "," or not text[sentence.tokens.start(start + 1)].isupper():
        return ""
    actors = [m for m in sentence.of("ACTOR") if 0 < start - m.last + 1 <= APPOSED]
    if not actors:
        return ""
    office = actors[-1].first
    while office and words[office - 1] not in _STOP and words[office - 1] not in small_of(lang, "determiner"):
        office -= 1
    first = office if actors[-1].first - office <= APPOSED else actors[-1].first
    return _text(sentence, text, first, end, lang)


APPOSED = 5


def _opening(sentence: Sentence, text: str, mark: Mark, lang: str) -> str:
    """Return the subject with which a sentence opens: up to its first verb or comma."""
    verbs = ("AUX", "PASSIVE", "PLAN", "SAY", "NEED", "NEG", "CAPACITY", "EVAC", "LEAVE", "HOUSE", "ARRIVE")
    ends = [m.first for m in sentence.marks if m.cls in verbs and 0 < m.first < mark.first]
    ends += [at for at, word in enumerate(sentence.words[: mark.first]) if word in _STOP]
    return _phrase(sentence, text, 0, min(ends, default=mark.first), lang)


def _in_quotes(sentence: Sentence, at: int) -> bool:
    return at > 0 and sentence.words[at - 1] == '"'


def _before(sentence: Sentence, text: str, mark: Mark, lang: str, *, upto: int = -1, wide: bool = False) -> str:
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
    name = _phrase(sentence, text, start, end, lang)
    if name or wide:
        return name
    if start and sentence.words[start - 1] not in ',"' and not _speaks(sentence, mark):
        return ""
    if not start and not _speaks(sentence, mark):
        return ""
    # ", the regional administration said": whatever stands alone in front of the verb is the speaker.
    short = 1 < end - start <= 6 and sentence.words[start] in small_of(lang, "determiner")
    return _text(sentence, text, start, end, lang) if short else ""


def _speaks(sentence: Sentence, mark: Mark) -> bool:
    """Tell whether a verb of speech is one that only people do, whoever its subject is: "the diocese says"."""
    return mark.cls == "SAY" and sentence.words[mark.first] in small("speaks")


def _dash(sentence: Sentence, at: int) -> bool:
    """Tell whether a token is a dash between blanks, as after a dateline; a hyphen inside a name is none."""
    tokens = sentence.tokens
    if tokens.words[at] != "-" or not 0 < at < len(tokens) - 1:
        return False
    return tokens.end(at - 1) < tokens.start(at) and tokens.end(at) < tokens.start(at + 1)


def _phrase(sentence: Sentence, text: str, start: int, end: int, lang: str) -> str:
    """Return the name between two places: an actor of the table, or words with a capital."""
    actors = [m for m in sentence.of("ACTOR") if start <= m.first < end]
    firsts = [m.first for m in actors[:1]]
    for at in range(start, end):
        if at in firsts:
            break
        if text[sentence.tokens.start(at)].isupper() and (at > 0 or not actors) and not _common(sentence, at, lang):
            firsts.append(at)
            break
    if not firsts:
        return ""
    first = min(firsts)
    while lang == "en" and first > start and _adjective(sentence, first - 1):
        first -= 1
    last = _stop(sentence, first, end)
    return _text(sentence, text, first, last, lang)


def _adjective(sentence: Sentence, at: int) -> bool:
    """Tell whether a word in front of an English office belongs to its name: "Turkish officials", "local media"."""
    word = sentence.words[at]
    known = any(m.first <= at < m.last and m.cls != "ACTOR" for m in sentence.marks)
    return word.isalpha() and len(word) > 3 and not known and word not in small_of("en", "determiner")


def _common(sentence: Sentence, at: int, lang: str) -> bool:
    """Tell whether a capitalised word is an ordinary one: first in its sentence and known to the tables, or a day."""
    known = [m for m in sentence.marks if m.first <= at < m.last]
    if any(m.cls in ("WEEKDAY", "MONTH", "RELATIVE_DAY") for m in known):
        return True
    opens = not any(word[0].isalpha() for word in sentence.words[:at])
    return opens and (any(m.cls != "ACTOR" for m in known) or sentence.words[at] in small_of(lang, "determiner"))


def _stop(sentence: Sentence, first: int, end: int) -> int:
    stops = {
        m.first
        for m in sentence.marks
        if m.cls in ("RELATIVE", "SAY", "ACCUSE", "AUX", "WEEKDAY", "CONTRAST", "AGENCY", "QUOTING") and m.first > first
    }
    at = first
    while at < min(end, first + MAX_NAME) and at not in stops:
        step = _titled(sentence, at)
        if not step and sentence.words[at] in _STOP and not _rank(sentence, at):
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


def _after(sentence: Sentence, text: str, at: int, lang: str, *, loose: bool = False) -> str:
    """Return the name behind a verb or behind "according to"."""
    size = len(sentence.words)
    skip = {m.first: m.last for m in sentence.marks if m.cls in ("AUX", "SAY") and m.cls != "PRON"}
    while at < size and (sentence.words[at] in ("ما", "-", "t", '"') or (loose and at in skip and lang == "ar")):
        at = max(at + 1, skip.get(at, 0) if loose else 0)
    if at >= size or sentence.words[at] in _STOP:
        return ""
    if any(m.cls == "PRON" and m.first == at for m in sentence.marks):
        return PRONOUN
    asides = {m.first: m.last for m in sentence.of("ASIDE")}
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
    last = _stop_after(sentence, at, size)
    if lang == "ar" and not loose and any(sentence.kind(k) == "digits" for k in range(at, min(last, at + 2))):
        # "the opposition puts them at 22,000": a number is nobody's name.
        return ""
    if lang == "ar" and begin < size and sentence.words[begin] in small_of(lang, "where"):
        # "it registered at the reception point 812 people": a place is nobody's name.
        return ""
    actors = [m for m in sentence.marks if m.cls == "ACTOR" and at <= m.first < last]
    capital = any(text[sentence.tokens.start(k)].isupper() for k in range(begin, min(last, begin + 5)))
    inverted = not loose and begin > at and sentence.words[at] not in small("and") and _inverted(sentence, spoken)
    if not actors and not capital and not inverted and not (lang == "ar" and _named_ar(sentence, at, last)):
        return ""
    if actors and not capital and actors[0].first - begin > (6 if loose else 2):
        return ""
    if not actors and last < size and sentence.words[last] == ",":
        more = _stop_after(sentence, last + 1, size)
        if any(m.cls == "ACTOR" and last < m.first < more for m in sentence.marks):
            last = more
    return _text(sentence, text, at, last, lang)


def _inverted(sentence: Sentence, at: int) -> bool:
    """Tell whether a verb of speech that ends before `at` stands between commas: ", explains a neighbour"."""
    said = [m for m in sentence.marks if m.cls in ("SAY", "DENY") and m.last == at]
    first = min((m.first for m in said), default=0)
    while first and (sentence.words[first - 1] in ("a", "ont", "avait", "avaient", "n'", "-", "t")):
        first -= 1
    return bool(said) and first > 0 and sentence.words[first - 1] in (",", '"')


def _stop_after(sentence: Sentence, at: int, size: int) -> int:
    stops = {
        m.first
        for m in sentence.marks
        if m.cls in ("RELATIVE", "SAY", "ACCUSE", "WEEKDAY", "CONTRAST", "AGENCY", "QUOTING") and m.first > at
    }
    stops |= _told_behind(sentence, at)
    end = at
    while end < min(size, at + MAX_NAME) and end not in stops:
        step = _titled(sentence, end)
        if not step and sentence.words[end] in _STOP and not _rank(sentence, end):
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
    told = sentence.of("EVAC", "LEAVE", "STOP", "RESUME", "START", "DEAD", "INJURED", "END", "ARRIVE", "REMAIN")
    counted = {at for at in sentence.numbered if at >= actors[0].last and sentence.kind(at) == "digits"}
    return counted | {
        m.first for m in told if m.first >= actors[0].last and not sentence.words[m.first].startswith(("ال", "لل"))
    }


def _named_ar(sentence: Sentence, at: int, last: int) -> bool:
    """Arabic has no capitals: a short phrase between the verb of speech and "that" is its subject."""
    return (
        0 < last - at <= 6
        and last < len(sentence.words)
        and sentence.words[last] in ("ان", "انه", "انها", ",")
        and sentence.words[at] not in ("ان", "انه", "انها", "في", "عن", "ل", "من")
    )


def _text(sentence: Sentence, text: str, first: int, last: int, lang: str) -> str:
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
    if first in actors:
        return True
    verbs = any(
        m.cls in _NO_NAME and not actors.issuperset(range(m.first, m.last)) and m.value != "noun" for m in inside
    )
    return not verbs or (bool(actors) and not any(m.cls in ("NEG", "NONE") and m.first == first for m in inside))


def _nested(sentence: Sentence, text: str, name: str, cue: Mark, lang: str) -> str:
    """Return `nearest / first` where one source quotes another."""
    for mark in sentence.of("QUOTING"):
        if mark.first != cue.first:
            other = _after(sentence, text, mark.last, lang, loose=True)
            if other and other not in {PRONOUN, name}:
                return f"{other} / {name}" if mark.value == "by" else f"{name} / {other}"
    return name


def quotes(folded: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the stretches between quote marks of a block, in pairs as they come."""
    places: list[int] = []
    at = folded.find('"', start, end)
    while at >= 0:
        places.append(at)
        at = folded.find('"', at + 1, end)
    return list(zip(places[::2], places[1::2], strict=False))
