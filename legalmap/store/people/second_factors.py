"""Second factors: authenticator secrets, passkeys, recovery codes, and challenges to be answered once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from legalmap.domain.people.second_factor import Passkey
from legalmap.store import rows
from legalmap.store.engine import inserted_id
from legalmap.store.people import accounts
from legalmap.store.tables import account, challenge, passkey, recovery_code


class Totp(msgspec.Struct, frozen=True):
    """The secret of an authenticator app (base 32), and the time step of the last accepted code."""

    secret: str
    step: int | None


class Challenge(msgspec.Struct, frozen=True):
    """A challenge that has not been answered yet. What ``value`` holds depends on its purpose."""

    account_id: int
    value: str
    expires_at: datetime


def has_any(connection: sa.Connection, account_id: int) -> bool:
    """Whether an account has a second factor. Recovery codes alone do not count."""
    return totp(connection, account_id) is not None or bool(passkeys(connection, account_id))


def owners(connection: sa.Connection) -> set[int]:
    """The ids of the accounts that have a second factor."""
    by_app = sa.select(account.c.id).where(account.c.totp_secret.is_not(None))
    query = sa.union(by_app, sa.select(passkey.c.account_id))
    return set(connection.scalars(query))


def totp(connection: sa.Connection, account_id: int) -> Totp | None:
    """The authenticator of an account, or None."""
    query = sa.select(account.c.totp_secret, account.c.totp_step).where(account.c.id == account_id)
    row = connection.execute(query).one()
    return None if row.totp_secret is None else Totp(row.totp_secret, row.totp_step)


def set_totp(
    connection: sa.Connection, account_id: int, secret: str | None, step: int | None
) -> None:
    """Set the authenticator of an account, or remove it with None."""
    accounts.update(connection, account_id, totp_secret=secret, totp_step=step)


def take_step(connection: sa.Connection, account_id: int, step: int) -> bool:
    """Accept the code of a time step; False if the code of this or a later step was accepted before."""
    unused = sa.or_(account.c.totp_step.is_(None), account.c.totp_step < step)
    taken = account.update().where(account.c.id == account_id, unused).values(totp_step=step)
    return connection.execute(taken).rowcount == 1


def passkeys(connection: sa.Connection, account_id: int) -> list[Passkey]:
    """The passkeys of an account, oldest first."""
    query = sa.select(passkey).where(passkey.c.account_id == account_id).order_by(passkey.c.id)
    return rows.listed(connection, Passkey, query)


def is_passkey_known(connection: sa.Connection, credential_id: str) -> bool:
    """Whether any account has a passkey of that id."""
    query = sa.select(passkey.c.id).where(passkey.c.credential_id == credential_id)
    return connection.scalar(query) is not None


def insert_passkey(connection: sa.Connection, **columns: Any) -> int:
    """Add a passkey; returns its id."""
    return inserted_id(connection, passkey, columns)


def use_passkey(connection: sa.Connection, passkey_id: int, sign_count: int, at: datetime) -> None:
    """Note the use of a passkey, and its signature counter."""
    shown = passkey.update().where(passkey.c.id == passkey_id)
    connection.execute(shown.values(sign_count=sign_count, used_at=at))


def delete_passkey(connection: sa.Connection, account_id: int, passkey_id: int) -> None:
    """Delete a passkey of an account."""
    own = (passkey.c.account_id == account_id, passkey.c.id == passkey_id)
    connection.execute(passkey.delete().where(*own))


def replace_recovery_codes(
    connection: sa.Connection, account_id: int, hashes: Iterable[str]
) -> None:
    """Set the recovery codes of an account (by their SHA-256); earlier ones stop working."""
    connection.execute(recovery_code.delete().where(recovery_code.c.account_id == account_id))
    codes = [{"code_sha256": code, "account_id": account_id} for code in hashes]
    if codes:
        connection.execute(recovery_code.insert(), codes)


def use_recovery_code(
    connection: sa.Connection, account_id: int, code_sha256: str, at: datetime
) -> bool:
    """Use up a recovery code of an account; False if there is no such unused code."""
    code = recovery_code.c.code_sha256 == code_sha256
    taken = recovery_code.update().where(*_unused(account_id), code).values(used_at=at)
    return connection.execute(taken).rowcount == 1


def _unused(account_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return recovery_code.c.account_id == account_id, recovery_code.c.used_at.is_(None)


def recovery_codes_left(connection: sa.Connection, account_id: int) -> int:
    """How many unused recovery codes an account has."""
    query = sa.select(sa.func.count()).select_from(recovery_code).where(*_unused(account_id))
    return connection.scalar(query) or 0


def insert_challenge(
    connection: sa.Connection, at: datetime, life: timedelta, **columns: Any
) -> None:
    """Add a challenge, and delete those that expired."""
    connection.execute(challenge.delete().where(challenge.c.expires_at <= at))
    connection.execute(challenge.insert().values(expires_at=at + life, **columns))


def challenge_called(
    connection: sa.Connection,
    challenge_id: str,
    purpose: str,
    at: datetime,
    account_id: int | None = None,
) -> Challenge | None:
    """The challenge of that id and purpose, unless it has been answered or has expired.

    ``account_id``: only if it is for this account.
    """
    # The id comes from a request. PostgreSQL would raise an error for some characters, such as NUL.
    if not challenge_id.isascii() or not challenge_id.isprintable():
        return None
    query = sa.select(challenge).where(
        challenge.c.id == challenge_id,
        challenge.c.purpose == purpose,
        challenge.c.expires_at > at,
    )
    if account_id is not None:
        query = query.where(challenge.c.account_id == account_id)
    return rows.first(connection, Challenge, query)


def end_challenges_of(connection: sa.Connection, account_id: int, purpose: str) -> None:
    """Delete the challenges of an account for a purpose, so that they cannot be answered any more."""
    for_purpose = challenge.c.account_id == account_id, challenge.c.purpose == purpose
    connection.execute(challenge.delete().where(*for_purpose))


def end_challenge(connection: sa.Connection, challenge_id: str) -> bool:
    """Use up a challenge that was answered; False if another request did so in the meantime."""
    query = challenge.delete().where(challenge.c.id == challenge_id)
    return connection.execute(query).rowcount == 1


def forget(connection: sa.Connection, account_id: int) -> None:
    """Delete every second factor of an account."""
    set_totp(connection, account_id, None, None)
    for table in (passkey, recovery_code, challenge):
        connection.execute(table.delete().where(table.c.account_id == account_id))
