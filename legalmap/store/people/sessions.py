"""Sessions: whose browser it is, until when, and how far it is authenticated."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain.people.accounts import Account
from legalmap.domain.people.second_factor import standing
from legalmap.domain.people.sessions import Session
from legalmap.store.people import accounts
from legalmap.store.tables import account, passkey, session

# Whether the owner of the session has a second factor set up.
_HAS_FACTOR = sa.or_(
    account.c.totp_secret.is_not(None),
    sa.exists().where(passkey.c.account_id == account.c.id),
).label("has_factor")
# Prefixed, because an account has some columns of the same name.
_OF_SESSION = [
    column.label(f"session_{column.name}") for column in session.c if column.name != "token_sha256"
]


def insert(connection: sa.Connection, created_at: datetime, **columns: Any) -> None:
    """Open a session."""
    values = {"created_at": created_at, "seen_at": created_at, **columns}
    connection.execute(session.insert().values(values))


def find(connection: sa.Connection, token_sha256: str, at: datetime) -> Session | None:
    """The session with that token, or None if it ended or its account is disabled."""
    rows = _open(connection, at, session.c.token_sha256 == token_sha256)
    return next(iter(rows), None)


def of_account(connection: sa.Connection, account_id: int, at: datetime) -> list[Session]:
    """The open sessions of an account, the last used first."""
    return _open(connection, at, session.c.account_id == account_id)


def last_seen(connection: sa.Connection) -> dict[int, datetime]:
    """When each account was last used, by id, for accounts with a session that is still stored."""
    query = sa.select(session.c.account_id, sa.func.max(session.c.seen_at).label("at"))
    rows = connection.execute(query.group_by(session.c.account_id))
    return {row.account_id: row.at for row in rows}


def _open(
    connection: sa.Connection, at: datetime, condition: sa.ColumnElement[bool]
) -> list[Session]:
    query = (
        sa.select(account, *_OF_SESSION, _HAS_FACTOR)
        .join(session, session.c.account_id == account.c.id)
        .where(condition, session.c.expires_at > at, account.c.disabled_at.is_(None))
        .order_by(session.c.seen_at.desc(), session.c.created_at.desc())
    )
    rows = connection.execute(query).all()
    owners = accounts.of_rows(connection, rows)
    return [_session(row, owner) for row, owner in zip(rows, owners, strict=True)]


def _session(row: sa.Row[Any], owner: Account) -> Session:
    proved = row.session_proved_at is not None
    return Session(
        account=owner,
        standing=standing(owner, has_factor=bool(row.has_factor), is_proved=proved),
        public_id=row.session_public_id or "",
        label=row.session_label,
        created_at=row.session_created_at,
        seen_at=row.session_seen_at,
    )


def see(connection: sa.Connection, token_sha256: str, at: datetime) -> None:
    """Note that a session was used."""
    same = session.c.token_sha256 == token_sha256
    connection.execute(session.update().where(same).values(seen_at=at))


def end(connection: sa.Connection, token_sha256: str) -> None:
    """Close one session."""
    connection.execute(session.delete().where(session.c.token_sha256 == token_sha256))


def end_public(connection: sa.Connection, account_id: int, public_id: str) -> bool:
    """Close the session of an account with that public id; False if there is none."""
    own = (session.c.account_id == account_id, session.c.public_id == public_id)
    return connection.execute(session.delete().where(*own)).rowcount > 0


def end_of(connection: sa.Connection, account_id: int, *, but: str = "") -> int:
    """Close every session of an account, except the one with the public id ``but``; returns how many."""
    conditions = [session.c.account_id == account_id]
    if but:
        # Sessions of the first version have no public id, and NULL compares as unknown.
        conditions.append(sa.func.coalesce(session.c.public_id, "") != but)
    return connection.execute(session.delete().where(*conditions)).rowcount


def end_expired(connection: sa.Connection, at: datetime) -> None:
    """Delete the sessions that have expired."""
    connection.execute(session.delete().where(session.c.expires_at <= at))
