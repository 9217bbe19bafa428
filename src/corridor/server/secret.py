"""Secrets: tokens, passphrases, second factors. What is stored cannot be turned back into what was said."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
import time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# OWASP's least for argon2id: 19 MiB, two passes, one lane (Password Storage Cheat Sheet).
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
STEP_SECONDS = 30
# A code of the step before or after is taken too: clocks differ (RFC 6238, section 5.2).
DRIFT = 1
_COMMON = ("passphrase", "password", "motdepasse", "123456789", "qwertyuiop", "azertyuiop", "corridor")


def new_token() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a token. It has 256 bits of its own, so that a plain hash cannot be searched."""
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # noqa: PLC0415 - only those who sign in by passphrase wait for it

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def seal(passphrase: str) -> str:
    """Return what is kept of a passphrase (argon2id with its own salt)."""
    return _hasher().hash(passphrase)


@cache
def _nobodys() -> str:
    return seal(new_token())


def matches(kept: str, passphrase: str) -> bool:
    """Return whether a passphrase is the kept one; where there is none, as long is worked as for a wrong one."""
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

    try:
        found = _hasher().verify(kept or _nobodys(), passphrase)
    except (VerificationError, InvalidHashError):
        return False
    return found and bool(kept)


def stale(kept: str) -> bool:
    """Return whether what is kept of a passphrase was made with other parameters than today's."""
    return _hasher().check_needs_rehash(kept)


def weak(passphrase: str) -> str:
    """Return why a passphrase is easily guessed, or an empty text."""
    plain = "".join(letter for letter in passphrase.lower() if letter.isalnum())
    if len(set(passphrase)) < 6:
        return "it repeats a few letters"
    rest = plain
    for word in _COMMON:
        rest = rest.replace(word, "")
    return "it is made of words that are tried first" if len(rest) < 8 else ""


def new_factor() -> str:
    """Return the secret of a second factor: 160 bits in base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def digits(secret: str, step: int) -> str:
    """Return the six digits of a step (RFC 6238 with SHA-1, RFC 4226 section 5.3)."""
    mark = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = mark[-1] & 15
    number = int.from_bytes(mark[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def step_of(secret: str, said: str, *, after: int, at: float | None = None) -> int:
    """Return the step whose digits were said, 0 where none; a step is used once, so that a heard code opens nothing."""
    now = int((time.time() if at is None else at) // STEP_SECONDS)
    for step in range(now - DRIFT, now + DRIFT + 1):
        if step > after and hmac.compare_digest(digits(secret, step), said):
            return step
    return 0


def picture(text: str) -> str:
    """Return a QR code as an SVG image in a data address."""
    import segno  # noqa: PLC0415 - only enrolment draws

    return str(segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=4))
