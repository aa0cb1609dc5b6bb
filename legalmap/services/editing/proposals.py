"""Proposals: beginning an edit, submitting one or many, withdrawing."""

import msgspec

from legalmap import clock
from legalmap.domain.desk import edit_intents, risk
from legalmap.domain.desk.edit_intents import Intent, intent_of
from legalmap.domain.desk.moderation import Act, check
from legalmap.domain.desk.revisions import Record, Revision, RevisionKind
from legalmap.domain.desk.tasks import Task
from legalmap.domain.errors import Invalid, NothingChanged, NotNow, Problem, Stale, existing
from legalmap.domain.law import diff, payload
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import NOT_RESEARCHED, Payload, content_bytes
from legalmap.domain.people.accounts import SYSTEM_HANDLE, Account
from legalmap.domain.people.roles import Permission, may, require
from legalmap.services.audit.actions import as_of_now, is_in_remit, log_act, revision_of
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import rework, suggestions
from legalmap.services.places import search
from legalmap.store.desk import drafts, tasks
from legalmap.store.desk.drafts import Draft
from legalmap.store.engine import Connection
from legalmap.store.history import records, submissions
from legalmap.store.people import accounts

MAX_NOTE = 2_000
NO_REVERT = (
    "This is not, word for word, what an earlier published revision said: "
    "choose “Correct an error”, or open that revision again."
)


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """What the edit form starts from: the current revision, one's own draft, and proposals that wait."""

    topic: str
    place: Jurisdiction
    base_number: int = 0
    payload: Payload = NOT_RESEARCHED
    draft: Draft | None = None
    waiting: list[Revision] = []
    # Id of the last proposal this person sent for the record; 0 if none. See ``drafts.save``.
    last_sent: int = 0
    # What to look up next, and whether this person may tick it off.
    tasks: list[Task] = []
    may_tick: bool = False


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants a record to say, and the number of the revision they edited."""

    topic: str
    jurisdiction: str
    base_number: int
    payload: Payload
    note: str
    kind: RevisionKind = "edit"
    reworks_id: int | None = None
    # What the author says this edit is; None: derived from the content.
    intent: Intent | None = None
    batch: str | None = None
    # The reader's suggestion that this answers: submitting closes it.
    suggestion_id: int | None = None
    # Whether it may wait beside what was published since its base, which a person then puts together.
    may_be_stale: bool = False
    # Whether it was typed into the form of the record: then submitting deletes the draft.
    closes_draft: bool = False


def begin(tracker: Tracker, actor: Account, topic: str, code: str) -> Beginning:
    """What the edit form needs; raise Missing for an unknown topic or place.

    A place without a record starts from revision 0, "not researched".
    """
    require(actor.role, Permission.PROPOSE)
    tracker.topic(topic)
    place = search.place(tracker, code)
    with tracker.store.reading() as connection:
        record = records.find(connection, topic, place.code)
        if record is None:
            return Beginning(topic=topic, place=place)
        moderates = may(actor.role, Permission.REVIEW)
        current = revision_at(connection, record, record.current_number)
        return Beginning(
            topic=topic,
            place=place,
            base_number=record.current_number,
            payload=current.payload,
            draft=drafts.of_record(connection, record.id, actor.id),
            waiting=submissions.undecided_of(connection, record.id),
            last_sent=submissions.last_sent(connection, record.id, actor.id),
            tasks=tasks.open_of(connection, topic, place.code),
            may_tick=moderates and is_in_remit(tracker, actor, topic, place.code),
        )


def payload_at(tracker: Tracker, topic: str, code: str, number: int) -> Payload:
    """The content of one revision; a place without a record has revision 0, "not researched"."""
    with tracker.store.reading() as connection:
        record = records.find(connection, topic, code)
        if record is None and number == 0:
            return NOT_RESEARCHED
        record = existing(record, "revision", f"{topic}/{code} revision {number}")
        return revision_at(connection, record, number).payload


def published(tracker: Tracker, topic: str, code: str) -> tuple[int, Payload]:
    """Number and content of the published revision; for a place without a record 0, "not researched"."""
    with tracker.store.reading() as connection:
        record = records.find(connection, topic, code)
        if record is None:
            return 0, NOT_RESEARCHED
        return record.current_number, revision_at(connection, record, record.current_number).payload


def submit(tracker: Tracker, actor: Account, proposal: Proposal) -> Revision:
    """Put a proposal into the queue.

    Raises Invalid with every field at fault, Stale if something newer than its base is published,
    NothingChanged if its content equals the base, NotNow if the same was sent before.
    """
    return submit_all(tracker, actor, [proposal])[0]


def submit_all(tracker: Tracker, actor: Account, proposals: list[Proposal]) -> list[Revision]:
    """Submit several proposals in one transaction, all or none; raises what ``submit`` raises."""
    require(actor.role, Permission.PROPOSE)
    checked = [_checked(tracker, proposal) for proposal in proposals]
    with tracker.store.writing() as connection:
        # Many records may be made here: the lock keeps two imports from waiting for each other.
        records.lock_making(connection)
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        return [insert(connection, tracker, actor, proposal) for proposal in checked]


def _checked(tracker: Tracker, proposal: Proposal) -> Proposal:
    topic = tracker.topic(proposal.topic)
    place = search.place(tracker, proposal.jurisdiction)
    content = payload.normalised(proposal.payload)
    problems = payload.problems_of(content, topic, clock.today())
    Invalid.if_any(problems + note_problems(proposal.note))
    return msgspec.structs.replace(proposal, jurisdiction=place.code, payload=content)


def note_problems(note: str) -> list[Problem]:
    """What is wrong with a change note; empty if nothing is."""
    needed = "Say in a sentence what you changed and why."
    return payload.problems_of_text("note", note, MAX_NOTE, needed=needed)


def insert(
    connection: Connection, tracker: Tracker, actor: Account, proposal: Proposal
) -> Revision:
    """Put a proposal whose content was checked into the queue, in the transaction of the caller."""
    at = clock.now()
    record = record_of(connection, proposal.topic, proposal.jurisdiction)
    if record.current_number != proposal.base_number and not proposal.may_be_stale:
        raise Stale(
            proposal.topic, proposal.jurisdiction, proposal.base_number, record.current_number
        )
    base = revision_at(connection, record, proposal.base_number)
    if content_bytes(base.payload) == content_bytes(proposal.payload):
        raise NothingChanged("Nothing differs from what is published: there is nothing to review.")
    _check_intent(connection, base, proposal)
    reworks_id = proposal.reworks_id
    if reworks_id is not None:
        reworks_id = rework.settle(connection, actor, record.id, reworks_id)
    _check_not_waiting(connection, actor, base, proposal)
    revision_id = records.insert_revision(
        connection,
        record.id,
        proposal.payload,
        actor.id,
        at,
        kind=proposal.kind,
        note=proposal.note.strip(),
        base_id=base.id,
        reworks_id=reworks_id,
    )
    submissions.submit(
        connection,
        revision_id,
        actor.id,
        at,
        intent=proposal.intent or intent_of(proposal.kind, base.payload, proposal.payload),
        # Weighed now and stored: a queue that is sorted by risk must not compute it.
        weight=risk.weigh(
            tracker.topic(proposal.topic),
            tracker.place(proposal.jurisdiction),
            base.payload,
            proposal.payload,
            today=at.date(),
            first_edit=not submissions.has_submitted(connection, actor.id),
        ),
        batch=proposal.batch,
    )
    if proposal.closes_draft:
        _close_draft(connection, record, actor, proposal)
    revised = revision_of(connection, revision_id)
    changed = [change.field for change in diff.diff(base.payload, proposal.payload)]
    log_act(
        connection,
        actor,
        "submit",
        revised,
        at,
        kind=proposal.kind,
        intent=revised.intent,
        batch=proposal.batch,
        base=base.number,
        changed=changed,
    )
    if proposal.suggestion_id is not None:
        suggestions.close_proposed(connection, actor, proposal.suggestion_id, revised, at)
    return revised


def _close_draft(
    connection: Connection, record: Record, actor: Account, proposal: Proposal
) -> None:
    """Delete the draft this came from. The draft of a rework of another proposal stays."""
    draft = drafts.of_record(connection, record.id, actor.id)
    if draft is not None and draft.reworks_id == proposal.reworks_id:
        drafts.drop(connection, record.id, actor.id)


def _check_intent(connection: Connection, base: Revision, proposal: Proposal) -> None:
    """Raise Invalid if the content contradicts what the author says the edit is."""
    if proposal.intent is None:
        return
    problems = edit_intents.problems_of(proposal.intent, base.payload, proposal.payload)
    if proposal.intent is Intent.REVERT and not records.was_published(
        connection, base.record_id, proposal.payload
    ):
        problems.append(Problem("intent", NO_REVERT))
    Invalid.if_any(problems)


def _check_not_waiting(
    connection: Connection, actor: Account, base: Revision, proposal: Proposal
) -> None:
    """Raise NotNow if the same person sent the same already: a form sent twice makes one proposal."""
    sent = (actor.id, base.id, content_bytes(proposal.payload))
    for waiting in submissions.undecided_of(connection, base.record_id):
        if (waiting.author_id, waiting.base_id, content_bytes(waiting.payload)) == sent:
            raise NotNow(
                f"You sent exactly this on {waiting.created_at:%-d %B %Y at %H:%M} UTC: "
                "it waits for review."
            )


def record_of(connection: Connection, topic: str, code: str) -> Record:
    """The record of a place, locked for this transaction; created with revision 0 if there is none."""
    record = records.find(connection, topic, code, lock=True)
    if record is None:
        # Revision 0 says that nothing is known yet, which no person claims.
        system = existing(accounts.by_handle(connection, SYSTEM_HANDLE), "account", SYSTEM_HANDLE)
        record_id, revision_id = records.insert_record(
            connection, topic, code, NOT_RESEARCHED, system.id, clock.now()
        )
        records.point_to_genesis(connection, record_id, revision_id)
        record = records.find(connection, topic, code, lock=True)
    return existing(record, "record", f"{topic}/{code}")


def revision_at(connection: Connection, record: Record, number: int) -> Revision:
    """The revision of a record with that number; raise Missing if there is none."""
    revision = records.revision_numbered(connection, record.id, number)
    return existing(revision, "revision", f"{record.topic}/{record.jurisdiction} revision {number}")


def withdraw(tracker: Tracker, actor: Account, revision_id: int, why: str = "") -> Revision:
    """Take one's own proposal out of the queue; raise Forbidden, NotNow or AlreadyDecided if one cannot."""
    with tracker.store.writing() as connection:
        records.lock_by_id(connection, revision_of(connection, revision_id).record_id)
        # Read again under the lock: somebody may have decided it while we waited.
        revised = revision_of(connection, revision_id)
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        check(Act.WITHDRAW, revised.facts, actor.id, actor.role)
        at = clock.now()
        submissions.withdraw(connection, revision_id, actor.id, at, why)
        log_act(connection, actor, "withdraw", revised, at, why=why)
        return revision_of(connection, revision_id)
