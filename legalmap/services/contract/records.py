"""Records and codebooks as answers and files show them, and the fields common to all answers."""

from datetime import date
from typing import Any

import msgspec

from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.freshness import Freshness
from legalmap.domain.law.payload import Confidence, Pending, VerifiedHow
from legalmap.domain.law.periods import Force
from legalmap.domain.law.resolution import Outcome
from legalmap.domain.law.sources import Source
from legalmap.domain.law.statuses import Status
from legalmap.domain.law.topics import Variable

LICENCE = "CC0-1.0"
LICENCE_URL = "https://creativecommons.org/publicdomain/zero/1.0/"
DISCLAIMER = "Nothing here is legal or medical advice."


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer carries: the edition and the day it is about, and the licence."""

    feed_no: int
    as_of: date
    licence: str = LICENCE
    licence_url: str = LICENCE_URL


class LawAnswer(Answer, frozen=True, kw_only=True):
    """What an answer carries that tells what holds: of which topic, and how far that goes."""

    topic: str
    scope: str
    disclaimer: str = DISCLAIMER


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
    last_verified: PartialDate | None
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
