"""The description is made from the table and says what the server does."""

from __future__ import annotations

import json

from corridor.server.openapi import WORDS, openapi
from corridor.server.routes import ROUTES


def test_every_route_is_described_with_every_status() -> None:
    described = openapi()
    for route in ROUTES:
        found = described["paths"][route.path][route.method.lower()]
        assert found["operationId"] == route.name
        assert set(found["responses"]) == {str(status) for status in route.statuses}
        assert ("requestBody" in found) == route.takes_body
        names = {parameter["name"] for parameter in found["parameters"] if parameter["in"] == "path"}
        assert names == set(route.fields)
    assert set(WORDS) >= {status for route in ROUTES for status in route.statuses}


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(openapi())
    known = openapi()["components"]["schemas"]
    for part in text.split('"#/components/schemas/')[1:]:
        assert part.partition('"')[0] in known
