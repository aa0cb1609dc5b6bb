"""Passwords: generated, hashed with argon2id, and verified in constant time for unknown names too."""

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
    """Verified for unknown names, so that the time of an answer does not tell whether a name exists."""
    return _hasher().hash(secrets.token_urlsafe())


def checked(password: str | None, field: str = "password") -> str:
    """The password if its length is allowed, a random one for None; raise Invalid at ``field`` if not."""
    secret = secrets.token_urlsafe(15) if password is None else password
    if len(secret) < MIN_PASSWORD:
        raise Invalid.at(field, f"Use at least {MIN_PASSWORD} characters.")
    if len(secret) > MAX_PASSWORD:
        raise Invalid.at(field, f"Keep the password under {MAX_PASSWORD:,} characters.")
    return secret


def hashed(password: str) -> str:
    """The hash of a password: only this is stored."""
    return _hasher().hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one with this hash; None takes as long and is never right."""
    # Verified in either case: skipping it would be faster, and so tell which names exist.
    try:
        return (
            _hasher().verify(password_hash or _dummy_hash(), password) and password_hash is not None
        )
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def confirm(tracker: Tracker, actor: Account, password: str) -> None:
    """Raise Invalid unless it is the actor's password: asked before anything a stolen session must not do."""
    if not password:
        raise Invalid.at("password", "Enter your password, so that we know it is you.")
    with tracker.store.reading() as connection:
        password_hash = accounts.password_hash(connection, actor.id)
    if not is_right(password_hash, password):
        raise Invalid.at("password", "This is not your password. Nothing was changed.")
