"""Sessions by service, and the proof that a refused act changed nothing."""

from collections.abc import Callable

import pyotp
import pytest

from legalmap import clock
from legalmap.domain.errors import LegalmapError
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Role
from legalmap.domain.people.second_factor import Standing
from legalmap.domain.people.sessions import Session
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import authentication, totp
from legalmap.store.people import accounts
from legalmap.store.people import second_factors as kept
from tests.services.build import person
from tests.store.build import NOW, PASSWORD, TOTP_SECRET, a_password_hash, contents, fresh_code


def opened(tracker: Tracker, handle: str, password: str = PASSWORD) -> tuple[Session, str]:
    """A session after the password, and its token."""
    return found(tracker, authentication.sign_in(tracker, handle, password, "Firefox on Linux"))


def found(tracker: Tracker, token: str) -> tuple[Session, str]:
    """The session of a token, and the token."""
    session = authentication.signed_in(tracker, token)
    assert session is not None
    return session, token


def entered(tracker: Tracker, handle: str) -> tuple[Session, str]:
    """The same after the second factor, if there is one."""
    session, token = opened(tracker, handle)
    if session.standing is Standing.TO_PROVE:
        code = fresh_code(tracker.store, handle)
        return found(tracker, totp.prove(tracker, session, token, code).token)
    return session, token


def an_admin(tracker: Tracker, handle: str = "root") -> Account:
    """An admin with PASSWORD and TOTP_SECRET."""
    with tracker.store.writing() as connection:
        number = accounts.insert(connection, handle, Role.ADMIN, a_password_hash(), NOW)
        kept.set_totp(connection, number, TOTP_SECRET, None)
    return person(tracker, handle)


def code_of(secret: str) -> str:
    """What an app with this secret shows now."""
    return pyotp.TOTP(secret).at(clock.now())


def unchanged(tracker: Tracker, act: Callable[[], object], says: str) -> None:
    """The act is refused with these words, and no row of any table is another."""
    with tracker.store.reading() as connection:
        before = contents(connection)
    with pytest.raises(LegalmapError, match=says):
        act()
    with tracker.store.reading() as connection:
        assert contents(connection) == before
