"""Drafts: edits that somebody has typed but not sent. Private, changeable, and never history."""

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from legalmap.store import rows
from legalmap.store.tables import draft, record, revision


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """One unsent edit; ``form`` is the form as JSON, valid or not.

    ``reworks_id`` and ``suggestion_id``: the proposal or suggestion that it began from.
    """

    id: int
    topic: str
    jurisdiction: str
    base_number: int
    reworks_id: int | None
    suggestion_id: int | None
    form: str
    updated_at: datetime


def _drafts() -> sa.Select[Any]:
    return (
        sa.select(
            draft,
            record.c.topic,
            record.c.jurisdiction_code.label("jurisdiction"),
            revision.c.number.label("base_number"),
        )
        .join(record, record.c.id == draft.c.record_id)
        .join(revision, revision.c.id == draft.c.base_id)
    )


def of_person(connection: sa.Connection, owner_id: int) -> list[Draft]:
    """The drafts of one person, the last changed first."""
    query = _drafts().where(draft.c.owner_id == owner_id).order_by(draft.c.updated_at.desc())
    return rows.listed(connection, Draft, query)


def of_record(connection: sa.Connection, record_id: int, owner_id: int) -> Draft | None:
    """The one draft a person can have of a record, or None."""
    query = _drafts().where(draft.c.record_id == record_id, draft.c.owner_id == owner_id)
    return rows.first(connection, Draft, query)


def save(
    connection: sa.Connection, record_id: int, owner_id: int, *, at: datetime, **columns: Any
) -> None:
    """Write a draft in place of an earlier one of the same record by the same person."""
    drop(connection, record_id, owner_id)
    values = {"record_id": record_id, "owner_id": owner_id, "updated_at": at, **columns}
    connection.execute(draft.insert().values(values))


def drop(connection: sa.Connection, record_id: int, owner_id: int) -> None:
    """Delete a draft; nothing happens if there is none."""
    of_person = (draft.c.record_id == record_id, draft.c.owner_id == owner_id)
    connection.execute(draft.delete().where(*of_person))
