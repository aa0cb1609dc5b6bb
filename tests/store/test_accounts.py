"""Accounts and sessions: found by name or token, never after their end."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from legalmap.domain.roles import Role
from legalmap.store import accounts
from legalmap.store.engine import Connection, Store
from legalmap.store.tables import session
from tests.store.build import NOW, PEOPLE, a_password_hash, minutes, person

TOKEN, OTHER = "a" * 64, "b" * 64


def a_session(connection: Connection, handle: str, token: str, *, lasts: int = 60) -> int:
    """Open a session of ``lasts`` minutes; gives the account's id."""
    account_id = person(connection, handle).id
    accounts.insert_session(connection, token, account_id, NOW, NOW + timedelta(minutes=lasts))
    return account_id


def test_an_account_comes_back_as_it_was_made(store: Store) -> None:
    with store.writing() as connection:
        new = accounts.insert(connection, "dora", Role.MODERATOR, "hash", minutes(3), is_demo=True)
        dora = accounts.by_handle(connection, "dora")
        assert dora is not None
        assert dora == accounts.by_id(connection, new)
        assert (dora.role, dora.is_demo, dora.created_at) == (Role.MODERATOR, True, minutes(3))
        assert dora.is_active
        assert accounts.password_hash(connection, new) == "hash"


def test_an_account_is_no_demo_unless_said(store: Store) -> None:
    with store.reading() as connection:
        assert [person(connection, handle).is_demo for handle in PEOPLE] == [False, False, False]


@pytest.mark.parametrize("handle", ["nobody", "", "Ana", "an_", "%"])
def test_an_unknown_name_gives_none(store: Store, handle: str) -> None:
    with store.reading() as connection:
        assert accounts.by_handle(connection, handle) is None


def test_an_unknown_number_gives_none(store: Store) -> None:
    with store.reading() as connection:
        assert accounts.by_id(connection, 999) is None
        assert accounts.password_hash(connection, 999) is None


def test_the_system_has_no_password_and_others_have(store: Store) -> None:
    with store.reading() as connection:
        system, ana = person(connection, "legalmap"), person(connection, "ana")
        assert accounts.password_hash(connection, system.id) is None
        assert accounts.password_hash(connection, ana.id) == a_password_hash()
        assert not system.is_active


def test_everyone_is_listed_by_name(store: Store) -> None:
    with store.writing() as connection:
        accounts.insert(connection, "abe", Role.ADMIN, None, NOW)
        handles = [account.handle for account in accounts.everyone(connection)]
    assert handles == ["abe", "ana", "ben", "cleo", "legalmap"]


def test_two_accounts_cannot_have_one_name(store: Store) -> None:
    with (
        pytest.raises(sa.exc.IntegrityError, match=r"UNIQUE|duplicate key"),
        store.writing() as connection,
    ):
        accounts.insert(connection, "ana", Role.ADMIN, None, NOW)


def test_changing_an_account_changes_that_one_only(store: Store) -> None:
    with store.writing() as connection:
        ana, ben = person(connection, "ana"), person(connection, "ben")
        accounts.update(connection, ana.id, role=Role.ADMIN, disabled_at=minutes(1))
        changed = person(connection, "ana")
        assert (changed.role, changed.disabled_at) == (Role.ADMIN, minutes(1))
        assert not changed.is_active
        assert person(connection, "ben") == ben


def test_a_session_belongs_to_its_account(store: Store) -> None:
    with store.writing() as connection:
        a_session(connection, "ana", TOKEN)
        a_session(connection, "ben", OTHER)
        found = accounts.account_of_session(connection, OTHER, NOW)
        assert found == person(connection, "ben")
        assert accounts.account_of_session(connection, "c" * 64, NOW) is None


@pytest.mark.parametrize(
    ("after", "open_still"), [(0, True), (59.9, True), (60, False), (61, False)]
)
def test_a_session_ends_by_itself(store: Store, after: float, open_still: bool) -> None:
    with store.writing() as connection:
        a_session(connection, "ana", TOKEN, lasts=60)
        found = accounts.account_of_session(connection, TOKEN, minutes(after))
    assert (found is not None) is open_still


def test_a_session_of_a_disabled_account_is_nobodys(store: Store) -> None:
    with store.writing() as connection:
        ana = a_session(connection, "ana", TOKEN)
        accounts.update(connection, ana, disabled_at=NOW)
        assert accounts.account_of_session(connection, TOKEN, NOW) is None


def test_signing_out_ends_one_session(store: Store) -> None:
    with store.writing() as connection:
        a_session(connection, "ana", TOKEN)
        a_session(connection, "ana", OTHER)
        accounts.end_session(connection, TOKEN)
        assert accounts.account_of_session(connection, TOKEN, NOW) is None
        assert accounts.account_of_session(connection, OTHER, NOW) is not None


def test_all_sessions_of_one_account_can_be_ended(store: Store) -> None:
    with store.writing() as connection:
        ana = a_session(connection, "ana", TOKEN)
        a_session(connection, "ben", OTHER)
        accounts.end_sessions_of(connection, ana)
        assert list(connection.scalars(sa.select(session.c.token_sha256))) == [OTHER]


def test_sessions_that_ended_are_forgotten(store: Store) -> None:
    with store.writing() as connection:
        a_session(connection, "ana", TOKEN, lasts=60)
        a_session(connection, "ben", OTHER, lasts=61)
        accounts.end_expired(connection, minutes(60))
        assert list(connection.scalars(sa.select(session.c.token_sha256))) == [OTHER]


def test_a_session_of_no_account_is_refused(store: Store) -> None:
    with (
        pytest.raises(sa.exc.IntegrityError, match=r"(?i)foreign key"),
        store.writing() as connection,
    ):
        accounts.insert_session(connection, TOKEN, 999, NOW, minutes(60))
