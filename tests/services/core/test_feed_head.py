"""The head of the feed is known without a query, exactly on SQLite, within moments on PostgreSQL."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from legalmap.domain.errors import Unusable
from legalmap.services.core import feed_head
from legalmap.services.core.feed_head import Head
from legalmap.services.core.tracker import Tracker
from legalmap.services.reading.reader import Reader
from legalmap.store import commit_watch
from legalmap.store.engine import Store
from tests.build import a_payload
from tests.patience import soon
from tests.services.editions.test_editions import publish
from tests.store.build import counted_queries

pytestmark = pytest.mark.both_databases


def url_of(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def other(store: Store) -> Iterator[Store]:
    """Another process's way to the same database."""
    second = Store(url_of(store))
    yield second
    second.close()


def test_before_the_first_publication_it_is_nought(store: Store) -> None:
    assert Head(store).now() == 0
    assert Head(store).newest() is None


def test_every_look_sees_what_others_published(store: Store, other: Store) -> None:
    """Without a listener each look asks PostgreSQL; SQLite's count of commits makes that needless."""
    head = Head(store)
    for number, code in enumerate(("us", "us-fl", "us-al"), start=1):
        publish(other, code, a_payload())
        assert head.now() == number


def test_sqlite_is_asked_only_when_somebody_has_committed(sqlite_store: Store) -> None:
    head = Head(sqlite_store)
    publish(sqlite_store, "us", a_payload())
    assert head.now() == 1
    with counted_queries(sqlite_store) as sent:
        assert [head.now() for _ in range(5)] == [1] * 5
    assert sent == []


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_who_listens_hears_of_a_publication_without_asking(store: Store, other: Store) -> None:
    head = Head(store, listen=True)
    assert soon(
        lambda: isinstance(head._watch, commit_watch.Notices) and head._watch._listening.is_set()
    )
    head.now()
    publish(other, "us", a_payload())
    assert soon(lambda: head.now() == 1)


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_a_lost_notice_is_made_up_for(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("legalmap.store.history.feed.announce", lambda *_said: None)
    head = Head(store, listen=True)
    head.now()
    publish(other, "us", a_payload())
    assert soon(lambda: head.now() == 1)


def test_an_exact_look_asks_although_nobody_told(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has just published must see it, whatever the notices do."""
    head = Head(store)
    head.now()
    monkeypatch.setattr(head._watch, "moved", lambda: False)
    publish(other, "us", a_payload())
    assert head.now() == 0
    assert head.now(exact=True) == 1


def test_while_the_database_is_away_the_last_head_stands(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And when it is back, what was published meanwhile shows."""
    monkeypatch.setattr(feed_head, "PAUSE_SECONDS", 0)
    publish(sqlite_store, "us", a_payload())
    head = Head(sqlite_store)
    assert head.now() == 1
    publish(sqlite_store, "us-fl", a_payload())
    true = head._look
    monkeypatch.setattr(head, "_look", _refuse)
    assert [head.now(), head.now()] == [1, 1]
    assert "Readers go on at feed number 1" in caplog.text
    assert caplog.text.count("Readers go on") == 1
    monkeypatch.setattr(head, "_look", true)
    assert head.now() == 2


def _refuse() -> None:
    raise Unusable("The database is gone.")


def test_a_database_that_was_never_there_is_an_error(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'none.sqlite'}")
    with pytest.raises(Unusable, match="cannot be read"):
        Head(store).now()
    store.close()


def test_a_publication_that_comes_during_a_look_is_not_missed(store: Store, other: Store) -> None:
    """Many readers, one writer: nobody who asks after a commit is told an earlier number."""
    reader = Reader(Tracker(store))
    reader.edition("kratom")
    committed, wrong = [0], []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            before = committed[0]
            if (feed_no := reader.edition("kratom").feed_no) < before:
                wrong.append((before, feed_no))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    for number in range(1, 16):
        publish(other, "us", a_payload(notes=f"{number}"))
        committed[0] = number
    done.set()
    for thread in readers:
        thread.join()
    assert wrong == []
    assert reader.head() == 15


def test_whether_all_is_still_is_known_without_waiting(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be known at once is no certainty: whoever asked goes and looks."""
    head = Head(sqlite_store)
    assert not head.still()
    head.now()
    assert head.still()
    publish(sqlite_store, "us", a_payload())
    assert not head.still()
    assert head.number == 0
    assert not head.still()
    assert head.now() == 1
    assert head.still()
    with head._lock:
        assert not head.still()

    def away() -> bool:
        raise Unusable("The database is away.")

    with monkeypatch.context() as gone:
        gone.setattr(head._watch, "moved", away)
        assert not head.still()
    assert head.now() == 1
    assert head.still()
