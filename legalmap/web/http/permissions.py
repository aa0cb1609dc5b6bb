"""Who may use a route. Every view declares it; a test walks the routes and fails on one without."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, request

from legalmap.domain.errors import NotProved
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import PUBLIC, Permission, require
from legalmap.services.core.tracker import Tracker
from legalmap.services.reading.reader import Reader
from legalmap.web.http import rate_limits, session
from legalmap.web.http.wsgi import READY

View = TypeVar("View", bound=Callable[..., Any])
# The parameters of every address that shows law: the day, and the edit time.
LAW = ("as_of", "known_at")


def needs(
    permission: Permission,
    *,
    decided_by: tuple[str, ...] | None = None,
    cost: str = "",
    most_bytes: int = 0,
) -> Callable[[View], View]:
    """Let a view be used only by who has ``permission``; what is PUBLIC is for everybody.

    ``decided_by``: what it answers to readers follows from the head of the feed, the day, the path and
    these parameters alone, so that it may be made once for all of them. No name of a person, no time of
    the day, and nothing that somebody looked up may be in it. (The API refuses every parameter that it
    does not know, so its views need not name theirs.) ``cost``: it costs much to answer, and is limited
    under that name (``rate_limits``). ``most_bytes``: how much may be sent to it, if not as much as to any
    other.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if permission not in PUBLIC:
                half_way = permission is Permission.PROVE
                person = session.required().account if half_way else actor()
                require(person.role, permission)
            rate_limits.spend(cost, tell=decided_by is None)
            if decided_by is not None:
                request.environ[READY] = True
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.decided_by = None if decided_by is None else frozenset(decided_by)  # type: ignore[attr-defined]
        guarded.cost = cost  # type: ignore[attr-defined]
        guarded.most_bytes = most_bytes  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


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
