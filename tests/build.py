"""Pure builders of domain values for tests: each makes a valid thing, changed by keyword."""

from datetime import date
from functools import cache
from typing import Any

import msgspec

from legalmap.domain.law import payload_forms
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import Payload, Pending
from legalmap.domain.law.periods import Period
from legalmap.domain.law.sources import Source
from legalmap.domain.law.topics import Topic
from legalmap.paths import DATA

TODAY = date(2026, 11, 23)


def a_date(text: str | None) -> PartialDate | None:
    """The partial date of ``text``; None stays None."""
    return None if text is None else PartialDate(text)


def a_source(url: str = "https://law.example/act", **changed: Any) -> Source:
    """A statute that supports its period."""
    fields = {"title": "The Act", "publisher": "Parliament", "kind": "statute", **changed}
    return Source(url=url, **fields)


def a_period(since: str | None = None, status: str = "legal", **changed: Any) -> Period:
    """A period in force since ``since`` with one source; ``until`` is its last day."""
    fields: dict[str, Any] = {
        "summary": "No law names it.",
        "sources": (a_source(),),
        "effective_until": a_date(changed.pop("until", None)),
        **changed,
    }
    return Period(effective_from=a_date(since), status=status, **fields)


def a_bill(ref: str = "HB 1", url: str = "https://law.example/hb1", **changed: Any) -> Pending:
    """A bill under way."""
    return Pending(ref=ref, url=url, **{"kind": "bill", "what": "Would ban it.", **changed})


def a_payload(*periods: Period, **changed: Any) -> Payload:
    """A record that keeps every rule: one undated period unless others are given.

    The date of the evidence may be given as a day.
    """
    fields: dict[str, Any] = {
        "last_verified": PartialDate("2026-11-01"),
        "verified_how": "checked",
        "confidence": "high",
        "schema": payload_forms.NEWEST,
        **changed,
    }
    if isinstance(fields["last_verified"], date):
        fields["last_verified"] = a_date(fields["last_verified"].isoformat())
    return Payload(periods=periods or (a_period(),), **fields)


def a_place(code: str = "us", kind: str = "country", **changed: Any) -> Jurisdiction:
    """A jurisdiction whose name is its code in capitals unless another is given."""
    fields: dict[str, Any] = {"name": code.upper(), "kind": kind, **changed}
    return Jurisdiction(code=code, **fields)


@cache
def the_topic(code: str = "kratom") -> Topic:
    """The codebook as it ships in data/topics/."""
    return msgspec.toml.decode((DATA / "topics" / f"{code}.toml").read_bytes(), type=Topic)
