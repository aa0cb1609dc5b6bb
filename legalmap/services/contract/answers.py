"""Answers of the API about topics, places, records and revisions, and its problem details."""

import msgspec

from legalmap.domain.errors import Problem
from legalmap.domain.law.payload import Payload
from legalmap.services.contract.records import (
    DISCLAIMER,
    Answer,
    Codebook,
    Jurisdiction,
    LawAnswer,
    Record,
)


class TopicEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One topic in the list of topics."""

    code: str
    name: str
    about: str
    records: int
    url: str


class TopicsAnswer(Answer, frozen=True, kw_only=True):
    """All topics, the default one first."""

    topics: tuple[TopicEntry, ...]


class TopicAnswer(Answer, frozen=True, kw_only=True):
    """One topic and its codebook."""

    topic: str
    disclaimer: str = DISCLAIMER
    codebook: Codebook


class JurisdictionsAnswer(Answer, frozen=True, kw_only=True):
    """A page of places. ``guessed``: nothing fits the search, these resemble it.

    ``total``: how many places a search found, of which these are the first. ``note``: a sentence about what was
    understood of it, or was not. ``topic_named``: the topic named in it. ``found_by``: by code, the town or the
    other name by which a place was found.
    """

    jurisdictions: tuple[Jurisdiction, ...]
    guessed: bool
    zip: str | None
    total: int | None
    note: str
    topic_named: str | None
    found_by: dict[str, str]
    next: str | None
    next_cursor: str | None


class JurisdictionAnswer(Answer, frozen=True, kw_only=True):
    """One place: the levels whose law reaches it, widest first, and what lies directly below.

    ``counties``: all it lies in. ``county_code``: its other code, of a city and its county in one.
    ``part_of``: the state that lists it as a part elsewhere. ``time_zone``: null where it has several.
    """

    jurisdiction: Jurisdiction
    counties: tuple[str, ...]
    county_code: str | None
    part_of: str | None
    time_zone: str | None
    levels: tuple[str, ...]
    children: int
    children_url: str
    records: dict[str, str]
    note: str


class RecordsAnswer(Answer, frozen=True, kw_only=True):
    """A page of records in the order of their codes; ``total`` counts all pages."""

    topic: str
    disclaimer: str = DISCLAIMER
    total: int
    records: tuple[Record, ...]
    next: str | None
    next_cursor: str | None


class RecordAnswer(LawAnswer, frozen=True, kw_only=True):
    """One record."""

    record: Record


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A published revision. ``base`` is the revision it started from, ``status`` its own on the day."""

    number: int
    base: int | None
    kind: str
    author: str
    reviewer: str | None
    note: str
    comment: str
    created_at: str
    published_at: str
    feed_no: int
    payload_sha256: str
    prev_sha256: str
    sha256: str
    status: str | None
    url: str


class RevisionsAnswer(Answer, frozen=True, kw_only=True):
    """The published revisions of a record, newest first."""

    topic: str
    jurisdiction: str
    total: int
    revisions: tuple[Revision, ...]
    next: str | None
    next_cursor: str | None


class RevisionAnswer(Answer, frozen=True, kw_only=True):
    """One published revision with its payload, which ``payload_sha256`` is the hash of."""

    topic: str
    jurisdiction: str
    revision: Revision
    payload: Payload


class Details(msgspec.Struct, frozen=True, kw_only=True):
    """A problem. ``errors`` name the fields at fault, ``near`` what may have been meant."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: tuple[Problem, ...] = ()
    near: tuple[str, ...] = ()


class SparseAnswer(Answer, frozen=True, kw_only=True):
    """An answer to ``fields=``: the keys that every answer of its kind has at the top, and ``fields``.

    Of what it is about it holds only what was asked for.
    """

    fields: tuple[str, ...]
