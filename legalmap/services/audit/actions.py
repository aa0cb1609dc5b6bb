"""What every act needs besides its rule: the actor, the instant, the event it leaves, the notices."""

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
    """Write the event of an act on a revision, and tell those whom it concerns."""
    label = f"{revised.topic}/{revised.jurisdiction} revision {revised.number}"
    data |= {"topic": revised.topic, "jurisdiction": revised.jurisdiction}
    log.append(connection, actor, action, ("revision", revised.id, label), at, **data)
    notices.tell(connection, actor, action, revised, at)


def as_of_now(connection: Connection, actor: Account, permission: Permission) -> Account:
    """The actor as they are within this transaction; raise Forbidden if they may not act any more.

    While a request was under way somebody may have disabled them, or given them another role.
    """
    known = accounts.by_id(connection, actor.id)
    require(known.role if known and known.is_active else None, permission)
    return known or actor


def revision_of(connection: Connection, revision_id: int | None) -> Revision:
    """The revision of that id; raise Missing if there is none."""
    revised = records.revision_by_id(connection, revision_id) if revision_id is not None else None
    return existing(revised, "revision", str(revision_id))


def is_in_remit(tracker: Tracker, actor: Account, topic: str, code: str) -> bool:
    """Whether somebody moderates this topic at this place."""
    return not actor.remits or remits.covered(actor.remits, topic, _levels(tracker, code))


def require_remit(tracker: Tracker, actor: Account, topic: str, code: str) -> None:
    """Raise Forbidden unless the actor moderates this topic at this place."""
    if actor.remits:
        remits.require(actor.remits, topic, _levels(tracker, code))


def _levels(tracker: Tracker, code: str) -> list[str]:
    return [level.code for level in chain(tracker.place(code), tracker.place)]
