"""What a reviewer sees, and the three verdicts. Approving publishes in the same transaction."""

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
    """What changed since the version that was reviewed last. ``rebased``: it has another base since."""

    seen: Version
    changes: list[Change]
    rebased: bool


class ReviewSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a review page shows: what it started from, what it says, what differs, who said what.

    ``elsewhere``: this person moderates other places or topics. ``interests`` are those of its author and of all who spoke, by their id.
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
    """The review page of one proposal: the same number of queries however long its history is."""
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
    """What its author was asked beside the fields, as long as it is to be decided."""
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
    """Give a verdict on the revision whose hash the reviewer saw; the last approval publishes it.

    The same verdict by the same person again changes nothing and is no error. Raises OwnWork,
    AlreadyDecided, Stale, NotNow or Invalid; then nothing has changed.
    """
    given = Judgement(
        verdict=verdict, comment=comment.strip(), reasons=tuple(reasons), checks=tuple(checks)
    )
    with tracker.store.writing() as connection:
        records.lock_by_id(connection, revision_of(connection, revision_id).record_id)
        revised = revision_of(connection, revision_id)
        actor = as_of_now(connection, actor, Permission.REVIEW)
        if is_repeated(verdict, revised.facts, actor.id):
            return revised
        _check(connection, actor, revised, verdict)
        require_remit(tracker, actor, revised.topic, revised.jurisdiction)
        if payload_sha256 != revised.payload_sha256:
            raise NotNow("The page you reviewed is not this revision: open it again.")
        _check_judgement(tracker, revised, given, comment)
        decided = _record(connection, actor, revised, given)
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


def _check_judgement(tracker: Tracker, revised: Revision, given: Judgement, typed: str) -> None:
    """Every fault at once. ``typed``: the comment with the spaces around it."""
    problems = problems_of(given, tracker.topic(revised.topic).review.checklist)
    Invalid.if_any(problems + problems_of_text("comment", typed, MAX_COMMENT, needed=""))


def _record(
    connection: Connection, actor: Account, revised: Revision, given: Judgement
) -> Revision:
    """Write the verdict and what follows from it, and what was before and after into the log."""
    at = clock.now()
    if given.verdict is Verdict.APPROVE and not is_enough(revised.facts, actor.id):
        submissions.insert_assent(
            connection, revised, actor.id, given.comment, at, checks=given.checks
        )
        log_act(connection, actor, "assent", revised, at, **told(given))
        return revision_of(connection, revised.id)
    review_id = submissions.insert_review(
        connection,
        revised,
        actor.id,
        given.verdict,
        given.comment,
        at,
        reasons=given.reasons,
        checks=given.checks,
    )
    log_act(connection, actor, given.verdict.value, revised, at, **told(given))
    if given.verdict is Verdict.APPROVE:
        feed_no = feed.publish(connection, revised, review_id, at)
        base = revised.base_number
        log_act(connection, actor, "publish", revised, at, feed_no=feed_no, base=base)
    return revision_of(connection, revised.id)
