"""Webhooks from the command line, and a worker that is killed and started again."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from legalmap.cli import main
from legalmap.services.core.tracker import Tracker
from legalmap.services.notifying import mail_delivery, webhooks
from legalmap.store.engine import Store
from tests.browser.conftest import legalmap
from tests.patience import soon
from tests.services.build import decide, propose
from tests.services.mailbox import Mailbox
from tests.services.receiving import Receiver
from tests.store.build import a_record


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def url(store: Store, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database of both kinds with one publication, named by the settings a person would use."""
    with store.writing() as connection:
        a_record(connection)
    url = store.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("LEGALMAP_DATABASE_URL", url)
    monkeypatch.setenv("LEGALMAP_WEBHOOKS_TO_LOOPBACK", "1")
    return url


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_a_webhook_is_added_listed_replayed_and_removed(url: str, receiver: Receiver) -> None:
    added = run("webhook", "add", receiver.url)
    assert added.stdout.startswith("webhook 1 from feed number 1 on: whsec_")
    secret = added.stdout.split()[-1]
    assert run("worker", "--once").stdout == ""
    assert run("webhook", "replay", "1", "--since", "0").exit_code == 0
    assert run("worker", "--once").stdout == "webhook 1: 1: delivered\n"
    assert receiver.numbers == [1]
    listed = run("webhook", "list").stdout
    assert listed.split() == ["1", receiver.url, "all", "1", "of", "1", "active"]
    assert secret not in listed
    assert run("webhook", "remove", "1").exit_code == 0
    assert run("webhook", "list").stdout == ""


def test_misuse_is_one_clear_line(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = run("webhook", "remove", "7")
    assert (missing.exit_code, missing.stderr) == (2, "There is no webhook “7”.\n")
    monkeypatch.delenv("LEGALMAP_WEBHOOKS_TO_LOOPBACK")
    refused = run("webhook", "add", "http://127.0.0.1/")
    assert refused.exit_code == 2
    assert refused.stderr == "URL: Only https is spoken to other machines.\n"


def test_the_list_shows_what_fails(url: str, receiver: Receiver) -> None:
    run("webhook", "add", receiver.url)
    run("webhook", "replay", "1", "--since", "0")
    receiver.answers = [500]
    assert "The answer was 500. Again at" in run("worker", "--once").stdout
    assert "active  1 failures: The answer was 500." in run("webhook", "list").stdout


def test_the_worker_sends_the_mail_that_is_due(
    url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = Mailbox()
    monkeypatch.setenv("LEGALMAP_SMTP_URL", f"smtp://127.0.0.1:{mailbox.port}")
    monkeypatch.setenv("LEGALMAP_MAIL_FROM", "desk@law.example")
    refused = run("worker", "--once")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("Set LEGALMAP_SITE_URL")
    monkeypatch.setenv("LEGALMAP_SITE_URL", "https://law.example")
    store.mails = True
    with store.writing() as connection:
        mail_delivery.post(connection, "ana@people.example", "Hello", "Text")
    assert run("worker", "--once").stdout == "mail 1: sent\n"
    assert run("worker", "--once").stdout == ""
    assert mailbox.subjects == ["Hello"]
    mailbox.stop()


@contextmanager
def working(log: Path) -> Iterator[None]:
    """A worker of its own, killed at the end without a word."""
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONUNBUFFERED": "1"}
    with log.open("w") as out:
        process = subprocess.Popen(legalmap("worker"), env=environment, stdout=out, stderr=out)
    try:
        yield
    finally:
        process.kill()
        process.wait(timeout=20)


@pytest.mark.slow
def test_a_worker_that_is_killed_and_started_again_misses_nothing(
    url: str, store: Store, receiver: Receiver, tmp_path: Path
) -> None:
    tracker, log = Tracker(store), tmp_path / "log"
    hook = webhooks.add(tracker, receiver.url, loopback=True)

    def has_taken(number: int) -> bool:
        (webhook,) = webhooks.everyone(tracker)
        return webhook.delivered_feed_no == number

    with working(log):
        decide(tracker, propose(tracker, jurisdiction="us-fl"))
        assert soon(lambda: has_taken(2)), log.read_text()
    decide(tracker, propose(tracker, jurisdiction="us-ca"))
    with working(log):
        assert soon(lambda: has_taken(3)), log.read_text()
    assert receiver.numbers == [2, 3]
    assert hook.delivered_feed_no == 1


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_finishes_the_delivery_under_way(
    how: signal.Signals, sqlite_store: Store, receiver: Receiver, tmp_path: Path
) -> None:
    """The receiver holds the answer back until the worker was told."""
    with sqlite_store.writing() as connection:
        a_record(connection)
    tracker = Tracker(sqlite_store)
    hook = webhooks.add(tracker, receiver.url, loopback=True)
    decide(tracker, propose(tracker, jurisdiction="us-fl"))
    told = threading.Event()
    receiver.before_answering = lambda: told.wait(30)
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path.cwd()),
        "LEGALMAP_DATABASE_URL": sqlite_store.engine.url.render_as_string(),
        "LEGALMAP_WEBHOOKS_TO_LOOPBACK": "1",
    }
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(legalmap("worker"), env=environment, stdout=out, stderr=out)
    try:
        assert soon(lambda: receiver.got), log.read_text()
        process.send_signal(how)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        told.set()
        assert process.wait(timeout=60) == 0, log.read_text()
    finally:
        told.set()
        process.kill()
        process.wait(timeout=20)
    (webhook,) = webhooks.everyone(tracker)
    assert (webhook.id, webhook.delivered_feed_no, webhook.next_at) == (hook.id, 2, None)
