"""Submissions, withdrawals and reviews: history, one row each for a revision. Drafts: private, mutable."""

import sqlalchemy as sa

from legalmap.domain.moderation import Verdict
from legalmap.store.tables.base import metadata
from legalmap.store.tables.records import SHA256
from legalmap.store.types import UTCDateTime, word_of

submission = sa.Table(
    "submission",
    metadata,
    sa.Column("revision_id", sa.ForeignKey("revision.id"), primary_key=True, autoincrement=False),
    sa.Column("submitter_id", sa.ForeignKey("account.id"), nullable=False),
    sa.Column("at", UTCDateTime, nullable=False, index=True),
)
withdrawal = sa.Table(
    "withdrawal",
    metadata,
    sa.Column(
        "revision_id",
        sa.ForeignKey("submission.revision_id"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("actor_id", sa.ForeignKey("account.id"), nullable=False),
    sa.Column("at", UTCDateTime, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)
review = sa.Table(
    "review",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    # One review a revision, and only of a revision that was submitted.
    sa.Column("revision_id", sa.ForeignKey("submission.revision_id"), nullable=False, unique=True),
    sa.Column("author_id", sa.Integer, nullable=False),
    sa.Column("payload_sha256", SHA256, nullable=False),
    sa.Column("reviewer_id", sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("verdict", word_of(Verdict, "verdict"), nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("at", UTCDateTime, nullable=False),
    sa.UniqueConstraint("id", "revision_id", "verdict", "payload_sha256"),
    sa.ForeignKeyConstraint(
        ["revision_id", "author_id", "payload_sha256"],
        ["revision.id", "revision.author_id", "revision.payload_sha256"],
    ),
    sa.CheckConstraint("reviewer_id <> author_id", name="four_eyes"),
)
draft = sa.Table(
    "draft",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("record_id", sa.ForeignKey("record.id"), nullable=False),
    sa.Column("base_id", sa.ForeignKey("revision.id"), nullable=False),
    sa.Column("reworks_id", sa.ForeignKey("revision.id")),
    sa.Column("owner_id", sa.ForeignKey("account.id"), nullable=False),
    # What was typed, as the form sent it: a draft may be far from valid.
    sa.Column("form", sa.Text, nullable=False),
    sa.Column("updated_at", UTCDateTime, nullable=False),
    sa.UniqueConstraint("record_id", "owner_id"),
)
