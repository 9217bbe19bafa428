"""How long free texts are kept: the clock is read, erased by, and extended by two persons."""

from __future__ import annotations

from datetime import UTC

from corridor.errors import UsageError
from corridor.log.entry import stamp
from corridor.operation import retention as clock
from corridor.server.ask import Ask, Refused, Reply, handles
from corridor.server.decide import own


@handles
async def retention(ask: Ask) -> Reply:
    """Until when free texts are kept."""
    return Reply(await ask.house.desk.ask("retention", lambda operation: clock.retention(operation.log)))


@handles
async def retain(ask: Ask) -> Reply:
    """Erase what is due now, where the clock's own hour has not come yet."""
    house = ask.house
    due, _ = house.present.retention.due()
    if house.clock() < due:
        hint = f"kept until {due:%Y-%m-%d %H:%M} UTC; DELETE /api/v1/texts/ID erases one at any time"
        raise Refused(409, "the term of retention has not ended", hint=hint)
    await house.erase_due(by=ask.viewer.account)
    return Reply(await house.desk.do(lambda operation: clock.retention(operation.log)))


@handles
async def extend_retention(ask: Ask) -> Reply:
    """Propose to keep texts longer."""
    said, now = ask.body, ask.house.clock()
    try:
        clock.must_be_sound(said.until, now)
    except (UsageError, OverflowError) as error:
        hint = error.hint if isinstance(error, UsageError) else "a moment of our days"
        raise Refused(422, "is no end of retention", place="until", hint=hint) from None
    return await own(ask, clock.PROPOSED, {"until": stamp(said.until.astimezone(UTC)), "reason": said.reason})


@handles
async def confirm_extension(ask: Ask) -> Reply:
    """Keep them longer, by a second person: never by the one who proposed, from whichever session."""
    name = ask.path["proposal"]
    proposed = ask.house.present.retention.proposals.get(name)
    if proposed is None:
        raise Refused(404, "no such proposal waits", hint="propose it first")
    if proposed.by == ask.viewer.account:
        raise Refused(409, "a second person must confirm", hint="another coordinator signs in and confirms")
    return await own(ask, clock.EXTENDED, {"proposal": name, "reason": ask.body.reason}, clock.extension_id(name))
