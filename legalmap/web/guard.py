"""Who may use a route. Every view declares it; a test walks the routes and fails on one without."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from legalmap.domain.accounts import Account
from legalmap.domain.errors import NotProved
from legalmap.domain.roles import PUBLIC, Permission, require
from legalmap.services.reading import Reader
from legalmap.services.tracker import Tracker
from legalmap.web import limiting, session
from legalmap.web.front import READY

View = TypeVar("View", bound=Callable[..., Any])


def needs(
    permission: Permission, *, ready: bool = False, cost: str = "", most_bytes: int = 0
) -> Callable[[View], View]:
    """Let a view be used only by who has ``permission``; what is PUBLIC is for everybody.

    ``ready``: what it answers to readers follows from the head of the feed, the day and the address
    alone, so that it may be made once for all of them. No name of a person, no time of the day, and
    nothing that somebody looked up may be in it. ``cost``: it costs much to answer, and is limited under
    that name (``limiting``). ``most_bytes``: how much may be sent to it, if not as much as to any other.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if permission not in PUBLIC:
                half_way = permission is Permission.PROVE
                person = session.required().account if half_way else actor()
                require(person.role, permission)
            limiting.spend(cost, tell=not ready)
            if ready:
                request.environ[READY] = True
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.ready = ready  # type: ignore[attr-defined]
        guarded.cost = cost  # type: ignore[attr-defined]
        guarded.most_bytes = most_bytes  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def readiness(app: Flask) -> Callable[[str], bool]:
    """Tells of a path whether its view is ``ready``; style sheets and scripts are too."""
    routes = app.url_map.bind("")

    def is_ready(path: str) -> bool:
        try:
            endpoint, _ = routes.match(path, method="GET")
        except (HTTPException, RoutingException):
            return False
        return endpoint == "static" or getattr(app.view_functions[endpoint], "ready", False)

    return is_ready


def actor() -> Account:
    """Who is signed in and has shown all that is asked for; raise NotSignedIn or NotProved."""
    found = session.required()
    if not found.is_complete:
        raise NotProved("Your second factor is still to be shown.")
    return found.account


def reader() -> Reader:
    """The reading service of this application."""
    found: Reader = current_app.extensions["reader"]
    return found


def tracker() -> Tracker:
    """What the writing services need."""
    return reader().tracker
