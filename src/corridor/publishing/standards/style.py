"""How a GIS draws the layers from the start: QGIS styles, in the neutral colours of the page."""

from __future__ import annotations

CALM = "38,70,83"
WAY = "42,111,151"
FAINT = "128,128,128"


def styles() -> dict[str, str]:
    """Return the QML of each layer: sites sized by the people waiting, the corridor firm, other drives faint."""
    return {
        "sites": _qml("marker", "SimpleMarker", {"name": "circle", "color": CALM, "size": "3"}, _sized()),
        "corridors": _qml("line", "SimpleLine", {"line_color": WAY, "line_width": "1.2"}),
        "legs": _qml("line", "SimpleLine", {"line_color": FAINT, "line_width": "0.4", "line_style": "dash"}),
    }


def _sized() -> str:
    """Area in proportion to the people waiting: 10,000 people are a circle of 12 millimetres."""
    rule = "max(2, 12 * sqrt(coalesce(&quot;waiting_median&quot;, 0) / 10000))"
    return (
        '<data_defined_properties><Option type="Map"><Option name="properties" type="Map">'
        '<Option name="size" type="Map"><Option name="active" type="bool" value="true"/>'
        f'<Option name="expression" type="QString" value="{rule}"/><Option name="type" type="int" value="3"/>'
        "</Option></Option></Option></data_defined_properties>"
    )


def _qml(kind: str, layer: str, properties: dict[str, str], more: str = "") -> str:
    options = "".join(f'<Option name="{key}" type="QString" value="{value}"/>' for key, value in properties.items())
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        '<qgis version="3.22" styleCategories="Symbology"><renderer-v2 type="singleSymbol"><symbols>'
        f'<symbol type="{kind}" name="0" alpha="1"><layer class="{layer}" enabled="1" locked="0" pass="0">'
        f'<Option type="Map">{options}</Option>{more}</layer></symbol></symbols></renderer-v2></qgis>'
    )
