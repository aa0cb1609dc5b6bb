"""Threads that are started when they are needed. A stop does not wait for them."""

import os
import sys
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread, get_native_id


class Threads:
    """At most so many threads; what comes while all are busy waits for its turn."""

    def __init__(self, most: int, name: str, *, nice: int = 0) -> None:
        """``nice``: how far behind others they stand where the system knows that of a thread (Linux)."""
        self._most = most
        self._name, self._nice = name, nice
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
        if self._nice and sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, get_native_id(), self._nice)
        while True:
            self._work.get()()
            with self._lock:
                self._free += 1
