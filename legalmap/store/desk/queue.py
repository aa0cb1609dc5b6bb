"""The queue, a page at a time: only as many rows of ``waiting`` are read as are shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain.desk.queue import AGES, Asked, Mark
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
    asked: Asked,
    actor: Account,
    at: datetime,
    *,
    after: Mark | None,
    limit: int,
) -> list[Mark]:
    """The spots of the next ``limit`` proposals behind ``after``.

    By risk, each level is asked by itself: so both databases walk their index in its own order.
    """
    conditions = _conditions(asked, actor, at)
    if asked.order == "age":
        behind = [_later(after)] if after else []
        return _marks(connection, [*conditions, *behind], limit)
    found: list[Mark] = []
    for level in reversed(range(len(LEVELS))):
        if after and level > after.risk:
            continue
        behind = [_later(after)] if after and level == after.risk else []
        same = waiting.c.risk == level
        found += _marks(connection, [same, *conditions, *behind], limit - len(found))
        if len(found) == limit:
            break
    return found


def _later(mark: Mark) -> Condition:
    same = sa.and_(waiting.c.at == mark.at, waiting.c.revision_id > mark.revision_id)
    # The first half alone is what an index is walked by.
    return sa.and_(waiting.c.at >= mark.at, sa.or_(waiting.c.at > mark.at, same))


def _marks(connection: sa.Connection, conditions: list[Condition], limit: int) -> list[Mark]:
    query = (
        sa.select(waiting.c.risk, waiting.c.at, waiting.c.revision_id)
        .where(*conditions)
        .order_by(waiting.c.at, waiting.c.revision_id)
        .limit(limit)
    )
    return [Mark(**row._mapping) for row in connection.execute(query)]


def count(connection: sa.Connection, asked: Asked, actor: Account, at: datetime, most: int) -> int:
    """How many there are, but no further than ``most``."""
    some = sa.select(sa.literal(1)).select_from(waiting).where(*_conditions(asked, actor, at))
    counted = sa.select(sa.func.count()).select_from(some.limit(most).subquery())
    return int(connection.execute(counted).scalar_one())


def _conditions(asked: Asked, actor: Account, at: datetime) -> list[Condition]:
    found: list[Condition] = []
    for name in ("topic", "intent", "risk"):
        value = getattr(asked, name)
        if value is not None:
            found.append(waiting.c[name] == value)
    if asked.place is not None:
        found.append(_within(asked.place))
    if asked.age is not None:
        found.append(waiting.c.at <= at - AGES[asked.age])
    if asked.owner:
        found.append(~_has(revision_author.c.account_id == actor.id, revision_author.c.revision_id))
    if asked.owner == "free":
        found += _free(actor, at)
    return found


def _free(actor: Account, at: datetime) -> Iterable[Condition]:
    """Nobody else is at it, this person has not approved it yet, and it lies in their remit."""
    held = sa.and_(claim.c.kind == "proposal", claim.c.account_id != actor.id)
    yield ~_has(sa.and_(held, claim.c.expires_at > at), claim.c.subject_id)
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
    """The place and all below it. Codes tell it, but for towns of a county and a few territories."""
    mine = waiting.c.jurisdiction_code
    odd = jurisdiction.alias()
    partly = sa.select(place_county.c.place).where(place_county.c.county == code)
    below = sa.exists().where(
        sa.or_(odd.c.parent == code, odd.c.county == code, odd.c.code.in_(partly)),
        ~odd.c.code.startswith(f"{code}-", autoescape=True),
        sa.or_(mine == odd.c.code, mine.like(odd.c.code + "-%")),
    )
    return sa.or_(
        mine == code, mine.startswith(f"{code}-", autoescape=True), below.correlate(waiting)
    )
