"""What each publication says in short, and indexes for asking about the past.

The rows of the new tables are filled afterwards in small steps ("legalmap migrate" does both), and on
PostgreSQL the indexes are built while others read and write.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_publication_record_id_feed_no": ["record_id", "feed_no"],
    "ix_publication_at": ["at"],
}


def upgrade() -> None:
    op.create_table(
        "gist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gist")),
        sa.UniqueConstraint("sha256", name=op.f("uq_gist_sha256")),
    )
    op.create_table(
        "course",
        sa.Column("record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("feed_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("gist_id", sa.Integer(), nullable=False),
        sa.Column("last_verified", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["gist_id"], ["gist.id"], name=op.f("fk_course_gist_id")),
        sa.PrimaryKeyConstraint("record_id", "feed_no", name=op.f("pk_course")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        for name, columns in INDEXES.items():
            op.create_index(name, "publication", columns)
        op.drop_index("ix_publication_record_id", table_name="publication")
        return
    with op.get_context().autocommit_block():
        # It waits for transactions that are under way, and nobody waits for it.
        op.execute("SET lock_timeout = 0")
        for name, columns in INDEXES.items():
            # One that was broken off is there and not valid: it is made anew.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.create_index(name, "publication", columns, postgresql_concurrently=True)
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_publication_record_id")
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    op.create_index("ix_publication_record_id", "publication", ["record_id"])
    for name in INDEXES:
        op.drop_index(name, table_name="publication")
    op.drop_table("course")
    op.drop_table("gist")
