"""How often something may be done, counted by address; in memory, or where LEGALMAP_LIMITS_URL says."""

import math
import time

from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from legalmap.web.signing import address

_NAME = "limiter"


def register(app: Flask) -> None:
    """Count where the settings say: each process for itself, or all of them together."""
    storage = storage_from_string(app.config.get("LIMITS_URL") or "memory://")
    app.extensions[_NAME] = MovingWindowRateLimiter(storage)


def limit(text: str) -> RateLimitItem:
    """A limit such as “10 per 1 hour”."""
    return parse(text)


def seconds_to_wait(item: RateLimitItem, what: str) -> int:
    """0 if who asks may do it now; it is counted then. Their address is forgotten with the window."""
    limiter: MovingWindowRateLimiter = current_app.extensions[_NAME]
    names = (what, address())
    if limiter.hit(item, *names):
        return 0
    return max(math.ceil(limiter.get_window_stats(item, *names).reset_time - time.time()), 1)
