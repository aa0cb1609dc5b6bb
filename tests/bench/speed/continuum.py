"""The same history in SQLAlchemy-Continuum: its validity strategy, its tables, its indexes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, configure_mappers, mapped_column
from sqlalchemy_continuum import Operation, make_versioned, version_class, versioning_manager

from legalmap.domain.law.payload import from_bytes
from tests.bench.speed.filled import TOPIC

make_versioned(user_cls=None, options={"strategy": "validity"})
AT_ONCE = 10_000
WALK = """
    SELECT feed_no, jurisdiction_code, payload FROM publication
    JOIN record ON record.id = publication.record_id
    JOIN revision ON revision.id = publication.revision_id
    WHERE topic = ? ORDER BY feed_no
"""
Row = dict[str, Any]


class Base(DeclarativeBase):
    """Tables of the comparison."""


class Period(Base):
    """A period of a record, as somebody who uses Continuum would model it: one row that changes."""

    __tablename__ = "period"
    __versioned__: ClassVar[dict[str, Any]] = {}

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(120))
    position: Mapped[int]
    status: Mapped[str] = mapped_column(sa.String(40))
    first_day: Mapped[date]
    last_day: Mapped[date]


configure_mappers()
Version: Any = version_class(Period)
Transaction: Any = versioning_manager.transaction_cls


def fill(source: Path, target: Path) -> None:
    """Bring every publication of a database of ours into Continuum's tables, number by number."""
    engine = sa.create_engine(f"sqlite:///{target}")
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        for table, rows in _chunks(source):
            connection.execute(sa.insert(table), rows)
    # What its documentation leaves to the database, done for it.
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _chunks(source: Path) -> Iterator[tuple[sa.Table, list[Row]]]:
    waiting: dict[sa.Table, list[Row]] = {Transaction.__table__: [], Version.__table__: []}
    for table, row in _rows(source):
        waiting[table].append(row)
        if len(waiting[table]) == AT_ONCE:
            yield table, waiting[table]
            waiting[table] = []
    yield from ((table, rows) for table, rows in waiting.items() if rows)


def _rows(source: Path) -> Iterator[tuple[sa.Table, Row]]:
    """Transactions, and each version when it is known where it ends."""
    ids: dict[tuple[str, int], int] = {}
    open_rows: dict[str, dict[tuple[str, int], Row]] = {}
    now = datetime.now(UTC).replace(tzinfo=None)
    with closing(sqlite3.connect(source)) as connection:
        for feed_no, code, payload in connection.execute(WALK, (TOPIC,)):
            yield Transaction.__table__, {"id": feed_no, "issued_at": now}
            said = _said(code, payload)
            stood = open_rows.setdefault(code, {})
            for key in sorted({*said, *stood}):
                before, after = stood.get(key), said.get(key)
                if _is_unchanged(before, after):
                    continue
                if before is not None:
                    yield Version.__table__, {**before, "end_transaction_id": feed_no}
                number = ids.setdefault(key, len(ids) + 1)
                stood[key] = _version(before, after, number, feed_no)
    for stood in open_rows.values():
        for row in stood.values():
            yield Version.__table__, {**row, "end_transaction_id": None}


def _said(code: str, payload: str) -> dict[tuple[str, int], Row]:
    return {
        (code, position): {
            "code": code,
            "position": position,
            "status": period.status,
            "first_day": period.first_day,
            "last_day": period.last_day,
        }
        for position, period in enumerate(from_bytes(payload).periods)
    }


def _is_unchanged(before: Row | None, after: Row | None) -> bool:
    if before is None or before["operation_type"] == Operation.DELETE:
        return after is None
    return after is not None and after.items() <= before.items()


def _version(before: Row | None, after: Row | None, number: int, feed_no: int) -> Row:
    """The row Continuum writes: what it now says, or what it said last where it is deleted."""
    deleted = after is None
    kind = Operation.DELETE if deleted else Operation.UPDATE if before else Operation.INSERT
    said = before if after is None else after
    assert said is not None
    return {**said, "id": number, "transaction_id": feed_no, "operation_type": kind}


class Past:
    """Asks Continuum's tables what held on a day, as known at a transaction."""

    def __init__(self, file: Path) -> None:
        self._engine = sa.create_engine(f"sqlite:///{file}")

    def statuses(self, day: date, known_at: int) -> dict[str, str]:
        """The status in force of every record that has one."""
        # The documented condition of the validity strategy, for all objects at once; columns
        # instead of objects, which is quicker.
        query = (
            sa.select(Version.code, Version.status, Version.last_day)
            .where(
                Version.transaction_id <= known_at,
                sa.or_(Version.end_transaction_id > known_at, Version.end_transaction_id.is_(None)),
                Version.operation_type != Operation.DELETE,
                Version.first_day <= day,
            )
            .order_by(Version.code, Version.position)
        )
        with Session(self._engine) as session:
            # The last period that has begun decides, even where it has lapsed since.
            begun = {code: (status, last) for code, status, last in session.execute(query)}
        return {code: status for code, (status, last) in begun.items() if day <= last}

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()
