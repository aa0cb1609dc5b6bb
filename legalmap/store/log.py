"""The log of acts: appending to it and reading it."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain import events
from legalmap.domain.events import Event, Filter
from legalmap.domain.people.accounts import Account
from legalmap.store.rows import as_struct
from legalmap.store.tables import event

# How many events ``oldest`` reads at once.
BATCH = 500
EVERYTHING = Filter()


def append(
    connection: sa.Connection,
    actor: Account | str,
    action: str,
    subject: tuple[str, int | str, str],
    at: datetime,
    /,
    **data: Any,
) -> None:
    """Write one event, in the transaction of the act itself; raise Undeclared if ``events`` lacks it.

    ``actor``: an account, or a name for what is none, such as "worker". ``subject``: its kind, its id
    (empty if there is only one of the kind) and its present label.
    """
    connection.execute(event.insert().values(row(actor, action, subject, at, data)))


def row(
    actor: Account | str,
    action: str,
    subject: tuple[str, int | str, str],
    at: datetime,
    data: dict[str, Any],
) -> dict[str, Any]:
    """The columns of an event; raise Undeclared if ``events`` lacks the action or one of its keys."""
    events.check(action, data)
    kind, number, label = subject
    return {
        "at": at,
        "actor_id": None if isinstance(actor, str) else actor.id,
        "actor_label": actor if isinstance(actor, str) else actor.handle,
        "action": action,
        "subject_kind": kind,
        "subject_id": str(number),
        "subject_label": label,
        "data": json.dumps(data, sort_keys=True, ensure_ascii=False),
        "topic": data.get("topic"),
        "jurisdiction_code": data.get("jurisdiction"),
    }


def newest(
    connection: sa.Connection, limit: int, criteria: Filter = EVERYTHING, before: int | None = None
) -> list[Event]:
    """At most ``limit`` events that match, newest first; with ``before``, those with a smaller id."""
    query = _matching(criteria).order_by(event.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(event.c.id < before)
    return [_event(row) for row in connection.execute(query)]


def oldest(connection: sa.Connection, criteria: Filter, after: int, last: int) -> list[Event]:
    """The next ``BATCH`` events that match, oldest first: ids after ``after``, up to ``last``."""
    stretch = (event.c.id > after, event.c.id <= last)
    query = _matching(criteria).where(*stretch).order_by(event.c.id).limit(BATCH)
    return [_event(row) for row in connection.execute(query)]


def _matching(criteria: Filter) -> sa.Select[Any]:
    query = sa.select(event)
    equal = {
        event.c.actor_label: criteria.actor,
        event.c.action: criteria.action,
        event.c.subject_kind: criteria.kind,
    }
    query = query.where(*(column == value for column, value in equal.items() if value))
    if criteria.subject:
        numbered = event.c.subject_id if criteria.subject.isdecimal() else event.c.subject_label
        query = query.where(numbered == criteria.subject)
    if criteria.topic:
        query = query.where(
            _names(event.c.topic, criteria.topic, f"{criteria.topic}/", starts=True)
        )
    if criteria.place:
        query = query.where(
            _names(event.c.jurisdiction_code, criteria.place, f"/{criteria.place} ")
        )
    if criteria.since is not None:
        query = query.where(event.c.at >= criteria.since)
    if criteria.until is not None:
        query = query.where(event.c.at < criteria.until)
    return query


def _names(
    column: sa.Column[Any], value: str, text: str, *, starts: bool = False
) -> sa.ColumnElement[bool]:
    """Whether the column equals ``value`` or, in rows of the first version that lack it, the label has ``text``."""
    label = event.c.subject_label
    in_label = (
        label.startswith(text, autoescape=True) if starts else label.contains(text, autoescape=True)
    )
    return sa.or_(column == value, sa.and_(column.is_(None), in_label))


def _event(row: sa.Row[Any]) -> Event:
    return as_struct(Event, row, data=json.loads(row.data))
