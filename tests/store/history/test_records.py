"""Records and their revisions: what goes in comes back, with all that happened to it."""

import hashlib

import pytest

from legalmap.domain.desk.moderation import State, Verdict
from legalmap.domain.law.payload import NOT_RESEARCHED, canonical_bytes, sha256_of
from legalmap.store.derived import legal_statuses
from legalmap.store.engine import Store
from legalmap.store.history import feed, records
from tests.build import a_payload, a_period, a_source
from tests.store.build import (
    BANNED,
    NOW,
    a_proposal,
    a_record,
    a_review,
    an_unresearched_record,
    counted_queries,
    minutes,
    numbers,
    person,
    refreshed,
    three_records,
)


def test_there_is_no_record_until_one_is_made(store: Store) -> None:
    with store.reading() as connection:
        assert records.find(connection, "kratom", "us-al") is None
        assert records.revision_by_id(connection, 1) is None
        assert records.revisions_of(connection, 1) == []
        assert feed.head(connection) == 0
        assert numbers(connection) == []


@pytest.mark.parametrize("lock", [False, True])
def test_a_record_is_found_by_its_topic_and_place(store: Store, lock: bool) -> None:
    with store.writing() as connection:
        three_records(connection)
        record = records.find(connection, "kratom", "us-al", lock=lock)
        assert record is not None
        assert (record.topic, record.jurisdiction, record.current_number) == ("kratom", "us-al", 1)
        assert records.lock_by_id(connection, record.id) == record.current_revision_id
        assert records.find(connection, "7-oh", "us-al", lock=lock) is None


def test_what_ships_is_published_as_revision_0_by_the_system(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection, "us-al", BANNED)
    assert (genesis.number, genesis.kind, genesis.base_id) == (0, "genesis", None)
    assert (genesis.author, genesis.decision, genesis.note) == ("legalmap", None, "")
    assert (genesis.feed_no, genesis.published_at, genesis.is_current) == (1, NOW, True)
    assert genesis.payload == BANNED
    assert genesis.state is State.PUBLISHED


def test_not_researched_is_a_record_in_no_feed(store: Store) -> None:
    with store.writing() as connection:
        blank = an_unresearched_record(connection)
        assert (blank.payload, blank.feed_no, blank.is_current) == (NOT_RESEARCHED, None, True)
        assert numbers(connection) == []
        assert legal_statuses.stored(connection) == []


def test_a_published_proposal_tells_all_that_happened_to_it(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)
        proposal = a_proposal(connection, genesis, BANNED, note="HB 1 passed.", at=minutes(1))
        a_review_id = a_review(connection, proposal, comment="Checked.", at=minutes(2))
        feed.publish(connection, proposal, a_review_id, minutes(3))
        published = refreshed(connection, proposal)
    assert (published.number, published.base_id, published.base_number) == (1, genesis.id, 0)
    assert (published.author, published.kind, published.note) == ("ana", "edit", "HB 1 passed.")
    assert (published.created_at, published.submitted_at) == (minutes(1), minutes(1))
    assert published.decision is not None
    assert (published.decision.verdict, published.decision.reviewer) == (Verdict.APPROVE, "ben")
    assert (published.decision.at, published.comment) == (minutes(2), "Checked.")
    assert (published.published_at, published.feed_no, published.is_current) == (
        minutes(3),
        2,
        True,
    )
    assert published.withdrawn_at is None
    assert not published.base_is_current


def test_the_bytes_that_were_hashed_are_the_bytes_that_are_kept(store: Store) -> None:
    source = a_source(title='พระราชบัญญัติ “ß” — é é \\ " 😀', url="https://law.example/ก")
    payload = a_payload(a_period("2021", "regulated", sources=(source,)), notes="a\n\tb")
    with store.writing() as connection:
        a_record(connection, "th", payload)
        ((topic, code, number, stored, claimed),) = records.all_revision_bytes(connection)
    assert (topic, code, number) == ("kratom", "th", 0)
    assert stored.encode() == canonical_bytes(payload)
    assert claimed == hashlib.sha256(stored.encode()).hexdigest() == sha256_of(stored.encode())


def test_revisions_are_numbered_without_gaps_record_by_record(store: Store) -> None:
    with store.writing() as connection:
        one, other = a_record(connection, "us-al"), a_record(connection, "us-fl")
        numbers = [a_proposal(connection, base).number for base in (one, other, one, one, other)]
    assert numbers == [1, 1, 2, 3, 2]


def test_the_revisions_of_a_record_come_newest_first(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection, "us-al")
        for _ in range(3):
            a_proposal(connection, genesis)
        a_proposal(connection, a_record(connection, "us-fl"))
        revisions = records.revisions_of(connection, genesis.record_id)
    assert [revision.number for revision in revisions] == [3, 2, 1, 0]


@pytest.mark.parametrize("length", [1, 40])
def test_all_revisions_of_a_record_are_two_queries(store: Store, length: int) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)
        for _ in range(length):
            a_proposal(connection, genesis)
    with store.reading() as connection, counted_queries(store) as sent:
        assert len(records.revisions_of(connection, genesis.record_id)) == length + 1
    assert len(sent) == 2


def test_a_revision_is_found_by_its_number_within_the_record(store: Store) -> None:
    with store.writing() as connection:
        genesis, other = a_record(connection, "us-al"), a_record(connection, "us-fl")
        proposal = a_proposal(connection, genesis)
        assert records.revision_numbered(connection, genesis.record_id, 1) == proposal
        assert records.revision_numbered(connection, genesis.record_id, 2) is None
        assert records.revision_numbered(connection, other.record_id, 1) is None


def test_a_rework_names_what_it_takes_over(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)
        earlier = a_proposal(connection, genesis)
        later = a_proposal(connection, genesis, by="cleo", reworks=earlier)
        assert (earlier.reworks_id, later.reworks_id) == (None, earlier.id)
        assert later.authors == {earlier.author_id, person(connection, "cleo").id}
