"""Many entries at once: each held against the codebook, a batch in memory, all or nothing."""

from collections.abc import Iterator

import msgspec
import pytest

from legalmap.domain.accounts import SYSTEM_HANDLE
from legalmap.domain.errors import Invalid
from legalmap.services import appending, checking
from legalmap.services.tracker import Tracker
from legalmap.store import bulk
from legalmap.store.bulk import Entry
from legalmap.store.engine import Store
from tests.build import a_payload, a_period
from tests.store.build import NOW, contents, person

CODES = ["us", "th", "us-al", "us-ca", "us-fl", "us-wv", "hk"]
BAD = [
    ("a status outside the codebook", {"payload": a_payload(a_period(None, "lgeal"))}, "periods.0.status"),
    ("a period without a source", {"payload": a_payload(a_period(sources=()))}, "periods.0.sources"),
    ("an answer outside the codebook", {"payload": a_payload(a_period(answers={"colour": "red"}))}, "periods.0.answers.colour"),
    ("an unknown topic", {"topic": "tea"}, "There is no topic “tea”"),
    ("a place twice", {"jurisdiction": "us"}, "There is a record already"),
]  # fmt: skip


def entries(tracker: Tracker) -> list[Entry]:
    """Revision 0 of seven records."""
    with tracker.store.reading() as connection:
        system = person(connection, SYSTEM_HANDLE)
    fields = {"topic": "kratom", "payload": a_payload(), "author": system, "at": NOW}
    return [Entry(jurisdiction=code, **fields) for code in CODES]


def appended(tracker: Tracker, found: Iterator[Entry]) -> list[int]:
    """The sizes of the batches."""
    told: list[int] = []
    with tracker.store.writing() as connection:
        appending.append(connection, tracker, found, lambda _what, how_many: told.append(how_many))
    return told


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "BATCH", 3)


@pytest.mark.both_databases
@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize(("bad", "says"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_entry_in_a_late_batch_leaves_nothing_of_the_earlier_ones(
    store: Store, bad: dict[str, object], says: str
) -> None:
    tracker = Tracker(store)
    found = entries(tracker)
    found[4] = msgspec.structs.replace(found[4], **bad)
    with store.reading() as connection:
        before = contents(connection)
    with pytest.raises(Invalid) as caught:
        appended(tracker, iter(found))
    (problem,) = caught.value.problems
    assert problem.field.startswith(f"entry 5 ({found[4].topic}/{found[4].jurisdiction})")
    assert says in f"{problem.field} {problem.message}"
    with store.reading() as connection:
        assert contents(connection) == before


@pytest.mark.usefixtures("small_batches")
def test_no_more_than_a_batch_is_in_memory(sqlite_store: Store) -> None:
    tracker = Tracker(sqlite_store)
    taken, written = 0, 0

    def counted() -> Iterator[Entry]:
        nonlocal taken
        for entry in entries(tracker):
            taken += 1
            assert taken - written <= bulk.BATCH
            yield entry

    def count(_what: str, how_many: int) -> None:
        nonlocal written
        written += how_many

    with sqlite_store.writing() as connection:
        assert appending.append(connection, tracker, counted(), count) == len(CODES)
    assert written == taken == len(CODES)


@pytest.mark.usefixtures("small_batches")
def test_what_was_appended_is_sound(store: Store) -> None:
    tracker = Tracker(store)
    assert appended(tracker, iter(entries(tracker))) == [3, 3, 1]
    assert checking.check(tracker) == []


def test_contents_are_written_in_the_one_way_there_is(sqlite_store: Store) -> None:
    tracker = Tracker(sqlite_store)
    loose = a_payload(a_period(answers={"min_age": 18.0}))
    first = msgspec.structs.replace(entries(tracker)[0], payload=loose)
    appended(tracker, iter([first]))
    with sqlite_store.reading() as connection:
        (stored,) = contents(connection)["revision"]
    assert '"min_age":18}' in stored
