"""The feed of publications, webhook messages, and the difference between two feed numbers."""

from typing import Any

import msgspec

from legalmap.domain.law.payload import Payload
from legalmap.services.contract.records import Answer, Jurisdiction


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One publication: payload before and after, paths that differ, and its link in the hash chain."""

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
    """The feed after ``since``, oldest first. Go on with ``since=next_since``; at ``head`` nothing is left."""

    since: int
    next_since: int
    head: int
    changes: tuple[Change, ...]


class WebhookMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The body sent to a webhook: one entry of the feed. *record.verified*: checked, nothing changed."""

    type: str
    timestamp: str
    data: Change


class HeartbeatAnswer(Answer, frozen=True, kw_only=True):
    """How far the feed is: ``sha256`` is the hash of the newest publication, null before the first.

    ``published_at`` is the last publication of any kind, ``verified_at`` the last check that found
    nothing changed. An old ``server_time`` means that a cache is answering and not this server.
    """

    sha256: str | None
    published_at: str | None
    verified_at: str | None
    server_time: str


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """One field that differs, by its path; null on the side that does not have it."""

    field: str
    before: Any
    after: Any


class RecordChange(msgspec.Struct, frozen=True, kw_only=True):
    """A record that differs between two feed numbers; ``before`` is null if it was not published yet."""

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
    """The records of a topic that differ between two feed numbers, sorted by code."""

    topic: str
    since: int
    until: int
    total: int
    records: tuple[RecordChange, ...]
