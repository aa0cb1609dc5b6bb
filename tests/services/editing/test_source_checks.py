"""Links by how many records rest on them, and one batch of checks by one link."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from legalmap.domain.desk.queue import QueueFilter
from legalmap.domain.errors import Invalid, LegalmapError, Missing, NothingChanged, Stale
from legalmap.domain.law.diff import diff
from legalmap.domain.people.accounts import Account
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import batches, source_checks
from legalmap.services.editing.source_checks import Chosen
from legalmap.services.editions import contents
from legalmap.services.reading.reader import Reader
from legalmap.services.reviewing import queue
from legalmap.store.engine import Store
from tests.build import a_payload, a_period, a_source
from tests.services.build import decide, person
from tests.services.build import propose as propose_for
from tests.store.build import a_record, counted_queries

TODAY = date(2026, 11, 23)
GAZETTE, OWN = "https://gazette.example/all", "https://law.example/own"
BOTH = a_period(sources=(a_source(GAZETTE, title="The gazette"), a_source(OWN)))
ONE = a_period(sources=(a_source(GAZETTE, title="The gazette"),))
CHOSEN = [Chosen("kratom", "us-al", 0), Chosen("kratom", "us-ca", 0), Chosen("7-oh", "us-al", 0)]


@pytest.fixture
def reader(store: Store) -> Iterator[Reader]:
    """Four records, of which three rest on the gazette."""
    with store.writing() as connection:
        a_record(connection, "us-al", a_payload(BOTH))
        old = {"last_verified": date(2020, 1, 1), "verified_how": "checked"}
        a_record(connection, "us-ca", a_payload(ONE, **old))
        a_record(connection, "us-al", a_payload(ONE), topic="7-oh")
        a_record(connection, "th", a_payload(a_period(sources=(a_source(OWN),))))
    with time_machine.travel(TODAY, tick=False):
        yield Reader(Tracker(store))


@pytest.fixture
def ana(reader: Reader) -> Account:
    return person(reader.tracker, "ana")


# What is looked for, and the links that have it.
SEARCHES = [
    ("nothing in particular", {}, [(GAZETTE, 3, 1), (OWN, 2, 0)]),
    ("a word of the title", {"words": "GAZETTE the"}, [(GAZETTE, 3, 1)]),
    ("a word of the link", {"words": "own"}, [(OWN, 2, 0)]),
    ("a host", {"host": "law.example"}, [(OWN, 2, 0)]),
    ("the end of a host", {"host": "example"}, [(GAZETTE, 3, 1), (OWN, 2, 0)]),
    ("a part of a word is no host", {"host": "aw.example"}, []),
    ("what nobody cites", {"words": "nowhere"}, []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "expected"), [row[1:] for row in SEARCHES], ids=[row[0] for row in SEARCHES]
)
def test_links_come_by_how_many_records_rest_on_them(
    reader: Reader, ana: Account, asked: dict[str, str], expected: list[tuple[str, int, int]]
) -> None:
    links = source_checks.links(reader, ana, **asked)
    assert [(link.url, link.records, link.due) for link in links] == expected


def test_a_link_shows_its_records_what_is_due_first(reader: Reader, ana: Account) -> None:
    source, records = source_checks.resting_on(reader, ana, GAZETTE)
    assert source.title == "The gazette"
    assert [(record.topic, record.place.code, record.others) for record in records] == [
        ("kratom", "us-ca", 0),
        ("7-oh", "us-al", 0),
        ("kratom", "us-al", 1),
    ]
    with pytest.raises(Missing):
        source_checks.resting_on(reader, ana, "https://nowhere.example")


def test_one_link_verifies_many_records_as_one_batch(reader: Reader, ana: Account) -> None:
    proposals = source_checks.verify(reader, ana, GAZETTE, CHOSEN)
    (batch,) = {proposal.batch for proposal in proposals}
    assert batches.opened(reader.tracker, ana, batch).left == 3
    before = reader.edition("kratom").records["us-al"].payload
    after = next(e for e in proposals if (e.topic, e.jurisdiction) == ("kratom", "us-al")).payload
    changed = [change.field for change in diff(before, after)]
    assert changed == [f"periods.start.sources.{GAZETTE}.accessed_on", "last_verified"]
    assert {proposal.kind for proposal in proposals} == {"verify"}


@pytest.mark.both_databases
def test_every_one_is_decided_by_itself(reader: Reader, ana: Account) -> None:
    proposals = source_checks.verify(reader, ana, GAZETTE, CHOSEN)
    decide(reader.tracker, proposals[0])
    batch = batches.opened(reader.tracker, ana, proposals[0].batch or "")
    assert batch.left == 2
    _, records = source_checks.resting_on(reader, ana, GAZETTE)
    assert [record.is_open for record in records] == [False] * 3, "Checked today, or waiting."


# What is ticked, the error, and why nothing is sent.
REFUSED = [
    ("nothing", [], Invalid),
    ("a record that does not rest on it", [Chosen("kratom", "th", 0)], Invalid),
    ("no record", [Chosen("kratom", "us-wv", 0)], Invalid),
    ("no topic", [Chosen("tea", "us-al", 0)], Missing),
    ("another revision than was on screen", [*CHOSEN, Chosen("kratom", "us-al", 7)], Stale),
    ("too many at once", [Chosen("kratom", "us-al", n) for n in range(201)], Invalid),
]  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "error"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_all_are_sent_or_none(
    reader: Reader, ana: Account, chosen: list[Chosen], error: type[LegalmapError]
) -> None:
    with pytest.raises(error):
        source_checks.verify(reader, ana, GAZETTE, chosen)
    assert queue.page(reader.tracker, ana, QueueFilter()).lines == []


def test_what_was_checked_today_is_told(reader: Reader, ana: Account) -> None:
    decide(reader.tracker, source_checks.verify(reader, ana, GAZETTE, CHOSEN[:1])[0])
    with pytest.raises(NothingChanged, match="kratom/us-al"):
        source_checks.verify(reader, ana, GAZETTE, [Chosen("kratom", "us-al", 1)])


def test_a_record_that_moved_on_sends_nothing(reader: Reader, ana: Account) -> None:
    decide(reader.tracker, propose_for(reader.tracker, by="cleo"))
    with pytest.raises(Invalid, match="does not rest on this link"):
        source_checks.verify(reader, ana, GAZETTE, CHOSEN)


def test_sources_take_as_many_queries_for_one_record_as_for_all(store: Store) -> None:
    def queries() -> int:
        reader = Reader(Tracker(store))
        ana = person(reader.tracker, "ana")
        for topic in reader.tracker.topics:
            reader.edition(topic)
        with counted_queries(store) as sent:
            source_checks.links(reader, ana)
            source_checks.resting_on(reader, ana, GAZETTE)
        return len(sent)

    with store.writing() as connection:
        a_record(connection, "us", a_payload(ONE))
    few = queries()
    with store.writing() as connection:
        for code in ("us-al", "us-ca", "us-fl", "us-wv", "th"):
            a_record(connection, code, a_payload(ONE))
    assert queries() == few


def test_a_map_too_large_for_memory_is_read_in_steps_and_not_one_by_one(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "KEPT_PAYLOADS", 1)
    monkeypatch.setattr(source_checks, "STEP", 3)
    with store.writing() as connection:
        for code in ("us", "us-al", "us-ca", "us-fl", "us-wv", "th"):
            a_record(connection, code, a_payload(ONE))
    reader = Reader(Tracker(store))
    ana = person(reader.tracker, "ana")
    for topic in reader.tracker.topics:
        reader.edition(topic)
    with counted_queries(store) as sent:
        (link,) = source_checks.links(reader, ana)
    assert link.records == 6
    assert sum("payload" in statement for statement in sent) == 2
