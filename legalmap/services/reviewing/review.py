"""The review page and the three verdicts. The last approval publishes in the same transaction."""

from collections.abc import Iterable

import msgspec

from legalmap import clock
from legalmap.domain.desk import edit_warnings as checking_rules
from legalmap.domain.desk.claims import Claim
from legalmap.domain.desk.discussion import Standing, Version, Word, last_seen
from legalmap.domain.desk.moderation import (
    UNDECIDED,
    Act,
    Judgement,
    State,
    Verdict,
    check,
    is_allowed,
    is_enough,
    is_repeated,
    problems_of,
    told,
)
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import Invalid, Missing, NotNow, Problem, Stale
from legalmap.domain.law import diff
from legalmap.domain.law.diff import Change
from legalmap.domain.law.payload import problems_of_text
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, require
from legalmap.services.audit.actions import (
    as_of_now,
    is_in_remit,
    log_act,
    require_remit,
    revision_of,
)
from legalmap.services.core.tracker import Tracker
from legalmap.store.desk import claims
from legalmap.store.engine import Connection
from legalmap.store.history import discussions, feed, records, submissions

MAX_COMMENT = 5_000


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """Changes since the version this person saw last; ``rebased``: its base is another one now."""

    seen: Version
    changes: list[Change]
    rebased: bool


class ReviewSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the review page shows.

    ``base`` is what the proposal was edited from, ``current`` what is published now. ``elsewhere``: the
    remit of this person does not cover it. ``interests``: disclosed interests by account id, of its
    author and of everybody who remarked or decided.
    """

    revision: Revision
    base: Revision
    current: Revision
    changes: list[Change]
    allowed: frozenset[Act]
    elsewhere: bool
    since: Since | None
    versions: list[Version]
    words: list[Word]
    standing: Standing
    interests: dict[int, str]
    claim: Claim | None
    warnings: list[Problem]


def sheet(tracker: Tracker, actor: Account, revision_id: int) -> ReviewSheet:
    """The review page of one proposal, with the same number of queries however long its history is."""
    require(actor.role, Permission.PROPOSE)
    with tracker.store.reading() as connection:
        revised = revision_of(connection, revision_id)
        record = records.find(connection, revised.topic, revised.jurisdiction)
        if revised.base_id is None or record is None:
            raise Missing("proposal", str(revision_id))
        versions = discussions.versions(connection, revision_id)
        seen = last_seen(versions[:-1], actor.id)
        wanted = {revised.base_id, record.current_revision_id} | ({seen.id} if seen else set())
        beside = records.revisions_by_id(connection, wanted)
        words = discussions.words(connection, [version.id for version in versions])
        people = {revised.author_id, *(word.author_id for word in words)}
        interests = discussions.interests(connection, people)
        standing = discussions.standing(connection, revised.author_id)
        claim = claims.live(connection, "proposal", [revision_id], clock.now()).get(revision_id)
    base = beside[revised.base_id]
    allowed = {act for act in Act if is_allowed(act, revised.facts, actor.id, actor.role)}
    elsewhere = not is_in_remit(tracker, actor, revised.topic, revised.jurisdiction)
    if elsewhere:
        # Outside their remit they may remark, but not decide.
        allowed -= {Act(verdict.value) for verdict in Verdict}
    return ReviewSheet(
        revision=revised,
        base=base,
        current=beside[record.current_revision_id],
        changes=diff.shown(base.payload, revised.payload),
        allowed=frozenset(allowed),
        elsewhere=elsewhere,
        since=_since(seen, beside, revised) if seen else None,
        versions=versions,
        words=words,
        standing=standing,
        interests=interests,
        claim=claim,
        warnings=_warnings(tracker, base, revised),
    )


def _warnings(tracker: Tracker, base: Revision, revised: Revision) -> list[Problem]:
    """The warnings its author saw beside the fields; none once it is decided."""
    if revised.state not in UNDECIDED:
        return []
    topic, place = tracker.topic(revised.topic), tracker.place(revised.jurisdiction)
    return checking_rules.warnings(revised.payload, base.payload, topic, place, clock.today())


def _since(seen: Version, beside: dict[int, Revision], revised: Revision) -> Since:
    earlier = beside[seen.id]
    return Since(
        seen=seen,
        changes=diff.shown(earlier.payload, revised.payload),
        rebased=earlier.base_id != revised.base_id,
    )


def decide(
    tracker: Tracker,
    actor: Account,
    revision_id: int,
    verdict: Verdict,
    *,
    comment: str = "",
    payload_sha256: str,
    reasons: Iterable[str] = (),
    checks: Iterable[str] = (),
) -> Revision:
    """Give a verdict on the revision with the hash that the reviewer saw; the last approval publishes it.

    The same verdict by the same person again changes nothing and is no error. Raises Forbidden,
    OwnWork, AlreadyDecided, Stale, NotNow or Invalid; then nothing has changed.
    """
    judgement = Judgement(
        verdict=verdict, comment=comment.strip(), reasons=tuple(reasons), checks=tuple(checks)
    )
    with tracker.store.writing() as connection:
        records.lock_by_id(connection, revision_of(connection, revision_id).record_id)
        revised = revision_of(connection, revision_id)
        actor = as_of_now(connection, actor, Permission.REVIEW)
        # A button pressed twice, or a request that was repeated after a lost answer.
        if is_repeated(verdict, revised.facts, actor.id):
            return revised
        _check(connection, actor, revised, verdict)
        require_remit(tracker, actor, revised.topic, revised.jurisdiction)
        # An approval is for exactly the content that was on screen.
        if payload_sha256 != revised.payload_sha256:
            raise NotNow("The page you reviewed is not this revision: open it again.")
        _check_judgement(tracker, revised, judgement, comment)
        decided = _record(connection, actor, revised, judgement)
    # After the commit: listeners must not hear of a publication that is rolled back.
    if decided.feed_no is not None:
        tracker.tell(decided.feed_no)
    return decided


def _check(connection: Connection, actor: Account, revised: Revision, verdict: Verdict) -> None:
    try:
        check(Act(verdict.value), revised.facts, actor.id, actor.role)
    except NotNow:
        if revised.state is State.STALE:
            current = records.current_number(connection, revised.record_id)
            raise Stale(
                revised.topic, revised.jurisdiction, revised.base_number or 0, current
            ) from None
        raise


def _check_judgement(tracker: Tracker, revised: Revision, judgement: Judgement, typed: str) -> None:
    """Raise Invalid with every fault. ``typed``: the comment before stripping, which is what was counted."""
    problems = problems_of(judgement, tracker.topic(revised.topic).review.checklist)
    Invalid.if_any(problems + problems_of_text("comment", typed, MAX_COMMENT, needed=""))


def _record(
    connection: Connection, actor: Account, revised: Revision, judgement: Judgement
) -> Revision:
    """Write the verdict or first approval and log it; publish if that was the last approval needed."""
    at = clock.now()
    if judgement.verdict is Verdict.APPROVE and not is_enough(revised.facts, actor.id):
        submissions.insert_assent(
            connection, revised, actor.id, judgement.comment, at, checks=judgement.checks
        )
        log_act(connection, actor, "assent", revised, at, **told(judgement))
        return revision_of(connection, revised.id)
    review_id = submissions.insert_review(
        connection,
        revised,
        actor.id,
        judgement.verdict,
        judgement.comment,
        at,
        reasons=judgement.reasons,
        checks=judgement.checks,
    )
    log_act(connection, actor, judgement.verdict.value, revised, at, **told(judgement))
    if judgement.verdict is Verdict.APPROVE:
        feed_no = feed.publish(connection, revised, review_id, at)
        base = revised.base_number
        log_act(connection, actor, "publish", revised, at, feed_no=feed_no, base=base)
    return revision_of(connection, revised.id)
