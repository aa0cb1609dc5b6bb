"""A new password for who has forgotten theirs: an admin makes a link, which works once and for them alone.

The link gives no more than the password gave: a second factor is still asked for.
"""

import secrets
from datetime import datetime

import msgspec

from legalmap import clock
from legalmap.domain.accounts import Account
from legalmap.domain.errors import NotNow
from legalmap.domain.invitations import LIFE
from legalmap.domain.roles import Permission, may
from legalmap.services import noticing, passwords, signing
from legalmap.services.accounts import log_on, log_own
from legalmap.services.people import managed
from legalmap.services.signing import hashed
from legalmap.services.tracker import Tracker
from legalmap.store import accounts, factors, sessions
from legalmap.store.engine import Connection

_PURPOSE = "password"
# Who did not ask for it learns of it.
_TOLD = (
    "{who} made a link by which a new password can be set for your account. If you did not ask for "
    "it, tell another admin."
)
_CLOSED = "This link was used, replaced or taken back, or has expired. Ask an admin for a new one."


class Opened(msgspec.Struct, frozen=True):
    """Whose link it is, and until when it works."""

    account: Account
    expires_at: datetime


def offer(tracker: Tracker, actor: Account, handle: str) -> str:
    """Make a link for somebody else; gives its token, which is kept nowhere. An earlier link is void."""
    token, at = secrets.token_urlsafe(32), clock.now()
    with tracker.store.writing() as connection:
        person = managed(connection, actor, handle)
        if not person.is_active:
            raise NotNow(f"“{handle}” cannot sign in: let them in again first.")
        factors.end_challenges_of(connection, person.id, _PURPOSE)
        factors.insert_challenge(
            connection, hashed(token), person.id, _PURPOSE, str(actor.id), at, LIFE
        )
        log_on(connection, actor, "account-link", person, at)
        noticing.tell_owner(connection, person, _TOLD.format(who=actor.handle), at)
    return token


def opened(tracker: Tracker, token: str) -> Opened:
    """What a link is for; raise NotNow if it cannot be used."""
    with tracker.store.reading() as connection:
        return _usable(connection, token)


def _usable(connection: Connection, token: str) -> Opened:
    found = factors.challenge_called(connection, hashed(token), _PURPOSE, clock.now())
    person = accounts.by_id(connection, found.account_id) if found else None
    maker = accounts.by_id(connection, int(found.value)) if found else None
    # Who was sent away leaves no doors open, and comes in by none.
    if maker is None or not (maker.is_active and may(maker.role, Permission.MANAGE_ACCOUNTS)):
        raise NotNow(_CLOSED)
    if found is None or person is None or not person.is_active:
        raise NotNow(_CLOSED)
    return Opened(person, found.expires_at)


def recover(tracker: Tracker, token: str, password: str, label: str = "") -> str:
    """Another password; all browsers are signed out, and this one goes on as after any password."""
    opened(tracker, token)
    secret = passwords.hashed(passwords.checked(password))
    at = clock.now()
    with tracker.store.writing() as connection:
        person = _usable(connection, token).account
        if not factors.end_challenge(connection, hashed(token)):
            raise NotNow(_CLOSED)
        accounts.update(connection, person.id, password_hash=secret)
        ended = sessions.end_of(connection, person.id)
        log_own(connection, person, "account-recover", at, sessions=ended)
        return signing.open_first(connection, person, label, at)
