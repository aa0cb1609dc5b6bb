"""Taking a proposal for review, giving it back, taking it over, and what comes next."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from legalmap import clock
from legalmap.domain.desk.moderation import State, Verdict
from legalmap.domain.desk.queue import QueueFilter
from legalmap.domain.errors import Forbidden, NotNow, OwnWork
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.remits import Remit
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import proposals as editing_service
from legalmap.services.reviewing import claims, review
from legalmap.store.people import accounts
from tests.build import a_payload
from tests.services.build import decide, person, propose
from tests.services.reviewing.test_racing import GRAVE, of_two_reviewers
from tests.store.build import events_of, minutes

Freeze = Callable[[float], None]


@pytest.fixture
def freeze(monkeypatch: pytest.MonkeyPatch) -> Freeze:
    """Set the clock to so many minutes after NOW."""

    def set_to(count: float) -> None:
        at = minutes(count)
        monkeypatch.setattr(clock, "now", lambda: at)

    set_to(0)
    return set_to


def take(tracker: Tracker, revision_id: int, by: str = "ben", *, over: bool = False) -> datetime:
    return claims.take(tracker, person(tracker, by), revision_id, over=over).expires_at


def holder(tracker: Tracker, revision_id: int) -> str | None:
    claim = review.sheet(tracker, person(tracker, "ana"), revision_id).claim
    return claim.handle if claim else None


def acts(tracker: Tracker, revision_id: int) -> list[tuple[str, str]]:
    with tracker.store.reading() as connection:
        events = events_of(connection, "revision", revision_id)
    return [(event.actor_label, event.action) for event in events]


def test_a_claim_is_shown_until_it_ends_by_itself(tracker: Tracker, freeze: Freeze) -> None:
    proposal = propose(tracker)
    assert take(tracker, proposal.id) == minutes(30)
    freeze(29)
    assert holder(tracker, proposal.id) == "ben"
    freeze(30)
    assert holder(tracker, proposal.id) is None
    take(tracker, proposal.id, "cleo")
    assert holder(tracker, proposal.id) == "cleo"


def test_taking_it_over_is_deliberate_and_logged(tracker: Tracker, freeze: Freeze) -> None:
    proposal = propose(tracker)
    take(tracker, proposal.id)
    with pytest.raises(NotNow, match="ben is at it"):
        take(tracker, proposal.id, "cleo")
    take(tracker, proposal.id, "cleo", over=True)
    assert holder(tracker, proposal.id) == "cleo"
    assert acts(tracker, proposal.id)[1:] == [("ben", "claim"), ("cleo", "take-over")]


def test_taking_it_again_only_makes_it_longer(tracker: Tracker, freeze: Freeze) -> None:
    proposal = propose(tracker)
    take(tracker, proposal.id)
    freeze(20)
    assert take(tracker, proposal.id) == minutes(50)
    assert acts(tracker, proposal.id)[1:] == [("ben", "claim")]


@pytest.mark.parametrize("verdict", Verdict)
def test_a_claim_keeps_nobody_from_a_verdict(tracker: Tracker, verdict: Verdict) -> None:
    proposal = propose(tracker)
    take(tracker, proposal.id)
    assert decide(tracker, proposal, verdict, by="cleo").decision is not None
    assert holder(tracker, proposal.id) is None


def test_who_may_not_review_may_not_claim(tracker: Tracker) -> None:
    proposal = propose(tracker, by="ben")
    with pytest.raises(Forbidden):
        take(tracker, proposal.id, "ana")
    with pytest.raises(OwnWork):
        take(tracker, proposal.id, "ben")
    editing_service.withdraw(tracker, person(tracker, "ben"), proposal.id)
    with pytest.raises(NotNow, match="nothing to review any more"):
        take(tracker, proposal.id, "cleo")


def moderating(tracker: Tracker, place: str) -> Account:
    """Ben, who moderates but one place."""
    with tracker.store.writing() as connection:
        remits = [Remit(jurisdiction=place)]
        accounts.replace_remits(connection, person(tracker, "ben").id, remits)
    return person(tracker, "ben")


@pytest.mark.both_databases
def test_who_moderates_elsewhere_takes_nothing_here(tracker: Tracker) -> None:
    proposal = propose(tracker)
    florida = moderating(tracker, "us-fl")
    with pytest.raises(Forbidden, match="other places or topics"):
        claims.take(tracker, florida, proposal.id)
    assert claims.take_next(tracker, florida, QueueFilter()) is None
    alabama = moderating(tracker, "us-al")
    assert claims.take_next(tracker, alabama, QueueFilter()) == proposal.id


def test_only_ones_own_claim_is_given_back(tracker: Tracker) -> None:
    proposal = propose(tracker)
    take(tracker, proposal.id)
    claims.release(tracker, person(tracker, "cleo"), proposal.id)
    assert holder(tracker, proposal.id) == "ben"
    claims.release(tracker, person(tracker, "ben"), proposal.id)
    assert holder(tracker, proposal.id) is None
    assert acts(tracker, proposal.id)[-1] == ("ben", "unclaim")


# What comes next


def following(tracker: Tracker, by: str = "ben", after: int | None = None) -> int | None:
    return claims.take_next(tracker, person(tracker, by), QueueFilter(order="age"), after)


def three(tracker: Tracker, freeze: Freeze) -> list[int]:
    """Three proposals, a minute apart."""
    ids = []
    for index in range(3):
        freeze(index)
        ids.append(propose(tracker, a_payload(notes=f"Reading {index}.")).id)
    return ids


@pytest.mark.both_databases
def test_the_next_is_claimed_and_what_others_are_at_is_left_out(
    tracker: Tracker, freeze: Freeze
) -> None:
    first, second, third = three(tracker, freeze)
    assert following(tracker) == first
    assert holder(tracker, first) == "ben"
    assert following(tracker, "cleo") == second
    assert following(tracker, after=first) == third
    assert holder(tracker, first) is None


def test_behind_the_last_it_goes_on_from_the_top_and_never_in_a_circle_of_one(
    tracker: Tracker, freeze: Freeze
) -> None:
    first, _, third = three(tracker, freeze)
    assert following(tracker, after=third) == first
    for each in range(2):
        assert following(tracker, after=first) is not None, each
    editing_service.withdraw(tracker, person(tracker, "ana"), first)
    assert following(tracker, after=third) is not None


def test_ones_own_work_and_what_one_approved_never_come_next(
    tracker: Tracker, freeze: Freeze
) -> None:
    careful = of_two_reviewers(tracker)
    propose(careful, a_payload(notes="By ben."), by="ben")
    grave = propose(careful, GRAVE)
    assert following(careful) == grave.id
    assert decide(careful, grave).state is State.APPROVED_ONCE
    assert following(careful) is None
    assert following(careful, "cleo") is not None


def test_two_who_ask_at_once_get_different_ones(tracker: Tracker) -> None:
    proposals = {propose(tracker, a_payload(notes=f"Reading {n}.")).id for n in range(2)}
    with ThreadPoolExecutor(2) as pool:
        got = set(pool.map(lambda by: following(tracker, by), ["ben", "cleo"]))
    assert got == proposals
