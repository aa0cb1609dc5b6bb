"""Readers on a real replica: what it has not heard of yet, and what it cannot say, the primary says."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import psycopg
import pytest

from legalmap.domain.errors import Unusable
from legalmap.services.core import replicas
from legalmap.services.core.replicas import Replica
from legalmap.services.core.tracker import Tracker
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from legalmap.store.schema import migrate, require_current
from tests.build import a_payload, a_period
from tests.patience import soon
from tests.services.editions.test_editions import publish
from tests.store.build import counted_queries, seed
from tests.store.clusters import Cluster, cluster

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def servers(postgres_server: object) -> Iterator[list[Cluster]]:
    """A primary and the replica that follows it."""
    with cluster(followed_by_replica=True) as servers:
        seed(servers[0].url())
        assert soon(lambda: fits(servers[1].url()))
        yield servers


def fits(url: str) -> bool:
    """Whether the tables of this code have come to a database."""
    store = Store(url)
    try:
        require_current(store)
    except Unusable:
        return False
    finally:
        store.close()
    return True


@pytest.fixture
def stores(servers: list[Cluster]) -> Iterator[list[Store]]:
    """The two databases."""
    with ExitStack() as undo:
        opened = [Store(server.url()) for server in servers]
        for store in opened:
            undo.callback(store.close)
        yield opened


@pytest.fixture
def reader(stores: list[Store]) -> Reader:
    """Readers are sent to the replica, publications go to the primary."""
    publish(stores[0], "us", a_payload())
    return Reader(Tracker(stores[0], replica=stores[1]))


def says(reader: Reader, code: str = "us") -> str | None:
    """What holds, by the newest edition."""
    return reader.edition("kratom").resolve(reader.tracker.place(code), DAY).status


def caught_up(reader: Reader) -> bool:
    """Whether the replica has come as far as the primary."""
    with ExitStack() as stack:
        replica = reader.tracker._replica
        assert replica is not None
        return replica.caught_up(stack, reader.head()) is not None


def replay(server: Cluster, act: str) -> None:
    """Let a replica stand still (pause) or go on (resume)."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"SELECT pg_wal_replay_{act}()".encode())


def test_readers_are_served_by_the_replica(reader: Reader, stores: list[Store]) -> None:
    assert soon(lambda: caught_up(reader))
    with counted_queries(stores[1]) as sent:
        reader.edition("kratom", "1").resolve(reader.tracker.place("us"), DAY)
    assert sent


def test_a_replica_that_lags_hides_no_publication(
    reader: Reader, stores: list[Store], servers: list[Cluster]
) -> None:
    assert soon(lambda: caught_up(reader))
    says(reader)
    replay(servers[1], "pause")
    try:
        for status in ("banned", "regulated", "banned"):
            publish(stores[0], "us", a_payload(a_period(None, status)))
            assert says(reader) == status
        assert not caught_up(reader)
    finally:
        replay(servers[1], "resume")
    assert soon(lambda: caught_up(reader))
    assert says(reader) == "banned"


def test_without_its_replica_a_tracker_goes_on(
    reader: Reader, stores: list[Store], servers: list[Cluster], caplog: pytest.LogCaptureFixture
) -> None:
    assert soon(lambda: caught_up(reader))
    says(reader)
    servers[1].stop()
    try:
        publish(stores[0], "us-fl", a_payload(a_period(None, "banned")))
        assert says(reader, "us-fl") == "banned"
        assert "Readers are sent to the primary" in caplog.text
    finally:
        servers[1].start()


@pytest.mark.parametrize("came_to", [None, "0002"])
def test_a_replica_that_a_migration_has_not_reached_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, came_to: str | None
) -> None:
    monkeypatch.setattr(replicas, "PAUSE_SECONDS", 0.0)
    store = Store(f"sqlite:///{tmp_path / 'replica.sqlite3'}")
    replica = Replica(store)
    if came_to:
        migrate(store, came_to)
    with ExitStack() as stack:
        assert replica.caught_up(stack, 0) is None
    migrate(store)
    with ExitStack() as stack:
        assert replica.caught_up(stack, 0) is not None
    store.close()
