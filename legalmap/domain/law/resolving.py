"""What holds at a place on a day once every level is taken together, and why.

The rule: walk from the country down to the place; take each level's period in force that day;
set aside a level whose ancestor preempts local rules, a level that leaves the matter to those
below (``varies``), and law that is enjoined or struck down; of what remains the strictest status
decides, and each variable resolves by its own rule.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Literal

import msgspec

from legalmap.domain.law.dates import in_words
from legalmap.domain.law.evidence import Freshness, freshness
from legalmap.domain.law.jurisdictions import INCORPORATED, Jurisdiction
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import WITHOUT_FORCE, Period, in_force_on, next_after
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
    """One level of the chain with its published record; ``payload`` is None if it has none."""

    jurisdiction: Jurisdiction
    payload: Payload | None = None


class LevelAnswer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one level says by itself, and whether that counts. ``because_of``: the preempting level."""

    jurisdiction: Jurisdiction
    standing: Standing
    period: Period | None = None
    next_period: Period | None = None
    because_of: str | None = None
    start_uncertain: bool = False
    last_verified: date | None = None
    freshness: Freshness | None = None

    @property
    def counts(self) -> bool:
        """Whether this level takes part in the answer."""
        return self.standing == "counts"


class ResolvedAnswer(msgspec.Struct, frozen=True, gc=False):
    """The value of one variable and the codes of the levels it comes from."""

    value: Any
    levels: tuple[str, ...]


class Caveat(msgspec.Struct, frozen=True, gc=False):
    """A sentence that must stand beside the answer; ``code`` lets tools tell them apart."""

    code: str
    text: str


class Resolution(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The answer for one place and day. ``status`` is None unless ``outcome`` is decided or varies."""

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
    """Resolve the last of ``levels`` (widest first) on ``as_of``; freshness is counted to ``today``.

    ``beside``: who gets no more than a word. Of a place in several counties none reaches all of it,
    and the record of a state was not made with its parts elsewhere in mind.
    """
    answers = _standings(levels, topic, as_of, today)
    place = levels[-1].jurisdiction
    counting = [answer for answer in answers if answer.counts]
    deciding = _strictest(counting, topic)
    outcome = _outcome(answers, deciding)
    status = _status(answers, deciding, outcome)
    return Resolution(
        place=place,
        as_of=as_of,
        outcome=outcome,
        status=status,
        deciding=_deciding_code(answers, deciding, outcome),
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
        rule = answer.period.answers.get("local_rules") if answer.period else None
        if answer.counts and rule == "preempted":
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
        freshness=freshness(payload.last_verified, today, topic.age_limit_days),
    )


def _severity(answer: LevelAnswer, topic: Topic) -> int:
    return topic.status(answer.period.status).severity if answer.period else -1


def _strictest(counting: Sequence[LevelAnswer], topic: Topic) -> LevelAnswer | None:
    """The strictest level; of equals the widest, because its rule is the one that reaches furthest."""
    if not counting:
        return None
    return max(counting, key=lambda answer: _severity(answer, topic))


def _outcome(answers: Sequence[LevelAnswer], deciding: LevelAnswer | None) -> Outcome:
    if deciding is not None:
        return "decided"
    standings = [answer.standing for answer in answers]
    if standings[-1] == "varies":
        return "varies"
    if all(standing in ("not-researched", "varies") for standing in standings):
        return "not-researched"
    return "not-known"


def _status(
    answers: Sequence[LevelAnswer], deciding: LevelAnswer | None, outcome: Outcome
) -> str | None:
    source = deciding or (answers[-1] if outcome == "varies" else None)
    return source.period.status if source and source.period else None


def _deciding_code(
    answers: Sequence[LevelAnswer], deciding: LevelAnswer | None, outcome: Outcome
) -> str | None:
    source = deciding or (answers[-1] if outcome == "varies" else None)
    return source.jurisdiction.code if source else None


def _combined(variable: Variable, counting: Iterable[LevelAnswer]) -> ResolvedAnswer:
    given = [
        (answer.period.answers[variable.code], answer.jurisdiction.code)
        for answer in counting
        if answer.period and variable.code in answer.period.answers
    ]
    if not given:
        return ResolvedAnswer([] if variable.type == "choices" else None, ())
    if variable.resolve == "union":
        return _union(variable, given)
    if variable.resolve == "nearest":
        return ResolvedAnswer(given[-1][0], (given[-1][1],))
    best = _best(variable, [value for value, _ in given])
    return ResolvedAnswer(best, tuple(code for value, code in given if value == best))


def _best(variable: Variable, values: list[Any]) -> Any:
    if variable.resolve == "largest":
        return max(values)
    if variable.resolve == "smallest":
        return min(values)
    order = [choice.code for choice in variable.choices]
    return max(values, key=order.index)


def _union(variable: Variable, given: list[tuple[list[str], str]]) -> ResolvedAnswer:
    named = {code for values, _ in given for code in values}
    value = [choice.code for choice in variable.choices if choice.code in named]
    return ResolvedAnswer(value, tuple(code for values, code in given if values))


def _caveats(
    place: Jurisdiction,
    answers: Sequence[LevelAnswer],
    deciding: LevelAnswer | None,
    topic: Topic,
) -> list[Caveat]:
    found = []
    if place.note:
        found.append(Caveat("control", place.note))
    found += [_uncertain_start(answer) for answer in answers if answer.start_uncertain]
    if deciding and _reach_is_open(place, deciding.jurisdiction):
        found.append(_county_reach(place, answers, deciding, topic))
    return found


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


def _uncertain_start(answer: LevelAnswer) -> Caveat:
    start = answer.period.effective_from if answer.period else None
    return Caveat(
        "start-uncertain",
        f"The law of {answer.jurisdiction.name} took effect some day in {in_words(start)}; "
        "on the day asked about it may not yet have been in force.",
    )


def _county_reach(
    place: Jurisdiction, answers: Sequence[LevelAnswer], deciding: LevelAnswer, topic: Topic
) -> Caveat:
    """County ordinances bind unincorporated land unless they say otherwise; readers must know."""
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
    others = [a for a in answers if a.counts and not a.jurisdiction.rules_county]
    without = _strictest(others, topic)
    if without is None or without.period is None:
        rest = "nothing else is known here"
    else:
        label = topic.status(without.period.status).label.lower()
        rest = f"the answer would be “{label}”, by {without.jurisdiction.name}"
    return Caveat(
        "county-reach",
        f"{rule}. {place.name} is a {place.word}: read the record of {county} for how far its "
        f"rule reaches. If it does not reach {place.name}, {rest}.",
    )
