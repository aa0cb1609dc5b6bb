"""Discussions: the versions of a proposal, the comments on each, and its author's record."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain.desk.discussion import Standing, Version, Word
from legalmap.domain.desk.moderation import Verdict
from legalmap.store.history.records import decision_of
from legalmap.store.rows import as_struct
from legalmap.store.tables import account, assent, remark, review, revision, submission

_reviewer = account.alias("reviewer")


def _chain(revision_id: int) -> sa.CTE:
    """The ids of a revision and of all it reworks, one after the other."""
    columns = sa.select(revision.c.id, revision.c.reworks_id)
    chain = columns.where(revision.c.id == revision_id).cte("chain", recursive=True)
    return chain.union(columns.join(chain, chain.c.reworks_id == revision.c.id))


def versions(connection: sa.Connection, revision_id: int) -> list[Version]:
    """A revision and all it reworks, oldest first, in one query however many there are."""
    chain = _chain(revision_id)
    query: sa.Select[Any] = (
        sa.select(
            revision.c.id,
            revision.c.number,
            account.c.handle.label("author"),
            submission.c.at.label("submitted_at"),
            review.c.verdict,
            review.c.reviewer_id,
            _reviewer.c.handle.label("reviewer"),
            review.c.at.label("reviewed_at"),
        )
        .join(chain, chain.c.id == revision.c.id)
        .join(account, account.c.id == revision.c.author_id)
        .outerjoin(submission, submission.c.revision_id == revision.c.id)
        .outerjoin(review, review.c.revision_id == revision.c.id)
        .outerjoin(_reviewer, _reviewer.c.id == review.c.reviewer_id)
        .order_by(revision.c.id)
    )
    return [as_struct(Version, row, decision=decision_of(row)) for row in connection.execute(query)]


def participants(connection: sa.Connection, revision_id: int) -> set[int]:
    """Who wrote, approved, decided or remarked on a revision or on one that it reworks."""
    ids = sa.select(_chain(revision_id).c.id)
    people = sa.union(
        sa.select(revision.c.author_id).where(revision.c.id.in_(ids)),
        sa.select(review.c.reviewer_id).where(review.c.revision_id.in_(ids)),
        sa.select(assent.c.reviewer_id).where(assent.c.revision_id.in_(ids)),
        sa.select(remark.c.author_id).where(remark.c.revision_id.in_(ids)),
    )
    return set(connection.scalars(people))


def words(connection: sa.Connection, revision_ids: Iterable[int]) -> list[Word]:
    """All comments on some revisions, oldest first."""
    ids = list(revision_ids)
    remarks = sa.union_all(
        _comments(remark, remark.c.author_id, sa.literal("remark"), remark.c.text, ids),
        _comments(assent, assent.c.reviewer_id, sa.literal("assent"), assent.c.comment, ids),
        _comments(review, review.c.reviewer_id, review.c.verdict, review.c.comment, ids),
    ).subquery()
    query = (
        sa.select(remarks, account.c.handle.label("author"))
        .join(account, account.c.id == remarks.c.author_id)
        .order_by(remarks.c.at, remarks.c.revision_id)
    )
    return [
        as_struct(Word, row, reasons=tuple(json.loads(row.reasons)))
        for row in connection.execute(query)
    ]


def _comments(
    table: sa.Table,
    author: sa.ColumnElement[int],
    kind: sa.ColumnElement[Any],
    text: sa.ColumnElement[str],
    ids: list[int],
) -> sa.Select[Any]:
    reasons = table.c.reasons if "reasons" in table.c else sa.literal("[]")
    return sa.select(
        table.c.revision_id,
        author.label("author_id"),
        table.c.at,
        sa.cast(kind, sa.String(20)).label("kind"),  # one type in all parts of the union
        text.label("text"),
        reasons.label("reasons"),
    ).where(table.c.revision_id.in_(ids))


def insert_remark(
    connection: sa.Connection, revision_id: int, author_id: int, at: datetime, text: str
) -> None:
    """Append a remark to a revision."""
    values = {"revision_id": revision_id, "author_id": author_id, "at": at, "text": text}
    connection.execute(remark.insert().values(values))


def standing(connection: sa.Connection, author_id: int) -> Standing:
    """How many proposals an author sent, and what became of them."""
    verdict = review.c.verdict
    query = (
        sa.select(
            sa.func.count().label("sent"),
            sa.func.count(sa.case((verdict == Verdict.APPROVE, 1))).label("published"),
            sa.func.count(sa.case((verdict == Verdict.REQUEST_CHANGES, 1))).label("sent_back"),
            sa.func.count(sa.case((verdict == Verdict.REJECT, 1))).label("rejected"),
        )
        .select_from(submission)
        .join(revision, revision.c.id == submission.c.revision_id)
        .outerjoin(review, review.c.revision_id == submission.c.revision_id)
        .where(revision.c.author_id == author_id)
    )
    return Standing(**connection.execute(query).one()._mapping)


def interests(connection: sa.Connection, account_ids: Iterable[int]) -> dict[int, str]:
    """The declared conflicts of interest of some people, by account id; those with none are left out."""
    query = sa.select(account.c.id, account.c.interest).where(
        account.c.id.in_(list(account_ids)), account.c.interest != ""
    )
    return {row.id: row.interest for row in connection.execute(query)}
