"""The answer that a person takes away: one value, made from a resolution, that every face shows.

It says what holds and since when, whether one may have or buy it and from what age, who decides, what is
stricter inside, what is not known and why, what is coming, and how good the evidence is. Which variable
says what is told by the roles of the topic file.
"""

import msgspec

from legalmap.domain.law.answer_caveats import (
    bill_caveats,
    evidence_caveats,
    gap_caveats,
    inside_caveats,
    law_caveats,
)
from legalmap.domain.law.answer_parts import (
    Evidence,
    Gap,
    Limit,
    May,
    evidence_of,
    gaps_of,
    limits_of,
    may,
)
from legalmap.domain.law.caveats import Caveat, Code
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.inside import NOTHING_INSIDE, Inside, Stricter, stricter_inside
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.outlook import Bill, Coming, bills_of, coming_of
from legalmap.domain.law.resolution import LevelAnswer, Outcome, Resolution
from legalmap.domain.law.topics import Topic

# With one of these beside it a yes is none without a condition.
_CONDITIONS = frozenset(
    {
        Code.COUNTY_REACH,
        Code.SEVERAL_COUNTIES,
        Code.START_UNCERTAIN,
        Code.INSIDE,
        Code.LOCAL_NOT_RESEARCHED,
        Code.OVERDUE,
        Code.LOW_CONFIDENCE,
    }
)


class Since(msgspec.Struct, frozen=True):
    """Since when a status holds. ``start`` None: since before anything is known.

    ``status`` may be older than the ``rules`` of today: a law that changed what it demands is the same status.
    ``until`` is the last day of a law that lapses.
    """

    status: PartialDate | None
    rules: PartialDate | None
    until: PartialDate | None

    @property
    def has_new_rules(self) -> bool:
        """Whether the rules of today are younger than the status."""
        return self.status != self.rules


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What holds at a place on a day, as one tells it to a person.

    ``have`` and ``buy`` are what one may do and from what age. ``inside``: who is stricter below the place.
    ``gaps``: what is not known and why. ``coming``: enacted law, soonest first, ``bills``: what is under way.
    ``resolution`` holds the levels and every variable.
    """

    resolution: Resolution
    since: Since | None
    have: May
    buy: May
    limits: tuple[Limit, ...]
    inside: tuple[Stricter, ...]
    gaps: tuple[Gap, ...]
    coming: tuple[Coming, ...]
    bills: tuple[Bill, ...]
    evidence: Evidence | None
    caveats: tuple[Caveat, ...]
    is_allowed: bool

    @property
    def place(self) -> Jurisdiction:
        """The place that was asked about."""
        return self.resolution.place

    @property
    def outcome(self) -> Outcome:
        """Whether a law decides, or why none does."""
        return self.resolution.outcome

    @property
    def status(self) -> str | None:
        """The status that holds; None where none is known."""
        return self.resolution.status

    @property
    def deciding(self) -> LevelAnswer | None:
        """The level whose law decides."""
        return self.resolution.deciding_level

    @property
    def is_unconditional(self) -> bool:
        """Whether it is a plain yes: nothing inside, not known or coming soon says otherwise."""
        codes = {caveat.code for caveat in self.caveats}
        soon = any(change.is_soon(self.resolution.as_of) for change in self.coming)
        return self.is_allowed and not self.gaps and not soon and not codes & _CONDITIONS

    def caveat(self, code: Code) -> Caveat | None:
        """The first caveat of that code, or None."""
        return next((caveat for caveat in self.caveats if caveat.code == code), None)


def answer_of(
    topic: Topic,
    resolution: Resolution,
    *,
    inside: Inside = NOTHING_INSIDE,
) -> Answer:
    """The answer that a resolution of whole records comes to, by nothing but the law, the day and the records.

    ``inside``: the places below with a record, by profile. Bills and the age of the evidence say nothing of a
    day before the evidence.
    """
    roles = topic.roles
    stricter = stricter_inside(resolution, topic, inside)
    gaps, bills = tuple(gaps_of(resolution, topic)), tuple(bills_of(resolution))
    # A bill elsewhere makes the record that decides no older.
    overdue = {bill.level.code for bill in bills if bill.state == "overdue"}
    evidence = evidence_of(resolution, is_overtaken=resolution.deciding in overdue)
    have = may(resolution, topic, roles.possession, roles.possession_age)
    buy = may(resolution, topic, roles.sale, roles.buyer_age)
    return Answer(
        resolution=resolution,
        since=since_of(resolution),
        have=have,
        buy=buy,
        limits=tuple(limits_of(resolution, topic)),
        inside=stricter,
        gaps=gaps,
        coming=tuple(coming_of(resolution, topic)),
        bills=bills,
        evidence=evidence,
        caveats=(
            *resolution.caveats,
            *gap_caveats(gaps, topic),
            *inside_caveats(resolution, stricter, topic),
            *law_caveats(resolution, topic),
            *bill_caveats(bills),
            *evidence_caveats(evidence),
        ),
        is_allowed=_is_allowed(resolution, topic),
    )


def _is_allowed(resolution: Resolution, topic: Topic) -> bool:
    """Whether the status says yes, and so does each act that the topic asks about."""
    acts = [code for code in (topic.roles.possession, topic.roles.sale) if code]
    meanings = [topic.meaning(code, resolution.answer(code).value) for code in acts]
    status = topic.meaning("status", resolution.status)
    return resolution.outcome == "decided" and {status, *meanings} == {"yes"}


def since_of(resolution: Resolution) -> Since | None:
    """Since when what decides has held; None where nothing decides."""
    level = resolution.deciding_level
    if level is None or level.period is None or level.began is None:
        return None
    period = level.period
    return Since(level.began.effective_from, period.effective_from, period.effective_until)
