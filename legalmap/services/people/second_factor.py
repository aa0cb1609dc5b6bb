"""What adding, showing and removing a second factor share, whichever kind it is."""

import secrets
from datetime import datetime, timedelta

import msgspec

from legalmap import clock
from legalmap.domain.errors import NotNow, NotProved
from legalmap.domain.people.second_factor import Standing, is_needed
from legalmap.domain.people.sessions import Session
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import authentication, passwords, recovery_codes
from legalmap.services.people.accounts import log_own
from legalmap.store.engine import Connection
from legalmap.store.people import second_factors

ISSUER = "legalmap"


class Enrolled(msgspec.Struct, frozen=True):
    """The token of the new session, and the recovery codes if the account had none."""

    token: str
    codes: tuple[str, ...]


class Proved(msgspec.Struct, frozen=True):
    """The token of the new session. ``codes_left`` is set if a recovery code was used."""

    token: str
    codes_left: int | None = None


def ask(tracker: Tracker, session: Session, purpose: str, value: str, life: timedelta) -> str:
    """Store a challenge for this account for ``life``; gives its id."""
    challenge_id, account_id = secrets.token_urlsafe(24), session.account.id
    columns = {"id": challenge_id, "account_id": account_id, "purpose": purpose, "value": value}
    with tracker.store.writing() as connection:
        second_factors.insert_challenge(connection, clock.now(), life, **columns)
    return challenge_id


def require_may_enrol(session: Session) -> None:
    """Raise NotProved until an existing second factor was shown: else the password alone could add one."""
    if session.standing is Standing.TO_PROVE:
        raise NotProved("Show your second factor first.")


def confirm(tracker: Tracker, session: Session, password: str) -> None:
    """Raise Invalid unless the password is right; not needed while signing in, where it was just given."""
    if session.is_complete:
        passwords.confirm(tracker, session.account, password)


def enrolled(
    connection: Connection, session: Session, token: str, how: str, at: datetime
) -> Enrolled:
    """After adding a factor: renew the session, and make recovery codes if there are none.

    ``how`` names the factor in the log.
    """
    person = session.account
    codes: tuple[str, ...] = ()
    if second_factors.recovery_codes_left(connection, person.id) == 0:
        codes = recovery_codes.make(connection, person.id)
    if not session.is_complete:
        log_own(connection, person, "sign-in", at, second_factor=how, browser=session.label)
    return Enrolled(authentication.renew(connection, session, token, at), codes)


def require_enough(connection: Connection, session: Session) -> None:
    """After removing a factor: raise NotNow if it was the last and the role requires one.

    Without any factor the recovery codes are deleted, as they stand in for nothing.
    """
    person = session.account
    if second_factors.has_any(connection, person.id):
        return
    if is_needed(person):
        raise NotNow("This is your only second factor, and your role needs one: add another first.")
    second_factors.replace_recovery_codes(connection, person.id, ())
