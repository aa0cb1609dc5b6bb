"""People: added, disabled, reset, signed in; the demo sign-ins keep four eyes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from argon2 import PasswordHasher

from legalmap.domain.errors import Invalid, Missing
from legalmap.domain.people.accounts import SYSTEM_HANDLE
from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import accounts, authentication, passwords
from legalmap.services.people.authentication import SESSION_LIFE
from legalmap.store.people import sessions
from tests.services.build import person
from tests.store.build import NOW, PASSWORD


def test_a_new_person_signs_in_with_the_password_made_for_them(tracker: Tracker) -> None:
    credentials = accounts.add(tracker, "dora", Role.MODERATOR)
    token = authentication.sign_in(tracker, "Dora ", credentials.password)
    session = authentication.signed_in(tracker, token)
    assert session is not None
    assert (session.account.handle, session.account.role) == ("dora", Role.MODERATOR)


def test_passwords_are_kept_as_the_rfc_advises(
    hasher_of_the_site: Callable[[], PasswordHasher],
) -> None:
    """RFC 9106, section 4, the choice for little memory: 64 MiB, three passes, four lanes."""
    hasher = hasher_of_the_site()
    assert hasher.hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert hasher.check_needs_rehash(passwords.hashed(PASSWORD)), "tests hash cheaply"


@pytest.mark.parametrize("handle", ["", "Ana B", "ünal", "-x", "a" * 41, SYSTEM_HANDLE, "ana"])
def test_a_bad_or_taken_name_is_refused(tracker: Tracker, handle: str) -> None:
    with pytest.raises(Invalid, match="handle"):
        accounts.add(tracker, handle, Role.CONTRIBUTOR)


def test_a_short_password_is_refused(tracker: Tracker) -> None:
    with pytest.raises(Invalid, match="at least 12"):
        accounts.add(tracker, "dora", Role.CONTRIBUTOR, "short")


@pytest.mark.parametrize("handle", ["dora", "nobody", SYSTEM_HANDLE, "do\x00ra", "x" * 9999])
def test_a_wrong_name_and_a_wrong_password_look_the_same(tracker: Tracker, handle: str) -> None:
    accounts.add(tracker, "dora", Role.CONTRIBUTOR)
    with pytest.raises(Invalid, match="name or the password"):
        authentication.sign_in(tracker, handle, "wrong password!")


def test_disabling_ends_sessions_and_resetting_opens_again(tracker: Tracker) -> None:
    credentials = accounts.add(tracker, "dora", Role.CONTRIBUTOR)
    token = authentication.sign_in(tracker, "dora", credentials.password)
    accounts.disable(tracker, "dora")
    assert authentication.signed_in(tracker, token) is None
    with pytest.raises(Invalid):
        authentication.sign_in(tracker, "dora", credentials.password)
    again = accounts.reset(tracker, "dora")
    assert authentication.sign_in(tracker, "dora", again.password)


def test_a_session_ends_by_itself_and_by_signing_out(tracker: Tracker) -> None:
    credentials = accounts.add(tracker, "dora", Role.CONTRIBUTOR)
    with time_machine.travel(NOW, tick=False) as clock:
        token = authentication.sign_in(tracker, "dora", credentials.password)
        clock.shift(SESSION_LIFE - timedelta(seconds=1))
        assert authentication.signed_in(tracker, token)
        clock.shift(timedelta(seconds=2))
        assert authentication.signed_in(tracker, token) is None
        fresh = authentication.sign_in(tracker, "dora", credentials.password)
        authentication.sign_out(tracker, fresh)
        assert authentication.signed_in(tracker, fresh) is None


def test_the_system_account_belongs_to_nobody(tracker: Tracker) -> None:
    with pytest.raises(Missing):
        accounts.reset(tracker, SYSTEM_HANDLE)
    assert SYSTEM_HANDLE not in [person.handle for person in accounts.everyone(tracker)]


@pytest.mark.both_databases
def test_demo_people_are_two_and_can_be_closed(tracker: Tracker) -> None:
    first = accounts.make_demo_people(tracker)
    second = accounts.make_demo_people(tracker)
    assert [person.role for person in second] == [Role.CONTRIBUTOR, Role.MODERATOR]
    assert first[0].password != second[0].password
    accounts.disable_demo_people(tracker)
    with pytest.raises(Invalid):
        authentication.sign_in(tracker, second[0].handle, second[0].password)


def test_a_password_that_is_replaced_meanwhile_opens_nothing(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All sessions are ended by a reset: also the one that is just being opened."""
    true = passwords.is_right

    def slow(known: str | None, password: str) -> bool:
        right = true(known, password)
        accounts.reset(tracker, "ana")
        return right

    monkeypatch.setattr(passwords, "is_right", slow)
    with pytest.raises(Invalid):
        authentication.sign_in(tracker, "ana", PASSWORD)
    with tracker.store.reading() as connection:
        assert sessions.of_account(connection, person(tracker, "ana").id, NOW) == []
