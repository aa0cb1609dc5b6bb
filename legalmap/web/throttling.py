"""How often somebody may try to sign in, without locking the rightful owner out."""

import math

from flask import make_response, render_template
from limits import RateLimitItem, parse
from werkzeug.wrappers import Response

from legalmap.web import leading
from legalmap.web.limiting import address, limiter

# Counted by address and name together, and by address: a stranger who guesses at a name from
# elsewhere does not lock its owner out, and nobody is locked out for longer than the window.
PER_PERSON = parse("8 per 10 minutes")
PER_ADDRESS = parse("40 per 10 minutes")
_LONGEST_NAME = 40
Key = tuple[RateLimitItem, tuple[str, ...]]


def wait_for_password(handle: str) -> int:
    """Count an attempt with a password; the seconds to wait if it is one too many."""
    return _wait([(PER_ADDRESS, (address(),)), _of_person("password", handle)])


def wait_for_factor(handle: str) -> int:
    """The same for a second factor. A right password does not forgive wrong codes."""
    return _wait([(PER_ADDRESS, (address(),)), _of_person("factor", handle)])


def forgive(handle: str) -> None:
    """Forget the wrong attempts of who has shown all that was asked for."""
    for kind in ("password", "factor"):
        limit, names = _of_person(kind, handle)
        limiter().clear(limit, *names)


def _of_person(kind: str, handle: str) -> Key:
    return PER_PERSON, (kind, address(), handle[:_LONGEST_NAME])


def _wait(keys: list[Key]) -> int:
    for limit, names in keys:
        wait = limiter().wait(limit, *names)
        if wait:
            return wait
    return 0


def too_many(wait: int, back: str) -> Response:
    """The page that says how long to wait; ``back`` is the form to go on with."""
    page = render_template(
        "signing/too_many.html",
        back=back,
        next=leading.asked(),
        kept=leading.kept(),
        minutes=math.ceil(wait / 60),
    )
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(wait)
    return response
