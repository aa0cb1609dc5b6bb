"""Rows as the values that the domain knows."""

from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

Value = TypeVar("Value", bound=msgspec.Struct)


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
