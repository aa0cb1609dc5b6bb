"""Moderation. Submissions, withdrawals, assents, reviews and remarks are history; drafts, claims and
suggestions are working data. ``waiting`` is derived from the history: the submissions that nobody has
decided or withdrawn, in rows narrow enough to sort quickly.
"""

import sqlalchemy as sa

from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.law.payload import MAX_URL
from legalmap.domain.outside.mail import LONGEST_ADDRESS
from legalmap.store.tables.base import metadata
from legalmap.store.tables.records import SHA256
from legalmap.store.tables.types import UTCDateTime, word_of

submission = sa.Table(
    "submission",
    metadata,
    sa.Column("revision_id", sa.ForeignKey("revision.id"), primary_key=True, autoincrement=False),
    sa.Column("submitter_id", sa.ForeignKey("account.id"), nullable=False),
    sa.Column("at", UTCDateTime, nullable=False, index=True),
    # The first version did not have these columns: null and the defaults stand in its rows.
    sa.Column("intent", sa.String(20)),
    sa.Column("risk", sa.Integer, nullable=False, server_default="0"),  # an index of LEVELS
    # The codes of the reasons, as JSON.
    sa.Column("risks", sa.Text, nullable=False, server_default="[]"),
    sa.Column("approvals_needed", sa.Integer, nullable=False, server_default="1"),
    # The name shared by what was sent together, such as one file.
    sa.Column("batch", sa.String(32), index=True),
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
    sa.Column("why", sa.Text, nullable=False),  # may be empty
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
    # The codes of reasons chosen from the list, and of the checks that were ticked, as JSON.
    sa.Column("reasons", sa.Text, nullable=False, server_default="[]"),
    sa.Column("checks", sa.Text, nullable=False, server_default="[]"),
    sa.UniqueConstraint("id", "revision_id", "verdict", "payload_sha256"),
    sa.ForeignKeyConstraint(
        ["revision_id", "author_id", "payload_sha256"],
        ["revision.id", "revision.author_id", "revision.payload_sha256"],
    ),
    sa.CheckConstraint("reviewer_id <> author_id", name="four_eyes"),
)
# An approval before the final one, where two are needed.
assent = sa.Table(
    "assent",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("revision_id", sa.ForeignKey("submission.revision_id"), nullable=False),
    sa.Column("author_id", sa.Integer, nullable=False),
    sa.Column("payload_sha256", SHA256, nullable=False),
    sa.Column("reviewer_id", sa.ForeignKey("account.id"), nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("checks", sa.Text, nullable=False),  # JSON, as in review
    sa.Column("at", UTCDateTime, nullable=False),
    sa.UniqueConstraint("revision_id", "reviewer_id"),
    sa.ForeignKeyConstraint(
        ["revision_id", "author_id", "payload_sha256"],
        ["revision.id", "revision.author_id", "revision.payload_sha256"],
    ),
    sa.CheckConstraint("reviewer_id <> author_id", name="four_eyes"),
)
remark = sa.Table(
    "remark",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("revision_id", sa.ForeignKey("submission.revision_id"), nullable=False, index=True),
    sa.Column("author_id", sa.ForeignKey("account.id"), nullable=False),
    sa.Column("at", UTCDateTime, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
waiting = sa.Table(
    "waiting",
    metadata,
    sa.Column("revision_id", sa.ForeignKey("submission.revision_id"), primary_key=True),
    sa.Column("author_id", sa.Integer, nullable=False, index=True),
    sa.Column("topic", sa.String(40), nullable=False),
    sa.Column("jurisdiction_code", sa.String(120), nullable=False, index=True),
    sa.Column("intent", sa.String(20), nullable=False),
    sa.Column("risk", sa.Integer, nullable=False),
    sa.Column("at", UTCDateTime, nullable=False, index=True),
    sa.Column("batch", sa.String(32)),
    sa.Index("ix_waiting_risk_at", "risk", "at"),
)
# Who is working on something, until when: a courtesy between people that expires by itself.
claim = sa.Table(
    "claim",
    metadata,
    # What is claimed: a proposal, a suggestion, or a record in the verification round.
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("subject_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("at", UTCDateTime, nullable=False),
    sa.Column("expires_at", UTCDateTime, nullable=False),
    sa.CheckConstraint("kind IN ('proposal', 'suggestion', 'record')", name="kind"),
)
# From readers without an account. Rows are never deleted; the address is, once the suggestion is closed.
suggestion = sa.Table(
    "suggestion",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("topic", sa.String(40), nullable=False),
    sa.Column("jurisdiction_code", sa.ForeignKey("jurisdiction.code"), nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("url", sa.String(MAX_URL), nullable=False),
    sa.Column("email", sa.String(LONGEST_ADDRESS)),
    sa.Column("at", UTCDateTime, nullable=False, index=True),
    sa.Column("closed_at", UTCDateTime),
    sa.Column("closed_by_id", sa.ForeignKey("account.id")),
    sa.Column("outcome", sa.String(20)),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("revision_id", sa.ForeignKey("submission.revision_id")),
    sa.CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name="closed"),
    sa.CheckConstraint("outcome IN ('proposed', 'declined', 'duplicate')", name="outcome"),
    sa.CheckConstraint("(revision_id IS NULL) OR (outcome = 'proposed')", name="proposed"),
)
# What to look up next about a record: for the desk alone, no part of what is published.
task = sa.Table(
    "task",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("topic", sa.String(40), nullable=False),
    sa.Column("jurisdiction_code", sa.ForeignKey("jurisdiction.code"), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("done_at", UTCDateTime),
    sa.Column("done_by_id", sa.ForeignKey("account.id")),
    sa.Index("ix_task_jurisdiction_code_topic", "jurisdiction_code", "topic"),
    sa.CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name="done"),
)
draft = sa.Table(
    "draft",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("record_id", sa.ForeignKey("record.id"), nullable=False),
    sa.Column("base_id", sa.ForeignKey("revision.id"), nullable=False),
    sa.Column("reworks_id", sa.ForeignKey("revision.id")),
    sa.Column("owner_id", sa.ForeignKey("account.id"), nullable=False),
    # The form as it was sent, as JSON: a draft may be far from valid.
    sa.Column("form", sa.Text, nullable=False),
    # The suggestion that the draft began from.
    sa.Column("suggestion_id", sa.ForeignKey("suggestion.id")),
    sa.Column("updated_at", UTCDateTime, nullable=False),
    sa.UniqueConstraint("record_id", "owner_id"),
)
