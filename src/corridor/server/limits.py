"""How often somebody may ask: a bucket of tokens for each caller and kind of request."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from corridor.server.routes import Bucket

# (how many at once, how many a second afterwards). A phone that syncs two days sends ten batches; a laptop in the
# duty room reads a few pages a second; whoever guesses passphrases gets five, then one a minute.
RATES: dict[Bucket, tuple[float, float]] = {
    "read": (120.0, 40.0),
    "write": (60.0, 10.0),
    "sync": (400.0, 200.0),
    "heavy": (5.0, 0.2),
    "sign-in": (10.0, 0.2),
}
ACCOUNT_RATE = (5.0, 1 / 60)
MOST_CALLERS = 20_000
# Open streams of one account or device: pages that one person has open, many times over.
MOST_STREAMS = 100


class Limits:
    """Token buckets; `None` in `rates` lifts every limit (for measuring)."""

    def __init__(self, rates: dict[Bucket, tuple[float, float]] | None = None) -> None:
        self.rates = RATES if rates is None else rates
        self._buckets: dict[Hashable, tuple[float, float]] = {}
        self.clock: Callable[[], float] = time.monotonic

    def wait(self, kind: Bucket, caller: Hashable) -> float:
        """Take one token and return 0, or return the seconds until there is one."""
        return self._take((kind, caller), *self.rates[kind])

    def wait_for_account(self, account: str, address: str) -> float:
        """The same for sign-ins to one account from one address."""
        return self._take(("account", account, address), *ACCOUNT_RATE)

    def _take(self, key: Hashable, most: float, rate: float) -> float:
        now = self.clock()
        left, since = self._buckets.get(key, (most, now))
        left = min(most, left + (now - since) * rate)
        if left < 1.0:
            return (1.0 - left) / rate
        if len(self._buckets) >= MOST_CALLERS:
            # Whoever comes from many addresses must not fill the memory; the oldest are let go of.
            for old in list(self._buckets)[: MOST_CALLERS // 2]:
                del self._buckets[old]
        self._buckets[key] = (left - 1.0, now)
        return 0.0
