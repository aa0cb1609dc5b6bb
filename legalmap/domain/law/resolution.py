"""What resolving gives: the levels of law that reach a place, what each says, and what they come to together."""

from datetime import date
from typing import Any, Literal

import msgspec

from legalmap.domain.law.caveats import Caveat
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.freshness import Freshness
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import Payload, VerifiedHow
from legalmap.domain.law.periods import Period, began
from legalmap.domain.law.roles import Meaning
from legalmap.domain.law.topics import Topic

Standing = Literal[
    "counts", "preempted", "varies", "enjoined", "struck-down", "not-known", "not-researched"
]
Outcome = Literal["decided", "varies", "not-known", "not-researched"]
OUTCOME_LABELS: dict[str, str] = {
    "not-researched": "Not researched",
    "not-known": "Not known for this day",
}


class Level(msgspec.Struct, frozen=True, gc=False):
    """One level of the chain with its published record; ``payload`` is None without one.

    ``is_first_load``: the record is still as it was first loaded, and no second person has looked at it.
    """

    jurisdiction: Jurisdiction
    payload: Payload | None = None
    is_first_load: bool = False


class LevelAnswer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one level says by itself, and whether that counts. ``because_of``: the level that preempts it.

    ``start_uncertain``: the law may not yet have been in force on the day asked about. ``payload`` and
    ``is_first_load`` as of ``Level``; a glance has no more of the payload than decides.
    """

    jurisdiction: Jurisdiction
    standing: Standing
    period: Period | None = None
    next_period: Period | None = None
    because_of: str | None = None
    start_uncertain: bool = False
    last_verified: PartialDate | None = None
    verified_how: VerifiedHow | None = None
    freshness: Freshness | None = None
    payload: Payload | None = None
    is_first_load: bool = False

    @property
    def counts(self) -> bool:
        """Whether this level takes part in the answer."""
        return self.standing == "counts"

    @property
    def began(self) -> Period | None:
        """The first period of the unbroken run of the status of the day; its dates say since when that holds."""
        return began(self.payload.periods, self.period) if self.payload and self.period else None

    def predates_evidence(self, day: date) -> bool:
        """Whether a day lies before the date of the record's evidence."""
        return self.last_verified is not None and day < self.last_verified.first_day

    def value(self, code: str | None) -> Any:
        """What this level says of a variable; None if it says nothing."""
        return self.period.answers.get(code or "") if self.period else None

    def meaning(self, topic: Topic, code: str | None) -> Meaning | None:
        """What that comes to, such as whether it preempts local rules."""
        return topic.meaning(code, self.value(code))


class ResolvedAnswer(msgspec.Struct, frozen=True, gc=False):
    """The value of one variable and the codes of the levels it comes from."""

    value: Any
    levels: tuple[str, ...]


NO_ANSWER = ResolvedAnswer(None, ())


class Resolution(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer for one place and day. ``status`` is None unless ``outcome`` is decided or varies.

    ``deciding`` is the code of the level whose rule decides, ``levels`` is widest first.
    """

    place: Jurisdiction
    as_of: date
    outcome: Outcome
    status: str | None
    deciding: str | None
    answers: dict[str, ResolvedAnswer]
    levels: tuple[LevelAnswer, ...]
    caveats: tuple[Caveat, ...]

    @property
    def shown(self) -> str:
        """The status code, or the outcome where there is no status: what a map is coloured by."""
        return self.status or self.outcome

    def answer(self, code: str | None) -> ResolvedAnswer:
        """The answer to a variable; an empty one where the topic has none in that role, or no law decides."""
        decided = self.outcome == "decided"
        return self.answers.get(code or "", NO_ANSWER) if decided else NO_ANSWER

    @property
    def deciding_level(self) -> LevelAnswer | None:
        """The level whose rule decides, if one does."""
        return next((lv for lv in self.levels if lv.jurisdiction.code == self.deciding), None)
