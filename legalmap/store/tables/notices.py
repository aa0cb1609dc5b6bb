"""Notices for people in the desk, and the outbox for mail."""

import sqlalchemy as sa

from legalmap.domain.outside.mail import LONGEST_ADDRESS
from legalmap.store.tables.base import metadata
from legalmap.store.tables.types import UTCDateTime

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("at", UTCDateTime, nullable=False),
    sa.Column("text", sa.String(500), nullable=False),
    # The path on this site of the page it is about.
    sa.Column("path", sa.String(300), nullable=False),
    sa.Column("read_at", UTCDateTime),  # null: unread
)
# Written in the transaction of the act, sent afterwards: tried until the server takes it.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account_id", sa.ForeignKey("account.id"), index=True),
    sa.Column("address", sa.String(LONGEST_ADDRESS), nullable=False),
    sa.Column("subject", sa.String(300), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),  # of which the last may be under way
    sa.Column("next_at", UTCDateTime, index=True),  # null once it is sent or given up
    sa.Column("last_error", sa.String(300), nullable=False),
    sa.Column("sent_at", UTCDateTime),
    sa.Column("given_up_at", UTCDateTime),
)
