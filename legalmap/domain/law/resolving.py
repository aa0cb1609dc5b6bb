"""What holds at a place on a day once every level is taken together, and why.

The rule: walk from the country down to the place; take each level's period in force that day;
set aside a level whose ancestor preempts local rules, a level that leaves the matter to those
below (``varies``), and law that is enjoined or struck down; of what remains the strictest status
decides, and each variable resolves by its own rule.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Literal

import msgspec

from legalmap.domain.law.dates import PartialDate, in_words
from legalmap.domain.law.freshness import Freshness, freshness
from legalmap.domain.law.jurisdictions import INCORPORATED, Jurisdiction
from legalmap.domain.law.payload import Payload, VerifiedHow
from legalmap.domain.law.periods import WITHOUT_FORCE, Period, in_force_on, next_after
from legalmap.domain.law.roles import Meaning
from legalmap.domain.law.topics import Topic, Variable

Standing = Literal[
    "counts", "preempted", "varies", "enjoined", "struck-down", "not-known", "not-researched"
]
Outcome = Literal["decided", "varies", "not-known", "not-researched"]
OUTCOME_LABELS: dict[str, str] = {
    "not-researched": "Not researched",
    "not-known": "Not known for this day",
}


class Level(msgspec.Struct, frozen=True, gc=False):
    """One level of the chain with its published record; ``payload`` is None without one."""

    jurisdiction: Jurisdiction
    payload: Payload | None = None


class LevelAnswer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one level says by itself, and whether that counts. ``because_of``: the level that preempts it.

    ``start_uncertain``: the law may not yet have been in force on the day asked about.
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

    @property
    def counts(self) -> bool:
        """Whether this level takes part in the answer."""
        return self.standing == "counts"

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


class Caveat(msgspec.Struct, frozen=True, gc=False):
    """A sentence that must stand beside the answer; ``code`` lets tools tell them apart."""

    code: str
    text: str


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


def resolve(
    levels: Sequence[Level],
    topic: Topic,
    as_of: date,
    today: date,
    beside: Sequence[Level] = (),
) -> Resolution:
    """What holds at the last of ``levels`` (widest first) on ``as_of``, with its freshness as of ``today``.

    ``beside``: who gets no more than a word. Of a place in several counties none reaches all of it,
    and the record of a state was not made with its parts elsewhere in mind. Raises Missing where a
    record names a status that the codebook of ``topic`` lacks.
    """
    answers = _standings(levels, topic, as_of, today)
    place = levels[-1].jurisdiction
    counting = [answer for answer in answers if answer.counts]
    deciding = _strictest(counting, topic)
    outcome = _outcome(answers, deciding)
    # A place that leaves the matter to its parts shows that as its status, and decides it itself.
    shown = answers[-1] if outcome == "varies" else deciding
    return Resolution(
        place=place,
        as_of=as_of,
        outcome=outcome,
        status=shown.period.status if shown and shown.period else None,
        deciding=shown.jurisdiction.code if shown else None,
        answers={v.code: _combined(v, counting) for v in topic.variables},
        levels=tuple(answers),
        caveats=(
            *_caveats(place, answers, deciding, topic),
            *_elsewhere(place, answers, topic, as_of, beside),
            *_several_counties(levels, topic, as_of, beside),
        ),
    )


def _standings(
    levels: Sequence[Level], topic: Topic, as_of: date, today: date
) -> list[LevelAnswer]:
    answers: list[LevelAnswer] = []
    preempting: str | None = None
    for level in levels:
        answer = _standing(level, topic, as_of, today, preempting)
        answers.append(answer)
        # Preemption binds all levels below, but only if the law that preempts counts itself.
        if answer.counts and answer.meaning(topic, topic.roles.preempts) == "yes":
            preempting = level.jurisdiction.code
    return answers


def _standing(
    level: Level, topic: Topic, as_of: date, today: date, preempting: str | None
) -> LevelAnswer:
    payload = level.payload
    if payload is None or not payload.periods:
        return LevelAnswer(jurisdiction=level.jurisdiction, standing="not-researched")
    period = in_force_on(payload.periods, as_of)
    because_of = None
    standing: Standing = "counts"
    if period is None:
        standing = "not-known"
    elif preempting:
        standing, because_of = "preempted", preempting
    elif topic.status(period.status).transparent:
        standing = "varies"
    elif period.force in WITHOUT_FORCE:
        standing = "enjoined" if period.force == "enjoined" else "struck-down"
    return LevelAnswer(
        jurisdiction=level.jurisdiction,
        standing=standing,
        period=period,
        next_period=next_after(payload.periods, as_of),
        because_of=because_of,
        start_uncertain=period is not None and period.start_is_uncertain_on(as_of),
        last_verified=payload.last_verified,
        verified_how=payload.verified_how,
        freshness=freshness(payload.last_verified, today, topic.age_limit_days),
    )


def _strictest(counting: Sequence[LevelAnswer], topic: Topic) -> LevelAnswer | None:
    """The strictest level; of equally strict ones the widest, whose rule reaches furthest."""
    if not counting:
        return None
    return max(
        counting, key=lambda at: topic.status(at.period.status).severity if at.period else -1
    )


def _outcome(answers: Sequence[LevelAnswer], deciding: LevelAnswer | None) -> Outcome:
    if deciding is not None:
        return "decided"
    # Nothing counts: say whether that is so by law, for want of research, or for this day alone.
    standings = [answer.standing for answer in answers]
    if standings[-1] == "varies":
        return "varies"
    if all(standing in ("not-researched", "varies") for standing in standings):
        return "not-researched"
    return "not-known"


def _combined(variable: Variable, counting: Iterable[LevelAnswer]) -> ResolvedAnswer:
    answered = [
        (answer.period.answers[variable.code], answer.jurisdiction.code)
        for answer in counting
        if answer.period and variable.code in answer.period.answers
    ]
    if not answered:
        return ResolvedAnswer([] if variable.type == "choices" else None, ())
    if variable.resolve == "union" and variable.type == "text":
        nearest_first = dict.fromkeys(text for text, _ in reversed(answered))
        return ResolvedAnswer("; ".join(nearest_first), tuple(code for _, code in answered))
    if variable.resolve == "union":
        named = {code for values, _ in answered for code in values}
        union = [choice.code for choice in variable.choices if choice.code in named]
        return ResolvedAnswer(union, tuple(code for values, code in answered if values))
    if variable.resolve == "nearest":  # the levels are widest first
        return ResolvedAnswer(answered[-1][0], (answered[-1][1],))
    best = _best(variable, [value for value, _ in answered])
    return ResolvedAnswer(best, tuple(code for value, code in answered if value == best))


def _best(variable: Variable, values: list[Any]) -> Any:
    if variable.resolve == "largest":
        return max(values)
    if variable.resolve == "smallest":
        return min(values)
    # “strictest”: the choices are listed mildest first.
    order = [choice.code for choice in variable.choices]
    return max(values, key=order.index)


def _caveats(
    place: Jurisdiction,
    answers: Sequence[LevelAnswer],
    deciding: LevelAnswer | None,
    topic: Topic,
) -> Iterator[Caveat]:
    if place.note:
        yield Caveat("control", place.note)
    for answer in answers:
        if answer.start_uncertain and answer.period:
            start = in_words(answer.period.effective_from)
            yield Caveat(
                "start-uncertain",
                f"The law of {answer.jurisdiction.name} took effect some day in {start}; "
                "on the day asked about it may not yet have been in force.",
            )
    if deciding and _reach_is_open(place, deciding.jurisdiction):
        yield _county_reach(place, answers, deciding, topic)


def _elsewhere(
    place: Jurisdiction,
    answers: Sequence[LevelAnswer],
    topic: Topic,
    as_of: date,
    beside: Sequence[Level],
) -> Iterable[Caveat]:
    """A word on the state of a part of it that nobody has researched; never an answer."""
    if any(answer.period for answer in answers):
        return
    for state in beside:
        if state.jurisdiction.code == place.part_of:
            answer = _standings([state], topic, as_of, as_of)[0]
            record = "which nobody has researched here either"
            if answer.period:
                label = topic.status(answer.period.status).label.lower()
                record = f"whose record says “{label}”"
            yield Caveat(
                "part-of",
                f"{place.name} is part of {state.jurisdiction.name}, {record}. "
                f"Whether that law holds in {place.name} has not been checked.",
            )


def _several_counties(
    levels: Sequence[Level], topic: Topic, as_of: date, beside: Sequence[Level]
) -> Iterable[Caveat]:
    """What the county of only a part of a place says, if it could count there."""
    place = levels[-1].jurisdiction
    for county in beside:
        if county.jurisdiction.code not in place.counties:
            continue
        answer = _standings([*levels[:-1], county], topic, as_of, as_of)[-1]
        if answer.counts and answer.period:
            label = topic.status(answer.period.status).label.lower()
            yield Caveat(
                "several-counties",
                f"{place.name} lies in {len(place.counties)} counties. {county.jurisdiction.name} has a rule "
                f"of its own, “{label}”, which reaches at most the part of {place.name} in it.",
            )


def _reach_is_open(place: Jurisdiction, county: Jurisdiction) -> bool:
    """Whether a county decides and might not: the rule of a city and county in one is sure to reach it all,

    but for the towns in it that govern themselves.
    """
    if county.is_county:
        return place.code != county.code and place.kind in INCORPORATED
    return county.rules_county


def _county_reach(
    place: Jurisdiction, answers: Sequence[LevelAnswer], deciding: LevelAnswer, topic: Topic
) -> Caveat:
    """The warning that county ordinances usually bind unincorporated land only."""
    county = deciding.jurisdiction.name
    rule = (
        f"{county} is a city and county in one, and some towns in it govern themselves"
        if deciding.jurisdiction.is_county
        else "County rules usually reach only land outside cities and towns, unless they say otherwise"
    )
    if place.kind not in INCORPORATED:
        return Caveat(
            "county-reach", f"{rule}: inside a city or town of {county} ask again for it."
        )
    without_counties = [a for a in answers if a.counts and not a.jurisdiction.rules_county]
    strictest = _strictest(without_counties, topic)
    if strictest is None or strictest.period is None:
        otherwise = "nothing else is known here"
    else:
        label = topic.status(strictest.period.status).label.lower()
        otherwise = f"the answer would be “{label}”, by {strictest.jurisdiction.name}"
    return Caveat(
        "county-reach",
        f"{rule}. {place.name} is a {place.word}: read the record of {county} for how far its "
        f"rule reaches. If it does not reach {place.name}, {otherwise}.",
    )
