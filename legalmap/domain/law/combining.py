"""The pieces of resolving: which levels count, which of them decides, and what their answers combine to."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from legalmap.domain.law.freshness import freshness
from legalmap.domain.law.periods import WITHOUT_FORCE, in_force_on, next_after
from legalmap.domain.law.resolution import Level, LevelAnswer, Outcome, ResolvedAnswer, Standing
from legalmap.domain.law.topics import Topic, Variable


def standings(levels: Sequence[Level], topic: Topic, as_of: date, today: date) -> list[LevelAnswer]:
    """What each level says by itself on a day, and whether it counts; the same order as ``levels``."""
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
        return LevelAnswer(
            jurisdiction=level.jurisdiction, standing="not-researched", payload=payload
        )
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
        payload=payload,
        is_first_load=level.is_first_load,
        freshness=freshness(payload.last_verified, today, topic.age_limit_days),
    )


def strictest(counting: Sequence[LevelAnswer], topic: Topic) -> LevelAnswer | None:
    """The strictest level; of equally strict ones the widest, whose rule reaches furthest."""
    if not counting:
        return None
    return max(
        counting, key=lambda at: topic.status(at.period.status).severity if at.period else -1
    )


def outcome(answers: Sequence[LevelAnswer], deciding: LevelAnswer | None) -> Outcome:
    """Whether a law decides, or why none does."""
    if deciding is not None:
        return "decided"
    # Nothing counts: say whether that is so by law, for want of research, or for this day alone.
    standings = [answer.standing for answer in answers]
    if standings[-1] == "varies":
        return "varies"
    if all(standing in ("not-researched", "varies") for standing in standings):
        return "not-researched"
    return "not-known"


def combined(variable: Variable, counting: Iterable[LevelAnswer]) -> ResolvedAnswer:
    """The value of one variable, by its rule, from the levels that count, widest first."""
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
