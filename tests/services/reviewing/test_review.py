"""Two reviewers, reasons, checklists, and the same verdict twice."""

import pytest
import sqlalchemy as sa

from legalmap.domain.desk.moderation import State, Verdict
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import AlreadyDecided, Invalid, OwnWork, Stale
from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import integrity_check
from legalmap.services.reading.reader import Reader
from legalmap.services.reviewing import review as review_service
from legalmap.store import log
from legalmap.store.tables import assent, review
from tests.build import a_payload, a_period
from tests.services.build import decide, person, propose
from tests.services.reviewing.test_racing import GRAVE, of_two_reviewers
from tests.store.build import events_of


@pytest.fixture
def careful(tracker: Tracker) -> Tracker:
    """A tracker whose topic asks for two reviewers of what is grave."""
    return of_two_reviewers(tracker)


def counted(tracker: Tracker, table: sa.Table) -> int:
    with tracker.store.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def acts(tracker: Tracker, limit: int = 50) -> list[str]:
    with tracker.store.reading() as connection:
        return [event.action for event in log.newest(connection, limit)][::-1]


# Two reviewers


@pytest.mark.both_databases
def test_what_is_grave_is_published_by_the_second_approval(careful: Tracker) -> None:
    proposal = propose(careful, GRAVE)
    once = decide(careful, proposal)
    assert once.state is State.APPROVED_ONCE
    assert [assent.reviewer for assent in once.assents] == ["ben"]
    assert Reader(careful).head() == 1
    assert decide(careful, once, by="cleo").state is State.PUBLISHED
    assert acts(careful) == ["submit", "assent", "approve", "publish"]
    assert integrity_check.check(careful) == []


def test_what_is_not_grave_needs_one(careful: Tracker) -> None:
    milder = propose(careful, a_payload(a_period(), a_period("2020", "regulated")))
    assert milder.approvals_needed == 1
    assert decide(careful, milder).state is State.PUBLISHED


def test_a_topic_that_does_not_ask_needs_one(tracker: Tracker) -> None:
    assert decide(tracker, propose(tracker, GRAVE)).state is State.PUBLISHED


def test_approving_twice_is_not_two_approvals(careful: Tracker) -> None:
    proposal = propose(careful, GRAVE)
    for _ in range(3):
        assert decide(careful, proposal).state is State.APPROVED_ONCE
    assert counted(careful, assent) == 1
    assert acts(careful) == ["submit", "assent"]


def test_an_author_is_not_the_second_reviewer(careful: Tracker) -> None:
    proposal = propose(careful, GRAVE, by="cleo")
    decide(careful, proposal)
    with pytest.raises(OwnWork):
        decide(careful, proposal, by="cleo")


@pytest.mark.parametrize("by", ["ben", "cleo"])
@pytest.mark.parametrize("verdict", [Verdict.REJECT, Verdict.REQUEST_CHANGES])
def test_after_one_approval_anybody_may_still_find_a_fault(
    careful: Tracker, verdict: Verdict, by: str
) -> None:
    proposal = propose(careful, GRAVE)
    decide(careful, proposal)
    assert decide(careful, proposal, verdict, by=by).decision is not None
    assert Reader(careful).head() == 1


def test_one_approval_does_not_outlive_the_base(careful: Tracker) -> None:
    proposal = propose(careful, GRAVE)
    decide(careful, proposal)
    decide(careful, propose(careful, a_payload(notes="Meanwhile.")))
    with pytest.raises(Stale):
        decide(careful, proposal, by="cleo")


# The same verdict twice, and another one


@pytest.mark.parametrize("verdict", Verdict)
def test_the_same_verdict_by_the_same_person_changes_nothing(
    tracker: Tracker, verdict: Verdict
) -> None:
    proposal = propose(tracker)
    first = decide(tracker, proposal, verdict)
    before = acts(tracker)
    assert decide(tracker, proposal, verdict) == first
    assert acts(tracker) == before
    assert counted(tracker, review) == 1


def test_another_verdict_by_the_same_person_is_told_who_what_and_when(tracker: Tracker) -> None:
    proposal = propose(tracker)
    decide(tracker, proposal)
    with pytest.raises(AlreadyDecided, match="ben approved it on"):
        decide(tracker, proposal, Verdict.REJECT)


# What a verdict comes with


def test_reasons_and_ticks_are_kept_with_the_verdict_and_logged(tracker: Tracker) -> None:
    sent_back = decide(
        tracker, propose(tracker), Verdict.REQUEST_CHANGES, reasons=["wrong-date", "advice"]
    )
    assert sent_back.reasons == ("wrong-date", "advice")
    approved = decide(tracker, propose(tracker, a_payload(notes="Another.")))
    assert approved.checks == ("opened", "dates", "place", "words")
    event = event_of(tracker, sent_back, "request-changes")
    assert event["reasons"] == ["wrong-date", "advice"]
    assert event["comment"] == "Seen."


def event_of(tracker: Tracker, revision: Revision, action: str) -> dict[str, object]:
    with tracker.store.reading() as connection:
        events = events_of(connection, "revision", revision.id)
    return next(event.data for event in events if event.action == action)


def test_everything_a_verdict_lacks_is_said_at_once(tracker: Tracker) -> None:
    proposal = propose(tracker)
    with pytest.raises(Invalid) as caught:
        decide(tracker, proposal, Verdict.REJECT, comment=" ", reasons=[])
    assert [problem.field for problem in caught.value.problems] == ["reasons", "comment"]
    with pytest.raises(Invalid) as caught:
        decide(tracker, proposal, checks=["opened", "dates"])
    assert [problem.field for problem in caught.value.problems] == ["checks"]
    assert review_service.sheet(tracker, person(tracker, "ben"), proposal.id).revision == proposal
