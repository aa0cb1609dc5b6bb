"""What holds: at one place, at several side by side, for a product, and for a batch of places."""

from typing import Any

import msgspec

from legalmap.domain.law.caveats import Caveat
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.freshness import Freshness
from legalmap.domain.law.payload import VerifiedHow
from legalmap.domain.law.purchase import Finding, Purchase, Verdict
from legalmap.domain.law.resolution import Outcome, Standing
from legalmap.domain.law.sources import Source
from legalmap.services.contract.plain_answer import PlainAnswer
from legalmap.services.contract.records import Jurisdiction, LawAnswer, Period, Resolved


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
    last_verified: PartialDate | None
    verified_how: VerifiedHow | None
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
    last_verified: PartialDate | None
    verified_how: VerifiedHow | None
    freshness: Freshness | None
    below: tuple[Below, ...]
    answer: PlainAnswer
    url: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked: exactly one of a place, a ZIP code, or a point."""

    place: str | None = None
    zip: str | None = None
    lat: float | None = None
    lon: float | None = None


class ResolveAnswer(LawAnswer, frozen=True, kw_only=True):
    """``resolution`` is null where ``outcome`` is *ask*: then one of ``candidates`` is the place.

    Status, outcome and deciding repeat those of the resolution, for who needs no more.
    """

    asked: Asked
    outcome: str
    status: str | None
    deciding: str | None
    ask: str | None
    resolution: Resolution | None
    candidates: tuple[Resolution, ...]


class CompareAnswer(LawAnswer, frozen=True, kw_only=True):
    """What holds at several places; ``differs`` names the status and variables they differ in."""

    differs: tuple[str, ...]
    places: tuple[Resolution, ...]


class CheckRule(Finding, frozen=True, kw_only=True):
    """The rule that decides: what it read, whose law that is, with its sources and their age."""

    topic: str
    jurisdiction: Jurisdiction | None
    sources: tuple[Source, ...]
    last_verified: PartialDate | None
    verified_how: VerifiedHow | None
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


class CheckAnswer(LawAnswer, frozen=True, kw_only=True):
    """Whether a sale is allowed. ``missing`` says what would have to be known for a clearer answer.

    ``checks`` has one for each place that may be meant and each topic the product falls under.
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
    """What holds at one place of a batch, without periods and sources: those are at ``url``."""

    jurisdiction: str | None = None
    outcome: str
    status: str | None = None
    label: str | None = None
    deciding: str | None = None
    variables: dict[str, ResolvedVariable] = {}
    levels: tuple[BatchLevel, ...] = ()
    caveats: tuple[Caveat, ...]
    last_verified: PartialDate | None = None
    verified_how: VerifiedHow | None = None
    freshness: Freshness | None = None
    candidates: tuple[str, ...] = ()
    url: str | None = None


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


class BatchAnswer(LawAnswer, frozen=True, kw_only=True):
    """What holds at each place of a batch, in the order in which they were sent."""

    answered: int
    refused: int
    items: tuple[BatchItem, ...]
