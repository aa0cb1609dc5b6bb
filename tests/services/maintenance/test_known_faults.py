"""What went wrong in the review queues of others, and where it is tested that it does not here.

- warehouse, JournalEntry: Numbers were given at the insert, not at the commit: who followed the
  feed missed some. (store/history/test_races.py)
- warehouse #19684: The lock of the feed was held across other inserts, and writers waited crosswise
  for ever. (below, services/reviewing/test_racing.py)
- warehouse #6451: Deleting a project deleted the log of what was done to it.
  (store/history/test_guards.py)
- warehouse, OrganizationApplication: A declined application could be approved: only the template
  knew better. (services/reviewing/test_moderating.py, web/reviewing/test_review.py)
- warehouse #20302: The status was set before the input was checked, and the half was committed.
  (below)
- GOV.UK Notify, dao_* of versioned tables: Of two who saved the later one won without a word, and
  at the same moment both got a 500. (services/reviewing/test_racing.py,
  store/history/test_races.py)
- GOV.UK Notify, history_meta.py: The history held what its columns could hold, copied when the
  object was still dirty. (store/history/test_records.py)
- GOV.UK Notify, can_approve_own_go_live_requests: A switch let organisations approve their own
  requests, and a platform admin always could. (below)
- GOV.UK Notify, has_active_go_live_request: The request was a flag: who had asked, when and for
  exactly what was in no row. (below)
- normandy, verify_approver: The approver was compared with who requested the review, not with who
  had written it. (services/reviewing/test_moderating.py, web/reviewing/test_review.py)
- normandy, revise() and close(): A new version deleted the request for the earlier one and all that
  was said to it. (below)
- normandy, on_delete=SET_NULL: Deleting an account took its signature off the history.
  (store/history/test_guards.py)
- normandy, approve(): A server elsewhere was called inside the transaction, which held its locks
  meanwhile. (below)
- normandy, metadata of an approved revision: What had been approved could still be patched:
  immutable was only a habit. (store/history/test_guards.py)
- wagtail #6249, publish_workflow_state: The latest version was published, not the one that had been
  reviewed. (below, web/reviewing/test_review.py)
- wagtail #13563: Saving without a change began the review anew. (web/editing/test_edit.py,
  services/reviewing/test_moderating.py)
- wagtail, AbstractGroupApprovalTask: Whoever had sent it could approve it, if they were in the
  group. (web/reviewing/test_review.py)
- wagtail #2565 and RFC 95: For ten years the second who saved overwrote the first.
  (web/reviewing/test_review.py)
- wagtail, is_out_of_date: Whoever sent no base was never told that they were out of date.
  (web/editing/test_edit.py, web/reviewing/test_dashboard.py)
- wagtail #13749: Checking and writing were two steps, and something came between them.
  (store/history/test_races.py)
- wagtail #12427, purge_revisions: Old revisions were purged, and the pages of the history broke.
  (store/history/test_guards.py)
- wagtail #6949, FlaggedRevs T59073: There were two ways to approve, and one of them left out what
  the other did. (below)
- FlaggedRevs, primary key of flaggedrevs: The second reviewer overwrote what the first had decided.
  (store/history/test_races.py, web/reviewing/test_review.py)
- FlaggedRevs T189422: Switching a setting off hid all reviews of the past. (below)
- Wikibase, baseRevId = 0: Zero meant “whatever is current” and switched the check for conflicts
  off. (below)
- Wikibase, self-conflict: Whoever was in conflict with themselves was patched together with a
  warning. (below)
- NeoWiki #1304: The base was read anew just before saving, so that it was always the current one.
  (web/reviewing/test_review.py, below)
- h, ModerationLog and kitsune, mozilla/sumo#2248: Deleting a moderator deleted the log, and
  deleting a reviewer the articles. (store/history/test_guards.py)
- h, annotation_updated and FlaggedRevs, lastChangeTime: Instants told versions apart, until two
  fell into the same second or a clock went back. (below)
- h, schemas/api/moderation.py: There it went right: asking twice for the same state is a success
  and no second row. (services/reviewing/test_workflow.py, below)
- kitsune, edit locks in Redis: Whoever stole a lock could do what it should have kept them from.
  (below)
- indico, update_review: What a reviewer had said could be edited afterwards.
  (store/history/test_guards.py)
- indico #5684: Two judgements at the same moment both went through.
  (services/reviewing/test_racing.py)
- kitsune, review_revision: The second reviewer got the page again without a word.
  (web/reviewing/test_review.py)
- kitsune #72: Approving one’s own work drew a warning, no refusal. (web/reviewing/test_review.py)
- kitsune, Revision.save: Saving could publish. (services/reviewing/test_moderating.py)
- SQLAlchemy-Continuum #174: Bulk updates and raw SQL passed unseen by the versioning.
  (store/history/test_guards.py, services/maintenance/test_integrity_check.py)
"""

import ast
from datetime import timedelta

import msgspec
import pytest
import time_machine

from legalmap.domain.desk.moderation import State, Verdict
from legalmap.domain.errors import Invalid, LegalmapError, OwnWork, Stale
from legalmap.domain.people.roles import Role
from legalmap.paths import PACKAGE
from legalmap.services.core.tracker import Tracker
from legalmap.services.exporting import formats
from legalmap.services.maintenance import integrity_check
from legalmap.services.reading.reader import Reader
from legalmap.services.reviewing import claims, review
from legalmap.store.history import feed
from legalmap.store.people import accounts
from tests.build import TODAY, a_payload, the_topic
from tests.services.build import BANNED, decide, person, propose
from tests.store.build import NOW, contents, minutes

NOTED = a_payload(notes="Ask the ministry.")


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_the_lock_of_the_feed_holds_up_nobody_who_only_proposes(tracker: Tracker) -> None:
    """SQLite has one writer at a time anyway. Here a proposal would wait ten seconds and fail."""
    first = propose(tracker)
    with tracker.store.writing() as connection:
        feed.lock(connection)
        assert propose(tracker, jurisdiction="us-ca").state is State.PENDING
        sent_back = decide(tracker, first, Verdict.REQUEST_CHANGES)
    assert sent_back.state is State.CHANGES_REQUESTED


@pytest.mark.parametrize("comment", ["x" * 5_001, "reads \u202esdrawkcab", " "])
def test_what_is_wrong_is_found_before_anything_is_written(tracker: Tracker, comment: str) -> None:
    proposal = propose(tracker)
    with tracker.store.reading() as connection:
        before = contents(connection)
    with pytest.raises(Invalid, match="comment"):
        decide(tracker, proposal, Verdict.REJECT, comment=comment)
    with tracker.store.reading() as connection:
        assert contents(connection) == before


@pytest.mark.parametrize("two_approvals", [True, False])
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("is_demo", [True, False])
def test_neither_role_nor_switch_lets_anybody_approve_their_own_work(
    tracker: Tracker, role: Role, two_approvals: bool, is_demo: bool
) -> None:
    """Every switch that a topic or an account has, either way."""
    with tracker.store.writing() as connection:
        accounts.insert(connection, "dana", role, None, NOW, is_demo=is_demo)
    rules = msgspec.structs.replace(the_topic().review, two_approvals=two_approvals)
    tracker.topics = {"kratom": msgspec.structs.replace(the_topic(), review=rules)}
    proposal = propose(tracker, by="dana")
    refusal = LegalmapError if role is Role.CONTRIBUTOR else OwnWork
    with pytest.raises(refusal):
        decide(tracker, proposal, by="dana")
    assert Reader(tracker).head() == 1


@pytest.mark.both_databases
def test_who_asked_for_exactly_what_and_when_is_kept_for_good(tracker: Tracker) -> None:
    with time_machine.travel(minutes(5), tick=False):
        proposal = propose(tracker)
    decide(tracker, proposal)
    with tracker.store.reading() as connection:
        submissions = contents(connection)["submission"]
    assert len(submissions) == 1
    revision = review.sheet(tracker, person(tracker, "ben"), proposal.id).revision
    assert (revision.author, revision.submitted_at) == ("ana", minutes(5))
    assert (revision.payload, revision.payload_sha256) == (BANNED, proposal.payload_sha256)


def test_a_new_version_keeps_what_was_said_to_the_earlier_one(tracker: Tracker) -> None:
    first = propose(tracker)
    decide(tracker, first, Verdict.REQUEST_CHANGES, comment="Since when?")
    decide(tracker, propose(tracker, NOTED, reworks_id=first.id))
    earlier = review.sheet(tracker, person(tracker, "ben"), first.id).revision
    assert earlier.state is State.CHANGES_REQUESTED
    assert earlier.decision is not None
    assert (earlier.decision.reviewer, earlier.comment) == ("ben", "Since when?")


def test_others_are_told_after_the_commit(tracker: Tracker) -> None:
    """Who is told looks with another connection: before the commit there would be nothing to see."""
    seen: list[tuple[int, int]] = []

    def look(feed_no: int) -> None:
        with tracker.store.reading() as connection:
            seen.append((feed_no, feed.head(connection)))

    tracker.listeners.append(look)
    decide(tracker, propose(tracker))
    assert seen == [(2, 2)]


def test_what_was_reviewed_is_published_and_not_what_came_later(tracker: Tracker) -> None:
    reviewed = propose(tracker)
    later = propose(tracker, NOTED, reworks_id=reviewed.id)
    decide(tracker, reviewed)
    assert Reader(tracker).edition("kratom").records["us-al"].payload == BANNED
    assert review.sheet(tracker, person(tracker, "ben"), later.id).revision.state is State.STALE


def callers_of(name: str) -> set[str]:
    """The modules of the product that call a function of that name."""
    callers = set()
    for file in PACKAGE.rglob("*.py"):
        calls = (
            node.func
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.Call)
        )
        names = {getattr(func, "attr", getattr(func, "id", "")) for func in calls}
        if name in names:
            callers.add(str(file.relative_to(PACKAGE)))
    return callers


@pytest.mark.parametrize(
    ("name", "modules"),
    [
        ("insert_review", {"services/reviewing/review.py"}),
        # What ships is loaded; all else is published by its review.
        ("publish", {"services/reviewing/review.py", "services/maintenance/first_load.py"}),
    ],
)
def test_there_is_one_way_to_review_and_one_to_publish(name: str, modules: set[str]) -> None:
    assert callers_of(name) == modules


def test_the_past_reads_the_same_whatever_the_topic_file_says_now(tracker: Tracker) -> None:
    decide(tracker, propose(tracker))
    before = formats.render(Reader(tracker).edition("kratom", "2"), TODAY, "ndjson")
    topic, rules = the_topic(), the_topic().review
    scale = {code: meant for code, meant in topic.meanings["status"].items() if code != "unclear"}
    changed = msgspec.structs.replace(
        topic,
        statuses=tuple(status for status in topic.statuses if status.code != "unclear"),
        meanings={**topic.meanings, "status": scale},
        review=msgspec.structs.replace(rules, two_approvals=not rules.two_approvals, checklist=()),
    )
    now = Reader(Tracker(tracker.store, {"kratom": changed}))
    assert formats.render(now.edition("kratom", "2"), TODAY, "ndjson") == before
    published = now.published_revisions("kratom", "us-al")
    assert [revision.decision and revision.decision.reviewer for revision in published] == [
        "ben",
        None,
    ]


def test_base_zero_is_revision_zero_and_nothing_else(tracker: Tracker) -> None:
    decide(tracker, propose(tracker))
    with pytest.raises(Stale, match="from revision 0, published now is revision 1"):
        propose(tracker, NOTED, base_number=0)


def test_an_author_is_in_conflict_with_themselves_too(tracker: Tracker) -> None:
    first, second = propose(tracker), propose(tracker, NOTED)
    decide(tracker, first)
    with pytest.raises(Stale):
        decide(tracker, second)


@pytest.mark.parametrize("step", [timedelta(0), timedelta(hours=-1)], ids=["stands", "goes back"])
def test_a_clock_that_stands_or_goes_back_mixes_nothing_up(
    tracker: Tracker, step: timedelta
) -> None:
    base = 0
    with time_machine.travel(NOW, tick=False) as clock:
        for number in range(3):
            first = propose(tracker, a_payload(notes=f"One {number}."), base_number=base)
            other = propose(tracker, a_payload(notes=f"Other {number}."), base_number=base)
            clock.shift(step)
            base = decide(tracker, first).number
            with pytest.raises(Stale):
                decide(tracker, other)
            decide(tracker, other, Verdict.REJECT)
    entries = Reader(tracker).feed(0, 10)
    assert [entry.revision_number for entry in entries] == [0, 1, 3, 5]
    assert integrity_check.check(tracker) == []


def test_the_same_verdict_again_changes_nothing(tracker: Tracker) -> None:
    proposal = propose(tracker)
    decide(tracker, proposal)
    with tracker.store.reading() as connection:
        before = contents(connection)
    assert decide(tracker, proposal).state is State.PUBLISHED
    with tracker.store.reading() as connection:
        assert contents(connection) == before


def test_a_claim_lets_nobody_do_more_and_keeps_nobody_from_anything(tracker: Tracker) -> None:
    """It is a courtesy: the author cannot take it, and another moderator decides beside it."""
    proposal = propose(tracker)
    with pytest.raises(LegalmapError):
        claims.take(tracker, person(tracker, "ana"), proposal.id, over=True)
    claims.take(tracker, person(tracker, "cleo"), proposal.id)
    assert decide(tracker, proposal, by="ben").state is State.PUBLISHED
