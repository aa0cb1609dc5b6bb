"""Drafts, which are nobody else's business."""

from legalmap.store.desk import drafts
from legalmap.store.engine import Connection, Store
from legalmap.store.history import submissions
from tests.store.build import (
    NOW,
    a_proposal,
    a_record,
    minutes,
    person,
)


def save(connection: Connection, by: str, code: str, form: str, *, at: float = 0) -> int:
    """Keep a draft on revision 0 of a new or known record; gives the record's id."""
    record = submissions.records.find(connection, "kratom", code)
    base_id = record.current_revision_id if record else a_record(connection, code).id
    base = submissions.records.revision_by_id(connection, base_id)
    assert base is not None
    owner = person(connection, by).id
    drafts.save(
        connection,
        base.record_id,
        owner,
        base_id=base_id,
        reworks_id=None,
        form=form,
        at=minutes(at),
    )
    return base.record_id


def test_a_draft_comes_back_as_it_was_typed(store: Store) -> None:
    typed = '{"summary": "half a sentence and “ü'
    with store.writing() as connection:
        record_id = save(connection, "ana", "us-al", typed, at=4)
        draft = drafts.of_record(connection, record_id, person(connection, "ana").id)
    assert draft is not None
    assert (draft.topic, draft.jurisdiction, draft.base_number) == ("kratom", "us-al", 0)
    assert (draft.form, draft.updated_at, draft.reworks_id) == (typed, minutes(4), None)


def test_a_draft_remembers_what_it_reworks(store: Store) -> None:
    with store.writing() as connection:
        proposal = a_proposal(connection, a_record(connection))
        cleo = person(connection, "cleo").id
        drafts.save(
            connection,
            proposal.record_id,
            cleo,
            base_id=proposal.id,
            reworks_id=proposal.id,
            form="{}",
            at=NOW,
        )
        (draft,) = drafts.of_person(connection, cleo)
    assert (draft.base_number, draft.reworks_id) == (1, proposal.id)


def test_saving_again_replaces_ones_own_draft_only(store: Store) -> None:
    with store.writing() as connection:
        record_id = save(connection, "ana", "us-al", "first")
        save(connection, "cleo", "us-al", "of cleo")
        save(connection, "ana", "us-al", "second", at=1)
        ana, cleo = person(connection, "ana").id, person(connection, "cleo").id
        assert [draft.form for draft in drafts.of_person(connection, ana)] == ["second"]
        assert drafts.of_record(connection, record_id, cleo).form == "of cleo"
        assert drafts.of_record(connection, record_id, person(connection, "ben").id) is None


def test_drafts_come_the_last_touched_first(store: Store) -> None:
    with store.writing() as connection:
        save(connection, "ana", "us-al", "", at=1)
        save(connection, "ana", "us-fl", "", at=3)
        save(connection, "ana", "us-wv", "", at=2)
        drafts_of_ana = drafts.of_person(connection, person(connection, "ana").id)
    assert [draft.jurisdiction for draft in drafts_of_ana] == ["us-fl", "us-wv", "us-al"]


def test_a_draft_can_be_dropped_and_dropped_again(store: Store) -> None:
    with store.writing() as connection:
        record_id = save(connection, "ana", "us-al", "")
        save(connection, "cleo", "us-al", "")
        ana = person(connection, "ana").id
        drafts.drop(connection, record_id, ana)
        drafts.drop(connection, record_id, ana)
        assert drafts.of_person(connection, ana) == []
        assert len(drafts.of_person(connection, person(connection, "cleo").id)) == 1
