"""Drafts: what somebody has typed and not sent, saved and discarded."""

from legalmap import clock
from legalmap.domain.desk.revisions import Record
from legalmap.domain.errors import NotNow
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.audit.actions import as_of_now
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals, suggestions
from legalmap.services.places import search
from legalmap.store.desk import drafts
from legalmap.store.engine import Connection
from legalmap.store.history import records, submissions


def save(
    tracker: Tracker,
    actor: Account,
    topic: str,
    code: str,
    *,
    base_number: int,
    form: str,
    reworks_id: int | None = None,
    suggestion_id: int | None = None,
    last_sent: int | None = None,
) -> None:
    """Save what was typed, valid or not. Only its owner ever sees it.

    ``last_sent``: id of the last proposal this person had sent when the form was opened. Raise NotNow
    if they have sent another since: a late autosave must not bring a sent proposal back as a draft.
    """
    require(actor.role, Permission.PROPOSE)
    tracker.topic(topic)
    place = search.place(tracker, code)
    with tracker.store.writing() as connection:
        # The first draft for a place makes its record.
        records.lock_making(connection)
        as_of_now(connection, actor, Permission.PROPOSE)
        record = proposals.record_of(connection, topic, place.code)
        base = proposals.revision_at(connection, record, base_number)
        if last_sent is not None:
            _refuse_late(connection, actor, record, last_sent)
        if suggestion_id is not None:
            suggestions.check_about(connection, suggestion_id, topic, place.code)
        drafts.save(
            connection,
            record.id,
            actor.id,
            base_id=base.id,
            reworks_id=reworks_id,
            suggestion_id=suggestion_id,
            form=form,
            at=clock.now(),
        )


def _refuse_late(connection: Connection, actor: Account, record: Record, last_known: int) -> None:
    if submissions.last_sent(connection, record.id, actor.id) > last_known:
        raise NotNow(
            "You sent a proposal for this record after you opened this form, so what is typed here is "
            "not saved by itself. “Keep as draft” keeps it."
        )


def discard(tracker: Tracker, actor: Account, topic: str, code: str) -> None:
    """Delete this person's draft of a record, if there is one."""
    require(actor.role, Permission.PROPOSE)
    with tracker.store.writing() as connection:
        record = records.find(connection, topic, code)
        if record is not None:
            drafts.drop(connection, record.id, actor.id)
