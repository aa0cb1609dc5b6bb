"""Sources, and how strong each kind is."""

from datetime import date
from typing import Literal, get_args

import msgspec

from legalmap.domain.law.dates import PartialDate

# Strongest first: the order in which sources are shown.
PrimaryKind = Literal["statute", "regulation", "ordinance", "court", "bill", "agency"]
SecondaryKind = Literal["news", "academic", "reference", "advocacy", "vendor"]
SourceKind = Literal[PrimaryKind, SecondaryKind]
SOURCE_KINDS: tuple[str, ...] = get_args(SourceKind)
PRIMARY_KINDS = frozenset(get_args(PrimaryKind))
Stance = Literal["supports", "disputes"]


# gc=False, here and below: these values form no cycles, and an edition holds hundreds of thousands of them.
class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A link that supports or disputes a period. ``accessed_on``: the day a person opened it."""

    url: str
    title: str
    publisher: str
    kind: SourceKind
    citation: str | None = None
    published_on: PartialDate | None = None
    accessed_on: date | None = None
    archived_url: str | None = None
    stance: Stance = "supports"


def by_strength(sources: tuple[Source, ...]) -> list[Source]:
    """The sources, the strongest kind first; within one kind their order stays."""
    return sorted(sources, key=lambda source: SOURCE_KINDS.index(source.kind))
