"""Who may do what: the roles, and the one who asks."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Role = Literal["public", "field", "dispatcher", "coordinator", "auditor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)

EVERYBODY: frozenset[Role] = frozenset(ROLES)
MEMBERS: frozenset[Role] = EVERYBODY - {"public"}
# Those who see the whole operation; the administrator keeps accounts and sees none of it.
ROOM: frozenset[Role] = frozenset({"dispatcher", "coordinator", "auditor"})
DESK: frozenset[Role] = frozenset({"dispatcher", "coordinator"})
LEAD: frozenset[Role] = frozenset({"coordinator"})
# Those whose sign-in needs a second factor.
TWO_FACTORS: frozenset[Role] = frozenset({"coordinator", "admin"})


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """The one who asks: a pseudonym, a role, and what narrows it.

    `account` is the pseudonym of a role or a post. `operation` is the public key of the log it belongs to. `party`
    names the movements that a party to the agreement sees in full (empty: no compartment). `reads_text` is the
    need-to-know flag for free text. A device has a `post`; `session` is the hash of the cookie's token.
    """

    account: str = ""
    role: Role = "public"
    operation: str = ""
    party: tuple[str, ...] = ()
    reads_text: bool = False
    post: str = ""
    device: str = ""
    session: str = ""


NOBODY = Viewer()
