"""Suggestions by readers: kept for good, but for the address they may leave."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain.desk.suggestions import Outcome, Suggestion
from legalmap.store import rows
from legalmap.store.engine import inserted_id
from legalmap.store.tables import account, suggestion


def insert(connection: sa.Connection, values: dict[str, Any]) -> int:
    """Add a suggestion; returns its id."""
    return inserted_id(connection, suggestion, {**values, "answer": ""})


def _suggestions() -> sa.Select[Any]:
    return sa.select(
        suggestion,
        suggestion.c.jurisdiction_code.label("jurisdiction"),
        account.c.handle.label("closed_by"),
    ).outerjoin(account, account.c.id == suggestion.c.closed_by_id)


def find(connection: sa.Connection, number: int, *, lock: bool = False) -> Suggestion | None:
    """The suggestion of that id, or None. ``lock`` keeps others from closing it meanwhile."""
    query = _suggestions().where(suggestion.c.id == number)
    return rows.first(
        connection, Suggestion, query.with_for_update(of=suggestion) if lock else query
    )


def listed(
    connection: sa.Connection, *, topic: str | None, is_open: bool, limit: int
) -> list[Suggestion]:
    """Open suggestions, oldest first, or closed ones, the last closed first; ``topic`` None: of all."""
    closed = suggestion.c.closed_at
    conditions: list[sa.ColumnElement[bool]] = [
        closed.is_(None) if is_open else closed.is_not(None)
    ]
    if topic:
        conditions.append(suggestion.c.topic == topic)
    order = suggestion.c.at.asc() if is_open else suggestion.c.closed_at.desc()
    query = _suggestions().where(*conditions).order_by(order).limit(limit)
    return rows.listed(connection, Suggestion, query)


def of_place(connection: sa.Connection, topic: str, code: str, limit: int) -> list[Suggestion]:
    """What was suggested for one record before, newest first."""
    of_record = (suggestion.c.topic == topic, suggestion.c.jurisdiction_code == code)
    query = _suggestions().where(*of_record).order_by(suggestion.c.id.desc()).limit(limit)
    return rows.listed(connection, Suggestion, query)


def count_open(connection: sa.Connection, topic: str | None = None) -> int:
    """How many suggestions nobody has answered."""
    query = sa.select(sa.func.count()).select_from(suggestion)
    query = query.where(suggestion.c.closed_at.is_(None))
    if topic:
        query = query.where(suggestion.c.topic == topic)
    return int(connection.execute(query).scalar_one())


def close(
    connection: sa.Connection,
    number: int,
    *,
    actor_id: int,
    at: datetime,
    outcome: Outcome,
    answer: str,
    revision_id: int | None = None,
) -> bool:
    """Close an open suggestion and delete its address; False if it was closed already."""
    values = {
        "closed_at": at,
        "closed_by_id": actor_id,
        "outcome": outcome.value,
        "answer": answer,
        "revision_id": revision_id,
        "email": None,
    }
    still_open = (suggestion.c.id == number, suggestion.c.closed_at.is_(None))
    return bool(connection.execute(suggestion.update().where(*still_open).values(values)).rowcount)


def forget_addresses(connection: sa.Connection, before: datetime) -> int:
    """Delete the addresses left before an instant, answered or not; returns how many."""
    old = (suggestion.c.at < before, suggestion.c.email.is_not(None))
    return int(connection.execute(suggestion.update().where(*old).values(email=None)).rowcount)


def has_addresses(connection: sa.Connection, before: datetime) -> bool:
    """Whether there is an address that was left before an instant."""
    old = (suggestion.c.at < before, suggestion.c.email.is_not(None))
    return connection.scalar(sa.select(sa.literal(1)).where(*old).limit(1)) is not None
