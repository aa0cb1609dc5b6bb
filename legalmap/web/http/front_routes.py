"""What the front needs to know of the view at a path without calling Flask."""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from legalmap.web.http.bodies import MOST_PARAMETERS

# Here unknown parameters are refused, so they count; elsewhere they change nothing.
STRICT = ("/api/", "/export/", "/timemap/")


class Route(NamedTuple):
    """A view. ``decided_by``: the parameters that decide its answer besides feed number, day and path;
    None if more does. ``cost``: the name of the expensive work it is, if it is any."""

    decided_by: frozenset[str] | None
    cost: str = ""
    exists: bool = True


_NO_VIEW = Route(None, exists=False)
_REDIRECT = Route(None)
_STATIC = Route(frozenset("v"))


class Routes:
    """The views of an application, by path."""

    def __init__(self, app: Flask) -> None:
        self._views: dict[str, Callable[..., Any]] = app.view_functions
        self._map = app.url_map.bind("localhost")

    def of(self, path: str, method: str = "GET") -> Route:
        """The view that answers a path."""
        try:
            endpoint, _ = self._map.match(path, method=method)
        except RequestRedirect:
            return _REDIRECT
        except HTTPException:
            return _NO_VIEW
        if endpoint == "static":
            return _STATIC
        view = self._views[endpoint]
        return Route(getattr(view, "decided_by", None), getattr(view, "cost", ""))


def canonical(path: str, query: str, route: Route) -> str | None:
    """The query that is left of one once its order and, on pages, what decides nothing is taken away.

    None where it cannot be told: then the answer is not kept.
    """
    if not query:
        return ""
    if route.decided_by is None or query.count("&") >= MOST_PARAMETERS:
        return None
    pairs = parse_qsl(query, keep_blank_values=True)
    if not path.startswith(STRICT):
        pairs = [pair for pair in pairs if pair[0] in route.decided_by]
    return urlencode(sorted(pairs, key=lambda pair: pair[0]))
