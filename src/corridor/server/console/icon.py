"""The sign of Corridor as pictures of points: what a phone puts among its programs takes no drawing of lines."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

# The drawing of icon.svg, in its 32 units: a square, a road that climbs, the place where it begins.
SIDE = 32
CORNER = 6.0
ROAD = ((4.0, 22.0), (14.0, 22.0), (18.0, 10.0), (28.0, 10.0))
WIDTH = 4.0
START = (5.0, 22.0, 3.5)
GROUND, PAPER, PLACE = (0x0B, 0x5C, 0x6B), (0xFF, 0xFF, 0xFF), (0xF0, 0xC3, 0x8F)
# A phone cuts a mask out of the picture: what matters stays within a circle of four fifths.
KEPT_BY_MASKS = 0.72
SIZES = (192, 512)
Distances = npt.NDArray[np.float32]


def icons() -> dict[str, bytes]:
    """Return each picture by its name."""
    named = {f"icon-{size}.png": icon(size) for size in SIZES}
    return named | {"icon-mask.png": icon(SIZES[-1], masked=True)}


@cache
def icon(size: int, *, masked: bool = False) -> bytes:
    """Return the sign as a PNG of so many points each way; `masked` fills the square and draws the sign smaller."""
    share = KEPT_BY_MASKS if masked else 1.0
    middle = SIDE / 2
    points = (((np.arange(size) + 0.5) * SIDE / size - middle) / share + middle).astype(np.float32)
    x, y = points[None, :], points[:, None]
    unit = SIDE / size / share
    road = np.minimum.reduce([_segment(x, y, a, b) for a, b in pairwise(ROAD)]) - WIDTH / 2
    place = np.hypot(x - START[0], y - START[1]) - START[2]
    picture = np.empty((size, size, 4), np.float32)
    picture[..., :3] = GROUND
    for colour, distance in ((PAPER, road), (PLACE, place)):
        # How much of a point lies inside: a border of one point is smooth.
        cover = np.clip(0.5 - distance / unit, 0, 1)[..., None]
        picture[..., :3] += (np.array(colour, np.float32) - picture[..., :3]) * cover
    picture[..., 3] = 255 if masked else 255 * np.clip(0.5 - _square(x, y) / unit, 0, 1)
    return _png(np.rint(picture).astype(np.uint8))


def _square(x: Distances, y: Distances) -> Distances:
    """Return the distance from the border of the square with round corners, negative inside."""
    half = SIDE / 2
    across, along = np.abs(x - half) - half + CORNER, np.abs(y - half) - half + CORNER
    outside = np.hypot(np.maximum(across, 0), np.maximum(along, 0))
    found: Distances = outside + np.minimum(np.maximum(across, along), 0) - CORNER
    return found


def _segment(x: Distances, y: Distances, a: tuple[float, float], b: tuple[float, float]) -> Distances:
    """Return the distance from a straight piece of road."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    part = np.clip(((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
    found: Distances = np.hypot(x - a[0] - part * dx, y - a[1] - part * dy)
    return found


def _png(picture: npt.NDArray[np.uint8]) -> bytes:
    """Return points of red, green, blue and cover as a file (PNG, ISO/IEC 15948)."""
    height, width, _ = picture.shape
    rows = b"".join(b"\0" + row.tobytes() for row in picture)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
