"""The door: an article or a message in, candidates out, each with the span that carries it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from corridor.errors import InputError
from corridor.reports.report import Candidate, Scope, content_id
from corridor.reports.text import attribution, clean, grid, origin, terms, when
from corridor.reports.text.claims import Heard
from corridor.reports.text.extractors import extracted
from corridor.reports.text.flat import Flat, dotted
from corridor.reports.text.fold import fold
from corridor.reports.text.lexicon import Lexicon, lexicon
from corridor.reports.text.lines import flattened
from corridor.reports.text.moments import Moments
from corridor.reports.text.once import corrected, merge
from corridor.reports.text.page import html_text, is_html
from corridor.reports.text.paragraph import ANSWER, Setting, read_paragraph
from corridor.reports.text.senders import letters_of, senders_of, stamped
from corridor.reports.text.together import paragraphs
from corridor.reports.text.unwatched import unwatched
from corridor.reports.text.voices import Voices

FACTS = {
    "count_out": "people_out",
    "remaining": "people_inside",
    "fleet": "vehicles",
    "departure": "departure",
    "arrival": "arrival",
    "halt": "halt",
    "resume": "resumption",
    "incident": "incident",
    "casualty": "casualties",
    "agreement": "clause",
    "route": "clause",
    "reception": "people_arrived",
    "capacity": "reception_capacity",
    "weather": "weather",
}


def load_text(source: str | Path) -> str:
    """Return the text of a file or the text itself; a page as its main text, which is what offsets count in.

    Raises InputError for a binary file, an empty one, and one too long to read at once.
    """
    path = _path(source)
    if path is None:
        text = str(source)
    else:
        try:
            text = clean.decode(path.read_bytes(), path.name)
        except OSError as error:
            raise InputError(error.strerror or "cannot be read", place=str(path), hint="check the path") from error
    name = path.name if path else ""
    if len(text) > clean.MAX_CHARACTERS:
        raise InputError(
            f"{len(text):,} characters are too many to read at once",
            place=name,
            hint=f"split it; the limit is {clean.MAX_CHARACTERS:,}",
        )
    if is_html(text):
        text = html_text(text)
    if not text.strip():
        raise InputError("nothing to read: no text in it", place=name, hint="is it the right file?")
    return text


def _path(source: str | Path) -> Path | None:
    if isinstance(source, Path):
        return source
    if "\n" in source or len(source) > 1000 or not source.strip():
        return None
    path = Path(source)
    return path if path.suffix and path.is_file() else None


def read_text(
    source: str | Path,
    *,
    doc: str = "",
    published: datetime | None = None,
    sites: Iterable[str | tuple[str, ...]] = (),
) -> list[Candidate]:
    """Return the candidate reports of a text: what is said, by whom, when, and the exact span that says it.

    `source` is a path or the text itself, `published` its day where the text does not say, `sites` the ids of known
    places (or tuples of an id and its names). Offsets count code points of the decoded text (`load_text`).
    Raises InputError where there is nothing to read.
    """
    text = load_text(source)
    path = _path(source)
    doc = doc or (path.name if path else "text")
    with unwatched():
        found = _read(text, doc, published, tuple(sites))
    return sorted(found + extracted(text, doc), key=lambda c: (c.start, c.end, c.kind))


def _read(text: str, doc: str, published: datetime | None, sites: tuple[str | tuple[str, ...], ...]) -> list[Candidate]:
    flat = flattened(text)
    opening = fold(text[: clean.SAMPLE]).text
    lang = clean.language_of(opening)
    words = lexicon(lang)
    blocks = clean.blocks(flat.text)
    voice = origin.origin_of(flat.text, blocks, words)
    base = when.date_of(opening, lang, published) or when.UNDATED
    heard = _hear(flat.text, blocks, voice, words, Setting(lang, base, sites))
    moments = Moments(text, lang, base)
    letters = dotted(text)
    heard = [_unflattened(_with_dots(h, letters) if letters else h, flat, moments) for h in heard]
    candidates = _candidates(text, heard, doc, moments.base)
    agency = origin.agency_of(flat.text)
    if agency:
        candidates = [replace(c, derived_from=agency) if c.source == attribution.ARTICLE else c for c in candidates]
    return candidates


def _hear(text: str, blocks: list[clean.Block], voice: origin.Origin, words: Lexicon, setting: Setting) -> list[Heard]:
    """Go through the text once, paragraph by paragraph, and say whose words each claim is."""
    found: list[Heard] = []
    senders = senders_of(text, blocks, words)
    if letters_of(text, blocks):
        # Each of the letters speaks for who sent it; none of them issued the others.
        voice = voice._replace(issued=False)
    hours = stamped(text, blocks)
    voices = Voices(voice.voice)
    figures, tabled = grid.figures(text, blocks)
    parts = [
        (*senders.get(n, ("", hours.get(n, block.start))), block.end)
        for n, block in enumerate(blocks)
        if block.kind not in ("furniture", "heading") and n not in voice.head and n not in tabled
    ]
    sentence, asked = 0, ""
    texts = [text[start:end] for _, start, end in parts]
    items = terms.listed(texts, words)
    told_by_part = paragraphs(texts, setting)
    for number, ((sender, start, _), told_here) in enumerate(zip(parts, told_by_part, strict=True)):
        tells = read_paragraph(texts[number], setting._replace(terms=True)) if number in items else told_here
        for told in tells:
            heard = voices.hear(told.speakers, number, quoted=told.quoted)
            sentence += 1
            for spoken in told.claims:
                said = voices.source(spoken.nearest if told.speakers else 0, heard)
                source = _sender(sender, voice) if sender and said == voices.voice else said
                claim = spoken.claim._replace(kind=asked) if spoken.claim.kind == ANSWER else spoken.claim
                if claim.kind:
                    found.append(Heard(claim, spoken._replace(claim=claim), sentence, source, start))
        asked = told_here[-1].asks if told_here else ""
    for figure in figures:
        sentence += 1
        found += [Heard(s.claim, s, sentence, voices.voice, figure.start) for s in grid.told(figure, setting)]
    return found


def _unflattened(heard: Heard, flat: Flat, moments: Moments) -> Heard:
    """Return what was heard with its place in the text handed in, and the moment that its line tells."""
    start, end = flat.span(*_place(heard))
    at = flat.back(heard.at)
    observed = moments.at(start, heard.spoken.observed)
    return heard._replace(at=at, spoken=heard.spoken._replace(start=start - at, end=end - at, observed=observed))


def _with_dots(heard: Heard, letters: dict[str, str]) -> Heard:
    """Return what was heard with the abbreviations of its names written as the text writes them ("U.N. envoy")."""

    def written(name: str) -> str:
        return re.sub(r"\b[A-Z]{2,4}\b", lambda match: letters.get(match[0], match[0]), name)

    spoken = heard.spoken._replace(place=written(heard.spoken.place), worded=written(heard.spoken.worded))
    return heard._replace(source=written(heard.source), spoken=spoken)


def _sender(sender: str, voice: origin.Origin) -> str:
    return f"{sender} / {voice.voice}" if voice.issued and voice.voice != "article" else sender


def _candidates(text: str, heard: list[Heard], doc: str, base: datetime) -> list[Candidate]:
    heard = corrected(heard)
    found = []
    for group in merge([(h.claim, h.spoken.place, h.spoken.words) for h in heard]):
        first = heard[group[0]]
        spans = tuple(_place(heard[at]) for at in group[1:])
        found.append(_candidate(text, first, spans, doc, base))
    return found


def _place(h: Heard) -> tuple[int, int]:
    return h.at + h.spoken.start, h.at + h.spoken.end


def _candidate(text: str, h: Heard, spans: tuple[tuple[int, int], ...], doc: str, base: datetime) -> Candidate:
    claim = h.claim
    start, end = _place(h)
    quote = text[start:end]
    value = claim.low if claim.low is not None and claim.low == claim.high else None
    return Candidate(
        id=_id(h, doc),
        corrects=_id(h.instead_of, doc) if h.instead_of else "",
        group_worded=h.spoken.worded,
        candidate=True,
        source=h.source,
        fact=_fact(h),
        kind=claim.kind,
        about=_about(h),
        place=h.spoken.place,
        group=claim.group or "all",
        value=value,
        low=claim.low,
        high=claim.high,
        hedge=claim.hedge,
        modality=claim.modality,
        unit=claim.unit,
        observed=h.spoken.observed,
        received=base,
        said=base if base != when.UNDATED else None,
        received_rule="the date of the text" if base != when.UNDATED else "the text bears no date",
        scope=_scope(h),
        quote=quote,
        doc=doc,
        start=start,
        end=end,
        spans=spans,
        confidence=claim.confidence,
        reason=claim.reason,
    )


def _id(h: Heard, doc: str) -> str:
    """Return the id of a claim: the same text always gives the same."""
    start, end = _place(h)
    value = h.claim.low if h.claim.low is not None and h.claim.low == h.claim.high else None
    return content_id({"doc": doc, "kind": h.claim.kind, "start": str(start), "end": str(end), "value": str(value)})


def _about(h: Heard) -> str:
    """Return the subject that the fact asks for: the vehicle type, the part of the agreement, else the place."""
    if h.claim.kind == "agreement" and h.claim.counted:
        return "agreement.people" if h.claim.unit == "persons" else "agreement.duration"
    return h.claim.unit if h.claim.kind == "fleet" else h.spoken.place


def _fact(h: Heard) -> str:
    if h.claim.kind == "arrival" and h.claim.counted:
        return "people_arrived"
    if h.claim.kind == "agreement":
        return "term" if h.claim.counted else "agreement"
    # People seen gathered to leave are fewer than are inside: a bound, never a headcount.
    if h.claim.kind == "remaining" and h.spoken.waiting:
        return "people_waiting"
    return FACTS.get(h.claim.kind, "")


def _scope(h: Heard) -> Scope:
    return h.spoken.tally if h.claim.kind in ("count_out", "arrival", "casualty") else ""


def to_json_line(candidate: Candidate) -> str:
    """Return a candidate as one flat JSON object; a number is a number or null, a missing date is empty."""
    dated = candidate.observed != when.UNDATED
    fields = {
        "candidate": True,
        "id": candidate.id,
        "doc": candidate.doc,
        "fact": candidate.fact,
        "kind": candidate.kind,
        "value": candidate.number,
        "low": candidate.low,
        "high": candidate.high,
        "unit": candidate.unit,
        "group": candidate.group_worded or candidate.group,
        "group_id": candidate.group,
        "place": candidate.place,
        "about": candidate.about,
        "source": candidate.source,
        "observed": candidate.observed.isoformat() if dated else "",
        "said": candidate.said.isoformat() if candidate.said else "",
        "received": candidate.received.isoformat() if dated else "",
        "received_rule": candidate.received_rule,
        "modality": candidate.modality,
        "hedge": candidate.hedge,
        "scope": candidate.scope,
        "quote": candidate.quote,
        "start": candidate.start,
        "end": candidate.end,
        "spans": [list(span) for span in candidate.spans],
        "confidence": candidate.confidence,
        "reason": candidate.reason,
        "corrects": candidate.corrects,
    }
    return json.dumps(fields, ensure_ascii=False)


def from_json_line(line: str) -> Candidate:
    """Read a candidate back from its JSON line; raises `msgspec.ValidationError` where it is malformed."""
    fields = msgspec.json.decode(line, type=dict[str, object])
    for name in ("observed", "received"):
        fields[name] = fields.get(name) or when.UNDATED.isoformat()
    fields["said"] = fields.get("said") or None
    if "group_id" in fields:
        fields["group_worded"], fields["group"] = fields.get("group", ""), fields.pop("group_id")
    return msgspec.convert(fields, Candidate)
