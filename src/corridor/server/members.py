"""Signing in and out, accounts, sessions and devices: every one of these is an act in the log."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

from corridor.errors import UsageError
from corridor.server import answers as a
from corridor.server import present as p
from corridor.server import secret
from corridor.server.ask import Ask, Refused, Reply, handles
from corridor.server.gate import cookie_name, secure
from corridor.server.people import LONGEST
from corridor.server.rights import Viewer

_WRONG = "pseudonym, passphrase or digits are wrong"


def cookie(ask: Ask, token: str) -> tuple[str, str]:
    """Return the header that sets the session's cookie, or takes it away where there is no token."""
    tls = secure(ask.house)
    parts = [f"{cookie_name(tls=tls)}={token}", "Path=/", "HttpOnly", "SameSite=Strict"]
    parts += ["Secure"] if tls else []
    parts.append(f"Max-Age={round(LONGEST) if token else 0}")
    return "set-cookie", "; ".join(parts)


async def enter(ask: Ask, account: str | None, *, tried: str = "") -> tuple[Viewer, str]:
    """Begin a session for one who showed who he is; the sign-in and the failure both stand in the log.

    `tried` is the pseudonym that was said with a passphrase; without one it was a link. The log says which way it was,
    and at whom somebody guessed; what is no pseudonym of this operation is not repeated there.
    """
    house = ask.house
    found = await house.access(house.people.account, tried) if tried else None
    if account is None:
        body = {"route": f"{ask.route.method} {ask.route.path}", "why": "wrong", "by": _way(tried, found)}
        await house.act(p.DENIED, body | ({"account": found.account} if found else {}), ask.viewer)
        raise Refused(401, _WRONG, hint="try again, or ask for a new link")
    if ask.viewer.session:
        # Whoever signs in again at the same browser leaves no session behind.
        await house.access(house.people.end, ask.viewer.session)
    token = await house.access(house.people.begin, account)
    viewer = await house.access(house.people.by_session, token)
    if viewer is None:
        raise Refused(401, _WRONG, hint="ask for a new link")
    await house.act(p.SIGNED_IN, {"by": _way(tried, found)}, viewer)
    return viewer, token


def _way(tried: str, found: a.Account | None) -> str:
    if not tried:
        return "link"
    return "passphrase and digits" if found and found.second_factor else "passphrase"


async def passphrase_of(ask: Ask, account: str, passphrase: str, digits: str) -> str | None:
    """Return the account where passphrase and digits are right; slows down whoever guesses at one account."""
    house = ask.house
    wait = house.limits.wait_for_account(account, ask.address)
    if wait:
        raise Refused(429, "too many tries for this account", hint="wait a little", wait=wait)
    return await house.access(house.people.by_passphrase, account, passphrase, digits)


async def _me(ask: Ask, viewer: Viewer) -> a.Me:
    found = None if viewer.device else await ask.house.access(ask.house.people.account, viewer.account)
    return a.Me(
        account=viewer.account,
        role=viewer.role,
        party=viewer.party,
        reads_text=viewer.reads_text,
        post=viewer.post,
        second_factor=bool(found and found.second_factor),
    )


@handles
async def me(ask: Ask) -> Reply:
    """Who is signed in."""
    return Reply(await _me(ask, ask.viewer))


@handles
async def sign_in(ask: Ask) -> Reply:
    """Sign in by passphrase."""
    said = ask.body
    account = await passphrase_of(ask, said.account, said.passphrase, said.digits)
    viewer, token = await enter(ask, account, tried=said.account)
    return Reply(await _me(ask, viewer), headers=(cookie(ask, token),))


@handles
async def use_link(ask: Ask) -> Reply:
    """Sign in by a one-time link."""
    house = ask.house
    viewer, token = await enter(ask, await house.access(house.people.by_link, ask.body.link))
    return Reply(await _me(ask, viewer), headers=(cookie(ask, token),))


@handles
async def sign_out(ask: Ask) -> Reply:
    """End the session that asks; a device ends by being revoked."""
    if ask.viewer.session:
        await signed_out(ask)
    return Reply(headers=(cookie(ask, ""),))


async def signed_out(ask: Ask) -> None:
    """End the session that asks; it stands in the log."""
    await ask.house.access(ask.house.people.end, ask.viewer.session)
    await ask.house.act(p.SESSION_ENDED, {}, ask.viewer)


@handles
async def set_passphrase(ask: Ask) -> Reply:
    """Set one's own passphrase."""
    house, said = ask.house, ask.body
    try:
        await house.access(house.people.set_passphrase, ask.viewer, said.passphrase, said.present)
    except UsageError as error:
        raise Refused(409, error.cause, place=error.place, hint=error.hint) from None
    await house.act(p.PASSPHRASE_SET, {}, ask.viewer)
    return Reply()


@handles
async def new_factor(ask: Ask) -> Reply:
    """Make a new second factor."""
    house = ask.house
    try:
        made = await house.access(house.people.new_factor, ask.viewer, ask.body.present)
    except UsageError as error:
        raise Refused(409, error.cause, place=error.place, hint=error.hint) from None
    label = quote(f"{house.opened.title}:{ask.viewer.account}")
    address = f"otpauth://totp/{label}?secret={made}&issuer=Corridor"
    return Reply(a.Factor(secret=made, address=address, picture=secret.picture(address)))


@handles
async def confirm_factor(ask: Ask) -> Reply:
    """Take a new second factor over."""
    house = ask.house
    if not await house.access(house.people.confirm_factor, ask.viewer, ask.body.digits):
        raise Refused(409, "these are not its digits now", hint="check the clock of the phone")
    await house.act(p.FACTOR_SET, {}, ask.viewer)
    return Reply()


@handles
async def sessions(ask: Ask) -> Reply:
    """List open sessions."""
    house, viewer = ask.house, ask.viewer
    rows = await house.access(house.people.sessions, "" if viewer.role == "admin" else viewer.account)
    return Reply(
        a.Sessions(
            sessions=tuple(
                # A part of the hash is name enough, and opens nothing.
                a.Session(
                    session=key,
                    account=account,
                    since=_at(made),
                    seen=_at(seen),
                    until=_at(until),
                    mine=key == viewer.session,
                )
                for key, account, made, seen, until in rows
            )
        )
    )


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@handles
async def end_session(ask: Ask) -> Reply:
    """End a session: one's own, or anyone's by the administrator."""
    house, viewer = ask.house, ask.viewer
    whose = "" if viewer.role == "admin" else viewer.account
    if not await house.access(house.people.end, ask.path["session"], account=whose):
        raise Refused(404, "no such session", hint="see /api/v1/sessions")
    await house.act(p.SESSION_ENDED, {}, viewer)
    return Reply()


@handles
async def accounts(ask: Ask) -> Reply:
    """List accounts."""
    return Reply(a.Accounts(accounts=await ask.house.access(ask.house.people.accounts)))


@handles
async def make_account(ask: Ask) -> Reply:
    """Make an account."""
    house, said = ask.house, ask.body
    name = await house.access(house.people.make, said.role, party=said.party, reads_text=said.reads_text)
    body = {"account": name, "role": said.role, "party": said.party, "reads_text": said.reads_text}
    await house.act(p.ACCOUNT_MADE, body, ask.viewer)
    return await _invited(ask, name)


async def _invited(ask: Ask, name: str) -> Reply:
    house = ask.house
    link, until = await house.access(house.people.link, name)
    address = f"{house.settings.address}/sign-in?link={link}"
    return Reply(a.Invited(account=name, link=address, until=until))


@handles
async def change_role(ask: Ask) -> Reply:
    """Give an account another role: a new pseudonym, the old one ends with its sessions."""
    house, said = ask.house, ask.body
    old = await _account(ask)
    if old.account == ask.viewer.account:
        raise Refused(403, "nobody changes his own role", hint="another administrator does it")
    name = await house.access(house.people.make, said.role, party=old.party, reads_text=old.reads_text)
    await house.access(house.people.revoke, old.account)
    body = {"from": old.account, "to": name, "reason": said.reason}
    await house.act(p.ROLE_CHANGED, body, ask.viewer)
    return await _invited(ask, name)


async def _account(ask: Ask) -> a.Account:
    found = await ask.house.access(ask.house.people.account, ask.path["account"])
    if found is None:
        raise Refused(404, "no such account", hint="see /api/v1/accounts")
    return found


@handles
async def new_link(ask: Ask) -> Reply:
    """Make a new one-time link for an account."""
    found = await _account(ask)
    await ask.house.act(p.LINK_MADE, {"account": found.account}, ask.viewer)
    return await _invited(ask, found.account)


@handles
async def revoke_account(ask: Ask) -> Reply:
    """End an account."""
    house = ask.house
    found = await _account(ask)
    await house.access(house.people.revoke, found.account)
    await house.act(p.ACCOUNT_ENDED, {"account": found.account}, ask.viewer)
    return Reply()


@handles
async def devices(ask: Ask) -> Reply:
    """List devices."""
    return Reply(a.Devices(devices=await ask.house.access(ask.house.people.devices)))


@handles
async def enrol(ask: Ask) -> Reply:
    """Make the code by which a device is enrolled at a post, with its picture to scan."""
    house, said = ask.house, ask.body
    device, code, until = await house.access(house.people.enrol, said.post, said.vehicle)
    await house.act(p.ENROLLED, {"device": device, "post": said.post, "vehicle": said.vehicle}, ask.viewer)
    # After the #, so that the code stands in no log of a proxy.
    address = f"{house.settings.address}/enrol#{code}"
    return Reply(
        a.Enrolment(
            device=device,
            post=said.post,
            code=code,
            address=address,
            picture=secret.picture(address),
            until=until,
        )
    )


@handles
async def revoke_device(ask: Ask) -> Reply:
    """Let a device in no more."""
    house, name = ask.house, ask.path["device"]
    if not await house.access(house.people.revoke_device, name):
        raise Refused(404, "no such device is let in", hint="see /api/v1/devices")
    await house.act(p.DEVICE_ENDED, {"device": name}, ask.viewer)
    return Reply()


@handles
async def claim(ask: Ask) -> Reply:
    """Turn an enrolment code into a device's token, once."""
    house = ask.house
    found = await house.access(house.people.claim, ask.body.code)
    if found is None:
        await house.act(p.DENIED, {"route": "POST /api/v1/devices/claim", "why": "wrong code"}, ask.viewer)
        raise Refused(401, "the code was used, is over, or is none", hint="ask for a new one")
    token, device, post = found
    await house.act(p.CLAIMED, {"device": device}, ask.viewer, by=device)
    return Reply(a.Claimed(token=token, device=device, post=post, title=house.opened.title))
