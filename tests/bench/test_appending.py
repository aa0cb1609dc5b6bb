"""The tables that measurements are made on hold what people would have made, row by row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legalmap import clock
from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.law.payload import NOT_RESEARCHED, Payload
from legalmap.domain.people.accounts import SYSTEM_HANDLE
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals
from legalmap.services.editing.proposals import Proposal
from legalmap.services.reviewing import review
from legalmap.store.engine import Connection, Store
from legalmap.store.history import feed, records
from legalmap.store.tables import metadata
from tests.bench import appending
from tests.bench.appending import Entry, Reviewed
from tests.build import a_payload, a_period, the_topic
from tests.store.build import NOW, contents, minutes, person

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
    made = proposals.submit(tracker, person(connection, step["author"]), proposal)
    if step["verdict"] is not None:
        review.decide(
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
    """The same history in batches of ``size``."""
    tracker = Tracker(Pinned(store, connection))
    appending.append(connection, tracker, _entries(connection, steps), size)


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
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=histories(), size=st.sampled_from([1, 2, 5, 100]))
def test_many_at_once_write_the_rows_that_one_by_one_writes(
    store: Store, steps: list[dict[str, Any]], size: int
) -> None:
    """Every table: ids, hashes, the chain, authors, the log, legal_status and the courses."""
    expected = taken_back(store, lambda connection: one_by_one(store, connection, steps))
    found = taken_back(store, lambda connection: all_at_once(store, connection, steps, size))
    assert found == expected
