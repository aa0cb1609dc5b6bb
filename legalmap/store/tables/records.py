"""Records, their revisions, the feed of publications, and the tables derived from them.

``revision`` and ``publication`` are history: triggers refuse UPDATE and DELETE. The composite
foreign keys make it impossible for a publication to name another revision, hash or verdict than
the review it rests on. ``legal_status``, ``gist`` and ``course`` are derived from the feed and can be
rebuilt at any time.
"""

import sqlalchemy as sa

from legalmap.store.tables.base import metadata
from legalmap.store.tables.types import UTCDateTime

SHA256 = sa.String(64)
# Stands as the hash before the first publication.
NO_HASH = "0" * 64

record = sa.Table(
    "record",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("topic", sa.String(40), nullable=False),  # a code of data/topics
    sa.Column("jurisdiction_code", sa.ForeignKey("jurisdiction.code"), nullable=False, index=True),
    # The only pointer that moves, and only by compare-and-swap to a published revision.
    sa.Column("current_revision_id", sa.Integer),
    sa.UniqueConstraint("topic", "jurisdiction_code"),
)
revision = sa.Table(
    "revision",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("record_id", sa.ForeignKey("record.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("base_id", sa.Integer),
    # The earlier proposal whose content this one takes over; its authors count as authors too.
    sa.Column("reworks_id", sa.Integer),
    sa.Column("author_id", sa.ForeignKey("account.id"), nullable=False, index=True),
    sa.Column("created_at", UTCDateTime, nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    # Canonical JSON, byte for byte what payload_sha256 is the hash of.
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("payload_sha256", SHA256, nullable=False),
    sa.UniqueConstraint("record_id", "number"),
    sa.UniqueConstraint("record_id", "id"),
    sa.UniqueConstraint("id", "number", "payload_sha256"),
    sa.UniqueConstraint("id", "author_id", "payload_sha256"),
    sa.ForeignKeyConstraint(["record_id", "base_id"], ["revision.record_id", "revision.id"]),
    sa.ForeignKeyConstraint(["record_id", "reworks_id"], ["revision.record_id", "revision.id"]),
    sa.CheckConstraint("(number = 0) = (base_id IS NULL)", name="base"),
    sa.CheckConstraint("number >= 0", name="number"),
    sa.CheckConstraint("kind IN ('genesis', 'edit', 'verify', 'revert')", name="kind"),
    sa.CheckConstraint("(kind = 'genesis') = (number = 0)", name="genesis"),
    sa.CheckConstraint("length(payload_sha256) = 64", name="sha256"),
)
# Filled by a trigger: the author of a revision and the authors of what it reworks.
revision_author = sa.Table(
    "revision_author",
    metadata,
    sa.Column("revision_id", sa.ForeignKey("revision.id"), primary_key=True),
    sa.Column("account_id", sa.ForeignKey("account.id"), primary_key=True),
)
publication = sa.Table(
    "publication",
    metadata,
    sa.Column("feed_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("record_id", sa.Integer, nullable=False),
    sa.Column("revision_id", sa.Integer, nullable=False, unique=True),
    sa.Column("revision_number", sa.Integer, nullable=False),
    sa.Column("payload_sha256", SHA256, nullable=False),
    sa.Column("review_id", sa.Integer, unique=True),
    sa.Column("verdict", sa.String(20)),
    sa.Column("at", UTCDateTime, nullable=False, index=True),
    sa.Column("prev_sha256", SHA256, nullable=False, unique=True),
    sa.Column("sha256", SHA256, nullable=False, unique=True),
    sa.ForeignKeyConstraint(["record_id", "revision_id"], ["revision.record_id", "revision.id"]),
    sa.ForeignKeyConstraint(
        ["revision_id", "revision_number", "payload_sha256"],
        ["revision.id", "revision.number", "revision.payload_sha256"],
    ),
    sa.ForeignKeyConstraint(
        ["review_id", "revision_id", "verdict", "payload_sha256"],
        ["review.id", "review.revision_id", "review.verdict", "review.payload_sha256"],
    ),
    # Finds the publication of a record that stood at a feed number.
    sa.Index("ix_publication_record_id_feed_no", "record_id", "feed_no"),
    sa.CheckConstraint("feed_no > 0", name="feed_no"),
    sa.CheckConstraint("(review_id IS NULL) = (revision_number = 0)", name="reviewed"),
    sa.CheckConstraint("(review_id IS NULL) = (verdict IS NULL)", name="verdict_given"),
    sa.CheckConstraint("verdict IS NULL OR verdict = 'approve'", name="approved"),
)
legal_status = sa.Table(
    "legal_status",
    metadata,
    sa.Column("topic", sa.String(40), primary_key=True),
    sa.Column("jurisdiction_code", sa.ForeignKey("jurisdiction.code"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("status", sa.String(40), nullable=False, index=True),
    sa.Column("effective_from", sa.String(10)),  # as written: 2016, 2016-05 or 2016-05-10
    sa.Column("effective_until", sa.String(10)),
    sa.Column("force", sa.String(12), nullable=False),
    sa.Column("answers", sa.Text, nullable=False),  # JSON
    sa.Column("last_verified", sa.String(10)),
    sa.Column("revision_number", sa.Integer, nullable=False),
    sa.Column("number_of_sources", sa.Integer, nullable=False),
)
# See domain/law/gists.py. Thousands of revisions share one.
gist = sa.Table(
    "gist",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sha256", SHA256, nullable=False, unique=True),
    sa.Column("content", sa.Text, nullable=False),
)
# The course of each record: one narrow row for each publication, in the order in which the past is read.
course = sa.Table(
    "course",
    metadata,
    sa.Column("record_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("feed_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("gist_id", sa.ForeignKey("gist.id"), nullable=False),
    sa.Column("last_verified", sa.String(10)),
    sa.Column("verified_how", sa.String(20)),
    sqlite_with_rowid=False,
)
