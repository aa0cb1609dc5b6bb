"""Memento (RFC 7089, pattern 1.1): an address is its own TimeGate and answers Accept-Datetime with a
302 to the same address with ``as_of`` and ``known_at``; that one never changes and is the memento.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date, parse_date
from werkzeug.wrappers import Response as AnyResponse

from legalmap.domain.errors import BadQuery, LegalmapError, Missing
from legalmap.domain.law.jurisdictions import chain
from legalmap.domain.people.roles import Permission
from legalmap.services.places import search
from legalmap.services.reading import mementos as memento_service
from legalmap.services.reading.mementos import Memento, Memory, Original
from legalmap.services.reading.reader import asked_day
from legalmap.web.api import parameters, responses
from legalmap.web.http.hosts import site_url
from legalmap.web.http.permissions import needs, tracker

blueprint = Blueprint("memento", __name__, url_prefix="/timemap")
LINK_FORMAT = "application/link-format"
TIMEMAPS = "/timemap/link"
_WORDS = ("as_of", "known_at")
Arguments = dict[str, Any]


# The endpoints whose earlier answers can be asked for.
_FILES = ("export", "sources", "dictionary", "datapackage", "datapackage_zip")
ORIGINALS = ("place.place", "api_records.record", *(f"export.{file}" for file in _FILES))


def _original(arguments: Arguments) -> Original:
    """The records on which an address depends; raise Missing if there is no such topic or place.

    What holds at a place changes with its own record and with that of every level above it.
    """
    if "topic" not in arguments:
        return Original()
    topic = tracker().topic(arguments["topic"]).code
    if "code" not in arguments:
        return Original(topic)
    place = search.place(tracker(), arguments["code"])
    return Original(topic, tuple(level.code for level in chain(place, tracker().place)))


def register(app: Flask) -> None:
    """Answer Accept-Datetime before a view runs, and link each answer to its earlier versions."""
    app.before_request(_negotiate)
    app.after_request(_tell)


def _negotiate() -> Response | None:
    wished = request.headers.get("Accept-Datetime")
    if (
        wished is None
        or request.endpoint not in ORIGINALS
        or any(word in request.args for word in _WORDS)
    ):
        return None
    instant = parse_date(wished)
    if instant is None:
        raise BadQuery.at("Accept-Datetime", "Write it as “Mon, 23 Nov 2026 12:00:00 GMT”.")
    try:
        memento = memento_service.memory(tracker(), _original(request.view_args or {})).at(instant)
    except Missing:
        # The view tells better what is missing, with near matches.
        return None
    return _towards(memento) if memento else None


def _towards(memento: Memento) -> Response:
    query = [(name, value) for name, value in request.args.items(multi=True)]
    response = Response(status=302)
    response.headers["Location"] = _address(request.path, memento, query)
    response.headers["Cache-Control"] = responses.CACHE_CONTROL
    del response.headers["Content-Type"]
    return responses.opened(response)


def _address(path: str, memento: Memento, query: Iterable[tuple[str, str]] = ()) -> str:
    pinned = [("as_of", memento.as_of.isoformat()), ("known_at", str(memento.feed_no))]
    return f"{site_url()}{path}?{urlencode([*query, *pinned])}"


def _tell(response: AnyResponse) -> AnyResponse:
    if request.endpoint not in ORIGINALS or response.status_code not in (200, 206, 302, 304):
        return response
    response.vary.add("Accept-Datetime")
    links = _links(request.path)
    memento = _shown() if response.status_code != 302 else None
    if memento is not None:
        when = http_date(memento.at)
        response.headers["Memento-Datetime"] = when
        response.headers["Content-Location"] = _address(request.path, memento)
        links.append(f'<{_address(request.path, memento)}>; rel="memento"; datetime="{when}"')
    others = response.headers.get("Link")
    response.headers["Link"] = ", ".join([*([others] if others else []), *links])
    return response


def _links(path: str) -> list[str]:
    return [
        f'<{site_url()}{path}>; rel="original timegate"',
        f'<{site_url()}{TIMEMAPS}{path}>; rel="timemap"; type="{LINK_FORMAT}"',
    ]


def _shown() -> Memento | None:
    """The memento at this address; None unless it names both a day and a feed number."""
    as_of, known_at = (request.args.get(word, "") for word in _WORDS)
    if not as_of or not known_at.isdigit():
        return None
    try:
        original, day = _original(request.view_args or {}), asked_day(as_of).day
        return memento_service.memento(tracker(), original, int(known_at), day)
    except LegalmapError:
        return None


@blueprint.get("/link/<path:original>")
@needs(Permission.READ)
def timemap(original: str) -> Response:
    """Every publication that changed an address, as links to what it showed from then on."""
    parameters.read()
    path = f"/{original}"
    memory = _memory_of(path)
    newest = memory.mementos[-1].at if memory.mementos else None
    content = ",\n".join([*_links_of_map(path, memory.mementos)]).encode() + b"\n"
    return responses.opened(responses.send_bytes(content, LINK_FORMAT, newest))


def _memory_of(path: str) -> Memory:
    try:
        endpoint, arguments = current_app.url_map.bind("").match(path)
    except HTTPException:
        raise Missing("original", path[:200]) from None
    if endpoint not in ORIGINALS:
        raise Missing("original", path[:200])
    return memento_service.memory(tracker(), _original(dict(arguments)))


def _links_of_map(path: str, mementos: list[Memento]) -> Iterable[str]:
    original, timemap = _links(path)
    yield original
    span = ""
    if mementos:
        span = f'; from="{_date(mementos[0].at)}"; until="{_date(mementos[-1].at)}"'
    yield timemap.replace('rel="timemap"', 'rel="self"') + span
    for index, memento in enumerate(mementos):
        ends = ["first"] * (index == 0) + ["last"] * (index == len(mementos) - 1)
        rel = " ".join([*ends, "memento"])
        yield f'<{_address(path, memento)}>; rel="{rel}"; datetime="{_date(memento.at)}"'


def _date(instant: datetime) -> str:
    return http_date(instant)
