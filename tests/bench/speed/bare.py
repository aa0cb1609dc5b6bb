"""The bare WSGI application: a constant, on one worker.

On granian, the quickest server of WSGI we know, whose HTTP is not Python; and, so that the server does
not decide, on the server of “legalmap run” as any application of WSGI without what stands in front.
"""

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


def bridge() -> Any:
    """It behind the same bridge and threads as Flask."""
    from legalmap.serving.bridge import Bridge
    from legalmap.threads import Threads

    return Bridge(app, Threads(THREADS, "flask"))


def main(port: int, server: str) -> None:
    """Serve it from one worker of granian, or of the same server as ours."""
    if server == "own":
        from legalmap.serving.running import serve

        serve("tests.bench.speed.bare:bridge", "127.0.0.1", port)
        return
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
    main(int(sys.argv[1]), sys.argv[2])
