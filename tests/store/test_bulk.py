"""Many revisions at once: the same rows as one by one, and all of a batch or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legalmap import clock
from legalmap.domain.accounts import SYSTEM_HANDLE
from legalmap.domain.errors import Invalid
from legalmap.domain.moderation import Verdict
from legalmap.domain.payload import NOT_RESEARCHED, Payload
from legalmap.domain.risks import UNWEIGHED, Weight
from legalmap.services import appending, editing, reviewing
from legalmap.services.editing import Proposal
from legalmap.services.tracker import Tracker
from legalmap.store import bulk, feed, records, statuses
from legalmap.store.bulk import Entry, Reviewed
from legalmap.store.engine import Connection, Store
from legalmap.store.tables import metadata
from tests.build import a_payload, a_period, the_topic
from tests.depth import examples
from tests.store.build import NOW, contents, counted_queries, minutes, person

PLACES = [("kratom", "us-al"), ("kratom", "us-fl"), ("7-oh", "us-al")]
STATUSES = ("legal", "regulated", "banned")


class Pinned(Store):
    """A store whose every transaction is the same one: what services write can be taken back."""

    def __init__(self, store: Store, connection: Connection) -> None:
        self.__dict__.update(store.__dict__)
        self._connection = connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The one transaction there is."""
        yield self._connection

    writing = reading


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to a dozen steps: records begin, researched or not; proposals wait or are decided."""
    steps: list[dict[str, Any]] = []
    begun: set[tuple[str, str]] = set()
    for index in range(draw(st.integers(1, 12))):
        place = draw(st.sampled_from(PLACES))
        # Unlike all others, so that nothing is sent twice; periods repeat, as they do in life.
        since = draw(st.sampled_from([None, "2015", "2020-02"]))
        content = a_payload(
            a_period(since, draw(st.sampled_from(STATUSES)), answers={}), notes=f"{index}"
        )
        step: dict[str, Any] = {"place": place, "payload": content}
        # A clock may go back.
        step["at"] = minutes(draw(st.integers(-5, 5)) + index)
        if place not in begun:
            begun.add(place)
            steps.append({**step, "payload": draw(st.sampled_from([content, NOT_RESEARCHED]))})
            continue
        author, reviewer = draw(st.sampled_from([("ana", "ben"), ("ben", "cleo"), ("cleo", "ben")]))
        verdict = draw(st.sampled_from([None, *Verdict, Verdict.APPROVE]))
        steps.append({**step, "author": author, "reviewer": reviewer, "verdict": verdict})
    return steps


def one_by_one(store: Store, connection: Connection, steps: list[dict[str, Any]]) -> None:
    """The history as people make it: through the services, an act at a time."""
    tracker = Tracker(Pinned(store, connection))
    for step in steps:
        with patch.object(clock, "now", lambda at=step["at"]: at):
            _act(connection, tracker, step)


def _act(connection: Connection, tracker: Tracker, step: dict[str, Any]) -> None:
    topic, code = step["place"]
    if "author" not in step:
        _begin(connection, topic, code, step["payload"], step["at"])
        return
    record = records.find(connection, topic, code)
    assert record is not None
    proposal = Proposal(
        topic=topic,
        jurisdiction=code,
        base_number=record.current_number,
        payload=step["payload"],
        note="A law. ",
    )
    made = editing.submit(tracker, person(connection, step["author"]), proposal)
    if step["verdict"] is not None:
        reviewing.decide(
            tracker,
            person(connection, step["reviewer"]),
            made.id,
            step["verdict"],
            comment=" Seen.",
            payload_sha256=made.payload_sha256,
            **said(topic, step["verdict"]),
        )


def said(topic: str, verdict: Verdict) -> dict[str, tuple[str, ...]]:
    """What a verdict has to come with."""
    if verdict is not Verdict.APPROVE:
        return {"reasons": ("other",)}
    return {"checks": tuple(check.code for check in the_topic(topic).review.checklist)}


def _begin(connection: Connection, topic: str, code: str, content: Payload, at: datetime) -> None:
    system = person(connection, SYSTEM_HANDLE)
    made = records.insert_record(connection, topic, code, content, system.id, at)
    records.point_to_genesis(connection, *made)
    if content != NOT_RESEARCHED:
        revised = records.revision_by_id(connection, made[1])
        assert revised is not None
        feed.publish(connection, revised, None, at)


def all_at_once(
    store: Store, connection: Connection, steps: list[dict[str, Any]], size: int
) -> None:
    """The same history through ``bulk``, in batches of ``size``."""
    weigh = appending.weigher(Tracker(Pinned(store, connection)))
    first = 1
    with bulk.alone(connection):
        for batch in bulk.in_batches(_entries(connection, steps), size):
            bulk.append(connection, batch, weigh, first)
            first += len(batch)


def _entries(connection: Connection, steps: list[dict[str, Any]]) -> list[Entry]:
    numbers: dict[tuple[str, str], tuple[int, int]] = {}
    made = []
    for step in steps:
        place = step["place"]
        base, last = numbers.get(place, (0, -1))
        published = "author" not in step or step["verdict"] is Verdict.APPROVE
        numbers[place] = (last + 1 if published else base, last + 1)
        made.append(an_entry(connection, base=base, **step))
    return made


def unweighed(_entry: Entry, _base: Payload, _first_edit: bool) -> Weight:
    """Where the weight makes no difference."""
    return UNWEIGHED


def an_entry(
    connection: Connection,
    place: tuple[str, str] = ("kratom", "us-al"),
    *,
    payload: Payload,
    base: int = 0,
    at: datetime = NOW,
    author: str = "",
    reviewer: str = "",
    verdict: Verdict | None = None,
    comment: str = " Seen.",
    **_rest: Any,
) -> Entry:
    """Revision 0 of a record, or with an author a proposal, decided if there is a verdict."""
    fields: dict[str, Any] = {"topic": place[0], "jurisdiction": place[1], "at": at}
    if not author:
        return Entry(**fields, payload=payload, author=person(connection, SYSTEM_HANDLE))
    reviewed = None
    if verdict is not None:
        who = person(connection, reviewer)
        reviewed = Reviewed(
            reviewer=who, verdict=verdict, comment=comment, at=at, **said(place[0], verdict)
        )
    return Entry(
        **fields,
        payload=payload,
        author=person(connection, author),
        kind="edit",
        note="A law. ",
        base_number=base,
        reviewed=reviewed,
    )


def taken_back(store: Store, write: Any) -> dict[str, list[str]]:
    """What the tables hold after ``write``, which is then undone."""
    with store.engine.connect() as connection:
        connection.execution_options(legalmap_writes=True)
        transaction = connection.begin()
        _count_anew(connection)
        write(connection)
        found = contents(connection)
        transaction.rollback()
    # People are told of what happens now, not of a history that is loaded.
    return {table: rows for table, rows in found.items() if table not in ("notice", "outbox")}


def _count_anew(connection: Connection) -> None:
    """Sequences of PostgreSQL are not undone with the rows."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        if table.autoincrement_column is not None:
            last = connection.scalar(sa.select(sa.func.max(table.autoincrement_column))) or 0
            sequence = sa.func.pg_get_serial_sequence(table.name, "id")
            connection.execute(sa.select(sa.func.setval(sequence, last + 1, False)))


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=histories(), size=st.sampled_from([1, 2, 5, 100]))
def test_many_at_once_write_the_rows_that_one_by_one_writes(
    store: Store, steps: list[dict[str, Any]], size: int
) -> None:
    """Every table: ids, hashes, the chain, authors, the log, legal_status and the courses."""
    expected = taken_back(store, lambda connection: one_by_one(store, connection, steps))
    found = taken_back(store, lambda connection: all_at_once(store, connection, steps, size))
    assert found == expected


BANNED = a_payload(a_period("2020", "banned"))
EDIT = {"payload": BANNED, "author": "ana", "reviewer": "ben", "verdict": Verdict.APPROVE}
REFUSED = [
    ("a review of one's own work", {**EDIT, "author": "ben"}, "somebody else has to review it"),
    ("a reviewer who is no moderator", {**EDIT, "author": "ben", "reviewer": "ana"}, "Your role"),
    ("a base that is not current", {**EDIT, "base": 7}, "started from revision 7"),
    ("nothing new", {**EDIT, "payload": a_payload()}, "Nothing differs"),
    ("no reason given", {**EDIT, "verdict": Verdict.REJECT, "comment": ""}, "comment: Say why"),
    ("a record that is there", {"payload": BANNED}, "There is a record already"),
    ("no record", {**EDIT, "place": ("7-oh", "us-fl")}, "There is no record yet"),
]


@pytest.mark.parametrize(("bad", "says"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED])
def test_one_bad_entry_refuses_its_batch_and_is_named(
    sqlite_store: Store, bad: dict[str, Any], says: str
) -> None:
    store = sqlite_store
    with store.reading() as connection:
        before = contents(connection)
        good = an_entry(connection, payload=a_payload())
        after = an_entry(connection, ("kratom", "us-fl"), payload=BANNED)
        batch = [good, an_entry(connection, **bad), after]
    with pytest.raises(Invalid, match=says) as caught, store.writing() as connection:
        bulk.append(connection, batch, unweighed, first=11)
    where = f"entry 12 ({batch[1].topic}/{batch[1].jurisdiction})"
    assert all(problem.field.startswith(where) for problem in caught.value.problems)
    with store.reading() as connection:
        assert contents(connection) == before


def test_what_only_the_database_refuses_is_told_with_its_batch(store: Store) -> None:
    with store.reading() as connection:
        before = contents(connection)
        good = an_entry(connection, payload=BANNED)
        bad = an_entry(connection, ("kratom", "us-nowhere"), payload=BANNED)
    with pytest.raises(Invalid) as caught, store.writing() as connection:
        bulk.append(connection, [good, bad], unweighed, first=11)
    (problem,) = caught.value.problems
    assert problem.field == "entries 11 to 12"
    assert "The database refuses one of them" in problem.message
    assert "foreign key" in problem.message.lower()
    with store.reading() as connection:
        assert contents(connection) == before


def test_no_trigger_is_off_while_many_are_written(store: Store) -> None:
    """Were the checks of this module wrong, the database would still refuse a review of one's own."""
    own = {**EDIT, "author": "ben", "reviewer": "ben"}
    with store.reading() as connection:
        batch = [an_entry(connection, payload=a_payload()), an_entry(connection, **own)]
    with (
        patch.object(bulk, "_check_review"),
        pytest.raises(Invalid, match="refuses one of them"),
        store.writing() as connection,
        bulk.alone(connection),
    ):
        bulk.append(connection, batch, unweighed)


def test_a_batch_of_any_size_is_as_many_statements(store: Store) -> None:
    codes = ["us", "th", "us-al", "us-ca", "us-fl", "us-wv"]
    sent = {}
    for size in (2, 4):
        with store.writing() as connection:
            entries = [
                an_entry(connection, ("kratom", codes.pop()), payload=BANNED) for _ in range(size)
            ]
            with counted_queries(store) as queries:
                bulk.append(connection, entries, unweighed)
        sent[size] = len(queries)
    assert sent[2] >= sent[4]


def test_a_batch_that_says_nothing_of_a_record_leaves_it(store: Store) -> None:
    with store.writing() as connection:
        bulk.append(connection, [an_entry(connection, payload=BANNED)], unweighed)
    with store.writing() as connection:
        bulk.append(
            connection, [an_entry(connection, ("kratom", "us-fl"), payload=a_payload())], unweighed
        )
        bulk.append(connection, [], unweighed)
        rows = statuses.stored(connection)
    assert [(row["jurisdiction_code"], row["status"]) for row in rows] == [
        ("us-al", "banned"),
        ("us-fl", "legal"),
    ]


def test_items_come_in_batches_and_only_when_they_are_wanted() -> None:
    items = iter(range(10))
    batches = bulk.in_batches(items, 3)
    assert next(batches) == [0, 1, 2]
    assert next(items) == 3
    assert list(batches) == [[4, 5, 6], [7, 8, 9]]


def test_the_memory_given_to_loading_is_given_back(sqlite_store: Store) -> None:
    size = sa.text("PRAGMA cache_size")
    with sqlite_store.writing() as connection:
        before = connection.scalar(size)
        with bulk.alone(connection):
            assert connection.scalar(size) == -bulk.SQLITE_CACHE_KIB
        assert connection.scalar(size) == before


def test_nobody_else_writes_meanwhile(store: Store) -> None:
    """Readers go on and see nothing of it yet."""
    with store.writing() as connection, bulk.alone(connection):
        bulk.append(connection, [an_entry(connection, payload=BANNED)], unweighed)
        with store.reading() as reader:
            assert feed.head(reader) == 0
    with store.reading() as reader:
        assert feed.head(reader) == 1
