"""Sending a file: whole or in part, compressed where that was done, each form with its own strong ETag."""

from typing import Any

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.wsgi import wrap_file

from legalmap.services.exporting import compression
from legalmap.services.exporting.files import Files
from legalmap.services.exporting.made_file import File
from legalmap.web.api import responses
from legalmap.web.http.wsgi import CODED, READY


def files() -> Files:
    """The files of this application."""
    made_files: Files = current_app.extensions["files"]
    return made_files


def send(file: File, links: list[str], cache_control: str = responses.CACHE_CONTROL) -> Response:
    """The file, the part of it that was asked for, or 304 if the client has it.

    Caches must ask again for what is soon replaced by something better: an older file that stands in for
    one being made, or a large file that is not compressed yet.
    """
    request.environ[CODED] = True
    coding = _coding(file)
    form = _packed(file, coding) if coding else file
    is_final = file.is_final and form is not None
    if form is None:
        form, coding = file, None
    if not is_final:
        request.environ.pop(READY, None)
    response = _answer(form, f"{form.sha256}-{coding}" if coding else form.sha256)
    cache_control = cache_control if is_final else responses.CACHE_CONTROL
    responses.describe(response, file.changed_at, links, cache_control)
    response.vary.add("Accept-Encoding")
    if coding:
        response.content_encoding = coding
    response.headers["Content-Disposition"] = f'inline; filename="{file.name}"'
    return response


def _coding(file: File) -> str | None:
    accepted = request.accept_encodings
    codings = compression.codings_of(file.media_type, file.length)
    return next((coding for coding in codings if accepted[coding] > 0), None)


def _packed(file: File, coding: str) -> File | None:
    """The file at the best level if the worker has made that; else compressed quickly.

    None for a large file that is still being compressed in the background.
    """
    return files().packed(file, coding, wait=file.length <= compression.BEST_BYTES)


def _answer(form: File, etag: str) -> Response:
    """The bytes as the server sends a file fastest; raise RequestedRangeNotSatisfiable beyond their end."""
    stream = form.open()
    content = wrap_file(request.environ, stream)
    response = Response(content, content_type=form.media_type, direct_passthrough=True)
    response.content_length = form.length
    response.set_etag(etag)
    try:
        # Before Last-Modified is set, so that only the ETag decides: two publications may share a second.
        response.make_conditional(_conditions(), accept_ranges=True, complete_length=form.length)
    except HTTPException:
        stream.close()
        raise
    return response


def _conditions() -> dict[str, Any]:
    """The headers that decide what is sent. Only GET, and only one range, is answered in part.

    A weak ETag in If-Range never matches (RFC 9110, 13.1.5): the whole file is sent.
    """
    environ, wished = dict(request.environ), request.range
    is_one = wished is not None and wished.units == "bytes" and len(wished.ranges) == 1
    is_weak = request.headers.get("If-Range", "").startswith("W/")
    if request.method != "GET" or not is_one or is_weak:
        environ.pop("HTTP_RANGE", None)
    return environ
