"""Threads are few, and started when they are needed."""

import threading

from legalmap.threads import Threads
from tests.patience import soon


def test_threads_are_started_when_needed_and_no_more_than_so_many() -> None:
    threads, go, done = Threads(2, "flask"), threading.Event(), threading.Semaphore(0)
    names: list[str] = []

    def work() -> None:
        names.append(threading.current_thread().name)
        go.wait(30)
        done.release()

    threads.run(work)
    assert soon(lambda: names == ["flask-1"])
    for _ in range(4):
        threads.run(work)
    assert soon(lambda: sorted(names) == ["flask-1", "flask-2"])
    go.set()
    assert all(done.acquire(timeout=30) for _ in range(5))
    assert set(names) == {"flask-1", "flask-2"}
    # One that is free is used again.
    threads.run(work)
    assert done.acquire(timeout=30)
