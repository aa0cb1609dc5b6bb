"""The queue: made by whoever comes first, absent without harm, and nothing in it can be run but tasks."""

import pickle
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from huey import Huey
from redis import Redis

from legalmap.jobs.task_queue import open_queue

MANY = 6


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a queue will be; nothing is there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jobs.sqlite3'}"
    if request.param == "redis":
        redis_url: str = request.getfixturevalue("redis_url")
        with Redis.from_url(redis_url) as emptied:
            emptied.flushall()
        return redis_url
    return request.getfixturevalue("postgres_server").create("queue")


@pytest.fixture
def opened() -> Iterator[Callable[[str], Huey]]:
    """Opens queues and gives their connections back at the end."""
    queues: list[Huey] = []

    def open_one(url: str) -> Huey:
        queues.append(open_queue(url))
        return queues[-1]

    yield open_one
    for queue in queues:
        queue.storage.close()


@pytest.mark.both_databases
def test_many_processes_may_begin_at_once(url: str, opened: Callable[[str], Huey]) -> None:
    queues, outputs = [opened(url) for _ in range(MANY)], []
    together = threading.Barrier(MANY)

    def begin(queue: Huey) -> None:
        together.wait()
        try:
            outputs.append(queue.pending_count())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a failure of this test
            outputs.append(error)

    threads = [threading.Thread(target=begin, args=(queue,)) for queue in queues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outputs == [0] * MANY


def test_who_may_not_make_tables_needs_not_once_they_are_there(
    request: pytest.FixtureRequest, opened: Callable[[str], Huey]
) -> None:
    url = request.getfixturevalue("postgres_server").create("queue")
    assert opened(url).pending_count() == 0
    with psycopg.connect(url) as connection:
        connection.execute("ALTER DATABASE queue SET default_transaction_read_only = on")
    assert opened(url).pending_count() == 0


AWAY = ["postgresql://127.0.0.1:1/nothing", "sqlite:////proc/nowhere/jobs.sqlite3"]


@pytest.mark.parametrize("url", AWAY)
def test_a_queue_that_is_away_is_noticed_when_it_is_used(url: str) -> None:
    """So that a site starts without it."""
    queue = open_queue(url)
    with pytest.raises(Exception, match=r"unable to open|connection failed"):
        queue.pending_count()


def test_a_message_comes_back_as_it_was(url: str, opened: Callable[[str], Huey]) -> None:
    queue, done = opened(url), []
    task = queue.task(name="deliver")(done.append)
    now = datetime.now(UTC)
    task(7)
    task.schedule((8,), eta=now + timedelta(seconds=5))
    # A worker that comes upon a task too early puts it aside.
    for _ in range(2):
        queue.execute(queue.dequeue())
    assert queue.read_schedule(now.replace(tzinfo=None)) == []
    [later] = queue.read_schedule((now + timedelta(seconds=6)).replace(tzinfo=None))
    assert later.eta == (now + timedelta(seconds=5)).replace(tzinfo=None)
    queue.execute(later, later.eta)
    assert done == [7, 8]


class Trap:
    """What huey's own messages would run when they are read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("It was run.",)


FOREIGN = [
    ("a pickle", pickle.dumps(Trap())),
    ("words for a number", b'["1","tests.deliver",null,["x"]]'),
    ("more than a task has", b'["1","tests.deliver",null,[1],"more"]'),
    ("something else", b"{}"),
]


@pytest.mark.parametrize(("why", "message"), FOREIGN, ids=[why for why, _ in FOREIGN])
def test_what_somebody_else_wrote_is_not_run(tmp_path: Path, why: str, message: bytes) -> None:
    queue = open_queue(f"sqlite:///{tmp_path / 'jobs.sqlite3'}")
    queue.storage.enqueue(message)
    with pytest.raises(msgspec.MsgspecError):
        queue.dequeue()
    assert queue.pending_count() == 0
    queue.storage.close()
