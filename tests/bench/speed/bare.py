"""Applications that do nothing: the answers of a site as constants, and one constant behind WSGI."""

import json
import os
import sys
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from werkzeug.routing import Map, Rule

from legalmap.web.http.front import Front
from legalmap.web.http.server import serve

# Path to (headers, content); the folder says which, as servers.py wrote it.
ANSWERS: dict[str, tuple[list[tuple[str, str]], bytes]] = {
    path: ([(name, value) for name, value in headers], b64decode(content))
    for path, (headers, content) in json.loads(
        Path(os.environ["BARE_ANSWERS"]).read_bytes()
    ).items()
}
CONSTANT = "/constant"


class Constants:
    """An RSGI application that answers the constant of each path."""

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        headers, content = ANSWERS[scope.path]
        protocol.response_bytes(200, headers, content)


class StillHead:
    """A feed on which nothing happens."""

    number = 0

    def still(self) -> bool:
        """Nobody has published."""
        return True


def constant(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """A WSGI application that answers the one constant."""
    headers, content = ANSWERS[CONSTANT]
    start_response("200 OK", [*headers, ("Content-Length", str(len(content)))])
    return [content]


def rsgi() -> Constants:
    """The bare server."""
    return Constants()


def wsgi() -> Front:
    """The bare WSGI application behind the front of “legalmap run”: its threads, its codings, no cache."""
    tracker = SimpleNamespace(heading=StillHead())
    application = SimpleNamespace(
        wsgi_app=constant,
        url_map=Map([Rule(CONSTANT, endpoint="constant")]),
        view_functions={"constant": constant},
        extensions={"reader": SimpleNamespace(tracker=tracker)},
        config={"BEHIND_PROXY": 0},
    )
    return Front(application)  # type: ignore[arg-type]


if __name__ == "__main__":
    serve(
        f"tests.bench.speed.bare:{sys.argv[1]}",
        "127.0.0.1",
        int(sys.argv[2]),
        workers=1,
        connections=5_000,
    )
