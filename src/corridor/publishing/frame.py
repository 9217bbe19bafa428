"""The frame of a map: a window on the ground, from degrees to pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from corridor.publishing.drawing import NARROW
from corridor.situation.site import Site

KM_PER_DEGREE = 111.32


@dataclass(frozen=True)
class Frame:
    """A window on the ground: kilometres east and south of a middle, to pixels of a panel."""

    latitude: float
    longitude: float
    scale: float
    width: float
    height: float

    def at(self, site: Site) -> tuple[float, float]:
        """Return the pixel of a site (equirectangular around the middle: true to shape over tens of kilometres)."""
        east, south = _plane(site, self.latitude, self.longitude)
        return self.width / 2 + east * self.scale, self.height / 2 + south * self.scale

    def holds(self, site: Site) -> bool:
        """Whether a site lies inside the panel."""
        x, y = self.at(site)
        return 0 <= x <= self.width and 0 <= y <= self.height


def _plane(site: Site, latitude: float, longitude: float) -> tuple[float, float]:
    east = ((site.longitude or 0) - longitude) * KM_PER_DEGREE * math.cos(math.radians(latitude))
    return east, (latitude - (site.latitude or 0)) * KM_PER_DEGREE


def frame(sites: Sequence[Site], width: float, highest: float, lowest: float) -> Frame:
    """Return the frame that holds sites with room for their labels."""
    latitudes = [site.latitude or 0 for site in sites]
    longitudes = [site.longitude or 0 for site in sites]
    middle, across = (min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2
    spread = [_plane(site, middle, across) for site in sites]
    wide = max(2 * max(abs(east) for east, _ in spread), 0.5)
    tall = max(2 * max(abs(south) for _, south in spread), 0.5)
    side, top = (60, 66) if width <= NARROW else (96, 74)
    scale = min((width - 2 * side) / wide, (highest - 2 * top) / tall)
    height = min(max(tall * scale + 2 * top, lowest), highest)
    return Frame(middle, across, scale, width, height)
