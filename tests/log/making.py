"""Entries for tests: made from a number, so that every trial can be made again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from corridor.log.chain import Key
from corridor.log.entry import Entry, canonical, derived_id, stamp
from corridor.log.verify import Opened

START = datetime(2016, 12, 15, 4, 0, tzinfo=UTC)
RECEIVED = stamp(START)


def entry(number: int, *, device: str = "phone-1", seq: int | None = None, body: Any = None, **fields: Any) -> Entry:
    moment = stamp(START + timedelta(seconds=number))
    made: dict[str, Any] = {
        "id": derived_id("test", device, str(number)),
        "kind": "report",
        "name": "report",
        "actor": "marshal",
        "device": device,
        "device_seq": number if seq is None else seq,
        "happened": moment,
        "recorded": moment,
        "body": canonical({"count": number, "text": "غادرت القافلة — élan"} if body is None else body),
    }
    return Entry(**made | fields)


KEY = Key.make()


def opened(key: Key = KEY) -> Entry:
    """The first entry of a log, as `Log.new` writes it."""
    body = canonical(Opened(format="corridor-log/1", key=key.public, title="rig"))
    return Entry(
        id=derived_id("opened"),
        kind="act",
        name="opened",
        actor="log",
        device="log",
        device_seq=0,
        happened=RECEIVED,
        recorded=RECEIVED,
        body=body,
    )
