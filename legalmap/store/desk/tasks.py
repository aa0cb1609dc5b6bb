"""What to look up next, by record: noted once, ticked off once, never deleted."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain.desk.tasks import Task
from legalmap.store import rows
from legalmap.store.engine import inserted_id
from legalmap.store.tables import task


def insert(connection: sa.Connection, topic: str, code: str, text: str, at: datetime) -> int:
    """Note one; gives its number."""
    return inserted_id(connection, task, _values(topic, code, text, at))


def insert_all(
    connection: sa.Connection, items: Iterable[tuple[str, str, str]], at: datetime
) -> int:
    """Note many, each with topic, place and text; gives how many."""
    values = [_values(*item, at) for item in items]
    if values:
        connection.execute(task.insert(), values)
    return len(values)


def every(connection: sa.Connection) -> set[tuple[str, str, str]]:
    """Topic, place and text of all that was ever noted, done or not."""
    columns = (task.c.topic, task.c.jurisdiction_code, task.c.text)
    return {(row[0], row[1], row[2]) for row in connection.execute(sa.select(*columns))}


def _values(topic: str, code: str, text: str, at: datetime) -> dict[str, Any]:
    return {"topic": topic, "jurisdiction_code": code, "text": text, "created_at": at}


def find(connection: sa.Connection, number: int) -> Task | None:
    """The task of that number, or None."""
    query = sa.select(task, task.c.jurisdiction_code.label("jurisdiction"))
    return rows.first(connection, Task, query.where(task.c.id == number))


def open_of(connection: sa.Connection, topic: str, code: str) -> list[Task]:
    """What nobody has looked up of a record, the oldest first."""
    query = sa.select(task, task.c.jurisdiction_code.label("jurisdiction")).where(
        task.c.topic == topic, task.c.jurisdiction_code == code, task.c.done_at.is_(None)
    )
    return rows.listed(connection, Task, query.order_by(task.c.id))


def tick(connection: sa.Connection, number: int, actor_id: int, at: datetime) -> bool:
    """Say that one is done; tells whether it was still to do."""
    still = (task.c.id == number, task.c.done_at.is_(None))
    done = task.update().where(*still).values(done_at=at, done_by_id=actor_id)
    return bool(connection.execute(done).rowcount)
