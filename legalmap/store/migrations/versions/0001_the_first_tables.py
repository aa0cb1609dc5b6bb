"""The first tables."""

import sqlalchemy as sa
from alembic import op

from legalmap.store.tables.types import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=60), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "contributor",
                "moderator",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("is_demo", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("disabled_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("handle", name=op.f("uq_account_handle")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_label", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("subject_label", sa.String(length=300), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(op.f("ix_event_at"), "event", ["at"], unique=False)
    op.create_table(
        "jurisdiction",
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("search_name", sa.String(length=200), nullable=False),
        sa.Column("parent", sa.String(length=120), nullable=True),
        sa.Column("county", sa.String(length=120), nullable=True),
        sa.Column("called", sa.String(length=80), nullable=False),
        sa.Column("iso", sa.String(length=10), nullable=True),
        sa.Column("fips", sa.String(length=10), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("law", sa.String(length=3), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county"], ["jurisdiction.code"], name=op.f("fk_jurisdiction_county")
        ),
        sa.ForeignKeyConstraint(
            ["parent"], ["jurisdiction.code"], name=op.f("fk_jurisdiction_parent")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_jurisdiction")),
    )
    op.create_index(op.f("ix_jurisdiction_county"), "jurisdiction", ["county"], unique=False)
    op.create_index(op.f("ix_jurisdiction_fips"), "jurisdiction", ["fips"], unique=False)
    op.create_index(op.f("ix_jurisdiction_iso"), "jurisdiction", ["iso"], unique=False)
    op.create_index(op.f("ix_jurisdiction_parent"), "jurisdiction", ["parent"], unique=False)
    op.create_index(
        op.f("ix_jurisdiction_search_name"), "jurisdiction", ["search_name"], unique=False
    )
    op.create_table(
        "jurisdiction_alias",
        sa.Column("alias", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["code"], ["jurisdiction.code"], name=op.f("fk_jurisdiction_alias_code")
        ),
        sa.PrimaryKeyConstraint("alias", name=op.f("pk_jurisdiction_alias")),
    )
    op.create_index(
        op.f("ix_jurisdiction_alias_code"), "jurisdiction_alias", ["code"], unique=False
    )
    op.create_table(
        "legal_status",
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("jurisdiction_code", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("effective_from", sa.String(length=10), nullable=True),
        sa.Column("effective_until", sa.String(length=10), nullable=True),
        sa.Column("force", sa.String(length=12), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("last_verified", sa.Date(), nullable=True),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("number_of_sources", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"],
            ["jurisdiction.code"],
            name=op.f("fk_legal_status_jurisdiction_code"),
        ),
        sa.PrimaryKeyConstraint(
            "topic", "jurisdiction_code", "position", name=op.f("pk_legal_status")
        ),
    )
    op.create_index(op.f("ix_legal_status_status"), "legal_status", ["status"], unique=False)
    op.create_table(
        "record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("jurisdiction_code", sa.String(length=120), nullable=False),
        sa.Column("current_revision_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"], ["jurisdiction.code"], name=op.f("fk_record_jurisdiction_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint(
            "topic", "jurisdiction_code", name=op.f("uq_record_topic_jurisdiction_code")
        ),
    )
    op.create_index(
        op.f("ix_record_jurisdiction_code"), "record", ["jurisdiction_code"], unique=False
    )
    op.create_table(
        "session",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_account_id")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"], unique=False)
    op.create_table(
        "zip_county",
        sa.Column("zip", sa.String(length=5), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["jurisdiction.code"], name=op.f("fk_zip_county_code")),
        sa.PrimaryKeyConstraint("zip", "position", name=op.f("pk_zip_county")),
    )
    op.create_index(op.f("ix_zip_county_code"), "zip_county", ["code"], unique=False)
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("reworks_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint("(kind = 'genesis') = (number = 0)", name=op.f("ck_revision_genesis")),
        sa.CheckConstraint(
            "kind IN ('genesis', 'edit', 'verify', 'revert')", name=op.f("ck_revision_kind")
        ),
        sa.CheckConstraint("(number = 0) = (base_id IS NULL)", name=op.f("ck_revision_base")),
        sa.CheckConstraint("length(payload_sha256) = 64", name=op.f("ck_revision_sha256")),
        sa.CheckConstraint("number >= 0", name=op.f("ck_revision_number")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_revision_author_id")),
        sa.ForeignKeyConstraint(
            ["record_id", "base_id"],
            ["revision.record_id", "revision.id"],
            name=op.f("fk_revision_record_id_base_id"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id", "reworks_id"],
            ["revision.record_id", "revision.id"],
            name=op.f("fk_revision_record_id_reworks_id"),
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_revision_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint(
            "id",
            "author_id",
            "payload_sha256",
            name=op.f("uq_revision_id_author_id_payload_sha256"),
        ),
        sa.UniqueConstraint(
            "id", "number", "payload_sha256", name=op.f("uq_revision_id_number_payload_sha256")
        ),
        sa.UniqueConstraint("record_id", "id", name=op.f("uq_revision_record_id_id")),
        sa.UniqueConstraint("record_id", "number", name=op.f("uq_revision_record_id_number")),
    )
    op.create_index(op.f("ix_revision_author_id"), "revision", ["author_id"], unique=False)
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("reworks_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("updated_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["base_id"], ["revision.id"], name=op.f("fk_draft_base_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_draft_owner_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_draft_record_id")),
        sa.ForeignKeyConstraint(["reworks_id"], ["revision.id"], name=op.f("fk_draft_reworks_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("record_id", "owner_id", name=op.f("uq_draft_record_id_owner_id")),
    )
    op.create_table(
        "revision_author",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_revision_author_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_revision_author_revision_id")
        ),
        sa.PrimaryKeyConstraint("revision_id", "account_id", name=op.f("pk_revision_author")),
    )
    op.create_table(
        "submission",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("submitter_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_submission_revision_id")
        ),
        sa.ForeignKeyConstraint(
            ["submitter_id"], ["account.id"], name=op.f("fk_submission_submitter_id")
        ),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_submission")),
    )
    op.create_index(op.f("ix_submission_at"), "submission", ["at"], unique=False)
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "approve",
                "reject",
                "request-changes",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("reviewer_id <> author_id", name=op.f("ck_review_four_eyes")),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["account.id"], name=op.f("fk_review_reviewer_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id", "author_id", "payload_sha256"],
            ["revision.id", "revision.author_id", "revision.payload_sha256"],
            name=op.f("fk_review_revision_id_author_id_payload_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["submission.revision_id"], name=op.f("fk_review_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint(
            "id",
            "revision_id",
            "verdict",
            "payload_sha256",
            name=op.f("uq_review_id_revision_id_verdict_payload_sha256"),
        ),
        sa.UniqueConstraint("revision_id", name=op.f("uq_review_revision_id")),
    )
    op.create_index(op.f("ix_review_reviewer_id"), "review", ["reviewer_id"], unique=False)
    op.create_table(
        "withdrawal",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_withdrawal_actor_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["submission.revision_id"], name=op.f("fk_withdrawal_revision_id")
        ),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_withdrawal")),
    )
    op.create_table(
        "publication",
        sa.Column("feed_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("prev_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict = 'approve'", name=op.f("ck_publication_approved")
        ),
        sa.CheckConstraint(
            "(review_id IS NULL) = (revision_number = 0)", name=op.f("ck_publication_reviewed")
        ),
        sa.CheckConstraint(
            "(review_id IS NULL) = (verdict IS NULL)", name=op.f("ck_publication_verdict_given")
        ),
        sa.CheckConstraint("feed_no > 0", name=op.f("ck_publication_feed_no")),
        sa.ForeignKeyConstraint(
            ["record_id", "revision_id"],
            ["revision.record_id", "revision.id"],
            name=op.f("fk_publication_record_id_revision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["review_id", "revision_id", "verdict", "payload_sha256"],
            ["review.id", "review.revision_id", "review.verdict", "review.payload_sha256"],
            name=op.f("fk_publication_review_id_revision_id_verdict_payload_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id", "revision_number", "payload_sha256"],
            ["revision.id", "revision.number", "revision.payload_sha256"],
            name=op.f("fk_publication_revision_id_revision_number_payload_sha256"),
        ),
        sa.PrimaryKeyConstraint("feed_no", name=op.f("pk_publication")),
        sa.UniqueConstraint("prev_sha256", name=op.f("uq_publication_prev_sha256")),
        sa.UniqueConstraint("review_id", name=op.f("uq_publication_review_id")),
        sa.UniqueConstraint("revision_id", name=op.f("uq_publication_revision_id")),
        sa.UniqueConstraint("sha256", name=op.f("uq_publication_sha256")),
    )
    op.create_index(op.f("ix_publication_record_id"), "publication", ["record_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_publication_record_id"), table_name="publication")
    op.drop_table("publication")
    op.drop_table("withdrawal")
    op.drop_index(op.f("ix_review_reviewer_id"), table_name="review")
    op.drop_table("review")
    op.drop_index(op.f("ix_submission_at"), table_name="submission")
    op.drop_table("submission")
    op.drop_table("revision_author")
    op.drop_table("draft")
    op.drop_index(op.f("ix_revision_author_id"), table_name="revision")
    op.drop_table("revision")
    op.drop_index(op.f("ix_zip_county_code"), table_name="zip_county")
    op.drop_table("zip_county")
    op.drop_index(op.f("ix_session_account_id"), table_name="session")
    op.drop_table("session")
    op.drop_index(op.f("ix_record_jurisdiction_code"), table_name="record")
    op.drop_table("record")
    op.drop_index(op.f("ix_legal_status_status"), table_name="legal_status")
    op.drop_table("legal_status")
    op.drop_index(op.f("ix_jurisdiction_alias_code"), table_name="jurisdiction_alias")
    op.drop_table("jurisdiction_alias")
    op.drop_index(op.f("ix_jurisdiction_search_name"), table_name="jurisdiction")
    op.drop_index(op.f("ix_jurisdiction_parent"), table_name="jurisdiction")
    op.drop_index(op.f("ix_jurisdiction_iso"), table_name="jurisdiction")
    op.drop_index(op.f("ix_jurisdiction_fips"), table_name="jurisdiction")
    op.drop_index(op.f("ix_jurisdiction_county"), table_name="jurisdiction")
    op.drop_table("jurisdiction")
    op.drop_index(op.f("ix_event_at"), table_name="event")
    op.drop_table("event")
    op.drop_table("account")
