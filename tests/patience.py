"""Waiting for what comes when it comes: a bound is for slow machines, never a promise."""

import time
from collections.abc import Callable


def soon(holds: Callable[[], object], seconds: float = 30) -> bool:
    """Whether something comes to hold within a time that is far longer than it ought to take."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.01)
    return bool(holds())
