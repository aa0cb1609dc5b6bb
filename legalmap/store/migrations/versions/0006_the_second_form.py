"""Dates of evidence known to the month or year, whether a person checked, and what to look up next.

``legal_status`` and ``course`` follow from the history: their rows keep what they say, and a course is
told from its revision how its date came about.
"""

import sqlalchemy as sa
from alembic import op

from legalmap.store.migrations import guarding
from legalmap.store.tables.types import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEPT = {"task": ("id",)}
RULES = [
    (
        "task_is_fixed",
        "task",
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.topic <> OLD.topic OR NEW.text <> OLD.text"
        " OR NEW.jurisdiction_code <> OLD.jurisdiction_code OR NEW.created_at <> OLD.created_at"
        " OR OLD.done_at IS NOT NULL",
        "what a task says does not change, nor that it is done",
    ),
]
TEXT, DAY = sa.String(length=10), sa.Date()
# How the date of each publication came about, as its revision says.
HOW = """
UPDATE course SET verified_how = (
    SELECT {says} FROM revision AS r JOIN publication AS p ON p.revision_id = r.id
    WHERE p.record_id = course.record_id AND p.feed_no = course.feed_no)
"""
SAYS = {
    "sqlite": "json_extract(r.payload, '$.verified_how')",
    "postgresql": "(r.payload\\:\\:json) ->> 'verified_how'",
}
# Of a date that is known roughly only the first day is left.
ROUGH = "UPDATE {table} SET last_verified = substr(last_verified || '-01-01', 1, 10)"


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    _retype(TEXT, DAY)
    op.add_column("course", sa.Column("verified_how", sa.String(length=20), nullable=True))
    op.execute(HOW.format(says=SAYS[dialect]))
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("jurisdiction_code", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name=op.f("ck_task_done")),
        sa.ForeignKeyConstraint(["done_by_id"], ["account.id"], name=op.f("fk_task_done_by_id")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_code"], ["jurisdiction.code"], name=op.f("fk_task_jurisdiction_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_jurisdiction_code_topic", "task", ["jurisdiction_code", "topic"])
    guarding.put({}, KEPT, RULES)


def downgrade() -> None:
    guarding.take_away({}, KEPT, RULES)
    op.drop_table("task")
    op.drop_column("course", "verified_how")
    for table in ("legal_status", "course"):
        op.execute(ROUGH.format(table=table))
    if op.get_bind().dialect.name != "sqlite":
        # SQLite keeps days as text anyway, and a cast to its dates would leave the year alone.
        _retype(DAY, TEXT)


def _retype(to: sa.String | sa.Date, before: sa.String | sa.Date) -> None:
    """SQLite writes a table anew for it, PostgreSQL the rows."""
    for table in ("legal_status", "course"):
        kept = {"sqlite_with_rowid": False} if table == "course" else {}
        with op.batch_alter_table(table, table_kwargs=kept) as batch:
            batch.alter_column(
                "last_verified",
                type_=to,
                existing_type=before,
                existing_nullable=True,
                postgresql_using=f"last_verified::{'date' if to is DAY else 'text'}",
            )
