"""Routes that will go: their answers say since when they are deprecated and when they end."""

from datetime import UTC, datetime

import msgspec
from flask import Response, request
from werkzeug.http import http_date


class Retired(msgspec.Struct, frozen=True, kw_only=True):
    """When a route was deprecated, when it ends at the earliest, and what to use instead."""

    since: datetime
    until: datetime
    instead: str


# The rule of a route, as routes.txt has it, and its end. Nothing is on its way out.
RETIRED: dict[str, Retired] = {}


def announce(response: Response) -> Response:
    """Deprecation by RFC 9745, Sunset by RFC 8594, and a link to what comes instead."""
    retired = RETIRED.get(request.url_rule.rule) if request.url_rule else None
    if retired is not None:
        response.headers["Deprecation"] = f"@{int(retired.since.timestamp())}"
        response.headers["Sunset"] = http_date(retired.until.astimezone(UTC))
        links = [response.headers.get("Link"), f'<{retired.instead}>; rel="successor-version"']
        more = '</api>; rel="deprecation"; type="text/html"'
        response.headers["Link"] = ", ".join([*(link for link in links if link), more])
    return response
