"""Numbers in digits and words, with bounds, ranges, approximations and orders of magnitude."""

from __future__ import annotations

import re

from corridor.reports.report import Hedge
from corridor.reports.text.bounds import HEDGES, Number, hedged
from corridor.reports.text.fold import ARABIC
from corridor.reports.text.language import small
from corridor.reports.text.lexicon import Mark
from corridor.reports.text.sentences import Sentence

_GROUPED = re.compile(r"\d{1,3}(?:([ .,'])\d{3})(?:\1\d{3})*(?:[.,]\d{1,2})?")


def parse_digits(digits: str) -> float | None:
    """Return the value of digits with any thousands separator in use; None where it is no number.

    A separator followed by exactly three digits separates thousands, whatever the language: a count of people or
    of vehicles has no thousandths.
    """
    if digits.isdigit():
        return float(digits)
    grouped = _GROUPED.fullmatch(digits)
    if grouped and not digits.startswith("0"):
        sep = grouped.group(1)
        whole, _, rest = digits, "", ""
        tail = re.search(r"[.,](\d{1,2})\Z", digits)
        if tail and digits[tail.start()] != sep:
            whole, rest = digits[: tail.start()], tail.group(1)
        return float(whole.replace(sep, "") + (f".{rest}" if rest else ""))
    decimal = re.fullmatch(r"(\d+)[.,](\d+)", digits)
    return float(f"{decimal.group(1)}.{decimal.group(2)}") if decimal else None


_BOUNDING = HEDGES | {"CAPACITY"}


def numbers(sentence: Sentence) -> list[Number]:
    """Return the numbers of a sentence in order, hedges and ranges applied; dates and clock times are none."""
    if not sentence.numbered and not sentence.of("NUM"):
        return []
    plain = _plain(sentence)
    verbs = (small("ceiling"), small("lessverb"), small("boundverb"))
    if plain and (sentence.has(_BOUNDING) or not all(words.isdisjoint(sentence.words) for words in verbs)):
        plain = [hedged(sentence, number) for number in plain]
    return _ranges(sentence, _changed(sentence, plain)) if len(plain) > 1 else plain


def _changed(sentence: Sentence, found: list[Number]) -> list[Number]:
    """Leave out what a number was before: "cut from 500 to 350" is 350."""
    marks = sentence.of("FROMTO")
    if not marks:
        return found
    kept = []
    for number, following in zip(found, [*found[1:], None], strict=True):
        was = any(m.last in (number.first, number.body) for m in marks)
        between = sentence.words[number.last : following.body] if following else []
        if not (was and 0 < len(between) <= CHANGED and not small("range").isdisjoint(between)):
            kept.append(number)
    return kept


CHANGED = 3


def _plain(sentence: Sentence) -> list[Number]:
    counting = sentence.of("NUM")
    named = {mark.first for mark in sentence.of("WEEKDAY", "MONTH")} if counting else set()
    # Arabic: "in the one bus" is each bus.
    named |= {m.first for m in counting if sentence.words[m.first] in small("theone")}
    words_at = {m.first: m for m in reversed(counting) if m.first not in named}
    found: list[Number] = []
    until = 0
    starts = words_at if sentence.has(_HURT) else {k: m for k, m in words_at.items() if _counts(m, words_at)}
    for at in sorted({*starts, *(k for k in sentence.numbered if sentence.kind(k) == "digits")}):
        number = _run(sentence, words_at, at) if at >= until else None
        if number:
            found.append(_metres(sentence, number))
            until = number.last + (2 if found[-1].low != number.low else 0)
            if (
                until < len(sentence.words)
                and number.low
                and number.low > 1
                and sentence.words[until] in small("single")
            ):
                # "forty ones", as one speaks: forty people.
                until += 1
    return found


def _metres(sentence: Sentence, number: Number) -> Number:
    """Return metres with the centimetres behind them: "1 m 40"."""
    behind = sentence.words[number.last : number.last + 2]
    if number.low is None or number.low % 1 or len(behind) < 2 or behind[0] not in small("metre"):
        return number
    cm = behind[1]
    if len(cm) != len("40") or not cm.isdigit() or any(m.first == number.last + 2 for m in sentence.of("PERSON")):
        return number
    value = number.low + int(cm) / HUNDRED
    return number._replace(low=value, high=value)


_HURT = frozenset(("DEAD", "INJURED", "MISSING"))


def _counts(mark: Mark, words_at: dict[int, Mark]) -> bool:
    """Tell whether a number word counts where nobody is hurt: an article does so only in front of another number."""
    return not mark.value.startswith("one:") or mark.last in words_at or mark.last > mark.first + 1


def _run(  # noqa: C901, PLR0912 - a grammar of five roles, read in one pass
    sentence: Sentence, words_at: dict[int, Mark], at: int
) -> Number | None:
    """Read one number from token `at` on: digits, words, or digits and a word ("2 millions", "١٢ ألف")."""
    words = sentence.words
    if at + 1 not in words_at and sentence.kind(at) == "digits":
        return _digits_alone(sentence, at)
    total, current, seen = 0.0, None, False
    roles: list[str] = []
    checkpoint: tuple[int, float, float] | None = None
    span, start = at, at
    while span < len(words):
        if not seen and sentence.kind(span) == "digits":
            current = parse_digits(words[span])
            if current is None or _year_of_date(sentence, span, current):
                return None
            roles.append("digits")
            seen, span = True, span + 1
            continue
        mark = words_at.get(span)
        if mark is None:
            rest = _rest_in_digits(sentence, span, roles, total)
            if rest:
                total, span = total + rest, span + 2
                roles.append("digits")
                break
            step = _joint(sentence, words_at, span, roles)
            if not step:
                break
            span += step
            continue
        role, low, high = mark.value.split(":")
        if role in ("approx", "order"):
            if roles and not (roles == ["one"] and role == "approx"):
                break
            hedge: Hedge = "approx" if role == "approx" else "order"
            return Number(start, mark.last, start, float(low), float(high), hedge)
        value = float(low)
        if role == "thousand" and not roles and words[span] in small("thousands"):
            # An Arabic plural without a number in front of it: "thousands of residents".
            return Number(start, mark.last, start, value, 10 * value - 1, "order")
        if role == "thousand":
            if checkpoint and value >= checkpoint[2]:
                # "three thousand and five thousand" are two numbers: go back to the end of the first.
                return Number(start, checkpoint[0], start, checkpoint[1], checkpoint[1], "exact")
            total, current = total + (current if current is not None else 1) * value, None
        elif role == "hundred":
            current = (current or 1) * value
        elif roles and roles[-1] == role == "unit" and _spelt(sentence, words_at, roles, current, value, span):
            # A radio spells its numbers: "one four buses".
            current = 10 * (current or 0) + value
        elif _follows(current, value, roles, bare=_without_and(words[span])):
            current = (current or 0) + value
        else:
            break
        roles.append(role)
        seen, span = True, mark.last
        if role == "thousand":
            checkpoint = (span, total, value)
    if not roles:
        return None
    value = total + (current or 0)
    return Number(start, span, start, value, value, "exact", article=roles == ["one"])


def _digits_alone(sentence: Sentence, at: int) -> Number | None:
    """Return the number of digits that no number word goes on."""
    value = parse_digits(sentence.words[at])
    if value is None or _year_of_date(sentence, at, value):
        return None
    return Number(at, at + 1, at, value, value, "exact")


def _rest_in_digits(sentence: Sentence, at: int, roles: list[str], total: float) -> float:
    """Return the hundreds that digits add behind thousands in words, written with "and": 18 thousand and400."""
    if roles[-1:] != ["thousand"] or total % THOUSAND or at + 1 >= len(sentence.words):
        return 0.0
    if sentence.words[at] not in small("and") or sentence.words[at][0] < ARABIC or sentence.kind(at + 1) != "digits":
        return 0.0
    if any(m.first == at + 2 and m.value.startswith("thousand:") for m in sentence.of("NUM")):
        # "Between 8 thousand and 10 thousand" are two numbers.
        return 0.0
    rest = parse_digits(sentence.words[at + 1]) or 0.0
    return rest if rest < min(total, THOUSAND if total < THOUSAND**2 else THOUSAND**2) else 0.0


THOUSAND = 1000
HUNDRED = 100
AND = "\u0648"


def _year_of_date(sentence: Sentence, at: int, value: float) -> bool:
    """Tell whether digits are the year of a date that a dash follows: "30 June 2016 - Twelve thousand people"."""
    dated = 1900 <= value <= 2100 and any(m.last == at for m in sentence.of("MONTH"))
    return dated and at + 1 < len(sentence.words) and sentence.words[at + 1] == "-"


def _without_and(word: str) -> bool:
    """Tell whether an Arabic number word brings no "and": behind a ten it begins another number."""
    return word[0] >= ARABIC and (word[0] != AND or word in small("single"))


def _follows(current: float | None, value: float, roles: list[str], *, bare: bool) -> bool:
    """Tell whether a number word goes on with the number: "twenty" "two" does, "two" "three" does not."""
    if current is None or not roles:
        return True
    if roles[-1] == "digits" or (bare and value < current < HUNDRED):
        return False
    size = 1
    while size * 10 <= value:
        size *= 10
    # In Arabic the unit comes before the ten: five and twenty.
    return (
        current % (size * 10) == 0
        or (0 < current % 100 < 10 <= value < 100 and value % 10 == 0 and (current < 10 or value > 10))
        or (current in (60, 80) and value < 20)
    )


def _spelt(
    sentence: Sentence, words_at: dict[int, Mark], roles: list[str], current: float | None, value: float, at: int
) -> bool:
    """Tell whether digits are said one by one; in a story two number words side by side are two numbers."""
    if len(roles) > 1 or not current or current > 9 or value > 9 or sentence.words[at][0] >= ARABIC:
        return False
    return at + 1 < len(sentence.words) and at + 1 not in words_at and sentence.words[at + 1].isalpha()


def _joint(sentence: Sentence, words_at: dict[int, Mark], at: int, roles: list[str]) -> int:
    """Return how many tokens join two number words here ("et", "-", "and"), 0 where none does."""
    if not roles or roles[-1] == "digits" or at + 1 not in words_at:
        return 0
    word = sentence.words[at]
    after = words_at[at + 1].value.partition(":")[0]
    if after in ("approx", "order"):
        return 0
    joins = word == "-" or (
        word in ("and", "et")
        and (after == "one" or roles[-1] in ("hundred", "thousand") or sentence.words[at + 1] == "onze")
    )
    return 1 if joins else 0


def _ranges(sentence: Sentence, found: list[Number]) -> list[Number]:
    """Join "between A and B", "from A to B" and "A-B" into one range."""
    result: list[Number] = []
    for number in found:
        if result and _is_range(sentence, result[-1], number):
            before = result.pop()
            opened = _open_before(sentence, before.first)
            first = opened if opened is not None else before.first
            low = _scaled(sentence, before, number)
            result.append(Number(first, number.last, before.body, low, number.high, "range"))
        else:
            result.append(number)
    return result


def _scaled(sentence: Sentence, low: Number, high: Number) -> float | None:
    """Return the lower end of a range whose upper end alone names the thousands: "between 3 and 4 thousand"."""
    named = [m for m in sentence.of("NUM") if m.last == high.last and m.value.startswith("thousand:")]
    if not named or low.low is None or high.high is None or low.last != low.body + 1:
        return low.low
    scale = float(named[0].value.split(":")[1])
    return low.low * scale if low.low < high.high / scale else low.low


def _open_before(sentence: Sentence, at: int) -> int | None:
    for mark in sentence.of("RANGE_OPEN"):
        if mark.last in (at, at - 1) and mark.first < at:
            return mark.first
    return None


def _is_range(sentence: Sentence, a: Number, b: Number) -> bool:
    if a.hedge in ("min", "max", "order") or b.hedge not in ("exact", "approx") or a.low is None or b.high is None:
        return False
    gap = sentence.words[a.last : b.body]
    scaled = a.low < b.high
    opened = _open_before(sentence, a.first) is not None
    if not gap:
        # Arabic writes "and" together with the number behind it: between 4000 and5000.
        return opened and scaled and sentence.kind(b.body) == "word"
    if len(gap) > (4 if opened else 1) or not scaled:
        return False
    if "," in gap:
        return False
    links, ands = small("range"), small("and")
    if opened and any(m.cls in ("VEHICLE", "PERSON", "STAFF") and a.last <= m.first < b.first for m in sentence.marks):
        # "eighteen buses and some twenty taxis": two things, each with its number.
        return False
    return (
        any(w in ands for w in gap)
        if opened and any(w in ands for w in gap)
        else any(w in links or w == "-" for w in gap)
    )
