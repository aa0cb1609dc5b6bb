"""Webhooks against a real receiver: in order, signed, again after failures, given up after days."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import time_machine

from legalmap import clock
from legalmap.domain.errors import Invalid, Missing
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.outside.webhooks import Webhook
from legalmap.services.core.tracker import Tracker
from legalmap.services.notifying import http_post, webhook_delivery, webhooks
from legalmap.services.reading.reader import Reader
from legalmap.store.engine import Store
from legalmap.store.outside import webhooks as stored
from tests.build import a_payload, a_period
from tests.services.build import decide, propose
from tests.services.receiving import Receiver
from tests.store.build import NOW, a_record, events_of


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW + timedelta(hours=1), tick=False) as traveller:
        yield traveller


@pytest.fixture
def hook(tracker: Tracker, receiver: Receiver) -> Webhook:
    """A webhook that has seen publication 1, which ships."""
    return webhooks.add(tracker, receiver.url, loopback=True)


def publish(tracker: Tracker, code: str = "us-fl", **more: Any) -> None:
    decide(tracker, propose(tracker, jurisdiction=code, **more))


def deliver(tracker: Tracker) -> list[str]:
    """All rounds until nothing is due."""
    lines: list[str] = []
    while more := webhook_delivery.deliver_due(tracker, loopback=True):
        lines += more
    return lines


def now(tracker: Tracker, hook: Webhook) -> Webhook:
    (current,) = [known for known in webhooks.everyone(tracker) if known.id == hook.id]
    return current


def actions(tracker: Tracker, hook: Webhook) -> list[str]:
    with tracker.store.reading() as connection:
        return [event.action for event in events_of(connection, "webhook", hook.id)]


def test_each_publication_comes_once_in_order_and_signed(
    tracker: Tracker, receiver: Receiver, hook: Webhook
) -> None:
    assert deliver(tracker) == []
    publish(tracker, "us-fl")
    publish(tracker, "us-ca")
    assert len(deliver(tracker)) == 2
    assert deliver(tracker) == []
    assert receiver.numbers == [2, 3]
    assert receiver.asked == ["/hook?key=1"] * 2
    for headers, body in receiver.got:
        key = base64.b64decode(hook.secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        assert headers["content-type"] == "application/json"
        assert abs(int(headers["webhook-timestamp"]) - clock.now().timestamp()) <= 1
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 2
    assert len(key) == 32


def test_the_message_is_the_entry_of_the_feed(
    tracker: Tracker, receiver: Receiver, hook: Webhook
) -> None:
    publish(tracker, "us-al")
    checked = msgspec.structs.replace(
        Reader(tracker).edition("kratom").records["us-al"].payload,
        last_verified=PartialDate(NOW.date().isoformat()),
    )
    publish(tracker, "us-al", payload=checked, kind="verify", base_number=1)
    deliver(tracker)
    edit, check = [json.loads(body) for _, body in receiver.got]
    assert (edit["type"], check["type"]) == ("record.published", "record.verified")
    assert edit["timestamp"] == edit["data"]["at"]
    assert edit["data"]["before"]["periods"][0]["status"] == "legal"
    assert edit["data"]["after"]["periods"][1]["status"] == "banned"
    assert check["data"]["prev_sha256"] == edit["data"]["sha256"]


def test_only_the_topic_that_is_asked_for(tracker: Tracker, receiver: Receiver) -> None:
    hook = webhooks.add(tracker, receiver.url, "7-oh", loopback=True)
    publish(tracker, "us-fl")
    law = a_payload(a_period("2025", "banned"))
    publish(tracker, "th", topic="7-oh", payload=law)
    publish(tracker, "us-ca")
    deliver(tracker)
    assert receiver.numbers == [3]
    assert now(tracker, hook).delivered_feed_no == 3


def test_a_failure_is_tried_again_after_growing_pauses_and_in_order(
    tracker: Tracker, receiver: Receiver, hook: Webhook, noon: time_machine.Traveller
) -> None:
    receiver.answers = [500, 302, 503]
    publish(tracker, "us-fl")
    publish(tracker, "us-ca")
    assert "The answer was 500. Again at 2026-11-23 13:00:05 UTC." in deliver(tracker)[0]
    assert deliver(tracker) == [], "not before its time"
    for pause in (5, 20):
        noon.shift(timedelta(seconds=pause - 1))
        assert deliver(tracker) == []
        noon.shift(timedelta(seconds=1))
        assert len(deliver(tracker)) == 1
    assert now(tracker, hook).failures == 3
    noon.shift(timedelta(seconds=80))
    assert len(deliver(tracker)) == 2
    assert receiver.numbers == [2, 2, 2, 2, 3]
    assert receiver.asked == ["/hook?key=1"] * 5, "a redirect is not followed"
    same = {headers["webhook-id"] for headers, _ in receiver.got[:4]}
    assert len(same) == 1
    assert (now(tracker, hook).failures, now(tracker, hook).failing_since) == (0, None)
    assert actions(tracker, hook) == ["webhook-add", "webhook-fail"]


def test_a_receiver_that_is_away_holds_nobody_else_up(
    tracker: Tracker, receiver: Receiver, hook: Webhook
) -> None:
    gone = Receiver()
    url = gone.url
    gone.stop()
    away = webhooks.add(tracker, url, loopback=True)
    publish(tracker)
    lines = deliver(tracker)
    assert receiver.numbers == [2]
    assert any(f"webhook {away.id}: 2: No answer: ConnectionRefusedError." in s for s in lines)


@pytest.mark.both_databases
def test_after_days_of_failure_it_is_disabled_and_a_replay_takes_it_up(
    tracker: Tracker, receiver: Receiver, hook: Webhook, noon: time_machine.Traveller
) -> None:
    receiver.answers = [500] * 100
    publish(tracker)
    for _ in range(60):
        deliver(tracker)
        noon.shift(timedelta(hours=6))
    webhook = now(tracker, hook)
    assert webhook.disabled_at is not None
    assert timedelta(days=5) <= webhook.disabled_at - (webhook.failing_since or NOW)
    tried = len(receiver.got)
    assert 15 < tried < 30
    assert actions(tracker, hook) == ["webhook-add", "webhook-fail", "webhook-disable"]
    receiver.answers.clear()
    assert deliver(tracker) == []
    webhooks.replay(tracker, hook.id, 0)
    assert len(deliver(tracker)) == 2
    assert receiver.numbers[tried:] == [1, 2]
    assert actions(tracker, hook)[-1] == "webhook-replay"


def test_who_answers_gone_is_asked_no_more(
    tracker: Tracker, receiver: Receiver, hook: Webhook
) -> None:
    receiver.answers = [410]
    publish(tracker)
    assert "Disabled" in deliver(tracker)[0]
    assert now(tracker, hook).disabled_at == clock.now()


def test_a_worker_that_dies_is_followed_by_another(
    tracker: Tracker,
    receiver: Receiver,
    hook: Webhook,
    noon: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It dies after the receiver took the message: it comes once more, under the same id."""
    publish(tracker)

    def dies(*_given: Any, **_named: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(stored, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            deliver(tracker)
    restarted = Tracker(tracker.store)
    assert deliver(restarted) == [], "it may be alive still"
    noon.shift(webhook_delivery.CLAIM)
    assert len(deliver(restarted)) == 1
    first, second = [headers["webhook-id"] for headers, _ in receiver.got]
    assert first == second
    assert now(tracker, hook).delivered_feed_no == 2


def test_two_workers_deliver_once(tracker: Tracker, receiver: Receiver, hook: Webhook) -> None:
    for code in ("us-fl", "us-ca", "us-wv"):
        publish(tracker, code)
    workers = [threading.Thread(target=deliver, args=(tracker,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    deliver(tracker)
    assert receiver.numbers == [2, 3, 4]


def test_a_replay_during_a_delivery_is_not_lost(
    tracker: Tracker, receiver: Receiver, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tracker)
    send = http_post.post

    def meanwhile(*given: Any, **named: Any) -> None:
        send(*given, **named)
        webhooks.replay(tracker, hook.id, 0)

    with monkeypatch.context() as patched:
        patched.setattr(http_post, "post", meanwhile)
        webhook_delivery.deliver_due(tracker, loopback=True)
    assert now(tracker, hook).delivered_feed_no == 0
    deliver(tracker)
    assert receiver.numbers == [2, 1, 2]


def test_what_cannot_be_added_removed_or_replayed(
    tracker: Tracker, receiver: Receiver, hook: Webhook
) -> None:
    with pytest.raises(Invalid, match="already"):
        webhooks.add(tracker, receiver.url, loopback=True)
    with pytest.raises(Missing, match="topic"):
        webhooks.add(tracker, "https://example.org/", "tea")
    for since in (-1, 2):
        with pytest.raises(Invalid, match="from 0 to 1"):
            webhooks.replay(tracker, hook.id, since)
    webhooks.remove(tracker, hook.id)
    assert webhooks.everyone(tracker) == []
    assert actions(tracker, hook)[-1] == "webhook-remove"
    with pytest.raises(Missing, match="webhook"):
        webhooks.remove(tracker, hook.id)


def test_the_log_keeps_no_query_and_no_secret(tracker: Tracker, hook: Webhook) -> None:
    with tracker.store.reading() as connection:
        (event,) = events_of(connection, "webhook", hook.id)
    assert event.subject_label == hook.url.partition("?")[0]
    assert hook.secret not in str(event)


REFUSED = [
    "http://example.org/",
    "http://127.0.0.1/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::a00:1]/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest",
    "https://100.64.0.1/",
    "https://224.0.0.1/",
    "https://0.0.0.0/",
    "https://ana:secret@example.org/",
    "https://example.org/#part",
    "https://example.org/a b",
    "https://example.org:0/",
    "https://example.org:x/",
    "https://exämple.org/",
    "https:///path",
    "ftp://example.org/",
    "example.org",
    "",
    f"https://example.org/{'x' * 2000}",
]


@pytest.mark.parametrize("url", REFUSED)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(Invalid):
        http_post.checked_url(url, loopback=False)


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "http://example.org/", "http://10.0.0.1/"])
def test_the_setting_opens_this_machine_and_no_other(url: str) -> None:
    assert http_post.checked_url("http://localhost:8000/hook", loopback=True).port == 8000
    with pytest.raises(Invalid):
        http_post.checked_url(url, loopback=True)


@pytest.mark.parametrize("address", ["10.1.2.3", "127.0.0.1", "fe80::1", "fd00::1"])
def test_a_name_of_a_private_address_is_not_posted_to(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = ["93.184.216.34", address]
    monkeypatch.setattr(http_post, "addresses_of", lambda _host, _port: both)
    with pytest.raises(http_post.Undelivered, match="not public"):
        http_post.post("https://hook.example/", {}, b"", loopback=False)


def test_a_receiver_that_dribbles_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, so that only the deadline of the whole can end it."""
    import socket
    import time

    monkeypatch.setattr(http_post, "SECONDS", 0.6)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def dribble() -> None:
            peer, _ = listener.accept()
            with peer:
                while not stop.wait(0.1):
                    try:
                        peer.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=dribble)
        thread.start()
        begun = time.perf_counter()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(http_post.Undelivered, match="No answer"):
            http_post.post(url, {}, b"x" * 10, loopback=True)
        assert time.perf_counter() - begun < 5
        stop.set()
        thread.join()


def test_a_port_where_nobody_listens_is_no_answer() -> None:
    with pytest.raises(http_post.Undelivered, match="No answer"):
        http_post.post("http://localhost:1/", {}, b"", loopback=True)


def test_an_empty_tracker_has_nothing_to_deliver(store: Store, receiver: Receiver) -> None:
    empty = Tracker(store)
    webhooks.add(empty, receiver.url, loopback=True)
    assert deliver(empty) == []
    with store.writing() as connection:
        a_record(connection)
    assert len(deliver(empty)) == 1
    assert receiver.numbers == [1]
