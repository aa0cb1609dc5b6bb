"""Invitations. Of the link, only the hash of its token is stored."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain.people.invitations import Invitation
from legalmap.domain.people.remits import Remit
from legalmap.store.engine import inserted_id
from legalmap.store.rows import as_struct
from legalmap.store.tables import account, invitation

_INVITER, _GUEST = account.alias("inviter"), account.alias("guest")


def insert(connection: sa.Connection, *, remits: Iterable[Remit], **columns: Any) -> int:
    """Add an invitation; returns its id."""
    pairs = [[remit.topic, remit.jurisdiction] for remit in remits]
    return inserted_id(connection, invitation, {"remits": json.dumps(pairs), **columns})


def by_token(connection: sa.Connection, token_sha256: str) -> Invitation | None:
    """The invitation with that token, whatever became of it, or None."""
    return _one(connection, invitation.c.token_sha256 == token_sha256)


def by_id(connection: sa.Connection, invitation_id: int) -> Invitation | None:
    """The invitation of that id, or None."""
    return _one(connection, invitation.c.id == invitation_id)


def newest(connection: sa.Connection, limit: int) -> list[Invitation]:
    """At most ``limit`` invitations, newest first."""
    query = _query().order_by(invitation.c.id.desc()).limit(limit)
    return [_invitation(row) for row in connection.execute(query)]


def _one(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> Invitation | None:
    row = connection.execute(_query().where(condition)).one_or_none()
    return _invitation(row) if row else None


def _query() -> sa.Select[Any]:
    return (
        sa.select(invitation, _INVITER.c.handle.label("inviter"), _GUEST.c.handle.label("used_by"))
        .join(_INVITER, _INVITER.c.id == invitation.c.inviter_id)
        .outerjoin(_GUEST, _GUEST.c.id == invitation.c.used_by_id)
    )


def _invitation(row: sa.Row[Any]) -> Invitation:
    remits = tuple(Remit(topic, code) for topic, code in json.loads(row.remits))
    return as_struct(Invitation, row, remits=remits)


def use(connection: sa.Connection, invitation_id: int, account_id: int, at: datetime) -> bool:
    """Mark an open invitation as used; False if it is no longer open."""
    return _close(connection, invitation_id, at, used_at=at, used_by_id=account_id)


def revoke(connection: sa.Connection, invitation_id: int, at: datetime) -> bool:
    """Revoke an open invitation; False if it is no longer open."""
    return _close(connection, invitation_id, at, revoked_at=at)


def _close(connection: sa.Connection, invitation_id: int, at: datetime, **columns: Any) -> bool:
    still_open = (
        invitation.c.id == invitation_id,
        invitation.c.used_at.is_(None),
        invitation.c.revoked_at.is_(None),
        invitation.c.expires_at > at,
    )
    closed = invitation.update().where(*still_open).values(**columns)
    return connection.execute(closed).rowcount == 1
