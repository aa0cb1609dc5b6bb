"""How often something may be tried, counted in memory, or in Redis for several processes.

Expensive requests are counted by address and minute, under the name that the view declares
(``@needs(…, cost=…)``); above the limit they are refused with 429.
"""

import ipaddress
import logging
import math
import time
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, after_this_request, current_app, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from legalmap.domain.errors import Unusable

log = logging.getLogger(__name__)
IN_MEMORY = "memory://"
_NAME = "limiter"
PICTURE, PAST, BATCH = "picture", "past", "batch"
# Requests of one address in a minute, unless a setting says otherwise. A page shows one picture, and
# somebody who steps through the past by hand makes at most four requests a second.
PER_MINUTE = {PICTURE: 60, PAST: 240, BATCH: 30}
# The parameters that ask for another day, or for what was known then.
_OF_THE_PAST = ("as_of", "known_at")
Answer = TypeVar("Answer")


class Limiter:
    """Counts attempts by limit and names. If its storage fails, everybody passes and the log says so."""

    def __init__(self, url: str) -> None:
        try:
            storage = storage_from_string(url, wrap_exceptions=True)
        except (ConfigurationError, ImportError, ValueError) as error:
            raise Unusable(
                "LEGALMAP_LIMITS_URL cannot be used. Write memory://, or redis://host:port/number "
                "and install legalmap[redis]."
            ) from error
        self._counting = MovingWindowRateLimiter(storage)

    def wait(self, limit: RateLimitItem, *names: str) -> int:
        """Count an attempt; 0 if it is allowed, else the seconds until one is."""
        if self._or(True, lambda: self._counting.hit(limit, *names)):
            return 0
        return self.reset(limit, *names)

    def blocked(self, limit: RateLimitItem, *names: str) -> int:
        """The same as ``wait`` without counting an attempt."""
        if self._or(True, lambda: self._counting.test(limit, *names)):
            return 0
        return self.reset(limit, *names)

    def reset(self, limit: RateLimitItem, *names: str) -> int:
        """Seconds until another attempt is allowed, at least 1."""
        now = time.time()
        stats = self._or(None, lambda: self._counting.get_window_stats(limit, *names))
        return max(math.ceil(stats.reset_time - now), 1) if stats else 1

    def remaining(self, limit: RateLimitItem, *names: str) -> int:
        """How many attempts are left."""
        stats = self._or(None, lambda: self._counting.get_window_stats(limit, *names))
        return stats.remaining if stats else limit.amount

    def clear(self, limit: RateLimitItem, *names: str) -> None:
        """Forget the attempts."""
        self._or(None, lambda: self._counting.clear(limit, *names))

    def forget(self) -> None:
        """Forget all attempts of everybody."""
        self._or(None, self._counting.storage.reset)

    def _or(self, otherwise: Answer, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except StorageError as error:
            log.warning("limits cannot be counted, everybody passes: %s", error.storage_error)
            return otherwise


def register(app: Flask) -> None:
    """Each application counts for itself, unless a setting names a storage they share."""
    app.extensions[_NAME] = Limiter(app.config.get("LIMITS_URL") or IN_MEMORY)
    chosen = app.config["PER_MINUTE"]
    unknown = ", ".join(set(chosen) - set(PER_MINUTE))
    if unknown:
        known = ", ".join(PER_MINUTE)
        raise Unusable(f"LEGALMAP_PER_MINUTE names {unknown}. There are: {known}.")
    app.config["PER_MINUTE"] = {**PER_MINUTE, **chosen}


class TooOften(TooManyRequests):
    """429 Too Many Requests, with Retry-After and the RateLimit fields."""

    def __init__(self, fields: dict[str, str], wait: int) -> None:
        super().__init__(f"Too many calls of this kind: wait {wait} seconds.", retry_after=wait)
        self._fields = fields

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """With the RateLimit fields."""
        return [*super().get_headers(*args, **kwargs), *self._fields.items()]


def spend(cost: str, *, tell: bool) -> None:
    """Count this request; raise TooOften if there were too many from its address.

    ``cost``: the name that its view declares, if any; requests for the past are counted besides.
    ``tell``: say with the answer how many calls are left. Answers made once for all readers do not.
    """
    for kind in filter(None, (cost, PAST if _is_of_the_past() else "")):
        limit = RateLimitItemPerMinute(current_app.config["PER_MINUTE"][kind])
        key = (limit, kind, address())
        wait = limiter().wait(*key)
        if wait:
            raise TooOften(_fields(*key), wait)
        if tell and kind == cost:
            after_this_request(_telling(_fields(*key)))


def _is_of_the_past() -> bool:
    return any(request.args.get(name) for name in _OF_THE_PAST)


def _fields(limit: RateLimitItem, kind: str, asker: str) -> dict[str, str]:
    """The fields of the IETF draft “RateLimit header fields for HTTP” (draft-ietf-httpapi-ratelimit-headers)."""
    left, reset = limiter().remaining(limit, kind, asker), limiter().reset(limit, kind, asker)
    return {
        "RateLimit-Policy": f'"{kind}";q={limit.amount};w={limit.get_expiry()}',
        "RateLimit": f'"{kind}";r={left};t={reset}',
    }


def _telling(fields: dict[str, str]) -> Callable[[Response], Response]:
    def tell(response: Response) -> Response:
        response.headers.update(fields)
        return response

    return tell


def limiter() -> Limiter:
    """The limiter of this application."""
    counter: Limiter = current_app.extensions[_NAME]
    return counter


def address() -> str:
    """The address that counts as one client. With IPv6 that is a /64, which one household has whole."""
    try:
        asker = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if asker.version == 4:
        return str(asker)
    return str(ipaddress.ip_network((asker, 64), strict=False))
