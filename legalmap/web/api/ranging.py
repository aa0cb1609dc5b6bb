"""How a file leaves: packed as well as can be, with a strong ETag for each coding, also in part."""

from flask import Response, current_app, g, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from legalmap.services.keeping import CODINGS, PACKED_ALREADY, Files
from legalmap.services.rendering import File
from legalmap.web import codings, compressing
from legalmap.web.api import sending
from legalmap.web.front import BETTER, LATER

LEAST_BYTES = 600


def files() -> Files:
    """The files this application keeps."""
    found: Files = current_app.extensions["files"]
    return found


def send(
    file: File, links: list[str], *, newest: bool, cache_control: str = sending.CACHE_CONTROL
) -> Response:
    """The file, the part of it that was asked for, or 304 if the asker has it."""
    g.packed = True
    if file.held is None:
        return _in_parts(file, links, cache_control)
    coding = _coding(file)
    response = sending.send_bytes(
        file.content, file.sha256, file.media_type, file.changed_at, links
    )
    response.headers["Cache-Control"] = cache_control
    response.headers["Accept-Ranges"] = "bytes"
    if response.status_code != 200:
        compressing.name_held(response, codings.etag_of(file.sha256, coding))
        return response
    content, quick = _packed(file, coding, newest=newest) if coding else (file.content, False)
    etag = codings.etag_of(file.sha256, coding, quick=quick)
    response.set_etag(etag)
    if coding:
        response.headers["Content-Encoding"] = coding
    response.headers["Content-Disposition"] = f'inline; filename="{file.name}"'
    _fill(response, content, etag)
    return response


def _packed(file: File, coding: str, *, newest: bool) -> tuple[bytes, bool]:
    """The file in a coding, and whether that was made quickly because better is made afterwards."""
    environ, kept = request.environ, files()
    if not newest or not environ.get(LATER):
        return kept.packed(file, coding, newest=newest), False
    best = kept.at_hand(file, coding)
    if best is not None:
        return best, False
    etag = codings.etag_of(file.sha256, coding)
    environ[BETTER] = lambda: (f'"{etag}"', kept.packed(file, coding, newest=True))
    return kept.packed(file, coding, newest=False), True


def _in_parts(file: File, links: list[str], cache_control: str) -> Response:
    """A file too large to be held: written while it is sent, and not packed."""
    response = sending.send_bytes(b"", file.sha256, file.media_type, file.changed_at, links)
    response.headers["Cache-Control"] = cache_control
    response.headers["Accept-Ranges"] = "bytes"
    if response.status_code == 200:
        start, stop = _told(response, file.sha256, file.length) or (0, file.length)
        response.response = file.between(start, stop)
        response.content_length = stop - start
        response.headers["Content-Disposition"] = f'inline; filename="{file.name}"'
    return response


def _coding(file: File) -> str | None:
    if len(file.content) < LEAST_BYTES or file.media_type in PACKED_ALREADY:
        return None
    accepted = request.accept_encodings
    return next((coding for coding in CODINGS if accepted[coding] > 0), None)


def _fill(response: Response, content: bytes, etag: str) -> None:
    """The bytes asked for: of the coding that is sent, as RFC 9110 means it."""
    start, stop = _told(response, etag, len(content)) or (0, len(content))
    response.set_data(content[start:stop])


def _told(response: Response, etag: str, length: int) -> tuple[int, int] | None:
    """The part that was asked for, which the head of the answer then tells; None for the whole."""
    span = _span(etag, length)
    if span is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {span[0]}-{span[1] - 1}/{length}"
    return span


def _span(etag: str, length: int) -> tuple[int, int] | None:
    """Where the one range asked for begins and ends; None where the whole is to be sent.

    Several ranges at once may be answered with the whole, and are. A date in If-Range is no proof
    that the asker holds part of these very bytes: two publications may share a second.
    """
    asked = request.range
    if request.method != "GET" or asked is None or asked.units != "bytes":
        return None
    if len(asked.ranges) != 1 or not _holds_part_of(etag):
        return None
    span = asked.range_for_length(length)
    if span is None:
        raise RequestedRangeNotSatisfiable(length)
    return span


def _holds_part_of(etag: str) -> bool:
    condition = request.headers.get("If-Range")
    return condition is None or condition.strip() == f'"{etag}"'
