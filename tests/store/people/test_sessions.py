"""Sessions: found by their token, never after their end."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from legalmap.store.engine import Connection, Store
from legalmap.store.people import accounts, sessions
from legalmap.store.tables import session
from tests.store.build import NOW, minutes, person

TOKEN, OTHER = "a" * 64, "b" * 64


def insert(connection: Connection, account_id: int, token: str, *, lasts: int = 60) -> None:
    sessions.insert(
        connection,
        token_sha256=token,
        account_id=account_id,
        public_id=token[:16],
        label="Firefox on Linux",
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=lasts),
        proved_at=None,
    )


def a_session(connection: Connection, handle: str, token: str, *, lasts: int = 60) -> int:
    """Open a session of ``lasts`` minutes; gives the account's id."""
    account_id = person(connection, handle).id
    insert(connection, account_id, token, lasts=lasts)
    return account_id


def test_a_session_belongs_to_its_account(store: Store) -> None:
    with store.writing() as connection:
        a_session(connection, "ana", TOKEN)
        a_session(connection, "ben", OTHER)
        session = sessions.find(connection, OTHER, NOW)
        assert session is not None
        assert session.account == person(connection, "ben")
        assert sessions.find(connection, "c" * 64, NOW) is None


@pytest.mark.parametrize(
    ("after", "open_still"), [(0, True), (59.9, True), (60, False), (61, False)]
)
def test_a_session_ends_by_itself(store: Store, after: float, open_still: bool) -> None:
    with store.writing() as connection:
        a_session(connection, "ana", TOKEN, lasts=60)
        session = sessions.find(connection, TOKEN, minutes(after))
    assert (session is not None) is open_still


def test_a_session_of_a_disabled_account_is_nobodys(store: Store) -> None:
    with store.writing() as connection:
        ana = a_session(connection, "ana", TOKEN)
        accounts.update(connection, ana, disabled_at=NOW)
        assert sessions.find(connection, TOKEN, NOW) is None


def test_signing_out_ends_one_session(store: Store) -> None:
    with store.writing() as connection:
        a_session(connection, "ana", TOKEN)
        a_session(connection, "ana", OTHER)
        sessions.end(connection, TOKEN)
        assert sessions.find(connection, TOKEN, NOW) is None
        assert sessions.find(connection, OTHER, NOW) is not None


def test_all_sessions_of_one_account_can_be_ended(store: Store) -> None:
    with store.writing() as connection:
        ana = a_session(connection, "ana", TOKEN)
        a_session(connection, "ben", OTHER)
        sessions.end_of(connection, ana)
        assert list(connection.scalars(sa.select(session.c.token_sha256))) == [OTHER]


def test_sessions_that_ended_are_forgotten(store: Store) -> None:
    with store.writing() as connection:
        a_session(connection, "ana", TOKEN, lasts=60)
        a_session(connection, "ben", OTHER, lasts=61)
        sessions.end_expired(connection, minutes(60))
        assert list(connection.scalars(sa.select(session.c.token_sha256))) == [OTHER]


def test_a_session_of_no_account_is_refused(store: Store) -> None:
    with (
        pytest.raises(sa.exc.IntegrityError, match=r"(?i)foreign key"),
        store.writing() as connection,
    ):
        insert(connection, 999, TOKEN)
