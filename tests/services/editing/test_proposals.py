"""Proposals say what kind of edit they are, and are refused where they are not."""

from typing import Any

import pytest

from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.errors import Invalid
from legalmap.domain.law.payload import Payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import drafts, proposals
from legalmap.services.editing.proposals import NO_REVERT
from tests.build import a_payload, a_period
from tests.services.build import BANNED, decide, person, propose
from tests.services.entering import unchanged
from tests.store.build import queued

LEGAL = a_payload()
MENDED = a_payload(a_period(summary="Other words."))


def test_the_intent_is_kept_with_the_submission(tracker: Tracker) -> None:
    """What the author said, else what the content tells."""
    stated = propose(tracker, BANNED, intent=Intent.LAW_CHANGED)
    derived = propose(tracker, MENDED)
    assert (stated.intent, derived.intent) == (Intent.LAW_CHANGED, Intent.CORRECTION)


@pytest.mark.parametrize(
    ("intent", "payload", "said"),
    [
        (Intent.LAW_CHANGED, MENDED, "leaves the older periods as they are"),
        (Intent.FIRST_RECORD, BANNED, "has a record already"),
        (Intent.VERIFICATION, MENDED, "A check changes nothing but its days"),
        (Intent.REVERT, BANNED, NO_REVERT),
    ],
)
def test_an_edit_that_is_not_what_it_says_changes_nothing(
    tracker: Tracker, intent: Intent, payload: Payload, said: str
) -> None:
    """The problem is at the field that names the kind."""
    with pytest.raises(Invalid) as refused:
        propose(tracker, payload, intent=intent)
    (problem,) = refused.value.problems
    assert problem.field == "intent"
    assert said in problem.message
    with tracker.store.reading() as connection:
        assert queued(connection) == []


@pytest.mark.both_databases
def test_a_revert_says_exactly_what_a_published_revision_said(tracker: Tracker) -> None:
    """Not what was merely proposed, and not nearly what it said."""
    decide(tracker, propose(tracker, BANNED))
    propose(tracker, MENDED, base_number=1)
    revert = {"base_number": 1, "intent": Intent.REVERT, "kind": "revert"}
    for other in (MENDED, a_payload(notes="Nearly revision 0.")):
        with pytest.raises(Invalid):
            propose(tracker, other, **revert)
    back = propose(tracker, LEGAL, **revert)
    assert (back.kind, back.intent) == ("revert", Intent.REVERT)
    assert decide(tracker, back).is_current


@pytest.mark.parametrize(
    ("more", "stays"),
    [
        # What was typed into the form is sent: its draft is done with.
        ({"closes_draft": True}, False),
        # A check of the sources, or a file, is something else.
        ({}, True),
        ({"batch": "b" * 32}, True),
    ],
)
def test_a_draft_is_closed_by_what_was_typed_into_it_alone(
    tracker: Tracker, more: dict[str, object], stays: bool
) -> None:
    """Nothing typed goes away because the same person sent something else for the record."""
    ana = person(tracker, "ana")
    drafts.save(tracker, ana, "kratom", "us-al", base_number=0, form="[]")
    propose(tracker, MENDED, **more)
    assert (proposals.begin(tracker, ana, "kratom", "us-al").draft is not None) is stays


# What the same person sent after the form was opened, and whether its draft is kept by itself then.
SENT_MEANWHILE = [
    ("what was typed into the form", {"closes_draft": True}, False),
    ("a check of the sources", {"kind": "verify"}, True),
    ("a line of a file", {"batch": "b" * 32}, True),
    ("what somebody else typed", {"by": "ben", "closes_draft": True}, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "kept"), [row[1:] for row in SENT_MEANWHILE], ids=[row[0] for row in SENT_MEANWHILE]
)
def test_a_draft_that_arrives_after_the_proposal_is_refused(
    tracker: Tracker, sent: dict[str, Any], kept: bool
) -> None:
    """What was sent on leaving the form may come late: it must not bring back what waits for review."""
    spot = (tracker, person(tracker, "ana"), "kratom", "us-al")
    propose(tracker, MENDED, closes_draft=True)
    opened = proposals.begin(*spot).last_sent
    propose(tracker, BANNED, **sent)
    late = {"base_number": 0, "form": "[]", "last_sent": opened}
    if kept:
        drafts.save(*spot, **late)
    else:
        unchanged(tracker, lambda: drafts.save(*spot, **late), "You sent a proposal")
        drafts.save(*spot, **{**late, "last_sent": proposals.begin(*spot).last_sent})
    assert proposals.begin(*spot).draft is not None


def test_whoever_keeps_a_draft_on_purpose_keeps_it(tracker: Tracker) -> None:
    """The button does not ask what was sent meanwhile."""
    spot = (tracker, person(tracker, "ana"), "kratom", "us-al")
    propose(tracker, MENDED, closes_draft=True)
    drafts.save(*spot, base_number=0, form="[]")
    assert proposals.begin(*spot).draft is not None


def test_a_rework_leaves_another_draft_of_the_record(tracker: Tracker) -> None:
    """And closes its own."""
    ana, first = person(tracker, "ana"), propose(tracker, MENDED)
    decide(tracker, first, Verdict.REQUEST_CHANGES)
    spot = (tracker, ana, "kratom", "us-al")
    drafts.save(*spot, base_number=0, form="[]")
    rework = {"reworks_id": first.id, "closes_draft": True}
    second = propose(tracker, BANNED, **rework)
    left = proposals.begin(*spot).draft
    assert left is not None
    assert left.reworks_id is None
    proposals.withdraw(tracker, ana, second.id)
    drafts.save(*spot, base_number=0, form="[]", reworks_id=first.id)
    propose(tracker, a_payload(notes="Again."), **rework)
    assert proposals.begin(*spot).draft is None
