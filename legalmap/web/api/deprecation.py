"""Routes that will be removed: their answers say since when they are deprecated and when they end."""

from datetime import UTC, datetime

import msgspec
from flask import Response, request
from werkzeug.http import http_date


class Retired(msgspec.Struct, frozen=True, kw_only=True):
    """When a route was deprecated, when it ends at the earliest, and what to use instead."""

    since: datetime
    until: datetime
    instead: str


# By the rule of a route as routes.txt has it. Nothing is to be removed at the moment.
RETIRED: dict[str, Retired] = {}


def announce(response: Response) -> Response:
    """Add Deprecation (RFC 9745), Sunset (RFC 8594) and a link to the successor (RFC 5829)."""
    retired = RETIRED.get(request.url_rule.rule) if request.url_rule else None
    if retired is not None:
        response.headers["Deprecation"] = f"@{int(retired.since.timestamp())}"
        response.headers["Sunset"] = http_date(retired.until.astimezone(UTC))
        links = [response.headers.get("Link"), f'<{retired.instead}>; rel="successor-version"']
        more = '</api>; rel="deprecation"; type="text/html"'
        response.headers["Link"] = ", ".join([*(link for link in links if link), more])
    return response
