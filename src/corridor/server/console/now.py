"""Now: the state in five seconds. What people look at first stands first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from corridor.finding import Finding
from corridor.operation.agreements import guarantees, precision
from corridor.operation.progress import Standing
from corridor.operation.reciprocity import Balance, Side, ledger
from corridor.publishing import names, phrases
from corridor.publishing.markup import Child, Markup, el, number
from corridor.server.console import map as picture
from corridor.server.console.figures import Figure, ago, ends, fact_label, of_movement, progress, three_shown, valid
from corridor.server.console.tables import Row, Table, finding_table
from corridor.server.console.view import Body, View, exporting
from corridor.situation.situation import Operation

SCRIPTS = ("map.js",)
SHOWN_ALARMS = 12
# So many convoys that leave next, and so many that arrived last, stand in sight on this page.
IN_SIGHT = 8
# What tells of the place itself and not of what happens there says nothing of when a post was last heard.
STANDING = {
    "site",
    "name",
    "position",
    "control",
    "bays",
    "reception_capacity",
    "leg_time",
    "leg_distance",
    "clause",
    "term",
    "convoy_size",
    "convoy_headway",
    "vehicles",
    "places",
    "boarding_time",
    "unloading_time",
}
# A post that says nothing for so long is asked (the patience of an overdue convoy, four times).
QUIET = timedelta(hours=2)


def now(view: View) -> Body:
    """Return the first page."""
    calling = [one for one in view.operation.alarms(view.at) if one.severity != "open"]
    convoys, posts, alarms = convoys_table(view), posts_table(view), finding_table("alarms", calling)
    w = view.w
    parts: list[Child] = [
        el(
            "div",
            [_movement(view, one) for one in view.situation.operations],
            class_="movements",
            id="figures",
            data_live=True,
        ),
        el("div", picture.drawn(view), _alarms(view, calling, alarms), class_="beside"),
        _meters(view),
        el("section", el("h2", w("now.convoys")), view.table(convoys, caption=w("now.convoys.caption"), first=True)),
        el("section", el("h2", w("now.posts")), view.table(posts, caption=w("now.posts.caption"))),
    ]
    return Body(parts=tuple(parts), tables=(convoys, posts, alarms))


def _movement(view: View, operation: Operation) -> Markup:
    """Return the figures of one movement, its state, and when it may be over."""
    w, now_ = view.w, view.situation
    state = picture.state_of(now_, operation.id)
    halts = [halt for halt in now_.halts if halt.operation == operation.id and halt.until is None]
    said = w(f"corridor.{state}")
    if halts:
        said = w("halted.since", moment=w.moment(min(halt.since for halt in halts)))
        ids = tuple(reason.report for halt in halts for reason in halt.reasons)
        badge = el("p", view.reports(ids, said), class_=f"state {state}")
    else:
        badge = el("p", said, class_=f"state {state}")
    head = el("header", el("h2", names.operation(now_, operation.id, w)), badge)
    figures = [_figure(view, one) for one in of_movement(view, operation.id)]
    return el("article", head, el("dl", figures, _end(view, operation), class_="figures"), class_="movement")


def _figure(view: View, figure: Figure) -> Markup:
    w = view.w
    middle, span = three_shown(figure.three, w)
    value = view.figure(figure.name, [el("b", middle), el("span", span, class_="span") if span else None])
    when = el("span", w("known", when=ago(figure.known, view.at, w)), class_="fine") if figure.known else None
    tone = figure.name.partition(":")[0]
    return el("div", el("dt", w(figure.title)), el("dd", value, when), class_=f"fig {tone}")


def _end(view: View, operation: Operation) -> Markup | None:
    """Return when the movement may be over; the forecast covers all movements of the plan together."""
    w = view.w
    if operation is not view.situation.operations[0]:
        return None
    found = ends(view.known)
    if found is None:
        value: Child = [el("b", "–"), el("span", w("end.none"), class_="span")]
        return el(
            "div",
            el("dt", w("fig.end")),
            el("dd", el("a", value, href=view.link("/plan"), class_="figure")),
            class_="fig end",
        )
    middle = w.moment(found.middle) if found.middle else w("end.beyond")
    low = w.moment(found.low) if found.low else w("end.beyond")
    high = w.moment(found.high) if found.high else w("end.beyond")
    value = [el("b", el("bdi", middle)), el("span", el("bdi", w("span", low=low, high=high)), class_="span")]
    when = el("span", w("forecast.issued", when=ago(found.issued, max(view.at, found.issued), w)), class_="fine")
    link = el("a", value, href=view.link("/plan"), class_="figure")
    return el("div", el("dt", w("fig.end")), el("dd", link, when), class_="fig end")


def _alarms(view: View, found: list[Finding], table: Table) -> Markup:
    w = view.w
    items = [_alarm(view, one) for one in found[:SHOWN_ALARMS]]
    more = el("p", w("alarms.more", n=w.count(len(found) - SHOWN_ALARMS))) if len(found) > SHOWN_ALARMS else None
    none = el("p", w("alarms.none"), class_="none") if not found else None
    count = el("span", el("bdi", w.count(len(found))), class_="count" + (" some" if found else ""))
    return el(
        "section",
        el("h2", w("alarms.title"), " ", count),
        el("ul", items, class_="alarms") if items else None,
        more,
        none,
        view.exports(table, first=False),
        id="alarms",
        data_live=True,
    )


def _alarm(view: View, one: Finding) -> Markup:
    w, now_ = view.w, view.situation
    about = phrases.about(one.about, now_, w)
    head = el("p", el("b", w(f"severity.{one.severity}"), class_="severity"), " ", el("bdi", about))
    what = el("p", phrases.sentence(one.what, now_, w))
    remedy = el("p", phrases.sentence(one.remedy, now_, w), class_="remedy")
    sources = view.reports(one.reports, w("alarm.sources", n=w.count(len(one.reports)))) if one.reports else None
    return el(
        "li", head, what, remedy, el("p", sources, class_="fine") if sources else None, class_=f"alarm {one.severity}"
    )


def _meters(view: View) -> Markup:
    """Return how firm the agreement is, and who owes what."""
    w, now_ = view.w, view.situation
    cards = [_agreed(view, one) for one in now_.operations]
    balances = [balance_drawn(view, one) for one in ledger(now_)]
    even = el("p", w("balance.none"), class_="none") if not balances else None
    unsaid = el("p", w("meter.none"), class_="none") if not cards else None
    return el(
        "div",
        el("section", el("h2", w("meter.agreement")), cards, unsaid, id="agreement-meter", data_live=True),
        el("section", el("h2", w("meter.reciprocity")), balances, even, id="reciprocity-meter", data_live=True),
        class_="beside even",
    )


def _agreed(view: View, operation: Operation) -> Markup:
    w, now_ = view.w, view.situation
    says = precision(now_, operation.id)
    said = sum(1 for text in says.values() if text)
    agreement = now_.agreement(operation.id)
    state = w.known(f"state.{agreement.state}", w("state.none")) if agreement else w("state.none")
    standing = [one for one in guarantees(now_.reports) if one.state != "withdrawn"]
    link = el("a", names.operation(now_, operation.id, w), href=view.link("/agreement"))
    meter = el(
        "meter",
        min="0",
        max=str(len(says)),
        value=str(said),
        low="4",
        high="7",
        optimum="8",
        aria_label=w("meter.exact", n=w.count(said), of=w.count(len(says))),
    )
    words = el(
        "p",
        w("meter.exact", n=w.count(said), of=w.count(len(says))),
        "; ",
        w("meter.guarantees", n=w.count(len(standing))),
        class_="fine",
    )
    return el("div", el("p", link, " ", el("b", state)), meter, words, class_="meter")


def balance_drawn(view: View, balance: Balance) -> Markup:
    """Return the two sides of a deal as bars on one scale, and who moves next."""
    w, now_ = view.w, view.situation
    ratio = balance.ratio or 1.0
    most = max(
        balance.leader.high * ratio,
        balance.follower.high,
        balance.leader.first_step or 0,
        balance.follower.first_step or 0,
        1.0,
    )
    rows = []
    for side, times in ((balance.leader, ratio), (balance.follower, 1.0)):
        rows.append(_side(view, side, times, most))
    ratio_said = w("balance.ratio", n=w.count(balance.ratio)) if balance.ratio else w("balance.noratio")
    who = names.operation(now_, balance.owed_by, w) if balance.owed_by else ""
    next_ = w("balance.owes", who=who, n=w.about(balance.owed)) if balance.owed_by else w("balance.even")
    return el(
        "div",
        rows,
        el(
            "p",
            el("b", next_),
            " ",
            ratio_said,
            " ",
            view.reports(balance.reports, w("alarm.sources", n=w.count(len(balance.reports)))),
        ),
        class_="meter",
    )


def _side(view: View, side: Side, times: float, most: float) -> Markup:
    w = view.w
    width = 300.0
    low, high = width * side.low * times / most, width * side.high * times / most
    bars = [
        el("rect", x=0, y=2, width=width, height=12, rx=3, class_="trough"),
        el("rect", x=0, y=2, width=max(low, 0.5), height=12, rx=3, class_="sure"),
        el("rect", x=low, y=5, width=max(high - low, 0), height=6, class_="maybe"),
    ]
    span = w.span(side.low, side.high)
    name = names.operation(view.situation, side.operation, w)
    said = w("balance.side", name=name, span=span)
    drawing = el("svg", bars, viewBox=f"0 0 {number(width)} 16", role="img", aria_label=said, class_="sidebar")
    return el(
        "div",
        el("p", view.figure(f"out:{side.operation}", [name, w("colon"), el("bdi", span)], class_="plain")),
        drawing,
        class_="side",
    )


def convoys_table(view: View) -> Table:
    """Return where each convoy stands beside the plan, those that need looking at first.

    Of those that are to leave and of those that have arrived only the nearest are in sight; the others are folded away.
    """
    found = sorted(progress(view), key=_urgent)
    leaving = [one.movement for one in found if one.state == "planned"]
    there = [one.movement for one in found if one.state in ("arrived", "handed over")]
    far = {*leaving[IN_SIGHT:], *there[:-IN_SIGHT]}
    return Table(
        "convoys",
        ("convoy", "state", "people", "planned", "departed", "arrived", "late_minutes", "last_seen", "seen_at"),
        tuple(replace(_convoy_row(view, one), aside=one.movement in far) for one in found),
        hidden=("people_low", "people_high", "reports"),
        aside="now.others",
    )


def _urgent(one: Standing) -> tuple[int, object, str]:
    order = ("missing", "under way", "boarding", "turned back", "planned", "arrived", "handed over")
    start = one.departed or (one.planned.depart if one.planned else None)
    return order.index(one.state), start.timestamp() if start else 0.0, one.movement


def _convoy_row(view: View, one: Standing) -> Row:
    w, now_ = view.w, view.situation
    tally = one.people[-1] if one.people else None
    people = f"{tally.low}" if tally and tally.low == tally.high else f"{tally.low}-{tally.high}" if tally else None
    said: Child = "–"
    if tally:
        said = el("bdi", w.count(tally.low) if tally.low == tally.high else w.span(tally.low, tally.high))
        said = [said, " ", el("span", w(f"point.{tally.point}"), class_="fine")]
    elif one.expected is not None:
        said = [el("bdi", w.count(one.expected)), " ", el("span", w("point.planned"), class_="fine")]
    label = names.subject(now_, one.movement, w) if "/" in one.movement else one.movement
    late = w("late.minutes", n=w.count(one.late_minutes)) if one.late_minutes > 0 else "–"
    return Row(
        {
            "convoy": one.movement,
            "state": one.state,
            "people": people,
            "people_low": tally.low if tally else None,
            "people_high": tally.high if tally else None,
            "planned": one.planned.depart if one.planned else None,
            "departed": one.departed,
            "arrived": one.arrived,
            "late_minutes": one.late_minutes,
            "last_seen": one.last_seen or None,
            "seen_at": one.seen_at,
            "reports": [name for t in one.people for name in t.reports],
        },
        {
            "convoy": view.figure(f"movement:{one.movement}", el("bdi", label), class_="plain"),
            "state": el("span", w(f"convoy.{one.state}"), class_=f"state {one.state.replace(' ', '-')}"),
            "people": said,
            "late_minutes": late,
            "last_seen": names.place(now_, one.last_seen, w) if one.last_seen else "–",
            "seen_at": ago(one.seen_at, view.at, w) if one.seen_at else "–",
        },
        place=one.last_seen,
        tone="alert" if one.state == "missing" else "",
        id=f"convoy-{one.movement.replace('/', '-')}",
    )


def posts_table(view: View) -> Table:
    """Return the last word from each place of the movements, the longest silence first."""
    w, now_ = view.w, view.situation
    wanted: dict[str, None] = {}
    for operation in now_.operations:
        corridor = now_.corridor(operation.id)
        for name in (*operation.pickups, *(corridor.sites if corridor else ()), *operation.receptions):
            wanted.setdefault(name)
    rows = []
    for name in wanted:
        told = [r for r in valid(now_) if r.place == name and r.fact not in STANDING and r.modality != "planned"]
        last = max(told, key=lambda r: (r.observed, r.received, r.id), default=None)
        quiet = last is None or view.at - last.observed > QUIET
        fact = fact_label(last.fact, w) if last else None
        rows.append(
            (
                last.observed.timestamp() if last else 0.0,
                Row(
                    {
                        "post": name,
                        "last_word": last.observed if last else None,
                        "fact": last.fact if last else None,
                        "source": last.source if last else None,
                        "minutes": round((view.at - last.observed).total_seconds() / 60) if last else None,
                    },
                    {
                        "post": names.place(now_, name, w),
                        "last_word": view.reports((last.id,), w.moment(last.observed)) if last else w("never"),
                        "fact": fact or "–",
                        "minutes": ago(last.observed, view.at, w) if last else w("never"),
                    },
                    place=name,
                    tone="quiet" if quiet else "",
                ),
            )
        )
    ordered: Sequence[tuple[float, Row]] = sorted(rows, key=lambda pair: pair[0])
    return Table("posts", ("post", "minutes", "last_word", "fact", "source"), tuple(row for _, row in ordered))


exporting("home", now)
