"""Who is at what, until when: taking it, giving it back, and seeing who has it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from legalmap.store.tables import account, claim

Kind = Literal["proposal", "suggestion", "record"]
_PART = 500


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One thing somebody has taken up. Past ``expires_at`` it holds no longer."""

    subject_id: int
    account_id: int
    handle: str
    at: datetime
    expires_at: datetime


def take(
    connection: sa.Connection,
    kind: Kind,
    subject_ids: Iterable[int],
    account_id: int,
    *,
    at: datetime,
    until: datetime,
) -> frozenset[int]:
    """Take what nobody else holds; gives what is ours now. What we hold already is held longer."""
    ids = sorted(subject_ids)
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    for subject_id in ids:
        values = {"kind": kind, "subject_id": subject_id, "account_id": account_id}
        own = {"account_id": account_id, "at": at, "expires_at": until}
        free = sa.or_(claim.c.expires_at <= at, claim.c.account_id == account_id)
        connection.execute(
            insert(claim)
            .values({**values, **own})
            .on_conflict_do_update(index_elements=["kind", "subject_id"], set_=own, where=free)
        )
    held = held_of(connection, kind, ids, at)
    return frozenset(key for key, found in held.items() if found.account_id == account_id)


def release(connection: sa.Connection, kind: Kind, subject_id: int, account_id: int) -> bool:
    """Give back what somebody holds; tells whether they held it."""
    same = (claim.c.kind == kind, claim.c.subject_id == subject_id)
    return bool(
        connection.execute(claim.delete().where(*same, claim.c.account_id == account_id)).rowcount
    )


def drop(connection: sa.Connection, kind: Kind, subject_id: int) -> None:
    """It is done: nobody holds it any more."""
    same = (claim.c.kind == kind, claim.c.subject_id == subject_id)
    connection.execute(claim.delete().where(*same))


def held_of(
    connection: sa.Connection, kind: Kind, subject_ids: Iterable[int], at: datetime
) -> dict[int, Claim]:
    """Who holds which of ``subject_ids`` at an instant."""
    ids = sorted(subject_ids)
    found: dict[int, Claim] = {}
    for start in range(0, len(ids), _PART):
        some = claim.c.subject_id.in_(ids[start : start + _PART])
        found |= _by_subject(connection, kind, at, some)
    return found


def held(connection: sa.Connection, kind: Kind, at: datetime) -> dict[int, Claim]:
    """Everything of a kind that somebody holds at an instant."""
    return _by_subject(connection, kind, at)


def _by_subject(
    connection: sa.Connection, kind: Kind, at: datetime, *conditions: sa.ColumnElement[bool]
) -> dict[int, Claim]:
    query = (
        sa.select(claim, account.c.handle)
        .join(account, account.c.id == claim.c.account_id)
        .where(claim.c.kind == kind, claim.c.expires_at > at, *conditions)
    )
    rows = connection.execute(query)
    names = Claim.__struct_fields__
    return {row.subject_id: Claim(**{name: getattr(row, name) for name in names}) for row in rows}
