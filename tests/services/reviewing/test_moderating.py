"""From proposal to publication, and every way in which it must not happen."""

from collections.abc import Callable

import pytest

from legalmap.domain.desk.moderation import Act, State, Verdict
from legalmap.domain.errors import (
    AlreadyDecided,
    Forbidden,
    Invalid,
    LegalmapError,
    Missing,
    NothingChanged,
    NotNow,
    OwnWork,
    Stale,
)
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import conflicts, drafts, proposals
from legalmap.services.maintenance import integrity_check
from legalmap.services.reading.reader import Reader
from legalmap.services.reviewing import review
from legalmap.store import log
from tests.build import a_payload, a_period, a_source
from tests.services.build import BANNED, decide, person, propose


def status_shown(tracker: Tracker, code: str = "us-al") -> str:
    item = Reader(tracker).edition("kratom").records[code]
    return item.payload.periods[-1].status


def test_an_approved_proposal_is_what_readers_see_at_once(tracker: Tracker) -> None:
    reader = Reader(tracker)
    assert reader.edition("kratom").records["us-al"].payload.periods[-1].status == "legal"
    published = decide(tracker, propose(tracker))
    assert published.state is State.PUBLISHED
    edition = reader.edition("kratom")
    assert edition.records["us-al"].payload == BANNED
    assert edition.feed_no == 2
    assert integrity_check.check(tracker) == []


def test_a_proposal_alone_changes_nothing_for_readers(tracker: Tracker) -> None:
    propose(tracker)
    assert status_shown(tracker) == "legal"
    assert Reader(tracker).head() == 1


def test_what_the_site_said_before_can_still_be_asked_for(tracker: Tracker) -> None:
    decide(tracker, propose(tracker))
    then = Reader(tracker).edition("kratom", "1")
    assert then.records["us-al"].payload.periods[-1].status == "legal"


def test_a_place_without_record_gets_one_by_proposal_and_review(tracker: Tracker) -> None:
    revision = propose(tracker, jurisdiction="us-ca-san-diego")
    assert "us-ca-san-diego" not in Reader(tracker).edition("kratom").records
    decide(tracker, revision)
    assert status_shown(tracker, "us-ca-san-diego") == "banned"
    assert integrity_check.check(tracker) == []


def rework_of_bens_work(tracker: Tracker) -> None:
    """Ben wrote it, Ana took it over: Ben is still one of its authors."""
    first = propose(tracker, by="ben")
    decide(tracker, first, Verdict.REQUEST_CHANGES, by="cleo")
    decide(tracker, propose(tracker, reworks_id=first.id), by="ben")


def twice(tracker: Tracker, again: Verdict) -> None:
    revision = propose(tracker)
    decide(tracker, revision)
    decide(tracker, revision, again, by="cleo")


def stale(tracker: Tracker) -> None:
    first, second = propose(tracker), propose(tracker, a_payload(a_period(status="unclear")))
    decide(tracker, first)
    decide(tracker, second)


def another_hash(tracker: Tracker) -> None:
    revision, ben = propose(tracker), person(tracker, "ben")
    review.decide(tracker, ben, revision.id, Verdict.APPROVE, payload_sha256="0" * 64)


def withdrawn(tracker: Tracker) -> None:
    revision = propose(tracker)
    proposals.withdraw(tracker, person(tracker, "ana"), revision.id)
    decide(tracker, revision)


REFUSED: list[tuple[str, Callable[[Tracker], object], type[LegalmapError], str]] = [
    ("nobody approves their own work", lambda t: decide(t, propose(t, by="ben")), OwnWork, "author"),
    ("nor work of theirs that somebody took over", rework_of_bens_work, OwnWork, "author"),
    ("a contributor reviews nothing", lambda t: decide(t, propose(t, by="ben"), by="ana"), Forbidden, "role"),
    ("what is approved is not approved again", lambda t: twice(t, Verdict.APPROVE), AlreadyDecided, "ben approved it on"),
    ("nor rejected afterwards", lambda t: twice(t, Verdict.REJECT), AlreadyDecided, "ben approved it on"),
    ("a record that moved on takes no old approval", stale, Stale, "started from revision 0"),
    ("a verdict names the content it saw", another_hash, NotNow, "open it again"),
    ("what was withdrawn is not published", withdrawn, NotNow, "withdrawn"),
    ("a rejection says why", lambda t: decide(t, propose(t), Verdict.REJECT, comment=" "), Invalid, "why"),
    ("the base must exist", lambda t: propose(t, base_number=7), Stale, "from revision 7"),
    ("a proposal differs from its base", lambda t: propose(t, a_payload()), NothingChanged, "differs"),
    ("a change has a note", lambda t: propose(t, note="  "), Invalid, "note"),
    ("the place exists", lambda t: propose(t, jurisdiction="us-alx"), Missing, "us-alx"),
    ("the topic exists", lambda t: propose(t, topic="tea"), Missing, "tea"),
    ("a rework names a revision of the same record", lambda t: propose(t, reworks_id=999), Missing, "999"),
    ("only an author withdraws", lambda t: proposals.withdraw(t, person(t, "ben"), propose(t).id), Forbidden, "author"),
]  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("act", "error", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_refused_changes_nothing(
    tracker: Tracker, act: Callable[[Tracker], object], error: type[LegalmapError], says: str
) -> None:
    with pytest.raises(error, match=says):
        act(tracker)
    feed = Reader(tracker).feed(0, 10)
    assert [entry.feed_no for entry in feed] == list(range(1, len(feed) + 1))
    assert all(entry.reviewer != entry.author for entry in feed)
    assert integrity_check.check(tracker) == []


def test_a_refused_review_leaves_no_trace(tracker: Tracker) -> None:
    revision = propose(tracker, by="ben")
    with tracker.store.reading() as connection:
        before = log.newest(connection, 50)
    with pytest.raises(OwnWork):
        decide(tracker, revision)
    with tracker.store.reading() as connection:
        assert log.newest(connection, 50) == before


def test_every_act_leaves_an_event_with_its_actor(tracker: Tracker) -> None:
    decide(tracker, propose(tracker))
    with tracker.store.reading() as connection:
        acts = [(event.actor_label, event.action) for event in log.newest(connection, 3)]
    assert acts == [("ben", "publish"), ("ben", "approve"), ("ana", "submit")]


def test_the_sheet_shows_what_differs_and_what_one_may_do(tracker: Tracker) -> None:
    revision = propose(tracker)
    sheet = review.sheet(tracker, person(tracker, "ben"), revision.id)
    assert [change.field for change in sheet.changes] == ["periods.2020-05"]
    assert sheet.allowed == {Act.APPROVE, Act.REJECT, Act.REQUEST_CHANGES}
    own = review.sheet(tracker, person(tracker, "ana"), revision.id)
    assert own.allowed == {Act.WITHDRAW}


def test_disjoint_edits_merge_into_a_proposal_that_is_reviewed_again(tracker: Tracker) -> None:
    yours = a_payload(notes="Ask the ministry.")
    second = propose(tracker, yours)
    decide(tracker, propose(tracker))
    sides = conflicts.compare_sides(tracker, "kratom", "us-al", 0, yours)
    assert sides.clashes == ()
    both = sides.settled(set())
    merged = propose(tracker, both, base_number=sides.current_number, reworks_id=second.id)
    assert merged.state is State.PENDING
    assert status_shown(tracker) == "banned"
    decide(tracker, merged)
    published = Reader(tracker).edition("kratom").records["us-al"].payload
    assert published.notes == "Ask the ministry."
    assert published.periods == BANNED.periods


def test_edits_of_the_same_field_conflict_and_are_not_merged(tracker: Tracker) -> None:
    decide(tracker, propose(tracker, a_payload(notes="Theirs.")))
    sides = conflicts.compare_sides(tracker, "kratom", "us-al", 0, a_payload(notes="Yours."))
    assert len(sides.clashes) == 1
    assert [yours.field for _, yours in sides.comparison.conflicts] == ["notes"]


def test_every_problem_is_named_at_its_field(tracker: Tracker) -> None:
    bad = a_payload(a_period(sources=(a_source("javascript:alert(1)"),)), confidence=None)
    with pytest.raises(Invalid) as caught:
        propose(tracker, bad, note="")
    fields = {problem.field for problem in caught.value.problems}
    assert fields == {"periods.0.sources.0.url", "confidence", "note"}


def test_a_draft_keeps_what_was_typed_until_it_is_submitted(tracker: Tracker) -> None:
    ana = person(tracker, "ana")
    drafts.save(tracker, ana, "kratom", "us-al", base_number=0, form='{"notes": "half"}')
    begun = proposals.begin(tracker, ana, "kratom", "us-al")
    assert begun.draft is not None
    assert begun.draft.form == '{"notes": "half"}'
    assert proposals.begin(tracker, person(tracker, "ben"), "kratom", "us-al").draft is None
    propose(tracker, closes_draft=True)
    assert proposals.begin(tracker, ana, "kratom", "us-al").draft is None
