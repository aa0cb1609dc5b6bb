"""How often the expensive calls may be made, counted by address; nothing else of the API is limited."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from flask import Response
from limits import parse
from werkzeug.exceptions import TooManyRequests

from legalmap.web.limiting import address, limiter

PER_ADDRESS = parse("30 per 1 minute")
NAME = "batch"
View = TypeVar("View", bound=Callable[..., Response])


def limited(view: View) -> View:
    """Count each call; past the limit it is refused with 429 and the time to wait."""

    @wraps(view)
    def counted(*args: object, **kwargs: object) -> Response:
        key = (PER_ADDRESS, NAME, address())
        wait = limiter().wait(*key)
        if wait:
            refusal = TooManyRequests(f"Too many calls of this kind: wait {wait} seconds.")
            refusal.retry_after = wait
            raise refusal
        response = view(*args, **kwargs)
        window = PER_ADDRESS.get_expiry()
        # As the IETF draft of the RateLimit header fields writes them.
        response.headers["RateLimit-Policy"] = f'"{NAME}";q={PER_ADDRESS.amount};w={window}'
        left, reset = limiter().remaining(*key), limiter().reset(*key)
        response.headers["RateLimit"] = f'"{NAME}";r={left};t={reset}'
        return response

    return counted  # type: ignore[return-value]
