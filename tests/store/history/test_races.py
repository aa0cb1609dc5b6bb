"""Many at once: one wins where one can, nothing is lost, and readers see the feed in order."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
import sqlalchemy as sa

from legalmap.domain.errors import Stale
from legalmap.store.engine import Connection, Store
from legalmap.store.history import feed, records, submissions
from legalmap.store.tables import metadata
from tests.store.build import (
    NOW,
    a_proposal,
    a_record,
    a_review,
    approved,
    person,
    refreshed,
)

CODES = ["us", "th", "cn", "hk", "us-pr", "us-al", "us-ca", "us-fl"]
LOST = (Stale, sa.exc.IntegrityError)


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Do all acts at the same moment, each in a thread; gives what each returned or raised."""
    ready = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        ready.wait(timeout=30)
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - what went wrong is what is tested
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def approve(store: Store, revision_id: int, by: str = "ben") -> int:
    """Approve and publish in one transaction, with no lock but what the store takes itself."""
    with store.writing() as connection:
        proposal = records.revision_by_id(connection, revision_id)
        assert proposal is not None
        return approved(connection, proposal, by=by)


def winners(results: list[object]) -> list[object]:
    """What the winners returned; everybody else must have lost in one of the expected ways."""
    unexpected = [found for found in results if not isinstance(found, (int, *LOST))]
    assert unexpected == []
    return [found for found in results if isinstance(found, int)]


def count(connection: Connection, table: str) -> int | None:
    """How many rows a table has."""
    return connection.scalar(sa.select(sa.func.count()).select_from(metadata.tables[table]))


def assert_sound(connection: Connection, length: int) -> None:
    """The feed has ``length`` entries, numbered and chained without gaps."""
    entries = feed.entries(connection, 0, 1000)
    assert [entry.feed_no for entry in entries] == list(range(1, length + 1))
    for before, after in pairwise(entries):
        assert after.prev_sha256 == before.sha256


def test_of_eight_approvals_on_one_base_exactly_one_wins(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)
        proposals = [a_proposal(connection, genesis).id for _ in range(8)]
    acts = [lambda each=each: approve(store, each) for each in proposals]
    assert winners(at_once(acts)) == [2]
    with store.reading() as connection:
        assert_sound(connection, 2)
        assert count(connection, "review") == 1
        published = [refreshed_number(connection, each) for each in proposals]
        assert sum(number is not None for number in published) == 1
        assert records.current_number(connection, genesis.record_id) in range(1, 9)


def refreshed_number(connection: Connection, revision_id: int) -> int | None:
    """The feed number of a revision, if it has one."""
    found = records.revision_by_id(connection, revision_id)
    assert found is not None
    return found.feed_no


def test_publications_of_different_records_all_get_a_number(store: Store) -> None:
    with store.writing() as connection:
        proposals = [a_proposal(connection, a_record(connection, code)).id for code in CODES]
    acts = [lambda each=each: approve(store, each) for each in proposals]
    assert sorted(winners(at_once(acts))) == list(range(9, 17))
    with store.reading() as connection:
        assert_sound(connection, 16)


@pytest.fixture
def prefixes(store: Store) -> Iterator[list[list[int]]]:
    """What two readers saw of the feed, again and again, while the test ran."""
    seen: list[list[int]] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            with store.reading() as connection:
                seen.append([entry.feed_no for entry in feed.entries(connection, 0, 1000)])

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        yield seen
        over.set()
        for reader in readers:
            reader.result(timeout=30)


def test_readers_always_see_the_feed_from_its_beginning(
    store: Store, prefixes: list[list[int]]
) -> None:
    """Who has seen number N has seen all before it: numbers are given in the order of commits."""

    def publish_thrice(code: str) -> int:
        with store.writing() as connection:
            current = a_record(connection, code)
        for _ in range(2):
            with store.writing() as connection:
                proposal = a_proposal(connection, current)
            approve(store, proposal.id)
            with store.reading() as connection:
                current = refreshed(connection, proposal)
        return 3

    acts = [lambda code=code: publish_thrice(code) for code in CODES[:4]]
    assert sum(winners(at_once(acts))) == 12
    assert len({len(seen) for seen in prefixes}) > 1, "the readers saw nothing happen"
    for seen in prefixes:
        assert seen == list(range(1, len(seen) + 1))


def test_a_number_is_seen_only_when_all_before_it_are(store: Store) -> None:
    """While one publication is not committed, the next one waits instead of overtaking it."""
    with store.writing() as connection:
        one = a_proposal(connection, a_record(connection, "us-al")).id
        other = a_proposal(connection, a_record(connection, "us-fl")).id
    with ThreadPoolExecutor(1) as pool:
        with store.writing() as connection:
            proposal = records.revision_by_id(connection, one)
            assert proposal is not None
            assert approved(connection, proposal) == 3
            overtaking = pool.submit(approve, store, other)
            with pytest.raises(TimeoutError):
                overtaking.result(timeout=0.3)
            with store.reading() as reader:
                assert feed.head(reader) == 2
        assert overtaking.result(timeout=30) == 4


def test_of_two_reviews_of_one_proposal_one_counts(store: Store) -> None:
    with store.writing() as connection:
        proposal = a_proposal(connection, a_record(connection))

    def review(by: str) -> int:
        with store.writing() as connection:
            return a_review(connection, proposal, by=by)

    acts = [lambda by=by: review(by) for by in ("ben", "cleo") * 4]
    assert len(winners(at_once(acts))) == 1
    with store.reading() as connection:
        assert count(connection, "review") == 1


def test_of_a_review_and_a_withdrawal_under_the_records_lock_one_counts(store: Store) -> None:
    with store.writing() as connection:
        proposal = a_proposal(connection, a_record(connection))

    def review() -> int:
        with store.writing() as connection:
            records.lock_by_id(connection, proposal.record_id)
            return a_review(connection, proposal)

    def withdraw() -> int:
        with store.writing() as connection:
            records.lock_by_id(connection, proposal.record_id)
            ana = person(connection, "ana").id
            submissions.withdraw(connection, proposal.id, ana, NOW, "")
            return 0

    assert len(winners(at_once([review, withdraw, review, withdraw]))) == 1
    with store.reading() as connection:
        assert count(connection, "review") + count(connection, "withdrawal") == 1


def test_proposals_under_the_records_lock_are_numbered_without_gaps(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)

    def propose() -> int:
        with store.writing() as connection:
            records.find(connection, "kratom", "us-al", lock=True)
            return a_proposal(connection, genesis).number

    assert sorted(winners(at_once([propose] * 8))) == list(range(1, 9))


def test_of_two_people_who_begin_a_record_one_does(store: Store) -> None:
    def begin() -> int:
        with store.writing() as connection:
            return a_record(connection, "us-wv").number

    assert winners(at_once([begin] * 4)) == [0]
    with store.reading() as connection:
        assert_sound(connection, 1)


def test_who_waited_for_a_record_finds_it_where_it_moved_to(store: Store) -> None:
    """An edit that is sent while another is being approved is told that the record moved on."""
    with store.writing() as connection:
        proposal = a_proposal(connection, a_record(connection))

    def find() -> int:
        with store.writing() as connection:
            record_found = records.find(connection, "kratom", "us-al", lock=True)
            assert record_found is not None, "the record was taken for one that is not there"
            return record_found.current_number

    with ThreadPoolExecutor(1) as pool:
        with store.writing() as connection:
            approved(connection, proposal)
            waiting = pool.submit(find)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
        assert waiting.result(timeout=30) == proposal.number
