"""History is append-only, publications are reviewed and numbered without gaps: by triggers."""

from alembic import op

from legalmap.store.migrations import guarding

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NO_HASH = "0" * 64
# What is never deleted, with the keys that a REPLACE INTO could overwrite a row by.
HISTORY = {
    "revision": ("id",),
    "revision_author": ("rowid",),
    "submission": ("revision_id",),
    "withdrawal": ("revision_id",),
    "review": ("id", "revision_id"),
    "publication": ("feed_no", "revision_id", "review_id", "prev_sha256", "sha256"),
    "event": ("id",),
}
KEPT = {"account": ("id", "handle"), "record": ("id", "topic, jurisdiction_code")}
# (name, table, moment, condition under which it refuses, what it says). NEW and OLD as in SQL.
RULES = [
    (
        "revision_dense",
        "revision",
        "INSERT",
        "NEW.number <> (SELECT coalesce(max(number), -1) + 1 FROM revision"
        " WHERE record_id = NEW.record_id)",
        "the revisions of a record are numbered without gaps",
    ),
    (
        "review_four_eyes",
        "review",
        "INSERT",
        "EXISTS (SELECT 1 FROM revision_author WHERE revision_id = NEW.revision_id"
        " AND account_id = NEW.reviewer_id)",
        "nobody reviews what they are an author of",
    ),
    (
        "review_not_withdrawn",
        "review",
        "INSERT",
        "EXISTS (SELECT 1 FROM withdrawal WHERE revision_id = NEW.revision_id)",
        "a withdrawn proposal cannot be reviewed",
    ),
    (
        "withdrawal_not_reviewed",
        "withdrawal",
        "INSERT",
        "EXISTS (SELECT 1 FROM review WHERE revision_id = NEW.revision_id)",
        "a reviewed proposal cannot be withdrawn",
    ),
    (
        "publication_dense",
        "publication",
        "INSERT",
        "NEW.feed_no <> (SELECT coalesce(max(feed_no), 0) + 1 FROM publication)",
        "the feed is numbered without gaps",
    ),
    (
        "publication_chained",
        "publication",
        "INSERT",
        "NEW.prev_sha256 <> coalesce((SELECT sha256 FROM publication"
        f" WHERE feed_no = NEW.feed_no - 1), '{NO_HASH}')",
        "a publication names the hash of the one before",
    ),
    (
        "publication_on_current_base",
        "publication",
        "INSERT",
        "NEW.revision_number > 0 AND NOT EXISTS (SELECT 1 FROM revision AS r JOIN record AS c"
        " ON c.id = r.record_id WHERE r.id = NEW.revision_id"
        " AND r.base_id = c.current_revision_id)",
        "the record has moved on since this revision was begun",
    ),
    (
        "account_is_fixed",
        "account",
        "UPDATE",
        "NEW.id <> OLD.id OR (NEW.handle <> OLD.handle"
        " AND EXISTS (SELECT 1 FROM account WHERE handle = NEW.handle))",
        "an account keeps its number and never takes the name of another",
    ),
    (
        "record_begins_empty",
        "record",
        "INSERT",
        "NEW.current_revision_id IS NOT NULL",
        "a record begins without a revision",
    ),
    (
        "record_is_fixed",
        "record",
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.topic <> OLD.topic"
        " OR NEW.jurisdiction_code <> OLD.jurisdiction_code OR NEW.current_revision_id IS NULL",
        "only the pointer of a record moves",
    ),
    (
        "record_points_to_published",
        "record",
        "UPDATE",
        "NEW.current_revision_id <> coalesce("
        "(SELECT revision_id FROM publication WHERE record_id = NEW.id"
        " ORDER BY feed_no DESC LIMIT 1),"
        " (SELECT id FROM revision WHERE record_id = NEW.id AND number = 0), -1)",
        "a record points to what was published last, before that to revision 0",
    ),
]
AUTHORS = (
    "INSERT INTO revision_author (revision_id, account_id) SELECT NEW.id, NEW.author_id"
    " UNION SELECT NEW.id, account_id FROM revision_author WHERE revision_id = NEW.reworks_id"
)


# Before the triggers that use it, on PostgreSQL.
REFUSE = (
    "RAISE EXCEPTION 'refused: % is history, % is not possible', TG_TABLE_NAME, TG_OP"
    " USING ERRCODE = 'integrity_constraint_violation';"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        guarding.put(HISTORY, KEPT, RULES)
        op.execute(f"CREATE TRIGGER revision_authors AFTER INSERT ON revision BEGIN {AUTHORS}; END")
        return
    guarding.execute(guarding.function("refuse_change", REFUSE))
    guarding.execute(guarding.function("collect_authors", f"{AUTHORS}; RETURN NEW;"))
    op.execute(
        "CREATE TRIGGER revision_authors AFTER INSERT ON revision"
        " FOR EACH ROW EXECUTE FUNCTION legalmap_collect_authors()"
    )
    guarding.put(HISTORY, KEPT, RULES)


def downgrade() -> None:
    guarding.take_away(HISTORY, KEPT, RULES)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER revision_authors")
        return
    op.execute("DROP TRIGGER revision_authors ON revision")
    for name in ("refuse_change", "collect_authors"):
        op.execute(f"DROP FUNCTION legalmap_{name}()")
