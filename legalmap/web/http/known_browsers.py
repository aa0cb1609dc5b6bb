"""The browser somebody uses: what it is called in a list, and whether they signed in there before.

Where they did, a stranger's guesses elsewhere do not stop them. The cookies for that are the “device
cookies” of OWASP: such a cookie opens nothing, names nobody, and is sent back to the pages of the
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
# As the page is not the root, this prefix is the strictest there is.
SECURE_NAME = f"__Secure-{NAME}"
PATH = "/sign-in"
LIFE = timedelta(days=180)
# The first that is found counts: most browsers name several.
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
    """Let this browser be known by the account that has signed in with all that was asked for."""
    device = known(handle) or secrets.token_hex(16)
    value = _serializer().dumps([_blinded(handle, device), device])
    session.set_cookie(response, _name(), value, LIFE, PATH)


def known(handle: str) -> str:
    """The name of this browser if that very account has signed in here; else empty."""
    try:
        read = _serializer().loads(
            request.cookies.get(_name(), ""), max_age=int(LIFE.total_seconds())
        )
    except BadData:
        return ""
    is_pair = isinstance(read, list) and len(read) == 2 and isinstance(read[1], str)
    return read[1] if is_pair and read[0] == _blinded(handle, read[1]) else ""


def _blinded(handle: str, device: str) -> str:
    """Who reads the cookie does not learn the name."""
    return hashlib.sha256(f"{device} {handle}".encode()).hexdigest()[:32]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="legalmap-device")


def _name() -> str:
    return SECURE_NAME if current_app.config["SESSION_COOKIE_SECURE"] else NAME


def label() -> str:
    """Firefox on Linux. Of what a browser says no more is kept."""
    return described(request.headers.get("User-Agent", ""))


def described(agent: str) -> str:
    """The same for any header; what nobody knows is called by its first word."""
    browser = _first(_BROWSERS, agent)
    system = _first(_SYSTEMS, agent)
    if not browser:
        word = re.match(r"[A-Za-z][A-Za-z0-9.-]{0,29}", agent)
        browser = word[0] if word else "An unknown browser"
    return f"{browser} on {system}" if system else browser


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for sign, name in known if sign in agent), "")
