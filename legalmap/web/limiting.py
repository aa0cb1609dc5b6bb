"""How often something may be tried, counted in one place: in memory, or in Redis for several processes."""

import ipaddress
import logging
import math
import time
from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app, request
from limits import RateLimitItem
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from legalmap.domain.errors import Unusable

log = logging.getLogger(__name__)
IN_MEMORY = "memory://"
_NAME = "limiter"
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


def limiter() -> Limiter:
    """What counts for this application."""
    found: Limiter = current_app.extensions[_NAME]
    return found


def address() -> str:
    """Who asks. In IPv6 a household has a whole /64."""
    try:
        found = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False))
