"""Claims: who is at what, until when. Rows are replaced and forgotten; the log remembers."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
import sqlalchemy as sa

from legalmap.domain.desk.claims import Claim, ClaimKind
from legalmap.store.rows import as_struct
from legalmap.store.tables import account, claim


def live(
    connection: sa.Connection, kind: ClaimKind, subject_ids: Iterable[int], at: datetime
) -> dict[int, Claim]:
    """The claims on some things that hold at ``at``, by what is claimed."""
    return _live(connection, kind, at, claim.c.subject_id.in_(list(subject_ids)))


def all_live(connection: sa.Connection, kind: ClaimKind, at: datetime) -> dict[int, Claim]:
    """Every claim of a kind that holds at ``at``."""
    return _live(connection, kind, at)


def _live(
    connection: sa.Connection, kind: ClaimKind, at: datetime, *some: sa.ColumnElement[bool]
) -> dict[int, Claim]:
    query = (
        sa.select(claim, account.c.handle)
        .join(account, account.c.id == claim.c.account_id)
        .where(claim.c.kind == kind, claim.c.expires_at > at, *some)
    )
    return {row.subject_id: as_struct(Claim, row) for row in connection.execute(query)}


def put(connection: sa.Connection, kind: ClaimKind, made: Claim) -> None:
    """Write a claim in place of any other. What is claimed is locked by the caller."""
    drop(connection, kind, made.subject_id)
    # Who it is follows from the account.
    columns = {
        name: value for name, value in msgspec.structs.asdict(made).items() if name != "handle"
    }
    values = {"kind": kind, **columns}
    connection.execute(claim.insert().values(values))


def drop(
    connection: sa.Connection, kind: ClaimKind, subject_id: int, account_id: int | None = None
) -> None:
    """Forget the claim on a thing; with ``account_id`` only if it is that person's."""
    same = [claim.c.kind == kind, claim.c.subject_id == subject_id]
    if account_id is not None:
        same.append(claim.c.account_id == account_id)
    connection.execute(claim.delete().where(*same))


def drop_of(connection: sa.Connection, account_id: int) -> None:
    """Forget every claim of somebody who can act no more: nobody waits for them."""
    connection.execute(claim.delete().where(claim.c.account_id == account_id))
