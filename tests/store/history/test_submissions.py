"""The queue and people's own proposals."""

import pytest
import sqlalchemy as sa

from legalmap.domain.desk.moderation import State, Verdict
from legalmap.store.engine import Store
from legalmap.store.history import submissions
from tests.store.build import (
    a_proposal,
    a_publication,
    a_record,
    a_review,
    approved,
    minutes,
    person,
    queued,
    refreshed,
)


def test_the_queue_holds_what_waits_for_a_verdict_the_oldest_first(store: Store) -> None:
    with store.writing() as connection:
        one, other = a_record(connection, "us-al"), a_record(connection, "us-fl")
        late = a_proposal(connection, one, at=minutes(9))
        early = a_proposal(connection, other, at=minutes(1))
        assert queued(connection) == [early, late]


def test_an_empty_queue_is_empty(store: Store) -> None:
    with store.writing() as connection:
        a_record(connection)
        assert queued(connection) == []


@pytest.mark.parametrize("verdict", list(Verdict))
def test_what_is_decided_leaves_the_queue(store: Store, verdict: Verdict) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)
        decided, waiting = a_proposal(connection, genesis), a_proposal(connection, genesis)
        a_review(connection, decided, verdict=verdict)
        assert queued(connection) == [waiting]
        assert refreshed(connection, decided).decision.verdict is verdict


def test_what_is_withdrawn_leaves_the_queue(store: Store) -> None:
    with store.writing() as connection:
        proposal = a_proposal(connection, a_record(connection))
        ana = person(connection, "ana").id
        submissions.withdraw(connection, proposal.id, ana, minutes(5), "A mistake.")
        assert queued(connection) == []
        proposal = refreshed(connection, proposal)
        assert (proposal.state, proposal.withdrawn_at) == (State.WITHDRAWN, minutes(5))


def test_what_is_not_submitted_is_not_in_the_queue(store: Store) -> None:
    with store.writing() as connection:
        draft = a_proposal(connection, a_record(connection), submitted=False)
        assert queued(connection) == []
        assert draft.state is State.DRAFT
        submissions.submit(connection, draft.id, draft.author_id, minutes(1))
        assert queued(connection) == [refreshed(connection, draft)]
        assert refreshed(connection, draft).submitted_at == minutes(1)


def test_a_stale_proposal_stays_in_the_queue(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)
        late = a_proposal(connection, genesis)
        a_publication(connection, genesis)
        (waiting,) = queued(connection)
        assert (waiting.id, waiting.state) == (late.id, State.STALE)


def test_the_undecided_proposals_of_one_record(store: Store) -> None:
    with store.writing() as connection:
        one, other = a_record(connection, "us-al"), a_record(connection, "us-fl")
        a_proposal(connection, other)
        late = a_proposal(connection, one, at=minutes(2))
        early = a_proposal(connection, one, at=minutes(1))
        a_review(connection, a_proposal(connection, one), verdict=Verdict.REJECT)
        assert submissions.undecided_of(connection, one.record_id) == [early, late]


def test_a_person_sees_all_they_proposed_the_newest_first(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)
        first = a_proposal(connection, genesis, at=minutes(1))
        a_proposal(connection, genesis, by="cleo", at=minutes(2))
        second = a_proposal(connection, genesis, at=minutes(3))
        approved(connection, first, at=minutes(4))
        proposals = submissions.proposals_of(connection, person(connection, "ana").id)
        assert [proposal.id for proposal in proposals] == [second.id, first.id]
        assert [proposal.state for proposal in proposals] == [State.STALE, State.PUBLISHED]


def test_what_shipped_is_nobodys_proposal(store: Store) -> None:
    with store.writing() as connection:
        genesis = a_record(connection)
        assert submissions.proposals_of(connection, genesis.author_id) == []


def test_a_review_names_the_revision_and_hash_it_saw(store: Store) -> None:
    with store.writing() as connection:
        proposal = a_proposal(connection, a_record(connection))
        review_id = a_review(connection, proposal, comment="Good.", at=minutes(7))
        row = connection.execute(sa.text("SELECT * FROM review")).mappings().one()
    assert (row["id"], row["revision_id"]) == (review_id, proposal.id)
    assert (row["payload_sha256"], row["author_id"]) == (
        proposal.payload_sha256,
        proposal.author_id,
    )
    assert (row["verdict"], row["comment"]) == ("approve", "Good.")
