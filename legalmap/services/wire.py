"""The public contract: the typed structs of every answer and export. Within v1 keys are only added.

Every key is always there: null or an empty list says that the record says nothing. A ``feed_no`` at
the top of an answer is the edition it was made from, in a record that of its own publication.
"""

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from legalmap.domain import dates
from legalmap.domain.dates import PartialDate
from legalmap.domain.divisions import ocd_of
from legalmap.domain.errors import Problem
from legalmap.domain.evidence import (
    FRESHNESS_LABELS,
    SOURCE_KINDS,
    Freshness,
    Source,
)
from legalmap.domain.jurisdictions import Jurisdiction as Place
from legalmap.domain.payload import Confidence, Payload, Pending, VerifiedHow
from legalmap.domain.periods import FORCES, Force
from legalmap.domain.periods import Period as OwnPeriod
from legalmap.domain.permitting import Finding, Purchase, Verdict
from legalmap.domain.resolving import Caveat, Outcome, Standing
from legalmap.domain.statuses import Status
from legalmap.domain.topics import Topic, Variable

LICENCE = "CC0-1.0"
LICENCE_URL = "https://creativecommons.org/publicdomain/zero/1.0/"
DISCLAIMER = "Nothing here is legal or medical advice."


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer carries: the edition and the day it is about, and the licence."""

    feed_no: int
    as_of: date
    licence: str = LICENCE
    licence_url: str = LICENCE_URL


class Jurisdiction(msgspec.Struct, frozen=True, kw_only=True):
    """A place and the identifiers other tools know it by."""

    code: str
    name: str
    kind: str
    called: str
    parent: str | None
    county: str | None
    iso: str | None
    fips: str | None
    ocd: str | None
    lat: float | None
    lon: float | None


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of law time. ``answers`` has every variable of the codebook."""

    effective_from: PartialDate | None
    effective_until: PartialDate | None
    enacted_on: PartialDate | None
    status: str
    force: Force
    answers: dict[str, Any]
    summary: str
    sources: tuple[Source, ...]


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """What holds once every level is taken together, in short."""

    outcome: Outcome
    status: str | None
    deciding: str | None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A published record on a day. ``period`` is the index of the period in force that day."""

    jurisdiction: Jurisdiction
    topic: str
    url: str
    revision: int
    feed_no: int
    published_at: str
    payload_sha256: str
    status: str | None
    period: int | None
    resolved: Resolved
    last_verified: date | None
    verified_how: VerifiedHow | None
    freshness: Freshness
    confidence: Confidence | None
    periods: tuple[Period, ...]
    pending: tuple[Pending, ...]
    notes: str


class Codebook(msgspec.Struct, frozen=True, kw_only=True):
    """What the words of a topic mean: statuses mildest first, variables, and the shared words."""

    code: str
    name: str
    about: str
    scope: str
    age_limit_days: int
    statuses: tuple[Status, ...]
    variables: tuple[Variable, ...]
    forces: dict[str, str]
    freshness: dict[str, str]
    source_kinds: tuple[str, ...]


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """``by_status`` counts each record's own status on the day; with ``not_known`` it adds up."""

    records: int
    by_status: dict[str, int]
    not_known: int


class Export(Answer, frozen=True, kw_only=True):
    """A whole topic in one file."""

    topic: str
    name: str
    changed_at: str | None
    scope: str
    disclaimer: str = DISCLAIMER
    codebook: Codebook
    counts: Counts
    records: tuple[Record, ...]


class RecordLine(Record, frozen=True, kw_only=True):
    """A record that stands alone, as a line of a file: ``known_at`` is the edition's feed number."""

    known_at: int
    as_of: date
    licence: str = LICENCE


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
    """A page of places. ``guessed``: nothing fits the search, these resemble it."""

    jurisdictions: tuple[Jurisdiction, ...]
    guessed: bool
    zip: str | None
    next: str | None
    next_cursor: str | None


class JurisdictionAnswer(Answer, frozen=True, kw_only=True):
    """One place: the levels whose law reaches it, widest first, and what lies directly below."""

    jurisdiction: Jurisdiction
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


class RecordAnswer(Answer, frozen=True, kw_only=True):
    """One record."""

    topic: str
    scope: str
    disclaimer: str = DISCLAIMER
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


class ResolvedVariable(msgspec.Struct, frozen=True, kw_only=True):
    """What a variable comes to and the codes of the levels that say so."""

    value: Any
    levels: tuple[str, ...]


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """What one level says by itself, whether it counts and why. ``because_of``: who preempts it."""

    jurisdiction: Jurisdiction
    standing: Standing
    reason: str
    because_of: str | None
    status: str | None
    start_uncertain: bool
    period: Period | None
    next_period: Period | None
    last_verified: date | None
    freshness: Freshness | None
    url: str


class Below(msgspec.Struct, frozen=True, kw_only=True):
    """A place directly below that has a record of its own, and what holds there."""

    code: str
    name: str
    kind: str
    resolved: Resolved


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """What holds at one place, and why; ``freshness`` is that of the deciding level."""

    jurisdiction: Jurisdiction
    outcome: Outcome
    status: str | None
    label: str
    deciding: Jurisdiction | None
    variables: dict[str, ResolvedVariable]
    levels: tuple[Level, ...]
    caveats: tuple[Caveat, ...]
    last_verified: date | None
    freshness: Freshness | None
    below: tuple[Below, ...]
    url: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked: exactly one of a place, a ZIP code, or a point."""

    place: str | None
    zip: str | None
    lat: float | None
    lon: float | None


class ResolveAnswer(Answer, frozen=True, kw_only=True):
    """``resolution`` is null where ``outcome`` is *ask*: then one of ``candidates`` is the place.

    Status, outcome and deciding repeat those of the resolution, for who needs no more.
    """

    topic: str
    scope: str
    disclaimer: str = DISCLAIMER
    asked: Asked
    outcome: str
    status: str | None
    deciding: str | None
    ask: str | None
    resolution: Resolution | None
    candidates: tuple[Resolution, ...]


class CompareAnswer(Answer, frozen=True, kw_only=True):
    """What holds at several places; ``differs`` names the status and variables they differ in."""

    topic: str
    scope: str
    disclaimer: str = DISCLAIMER
    differs: tuple[str, ...]
    places: tuple[Resolution, ...]


class CheckRule(Finding, frozen=True, kw_only=True):
    """The rule that decides: what it read, whose law that is, with its sources and their age."""

    topic: str
    jurisdiction: Jurisdiction | None
    sources: tuple[Source, ...]
    last_verified: date | None
    freshness: Freshness | None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict for one place and topic. ``conditions`` are product rules the seller has to meet."""

    topic: str
    jurisdiction: Jurisdiction
    verdict: Verdict
    rule: CheckRule
    findings: tuple[Finding, ...]
    conditions: tuple[str, ...]
    missing: tuple[str, ...]
    caveats: tuple[Caveat, ...]
    url: str


class CheckAnswer(Answer, frozen=True, kw_only=True):
    """Whether a sale is allowed. ``missing`` says what would have to be known for a clearer answer.

    ``checks`` has one for each place that may be meant and each topic the product falls under.
    """

    topic: str
    scope: str
    disclaimer: str = DISCLAIMER
    asked: Asked
    purchase: Purchase
    verdict: Verdict
    text: str
    rule: CheckRule
    missing: tuple[str, ...]
    caveats: tuple[Caveat, ...]
    checks: tuple[Check, ...]


class BatchLevel(msgspec.Struct, frozen=True, kw_only=True):
    """One level of the reason chain, in short."""

    code: str
    standing: Standing
    status: str | None


class BatchResult(msgspec.Struct, frozen=True, kw_only=True):
    """What holds at one place of a batch, without periods and sources: those are at ``url``."""

    jurisdiction: str | None
    outcome: str
    status: str | None
    label: str | None
    deciding: str | None
    variables: dict[str, ResolvedVariable]
    levels: tuple[BatchLevel, ...]
    caveats: tuple[Caveat, ...]
    last_verified: date | None
    freshness: Freshness | None
    candidates: tuple[str, ...]
    url: str | None


class BatchRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why one place of a batch has no answer, in the words of problem details."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None


class BatchItem(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a batch: answered or refused on its own; ``index`` is its place in what was sent."""

    index: int
    result: BatchResult | None
    error: BatchRefusal | None


class BatchAnswer(Answer, frozen=True, kw_only=True):
    """What holds at each place of a batch, in the order in which they were sent."""

    topic: str
    scope: str
    disclaimer: str = DISCLAIMER
    answered: int
    refused: int
    items: tuple[BatchItem, ...]


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


def instant(at: datetime) -> str:
    """An instant as the chain of hashes spells it, so that a mirror can verify what it got."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def jurisdiction(place: Place) -> Jurisdiction:
    """A place for the outside."""
    return Jurisdiction(
        code=place.code,
        name=place.name,
        kind=place.kind,
        called=place.word,
        parent=place.parent,
        county=place.county,
        iso=place.iso,
        fips=place.fips,
        ocd=ocd_of(place),
        lat=place.lat,
        lon=place.lon,
    )


def period(own: OwnPeriod, topic: Topic) -> Period:
    """A period with an answer to every variable: null, or an empty list, where it says nothing."""
    return Period(
        effective_from=own.effective_from,
        effective_until=own.effective_until,
        enacted_on=own.enacted_on,
        status=own.status,
        force=own.force,
        answers=all_answers(own, topic),
        summary=own.summary,
        sources=own.sources,
    )


def all_answers(own: OwnPeriod | None, topic: Topic) -> dict[str, Any]:
    """An answer to every variable, in the order of the codebook."""
    given = own.answers if own else {}
    return {
        variable.code: given.get(variable.code, [] if variable.type == "choices" else None)
        for variable in topic.variables
    }


def codebook(topic: Topic) -> Codebook:
    """The codebook of a topic."""
    return Codebook(
        code=topic.code,
        name=topic.name,
        about=topic.about,
        scope=topic.scope,
        age_limit_days=topic.age_limit_days,
        statuses=topic.statuses,
        variables=topic.variables,
        forces=FORCES,
        freshness=FRESHNESS_LABELS,
        source_kinds=SOURCE_KINDS,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, PartialDate):
        return value.text
    raise NotImplementedError(f"{type(value)} has no place in an answer")


_encoder = msgspec.json.Encoder(enc_hook=_plain)


def plain(answer: Any) -> Any:
    """An answer as dictionaries and lists, as its JSON has it."""
    return msgspec.to_builtins(answer, enc_hook=_plain, builtin_types=())


def encode(answer: Any) -> bytes:
    """UTF-8 JSON on one line, keys in the order of the structs: equal answers give equal bytes."""
    return _encoder.encode(answer)


def decode(content: bytes, kind: Any) -> Any:
    """The answer of that type whose JSON this is; raise ValueError if it is none."""
    return msgspec.json.decode(content, type=kind, dec_hook=_read)


def _read(kind: type, value: Any) -> Any:
    if kind is PartialDate and isinstance(value, str):
        return dates.read(value)
    raise NotImplementedError(f"{kind} has no place in an answer")
