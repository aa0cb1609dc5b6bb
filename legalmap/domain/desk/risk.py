"""How much harm a wrong edit could do, computed from what it changes, and every reason for it."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import Period, in_force_on
from legalmap.domain.law.topics import Grave, Topic

WIDE = frozenset({"country", "territory", "state", "district"})


class Risk(StrEnum):
    """One reason to look twice."""

    GRAVE = "grave"
    STRICTNESS = "strictness"
    VENDOR_ONLY = "vendor-only"
    SOURCES_REMOVED = "sources-removed"
    FIRST_EDIT = "first-edit"
    WIDE_REACH = "wide-reach"


# Points and the sentence for people, see ``said``. The level is their sum, see ``level_of``.
REASONS: dict[Risk, tuple[int, str]] = {
    Risk.GRAVE: (3, "“{answer}” begins or ceases to hold."),
    Risk.STRICTNESS: (2, "The status becomes stricter or milder."),
    Risk.VENDOR_ONLY: (2, "A period rests on vendors’ pages alone."),
    Risk.SOURCES_REMOVED: (2, "Sources are taken away."),
    Risk.FIRST_EDIT: (1, "It is this author’s first edit."),
    Risk.WIDE_REACH: (1, "It is about a whole country, territory or state."),
}
LEVELS = ("low", "medium", "high")


class Weight(msgspec.Struct, frozen=True, kw_only=True):
    """How heavy an edit is, as it is kept with its submission.

    ``risks``: the reasons found, the gravest first. ``level``: 0 (low), 1 (medium) or 2 (high).
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
    """The weight of publishing ``proposed`` in place of ``base``, by the rules of the topic."""
    reasons = [
        (Risk.GRAVE, is_grave(topic, base, proposed)),
        (Risk.STRICTNESS, _changes_strictness(topic, base, proposed, today)),
        (Risk.VENDOR_ONLY, _rests_on_vendors(base, proposed)),
        (Risk.SOURCES_REMOVED, bool(_links(base) - _links(proposed))),
        (Risk.FIRST_EDIT, first_edit),
        (Risk.WIDE_REACH, place.kind in WIDE),
    ]
    risks = tuple(risk for risk, applies in reasons if applies)
    return Weight(
        risks=risks,
        level=level_of(risks),
        approvals_needed=approvals_needed(topic, base, proposed),
    )


def said(risk: Risk, topic: Topic) -> str:
    """One reason for people: “Possession: prohibited” begins or ceases to hold."""
    return REASONS[risk][1].format(answer=_grave_words(topic))


def _grave_words(topic: Topic) -> str:
    grave = topic.review.grave
    variable = next((v for v in topic.variables if grave and v.code == grave.variable), None)
    if grave is None or variable is None:
        return "What the topic once called grave"
    return f"{variable.label}: {variable.label_of(grave.value).lower()}"


def level_of(risks: Iterable[Risk]) -> int:
    """0 up to one point, 1 up to three, 2 above; so one grave reason is never low."""
    points = sum(REASONS[risk][0] for risk in risks)
    return 0 if points <= 1 else 1 if points <= 3 else 2


def approvals_needed(topic: Topic, base: Payload, proposed: Payload) -> int:
    """2 where the topic asks for two reviewers of what is grave, else 1."""
    return 2 if topic.review.two_approvals and is_grave(topic, base, proposed) else 1


def is_grave(topic: Topic, base: Payload, proposed: Payload) -> bool:
    """Whether on any day, past or to come, the topic's grave answer begins or ceases to hold.

    For kratom: possession becomes or ceases to be prohibited.
    """
    grave = topic.review.grave
    if grave is None:
        return False
    periods = (*base.periods, *proposed.periods)
    days = {period.first_day for period in periods}
    ends = {period.last_day for period in periods if period.effective_until}
    days |= {end + timedelta(days=1) for end in ends if end < date.max}
    return any(_answers(grave, base, day) != _answers(grave, proposed, day) for day in days)


def _answers(grave: Grave, payload: Payload, day: date) -> bool:
    period = in_force_on(payload.periods, day)
    return period is not None and period.answers.get(grave.variable) == grave.value


def _changes_strictness(topic: Topic, base: Payload, proposed: Payload, today: date) -> bool:
    """Today's status, or that of the last period, becomes another on the scale."""
    pairs = [
        (in_force_on(base.periods, today), in_force_on(proposed.periods, today)),
        (_last(base), _last(proposed)),
    ]
    return any(_severity(topic, one) != _severity(topic, other) for one, other in pairs)


def _last(payload: Payload) -> Period | None:
    return payload.periods[-1] if payload.periods else None


def _severity(topic: Topic, period: Period | None) -> int | None:
    """Null where nothing is said, or by a status that the codebook no longer has."""
    if period is None:
        return None
    return next((s.severity for s in topic.statuses if s.code == period.status), None)


def _rests_on_vendors(base: Payload, proposed: Payload) -> bool:
    """A period that is new or changed has no other kind of source."""
    return any(
        period not in base.periods and {source.kind for source in period.sources} == {"vendor"}
        for period in proposed.periods
    )


def _links(payload: Payload) -> set[str]:
    return {source.url for period in payload.periods for source in period.sources}
