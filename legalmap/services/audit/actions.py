"""What every act on a revision shares: who may still act, the log entry, and the notices."""

from datetime import datetime
from typing import Any

from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import existing
from legalmap.domain.law.jurisdictions import chain
from legalmap.domain.people import remits
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.core.tracker import Tracker
from legalmap.services.notifying import notices
from legalmap.store import log
from legalmap.store.engine import Connection
from legalmap.store.history import records
from legalmap.store.people import accounts


def log_act(
    connection: Connection,
    actor: Account,
    action: str,
    revised: Revision,
    at: datetime,
    **data: Any,
) -> None:
    """Log an act on a revision with its ``data``, and write the notices for everybody it concerns."""
    label = f"{revised.topic}/{revised.jurisdiction} revision {revised.number}"
    # The log is filtered by topic and place, so every event of a record names both.
    data |= {"topic": revised.topic, "jurisdiction": revised.jurisdiction}
    log.append(connection, actor, action, ("revision", revised.id, label), at, **data)
    notices.tell(connection, actor, action, revised, at)


def as_of_now(connection: Connection, actor: Account, permission: Permission) -> Account:
    """The actor as this transaction sees them; raise Forbidden if they may not act any more."""
    # Since the request began somebody may have disabled them, or changed their role or remit.
    current = accounts.by_id(connection, actor.id)
    require(current.role if current and current.is_active else None, permission)
    return current or actor


def revision_of(connection: Connection, revision_id: int | None) -> Revision:
    """The revision with that id, published or not; raise Missing if there is none, or no id."""
    revised = records.revision_by_id(connection, revision_id) if revision_id is not None else None
    return existing(revised, "revision", str(revision_id))


def is_in_remit(tracker: Tracker, actor: Account, topic: str, code: str) -> bool:
    """Whether ``actor`` may moderate this topic at this place; without remits they may everywhere."""
    return not actor.remits or remits.covered(actor.remits, topic, _levels(tracker, code))


def require_remit(tracker: Tracker, actor: Account, topic: str, code: str) -> None:
    """Raise Forbidden unless the actor moderates this topic at this place."""
    if actor.remits:
        remits.require(actor.remits, topic, _levels(tracker, code))


def _levels(tracker: Tracker, code: str) -> list[str]:
    # A remit for a state covers its counties and towns, so the whole chain is compared.
    return [level.code for level in chain(tracker.place(code), tracker.place)]
