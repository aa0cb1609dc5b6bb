"""The feed of publications, webhook messages, and the difference between two feed numbers."""

from typing import Any

import msgspec

from legalmap.domain.law.payload import Payload
from legalmap.services.contract.records import Answer, Jurisdiction


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One publication: the payload before and after, the fields that differ, its link in the chain."""

    feed_no: int
    topic: str
    jurisdiction: str
    name: str
    url: str
    revision: int
    base: int | None
    kind: str
    author: str
    reviewer: str | None
    note: str
    at: str
    payload_sha256: str
    prev_sha256: str
    sha256: str
    changed: tuple[str, ...]
    before: Payload | None
    after: Payload


class ChangesAnswer(Answer, frozen=True, kw_only=True):
    """The feed after ``since``, oldest first. Ask again with ``next_since``; at ``head`` all is seen."""

    since: int
    next_since: int
    head: int
    changes: tuple[Change, ...]


class WebhookMessage(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook is sent: an entry of the feed. A *record.verified* found nothing changed."""

    type: str
    timestamp: str
    data: Change


class HeartbeatAnswer(Answer, frozen=True, kw_only=True):
    """How far the feed is: ``sha256`` is the hash of the newest publication, null before the first.

    ``published_at`` is when something was last published, ``verified_at`` when a check that found
    nothing changed was. An old ``server_time`` means that this answer itself is no longer alive.
    """

    sha256: str | None
    published_at: str | None
    verified_at: str | None
    server_time: str


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """One field that differs, by its path; null where the thing is not there."""

    field: str
    before: Any
    after: Any


class RecordChange(msgspec.Struct, frozen=True, kw_only=True):
    """A record that differs between two feed numbers; ``before`` is null where there was none."""

    jurisdiction: Jurisdiction
    url: str
    feed_no_before: int | None
    feed_no: int
    revision_before: int | None
    revision: int
    changed: tuple[FieldChange, ...]
    before: Payload | None
    after: Payload


class DiffAnswer(Answer, frozen=True, kw_only=True):
    """The records of a topic that differ between two feed numbers, by code."""

    topic: str
    since: int
    until: int
    total: int
    records: tuple[RecordChange, ...]
