"""The plain table of what holds follows from what is published, and from nothing else."""

from legalmap.store.derived import legal_statuses
from legalmap.store.engine import Store
from legalmap.store.tables import metadata
from tests.build import a_payload, a_period
from tests.store.build import (
    BANNED,
    a_proposal,
    a_publication,
    a_record,
    an_unresearched_record,
    three_records,
)


def test_legal_status_has_a_row_for_every_period(store: Store) -> None:
    first = a_period(None, "legal", until="2016")
    second = a_period("2016-05", "banned", force="enjoined", answers={"min-age": 18}, sources=())
    with store.writing() as connection:
        a_record(connection, "us-al", a_payload(first, second))
        rows = legal_statuses.stored(connection)
    same = {
        "topic": "kratom",
        "jurisdiction_code": "us-al",
        "last_verified": "2026-11-01",
        "revision_number": 0,
    }
    fields = ["position", "status", "effective_from", "effective_until", "force", "answers"]
    expected = [
        (0, "legal", None, "2016", "in-force", "{}", 1),
        (1, "banned", "2016-05", None, "enjoined", '{"min-age": 18}', 0),
    ]
    keys = [*fields, "number_of_sources"]
    assert rows == [{**same, **dict(zip(keys, row, strict=True))} for row in expected]


def test_publishing_rewrites_the_rows_of_that_record_only(store: Store) -> None:
    three_periods = a_payload(a_period(None), a_period("2010", "banned"), a_period("2020"))
    with store.writing() as connection:
        one = a_record(connection, "us-al", three_periods)
        a_record(connection, "us-al", topic="7-oh")
        a_record(connection, "us-fl")
        a_publication(connection, one, BANNED)
        rows = legal_statuses.stored(connection)
    numbers = [(row["topic"], row["jurisdiction_code"], row["revision_number"]) for row in rows]
    assert numbers == [("7-oh", "us-al", 0), ("kratom", "us-al", 1), ("kratom", "us-fl", 0)]


def test_a_proposal_is_not_in_legal_status(store: Store) -> None:
    with store.writing() as connection:
        a_proposal(connection, a_record(connection), BANNED)
        assert [row["status"] for row in legal_statuses.stored(connection)] == ["legal"]


def test_legal_status_can_be_written_anew_and_comes_back_the_same(store: Store) -> None:
    with store.writing() as connection:
        three_records(connection)
        rows = legal_statuses.stored(connection)
        connection.execute(metadata.tables["legal_status"].update().values(status="wrong"))
        assert legal_statuses.replace(connection) == len(rows)
        assert legal_statuses.stored(connection) == legal_statuses.true(connection) == rows


def test_where_nothing_is_published_legal_status_is_empty(store: Store) -> None:
    with store.writing() as connection:
        an_unresearched_record(connection)
        assert legal_statuses.replace(connection) == 0
        assert legal_statuses.stored(connection) == []


def test_the_rows_that_follow_from_a_revision_are_the_rows_that_are_stored(store: Store) -> None:
    with store.writing() as connection:
        a_record(connection, "us-al", BANNED)
        expected = legal_statuses.rows_of("kratom", "us-al", 0, BANNED)
        assert legal_statuses.stored(connection) == expected


def test_every_record_is_listed_at_the_revision_it_stands_at(store: Store) -> None:
    with store.writing() as connection:
        three_records(connection)
        an_unresearched_record(connection, "us-wv")
        listed = [
            (topic, code, number, feed_no)
            for topic, code, number, _, feed_no in legal_statuses.current_revisions(connection)
        ]
    assert listed == [
        ("7-oh", "us-fl", 0, 4),
        ("kratom", "us-al", 1, 3),
        ("kratom", "us-fl", 0, 2),
        ("kratom", "us-wv", 0, None),
    ]
