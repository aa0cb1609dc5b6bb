"""Taking up an earlier proposal: whose work it takes over, and what stands in its way.

Whoever wrote a part of it is an author of what comes of it and may not review that. So nobody is made an
author of what they are reviewing, and nobody works on what somebody else is reviewing.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from legalmap.domain.desk.claims import Claim
from legalmap.domain.desk.moderation import UNDECIDED, State
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.errors import NotNow


def takes_over(earlier: Revision) -> bool:
    """Whether its authors are authors of a rework. What was published anybody may begin with."""
    return earlier.state not in (State.PUBLISHED, State.SUPERSEDED)


def obstacle(
    earlier: Revision,
    actor_id: int,
    own: Iterable[Revision],
    claims: Mapping[int, Claim],
    now: datetime,
) -> str:
    """What this person has to wait for, in a sentence; empty if they may rework it now.

    ``own``: what they sent for the record and is not done with. ``claims``: the live ones, by proposal.
    """
    if not takes_over(earlier):
        return ""
    return _reviewed_now(earlier, actor_id, claims.get(earlier.id), now) or _would_bar(
        earlier, actor_id, own, claims
    )


def check(
    earlier: Revision,
    actor_id: int,
    own: Iterable[Revision],
    claims: Mapping[int, Claim],
    now: datetime,
) -> None:
    """Raise NotNow if something stands in the way."""
    found = obstacle(earlier, actor_id, own, claims, now)
    if found:
        raise NotNow(found)


def _reviewed_now(earlier: Revision, actor_id: int, claim: Claim | None, now: datetime) -> str:
    """Its authors may think again at any time; others let a review that has begun come to its end."""
    if earlier.state not in UNDECIDED or actor_id in earlier.authors:
        return ""
    if claim is not None and claim.account_id != actor_id:
        return (
            f"{claim.handle} is reviewing proposal {earlier.id} until {claim.until(now)}. "
            "Send your version of it after that."
        )
    given = next((each for each in earlier.assents if each.reviewer_id != actor_id), None)
    if given is None or earlier.state is State.STALE:
        return ""
    return (
        f"{given.reviewer} has approved proposal {earlier.id}, and it waits for a second reviewer. "
        "Send your version of it once that is decided."
    )


def _would_bar(
    earlier: Revision, actor_id: int, own: Iterable[Revision], claims: Mapping[int, Claim]
) -> str:
    """Whether one of its authors is reviewing what this person sent, and could review no more of it."""
    barred = earlier.authors - {actor_id}
    for sent in own:
        for reviewer_id, handle in _reviewers(sent, claims.get(sent.id)):
            if reviewer_id in barred:
                return (
                    f"{handle} wrote a part of proposal {earlier.id} and is reviewing your proposal "
                    f"{sent.id} of this record. Bring that to its end before you take up theirs."
                )
    return ""


def _reviewers(sent: Revision, claim: Claim | None) -> Iterator[tuple[int, str]]:
    """Who is at it, approved it first of two, or sent it back."""
    if claim is not None:
        yield claim.account_id, claim.handle
    for given in (*sent.assents, *filter(None, [sent.decision])):
        yield given.reviewer_id, given.reviewer
