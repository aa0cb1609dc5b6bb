"""Tasks of the queue: idempotent, patient, and nothing is lost when the queue is."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from huey import Huey, MemoryHuey

from legalmap import clock
from legalmap.domain.errors import Unusable
from legalmap.jobs import tasks
from legalmap.jobs.task_queue import open_queue
from legalmap.jobs.tasks import Jobs
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import suggestions
from legalmap.services.exporting import compression, formats
from legalmap.services.exporting.files import Files
from legalmap.services.notifying import mail_delivery, webhook_delivery, webhooks
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from legalmap.store.tables import outbox
from tests.services.build import decide, person, propose
from tests.services.mailbox import Mailbox
from tests.services.receiving import Receiver
from tests.store.build import a_record


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who hears of publications."""
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def tracker(store: Store) -> Tracker:
    """us-al stands at revision 0."""
    with store.writing() as connection:
        a_record(connection)
    return Tracker(store)


def jobs_on(huey: Huey, tracker: Tracker, files: Path | None = None) -> Jobs:
    """The tasks of a tracker, and what its publications put into the queue."""
    jobs = Jobs(huey, tracker, Files(files), loopback=True)
    tracker.listeners.append(jobs.published)
    return jobs


def worked_off(huey: Huey) -> list[str]:
    """Do everything that is in the queue now, as a worker does; gives the names of the tasks."""
    done = []
    while (task := huey.dequeue()) is not None:
        done.append(task.name)
        huey.execute(task)
    return done


QUEUES = ["memory", "sqlite", "postgresql"]


@pytest.mark.parametrize("kind", QUEUES)
def test_a_publication_reaches_its_webhooks_through_the_queue(
    kind: str, tracker: Tracker, receiver: Receiver, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "memory":
        huey: Huey = MemoryHuey(results=False)
    elif kind == "sqlite":
        huey = open_queue(f"sqlite:///{tmp_path / 'jobs.sqlite3'}")
    else:
        huey = open_queue(request.getfixturevalue("postgres_server").create("jobs"))
    jobs_on(huey, tracker)
    webhooks.add(tracker, receiver.url, loopback=True)
    decide(tracker, propose(tracker))
    assert worked_off(huey) == ["deliver", "render"]
    assert receiver.numbers == [2]
    huey.storage.close()


def test_a_queue_that_fails_fails_no_publication(
    tracker: Tracker, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """And the sweep finds afterwards what was not put into it."""
    huey = MemoryHuey(results=False)
    jobs = jobs_on(huey, tracker)
    webhooks.add(tracker, receiver.url, loopback=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(huey.storage, "enqueue", _refuse)
        decide(tracker, propose(tracker))
    assert "2 is not in the queue" in caplog.text
    assert receiver.numbers == []
    jobs.sweep()
    worked_off(huey)
    assert receiver.numbers == [2]


def _refuse(*_task: object, **_more: object) -> None:
    raise ConnectionError("no queue")


def test_a_slow_receiver_holds_up_nobody_else(tracker: Tracker, receiver: Receiver) -> None:
    """Each webhook is a task of its own."""
    huey = MemoryHuey(results=False)
    jobs_on(huey, tracker)
    webhooks.add(tracker, receiver.url, loopback=True)
    webhooks.add(tracker, f"{receiver.url}2", loopback=True)
    decide(tracker, propose(tracker))
    waiting = [huey.dequeue() for _ in range(2)]
    both = [threading.Thread(target=huey.execute, args=(task,)) for task in waiting]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert receiver.numbers == [2, 2]


def test_what_failed_is_scheduled_for_when_it_is_due(tracker: Tracker, receiver: Receiver) -> None:
    huey = MemoryHuey(results=False)
    jobs_on(huey, tracker)
    hook = webhooks.add(tracker, receiver.url, loopback=True)
    receiver.answers = [500]
    decide(tracker, propose(tracker))
    worked_off(huey)
    again = webhook_delivery.next_try(tracker, hook.id)
    assert again is not None
    [scheduled] = huey.scheduled()
    assert scheduled.name == "deliver"
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        huey.execute(scheduled)
    assert receiver.numbers == [2, 2]


def test_doing_it_twice_delivers_once(tracker: Tracker, receiver: Receiver) -> None:
    huey = MemoryHuey(results=False)
    jobs = jobs_on(huey, tracker)
    webhooks.add(tracker, receiver.url, loopback=True)
    decide(tracker, propose(tracker))
    for _ in range(3):
        jobs.ask()
    worked_off(huey)
    assert receiver.numbers == [2]


def test_the_files_are_there_before_anybody_asks(
    tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the worker made and packed, a web process takes from the folder."""
    jobs_on(MemoryHuey(results=False), tracker, tmp_path / "files").render()
    asking, edition = Files(tmp_path / "files"), Reader(tracker).edition("kratom")
    monkeypatch.setattr("legalmap.services.core.sealed_file.laid", _refuse)
    for form in formats.available():
        file = asking.of(edition, clock.today(), form, newest=True, wait=False)
        for coding in compression.codings_of(file.media_type, file.length):
            assert asking.packed(file, coding, best=True, wait=False)


def test_a_worker_outlives_a_database_that_is_away(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = jobs_on(MemoryHuey(results=False), tracker)

    def away(*_asked: object, **_named: object) -> None:
        raise Unusable("It is gone.")

    monkeypatch.setattr(webhook_delivery, "due", away)
    jobs.sweep()
    assert "It is gone. The next sweep tries again." in caplog.text


WRONG = ["mysql://h/d", "nonsense", "file:///tmp/x"]


@pytest.mark.parametrize("url", WRONG)
def test_a_queue_of_another_kind_is_refused_by_the_name_of_its_setting(url: str) -> None:
    with pytest.raises(Unusable, match="LEGALMAP_JOBS_URL must begin with"):
        open_queue(url)


def test_where_no_worker_runs_the_queue_does_not_grow_for_ever(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "MOST_WAITING", 3)
    huey = MemoryHuey(results=False)
    jobs = jobs_on(huey, tracker)
    for _ in range(10):
        jobs.published(2)
    assert huey.pending_count() == 3


def test_a_long_way_to_the_head_holds_up_no_stop(
    tracker: Tracker, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left is found by the first sweep of the next worker."""
    jobs = Jobs(MemoryHuey(results=False), tracker, Files(), loopback=True)
    hook = webhooks.add(tracker, receiver.url, loopback=True)
    for code in ("us-fl", "us-ca", "us-wv"):
        decide(tracker, propose(tracker, jurisdiction=code))
    jobs._say = lambda _line: jobs._stopped.set()
    jobs.deliver(hook.id)
    assert receiver.numbers == [2]
    next_worker = jobs_on(MemoryHuey(results=False), tracker)
    next_worker.sweep()
    worked_off(next_worker.huey)
    assert receiver.numbers == [2, 3, 4]


def test_files_are_made_by_one_thread_while_the_others_deliver(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is published meanwhile is made by that thread too."""
    jobs, calls = Jobs(MemoryHuey(results=False), tracker, Files()), []

    def make(_files: Files, reader: Reader, _day: object) -> None:
        calls.append(reader.head())
        if len(calls) == 1:
            decide(tracker, propose(tracker))
            jobs.render()

    monkeypatch.setattr(Files, "make_all", make)
    jobs.render()
    jobs.render()
    assert calls == [1, 2]


# Mail


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server."""
    mailbox = Mailbox()
    yield mailbox
    mailbox.stop()


def test_mail_is_a_task_and_a_server_that_is_away_fails_no_other(
    tracker: Tracker, mailbox: Mailbox, receiver: Receiver
) -> None:
    tracker.store.mails = True
    huey = MemoryHuey(results=False)
    lines: list[str] = []
    jobs = Jobs(huey, tracker, Files(), loopback=True, mail=mailbox.server(), say=lines.append)
    webhooks.add(tracker, receiver.url, loopback=True)
    with tracker.store.writing() as connection:
        mail_delivery.post(connection, "ana@people.example", "Hello", "Text")
    mailbox.refused["ana@people.example"] = "450 Later"
    decide(tracker, propose(tracker))
    jobs.sweep()
    assert worked_off(huey) == ["deliver", "render", "mail"]
    assert receiver.numbers == [2]
    assert "The address was refused: 450." in lines[-1]
    mailbox.refused.clear()
    jobs.sweep()
    assert "mail" not in worked_off(huey)
    with time_machine.travel(clock.now() + timedelta(seconds=6), tick=False):
        jobs.sweep()
        assert worked_off(huey)[-1] == "mail"
    assert mailbox.subjects == ["Hello"]


def test_without_a_server_no_task_is_made_of_mail(tracker: Tracker) -> None:
    tracker.store.mails = True
    with tracker.store.writing() as connection:
        mail_delivery.post(connection, "ana@people.example", "Hello", "Text")
    huey = MemoryHuey(results=False)
    jobs = Jobs(huey, tracker, Files())
    jobs.sweep()
    assert worked_off(huey) == ["render"]
    jobs.mail()


def test_a_sweep_forgets_addresses_that_are_old(tracker: Tracker) -> None:
    suggestion = {
        "text": "The ban was lifted.",
        "url": "https://law.example/1",
        "email": "kim@mail.example",
    }
    number = suggestions.suggest(tracker, "kratom", "us-al", **suggestion)
    jobs = jobs_on(MemoryHuey(results=False), tracker)
    for days, is_left in ((89, True), (91, False)):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            jobs.sweep()
            sheet = suggestions.sheet(tracker, person(tracker, "ana"), number)
        assert sheet.awaited is is_left


def addresses(tracker: Tracker) -> list[str]:
    """What is left of whom mail went to."""
    with tracker.store.reading() as connection:
        return list(connection.scalars(sa.select(outbox.c.address).order_by(outbox.c.id)))


def test_a_sweep_empties_the_last_mail_too(tracker: Tracker, mailbox: Mailbox) -> None:
    """After a week nobody's address is kept, though nothing else is to be sent ever after."""
    tracker.store.mails = True
    with tracker.store.writing() as connection:
        mail_delivery.post(connection, "kim@people.example", "Hello", "Text")
    jobs = Jobs(MemoryHuey(results=False), tracker, Files(), mail=mailbox.server())
    jobs.mail()
    assert mailbox.subjects == ["Hello"]
    for days, left in ((6, "kim@people.example"), (8, "")):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            jobs.sweep()
        assert addresses(tracker) == [left]


@pytest.mark.both_databases
def test_where_mail_was_turned_off_none_is_kept(tracker: Tracker) -> None:
    """What nobody will ever send is forgotten like what was sent."""
    tracker.store.mails = True
    with tracker.store.writing() as connection:
        mail_delivery.post(connection, "kim@people.example", "Hello", "Text")
    jobs = Jobs(MemoryHuey(results=False), tracker, Files())
    for days, left in ((6, "kim@people.example"), (8, "")):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            jobs.sweep()
        assert addresses(tracker) == [left]
