"""The feed: numbered, chained, and what stood at any number of it."""

import hashlib
import json
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from legalmap.domain.desk.moderation import State
from legalmap.domain.errors import Stale
from legalmap.domain.law.payload import canonical_bytes, sha256_of
from legalmap.store.derived import legal_statuses
from legalmap.store.engine import Store
from legalmap.store.history import feed, records
from legalmap.store.tables.records import NO_HASH
from tests.store.build import (
    BANNED,
    NOW,
    REGULATED,
    a_proposal,
    a_publication,
    a_record,
    approved,
    minutes,
    numbers,
    refreshed,
    three_records,
)


def test_publishing_supersedes_what_was_current(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)
        a_publication(connection, genesis)
        assert records.current_number(connection, genesis.record_id) == 1
        assert refreshed(connection, genesis).state is State.SUPERSEDED


def test_publishing_leaves_the_other_proposals_on_that_base_stale(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)
        other = a_proposal(connection, genesis)
        assert other.state is State.PENDING
        a_publication(connection, genesis)
        assert refreshed(connection, other).state is State.STALE


def test_the_feed_is_numbered_from_1_without_gaps_over_all_topics(store: Store) -> None:
    with store.writing() as connection:
        three_records(connection)
        assert numbers(connection) == [1, 2, 3, 4]
        assert feed.head(connection) == 4


def test_an_entry_of_the_feed_says_what_who_and_when(store: Store) -> None:
    with store.writing() as connection:
        three_records(connection)
        first, _, third, _ = feed.entries(connection, 0, 10)
    assert (third.topic, third.jurisdiction, third.revision_number) == ("kratom", "us-al", 1)
    assert (third.author, third.reviewer, third.note) == ("ana", "ben", "It was banned.")
    assert (third.at, third.payload_sha256) == (minutes(3), sha256_of(canonical_bytes(BANNED)))
    assert (first.author, first.reviewer) == ("legalmap", None)


@pytest.mark.parametrize(
    ("since", "limit", "topic", "newest_first", "expected"),
    [
        (0, 10, None, False, [1, 2, 3, 4]),
        (2, 10, None, False, [3, 4]),
        (4, 10, None, False, []),
        (99, 10, None, False, []),
        (0, 2, None, False, [1, 2]),
        (0, 2, None, True, [4, 3]),
        (0, 10, "kratom", False, [1, 2, 3]),
        (1, 1, "kratom", True, [3]),
        (0, 10, "7-oh", False, [4]),
        (0, 10, "tea", False, []),
    ],
)
def test_the_feed_is_read_from_any_number(
    store: Store,
    since: int,
    limit: int,
    topic: str | None,
    newest_first: bool,
    expected: list[int],
) -> None:
    with store.writing() as connection:
        three_records(connection)
        entries = feed.entries(connection, since, limit, topic=topic, newest_first=newest_first)
    assert [entry.feed_no for entry in entries] == expected


@pytest.mark.parametrize(("after", "expected"), [(0, 0), (1, 1), (2.5, 2), (4, 4), (99, 4)])
def test_an_instant_has_a_feed_number(store: Store, after: float, expected: int) -> None:
    with store.writing() as connection:
        three_records(connection)
        assert feed.head_at(connection, minutes(after)) == expected


def test_the_chain_of_hashes_can_be_walked_again(store: Store) -> None:
    with store.writing() as connection:
        three_records(connection)
        before = NO_HASH
        for entry in feed.walk(connection):
            fields = feed.publication_entry(
                entry.feed_no,
                entry.topic,
                entry.jurisdiction,
                entry.revision_number,
                entry.payload_sha256,
                entry.at,
            )
            assert entry.prev_sha256 == before
            assert entry.sha256 == feed.publication_hash(fields, before)
            assert entry.payload_sha256 == entry.stored_payload_sha256
            assert sha256_of(entry.payload.encode()) == entry.payload_sha256
            before = entry.sha256


def test_the_walk_says_which_publications_were_reviewed(store: Store) -> None:
    with store.writing() as connection:
        three_records(connection)
        reviewed = [entry.reviewed for entry in feed.walk(connection)]
    assert reviewed == [False, False, True, False]


def test_the_hash_of_a_publication_is_fixed_for_ever() -> None:
    """Anybody can compute it: SHA-256 over the hash before, a line break, and this JSON."""
    entry = feed.publication_entry(3, "kratom", "us-al", 1, "c" * 64, NOW)
    said = (
        '{"at":"2026-11-23T12:00:00.000000+00:00","feed_no":3,"jurisdiction":"us-al",'
        f'"payload_sha256":"{"c" * 64}","revision":1,"topic":"kratom"}}'
    )
    assert json.loads(said) == entry
    expected = hashlib.sha256(f"{'b' * 64}\n{said}".encode()).hexdigest()
    assert feed.publication_hash(entry, "b" * 64) == expected


def test_the_hash_does_not_depend_on_the_zone_of_the_clock() -> None:
    there: datetime = NOW.astimezone(timezone(timedelta(hours=-6)))
    here, away = (
        feed.publication_entry(1, "kratom", "us-al", 0, "c" * 64, at) for at in (NOW, there)
    )
    assert here == away


@pytest.mark.parametrize("part", ["feed_no", "topic", "jurisdiction", "revision", "at"])
def test_the_hash_covers_every_part(part: str) -> None:
    entry = feed.publication_entry(1, "kratom", "us-al", 0, "c" * 64, NOW)
    changed = {**entry, part: "other"}
    assert feed.publication_hash(entry, NO_HASH) != feed.publication_hash(changed, NO_HASH)
    assert feed.publication_hash(entry, NO_HASH) != feed.publication_hash(entry, "1" * 64)


def test_publishing_on_a_base_that_is_not_current_changes_nothing(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)
        late = a_proposal(connection, genesis, REGULATED)
        a_publication(connection, genesis, BANNED)
    with pytest.raises((Stale, sa.exc.IntegrityError)), store.writing() as connection:
        approved(connection, late)
    with store.reading() as connection:
        assert numbers(connection) == [1, 2]
        assert refreshed(connection, late).decision is None
        assert legal_statuses.stored(connection)[0]["status"] == "banned"


def test_a_record_that_moves_within_the_publishing_is_stale(store: Store) -> None:
    """The pointer is compared and swapped in one statement, whatever was checked before."""
    with store.writing() as connection:
        genesis = a_record(connection)
        published = a_publication(connection, genesis)
        with pytest.raises(Stale, match="from revision 0, published now is revision 1"):
            feed._swap(connection, a_proposal(connection, genesis))
        assert refreshed(connection, published).is_current
