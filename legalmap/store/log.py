"""Appending to the log of acts and reading it."""

import json
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from legalmap.domain.accounts import Account
from legalmap.store.tables import event


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One act: who did what to what, with labels as they were at the time."""

    id: int
    at: datetime
    actor_label: str
    action: str
    subject_kind: str
    subject_id: str
    subject_label: str
    data: dict[str, Any]


def append(
    connection: sa.Connection,
    *,
    at: datetime,
    actor_id: int | None,
    actor_label: str,
    action: str,
    subject_kind: str,
    subject_id: str,
    subject_label: str,
    data: dict[str, Any] | None = None,
) -> None:
    """Write one event in the transaction of the act itself."""
    values = {
        "at": at,
        "actor_id": actor_id,
        "actor_label": actor_label,
        "action": action,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "subject_label": subject_label,
        "data": _written(data),
    }
    connection.execute(event.insert().values(values))


def revision_row(
    *,
    at: datetime,
    actor: Account,
    action: str,
    revision_id: int,
    topic: str,
    jurisdiction: str,
    number: int,
    data: dict[str, Any],
) -> dict[str, Any]:
    """The row of an act on a revision, for ``append_many``."""
    said = {"topic": topic, "jurisdiction": jurisdiction, **data}
    return {
        "at": at,
        "actor_id": actor.id,
        "actor_label": actor.handle,
        "action": action,
        "subject_kind": "revision",
        "subject_id": str(revision_id),
        "subject_label": f"{topic}/{jurisdiction} revision {number}",
        "data": _written(said),
    }


def append_many(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Write several events in their order, in the transaction of the acts."""
    if rows:
        connection.execute(event.insert(), rows)


def _written(data: dict[str, Any] | None) -> str:
    return json.dumps(data or {}, sort_keys=True, ensure_ascii=False)


def of_subject(connection: sa.Connection, kind: str, subject_id: str) -> list[Event]:
    """The events of one thing, oldest first."""
    same = (event.c.subject_kind == kind, event.c.subject_id == subject_id)
    rows = connection.execute(sa.select(event).where(*same).order_by(event.c.id))
    return [_event(row) for row in rows]


def newest(connection: sa.Connection, limit: int) -> list[Event]:
    """The last events, newest first."""
    rows = connection.execute(sa.select(event).order_by(event.c.id.desc()).limit(limit))
    return [_event(row) for row in rows]


def _event(row: sa.Row[Any]) -> Event:
    fields = {name: getattr(row, name) for name in Event.__struct_fields__}
    return Event(**{**fields, "data": json.loads(row.data)})
