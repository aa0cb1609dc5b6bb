"""Notices for people in the desk."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
import sqlalchemy as sa

from legalmap.store import rows
from legalmap.store.tables import account, notice


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One message to somebody, and the path of the page it is about. ``read_at`` None: unread."""

    id: int
    at: datetime
    text: str
    path: str
    read_at: datetime | None


class Recipient(msgspec.Struct, frozen=True):
    """Somebody to notify, and their mail address, if they left one."""

    id: int
    email: str | None


def insert(
    connection: sa.Connection, account_ids: Iterable[int], *, text: str, path: str, at: datetime
) -> None:
    """Write the same notice for each of some people."""
    copies = [
        {"account_id": number, "at": at, "text": text, "path": path}
        for number in sorted(set(account_ids))
    ]
    if copies:
        connection.execute(notice.insert(), copies)


def of_account(connection: sa.Connection, account_id: int, limit: int) -> list[Notice]:
    """At most ``limit`` notices of somebody: the unread first, then the newest."""
    order = (notice.c.read_at.is_not(None), notice.c.id.desc())
    query = sa.select(notice).where(notice.c.account_id == account_id)
    return rows.listed(connection, Notice, query.order_by(*order).limit(limit))


def unread_count(connection: sa.Connection, account_id: int) -> int:
    """How many notices somebody has not read yet."""
    own = (notice.c.account_id == account_id, notice.c.read_at.is_(None))
    return connection.scalar(sa.select(sa.func.count()).where(*own)) or 0


def is_of(connection: sa.Connection, account_id: int, notice_id: int) -> bool:
    """Whether a notice belongs to an account."""
    conditions = (notice.c.id == notice_id, notice.c.account_id == account_id)
    return connection.scalar(sa.select(notice.c.id).where(*conditions)) is not None


def mark_read(
    connection: sa.Connection, account_id: int, at: datetime, notice_id: int | None = None
) -> int:
    """Mark one unread notice of somebody, or all of them, as read; returns how many."""
    own = [notice.c.account_id == account_id, notice.c.read_at.is_(None)]
    if notice_id is not None:
        own.append(notice.c.id == notice_id)
    return connection.execute(notice.update().where(*own).values(read_at=at)).rowcount


def recipients(connection: sa.Connection, account_ids: Iterable[int]) -> list[Recipient]:
    """Those of some accounts that can still sign in."""
    query = sa.select(account.c.id, account.c.email).where(
        account.c.id.in_(sorted(set(account_ids))),
        account.c.disabled_at.is_(None),
        account.c.left_at.is_(None),
        account.c.password_hash.is_not(None),
    )
    return rows.listed(connection, Recipient, query.order_by(account.c.id))
