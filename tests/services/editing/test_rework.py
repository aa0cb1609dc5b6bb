"""Taking up an earlier proposal: a reviewer who has begun is neither passed by nor made an author."""

import pytest

from legalmap.domain.desk.moderation import State, Verdict
from legalmap.domain.errors import Missing, NotNow
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals, rework
from legalmap.services.reviewing import claims, review
from tests.build import a_payload
from tests.services.build import BANNED, decide, person, propose

NOTED = a_payload(notes="Ask the ministry.")


def numbers(tracker: Tracker) -> list[int]:
    return [
        proposal.number
        for proposal in proposals.begin(tracker, person(tracker, "ana"), "kratom", "us-al").waiting
    ]


def test_a_rework_by_others_waits_for_the_review(tracker: Tracker) -> None:
    cleo, ben = person(tracker, "cleo"), person(tracker, "ben")
    first = propose(tracker)
    claims.take(tracker, ben, first.id)
    with pytest.raises(NotNow, match="ben is reviewing proposal"):
        propose(tracker, NOTED, by="cleo", reworks_id=first.id)
    assert numbers(tracker) == [first.number], "what is refused changes nothing"
    assert "ben is reviewing" in rework.obstacle(tracker, cleo, first)
    claims.release(tracker, ben, first.id)
    assert rework.obstacle(tracker, cleo, first) == ""
    assert propose(tracker, NOTED, by="cleo", reworks_id=first.id).authors == {
        person(tracker, "ana").id,
        cleo.id,
    }


def test_who_reviews_ones_work_is_not_made_an_author_of_it(tracker: Tracker) -> None:
    """Else whoever dislikes a reviewer takes up something that the reviewer once began."""
    bens = propose(tracker, a_payload(confidence="low"), by="ben")
    proposals.withdraw(tracker, person(tracker, "ben"), bens.id)
    mine = propose(tracker)
    decide(tracker, mine, Verdict.REQUEST_CHANGES)
    with pytest.raises(NotNow, match=f"ben wrote a part of proposal {bens.id}"):
        propose(tracker, NOTED, reworks_id=bens.id)
    again = propose(tracker, NOTED, reworks_id=mine.id)
    assert decide(tracker, again).state is State.PUBLISHED


@pytest.mark.both_databases
def test_once_that_review_is_over_it_can_be_taken_up(tracker: Tracker) -> None:
    """And then four eyes hold as ever: ben is one of its authors."""
    bens = propose(tracker, a_payload(confidence="low"), by="ben")
    mine = propose(tracker)
    claims.take(tracker, person(tracker, "ben"), mine.id)
    with pytest.raises(NotNow):
        propose(tracker, NOTED, reworks_id=bens.id)
    decide(tracker, mine, Verdict.REJECT)
    taken = propose(tracker, NOTED, reworks_id=bens.id)
    assert person(tracker, "ben").id in taken.authors
    assert not review.sheet(tracker, person(tracker, "ben"), taken.id).allowed - {"withdraw"}


def test_an_edit_that_names_what_was_published_is_by_its_author_alone(tracker: Tracker) -> None:
    bens = propose(tracker, BANNED, by="ben")
    decide(tracker, bens, by="cleo")
    edit = propose(tracker, NOTED, base_number=1, reworks_id=bens.id)
    assert (edit.reworks_id, edit.authors) == (None, {person(tracker, "ana").id})
    assert decide(tracker, edit).state is State.PUBLISHED


def test_what_ships_was_proposed_by_nobody(tracker: Tracker) -> None:
    first = propose(tracker)
    with pytest.raises(Missing):
        propose(tracker, NOTED, reworks_id=first.base_id)
