"""Webhooks: adding, listing, removing and replaying them; only the command line can."""

import base64
import secrets
from typing import Any
from urllib.parse import urlsplit

from legalmap import clock
from legalmap.domain.errors import Invalid, Missing
from legalmap.domain.outside.webhooks import SECRET_PREFIX, Webhook
from legalmap.services.core.tracker import Tracker
from legalmap.services.notifying import http_post
from legalmap.store import log
from legalmap.store.engine import Connection
from legalmap.store.history import feed
from legalmap.store.outside import webhooks


def add(tracker: Tracker, url: str, topic: str | None = None, *, loopback: bool = False) -> Webhook:
    """Let ``url`` hear of what is published from now on; the secret in the answer is shown once."""
    http_post.checked_url(url, loopback=loopback)
    if topic is not None:
        tracker.topic(topic)
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    with tracker.store.writing() as connection:
        if any((known.url, known.topic) == (url, topic) for known in webhooks.everyone(connection)):
            raise Invalid.at("URL", "There is such a webhook already.")
        head = feed.head(connection)
        added = webhooks.insert(
            connection,
            url=url,
            topic=topic,
            secret=secret,
            created_at=clock.now(),
            delivered_feed_no=head,
        )
        webhook = _webhook(connection, added)
        log_of(connection, webhook, "webhook-add", since=head)
    return webhook


def everyone(tracker: Tracker) -> list[Webhook]:
    """All webhooks, oldest first."""
    with tracker.store.reading() as connection:
        return webhooks.everyone(connection)


def remove(tracker: Tracker, webhook_id: int) -> None:
    """Forget a webhook and its secret; the log keeps where it went."""
    with tracker.store.writing() as connection:
        webhook = _webhook(connection, webhook_id)
        webhooks.remove(connection, webhook_id)
        log_of(connection, webhook, "webhook-remove")


def replay(tracker: Tracker, webhook_id: int, since: int) -> None:
    """Deliver everything after ``since`` again, at once, also to one that was disabled."""
    with tracker.store.writing() as connection:
        webhook, head = _webhook(connection, webhook_id), feed.head(connection)
        if not 0 <= since <= head:
            raise Invalid.at("--since", f"Give a feed number from 0 to {head}.")
        fresh: dict[str, Any] = dict.fromkeys(("failing_since", "next_at", "disabled_at"))
        fresh |= {"failures": 0, "last_error": "", "delivered_feed_no": since}
        webhooks.update(connection, webhook_id, **fresh)
        before = {"since": webhook.delivered_feed_no}
        log_of(connection, webhook, "webhook-replay", before=before, after={"since": since})


def _webhook(connection: Connection, webhook_id: int) -> Webhook:
    webhook = webhooks.by_id(connection, webhook_id)
    if webhook is None:
        near = [str(known.id) for known in webhooks.everyone(connection)]
        raise Missing("webhook", str(webhook_id), near)
    return webhook


def log_of(
    connection: Connection, webhook: Webhook, action: str, by: str = "command line", **data: Any
) -> None:
    """Write an event. A query may hold a password of the receiver's: it stays out of the log."""
    parts = urlsplit(webhook.url)
    label = f"{parts.scheme}://{parts.netloc}{parts.path}"[:300]
    data["topic"] = webhook.topic
    log.append(connection, by, action, ("webhook", webhook.id, label), clock.now(), **data)
