"""The review queue, a page at a time: only the rows of ``waiting`` that are shown are read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain.desk.queue import AGES, Mark, QueueFilter
from legalmap.domain.desk.risk import LEVELS
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.remits import Remit
from legalmap.store.tables import (
    assent,
    claim,
    jurisdiction,
    place_county,
    revision_author,
    waiting,
)

Condition = sa.ColumnElement[bool]


def page(
    connection: sa.Connection,
    spec: QueueFilter,
    actor: Account,
    at: datetime,
    *,
    after: Mark | None,
    limit: int,
) -> list[Mark]:
    """The positions of the next ``limit`` proposals behind ``after``.

    In the order of risk, each level is a query of its own, so that both databases can walk an index.
    """
    conditions = _conditions(spec, actor, at)
    if spec.order == "age":
        behind = [_later(after)] if after else []
        return _marks(connection, [*conditions, *behind], limit)
    marks: list[Mark] = []
    for level in reversed(range(after.risk + 1 if after else len(LEVELS))):
        behind = [_later(after)] if after and level == after.risk else []
        at_level = waiting.c.risk == level
        marks += _marks(connection, [at_level, *conditions, *behind], limit - len(marks))
        if len(marks) == limit:
            break
    return marks


def _later(mark: Mark) -> Condition:
    same_time = sa.and_(waiting.c.at == mark.at, waiting.c.revision_id > mark.revision_id)
    # Logically the second half is enough; the first lets the database start inside an index.
    return sa.and_(waiting.c.at >= mark.at, sa.or_(waiting.c.at > mark.at, same_time))


def _marks(connection: sa.Connection, conditions: list[Condition], limit: int) -> list[Mark]:
    query = (
        sa.select(waiting.c.risk, waiting.c.at, waiting.c.revision_id)
        .where(*conditions)
        .order_by(waiting.c.at, waiting.c.revision_id)
        .limit(limit)
    )
    return [Mark(**row._mapping) for row in connection.execute(query)]


def count(
    connection: sa.Connection, spec: QueueFilter, actor: Account, at: datetime, limit: int
) -> int:
    """How many proposals there are; counting stops at ``limit``."""
    matching = sa.select(sa.literal(1)).select_from(waiting).where(*_conditions(spec, actor, at))
    counted = sa.select(sa.func.count()).select_from(matching.limit(limit).subquery())
    return int(connection.execute(counted).scalar_one())


def _conditions(spec: QueueFilter, actor: Account, at: datetime) -> list[Condition]:
    conditions: list[Condition] = []
    for name in ("topic", "intent", "risk"):
        value = getattr(spec, name)
        if value is not None:
            conditions.append(waiting.c[name] == value)
    if spec.place is not None:
        conditions.append(_within(spec.place))
    if spec.age is not None:
        conditions.append(waiting.c.at <= at - AGES[spec.age])
    if spec.owner:
        conditions.append(
            ~_has(revision_author.c.account_id == actor.id, revision_author.c.revision_id)
        )
    if spec.owner == "free":
        conditions += _free(actor, at)
    return conditions


def _free(actor: Account, at: datetime) -> Iterable[Condition]:
    """Nobody else has claimed it, this person has not approved it yet, and their remits cover it."""
    by_others = sa.and_(claim.c.kind == "proposal", claim.c.account_id != actor.id)
    yield ~_has(sa.and_(by_others, claim.c.expires_at > at), claim.c.subject_id)
    yield ~_has(assent.c.reviewer_id == actor.id, assent.c.revision_id)
    if actor.remits:
        yield sa.or_(*(_in_remit(remit) for remit in actor.remits))


def _in_remit(remit: Remit) -> Condition:
    parts = [waiting.c.topic == remit.topic] if remit.topic else []
    parts += [_within(remit.jurisdiction)] if remit.jurisdiction else []
    return sa.and_(sa.true(), *parts)


def _has(condition: Condition, key: sa.Column[Any]) -> sa.Exists:
    return sa.exists().where(key == waiting.c.revision_id, condition).correlate(waiting)


def _within(code: str) -> Condition:
    """The place and all below it, known by their codes but for the towns of counties and a few territories."""
    code_column = waiting.c.jurisdiction_code
    # Places below it whose codes do not begin with its code.
    odd = jurisdiction.alias()
    partly = sa.select(place_county.c.place).where(place_county.c.county == code)
    below = sa.exists().where(
        sa.or_(odd.c.parent == code, odd.c.county == code, odd.c.code.in_(partly)),
        ~odd.c.code.startswith(f"{code}-", autoescape=True),
        sa.or_(code_column == odd.c.code, code_column.like(odd.c.code + "-%")),
    )
    return sa.or_(
        code_column == code,
        code_column.startswith(f"{code}-", autoescape=True),
        below.correlate(waiting),
    )
