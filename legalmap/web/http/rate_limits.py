"""How often something may be tried, counted in one place: in memory, or in Redis for several processes.

What costs much to answer is counted by address and minute, under the name that its view declares
(``@needs(…, cost=…)``), and refused with 429 beyond that.
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
# How often an address may ask for each in a minute, unless a setting says otherwise. A page shows one
# picture, and who walks through the past by hand asks four times a second at most.
PER_MINUTE = {PICTURE: 60, PAST: 240, BATCH: 30}
# What asks for another day than today, or for what was known then.
_OF_THE_PAST = ("as_of", "known_at")
Answer = TypeVar("Answer")


class Limiter:
    """Counts attempts by limit and names. A storage that fails lets everybody pass, and the log says so."""

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
        """Count an attempt; 0 if it may be made, else the seconds until one may."""
        if self._or(True, lambda: self._counting.hit(limit, *names)):
            return 0
        return self.reset(limit, *names)

    def blocked(self, limit: RateLimitItem, *names: str) -> int:
        """The same without counting."""
        if self._or(True, lambda: self._counting.test(limit, *names)):
            return 0
        return self.reset(limit, *names)

    def reset(self, limit: RateLimitItem, *names: str) -> int:
        """Seconds until an attempt is free again."""
        now = time.time()
        stats = self._or(None, lambda: self._counting.get_window_stats(limit, *names))
        return max(math.ceil(stats.reset_time - now), 1) if stats else 1

    def remaining(self, limit: RateLimitItem, *names: str) -> int:
        """How many attempts are free."""
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
    """Refuses what was asked for too often, and says how long to wait."""

    def __init__(self, fields: dict[str, str], wait: int) -> None:
        super().__init__(f"Too many calls of this kind: wait {wait} seconds.", retry_after=wait)
        self._fields = fields

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """With the RateLimit fields."""
        return [*super().get_headers(*args, **kwargs), *self._fields.items()]


def spend(cost: str, *, tell: bool) -> None:
    """Count what this request costs; raise TooOften if too much was asked for from its address.

    ``cost``: the name that its view declares, if it does; the past is counted besides. ``tell`` how many
    calls are left also with the answer: not with one that is the same for all readers.
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
    """As the IETF draft of the RateLimit header fields writes them."""
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
    """What counts for this application."""
    counter: Limiter = current_app.extensions[_NAME]
    return counter


def address() -> str:
    """Who asks. In IPv6 a household has a whole /64."""
    try:
        asker = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if asker.version == 4:
        return str(asker)
    return str(ipaddress.ip_network((asker, 64), strict=False))
