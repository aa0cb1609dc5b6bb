"""The log of acts: in the order they happened, with labels that outlive what they name."""

from typing import Any

from legalmap.store import accounts, log
from legalmap.store.engine import Connection, Store
from tests.store.build import minutes, person


def an_event(connection: Connection, action: str = "propose", **changed: Any) -> None:
    """Append one event by ana."""
    fields: dict[str, Any] = {
        "at": minutes(0),
        "actor_id": person(connection, "ana").id,
        "actor_label": "ana",
        "action": action,
        "subject_kind": "revision",
        "subject_id": "7",
        "subject_label": "kratom/us-al revision 1",
        **changed,
    }
    log.append(connection, **fields)


def test_an_event_comes_back_as_it_was_written(store: Store) -> None:
    data = {"note": "Gewöhnlich — “ok”", "feed_no": 3, "list": [1, None]}
    with store.writing() as connection:
        an_event(connection, at=minutes(5), data=data)
        (event,) = log.newest(connection, 10)
    assert (event.at, event.actor_label, event.action) == (minutes(5), "ana", "propose")
    assert (event.subject_kind, event.subject_id) == ("revision", "7")
    assert event.subject_label == "kratom/us-al revision 1"
    assert event.data == data


def test_an_event_needs_no_data_and_no_actor(store: Store) -> None:
    with store.writing() as connection:
        an_event(connection, actor_id=None, actor_label="legalmap")
        (event,) = log.newest(connection, 10)
    assert event.data == {}


def test_the_newest_events_come_first_and_no_more_than_asked(store: Store) -> None:
    with store.writing() as connection:
        for action in ("propose", "review", "publish"):
            an_event(connection, action)
        assert [event.action for event in log.newest(connection, 2)] == ["publish", "review"]


def test_the_events_of_one_thing_come_oldest_first(store: Store) -> None:
    with store.writing() as connection:
        an_event(connection, "propose")
        an_event(connection, "other-number", subject_id="8")
        an_event(connection, "other-kind", subject_kind="account")
        an_event(connection, "review")
        found = log.of_subject(connection, "revision", "7")
    assert [event.action for event in found] == ["propose", "review"]


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
