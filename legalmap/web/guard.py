"""Who may use a route. Every view declares it; a test walks the routes and fails on one without."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app

from legalmap.domain.accounts import Account
from legalmap.domain.errors import NotSignedIn
from legalmap.domain.roles import Permission, require
from legalmap.services.reading import Reader
from legalmap.services.tracker import Tracker
from legalmap.web import session

View = TypeVar("View", bound=Callable[..., Any])


def needs(permission: Permission) -> Callable[[View], View]:
    """Let a view be used only by who has ``permission``; READ and SIGN_IN are for everybody."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if permission not in (Permission.READ, Permission.SIGN_IN):
                require(actor().role, permission)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def actor() -> Account:
    """Who is signed in; raise NotSignedIn if nobody is."""
    account = session.account()
    if account is None:
        raise NotSignedIn("Sign in to go on. Nothing you typed is lost.")
    return account


def reader() -> Reader:
    """The reading service of this application."""
    found: Reader = current_app.extensions["reader"]
    return found


def tracker() -> Tracker:
    """What the writing services need."""
    return reader().tracker
