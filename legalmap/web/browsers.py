"""What a browser calls itself, in three words, so that its owner knows it in a list."""

import re

from flask import request

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
