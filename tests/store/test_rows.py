"""Rows become structs by the names of their columns, converted or as they are."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from legalmap.store.rows import as_struct, unconverted


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A struct whose second field the row may lack."""

    number: int
    words: tuple[str, ...] = ()


def a_row(**columns: Any) -> sa.Row[Any]:
    """One row with these columns."""
    query = sa.select(*(sa.literal(value).label(name) for name, value in columns.items()))
    with sa.create_engine("sqlite://").connect() as connection:
        return connection.execute(query).one()


@pytest.mark.parametrize("make", [as_struct, unconverted])
def test_columns_are_fields_and_what_is_known_besides_wins(make: Callable[..., Pair]) -> None:
    row = a_row(extra="left out", number=3, words="not these")
    assert make(Pair, row, words=("these",)) == Pair(number=3, words=("these",))


@pytest.mark.parametrize("make", [as_struct, unconverted])
def test_a_column_that_is_missing_is_an_error(make: Callable[..., Pair]) -> None:
    with pytest.raises(AttributeError):
        make(Pair, a_row(words="x"))


def test_only_one_of_them_converts() -> None:
    with pytest.raises(msgspec.ValidationError):
        as_struct(Pair, a_row(number="3"), words=())
    assert unconverted(Pair, a_row(number="3"), words=()).number == "3"
