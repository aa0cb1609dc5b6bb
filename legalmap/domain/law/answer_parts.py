"""The parts of an answer that one level, one variable or one record gives."""

import re
from collections.abc import Iterator

import msgspec

from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.freshness import Freshness
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import Confidence, VerifiedHow
from legalmap.domain.law.resolution import LevelAnswer, Resolution
from legalmap.domain.law.roles import Meaning
from legalmap.domain.law.sources import SourceKind, by_strength
from legalmap.domain.law.topics import Topic

# A full stop ends a sentence, but not after the “v.” of a court case or the “no.” of a notice.
SENTENCE_ENDS = re.compile(r"(?<=[.!?])(?<! v\.)(?<! no\.)\s+(?=[A-Z“\"'(])")


class May(msgspec.Struct, frozen=True):
    """Whether an act is allowed: to have it, or to buy it. ``meaning`` None: the law is not stated.

    ``from_age``: below it the act is prohibited, in years. ``levels``: codes of those whose law says so.
    """

    meaning: Meaning | None = None
    value: str | None = None
    from_age: int | None = None
    levels: tuple[str, ...] = ()


class Limit(msgspec.Struct, frozen=True):
    """A limit for products: a number with its unit, or in the words of the law. ``levels`` as of ``May``."""

    variable: str
    value: float | str
    unit: str
    levels: tuple[str, ...]


class Gap(msgspec.Struct, frozen=True):
    """What is not known: the ``status``, or a variable by its code; and why, as its record says.

    ``level`` is whose record that is; None where nobody has researched it.
    """

    what: str
    why: str
    level: Jurisdiction | None = None

    @property
    def first_sentence(self) -> str:
        """Why, in the first sentence of the record."""
        return SENTENCE_ENDS.split(self.why.strip(), maxsplit=1)[0]


class Evidence(msgspec.Struct, frozen=True):
    """What the rule that decides rests on.

    ``newest``: the date of its newest source, or of the check where ``is_checked`` by a person.
    ``best_kind``: the kind of its strongest source. ``freshness`` is None for a day before that date: how old
    the evidence became says nothing of it. ``is_overtaken``: a bill's day is past, and its outcome not known.
    """

    level: Jurisdiction
    newest: PartialDate | None
    verified_how: VerifiedHow | None
    is_first_load: bool
    confidence: Confidence | None
    best_kind: SourceKind | None
    number_of_sources: int
    freshness: Freshness | None
    is_overtaken: bool = False

    @property
    def is_checked(self) -> bool:
        """Whether a person has checked the record against its sources."""
        return self.verified_how == "checked"


def may(resolution: Resolution, topic: Topic, act: str | None, age: str | None) -> May:
    """Whether an act is allowed, by the codes of its variable and of the age for it."""
    answer, from_age = resolution.answer(act), resolution.answer(age)
    meaning = topic.meaning(act, answer.value)
    levels = tuple(dict.fromkeys((*answer.levels, *from_age.levels)))
    # Beside a ban an age would read as if older people may.
    barred = meaning == "no"
    return May(meaning, answer.value, None if barred else from_age.value, levels)


def limits_of(resolution: Resolution, topic: Topic) -> Iterator[Limit]:
    """The limits that hold, the number first."""
    for code in (topic.roles.limit, topic.roles.limit_words):
        answer = resolution.answer(code)
        if code and answer.value is not None:
            yield Limit(code, answer.value, topic.variable(code).unit, answer.levels)


def gaps_of(resolution: Resolution, topic: Topic) -> Iterator[Gap]:
    """What is not known of the status, of having it and of its sale."""
    level = resolution.deciding_level
    if resolution.outcome in ("not-researched", "not-known"):
        yield Gap("status", "")
        return
    if resolution.outcome != "decided":
        return
    if topic.meaning("status", resolution.status) == "unknown":
        yield _gap("status", level)
    for code in (topic.roles.possession, topic.roles.sale):
        answer = resolution.answer(code)
        if code and topic.meaning(code, answer.value) in (None, "unknown"):
            named = [at for at in resolution.levels if at.jurisdiction.code in answer.levels]
            yield _gap(code, named[-1] if named else level)


def _gap(what: str, level: LevelAnswer | None) -> Gap:
    if level is None or level.period is None:
        return Gap(what, "")
    return Gap(what, level.period.summary, level.jurisdiction)


def evidence_of(resolution: Resolution, *, is_overtaken: bool) -> Evidence | None:
    """The evidence for the level that decides; None where none does."""
    level = resolution.deciding_level
    if level is None or level.period is None or level.payload is None:
        return None
    supporting = [source for source in level.period.sources if source.stance == "supports"]
    strongest = by_strength(tuple(supporting))
    return Evidence(
        level=level.jurisdiction,
        newest=level.last_verified,
        verified_how=level.verified_how,
        is_first_load=level.is_first_load,
        confidence=level.payload.confidence,
        best_kind=strongest[0].kind if strongest else None,
        number_of_sources=len(level.period.sources),
        freshness=None if level.predates_evidence(resolution.as_of) else level.freshness,
        is_overtaken=is_overtaken,
    )
