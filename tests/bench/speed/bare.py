"""The bare WSGI application: a constant, on granian, the quickest server of WSGI we know."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# As many as “legalmap run” has.
THREADS = 12
CONTENT = Path(os.environ["BARE_CONTENT"]).read_bytes()
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(CONTENT)))]


def app(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Answer the constant."""
    start_response("200 OK", HEADERS)
    return [CONTENT]


def main(port: int) -> None:
    """Serve it from one worker."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "tests.bench.speed.bare:app",
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS,
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]))
