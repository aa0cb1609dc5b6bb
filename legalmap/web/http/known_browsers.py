"""The browser that somebody uses: its name in a list, and whether they signed in with it before.

If they did, the wrong guesses of a stranger elsewhere do not lock them out. The cookies for that are
OWASP's “device cookies”: such a cookie opens nothing, names nobody, and is sent to the pages of the
sign-in only.
"""

import hashlib
import re
import secrets
from datetime import timedelta

from flask import current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from legalmap.web.http import session

NAME = "legalmap-device"
# “__Host-” would be stricter, but browsers allow it only for the path “/”.
SECURE_NAME = f"__Secure-{NAME}"
PATH = "/sign-in"
LIFE = timedelta(days=180)
# In this order, as most browsers also name those that they want to be taken for.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)


def remember(response: Response, handle: str) -> None:
    """Mark this browser as known to an account, which has just signed in completely."""
    device = known(handle) or secrets.token_hex(16)
    value = _serializer().dumps([_blinded(handle, device), device])
    session.set_cookie(response, _name(), value, LIFE, PATH)


def known(handle: str) -> str:
    """The random name of this browser if that account signed in with it before; else empty."""
    try:
        read = _serializer().loads(
            request.cookies.get(_name(), ""), max_age=int(LIFE.total_seconds())
        )
    except BadData:
        return ""
    is_pair = isinstance(read, list) and len(read) == 2 and isinstance(read[1], str)
    return read[1] if is_pair and read[0] == _blinded(handle, read[1]) else ""


def _blinded(handle: str, device: str) -> str:
    """A hash in place of the account's name, so that the cookie does not give it away."""
    return hashlib.sha256(f"{device} {handle}".encode()).hexdigest()[:32]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="legalmap-device")


def _name() -> str:
    return SECURE_NAME if current_app.config["SESSION_COOKIE_SECURE"] else NAME


def label() -> str:
    """The name of this browser, such as “Firefox on Linux”. No more of its User-Agent is kept."""
    return described(request.headers.get("User-Agent", ""))


def described(agent: str) -> str:
    """The name for a User-Agent header; an unknown program is called by its first word."""
    browser = _first(_BROWSERS, agent)
    system = _first(_SYSTEMS, agent)
    if not browser:
        word = re.match(r"[A-Za-z][A-Za-z0-9.-]{0,29}", agent)
        browser = word[0] if word else "An unknown browser"
    return f"{browser} on {system}" if system else browser


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for sign, name in known if sign in agent), "")
