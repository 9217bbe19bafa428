"""The sign of Corridor as pictures: sound files, the drawing in them, named where a phone looks for them."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from corridor.server.console.icon import GROUND, PAPER, PLACE, icon, icons
from tests.server.serving import Live, live


def points(data: bytes) -> tuple[int, bytes]:
    """Return the side and the points of a picture, with every checksum looked at."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, parts = 8, {}
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0] == zlib.crc32(name + body)
        parts[name] = body
        at += 12 + size
    assert list(parts) == [b"IHDR", b"IDAT", b"IEND"]
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    assert width == height
    return width, zlib.decompress(parts[b"IDAT"])


def colour(picture: tuple[int, bytes], x: float, y: float) -> tuple[int, ...]:
    """Return red, green, blue and cover at a place in the 32 units of the drawing."""
    side, rows = picture
    start = int(y * side / 32) * (1 + 4 * side) + 1 + 4 * int(x * side / 32)
    return tuple(rows[start : start + 4])


@pytest.mark.parametrize("size", [64, 192])
def test_the_picture_is_the_drawing(size: int) -> None:
    picture = points(icon(size))
    assert picture[0] == size
    assert colour(picture, 0.2, 0.2)[3] == 0
    assert colour(picture, 16, 28) == (*GROUND, 255)
    assert colour(picture, 16, 16) == (*PAPER, 255)
    assert colour(picture, 5, 22) == (*PLACE, 255)
    assert colour(points(icon(size, masked=True)), 0.2, 0.2) == (*GROUND, 255)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Live]:
    with live(tmp_path) as made:
        yield made


def test_a_phone_finds_them_among_what_installs_the_page(server: Live) -> None:
    client = server.client()
    said = json.loads(client.get("/field.webmanifest").text)["icons"]
    assert {(one["sizes"], one["purpose"]) for one in said if one["type"] == "image/png"} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for one in said:
        answer = client.get(one["src"])
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, one["type"])
    found = {client.get(one["src"]).content for one in said if one["type"] == "image/png"}
    assert found == set(icons().values())
