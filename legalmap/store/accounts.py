"""Accounts, their password hashes and their sessions."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain.accounts import Account
from legalmap.domain.roles import Role
from legalmap.store.engine import inserted_id
from legalmap.store.tables import account, session


def _account(row: sa.Row[Any] | None) -> Account | None:
    if row is None:
        return None
    return Account(
        id=row.id,
        handle=row.handle,
        role=Role(row.role),
        is_demo=row.is_demo,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        email=row.email,
        interest=row.interest,
        left_at=row.left_at,
    )


def insert(
    connection: sa.Connection,
    handle: str,
    role: Role,
    password_hash: str | None,
    at: datetime,
    *,
    is_demo: bool = False,
) -> int:
    """Add an account; gives its id."""
    values = {
        "handle": handle,
        "role": role,
        "password_hash": password_hash,
        "created_at": at,
        "is_demo": is_demo,
    }
    return inserted_id(connection, account, values)


def by_handle(connection: sa.Connection, handle: str) -> Account | None:
    """The account of that name, or None."""
    query = sa.select(account).where(account.c.handle == handle)
    return _account(connection.execute(query).one_or_none())


def by_id(connection: sa.Connection, account_id: int) -> Account | None:
    """The account of that id, or None."""
    query = sa.select(account).where(account.c.id == account_id)
    return _account(connection.execute(query).one_or_none())


def everyone(connection: sa.Connection) -> list[Account]:
    """All accounts by name."""
    rows = connection.execute(sa.select(account).order_by(account.c.handle))
    return [found for row in rows if (found := _account(row)) is not None]


def password_hash(connection: sa.Connection, account_id: int) -> str | None:
    """The argon2id hash, or None for an account without a password."""
    return connection.scalar(sa.select(account.c.password_hash).where(account.c.id == account_id))


def update(connection: sa.Connection, account_id: int, **values: Any) -> None:
    """Change columns of one account."""
    connection.execute(account.update().where(account.c.id == account_id).values(**values))


def insert_session(
    connection: sa.Connection, token_sha256: str, account_id: int, at: datetime, until: datetime
) -> None:
    """Open a session."""
    values = {
        "token_sha256": token_sha256,
        "account_id": account_id,
        "created_at": at,
        "seen_at": at,
        "expires_at": until,
    }
    connection.execute(session.insert().values(values))


def account_of_session(
    connection: sa.Connection, token_sha256: str, at: datetime
) -> Account | None:
    """Who a session belongs to, unless it ended or the account is disabled."""
    query = (
        sa.select(account)
        .join(session, session.c.account_id == account.c.id)
        .where(
            session.c.token_sha256 == token_sha256,
            session.c.expires_at > at,
            account.c.disabled_at.is_(None),
        )
    )
    return _account(connection.execute(query).one_or_none())


def end_session(connection: sa.Connection, token_sha256: str) -> None:
    """Close one session."""
    connection.execute(session.delete().where(session.c.token_sha256 == token_sha256))


def end_sessions_of(connection: sa.Connection, account_id: int) -> None:
    """Close every session of an account."""
    connection.execute(session.delete().where(session.c.account_id == account_id))


def end_expired(connection: sa.Connection, at: datetime) -> None:
    """Forget the sessions that ended by themselves."""
    connection.execute(session.delete().where(session.c.expires_at <= at))
