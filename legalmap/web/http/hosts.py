"""The hosts for which this site answers, and its own address: from the settings, never from the Host
header of a request, which anybody can set.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.exceptions import MisdirectedRequest

# This machine under each of its names, at any port: what is allowed where no setting names the site.
_LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
_USUAL_PORTS = {"http": 80, "https": 443}
_NAME = "hosts"
REFUSAL = (
    "This server does not answer for the host you asked for. If the site is yours, name its address "
    "in LEGALMAP_SITE_URL, such as https://law.example; several are divided by commas."
)


class Hosts:
    """The hosts for which a site answers."""

    def __init__(self, sites: Iterable[str] = ()) -> None:
        """``sites``: the addresses of the site, its main one first; without any, this machine alone."""
        self.sites = tuple(sites)
        self._allowed = frozenset(name for site in self.sites for name in _names_of(site))

    def allow(self, host: str) -> bool:
        """Whether a Host header names this site. It is compared as text and never looked up in the DNS."""
        if self.sites:
            return host.lower() in self._allowed
        return _LOOPBACK.fullmatch(host) is not None


def _names_of(site: str) -> Iterable[str]:
    """The forms in which a Host header may name a site: with the default port of its scheme or without."""
    parts = urlsplit(site)
    named, usual = parts.netloc.lower(), f":{_USUAL_PORTS[parts.scheme]}"
    bare = named.removesuffix(usual)
    return (named, bare, f"{bare}{usual}") if bare != named or parts.port is None else (named,)


def register(app: Flask) -> None:
    """Refuse requests for another host (421) before anything else looks at them."""
    app.extensions[_NAME] = Hosts(app.config.get("SITES", ()))
    app.before_request(_refuse_strangers)


def of(app: Flask) -> Hosts:
    """The hosts for which an application answers."""
    known: Hosts = app.extensions[_NAME]
    return known


def site_url() -> str:
    """The address of this site without a slash at its end, for links that leave it."""
    sites = of(current_app).sites
    return sites[0] if sites else f"{request.scheme}://{request.host}"


def _refuse_strangers() -> None:
    """HTTP/1.0 may leave the Host out: such a request is for whoever listens."""
    host = request.environ.get("HTTP_HOST")
    if host is not None and not of(current_app).allow(host):
        raise MisdirectedRequest(REFUSAL)
