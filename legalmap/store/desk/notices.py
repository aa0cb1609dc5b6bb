"""What people are told in the desk, and whom an act on a proposal concerns."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
import sqlalchemy as sa

from legalmap.store import rows
from legalmap.store.tables import account, assent, notice, remark, review, revision


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing somebody is told, and the path of the page where they can see it."""

    id: int
    at: datetime
    text: str
    path: str
    read_at: datetime | None


class Recipient(msgspec.Struct, frozen=True):
    """Whom to tell, and where else than in the desk."""

    id: int
    email: str | None


def insert(
    connection: sa.Connection, account_ids: Iterable[int], *, text: str, path: str, at: datetime
) -> None:
    """Tell some people the same."""
    copies = [
        {"account_id": number, "at": at, "text": text, "path": path}
        for number in sorted(set(account_ids))
    ]
    if copies:
        connection.execute(notice.insert(), copies)


def of_account(connection: sa.Connection, account_id: int, limit: int) -> list[Notice]:
    """What somebody was told: the unread first, then the newest."""
    order = (notice.c.read_at.is_not(None), notice.c.id.desc())
    own = sa.select(notice).where(notice.c.account_id == account_id)
    return rows.listed(connection, Notice, own.order_by(*order).limit(limit))


def unread_count(connection: sa.Connection, account_id: int) -> int:
    """How much somebody has not read yet."""
    own = (notice.c.account_id == account_id, notice.c.read_at.is_(None))
    return connection.scalar(sa.select(sa.func.count()).where(*own)) or 0


def is_of(connection: sa.Connection, account_id: int, notice_id: int) -> bool:
    """Whether a notice is somebody's."""
    same = (notice.c.id == notice_id, notice.c.account_id == account_id)
    return connection.scalar(sa.select(notice.c.id).where(*same)) is not None


def mark_read(
    connection: sa.Connection, account_id: int, at: datetime, notice_id: int | None = None
) -> int:
    """Mark one notice of somebody, or all of them, as read; gives how many there were."""
    own = [notice.c.account_id == account_id, notice.c.read_at.is_(None)]
    if notice_id is not None:
        own.append(notice.c.id == notice_id)
    return connection.execute(notice.update().where(*own).values(read_at=at)).rowcount


def participants(connection: sa.Connection, revision_id: int) -> set[int]:
    """Who wrote, approved, decided or remarked on a revision or on one that it took up."""
    chain = (
        sa.select(revision.c.id, revision.c.reworks_id)
        .where(revision.c.id == revision_id)
        .cte("chain", recursive=True)
    )
    earlier = sa.select(revision.c.id, revision.c.reworks_id)
    chain = chain.union_all(earlier.join(chain, revision.c.id == chain.c.reworks_id))
    ids = sa.select(chain.c.id)
    people = sa.union(
        sa.select(revision.c.author_id).where(revision.c.id.in_(ids)),
        sa.select(review.c.reviewer_id).where(review.c.revision_id.in_(ids)),
        sa.select(assent.c.reviewer_id).where(assent.c.revision_id.in_(ids)),
        sa.select(remark.c.author_id).where(remark.c.revision_id.in_(ids)),
    )
    return set(connection.scalars(people))


def recipients(connection: sa.Connection, account_ids: Iterable[int]) -> list[Recipient]:
    """Those of some accounts who can still sign in."""
    query = sa.select(account.c.id, account.c.email).where(
        account.c.id.in_(sorted(set(account_ids))),
        account.c.disabled_at.is_(None),
        account.c.left_at.is_(None),
        account.c.password_hash.is_not(None),
    )
    return rows.listed(connection, Recipient, query.order_by(account.c.id))
