"""Webhooks: who wants to be told of publications, and up to which feed number they have been."""

import sqlalchemy as sa

from legalmap.store.tables.base import metadata
from legalmap.store.tables.types import UTCDateTime

webhook = sa.Table(
    "webhook",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("url", sa.String(2000), nullable=False),
    sa.Column("topic", sa.String(40)),  # null: all
    # In the clear, because every signature is made with it.
    sa.Column("secret", sa.String(100), nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    # The feed itself is the outbox: everything after this number is still to be delivered.
    sa.Column("delivered_feed_no", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),  # in a row
    sa.Column("failing_since", UTCDateTime),
    sa.Column("last_error", sa.String(300), nullable=False),
    # No attempt before this instant: set after a failure, and by the worker that is delivering now.
    sa.Column("next_at", UTCDateTime),
    sa.Column("disabled_at", UTCDateTime),
    sa.UniqueConstraint("url", "topic"),
    sa.CheckConstraint("delivered_feed_no >= 0", name="delivered_feed_no"),
    sa.CheckConstraint("failures >= 0", name="failures"),
)
