"""Rows as structs of the domain, and statements over more values than one statement may hold."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

Item = TypeVar("Item")
Value = TypeVar("Value", bound=msgspec.Struct)
# How many values go into one statement: databases limit its parameters.
PART = 500


def as_struct(kind: type[Value], row: sa.Row[Any], **known: Any) -> Value:
    """A row as a struct whose fields are named like its columns. ``known``: fields the row lacks."""
    wanted = (name for name in kind.__struct_fields__ if name not in known)
    return msgspec.convert({name: getattr(row, name) for name in wanted} | known, kind)


def unconverted(kind: type[Value], row: sa.Row[Any], **known: Any) -> Value:
    """``as_struct`` at a fraction of the time, for columns whose values already have the fields' types."""
    wanted = kind.__struct_fields__
    if known:
        wanted = tuple(name for name in wanted if name not in known)
    return kind(**{name: getattr(row, name) for name in wanted}, **known)


def first(connection: sa.Connection, kind: type[Value], query: sa.Select[Any]) -> Value | None:
    """The row of a query with at most one, as a struct; None if there is none."""
    row = connection.execute(query).one_or_none()
    return as_struct(kind, row) if row else None


def listed(connection: sa.Connection, kind: type[Value], query: sa.Select[Any]) -> list[Value]:
    """Every row of a query as a struct."""
    return [as_struct(kind, row) for row in connection.execute(query)]


def in_batches(items: Iterable[Item], size: int = PART) -> Iterator[list[Item]]:
    """The items in lists of at most ``size``, so that no more are in memory or in one statement."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def having(
    connection: sa.Connection,
    query: sa.Select[Any],
    column: sa.ColumnElement[Any],
    values: Iterable[Any],
) -> Iterator[sa.Row[Any]]:
    """The rows of a query whose ``column`` is one of ``values``, of which there may be any number."""
    # Sorted: the rows come in the same order each time.
    for part in in_batches(sorted(set(values))):
        yield from connection.execute(query.where(column.in_(part)))
