"""People: adding, disabling, resetting, signing in and out."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from functools import cache

import argon2
import msgspec

from legalmap import clock
from legalmap.domain.accounts import MIN_PASSWORD, SYSTEM_HANDLE, Account
from legalmap.domain.errors import Invalid, Missing
from legalmap.domain.roles import Role
from legalmap.services.tracker import Tracker
from legalmap.store import accounts, log
from legalmap.store.engine import Connection

SESSION_LIFE = timedelta(hours=12)
DEMO_PEOPLE = (("demo-ana", Role.CONTRIBUTOR), ("demo-ben", Role.MODERATOR))
_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")
_WRONG = "The name or the password is not right. Check both and try again."


class Credentials(msgspec.Struct, frozen=True):
    """A name and a password that was just made, to be shown once."""

    handle: str
    password: str
    role: Role


@cache
def _hasher() -> argon2.PasswordHasher:
    return argon2.PasswordHasher()


@cache
def _dummy_hash() -> str:
    """Checked when the name is unknown, so that an answer takes as long as for a known one."""
    return _hasher().hash(secrets.token_urlsafe())


def add(tracker: Tracker, handle: str, role: Role, password: str | None = None) -> Credentials:
    """Add a person; without ``password`` a random one is made. Raise Invalid on a bad name."""
    if not _HANDLE.fullmatch(handle):
        raise Invalid.at("handle", "Use 1 to 40 of a-z, 0-9, dot, dash and underscore.")
    secret = _checked_password(password)
    with tracker.store.writing() as connection:
        if accounts.by_handle(connection, handle) is not None:
            raise Invalid.at("handle", f"There is an account “{handle}” already.")
        at = clock.now()
        account_id = accounts.insert(connection, handle, role, _hasher().hash(secret), at)
        _log(connection, "account-add", account_id, handle, at, role=role.value)
    return Credentials(handle, secret, role)


def _checked_password(password: str | None) -> str:
    secret = secrets.token_urlsafe(15) if password is None else password
    if len(secret) < MIN_PASSWORD:
        raise Invalid.at("password", f"Use at least {MIN_PASSWORD} characters.")
    return secret


def _log(
    connection: Connection, action: str, account_id: int, handle: str, at: datetime, **data: str
) -> None:
    log.append(
        connection,
        at=at,
        actor_id=None,
        actor_label="command line",
        action=action,
        subject_kind="account",
        subject_id=str(account_id),
        subject_label=handle,
        data=data,
    )


def everyone(tracker: Tracker) -> list[Account]:
    """All people, without the system account."""
    with tracker.store.reading() as connection:
        return [
            person for person in accounts.everyone(connection) if person.handle != SYSTEM_HANDLE
        ]


def disable(tracker: Tracker, handle: str) -> None:
    """End all sessions of a person and let them sign in no more; what they did stays."""
    with tracker.store.writing() as connection:
        person = _person(connection, handle)
        _disable(connection, person)


def _disable(connection: Connection, person: Account) -> None:
    at = clock.now()
    accounts.update(connection, person.id, disabled_at=at)
    accounts.end_sessions_of(connection, person.id)
    _log(connection, "account-disable", person.id, person.handle, at)


def reset(tracker: Tracker, handle: str, password: str | None = None) -> Credentials:
    """Give a person a new password, end their sessions and let them sign in again."""
    secret = _checked_password(password)
    with tracker.store.writing() as connection:
        person = _person(connection, handle)
        at = clock.now()
        accounts.update(
            connection, person.id, password_hash=_hasher().hash(secret), disabled_at=None
        )
        accounts.end_sessions_of(connection, person.id)
        _log(connection, "account-reset", person.id, handle, at)
    return Credentials(handle, secret, person.role)


def _person(connection: Connection, handle: str) -> Account:
    person = accounts.by_handle(connection, handle)
    if person is None or handle == SYSTEM_HANDLE:
        known = [other.handle for other in accounts.everyone(connection)]
        raise Missing("account", handle, [name for name in known if name != SYSTEM_HANDLE])
    return person


def make_demo_people(tracker: Tracker) -> list[Credentials]:
    """Two people for trying things out, with fresh random passwords: still nobody reviews their own."""
    made = []
    for handle, role in DEMO_PEOPLE:
        with tracker.store.writing() as connection:
            if accounts.by_handle(connection, handle) is None:
                accounts.insert(connection, handle, role, None, clock.now(), is_demo=True)
        made.append(reset(tracker, handle))
    return made


def disable_demo_people(tracker: Tracker) -> None:
    """Close the demo sign-ins: a server that is not a demo must not have them open."""
    with tracker.store.writing() as connection:
        for person in accounts.everyone(connection):
            if person.is_demo and person.is_active:
                _disable(connection, person)


def sign_in(tracker: Tracker, handle: str, password: str) -> str:
    """Open a session and give its token; raise Invalid, never saying which of the two was wrong."""
    name = handle.strip().lower()
    with tracker.store.reading() as connection:
        # What cannot be a name is not looked up; it takes as long and gets the same answer.
        person = accounts.by_handle(connection, name) if _HANDLE.fullmatch(name) else None
        known = accounts.password_hash(connection, person.id) if person else None
    right = _matches(known or _dummy_hash(), password)
    if person is None or known is None or not right or not person.is_active:
        raise Invalid.at("password", _WRONG)
    token = secrets.token_urlsafe(32)
    at = clock.now()
    with tracker.store.writing() as connection:
        accounts.end_expired(connection, at)
        accounts.insert_session(connection, _hashed(token), person.id, at, at + SESSION_LIFE)
    return token


def _matches(known: str, password: str) -> bool:
    try:
        return _hasher().verify(known, password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def signed_in(tracker: Tracker, token: str) -> Account | None:
    """Whose session this is, or None if it ended."""
    with tracker.store.reading() as connection:
        return accounts.account_of_session(connection, _hashed(token), clock.now())


def sign_out(tracker: Tracker, token: str) -> None:
    """End a session."""
    with tracker.store.writing() as connection:
        accounts.end_session(connection, _hashed(token))


def active(tracker: Tracker, handle: str) -> Account:
    """The account of that name, for the command line; raise Missing or Invalid if it cannot act."""
    with tracker.store.reading() as connection:
        person = _person(connection, handle)
    if not person.is_active:
        raise Invalid.at(
            "account", f"“{handle}” is disabled: run “legalmap account reset {handle}”."
        )
    return person
