"""A reading sees one state and changes nothing; a writing happens wholly or not at all."""

import pytest

from legalmap.store.engine import Store
from legalmap.store.history import feed, records
from tests.store.build import (
    a_publication,
    a_record,
    refreshed,
)


def test_a_reading_sees_one_state_throughout(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)
    with store.reading() as reader:
        assert feed.head(reader) == 1
        with store.writing() as writer:
            a_publication(writer, genesis)
        assert feed.head(reader) == 1
        assert refreshed(reader, genesis).is_current
    with store.reading() as reader:
        assert feed.head(reader) == 2


def test_a_reading_keeps_nothing_that_is_written_in_it(store: Store) -> None:
    with store.reading() as connection:
        a_record(connection)
    with store.reading() as connection:
        assert feed.head(connection) == 0


def test_a_writing_that_fails_leaves_nothing(store: Store) -> None:
    def fail_at_the_end() -> None:
        with store.writing() as connection:
            a_record(connection)
            raise KeyError

    with pytest.raises(KeyError):
        fail_at_the_end()
    with store.reading() as connection:
        assert feed.head(connection) == 0
        assert records.find(connection, "kratom", "us-al") is None
