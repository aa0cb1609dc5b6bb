"""Records and the feed: what goes in comes back, now and as it was at any number of the feed."""

import hashlib
import json
from datetime import date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from legalmap.domain.errors import Stale
from legalmap.domain.moderation import State, Verdict
from legalmap.domain.payload import NOT_RESEARCHED, canonical_bytes, sha256_of
from legalmap.store import feed, records, statuses
from legalmap.store.engine import Connection, Store
from legalmap.store.tables import metadata
from legalmap.store.tables.records import NO_HASH
from tests.build import a_payload, a_period, a_source
from tests.store.build import (
    NOW,
    a_proposal,
    a_publication,
    a_record,
    a_review,
    an_unresearched_record,
    approved,
    counted_queries,
    minutes,
    person,
    refreshed,
)

BANNED = a_payload(a_period("2016-05", "banned"))
REGULATED = a_payload(a_period("2020", "regulated"))


def numbers(connection: Connection, topic: str | None = None) -> list[int]:
    """The numbers of the whole feed."""
    return [entry.feed_no for entry in feed.entries(connection, 0, 1000, topic=topic)]


def three_records(connection: Connection) -> None:
    """Feed: 1 us-al, 2 us-fl, 3 us-al again, 4 us-fl of another topic, a minute apart."""
    alabama = a_record(connection, "us-al", at=minutes(1))
    a_record(connection, "us-fl", REGULATED, at=minutes(2))
    a_publication(connection, alabama, BANNED, at=minutes(3))
    a_record(connection, "us-fl", topic="7-oh", at=minutes(4))


def test_there_is_no_record_until_one_is_made(store: Store) -> None:
    with store.reading() as connection:
        assert records.find(connection, "kratom", "us-al") is None
        assert records.revision_by_id(connection, 1) is None
        assert records.revisions_of(connection, 1) == []
        assert feed.head(connection) == 0
        assert numbers(connection) == []
        assert list(feed.published_at(connection, "kratom", 0)) == []


@pytest.mark.parametrize("lock", [False, True])
def test_a_record_is_found_by_its_topic_and_place(store: Store, lock: bool) -> None:
    with store.writing() as connection:
        three_records(connection)
        found = records.find(connection, "kratom", "us-al", lock=lock)
        assert found is not None
        assert (found.topic, found.jurisdiction, found.current_number) == ("kratom", "us-al", 1)
        assert records.lock_by_id(connection, found.id) == found.current_revision_id
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
        assert statuses.stored(connection) == []


def test_a_published_proposal_tells_all_that_happened_to_it(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)
        proposal = a_proposal(connection, genesis, BANNED, note="HB 1 passed.", at=minutes(1))
        a_review_id = a_review(connection, proposal, comment="Checked.", at=minutes(2))
        feed.publish(connection, proposal, a_review_id, minutes(3))
        found = refreshed(connection, proposal)
    assert (found.number, found.base_id, found.base_number) == (1, genesis.id, 0)
    assert (found.author, found.kind, found.note) == ("ana", "edit", "HB 1 passed.")
    assert (found.created_at, found.submitted_at) == (minutes(1), minutes(1))
    assert found.decision is not None
    assert (found.decision.verdict, found.decision.reviewer) == (Verdict.APPROVE, "ben")
    assert (found.decision.at, found.comment) == (minutes(2), "Checked.")
    assert (found.published_at, found.feed_no, found.is_current) == (minutes(3), 2, True)
    assert found.withdrawn_at is None
    assert not found.base_is_current


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
        made = [a_proposal(connection, base).number for base in (one, other, one, one, other)]
    assert made == [1, 1, 2, 3, 2]


def test_the_revisions_of_a_record_come_newest_first(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection, "us-al")
        for _ in range(3):
            a_proposal(connection, genesis)
        a_proposal(connection, a_record(connection, "us-fl"))
        found = records.revisions_of(connection, genesis.record_id)
    assert [revision.number for revision in found] == [3, 2, 1, 0]


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
        found = feed.entries(connection, since, limit, topic=topic, newest_first=newest_first)
    assert [entry.feed_no for entry in found] == expected


@pytest.mark.parametrize(("after", "expected"), [(0, 0), (1, 1), (2.5, 2), (4, 4), (99, 4)])
def test_an_instant_has_a_feed_number(store: Store, after: float, expected: int) -> None:
    with store.writing() as connection:
        three_records(connection)
        assert feed.head_at(connection, minutes(after)) == expected


@pytest.mark.parametrize(
    ("feed_no", "expected"),
    [
        (0, {}),
        (1, {"us-al": "legal"}),
        (2, {"us-al": "legal", "us-fl": "regulated"}),
        (3, {"us-al": "banned", "us-fl": "regulated"}),
        (4, {"us-al": "banned", "us-fl": "regulated"}),
        (99, {"us-al": "banned", "us-fl": "regulated"}),
    ],
)
def test_what_readers_saw_at_a_feed_number(
    store: Store, feed_no: int, expected: dict[str, str]
) -> None:
    with store.writing() as connection:
        three_records(connection)
        seen = list(feed.published_at(connection, "kratom", feed_no))
    assert {entry.jurisdiction: content.periods[0].status for entry, content in seen} == expected
    assert [entry.jurisdiction for entry, _ in seen] == sorted(expected)


def test_the_chain_of_hashes_can_be_walked_again(store: Store) -> None:
    with store.writing() as connection:
        three_records(connection)
        before = NO_HASH
        for entry in feed.walk(connection):
            said = feed.publication_entry(
                entry.feed_no,
                entry.topic,
                entry.jurisdiction,
                entry.revision_number,
                entry.payload_sha256,
                entry.at,
            )
            assert entry.prev_sha256 == before
            assert entry.sha256 == feed.publication_hash(said, before)
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
        assert statuses.stored(connection)[0]["status"] == "banned"


def test_a_record_that_moves_within_the_publishing_is_stale(store: Store) -> None:
    """The pointer is compared and swapped in one statement, whatever was checked before."""
    with store.writing() as connection:
        genesis = a_record(connection)
        published = a_publication(connection, genesis)
        with pytest.raises(Stale, match="from revision 0, published now is revision 1"):
            records._swap(connection, a_proposal(connection, genesis))
        assert refreshed(connection, published).is_current


def test_legal_status_has_a_row_for_every_period(store: Store) -> None:
    first = a_period(None, "legal", until="2016")
    second = a_period("2016-05", "banned", force="enjoined", answers={"min-age": 18}, sources=())
    with store.writing() as connection:
        a_record(connection, "us-al", a_payload(first, second))
        rows = statuses.stored(connection)
    same = {
        "topic": "kratom",
        "jurisdiction_code": "us-al",
        "last_verified": date(2026, 11, 1),
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
        rows = statuses.stored(connection)
    found = [(row["topic"], row["jurisdiction_code"], row["revision_number"]) for row in rows]
    assert found == [("7-oh", "us-al", 0), ("kratom", "us-al", 1), ("kratom", "us-fl", 0)]


def test_a_proposal_is_not_in_legal_status(store: Store) -> None:
    with store.writing() as connection:
        a_proposal(connection, a_record(connection), BANNED)
        assert [row["status"] for row in statuses.stored(connection)] == ["legal"]


def test_legal_status_can_be_written_anew_and_comes_back_the_same(store: Store) -> None:
    with store.writing() as connection:
        three_records(connection)
        rows = statuses.stored(connection)
        connection.execute(metadata.tables["legal_status"].update().values(status="wrong"))
        statuses.replace(connection, rows)
        assert statuses.stored(connection) == rows
        statuses.replace(connection, [])
        assert statuses.stored(connection) == []


def test_the_rows_that_follow_from_a_revision_are_the_rows_that_are_stored(store: Store) -> None:
    with store.writing() as connection:
        a_record(connection, "us-al", BANNED)
        expected = statuses.rows_of("kratom", "us-al", 0, BANNED)
        assert statuses.stored(connection) == expected


def test_every_record_is_listed_at_the_revision_it_stands_at(store: Store) -> None:
    with store.writing() as connection:
        three_records(connection)
        an_unresearched_record(connection, "us-wv")
        found = [
            (topic, code, number, bool(genesis), feed_no)
            for topic, code, number, _, genesis, feed_no in statuses.current_revisions(connection)
        ]
    assert found == [
        ("7-oh", "us-fl", 0, True, 4),
        ("kratom", "us-al", 1, False, 3),
        ("kratom", "us-fl", 0, True, 2),
        ("kratom", "us-wv", 0, True, None),
    ]


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
