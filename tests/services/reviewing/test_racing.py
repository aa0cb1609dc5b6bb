"""Many approvals at once: exactly one wins, the others are told that the record moved on."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import msgspec
import pytest

from legalmap.domain.desk.moderation import State
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import AlreadyDecided, LegalmapError, Stale
from legalmap.services.core.tracker import Tracker
from legalmap.services.maintenance import integrity_check
from legalmap.services.reading.reader import Reader
from tests.build import a_payload, a_period
from tests.services.build import decide, propose

pytestmark = pytest.mark.both_databases

MANY = 8


def at_once(tracker: Tracker, revisions: list[Revision], reviewers: list[str]) -> list[object]:
    """Approve all at the same moment; gives what each got."""
    gate = Barrier(len(revisions))

    def approve(revision: Revision, by: str) -> object:
        gate.wait()
        try:
            return decide(tracker, revision, by=by)
        except LegalmapError as error:
            return error

    with ThreadPoolExecutor(len(revisions)) as pool:
        return list(pool.map(approve, revisions, reviewers))


def test_of_many_approvals_on_one_base_exactly_one_wins(tracker: Tracker) -> None:
    proposals = [propose(tracker, a_payload(notes=f"Reading {n}.")) for n in range(MANY)]
    got = at_once(tracker, proposals, ["ben"] * MANY)
    assert sum(isinstance(result, Revision) for result in got) == 1
    assert sum(isinstance(result, Stale) for result in got) == MANY - 1
    assert Reader(tracker).head() == 2
    assert integrity_check.check(tracker) == []


def test_two_reviewers_of_one_proposal_publish_it_once(tracker: Tracker) -> None:
    proposal = propose(tracker)
    got = at_once(tracker, [proposal, proposal], ["ben", "cleo"])
    assert sum(isinstance(result, Revision) for result in got) == 1
    assert sum(isinstance(result, AlreadyDecided) for result in got) == 1
    assert Reader(tracker).head() == 2


def of_two_reviewers(tracker: Tracker) -> Tracker:
    """The same tracker, with two reviewers for what is grave: possession being prohibited."""
    kratom = tracker.topic("kratom")
    review = msgspec.structs.replace(kratom.review, two_approvals=True)
    topics = {**tracker.topics, "kratom": msgspec.structs.replace(kratom, review=review)}
    return Tracker(tracker.store, topics)


GRAVE = a_payload(a_period(), a_period("2020-05", "banned", answers={"possession": "prohibited"}))


def test_two_approvals_at_the_same_instant_are_one_assent_and_one_publication(
    tracker: Tracker,
) -> None:
    careful = of_two_reviewers(tracker)
    proposal = propose(careful, GRAVE)
    got = at_once(careful, [proposal, proposal], ["ben", "cleo"])
    assert sorted(result.state for result in got if isinstance(result, Revision)) == [
        State.APPROVED_ONCE,
        State.PUBLISHED,
    ]
    assert Reader(careful).head() == 2
    assert integrity_check.check(careful) == []


def test_one_person_pressing_many_times_is_one_approval(tracker: Tracker) -> None:
    careful = of_two_reviewers(tracker)
    proposal = propose(careful, GRAVE)
    got = at_once(careful, [proposal] * MANY, ["ben"] * MANY)
    assert {result.state for result in got if isinstance(result, Revision)} == {State.APPROVED_ONCE}
    assert len(got) == MANY
    assert Reader(careful).head() == 1


def test_publications_of_different_records_never_leave_a_gap(tracker: Tracker) -> None:
    codes = ["us-ca", "us-fl", "us-wv", "th", "cn", "hk", "us-pr", "us-fl-sarasota"]
    proposals = [propose(tracker, jurisdiction=code) for code in codes]
    got = at_once(tracker, proposals, ["ben", "cleo"] * (len(codes) // 2))
    assert all(isinstance(result, Revision) for result in got), got
    numbers = [entry.feed_no for entry in Reader(tracker).feed(0, 100)]
    assert numbers == list(range(1, len(codes) + 2))
    assert integrity_check.check(tracker) == []
