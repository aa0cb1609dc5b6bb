"""The states a proposal can be in, derived from facts, and the acts each state allows."""

from datetime import datetime
from enum import StrEnum

import msgspec

from legalmap.domain.errors import AlreadyDecided, Forbidden, Invalid, NotNow, OwnWork
from legalmap.domain.roles import Permission, Role, may


class State(StrEnum):
    """Where a revision stands. Never stored: see ``state_of``."""

    DRAFT = "draft"
    PENDING = "pending"
    CHANGES_REQUESTED = "changes-requested"
    WITHDRAWN = "withdrawn"
    STALE = "stale"
    REJECTED = "rejected"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


STATE_LABELS: dict[State, str] = {
    State.DRAFT: "Draft",
    State.PENDING: "Waiting for review",
    State.CHANGES_REQUESTED: "Changes requested",
    State.WITHDRAWN: "Withdrawn",
    State.STALE: "Stale: the record moved on",
    State.REJECTED: "Rejected",
    State.PUBLISHED: "Published",
    State.SUPERSEDED: "Superseded",
}


class Act(StrEnum):
    """What a person may try to do with a revision."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request-changes"


class Verdict(StrEnum):
    """A moderator's decision, as the review row holds it."""

    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request-changes"


VERDICT_LABELS: dict[Verdict, str] = {
    Verdict.APPROVE: "approved it",
    Verdict.REJECT: "rejected it",
    Verdict.REQUEST_CHANGES: "asked for changes",
}


class Decision(msgspec.Struct, frozen=True):
    """Who reviewed a revision, how and when."""

    verdict: Verdict
    reviewer_id: int
    reviewer: str
    at: datetime


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a state is derived from. ``authors`` includes those of the work it took over."""

    authors: frozenset[int]
    submitted: bool = False
    withdrawn: bool = False
    decision: Decision | None = None
    base_is_current: bool = True
    published: bool = False
    is_current: bool = False


class Rule(msgspec.Struct, frozen=True):
    """From which states an act is possible, by whom, and whether it needs a comment."""

    states: frozenset[State]
    permission: Permission
    by_author: bool
    needs_comment: bool


RULES: dict[Act, Rule] = {
    Act.SUBMIT: Rule(frozenset({State.DRAFT}), Permission.PROPOSE, True, False),
    Act.WITHDRAW: Rule(frozenset({State.PENDING, State.STALE}), Permission.PROPOSE, True, False),
    Act.APPROVE: Rule(frozenset({State.PENDING}), Permission.REVIEW, False, False),
    Act.REJECT: Rule(frozenset({State.PENDING, State.STALE}), Permission.REVIEW, False, True),
    Act.REQUEST_CHANGES: Rule(
        frozenset({State.PENDING, State.STALE}), Permission.REVIEW, False, True
    ),
}
_OF_VERDICT = {
    Verdict.REJECT: State.REJECTED,
    Verdict.REQUEST_CHANGES: State.CHANGES_REQUESTED,
}


def state_of(facts: Facts) -> State:
    """The state that follows from the facts, the most final one first."""
    if facts.published:
        return State.PUBLISHED if facts.is_current else State.SUPERSEDED
    if facts.withdrawn:
        return State.WITHDRAWN
    if facts.decision and facts.decision.verdict in _OF_VERDICT:
        return _OF_VERDICT[facts.decision.verdict]
    if not facts.submitted:
        return State.DRAFT
    return State.PENDING if facts.base_is_current else State.STALE


def is_allowed(act: Act, facts: Facts, actor_id: int, role: Role) -> bool:
    """Whether ``check`` would let the act pass, a comment given: what buttons are shown by."""
    try:
        check(act, facts, actor_id, role, comment="given")
    except (Forbidden, NotNow, AlreadyDecided):
        return False
    return True


def check(act: Act, facts: Facts, actor_id: int, role: Role, comment: str = "") -> None:
    """Raise what stands in the way of ``act``: role, authorship, an earlier decision, the state."""
    rule = RULES[act]
    if not may(role, rule.permission):
        raise Forbidden(f"Your role ({role}) does not let you {_words(act)} a proposal.")
    if rule.by_author and actor_id not in facts.authors:
        raise Forbidden(f"Only an author of the proposal can {_words(act)} it.")
    if not rule.by_author and actor_id in facts.authors:
        raise OwnWork(
            "You are one of the authors of this proposal: somebody else has to review it."
        )
    if facts.decision:
        what = VERDICT_LABELS[facts.decision.verdict]
        raise AlreadyDecided(what, facts.decision.reviewer, facts.decision.at)
    state = state_of(facts)
    if state not in rule.states:
        raise NotNow(
            f"You cannot {_words(act)} this proposal: it is {STATE_LABELS[state].lower()}."
        )
    if rule.needs_comment and not comment.strip():
        raise Invalid.at("comment", "Say why, so that the author knows what to do next.")


def _words(act: Act) -> str:
    return act.value.replace("-", " ") + (" to" if act is Act.REQUEST_CHANGES else "")
