"""What a phone wrote and another passes on: by file, by QR codes, over the radio, from a sheet of paper."""

from __future__ import annotations

from corridor.operation.spoken import SHEET, Spoken, read_lines, too_early
from corridor.publishing.markup import el
from corridor.reports.persons import warned
from corridor.server import answers as a
from corridor.server.ask import Ask, Reply, handles
from corridor.server.console.view import Body, View, page
from corridor.server.rights import DESK
from corridor.server.sync import URGENT_FACTS


@handles
async def codes(ask: Ask) -> Reply:
    """Record lines; each entry counts once, whichever way it came."""
    house, viewer = ask.house, ask.viewer
    found = read_lines(ask.body.text)
    posts = {one.device: one.post for one in await house.access(house.people.devices)}
    answers: list[a.Answered | None] = [None] * len(found)
    urgent: list[int] = []
    others: list[int] = []
    for number, one in enumerate(found):
        why = _refused(one, posts, desk=viewer.role in DESK)
        if too_early(one, house.clock()):
            why = "it is of a moment that has not come: look at the date"
        if why:
            answers[number] = a.Answered(id=one.report.id, status="rejected", why=why)
        else:
            (urgent if one.report.fact in URGENT_FACTS else others).append(number)
    for part, first in ((urgent, True), (others, False)):
        if part:
            kept = await house.write([found[number].entry(actor=viewer.account) for number in part], urgent=first)
            for number, said in zip(part, kept, strict=True):
                answers[number] = a.Answered(
                    id=said.id, status=said.status, seq=said.seq, why=said.why, warnings=warned(found[number].report)
                )
    told = tuple(one for one in answers if one is not None)
    await house.seen(max((one.seq for one in told), default=0))
    return Reply(a.Synced(answers=told))


def _refused(one: Spoken, posts: dict[str, str], *, desk: bool) -> str:
    """Return why an entry is not taken, or an empty text: its device must be known here, at the post it names."""
    if one.device.startswith(SHEET):
        return "" if desk else "a sheet of paper is typed in by the duty room"
    if one.device not in posts:
        return f"no phone is called {one.device}: look at the head of the lines"
    if posts[one.device] != one.report.place:
        return f"{one.device} is at {posts[one.device]}, not at {one.report.place}"
    return ""


@page("codes_page", scripts=("act.js",), exports=False)
def codes_page(view: View) -> Body:
    """Return a form for lines, and how one is said."""
    w = view.w
    text = el(
        "textarea",
        name="text",
        rows="10",
        required=True,
        spellcheck="false",
        dir="ltr",
        autocomplete="off",
        aria_describedby="codes-form",
        placeholder="corridor/1 phone-gate-1 gate",
    )
    form = el(
        "form",
        el("label", w("codes.text"), text),
        el("p", el("button", w("codes.record"))),
        data_api="/api/v1/codes",
        class_="codes",
    )
    sample = "corridor/1 phone-gate-1 gate\n12 pass aleppo/C01 all 143 161215-081530 75"
    how = el(
        "section",
        el("h2", w("codes.how")),
        el("p", w("codes.head"), id="codes-form"),
        el("pre", sample, dir="ltr", class_="scroll", tabindex="0"),
        el("p", w("codes.check")),
        el("p", w("codes.once")),
        el("p", el("a", w("codes.sheet"), href=view.link("/sheet"), class_="button")),
    )
    return Body(parts=(form, how))
