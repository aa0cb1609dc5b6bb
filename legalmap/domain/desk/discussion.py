"""What was said about a proposal and the earlier versions of it, and what its author did so far."""

from datetime import datetime
from typing import Literal

import msgspec

from legalmap.domain.desk.moderation import Decision

MAX_REMARK = 5_000


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One try of a proposal, in short. The later ones rework the earlier ones."""

    id: int
    number: int
    author: str
    submitted_at: datetime | None
    decision: Decision | None


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """Something said about one version: a remark, or what came with a verdict or a first approval."""

    revision_id: int
    author_id: int
    author: str
    at: datetime
    text: str
    kind: Literal["remark", "assent", "approve", "reject", "request-changes"]
    reasons: tuple[str, ...] = ()


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What became of all that somebody proposed."""

    sent: int
    published: int
    sent_back: int
    rejected: int


def last_seen(versions: list[Version], reader_id: int) -> Version | None:
    """The version to compare with: the last one this person decided, else the last anybody did.

    ``versions`` are in order, without the one that is looked at.
    """
    decided = [version for version in versions if version.decision]
    own = [v for v in decided if v.decision and v.decision.reviewer_id == reader_id]
    found = own or decided
    return found[-1] if found else None
