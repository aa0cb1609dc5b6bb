"""What was said about a proposal and its earlier versions, and how little it takes to show it."""

import pytest

from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import Invalid, Missing
from legalmap.domain.law.payload import Payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.reviewing import remarks, review
from tests.build import a_payload
from tests.services.build import decide, person, propose
from tests.services.reviewing.test_racing import GRAVE, of_two_reviewers
from tests.store.build import counted_queries, events_of


def say(tracker: Tracker, revision: Revision, text: str, by: str = "ana") -> None:
    remarks.say(tracker, person(tracker, by), revision.id, text)


def heard(tracker: Tracker, revision: Revision, by: str = "ben") -> list[tuple[str, str, str]]:
    """Who said what, and as what."""
    words = review.sheet(tracker, person(tracker, by), revision.id).words
    return [(word.author, word.kind, word.text) for word in words]


@pytest.mark.both_databases
def test_words_stand_in_the_order_in_which_they_were_said(tracker: Tracker) -> None:
    careful = of_two_reviewers(tracker)
    proposal = propose(careful, GRAVE)
    say(careful, proposal, " Look at page 7. ")
    decide(careful, proposal, by="ben", comment="It says so.")
    say(careful, proposal, "Page 8 too.", by="cleo")
    decide(careful, proposal, by="cleo", comment="")
    assert heard(careful, proposal) == [
        ("ana", "remark", "Look at page 7."),
        ("ben", "assent", "It says so."),
        ("cleo", "remark", "Page 8 too."),
        ("cleo", "approve", ""),
    ]


def test_a_button_pressed_twice_says_it_once(tracker: Tracker) -> None:
    proposal = propose(tracker)
    for text in ("Yes.", "Yes.", "No.", "Yes."):
        say(tracker, proposal, text)
    assert [text for *_, text in heard(tracker, proposal)] == ["Yes.", "No.", "Yes."]
    with tracker.store.reading() as connection:
        events = events_of(connection, "revision", proposal.id)
    assert [event.action for event in events] == ["submit", "remark", "remark", "remark"]


def test_what_is_decided_can_still_be_talked_about(tracker: Tracker) -> None:
    proposal = propose(tracker)
    decide(tracker, proposal, Verdict.REJECT)
    say(tracker, proposal, "I see.")
    assert heard(tracker, proposal)[-1] == ("ana", "remark", "I see.")


@pytest.mark.parametrize("text", ["", " \n ", "x" * 5_001, "a\x00"])
def test_what_cannot_be_said_is_refused_at_the_field(tracker: Tracker, text: str) -> None:
    proposal = propose(tracker)
    with pytest.raises(Invalid) as caught:
        say(tracker, proposal, text)
    assert [problem.field for problem in caught.value.problems] == ["text"]
    assert heard(tracker, proposal) == []


def test_only_proposals_are_talked_about(tracker: Tracker) -> None:
    proposal = propose(tracker)
    with pytest.raises(Missing):
        remarks.say(tracker, person(tracker, "ana"), proposal.base_id or 0, "Hm.")
    with pytest.raises(Missing):
        remarks.say(tracker, person(tracker, "ana"), 9_999, "Hm.")


# The versions of a proposal


def reworked(tracker: Tracker, reviewers: list[str]) -> Revision:
    """A proposal sent back by each of these in turn and sent again, each time with another note."""
    revised = propose(tracker, tried(0))
    for number, by in enumerate(reviewers, start=1):
        decide(tracker, revised, Verdict.REQUEST_CHANGES, by=by, comment=f"Again, says {by}.")
        revised = propose(tracker, tried(number), reworks_id=revised.id)
    return revised


def tried(number: int) -> Payload:
    return a_payload(notes=f"Try {number}.")


@pytest.mark.parametrize(
    ("reviewers", "looks", "seen"),
    [
        ([], "ben", None),  # Nobody decided anything yet.
        (["ben"], "ben", 0),  # Their own last verdict…
        (["ben", "cleo"], "ben", 0),  # …also if somebody else decided later.
        (["ben", "cleo"], "cleo", 1),
        (["ben", "ben"], "cleo", 1),  # Who decided nothing goes on from the last verdict of all.
    ],
)
def test_the_version_to_compare_with(
    tracker: Tracker, reviewers: list[str], looks: str, seen: int | None
) -> None:
    revised = reworked(tracker, reviewers)
    sheet = review.sheet(tracker, person(tracker, looks), revised.id)
    assert len(sheet.versions) == len(reviewers) + 1
    if seen is None:
        assert sheet.since is None
        return
    assert sheet.since is not None
    assert sheet.since.seen.id == sheet.versions[seen].id
    (change,) = sheet.since.changes
    assert (change.before, change.after) == (f"Try {seen}.", f"Try {len(reviewers)}.")
    assert not sheet.since.rebased


def test_that_it_starts_from_another_revision_since_is_said(tracker: Tracker) -> None:
    first = propose(tracker, tried(0))
    decide(tracker, first, Verdict.REQUEST_CHANGES)
    decide(tracker, propose(tracker, a_payload(confidence="low")))
    published = review.sheet(tracker, person(tracker, "ben"), first.id).current.number
    again = propose(tracker, tried(1), base_number=published, reworks_id=first.id)
    sheet = review.sheet(tracker, person(tracker, "ben"), again.id)
    assert sheet.since is not None
    assert sheet.since.rebased


def test_the_standing_of_an_author(tracker: Tracker) -> None:
    decide(tracker, propose(tracker, tried(0)), Verdict.REJECT)
    decide(tracker, propose(tracker, tried(1)), Verdict.REQUEST_CHANGES)
    decide(tracker, propose(tracker, tried(2)))
    last = propose(tracker, tried(3), base_number=3)
    standing = review.sheet(tracker, person(tracker, "ben"), last.id).standing
    assert (standing.sent, standing.published, standing.sent_back, standing.rejected) == (
        4,
        1,
        1,
        1,
    )


def test_many_versions_and_remarks_are_as_many_queries_as_few(tracker: Tracker) -> None:
    ben = person(tracker, "ben")
    counts = []
    for reviewers in (["ben"], ["ben", "cleo"] * 6):
        revised = reworked(tracker, reviewers)
        for number in range(len(reviewers)):
            say(tracker, revised, f"Remark {number}.")
        review.sheet(tracker, ben, revised.id)
        with counted_queries(tracker.store) as sent:
            review.sheet(tracker, ben, revised.id)
        counts.append(len(sent))
        decide(tracker, revised, Verdict.REJECT, by="cleo")
    assert counts[0] == counts[1] <= 11
