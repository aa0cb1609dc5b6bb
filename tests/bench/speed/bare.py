"""Applications that do nothing: the answers of a site as constants, and one constant behind WSGI."""

import json
import os
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli

# Path to (headers, content); the folder says which, as servers.py wrote it.
ANSWERS: dict[str, tuple[list[tuple[str, str]], bytes]] = {
    path: ([(name, value) for name, value in headers], b64decode(content))
    for path, (headers, content) in json.loads(
        Path(os.environ["BARE_ANSWERS"]).read_bytes()
    ).items()
}
CONSTANT = "/constant"


async def rsgi(scope: Any, protocol: Any) -> None:
    """Answer the constant of this path."""
    headers, content = ANSWERS[scope.path]
    protocol.response_bytes(200, headers, content)


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer the one constant, compressed as a small answer of the site is where that is asked for."""
    headers, content = ANSWERS[CONSTANT]
    if "br" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        content = brotli.compress(content, quality=4)
        headers = [*headers, ("Content-Encoding", "br")]
    start_response("200 OK", [*headers, ("Content-Length", str(len(content)))])
    return [content]
