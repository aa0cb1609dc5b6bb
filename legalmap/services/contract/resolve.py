"""What holds: at one place, at several side by side, for a product, and for a batch of places."""

from datetime import date
from typing import Any

import msgspec

from legalmap.domain.law.evidence import Freshness, Source
from legalmap.domain.law.purchase import Finding, Purchase, Verdict
from legalmap.domain.law.resolving import Caveat, Outcome, Standing
from legalmap.services.contract.records import Jurisdiction, LawAnswer, Period, Resolved


class ResolvedVariable(msgspec.Struct, frozen=True, kw_only=True):
    """The value of a variable with all levels taken together, and the codes of the levels it comes from."""

    value: Any
    levels: tuple[str, ...]


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """What one level says by itself, whether it counts and why. ``because_of``: the level that preempts it."""

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
    """What holds at one place and why; ``last_verified`` and ``freshness`` are those of the deciding level."""

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


# The names of structs here are those of the published JSON Schemas: clients are generated from them.
class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asked about: exactly one of a place code, a US ZIP code, or a point in degrees."""

    place: str | None = None
    zip: str | None = None
    lat: float | None = None
    lon: float | None = None


class ResolveAnswer(LawAnswer, frozen=True, kw_only=True):
    """What holds where the client asked.

    ``resolution`` is null if ``outcome`` is *ask*: the client has to choose among ``candidates``.
    Status, outcome and deciding repeat the resolution, for clients that need nothing else.
    """

    asked: Asked
    outcome: str
    status: str | None
    deciding: str | None
    ask: str | None
    resolution: Resolution | None
    candidates: tuple[Resolution, ...]


class CompareAnswer(LawAnswer, frozen=True, kw_only=True):
    """What holds at several places; ``differs`` names what is not the same at all of them."""

    differs: tuple[str, ...]
    places: tuple[Resolution, ...]


class CheckRule(Finding, frozen=True, kw_only=True):
    """The rule that decided: the finding, whose law it is, and the sources and freshness of that law."""

    topic: str
    jurisdiction: Jurisdiction | None
    sources: tuple[Source, ...]
    last_verified: date | None
    freshness: Freshness | None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict for one place and topic. ``conditions``: what the law requires besides."""

    topic: str
    jurisdiction: Jurisdiction
    verdict: Verdict
    rule: CheckRule
    findings: tuple[Finding, ...]
    conditions: tuple[str, ...]
    missing: tuple[str, ...]
    caveats: tuple[Caveat, ...]
    url: str


class CheckAnswer(LawAnswer, frozen=True, kw_only=True):
    """Whether a sale is allowed. ``missing``: what would have to be known for a clearer answer.

    ``checks`` has one entry for each place that may be meant and each topic the product falls under.
    """

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
    """What holds at one place of a batch; its periods and sources are at ``url``."""

    jurisdiction: str | None = None
    outcome: str
    status: str | None = None
    label: str | None = None
    deciding: str | None = None
    variables: dict[str, ResolvedVariable] = {}
    levels: tuple[BatchLevel, ...] = ()
    caveats: tuple[Caveat, ...]
    last_verified: date | None = None
    freshness: Freshness | None = None
    candidates: tuple[str, ...] = ()
    url: str | None = None


class BatchRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why one place of a batch has no answer, with the keys of problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None


class BatchItem(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a batch, answered or refused on its own; ``index`` counts from 0 in the request."""

    index: int
    result: BatchResult | None
    error: BatchRefusal | None


class BatchAnswer(LawAnswer, frozen=True, kw_only=True):
    """What holds at each place of a batch, in the order in which they were sent."""

    answered: int
    refused: int
    items: tuple[BatchItem, ...]
