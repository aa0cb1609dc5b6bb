"""The tasks, each a call of a service that may safely be repeated, and what puts them into the queue."""

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from threading import Event, Lock
from typing import Any

from huey import Huey, crontab
from huey.consumer import Consumer

from legalmap import clock
from legalmap.domain.errors import Unusable
from legalmap.domain.outside.mail import Server
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import suggestions
from legalmap.services.exporting.files import Files
from legalmap.services.notifying import mail_delivery, webhook_delivery
from legalmap.services.reading.reader import Reader

log = logging.getLogger(__name__)
# If no worker runs, the queue stops growing here; nothing is lost, because a sweep finds all that is due.
MOST_WAITING = 1_000
# How long a stopped worker may take to finish. A delivery takes less.
STOP_SECONDS = 30


@contextmanager
def _outliving() -> Iterator[None]:
    """Let a worker outlive a database that is down for a while: log it and carry on."""
    try:
        yield
    except Unusable as error:
        log.warning("jobs: %s The next sweep tries again.", error)


@contextmanager
def _alone(lock: Lock) -> Iterator[bool]:
    """Whether no other thread is at the same work; holds the lock if so."""
    is_free = lock.acquire(blocking=False)
    try:
        yield is_free
    finally:
        if is_free:
            lock.release()


class Patient(Consumer):  # type: ignore[misc]
    """A consumer that finishes its tasks on SIGTERM and SIGINT alike; a second signal stops it at once."""

    def _handle_signal(self, signum: int, _frame: Any) -> None:
        self._signum, self._restart, self._graceful = signum, False, True
        signal.signal(signum, signal.default_int_handler)


class Jobs:
    """The tasks of one tracker on one queue, in the process that enqueues them and in the worker alike.

    ``loopback``: webhooks may lead to this machine. ``mail``: None if this site sends none. ``say`` gets a
    line about each delivery.
    """

    def __init__(
        self,
        huey: Huey,
        tracker: Tracker,
        files: Files,
        *,
        loopback: bool = False,
        mail: Server | None = None,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.huey = huey
        self._tracker = tracker
        self._reader = Reader(tracker)
        self._files = files
        self._loopback = loopback
        self._server = mail
        self._say = say
        self._rendered: tuple[int, date] | None = None
        self._rendering = Lock()
        self._sending = Lock()
        self._stopped = Event()
        self._deliver = huey.task(name="deliver")(self.deliver)
        self._render = huey.task(name="render")(self.render)
        self._mail = huey.task(name="mail")(self.mail)
        self._sweep = huey.periodic_task(crontab(), name="sweep")(self.sweep)

    def published(self, feed_no: int) -> None:
        """Enqueue what follows from a publication. Logs errors: the queue must never fail a publication."""
        try:
            self.ask()
        except Exception:
            log.warning(
                "jobs: %s is not in the queue; the next sweep finds it.", feed_no, exc_info=True
            )

    def ask(self) -> None:
        """Enqueue everything that is due, unless the queue is full because nobody works it off."""
        if self.huey.pending_count() >= MOST_WAITING:
            return
        for webhook_id in webhook_delivery.due(self._tracker):
            self._deliver(webhook_id)
        self._render()
        if self._server is not None and mail_delivery.is_due(self._tracker):
            self._mail()

    def sweep(self) -> None:
        """Once a minute: enqueue what has become due or was lost, and delete old addresses."""
        with _outliving():
            self.ask()
        with _outliving():
            suggestions.forget_old_addresses(self._tracker)
            mail_delivery.forget_old(self._tracker, is_sending=self._server is not None)

    def deliver(self, webhook_id: int) -> None:
        """Deliver to one webhook until it has the whole feed or fails; then schedule the next attempt."""
        with _outliving():
            # A stopped worker does not finish a long backlog: the next worker's sweep goes on from there.
            while not self._stopped.is_set():
                line = webhook_delivery.deliver(self._tracker, webhook_id, loopback=self._loopback)
                if not line:
                    break
                self._say(line)
            next_try = webhook_delivery.next_try(self._tracker, webhook_id)
            if next_try is not None and next_try > clock.now():
                self._deliver.schedule((webhook_id,), eta=next_try)

    def render(self) -> None:
        """Make the newest files and their compressed forms before somebody asks for them."""
        # One thread alone, so that the others can deliver. It reads the head again when it is done.
        with _outliving(), _alone(self._rendering) as is_free:
            while is_free and not self._stopped.is_set():
                stamp = self._reader.head(), clock.today()
                if stamp == self._rendered:
                    break
                self._files.make_all(self._reader, stamp[1])
                self._rendered = stamp

    def mail(self) -> None:
        """Send the mail that is due. A later sweep finds what failed, once it is due again."""
        # One thread alone, so that a mail server that is down does not hold up deliveries.
        with _outliving(), _alone(self._sending) as is_free:
            if is_free and self._server is not None:
                for line in mail_delivery.send_due(
                    self._tracker, self._server, self._stopped.is_set
                ):
                    self._say(line)

    def run(self, threads: int) -> None:
        """Work until SIGTERM or SIGINT, then finish what has begun. The first sweep comes at once."""
        consumer = Patient(self.huey, workers=threads, max_delay=1.0, shutdown_timeout=STOP_SECONDS)
        self._stopped = consumer.stop_flag
        consumer.run()
