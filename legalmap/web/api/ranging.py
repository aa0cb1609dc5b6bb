"""How a file leaves."""

from flask import Response, current_app, request

from legalmap.services.keeping import CODINGS, PACKED_ALREADY, Files
from legalmap.services.rendering import File
from legalmap.web.api import sending

LEAST_BYTES = 600


def files() -> Files:
    """The files this application keeps."""
    found: Files = current_app.extensions["files"]
    return found


def send(
    file: File, links: list[str], *, newest: bool, cache_control: str = sending.CACHE_CONTROL
) -> Response:
    """The file, the part of it that was asked for, or 304 if the asker has it."""
    coding = _coding(file)
    response = sending.send_bytes(
        file.content, file.sha256, file.media_type, file.changed_at, links
    )
    response.headers["Cache-Control"] = cache_control
    response.headers["Accept-Ranges"] = "bytes"
    if coding:
        response.set_data(files().packed(file, coding, newest=newest))
        response.set_etag(f"{file.sha256}-{coding}")
        response.headers["Content-Encoding"] = coding
    response.headers["Content-Disposition"] = f'inline; filename="{file.name}"'
    return response


def _coding(file: File) -> str | None:
    if len(file.content) < LEAST_BYTES or file.media_type in PACKED_ALREADY:
        return None
    accepted = request.accept_encodings
    return next((coding for coding in CODINGS if accepted[coding] > 0), None)
