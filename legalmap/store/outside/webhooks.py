"""Webhooks: adding and removing them, and moving each along the feed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain.outside.webhooks import Webhook
from legalmap.store import rows
from legalmap.store.engine import inserted_id
from legalmap.store.tables import webhook


def insert(connection: sa.Connection, **columns: Any) -> int:
    """Add a webhook for what is published after ``delivered_feed_no``; returns its id."""
    return inserted_id(connection, webhook, {"failures": 0, "last_error": "", **columns})


def everyone(connection: sa.Connection) -> list[Webhook]:
    """All webhooks, oldest first."""
    return rows.listed(connection, Webhook, sa.select(webhook).order_by(webhook.c.id))


def by_id(connection: sa.Connection, webhook_id: int) -> Webhook | None:
    """The webhook of that id, or None."""
    return rows.first(connection, Webhook, sa.select(webhook).where(webhook.c.id == webhook_id))


def remove(connection: sa.Connection, webhook_id: int) -> None:
    """Delete a webhook and its secret."""
    connection.execute(webhook.delete().where(webhook.c.id == webhook_id))


def update(connection: sa.Connection, webhook_id: int, **values: Any) -> None:
    """Change columns of one webhook."""
    connection.execute(webhook.update().where(webhook.c.id == webhook_id).values(**values))


def claim(connection: sa.Connection, known: Webhook, at: datetime, until: datetime) -> bool:
    """Keep other workers off a webhook until an instant; False if one of them has it or moved it on."""
    due = sa.or_(webhook.c.next_at.is_(None), webhook.c.next_at <= at)
    return _compared(connection, known, due, next_at=until)


def settle(connection: sa.Connection, known: Webhook, until: datetime, **values: Any) -> bool:
    """Write the result of a delivery; False if the claim was lost or the webhook moved meanwhile."""
    return _compared(connection, known, webhook.c.next_at == until, **values)


def _compared(
    connection: sa.Connection, known: Webhook, held: sa.ColumnElement[bool], **values: Any
) -> bool:
    updated = connection.execute(
        webhook.update()
        .where(
            webhook.c.id == known.id,
            webhook.c.delivered_feed_no == known.delivered_feed_no,
            webhook.c.disabled_at.is_(None),
            held,
        )
        .values(**values)
    )
    return updated.rowcount == 1
