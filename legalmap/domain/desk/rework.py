"""Reworking an earlier proposal: whose work it takes over, and what stands in its way.

The authors of a proposal are also authors of every rework of it, and authors may not review. So a rework
waits if it would make somebody an author of what they are reviewing, or while somebody else is reviewing
the earlier proposal.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from legalmap.domain.desk.claims import Claim
from legalmap.domain.desk.moderation import UNDECIDED, State
from legalmap.domain.desk.revisions import Revision


def takes_over(earlier: Revision) -> bool:
    """Whether the authors of ``earlier`` become authors of a rework; of what was published they do not."""
    return earlier.state not in (State.PUBLISHED, State.SUPERSEDED)


def obstacle(
    earlier: Revision,
    actor_id: int,
    own: Iterable[Revision],
    claims: Mapping[int, Claim],
    now: datetime,
) -> str:
    """What this person has to wait for, in a sentence; empty if they may rework it now.

    ``own``: their open proposals for the record. ``claims``: the live claims, by proposal.
    """
    if not takes_over(earlier):
        return ""
    return _reviewed_now(earlier, actor_id, claims.get(earlier.id), now) or _would_bar(
        earlier, actor_id, own, claims
    )


def _reviewed_now(earlier: Revision, actor_id: int, claim: Claim | None, now: datetime) -> str:
    """Authors may rework their proposal at any time; others wait for a review that has begun."""
    if earlier.state not in UNDECIDED or actor_id in earlier.authors:
        return ""
    if claim is not None and claim.account_id != actor_id:
        return (
            f"{claim.handle} is reviewing proposal {earlier.id} until {claim.until(now)}. "
            "Send your version of it after that."
        )
    assent = next(
        (candidate for candidate in earlier.assents if candidate.reviewer_id != actor_id), None
    )
    # The first approval of a stale proposal leads nowhere: nobody can give the second.
    if assent is None or earlier.state is State.STALE:
        return ""
    return (
        f"{assent.reviewer} has approved proposal {earlier.id}, and it waits for a second reviewer. "
        "Send your version of it once that is decided."
    )


def _would_bar(
    earlier: Revision, actor_id: int, own: Iterable[Revision], claims: Mapping[int, Claim]
) -> str:
    """Whether an author of ``earlier`` is reviewing a proposal of this person, which a rework would end."""
    barred = earlier.authors - {actor_id}
    for proposal in own:
        for reviewer_id, handle in _reviewers(proposal, claims.get(proposal.id)):
            if reviewer_id in barred:
                return (
                    f"{handle} wrote a part of proposal {earlier.id} and is reviewing your proposal "
                    f"{proposal.id} of this record. Bring that to its end before you take up theirs."
                )
    return ""


def _reviewers(proposal: Revision, claim: Claim | None) -> Iterator[tuple[int, str]]:
    """Id and handle of everybody who has claimed, approved or sent back a proposal."""
    if claim is not None:
        yield claim.account_id, claim.handle
    for decision in (*proposal.assents, *filter(None, [proposal.decision])):
        yield decision.reviewer_id, decision.reviewer
