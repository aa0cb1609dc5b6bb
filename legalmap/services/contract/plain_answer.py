"""The answer to a person, as the page of a place tells it, in parts."""

from datetime import date

import msgspec

from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.freshness import Freshness
from legalmap.domain.law.outlook import BillState
from legalmap.domain.law.payload import Confidence
from legalmap.domain.law.resolution import Outcome
from legalmap.domain.law.roles import Meaning
from legalmap.domain.law.sources import SourceKind


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an act is allowed: ``meaning`` is yes, partly, no or unknown, null where the law is not stated.

    ``value`` is the code of the codebook; below ``from_age``, in years, the act is prohibited.
    """

    meaning: Meaning | None
    value: str | None
    from_age: int | None
    levels: tuple[str, ...]


class StatedLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A limit for products by its variable: a number with its ``unit``, or in the words of the law."""

    variable: str
    value: float | str
    unit: str
    levels: tuple[str, ...]


class StricterInside(msgspec.Struct, frozen=True, kw_only=True):
    """Places inside that are stricter: ``total`` of them, the first ones by code in ``places``.

    ``by_status`` is false where the status is no stricter and an age, having it or its sale is.
    """

    status: str
    by_status: bool
    total: int
    places: tuple[str, ...]


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """What is not known, *status* or a variable, and why: the first sentence of the record of ``level``."""

    what: str
    why: str
    level: str | None


class EnactedChange(msgspec.Struct, frozen=True, kw_only=True):
    """What holds from a day on by what is enacted. ``start`` is null where a law lapses."""

    day: date
    start: PartialDate | None
    level: str
    outcome: Outcome
    status: str | None


class OpenBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill whose outcome is open; overdue: its day is past. It changes nothing of what holds."""

    level: str
    ref: str
    what: str
    url: str
    expected_on: PartialDate | None
    state: BillState


class DecidingEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the deciding rule rests on. ``is_checked``: by a person; ``is_first_load``: reviewed by nobody since.

    ``is_overtaken``: the day of a bill is past, and its outcome not known.
    """

    level: str
    newest: PartialDate | None
    is_checked: bool
    is_first_load: bool
    confidence: Confidence | None
    best_kind: SourceKind | None
    number_of_sources: int
    freshness: Freshness | None
    is_overtaken: bool


class PlainAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a person: what the page of the place says, in ``sentences`` and in parts.

    ``since``: since when the status holds without a break, null for before anything known; ``rules_since``: the rules
    of the day. ``is_allowed``: status, possession and sale say yes; ``is_unconditional``: and nothing inside,
    unknown or coming within 30 days says otherwise.
    """

    sentences: tuple[str, ...]
    is_allowed: bool
    is_unconditional: bool
    since: PartialDate | None
    rules_since: PartialDate | None
    until: PartialDate | None
    possession: Act
    sale: Act
    limits: tuple[StatedLimit, ...]
    inside: tuple[StricterInside, ...]
    unknown: tuple[Unknown, ...]
    coming: tuple[EnactedChange, ...]
    bills: tuple[OpenBill, ...]
    evidence: DecidingEvidence | None
