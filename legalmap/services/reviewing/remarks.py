"""Remarks on a proposal: contributors and moderators may write; none is ever changed or deleted."""

from legalmap import clock
from legalmap.domain.desk.discussion import MAX_REMARK
from legalmap.domain.errors import Invalid, Missing
from legalmap.domain.law.payload import problems_of_text
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.audit.actions import as_of_now, log_act, revision_of
from legalmap.services.core.tracker import Tracker
from legalmap.store.history import discussions, records


def say(tracker: Tracker, actor: Account, revision_id: int, text: str) -> None:
    """Add a remark; raise Invalid for a bad text, Missing if there is no such proposal."""
    require(actor.role, Permission.PROPOSE)
    Invalid.if_any(problems_of_text("text", text, MAX_REMARK, needed="Write something first."))
    with tracker.store.writing() as connection:
        revised = revision_of(connection, revision_id)
        if revised.submitted_at is None:
            raise Missing("proposal", str(revision_id))
        records.lock_by_id(connection, revised.record_id)
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        earlier = discussions.words(connection, [revision_id])
        # The button was pressed twice.
        if earlier and (earlier[-1].author_id, earlier[-1].text) == (actor.id, text.strip()):
            return
        at = clock.now()
        discussions.insert_remark(connection, revision_id, actor.id, at, text.strip())
        log_act(connection, actor, "remark", revised, at, text=text.strip())
