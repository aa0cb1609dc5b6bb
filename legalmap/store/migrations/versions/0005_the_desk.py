"""The desk: intents, risks and second approvals, suggestions, claims, people's second factors, notices.

``waiting`` follows from the history and is filled here; on PostgreSQL indexes of large tables are built
while others read and write.
"""

import sqlalchemy as sa
from alembic import op

from legalmap.store.migrations import guarding
from legalmap.store.tables.types import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

HISTORY = {"assent": ("id", "revision_id, reviewer_id"), "remark": ("id",)}
KEPT = {"suggestion": ("id",)}
RULES = [
    (
        "assent_four_eyes",
        "assent",
        "INSERT",
        "EXISTS (SELECT 1 FROM revision_author WHERE revision_id = NEW.revision_id"
        " AND account_id = NEW.reviewer_id)",
        "nobody approves what they are an author of",
    ),
    (
        "assent_to_what_waits",
        "assent",
        "INSERT",
        "EXISTS (SELECT 1 FROM withdrawal WHERE revision_id = NEW.revision_id)"
        " OR EXISTS (SELECT 1 FROM review WHERE revision_id = NEW.revision_id)",
        "what is withdrawn or decided cannot be approved",
    ),
    (
        "review_enough_approvals",
        "review",
        "INSERT",
        "NEW.verdict = 'approve' AND (SELECT approvals_needed FROM submission"
        " WHERE revision_id = NEW.revision_id) > 1 + (SELECT count(*) FROM assent"
        " WHERE revision_id = NEW.revision_id AND reviewer_id <> NEW.reviewer_id)",
        "this proposal needs the approval of another reviewer first",
    ),
    (
        "suggestion_is_fixed",
        "suggestion",
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.topic <> OLD.topic OR NEW.text <> OLD.text OR NEW.url <> OLD.url"
        " OR NEW.jurisdiction_code <> OLD.jurisdiction_code OR NEW.at <> OLD.at",
        "what a suggestion says does not change",
    ),
]
INDEXES = {
    "ix_event_action_id": ("event", ["action", "id"]),
    "ix_event_actor_label_id": ("event", ["actor_label", "id"]),
    "ix_event_jurisdiction_code_id": ("event", ["jurisdiction_code", "id"]),
    "ix_event_subject_kind_subject_id": ("event", ["subject_kind", "subject_id"]),
    "ix_event_topic_id": ("event", ["topic", "id"]),
    "ix_submission_batch": ("submission", ["batch"]),
}
# What nobody decided or withdrew. What the first version did not ask is read from the kind.
WAITING = """
INSERT INTO waiting (revision_id, author_id, topic, jurisdiction_code, intent, risk, at, batch)
SELECT s.revision_id, r.author_id, c.topic, c.jurisdiction_code,
    CASE r.kind WHEN 'verify' THEN 'verification' WHEN 'revert' THEN 'revert'
    ELSE 'law-changed' END, s.risk, s.at, s.batch
FROM submission AS s
JOIN revision AS r ON r.id = s.revision_id
JOIN record AS c ON c.id = r.record_id
WHERE NOT EXISTS (SELECT 1 FROM withdrawal AS w WHERE w.revision_id = s.revision_id)
AND NOT EXISTS (SELECT 1 FROM review AS v WHERE v.revision_id = s.revision_id)
"""


def upgrade() -> None:
    _add_columns()
    _create_tables()
    with op.batch_alter_table("draft") as batch:
        batch.add_column(sa.Column("suggestion_id", sa.Integer()))
        batch.create_foreign_key("fk_draft_suggestion_id", "suggestion", ["suggestion_id"], ["id"])
    op.execute(WAITING)
    guarding.put(HISTORY, KEPT, RULES)
    _create_indexes()


def _create_indexes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, (table, columns) in INDEXES.items():
            op.create_index(name, table, columns)
        return
    with op.get_context().autocommit_block():
        # It waits for transactions that are under way, and nobody waits for it.
        op.execute("SET lock_timeout = 0")
        for name, (table, columns) in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.create_index(name, table, columns, postgresql_concurrently=True)
        op.execute("RESET lock_timeout")


def _add_columns() -> None:
    op.add_column("account", sa.Column("email", sa.String(length=254), nullable=True))
    op.add_column(
        "account", sa.Column("interest", sa.String(length=300), server_default="", nullable=False)
    )
    op.add_column("account", sa.Column("totp_secret", sa.String(length=64), nullable=True))
    op.add_column("account", sa.Column("totp_step", sa.Integer(), nullable=True))
    op.add_column("account", sa.Column("left_at", UTCDateTime(), nullable=True))
    op.add_column("event", sa.Column("topic", sa.String(length=40), nullable=True))
    op.add_column("event", sa.Column("jurisdiction_code", sa.String(length=120), nullable=True))
    op.add_column("review", sa.Column("reasons", sa.Text(), server_default="[]", nullable=False))
    op.add_column("review", sa.Column("checks", sa.Text(), server_default="[]", nullable=False))
    op.add_column("session", sa.Column("public_id", sa.String(length=32), nullable=True))
    op.add_column(
        "session", sa.Column("label", sa.String(length=120), server_default="", nullable=False)
    )
    op.add_column("session", sa.Column("proved_at", UTCDateTime(), nullable=True))
    op.add_column("submission", sa.Column("intent", sa.String(length=20), nullable=True))
    op.add_column("submission", sa.Column("risk", sa.Integer(), server_default="0", nullable=False))
    op.add_column("submission", sa.Column("risks", sa.Text(), server_default="[]", nullable=False))
    op.add_column(
        "submission",
        sa.Column("approvals_needed", sa.Integer(), server_default="1", nullable=False),
    )
    op.add_column("submission", sa.Column("batch", sa.String(length=32), nullable=True))
    op.create_index("uq_session_public_id", "session", ["public_id"], unique=True)


def _create_tables() -> None:
    op.create_table(
        "challenge",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_challenge_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
    )
    op.create_index(op.f("ix_challenge_account_id"), "challenge", ["account_id"])
    op.create_index(op.f("ix_challenge_expires_at"), "challenge", ["expires_at"])
    op.create_table(
        "claim",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('proposal', 'suggestion', 'record')", name=op.f("ck_claim_kind")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_claim_account_id")),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_account_id"), "claim", ["account_id"])
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
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
        sa.Column("remits", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("inviter_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.Column("used_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(used_at IS NULL) = (used_by_id IS NULL)", name=op.f("ck_invitation_used")
        ),
        sa.ForeignKeyConstraint(
            ["inviter_id"], ["account.id"], name=op.f("fk_invitation_inviter_id")
        ),
        sa.ForeignKeyConstraint(
            ["used_by_id"], ["account.id"], name=op.f("fk_invitation_used_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_invitation_token_sha256")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_account_id"), "notice", ["account_id"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", UTCDateTime(), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("given_up_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_outbox_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_account_id"), "outbox", ["account_id"])
    op.create_index(op.f("ix_outbox_next_at"), "outbox", ["next_at"])
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_passkey_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_account_id"), "passkey", ["account_id"])
    op.create_table(
        "recovery_code",
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")
        ),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])
    op.create_table(
        "remit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=True),
        sa.Column("jurisdiction_code", sa.String(length=120), nullable=True),
        sa.CheckConstraint(
            "topic IS NOT NULL OR jurisdiction_code IS NOT NULL", name=op.f("ck_remit_narrows")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_remit_account_id")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"], ["jurisdiction.code"], name=op.f("fk_remit_jurisdiction_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remit")),
    )
    op.create_index(op.f("ix_remit_account_id"), "remit", ["account_id"])
    op.create_table(
        "assent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("checks", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("reviewer_id <> author_id", name=op.f("ck_assent_four_eyes")),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["account.id"], name=op.f("fk_assent_reviewer_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision_id", "author_id", "payload_sha256"],
            ["revision.id", "revision.author_id", "revision.payload_sha256"],
            name=op.f("fk_assent_revision_id_author_id_payload_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["submission.revision_id"], name=op.f("fk_assent_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assent")),
        sa.UniqueConstraint(
            "revision_id", "reviewer_id", name=op.f("uq_assent_revision_id_reviewer_id")
        ),
    )
    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_remark_author_id")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["submission.revision_id"], name=op.f("fk_remark_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    op.create_index(op.f("ix_remark_revision_id"), "remark", ["revision_id"])
    op.create_table(
        "suggestion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("jurisdiction_code", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(revision_id IS NULL) OR (outcome = 'proposed')", name=op.f("ck_suggestion_proposed")
        ),
        sa.CheckConstraint(
            "outcome IN ('proposed', 'declined', 'duplicate')", name=op.f("ck_suggestion_outcome")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (outcome IS NULL)", name=op.f("ck_suggestion_closed")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["account.id"], name=op.f("fk_suggestion_closed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"],
            ["jurisdiction.code"],
            name=op.f("fk_suggestion_jurisdiction_code"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["submission.revision_id"], name=op.f("fk_suggestion_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
    )
    op.create_index(op.f("ix_suggestion_at"), "suggestion", ["at"])
    op.create_index(op.f("ix_suggestion_jurisdiction_code"), "suggestion", ["jurisdiction_code"])
    op.create_table(
        "waiting",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("jurisdiction_code", sa.String(length=120), nullable=False),
        sa.Column("intent", sa.String(length=20), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["submission.revision_id"], name=op.f("fk_waiting_revision_id")
        ),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_waiting")),
    )
    op.create_index(op.f("ix_waiting_at"), "waiting", ["at"])
    op.create_index(op.f("ix_waiting_author_id"), "waiting", ["author_id"])
    op.create_index(op.f("ix_waiting_jurisdiction_code"), "waiting", ["jurisdiction_code"])
    op.create_index("ix_waiting_risk_at", "waiting", ["risk", "at"])


TABLES = (
    "notice",
    "outbox",
    "waiting",
    "claim",
    "remark",
    "assent",
    "suggestion",
    "challenge",
    "recovery_code",
    "passkey",
    "invitation",
    "remit",
)
COLUMNS = {
    "account": ("email", "interest", "totp_secret", "totp_step", "left_at"),
    "event": ("topic", "jurisdiction_code"),
    "review": ("reasons", "checks"),
    "session": ("public_id", "label", "proved_at"),
    "submission": ("intent", "risk", "risks", "approvals_needed", "batch"),
}


def downgrade() -> None:
    guarding.take_away(HISTORY, KEPT, RULES)
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
    op.drop_index("uq_session_public_id", table_name="session")
    with op.batch_alter_table("draft") as batch:
        batch.drop_constraint("fk_draft_suggestion_id", type_="foreignkey")
        batch.drop_column("suggestion_id")
    for table in TABLES:
        op.drop_table(table)
    for table, columns in COLUMNS.items():
        for column in columns:
            op.drop_column(table, column)
