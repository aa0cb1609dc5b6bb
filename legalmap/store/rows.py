"""Rows as the values that the domain knows, and many of them a part at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

Item = TypeVar("Item")
Value = TypeVar("Value", bound=msgspec.Struct)
# So many values are asked for in one statement: databases bound its parameters.
PART = 500


def as_struct(kind: type[Value], row: sa.Row[Any], **known: Any) -> Value:
    """A row as a struct, whose fields are called as its columns. ``known``: what the row does not hold."""
    wanted = (name for name in kind.__struct_fields__ if name not in known)
    return msgspec.convert({name: getattr(row, name) for name in wanted} | known, kind)


def first(connection: sa.Connection, kind: type[Value], query: sa.Select[Any]) -> Value | None:
    """The row of a query that gives one at the most, as a struct; None if there is none."""
    row = connection.execute(query).one_or_none()
    return as_struct(kind, row) if row else None


def listed(connection: sa.Connection, kind: type[Value], query: sa.Select[Any]) -> list[Value]:
    """Every row of a query as a struct."""
    return [as_struct(kind, row) for row in connection.execute(query)]


def in_batches(items: Iterable[Item], size: int = PART) -> Iterator[list[Item]]:
    """Lists of at most ``size``, so that no more than that is in memory or in a statement."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def having(
    connection: sa.Connection,
    query: sa.Select[Any],
    column: sa.ColumnElement[Any],
    values: Iterable[Any],
) -> Iterator[sa.Row[Any]]:
    """The rows of a query whose ``column`` is one of any number of values."""
    for part in in_batches(sorted(set(values))):
        yield from connection.execute(query.where(column.in_(part)))
