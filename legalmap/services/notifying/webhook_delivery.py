"""Delivering publications to webhooks by Standard Webhooks: in order, at least once, with retries."""

from datetime import datetime, timedelta

from legalmap import __version__, clock
from legalmap.domain.outside.retry import is_given_up, pause_after
from legalmap.domain.outside.webhooks import Webhook, signature
from legalmap.services import contract
from legalmap.services.core.tracker import Tracker
from legalmap.services.exporting import feed
from legalmap.services.notifying import http_post
from legalmap.services.notifying.http_post import Undelivered
from legalmap.services.notifying.webhooks import log_of
from legalmap.services.reading.reader import Entry, Reader
from legalmap.store.outside import webhooks

# How long a worker has a webhook to itself; after that another takes over, as the first must have died.
CLAIM = timedelta(seconds=4 * http_post.SECONDS)


def deliver_due(tracker: Tracker, *, loopback: bool = False) -> list[str]:
    """Try the next publication for each due webhook; gives a line for each attempt."""
    lines = [deliver(tracker, webhook_id, loopback=loopback) for webhook_id in due(tracker)]
    return [line for line in lines if line]


def due(tracker: Tracker) -> list[int]:
    """Ids of the webhooks that have something to deliver and may be tried now."""
    # Exact: the worker must not overlook what another process has just published.
    at, head = clock.now(), tracker.heading.now(exact=True)
    with tracker.store.reading() as connection:
        hooks = webhooks.everyone(connection)
    return [hook.id for hook in hooks if _is_due(hook, at) and hook.delivered_feed_no < head]


def deliver(tracker: Tracker, webhook_id: int, *, loopback: bool = False) -> str:
    """Try the next publication for one webhook; gives a line about it, empty if nothing is due."""
    with tracker.store.reading() as connection:
        webhook = webhooks.by_id(connection, webhook_id)
    if webhook is None or not _is_due(webhook, clock.now()):
        return ""
    return _delivered(Reader(tracker), webhook, loopback=loopback)


def next_try(tracker: Tracker, webhook_id: int) -> datetime | None:
    """When a failing webhook is to be tried again; None if it is not failing, or disabled."""
    with tracker.store.reading() as connection:
        webhook = webhooks.by_id(connection, webhook_id)
    return webhook.next_at if webhook is not None and webhook.disabled_at is None else None


def _is_due(webhook: Webhook, at: datetime) -> bool:
    return webhook.disabled_at is None and (webhook.next_at is None or webhook.next_at <= at)


def _delivered(reader: Reader, webhook: Webhook, *, loopback: bool) -> str:
    stretch = reader.stretch(webhook.delivered_feed_no, 1, webhook.topic)
    if not stretch.entries:
        return ""
    tracker, at = reader.tracker, clock.now()
    until = at + CLAIM
    with tracker.store.writing() as connection:
        if not webhooks.claim(connection, webhook, at, until):
            return ""
    entry = stretch.entries[0]
    feed_no = entry.publication.feed_no
    try:
        _post(tracker, webhook, entry, loopback=loopback)
    except Undelivered as error:
        return f"webhook {webhook.id}: {feed_no}: {error} {_failed(tracker, webhook, error, until)}"
    with tracker.store.writing() as connection:
        webhooks.settle(
            connection,
            webhook,
            until,
            delivered_feed_no=feed_no,
            failures=0,
            failing_since=None,
            last_error="",
            next_at=None,
        )
    return f"webhook {webhook.id}: {feed_no}: delivered"


def _post(tracker: Tracker, webhook: Webhook, entry: Entry, *, loopback: bool) -> None:
    # The same publication always has the same id, so that a receiver can drop a repetition.
    message_id, now = f"msg_{entry.publication.sha256[:32]}", int(clock.now().timestamp())
    body = message(tracker, entry)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"legalmap/{__version__}",
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(webhook.secret, message_id, now, body),
    }
    http_post.post(webhook.url, headers, body, loopback=loopback)


def message(tracker: Tracker, entry: Entry) -> bytes:
    """The body for a publication: a WebhookMessage as JSON."""
    change = feed.change(tracker, entry)
    kind = "record.verified" if change.kind == "verify" else "record.published"
    return contract.encode(contract.WebhookMessage(type=kind, timestamp=change.at, data=change))


def _failed(tracker: Tracker, webhook: Webhook, error: Undelivered, until: datetime) -> str:
    at = clock.now()
    failures, since = webhook.failures + 1, webhook.failing_since or at
    disabled = error.for_good or is_given_up(failures, since, at)
    next_at = at + pause_after(failures)
    with tracker.store.writing() as connection:
        settled = webhooks.settle(
            connection,
            webhook,
            until,
            failures=failures,
            failing_since=since,
            last_error=str(error)[:300],
            next_at=next_at,
            disabled_at=at if disabled else None,
        )
        # Only the first failure and the last go into the log: in between there may be hundreds.
        if settled and (disabled or failures == 1):
            action = "webhook-disable" if disabled else "webhook-fail"
            log_of(connection, webhook, action, "worker", why=str(error), failures=failures)
    if disabled:
        return f"Disabled: “legalmap webhook replay {webhook.id}” takes it up again."
    return f"Again at {next_at:%Y-%m-%d %H:%M:%S} UTC."
