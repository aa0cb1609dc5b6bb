"""The discussion of a proposal and its earlier versions, and the record of its author."""

from datetime import datetime
from typing import Literal

import msgspec

from legalmap.domain.desk.moderation import Decision

MAX_REMARK = 5_000


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a proposal, in short. Each later version reworks the one before."""

    id: int
    number: int
    author: str
    submitted_at: datetime | None
    decision: Decision | None


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A comment on one version: a remark, or the text of a verdict or of a first approval."""

    revision_id: int
    author_id: int
    author: str
    at: datetime
    text: str
    kind: Literal["remark", "assent", "approve", "reject", "request-changes"]
    reasons: tuple[str, ...] = ()


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How many proposals an author sent, and what became of them."""

    sent: int
    published: int
    sent_back: int
    rejected: int


def last_seen(versions: list[Version], reader_id: int) -> Version | None:
    """The version to compare with: the last one this reader decided, else the last anybody decided.

    ``versions`` are oldest first, without the one being looked at. None if nobody decided any.
    """
    decided = [version for version in versions if version.decision]
    own = [v for v in decided if v.decision and v.decision.reviewer_id == reader_id]
    return next(reversed(own or decided), None)
