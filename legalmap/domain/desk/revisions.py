"""Revisions and publications of a record as values: read by the store, passed on by the services."""

from datetime import datetime
from typing import Literal

import msgspec

from legalmap.domain.desk.edit_intents import Intent
from legalmap.domain.desk.moderation import Decision, Facts, State, state_of
from legalmap.domain.desk.risk import Risk
from legalmap.domain.law.payload import Payload

RevisionKind = Literal["genesis", "edit", "verify", "revert"]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The record of one jurisdiction on one topic, and its published revision."""

    id: int
    topic: str
    jurisdiction: str
    current_revision_id: int
    current_number: int


class _Published(msgspec.Struct, frozen=True, kw_only=True):
    """What a publication and its short form have in common."""

    feed_no: int
    topic: str
    jurisdiction: str
    record_id: int
    revision_id: int
    revision_number: int
    payload_sha256: str
    at: datetime


class Stand(_Published, frozen=True, kw_only=True, gc=False):
    """Where a record stands at a feed number: the newest publication up to it, in short.

    ``gist`` is None if an older version of the program published it: read the payload instead.
    """

    gist: Payload | None


class Publication(_Published, frozen=True, kw_only=True):
    """One entry of the feed: a revision became what readers see.

    ``reviewer`` is None only for revision 0, which shipped in data/. ``sha256`` covers the entry and
    ``prev_sha256``, the hash of the entry before it.
    """

    author: str
    reviewer: str | None
    note: str
    prev_sha256: str
    sha256: str


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """An immutable snapshot of a whole record and the facts its state follows from.

    ``intent`` is None where the first version of the program did not ask. ``risk`` is an index of
    ``risk.LEVELS``, ``risks`` the reasons for it. ``authors`` includes those of the revisions it reworks.
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
    # The text that payload_sha256 is the hash of.
    stored: str
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
    # Approvals before the final one, oldest first.
    assents: tuple[Decision, ...] = ()

    @property
    def facts(self) -> Facts:
        """What ``moderation`` needs to derive the state and the possible acts."""
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
        """Where this revision stands in moderation."""
        return state_of(self.facts)
