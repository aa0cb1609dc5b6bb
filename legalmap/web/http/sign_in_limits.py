"""How often somebody may try to sign in, without locking the rightful owner out."""

import math

from flask import abort, make_response, render_template
from limits import RateLimitItem, parse
from werkzeug.wrappers import Response

from legalmap.web.http import known_browsers, next_url
from legalmap.web.http.rate_limits import address, limiter

# Counted by address and name together, and by address: a stranger who guesses at a name from
# elsewhere does not lock its owner out, and nobody is locked out for longer than the window.
PER_PERSON = parse("8 per 10 minutes")
PER_ADDRESS = parse("40 per 10 minutes")
# Wrong guesses at one account from all addresses together. A browser in which its owner has signed
# in before is counted by itself, so that guesses elsewhere do not lock the owner out.
PER_ACCOUNT = parse("30 per 1 hour")
# Who gets as far as a code knows the password: a million codes are not many.
PER_ACCOUNT_CODES = parse("10 per 1 hour")
PASSWORD, CODE, PASSKEY, CONFIRMING = "password", "code", "passkey", "confirming"
_LONGEST_NAME = 40
Key = tuple[RateLimitItem, tuple[str, ...]]


def count(kind: str, handle: str, back: str) -> None:
    """Count an attempt, and answer 429 if it is one too many; ``back`` is the form to go on with."""
    wait = _wait_for(kind, handle)
    if wait:
        abort(_too_many(wait, back))


def _wait_for(kind: str, handle: str) -> int:
    everywhere = _of_account(kind, handle)
    if everywhere:
        limit, names = everywhere
        wait = limiter().blocked(limit, *names)
        if wait:
            return wait
    for limit, names in ((PER_ADDRESS, (address(),)), _of_person(kind, handle)):
        wait = limiter().wait(limit, *names)
        if wait:
            return wait
    return 0


def failed(kind: str, handle: str) -> None:
    """Count a wrong guess against the account, wherever it came from."""
    everywhere = _of_account(kind, handle)
    if everywhere:
        limit, names = everywhere
        limiter().wait(limit, *names)


def forgive(handle: str) -> None:
    """Forget the attempts from here of who has shown all that was asked for."""
    for kind in (PASSWORD, CODE, PASSKEY, CONFIRMING):
        limit, names = _of_person(kind, handle)
        limiter().clear(limit, *names)


def _of_person(kind: str, handle: str) -> Key:
    return PER_PERSON, (kind, address(), handle[:_LONGEST_NAME])


def _of_account(kind: str, handle: str) -> Key | None:
    """None for passkeys, where there is nothing to be guessed, and for who is signed in."""
    if kind in (PASSKEY, CONFIRMING):
        return None
    limit = PER_ACCOUNT if kind == PASSWORD else PER_ACCOUNT_CODES
    device = known_browsers.known(handle)
    return limit, ("device", kind, device) if device else ("account", kind, handle[:_LONGEST_NAME])


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
