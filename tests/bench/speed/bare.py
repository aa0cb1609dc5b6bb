"""The bare WSGI application: a constant, on the very server and settings of “legalmap run”."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

CONTENT = Path(os.environ["BARE_CONTENT"]).read_bytes()
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(CONTENT)))]


def app(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer the constant."""
    start_response("200 OK", HEADERS)
    return [CONTENT]


def main(port: int) -> None:
    """Serve as the command line does, but this application."""
    import granian

    from legalmap import cli

    class Bare(granian.Granian):
        """The server with another application."""

        def __init__(self, _target: str, **settings: Any) -> None:
            super().__init__("tests.bench.speed.bare:app", **settings)

    granian.Granian = Bare  # type: ignore[misc]
    cli._serve("127.0.0.1", port, 1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
