"""The outbox: mail is written in the transaction of the act, and tried until the server takes it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from legalmap.domain.outside.mail import Mail
from legalmap.store import rows
from legalmap.store.tables import outbox


def is_on(connection: sa.Connection) -> bool:
    """Whether this site sends mail at all; if not, none may be written."""
    return bool(connection.get_execution_options().get("legalmap_mails"))


def insert(connection: sa.Connection, at: datetime, **columns: Any) -> None:
    """Add a mail that is due at once."""
    values = {"created_at": at, "tries": 0, "next_at": at, "last_error": "", **columns}
    connection.execute(outbox.insert().values(values))


def next_due(connection: sa.Connection, at: datetime) -> Mail | None:
    """The mail that has been due the longest, or None if none is due."""
    query = sa.select(outbox).where(outbox.c.next_at <= at)
    query = query.order_by(outbox.c.next_at, outbox.c.id).limit(1)
    return rows.first(connection, Mail, query)


def claim(connection: sa.Connection, mail: Mail, until: datetime) -> bool:
    """Keep other workers off a mail until an instant; False if one of them was first."""
    return _compared(connection, mail, mail.next_at, tries=mail.tries + 1, next_at=until)


def settle(connection: sa.Connection, mail: Mail, until: datetime, **values: Any) -> bool:
    """Write the result of an attempt; False if the claim was lost meanwhile."""
    return _compared(connection, mail, until, **values)


def _compared(connection: sa.Connection, mail: Mail, held: datetime | None, **values: Any) -> bool:
    # Compare and swap on next_at: of several workers, the one that moves it on has the mail.
    unchanged = (outbox.c.id == mail.id, outbox.c.next_at == held)
    return connection.execute(outbox.update().where(*unchanged).values(**values)).rowcount == 1


def forget(connection: sa.Connection, account_id: int, at: datetime) -> None:
    """Give up what is still to be sent to an account, and empty all its mail."""
    own = outbox.c.account_id == account_id
    waiting = sa.and_(own, outbox.c.next_at.is_not(None))
    connection.execute(outbox.update().where(waiting).values(next_at=None, given_up_at=at))
    _empty(connection, own)


def has_old(connection: sa.Connection, before: datetime, *, waiting_too: bool) -> bool:
    """Whether ``empty_settled`` or, with ``waiting_too``, ``give_up_waiting`` would find anything."""
    which = _settled(before)
    if waiting_too:
        which = sa.or_(which, _waiting_since(before))
    return connection.scalar(sa.select(outbox.c.id).where(which).limit(1)) is not None


def give_up_waiting(connection: sa.Connection, before: datetime) -> list[Mail]:
    """Give up mail that was written before an instant and still waits; returns it.

    It counts as given up when it was written, so that it is soon emptied.
    """
    query = sa.select(outbox).where(_waiting_since(before)).order_by(outbox.c.id)
    waiting = rows.listed(connection, Mail, query)
    given_up = {"next_at": None, "given_up_at": outbox.c.created_at}
    connection.execute(outbox.update().where(_waiting_since(before)).values(**given_up))
    return waiting


def empty_settled(connection: sa.Connection, before: datetime) -> None:
    """Empty address and text of what was sent or given up before an instant."""
    _empty(connection, _settled(before))


def _settled(before: datetime) -> sa.ColumnElement[bool]:
    settled = sa.or_(outbox.c.sent_at < before, outbox.c.given_up_at < before)
    return sa.and_(settled, outbox.c.address != "")


def _waiting_since(before: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(outbox.c.next_at.is_not(None), outbox.c.created_at < before)


def _empty(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    empty = dict.fromkeys(("address", "subject", "body", "last_error"), "")
    connection.execute(outbox.update().where(which).values(**empty))
