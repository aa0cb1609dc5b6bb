"""Accounts, their password hashes and their remits."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain.people.accounts import SYSTEM_HANDLE, Account
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Role
from legalmap.store.engine import inserted_id
from legalmap.store.rows import as_struct, having
from legalmap.store.tables import account, claim, draft, notice, outbox, remit


def of_rows(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> list[Account]:
    """Accounts with their remits, in one more query however many they are."""
    remits = _remits(connection, [row.id for row in rows])
    return [as_struct(Account, row, remits=remits.get(row.id, ())) for row in rows]


def _remits(connection: sa.Connection, ids: list[int]) -> dict[int, tuple[Remit, ...]]:
    by_account: dict[int, tuple[Remit, ...]] = {}
    query = sa.select(remit).order_by(remit.c.id)
    for row in having(connection, query, remit.c.account_id, ids):
        earlier = by_account.get(row.account_id, ())
        by_account[row.account_id] = (*earlier, Remit(row.topic, row.jurisdiction_code))
    return by_account


def insert(
    connection: sa.Connection,
    handle: str,
    role: Role,
    password_hash: str | None,
    at: datetime,
    *,
    is_demo: bool = False,
) -> int:
    """Add an account; returns its id."""
    values = {
        "handle": handle,
        "role": role,
        "password_hash": password_hash,
        "created_at": at,
        "is_demo": is_demo,
    }
    return inserted_id(connection, account, values)


def by_handle(connection: sa.Connection, handle: str) -> Account | None:
    """The account with that handle, or None."""
    return _one(connection, account.c.handle == handle)


def by_id(connection: sa.Connection, account_id: int) -> Account | None:
    """The account of that id, or None."""
    return _one(connection, account.c.id == account_id)


def _one(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> Account | None:
    rows = connection.execute(sa.select(account).where(condition)).all()
    return next(iter(of_rows(connection, rows)), None)


def everyone(connection: sa.Connection) -> list[Account]:
    """All accounts, by handle."""
    rows = connection.execute(sa.select(account).order_by(account.c.handle)).all()
    return of_rows(connection, rows)


def password_hash(connection: sa.Connection, account_id: int) -> str | None:
    """The argon2id hash, or None for an account without a password."""
    return connection.scalar(sa.select(account.c.password_hash).where(account.c.id == account_id))


def update(connection: sa.Connection, account_id: int, **values: Any) -> None:
    """Change columns of one account."""
    connection.execute(account.update().where(account.c.id == account_id).values(**values))


def replace_remits(connection: sa.Connection, account_id: int, remits: Iterable[Remit]) -> None:
    """Set where a moderator may review; no remits at all means everywhere."""
    connection.execute(remit.delete().where(remit.c.account_id == account_id))
    rows = [
        {"account_id": account_id, "topic": item.topic, "jurisdiction_code": item.jurisdiction}
        for item in remits
    ]
    if rows:
        connection.execute(remit.insert(), rows)


def other_admins(connection: sa.Connection, account_id: int) -> int:
    """How many others can manage accounts. Locks them, so that two admins cannot both leave at once."""
    query = (
        sa.select(account.c.id)
        .where(
            account.c.role == Role.ADMIN,
            account.c.disabled_at.is_(None),
            account.c.handle != SYSTEM_HANDLE,
        )
        .order_by(account.c.id)
        .with_for_update()
    )
    return len(set(connection.scalars(query)) - {account_id})


def lock(connection: sa.Connection, account_id: int) -> None:
    """Let nobody else who locks this account go on until the transaction ends."""
    connection.execute(sa.select(account.c.id).where(account.c.id == account_id).with_for_update())


def forget(connection: sa.Connection, account_id: int) -> None:
    """Delete what belongs to a person but not to history: drafts, claims, notices, mail, remits."""
    connection.execute(draft.delete().where(draft.c.owner_id == account_id))
    for table in (claim, notice, outbox, remit):
        connection.execute(table.delete().where(table.c.account_id == account_id))
