"""From values of the domain to structs of the contract, and from these to JSON and back."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec

from legalmap.domain.law import dates
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.freshness import FRESHNESS_LABELS
from legalmap.domain.law.jurisdictions import Jurisdiction as Place
from legalmap.domain.law.ocd_ids import ocd_of
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import FORCES
from legalmap.domain.law.periods import Period as OwnPeriod
from legalmap.domain.law.sources import SOURCE_KINDS
from legalmap.domain.law.topics import Topic
from legalmap.services.contract.records import Codebook, Jurisdiction, Period

Some = TypeVar("Some", bound=msgspec.Struct)


def same(kind: type[Some], source: Any, /, **others: Any) -> Some:
    """A struct of type ``kind``: each field from ``others`` or else the attribute of ``source`` so named."""
    names = (name for name in kind.__struct_fields__ if name not in others)
    return kind(**{name: getattr(source, name) for name in names}, **others)


def instant(at: datetime) -> str:
    """An instant in UTC with microseconds: the spelling that the feed's hashes are made over."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


# A state stands in the answer of each of its places: a tenth of what it takes to resolve one.
@lru_cache(maxsize=4_096)
def jurisdiction(place: Place) -> Jurisdiction:
    """A place as answers and files show it."""
    # Written out, as are periods and records: lists have thousands, and ``same`` takes 1.5 times as long.
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


def period(source: OwnPeriod, topic: Topic) -> Period:
    """A period as answers and files show it, with an answer to every variable of the topic."""
    return Period(
        effective_from=source.effective_from,
        effective_until=source.effective_until,
        enacted_on=source.enacted_on,
        status=source.status,
        force=source.force,
        answers=all_answers(source, topic),
        summary=source.summary,
        sources=source.sources,
    )


def all_answers(source: OwnPeriod | None, topic: Topic) -> dict[str, Any]:
    """An answer to every variable in codebook order: null, or an empty list, where the period gives none."""
    answers = source.answers if source else {}
    return {
        variable.code: answers.get(variable.code, [] if variable.type == "choices" else None)
        for variable in topic.variables
    }


def codebook(topic: Topic) -> Codebook:
    """The codebook of a topic."""
    return same(
        Codebook,
        topic,
        forces=FORCES,
        freshness=FRESHNESS_LABELS,
        source_kinds=SOURCE_KINDS,
    )


# msgspec knows no dates that may be a month or only a year.
def _plain(value: Any) -> Any:
    if isinstance(value, PartialDate):
        return value.text
    raise NotImplementedError(f"{type(value)} has no place in an answer")


# Made once: an encoder is costly to make, and safe between threads.
_encoder = msgspec.json.Encoder(enc_hook=_plain)


def stored(text: str) -> Payload:
    """A payload whose JSON is the text that is stored, byte for byte: its hash is over just that."""
    return cast("Payload", msgspec.Raw(text.encode()))


def plain(answer: Any) -> Any:
    """An answer as the dictionaries and lists its JSON would parse to."""
    return msgspec.json.decode(encode(answer))


def encode(answer: Any) -> bytes:
    """UTF-8 JSON on one line, keys in the order of the structs: equal answers give equal bytes."""
    return _encoder.encode(answer)


def decode(content: bytes, kind: Any) -> Any:
    """The struct of type ``kind`` that this JSON encodes; raise ValueError if it does not fit."""
    return msgspec.json.decode(content, type=kind, dec_hook=_read)


def _read(kind: type, value: Any) -> Any:
    if kind is PartialDate and isinstance(value, str):
        return dates.read(value)
    raise NotImplementedError(f"{kind} has no place in an answer")
