"""The log of acts: in the order they happened, with labels that outlive what they name."""

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from legalmap.domain.events import Filter, Undeclared
from legalmap.store import log
from legalmap.store.engine import Connection, Store
from legalmap.store.people import accounts
from legalmap.store.tables import event as events_table
from tests.store.build import minutes, person


def an_event(
    connection: Connection,
    action: str = "publish",
    actor: str | None = None,
    subject: tuple[str, int | str, str] = ("revision", 7, "kratom/us-al revision 1"),
    at: datetime | None = None,
    **data: Any,
) -> None:
    """Append one event, by ana if nobody is named."""
    log.append(
        connection, actor or person(connection, "ana"), action, subject, at or minutes(0), **data
    )


def test_an_event_comes_back_as_it_was_written(store: Store) -> None:
    data = {"topic": "Gewöhnlich — “ok”", "feed_no": 3, "base": [1, None]}
    with store.writing() as connection:
        an_event(connection, at=minutes(5), **data)
        (event,) = log.newest(connection, 10)
    assert (event.at, event.actor_label, event.action) == (minutes(5), "ana", "publish")
    assert (event.subject_kind, event.subject_id) == ("revision", "7")
    assert event.subject_label == "kratom/us-al revision 1"
    assert event.data == data


def test_an_event_needs_no_data_and_no_actor(store: Store) -> None:
    with store.writing() as connection:
        an_event(connection, actor="legalmap")
        (event,) = log.newest(connection, 10)
    assert event.data == {}


def test_the_newest_events_come_first_and_no_more_than_asked(store: Store) -> None:
    with store.writing() as connection:
        for action in ("submit", "approve", "publish"):
            an_event(connection, action)
        assert [event.action for event in log.newest(connection, 2)] == ["publish", "approve"]


def test_an_event_keeps_the_name_its_actor_had_then(store: Store) -> None:
    with store.writing() as connection:
        an_event(connection)
        accounts.update(connection, person(connection, "ana").id, handle="former-member-1")
        assert log.newest(connection, 1)[0].actor_label == "ana"


def test_an_event_of_an_act_that_failed_is_not_there(store: Store) -> None:
    try:
        with store.writing() as connection:
            an_event(connection)
            raise KeyError
    except KeyError:
        pass
    with store.reading() as connection:
        assert log.newest(connection, 10) == []


def test_what_is_not_declared_is_not_written(store: Store) -> None:
    """So no service can let a secret slip into the log."""
    with pytest.raises(Undeclared), store.writing() as connection:
        an_event(connection, password="x")
    with store.reading() as connection:
        assert log.newest(connection, 10) == []


def kratom(place: str, **more: Any) -> dict[str, Any]:
    return {"topic": "kratom", "jurisdiction": place, **more}


FILTERS = [
    # Everything, newest first.
    (Filter(), [6, 5, 4, 3, 2, 1]),
    (Filter(actor="ben"), [2]),
    (Filter(action="submit"), [1]),
    (Filter(kind="account"), [4]),
    # A thing by its number, or by its name as it was.
    (Filter(kind="revision", subject="8"), [3]),
    (Filter(subject="dora"), [4]),
    # By topic and place, also where only the label of an older version tells them.
    (Filter(topic="kratom"), [5, 3, 2, 1]),
    (Filter(topic="7-oh"), [6]),
    (Filter(place="us-al"), [6, 5, 2, 1]),
    (Filter(topic="kratom", place="us-al"), [5, 2, 1]),
    (Filter(topic="kratom", place="us-a"), []),
    (Filter(topic="k%"), []),
    (Filter(place="us_al"), []),
    # From an instant to before another.
    (Filter(since=minutes(3)), [6, 5, 4, 3]),
    (Filter(until=minutes(3)), [2, 1]),
    (Filter(since=minutes(2), until=minutes(3), actor="ana"), []),
]


@pytest.fixture
def filled(store: Store) -> Store:
    """Six events: on two topics and places, an account, and one as the first version wrote them."""
    with store.writing() as connection:
        an_event(connection, "submit", at=minutes(1), **kratom("us-al"))
        an_event(connection, "approve", at=minutes(2), actor="ben", **kratom("us-al"))
        other = ("revision", 8, "kratom/us-ca revision 1")
        an_event(connection, at=minutes(3), subject=other, **kratom("us-ca"))
        dora = ("account", 4, "dora")
        an_event(connection, "account-disable", subject=dora, at=minutes(4))
        for minute, topic in ((5, "kratom"), (6, "7-oh")):
            old = ("revision", 9, f"{topic}/us-al revision 2")
            an_event(connection, subject=old, at=minutes(minute))
        rows = connection.execute(sa.select(events_table.c.topic).order_by(events_table.c.id))
        assert [row.topic for row in rows] == ["kratom"] * 3 + [None] * 3
    return store


@pytest.mark.parametrize(("wanted", "expected"), FILTERS)
def test_filters(filled: Store, wanted: Filter, expected: list[int]) -> None:
    with filled.reading() as connection:
        first = min(event.id for event in log.newest(connection, 10)) - 1
        matching = [event.id - first for event in log.newest(connection, 10, wanted)]
        walked = [event.id - first for event in log.oldest(connection, wanted, 0, first + 6)]
    assert matching == expected
    assert walked == expected[::-1]


def test_a_page_goes_on_before_an_id(filled: Store) -> None:
    with filled.reading() as connection:
        first = log.newest(connection, 2)
        second = log.newest(connection, 2, before=first[-1].id)
    ids = [event.id for event in first + second]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 4
