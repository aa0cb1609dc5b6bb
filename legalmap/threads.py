"""Threads that are started when they are needed. A stop does not wait for them."""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread


class Threads:
    """At most so many threads; what comes while all are busy waits for its turn."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = Lock()
        self._started = 0
        # Threads that wait for work, less what is queued for them.
        self._free = 0

    def run(self, work: Callable[[], None]) -> None:
        """Let a thread do this soon. ``work`` raises nothing."""
        with self._lock:
            self._free -= 1
            if self._free < 0 and self._started < self._most:
                self._started += 1
                self._free += 1
                # Of the interpreter's own pools each thread is waited for at the end of the process.
                Thread(
                    target=self._serve, name=f"{self._name}-{self._started}", daemon=True
                ).start()
            self._work.put(work)

    def _serve(self) -> None:
        while True:
            self._work.get()()
            with self._lock:
                self._free += 1
