"""Managing webhooks: add, list, remove, replay. Only the command line does this."""

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
    """Send everything published from now on to ``url``. The secret in the result is shown only once.

    Raise Invalid if the URL may not be posted to, or there is such a webhook already.
    """
    http_post.checked_url(url, loopback=loopback)
    if topic is not None:
        tracker.topic(topic)
    # Standard Webhooks asks for 24 to 64 random bytes, written in base64.
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
    """Delete a webhook and its secret; its URL stays in the log. Raise Missing if there is none."""
    with tracker.store.writing() as connection:
        webhook = _webhook(connection, webhook_id)
        webhooks.remove(connection, webhook_id)
        log_of(connection, webhook, "webhook-remove")


def replay(tracker: Tracker, webhook_id: int, since: int) -> None:
    """Deliver everything after ``since`` again, starting now; enables a disabled webhook."""
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
    """Log an act on a webhook. The query of its URL may hold a password: it stays out of the log."""
    parts = urlsplit(webhook.url)
    label = f"{parts.scheme}://{parts.netloc}{parts.path}"[:300]
    data["topic"] = webhook.topic
    log.append(connection, by, action, ("webhook", webhook.id, label), clock.now(), **data)
