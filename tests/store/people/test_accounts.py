"""Accounts: found by name or number, changed one at a time."""

import pytest
import sqlalchemy as sa

from legalmap.domain.people.roles import Role
from legalmap.store.engine import Store
from legalmap.store.people import accounts
from tests.store.build import CHEAP_HASHER, NOW, PASSWORD, PEOPLE, minutes, person


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
        hashes = accounts.password_hash(connection, ana.id)
        assert hashes is not None
        assert CHEAP_HASHER.verify(hashes, PASSWORD)
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
