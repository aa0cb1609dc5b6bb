"""The log of every act. It has no foreign keys and stores labels, so it outlives its subjects."""

import sqlalchemy as sa

from legalmap.store.tables.base import metadata
from legalmap.store.tables.types import UTCDateTime

event = sa.Table(
    "event",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", UTCDateTime, nullable=False, index=True),
    sa.Column("actor_id", sa.Integer),
    sa.Column("actor_label", sa.String(60), nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("subject_kind", sa.String(20), nullable=False),
    sa.Column("subject_id", sa.String(200), nullable=False),  # a number as text, or empty
    sa.Column("subject_label", sa.String(300), nullable=False),
    sa.Column("data", sa.Text, nullable=False),  # JSON, see domain/events.py
    # Copies from the data, to filter by. Null in rows of the first version.
    sa.Column("topic", sa.String(40)),
    sa.Column("jurisdiction_code", sa.String(120)),
    sa.Index("ix_event_action_id", "action", "id"),
    sa.Index("ix_event_actor_label_id", "actor_label", "id"),
    sa.Index("ix_event_jurisdiction_code_id", "jurisdiction_code", "id"),
    sa.Index("ix_event_subject_kind_subject_id", "subject_kind", "subject_id"),
    sa.Index("ix_event_topic_id", "topic", "id"),
)
