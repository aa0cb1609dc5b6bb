"""How often the expensive calls may be made, counted in memory by address; nothing else is limited."""

import math
import time
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from flask import Response, current_app
from flask.blueprints import BlueprintSetupState
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from legalmap.web.signing import address

PER_ADDRESS = parse("30 per 1 minute")
NAME = "batch"
LIMITER = "batch limiter"
View = TypeVar("View", bound=Callable[..., Response])


def prepare(state: BlueprintSetupState) -> None:
    """Each application counts for itself."""
    state.app.extensions[LIMITER] = MovingWindowRateLimiter(MemoryStorage())


def limited(view: View) -> View:
    """Count each call; past the limit it is refused with 429 and the time to wait."""

    @wraps(view)
    def counted(*args: object, **kwargs: object) -> Response:
        limiter: MovingWindowRateLimiter = current_app.extensions[LIMITER]
        who = address()
        if not limiter.hit(PER_ADDRESS, NAME, who):
            wait = _left(limiter, who)
            refusal = TooManyRequests(f"Too many calls of this kind: wait {wait} seconds.")
            refusal.retry_after = wait
            raise refusal
        response = view(*args, **kwargs)
        remaining = limiter.get_window_stats(PER_ADDRESS, NAME, who).remaining
        window = PER_ADDRESS.get_expiry()
        # As the IETF draft of the RateLimit header fields writes them.
        response.headers["RateLimit-Policy"] = f'"{NAME}";q={PER_ADDRESS.amount};w={window}'
        response.headers["RateLimit"] = f'"{NAME}";r={remaining};t={_left(limiter, who)}'
        return response

    return counted  # type: ignore[return-value]


def _left(limiter: MovingWindowRateLimiter, who: str) -> int:
    """Seconds until a call is free again."""
    reset = limiter.get_window_stats(PER_ADDRESS, NAME, who).reset_time
    return max(math.ceil(reset - time.time()), 1)
