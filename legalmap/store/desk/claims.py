"""Claims: who is working on what, until when. Rows are replaced and deleted; the log remembers."""

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
    """The claims on some subjects that are live at ``at``, by subject id."""
    return _live(connection, kind, at, claim.c.subject_id.in_(list(subject_ids)))


def all_live(connection: sa.Connection, kind: ClaimKind, at: datetime) -> dict[int, Claim]:
    """All claims of a kind that are live at ``at``, by subject id."""
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
    """Write a claim in place of any other on the same subject, which the caller has locked."""
    drop(connection, kind, made.subject_id)
    values = {"kind": kind, **msgspec.structs.asdict(made)}
    # Not a column: the handle is read from the account.
    del values["handle"]
    connection.execute(claim.insert().values(values))


def drop(
    connection: sa.Connection, kind: ClaimKind, subject_id: int, account_id: int | None = None
) -> None:
    """Delete the claim on a subject; with ``account_id`` only if it is that person's."""
    claimed = [claim.c.kind == kind, claim.c.subject_id == subject_id]
    if account_id is not None:
        claimed.append(claim.c.account_id == account_id)
    connection.execute(claim.delete().where(*claimed))


def drop_of(connection: sa.Connection, account_id: int) -> None:
    """Delete all claims of somebody who can no longer act, so that nobody waits for them."""
    connection.execute(claim.delete().where(claim.c.account_id == account_id))
