"""Builders for use cases: a tracker on a test database, people, and a proposal made by service."""

from datetime import UTC, datetime
from typing import Any

from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.desk.revisions import Revision, Stand
from legalmap.domain.law import gists
from legalmap.domain.law.payload import Payload
from legalmap.domain.people.accounts import Account
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals
from legalmap.services.editing.proposals import Proposal
from legalmap.services.editions.contents import Payloads, Published, Records, Source
from legalmap.services.editions.editions import Edition
from legalmap.services.reviewing import review
from legalmap.store.people import accounts
from tests.build import a_payload, a_period, the_topic

BANNED = a_payload(a_period(), a_period("2020-05", "banned"))


def person(tracker: Tracker, handle: str) -> Account:
    """One of the people every test database has."""
    with tracker.store.reading() as connection:
        account = accounts.by_handle(connection, handle)
    assert account is not None
    return account


def propose(tracker: Tracker, payload: Payload = BANNED, by: str = "ana", **more: Any) -> Revision:
    """A proposal for us-al, waiting for review."""
    fields = {
        "topic": "kratom",
        "jurisdiction": "us-al",
        "base_number": 0,
        "note": "A law.",
        **more,
    }
    return proposals.submit(tracker, person(tracker, by), Proposal(payload=payload, **fields))


def decide(
    tracker: Tracker,
    revision: Revision,
    verdict: Verdict = Verdict.APPROVE,
    by: str = "ben",
    comment: str = "Seen.",
    **more: Any,
) -> Revision:
    """A verdict on exactly this revision, with all that it needs unless it is given."""
    checklist = tracker.topic(revision.topic).review.checklist
    is_approval = verdict is Verdict.APPROVE
    fields = {
        "checks": [check.code for check in checklist] if is_approval else [],
        "reasons": [] if is_approval else ["other"],
        "payload_sha256": revision.payload_sha256,
    }
    return review.decide(
        tracker, person(tracker, by), revision.id, verdict, comment=comment, **{**fields, **more}
    )


def edition_of(tracker: Tracker, feed_no: int, contents: dict[str, Payload]) -> Edition:
    """An edition of records of our own, by the codes of their places; nothing of it is stored."""
    payloads = Payloads(tracker)
    topic = the_topic()
    source = Source(tracker, topic, payloads)
    items = {}
    for number, (code, payload) in enumerate(contents.items(), start=1):
        stand = Stand(
            topic=topic.code,
            jurisdiction=code,
            record_id=number,
            revision_id=-number,
            revision_number=0,
            feed_no=feed_no,
            payload_sha256="0" * 64,
            at=datetime(2026, 1, 1, tzinfo=UTC),
            gist=gists.gist_of(payload),
        )
        payloads.hold(stand.revision_id, payload)
        items[code] = Published(tracker.place(code), stand, payloads)
    return Edition(source, feed_no, Records(source, feed_no, items))
