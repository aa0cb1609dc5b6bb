"""Who may use a route. Every view declares it, and a test fails for a route without a declaration."""

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

ViewFunction = TypeVar("ViewFunction", bound=Callable[..., Any])
# The parameters of every address that shows law: the day, and the edit time.
LAW = ("as_of", "known_at")


def needs(
    permission: Permission,
    *,
    decided_by: tuple[str, ...] | None = None,
    cost: str = "",
    most_bytes: int = 0,
) -> Callable[[ViewFunction], ViewFunction]:
    """Let only people with ``permission`` use a view; what is PUBLIC is for everybody.

    ``decided_by``: the answer to readers depends only on the head of the feed, the day, the path and these
    parameters, so that it is made once for all readers. There may be no name of a person, no time of day
    and nothing that somebody looked up in it. (The API refuses unknown parameters, so its views need not
    name theirs.) ``cost``: answering is expensive, and limited under this name (``rate_limits``).
    ``most_bytes``: the largest body it takes, if not that of all other views.
    """

    def decorate(view: ViewFunction) -> ViewFunction:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if permission not in PUBLIC:
                # To show the second factor one has given the password, but is not signed in yet.
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
    """Who is signed in, second factor included; raise NotSignedIn or NotProved."""
    opened = session.required()
    if not opened.is_complete:
        raise NotProved("Your second factor is still to be shown.")
    return opened.account


def reader() -> Reader:
    """The reading service of this application."""
    reading: Reader = current_app.extensions["reader"]
    return reading


def tracker() -> Tracker:
    """What the writing services need."""
    return reader().tracker
