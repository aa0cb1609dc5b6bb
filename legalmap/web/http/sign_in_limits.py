"""How often somebody may try to sign in, without locking the rightful owner out."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from flask import abort, make_response, render_template
from limits import RateLimitItem, parse
from werkzeug.wrappers import Response

from legalmap.domain.errors import LegalmapError
from legalmap.web.http import known_browsers, next_url
from legalmap.web.http.rate_limits import address, limiter

# Counted by address and name together, and by address alone: a stranger who guesses from elsewhere does
# not lock the owner of a name out, and nobody is locked out for longer than the window.
PER_PERSON = parse("8 per 10 minutes")
PER_ADDRESS = parse("40 per 10 minutes")
# Wrong guesses at one account from all addresses together. A browser with which its owner signed in
# before is counted separately, so that guesses elsewhere do not lock the owner out.
PER_ACCOUNT = parse("30 per 1 hour")
# Whoever is asked for a code has given the password, and a million codes are soon tried.
PER_ACCOUNT_CODES = parse("10 per 1 hour")
PASSWORD, CODE, PASSKEY, CONFIRMING = "password", "code", "passkey", "confirming"
_LONGEST_NAME = 40
# A limit, and the names under which attempts are counted against it.
Key = tuple[RateLimitItem, str, *tuple[str, ...]]


def count(kind: str, handle: str, back: str) -> None:
    """Count an attempt, and answer 429 if it is one too many; ``back`` is the path of the form."""
    wait = _wait_for(kind, handle)
    if wait:
        abort(_too_many(wait, back))


def _wait_for(kind: str, handle: str) -> int:
    of_account = _of_account(kind, handle)
    # Against the account only wrong guesses count (``failed``): its owner may sign in often.
    wait = limiter().blocked(*of_account) if of_account else 0
    for key in ((PER_ADDRESS, address()), _of_person(kind, handle)):
        wait = wait or limiter().wait(*key)
    return wait


@contextmanager
def failures(kind: str, name: str, back: str) -> Iterator[None]:
    """Count only what is refused inside, and answer 429 after too many of it; else as ``count``."""
    person = _of_person(kind, name)
    wait = limiter().blocked(*person)
    if wait:
        abort(_too_many(wait, back))
    try:
        yield
    except LegalmapError:
        limiter().wait(*person)
        raise


def failed(kind: str, handle: str) -> None:
    """Count a wrong guess against the account, wherever it came from."""
    of_account = _of_account(kind, handle)
    if of_account:
        limiter().wait(*of_account)


def forgive(handle: str) -> None:
    """Forget the attempts of an account from this address, once it has signed in completely."""
    for kind in (PASSWORD, CODE, PASSKEY, CONFIRMING):
        limiter().clear(*_of_person(kind, handle))


def _of_person(kind: str, handle: str) -> Key:
    return PER_PERSON, kind, address(), handle[:_LONGEST_NAME]


def _of_account(kind: str, handle: str) -> Key | None:
    """None for passkeys, which cannot be guessed, and for people who are signed in already."""
    if kind in (PASSKEY, CONFIRMING):
        return None
    limit = PER_ACCOUNT if kind == PASSWORD else PER_ACCOUNT_CODES
    device = known_browsers.known(handle)
    if device:
        return limit, "device", kind, device
    return limit, "account", kind, handle[:_LONGEST_NAME]


def _too_many(wait: int, back: str) -> Response:
    page = render_template(
        "people/sign_in/too_many.html",
        back=back,
        next=next_url.destination(),
        kept=next_url.carried_form(),
        minutes=math.ceil(wait / 60),
    )
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(wait)
    return response
