"""How much harm a wrong edit could do: a level computed from what it changes, with every reason."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from legalmap.domain.law.jurisdictions import REACH, STATE_WIDE, Jurisdiction
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import Period, in_force_on
from legalmap.domain.law.topics import Grave, Topic


class Risk(StrEnum):
    """One reason to review an edit with care. Stored with its submission."""

    GRAVE = "grave"
    STRICTNESS = "strictness"
    VENDOR_ONLY = "vendor-only"
    SOURCES_REMOVED = "sources-removed"
    FIRST_EDIT = "first-edit"
    WIDE_REACH = "wide-reach"


# For each reason its points, which ``level_of`` adds up, and the sentence for people.
REASONS: dict[Risk, tuple[int, str]] = {
    Risk.GRAVE: (3, "“{answer}” begins or ceases to hold."),
    Risk.STRICTNESS: (2, "The status becomes stricter or milder."),
    Risk.VENDOR_ONLY: (2, "A period rests on vendors’ pages alone."),
    Risk.SOURCES_REMOVED: (2, "Sources are taken away."),
    Risk.FIRST_EDIT: (1, "It is this author’s first edit."),
    Risk.WIDE_REACH: (1, "It is about a whole country, territory or state."),
}
LEVELS = ("low", "medium", "high")


class Weight(msgspec.Struct, frozen=True):
    """How risky an edit is, as stored with its submission.

    ``risks``: the reasons, the gravest first. ``level``: an index of ``LEVELS``.
    """

    risks: tuple[Risk, ...] = ()
    level: int = 0
    approvals_needed: int = 1


UNWEIGHED = Weight()


def weigh(
    topic: Topic,
    place: Jurisdiction,
    base: Payload,
    proposed: Payload,
    *,
    today: date,
    first_edit: bool,
) -> Weight:
    """How risky it is to publish ``proposed`` in place of ``base``, by the rules of the topic."""
    reasons = [
        (Risk.GRAVE, is_grave(topic, base, proposed)),
        (Risk.STRICTNESS, _changes_strictness(topic, base, proposed, today)),
        (Risk.VENDOR_ONLY, _rests_on_vendors(base, proposed)),
        (Risk.SOURCES_REMOVED, bool(_links(base) - _links(proposed))),
        (Risk.FIRST_EDIT, first_edit),
        (Risk.WIDE_REACH, REACH[place.kind] <= STATE_WIDE),
    ]
    risks = tuple(risk for risk, applies in reasons if applies)
    return Weight(risks, level_of(risks), approvals_needed(topic, base, proposed))


def said(risk: Risk, topic: Topic) -> str:
    """One reason as a sentence for people: “Possession: prohibited” begins or ceases to hold."""
    grave, answer = topic.review.grave, "What the topic once called grave"
    for variable in topic.variables:
        if grave and variable.code == grave.variable:
            answer = f"{variable.label}: {variable.label_of(grave.value).lower()}"
    return REASONS[risk][1].format(answer=answer)


def level_of(risks: Iterable[Risk]) -> int:
    """The level of some reasons: 0 up to one point, 1 up to three, 2 above."""
    points = sum(REASONS[risk][0] for risk in risks)
    return 0 if points <= 1 else 1 if points <= 3 else 2


def approvals_needed(topic: Topic, base: Payload, proposed: Payload) -> int:
    """How many people have to approve: 2 for a grave change of a topic that asks for it, else 1."""
    return 2 if topic.review.two_approvals and is_grave(topic, base, proposed) else 1


def is_grave(topic: Topic, base: Payload, proposed: Payload) -> bool:
    """Whether the edit changes, for any day past or future, whether the topic's grave answer holds.

    For kratom: whether possession is prohibited.
    """
    grave = topic.review.grave
    if grave is None:
        return False
    # Answers change only where a period of either side begins or has ended: these days are enough.
    periods = (*base.periods, *proposed.periods)
    days = {period.first_day for period in periods}
    ends = {period.last_day for period in periods if period.effective_until}
    days |= {end + timedelta(days=1) for end in ends if end < date.max}
    return any(_answers(grave, base, day) != _answers(grave, proposed, day) for day in days)


def _answers(grave: Grave, payload: Payload, day: date) -> bool:
    period = in_force_on(payload.periods, day)
    return period is not None and period.answers.get(grave.variable) == grave.value


def _changes_strictness(topic: Topic, base: Payload, proposed: Payload, today: date) -> bool:
    """Whether today's status, or that of the last period, moves on the scale."""
    pairs = [
        (in_force_on(base.periods, today), in_force_on(proposed.periods, today)),
        (_last(base), _last(proposed)),
    ]
    return any(_severity(topic, before) != _severity(topic, after) for before, after in pairs)


def _last(payload: Payload) -> Period | None:
    return payload.periods[-1] if payload.periods else None


def _severity(topic: Topic, period: Period | None) -> int | None:
    """None where no law is known, or for a status that the codebook no longer has."""
    if period is None:
        return None
    return next((s.severity for s in topic.statuses if s.code == period.status), None)


def _rests_on_vendors(base: Payload, proposed: Payload) -> bool:
    """Whether a new or changed period has vendors as its only sources."""
    return any(
        period not in base.periods and {source.kind for source in period.sources} == {"vendor"}
        for period in proposed.periods
    )


def _links(payload: Payload) -> set[str]:
    return {source.url for period in payload.periods for source in period.sources}
