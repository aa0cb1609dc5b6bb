"""Passwords: made, hashed with argon2id, compared in the same time whether the name is known or not."""

import secrets
from functools import cache

import argon2

from legalmap.domain.errors import Invalid
from legalmap.domain.people.accounts import MAX_PASSWORD, MIN_PASSWORD, Account
from legalmap.services.core.tracker import Tracker
from legalmap.store.people import accounts


@cache
def _hasher() -> argon2.PasswordHasher:
    return argon2.PasswordHasher()


@cache
def _dummy_hash() -> str:
    """Checked when the name is unknown, so that an answer takes as long as for a known one."""
    return _hasher().hash(secrets.token_urlsafe())


def checked(password: str | None, field: str = "password") -> str:
    """A password that is long enough; a random one if none is given."""
    secret = secrets.token_urlsafe(15) if password is None else password
    if len(secret) < MIN_PASSWORD:
        raise Invalid.at(field, f"Use at least {MIN_PASSWORD} characters.")
    if len(secret) > MAX_PASSWORD:
        raise Invalid.at(field, f"Keep the password under {MAX_PASSWORD:,} characters.")
    return secret


def hashed(password: str) -> str:
    """What is stored of a password."""
    return _hasher().hash(password)


def is_right(known: str | None, password: str) -> bool:
    """Whether a password is the one whose hash is ``known``; None takes as long and is never right."""
    try:
        return _hasher().verify(known or _dummy_hash(), password) and known is not None
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def confirm(tracker: Tracker, actor: Account, password: str) -> None:
    """Raise Invalid unless it is the actor's own: asked before what a thief of a session would do."""
    if not password:
        raise Invalid.at("password", "Enter your password, so that we know it is you.")
    with tracker.store.reading() as connection:
        known = accounts.password_hash(connection, actor.id)
    if not is_right(known, password):
        raise Invalid.at("password", "This is not your password. Nothing was changed.")
