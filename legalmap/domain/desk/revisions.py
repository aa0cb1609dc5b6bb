"""A record's revisions and publications as values: what the store gives and the services pass on."""

from datetime import datetime
from typing import Literal

import msgspec

from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.desk.moderation import Decision, Facts, State, state_of
from legalmap.domain.desk.risk import Risk
from legalmap.domain.law.payload import Payload

RevisionKind = Literal["genesis", "edit", "verify", "revert"]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One jurisdiction times one topic, and the revision it stands at."""

    id: int
    topic: str
    jurisdiction: str
    current_revision_id: int
    current_number: int


class Stand(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a record stands at a feed number: the publication that put it there, in short.

    ``gist`` is None where an older version published; the payload says the same.
    """

    topic: str
    jurisdiction: str
    record_id: int
    revision_id: int
    revision_number: int
    feed_no: int
    payload_sha256: str
    at: datetime
    gist: Payload | None


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the feed: a revision of a record becoming what readers see.

    ``reviewer`` is None only for revision 0, which shipped in data/.
    """

    feed_no: int
    topic: str
    jurisdiction: str
    record_id: int
    revision_id: int
    revision_number: int
    payload_sha256: str
    author: str
    reviewer: str | None
    note: str
    at: datetime
    prev_sha256: str
    sha256: str


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """An immutable snapshot of a whole record and the facts its state follows from.

    ``intent`` is None where the first version did not ask. ``risk``: 0 low, 1 medium, 2 high.
    """

    id: int
    topic: str
    jurisdiction: str
    record_id: int
    number: int
    base_id: int | None
    base_number: int | None
    reworks_id: int | None
    author_id: int
    author: str
    created_at: datetime
    kind: RevisionKind
    note: str
    payload: Payload
    payload_sha256: str
    submitted_at: datetime | None
    withdrawn_at: datetime | None
    decision: Decision | None
    comment: str
    published_at: datetime | None
    feed_no: int | None
    authors: frozenset[int]
    base_is_current: bool
    is_current: bool
    reasons: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    intent: Intent | None = None
    risk: int = 0
    risks: tuple[Risk, ...] = ()
    approvals_needed: int = 1
    batch: str | None = None
    # Approvals that are not the last one, the first one first.
    assents: tuple[Decision, ...] = ()

    @property
    def facts(self) -> Facts:
        """What the domain needs to tell the state and the acts that are possible."""
        return Facts(
            authors=self.authors,
            submitted=self.submitted_at is not None,
            withdrawn=self.withdrawn_at is not None,
            decision=self.decision,
            base_is_current=self.base_is_current,
            published=self.published_at is not None,
            is_current=self.is_current,
            approvals_needed=self.approvals_needed,
            assents=self.assents,
        )

    @property
    def state(self) -> State:
        """Where this revision stands."""
        return state_of(self.facts)
