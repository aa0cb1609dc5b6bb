"""Drafts and proposals: beginning an edit, keeping what was typed, submitting, withdrawing."""

import msgspec

from legalmap import clock
from legalmap.domain.desk import edit_intents, risk
from legalmap.domain.desk.edit_intents import Intent, intent_of
from legalmap.domain.desk.moderation import Act, check
from legalmap.domain.desk.revisions import Record, Revision, RevisionKind
from legalmap.domain.errors import Invalid, NothingChanged, NotNow, Problem, Stale, existing
from legalmap.domain.law import diff, payload
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import NOT_RESEARCHED, Payload, canonical_bytes
from legalmap.domain.people.accounts import SYSTEM_HANDLE, Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.audit.actions import as_of_now, log_act, revision_of
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import rework, suggestions
from legalmap.services.places import search
from legalmap.store.desk import drafts
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
    """Where an edit starts: the revision that is current now, and an earlier draft if there is one."""

    topic: str
    place: Jurisdiction
    base_number: int = 0
    payload: Payload = NOT_RESEARCHED
    draft: Draft | None = None
    waiting: list[Revision] = []
    # The last proposal this person sent by the form of this record; 0 if none.
    last_sent: int = 0


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants a record to say, and the revision number they started from."""

    topic: str
    jurisdiction: str
    base_number: int
    payload: Payload
    note: str
    kind: RevisionKind = "edit"
    reworks_id: int | None = None
    # What the author says it is; None: as the content tells.
    intent: Intent | None = None
    batch: str | None = None
    # The suggestion of a reader that this answers: it is closed with the submission.
    suggestion_id: int | None = None
    # Whether it is what somebody typed into the form of the record: its draft is done with then.
    closes_draft: bool = False


def begin(tracker: Tracker, actor: Account, topic: str, code: str) -> Beginning:
    """What the edit form needs. A place without a record begins from "not researched"."""
    require(actor.role, Permission.PROPOSE)
    tracker.topic(topic)
    place = search.place(tracker, code)
    with tracker.store.reading() as connection:
        record = records.find(connection, topic, place.code)
        if record is None:
            return Beginning(topic=topic, place=place)
        current = revision_at(connection, record, record.current_number)
        return Beginning(
            topic=topic,
            place=place,
            base_number=record.current_number,
            payload=current.payload,
            draft=drafts.of_record(connection, record.id, actor.id),
            waiting=submissions.undecided_of(connection, record.id),
            last_sent=submissions.last_sent(connection, record.id, actor.id),
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
    """The number and content of what is published; revision 0 of a place without a record."""
    with tracker.store.reading() as connection:
        record = records.find(connection, topic, code)
        if record is None:
            return 0, NOT_RESEARCHED
        return record.current_number, revision_at(connection, record, record.current_number).payload


def submit(tracker: Tracker, actor: Account, proposal: Proposal) -> Revision:
    """Put a proposal into the queue.

    Raises Invalid with every field at fault, Stale if the record moved on, NothingChanged if the
    content equals its base.
    """
    return submit_all(tracker, actor, [proposal])[0]


def submit_all(tracker: Tracker, actor: Account, proposals: list[Proposal]) -> list[Revision]:
    """Submit several proposals in one transaction: all of them or none."""
    require(actor.role, Permission.PROPOSE)
    checked = [_checked(tracker, proposal) for proposal in proposals]
    with tracker.store.writing() as connection:
        records.lock_making(connection)
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        return [_insert(connection, tracker, actor, proposal) for proposal in checked]


def _checked(tracker: Tracker, proposal: Proposal) -> Proposal:
    topic = tracker.topic(proposal.topic)
    place = search.place(tracker, proposal.jurisdiction)
    content = payload.normalised(proposal.payload)
    problems = payload.problems_of(content, topic, clock.today())
    Invalid.if_any(problems + note_problems(proposal.note))
    return msgspec.structs.replace(proposal, jurisdiction=place.code, payload=content)


def note_problems(note: str) -> list[Problem]:
    """What is wrong with a change note."""
    needed = "Say in a sentence what you changed and why."
    return payload.problems_of_text("note", note, MAX_NOTE, needed=needed)


def _insert(
    connection: Connection, tracker: Tracker, actor: Account, proposal: Proposal
) -> Revision:
    at = clock.now()
    record = record_of(connection, proposal.topic, proposal.jurisdiction)
    if record.current_number != proposal.base_number:
        raise Stale(
            proposal.topic, proposal.jurisdiction, proposal.base_number, record.current_number
        )
    base = revision_at(connection, record, record.current_number)
    if canonical_bytes(base.payload) == canonical_bytes(proposal.payload):
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
    """A check, a file, or the rework of another proposal leaves what is typed alone."""
    draft = drafts.of_record(connection, record.id, actor.id)
    if draft is not None and draft.reworks_id == proposal.reworks_id:
        drafts.drop(connection, record.id, actor.id)


def _check_intent(connection: Connection, base: Revision, proposal: Proposal) -> None:
    """An edit is what its author says it is; what nobody said follows from the content."""
    if proposal.intent is None:
        return
    problems = edit_intents.problems_of(proposal.intent, base.payload, proposal.payload)
    if proposal.intent is Intent.REVERT:
        sha256 = payload.sha256_of(canonical_bytes(proposal.payload))
        if records.published_as(connection, base.record_id, sha256) is None:
            problems.append(Problem("intent", NO_REVERT))
    Invalid.if_any(problems)


def _check_not_waiting(
    connection: Connection, actor: Account, base: Revision, proposal: Proposal
) -> None:
    """A form sent twice makes one proposal."""
    sent = (actor.id, base.id, payload.sha256_of(canonical_bytes(proposal.payload)))
    for waiting in submissions.undecided_of(connection, base.record_id):
        if (waiting.author_id, waiting.base_id, waiting.payload_sha256) == sent:
            raise NotNow(
                f"You sent exactly this on {waiting.created_at:%-d %B %Y at %H:%M} UTC: "
                "it waits for review."
            )


def record_of(connection: Connection, topic: str, code: str) -> Record:
    """The record of a place, locked until the end; made, with revision 0, if there is none yet."""
    record = records.find(connection, topic, code, lock=True)
    if record is None:
        system = existing(accounts.by_handle(connection, SYSTEM_HANDLE), "account", SYSTEM_HANDLE)
        record_id, revision_id = records.insert_record(
            connection, topic, code, NOT_RESEARCHED, system.id, clock.now()
        )
        records.point_to_genesis(connection, record_id, revision_id)
        record = records.find(connection, topic, code, lock=True)
    return existing(record, "record", f"{topic}/{code}")


def revision_at(connection: Connection, record: Record, number: int) -> Revision:
    """One revision of a record by its number; raise Missing if there is none."""
    revision = records.revision_numbered(connection, record.id, number)
    return existing(revision, "revision", f"{record.topic}/{record.jurisdiction} revision {number}")


def withdraw(tracker: Tracker, actor: Account, revision_id: int, why: str = "") -> Revision:
    """Take one's own proposal out of the queue."""
    with tracker.store.writing() as connection:
        records.lock_by_id(connection, revision_of(connection, revision_id).record_id)
        revised = revision_of(connection, revision_id)
        actor = as_of_now(connection, actor, Permission.PROPOSE)
        check(Act.WITHDRAW, revised.facts, actor.id, actor.role)
        at = clock.now()
        submissions.withdraw(connection, revision_id, actor.id, at, why)
        log_act(connection, actor, "withdraw", revised, at, why=why)
        return revision_of(connection, revision_id)
