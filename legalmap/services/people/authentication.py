"""Signing in and out. The password opens a session, the second factor completes it."""

import hashlib
import secrets
from datetime import datetime, timedelta

from legalmap import clock
from legalmap.domain.errors import Invalid, NotSignedIn, Unusable
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.second_factor import Standing, standing
from legalmap.domain.people.sessions import SESSION_LIFE, Session
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import passwords
from legalmap.services.people.accounts import HANDLE, log_own
from legalmap.store.engine import Connection
from legalmap.store.people import accounts, second_factors, sessions

# How long a session lasts that still lacks its second factor.
UNPROVED_LIFE = timedelta(minutes=30)
# The time of last use is written this often and not with each request.
SEEN_EVERY = timedelta(minutes=10)
_WRONG = "The name or the password is not right. Check both and try again."


def sign_in(tracker: Tracker, handle: str, password: str, label: str = "") -> str:
    """Open a session and give its token; raise Invalid, without saying which of the two was wrong."""
    name = handle.strip().lower()
    with tracker.store.reading() as connection:
        # What cannot be a handle is not looked up, but takes as long and gets the same answer.
        person = accounts.by_handle(connection, name) if HANDLE.fullmatch(name) else None
        password_hash = accounts.password_hash(connection, person.id) if person else None
    is_right = passwords.is_right(password_hash, password)
    if person is None or not is_right or not person.is_active:
        raise Invalid.at("password", _WRONG)
    at = clock.now()
    with tracker.store.writing() as connection:
        # If the password was changed meanwhile, all sessions were ended: this one must not begin.
        if accounts.password_hash(connection, person.id) != password_hash:
            raise Invalid.at("password", _WRONG)
        sessions.end_expired(connection, at)
        return open_first(connection, person, label, at)


def open_first(connection: Connection, person: Account, label: str, at: datetime) -> str:
    """Open a session by password alone; gives its token. It is short if a second factor is needed."""
    has_factor = second_factors.has_any(connection, person.id)
    if standing(person, has_factor=has_factor, is_proved=False) is not Standing.COMPLETE:
        return _open(connection, person, label, at, UNPROVED_LIFE, proved_at=None)
    log_own(connection, person, "sign-in", at, second_factor=None, browser=label)
    return _open(connection, person, label, at, SESSION_LIFE, proved_at=None)


def _open(
    connection: Connection,
    person: Account,
    label: str,
    at: datetime,
    life: timedelta,
    *,
    proved_at: datetime | None,
) -> str:
    # 256 random bits: no token can be guessed, and a plain hash of it is enough.
    token = secrets.token_urlsafe(32)
    sessions.insert(
        connection,
        token_sha256=hashed(token),
        account_id=person.id,
        public_id=secrets.token_hex(8),
        label=label[:120],
        created_at=at,
        expires_at=at + life,
        proved_at=proved_at,
    )
    return token


def renew(connection: Connection, session: Session, token: str, at: datetime) -> str:
    """Replace a session by a new one with a new token, so that a token stolen before is void.

    It counts as proved if the account has a second factor: callers have checked it. Raise NotSignedIn
    if the session has ended.
    """
    if sessions.find(connection, hashed(token), at) is None:
        raise NotSignedIn("Your session has ended: sign in again.")
    sessions.end(connection, hashed(token))
    person = session.account
    proved_at = at if second_factors.has_any(connection, person.id) else None
    return _open(connection, person, session.label, at, SESSION_LIFE, proved_at=proved_at)


def hashed(token: str) -> str:
    """The hash of a token: only this is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def signed_in(tracker: Tracker, token: str) -> Session | None:
    """The session with that token, or None if there is none or it has ended."""
    at = clock.now()
    with tracker.store.reading() as connection:
        session = sessions.find(connection, hashed(token), at)
    if session is not None and at - session.seen_at > SEEN_EVERY:
        _see(tracker, token, at)
    return session


def _see(tracker: Tracker, token: str, at: datetime) -> None:
    try:
        with tracker.store.writing() as connection:
            sessions.see(connection, hashed(token), at)
    except Unusable:
        # Somebody who only reads can go on while nothing can be written.
        return


def sign_out(tracker: Tracker, token: str) -> None:
    """End the session with that token."""
    with tracker.store.writing() as connection:
        sessions.end(connection, hashed(token))
