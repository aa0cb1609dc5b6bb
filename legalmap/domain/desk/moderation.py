"""The states a proposal can be in, derived from facts, and the acts each state allows."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from legalmap.domain.desk.rejection_reasons import REASON_LABELS
from legalmap.domain.errors import (
    AlreadyDecided,
    Forbidden,
    NotNow,
    OwnWork,
    Problem,
)
from legalmap.domain.labelled import Labelled
from legalmap.domain.law.topics import Check
from legalmap.domain.people.roles import Permission, Role, may


class State(Labelled):
    """Where a revision stands. Never stored: see ``state_of``."""

    DRAFT = "draft", "Draft"
    PENDING = "pending", "Waiting for review"
    APPROVED_ONCE = "approved-once", "Approved once, waiting for a second reviewer"
    CHANGES_REQUESTED = "changes-requested", "Changes requested"
    WITHDRAWN = "withdrawn", "Withdrawn"
    STALE = "stale", "Stale: the record moved on"
    REJECTED = "rejected", "Rejected"
    PUBLISHED = "published", "Published"
    SUPERSEDED = "superseded", "Superseded"


class Act(StrEnum):
    """What a person may try to do with a revision."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request-changes"


class Verdict(Labelled):
    """A moderator's decision, as it is stored. The label follows the reviewer's name in a sentence."""

    APPROVE = "approve", "approved it"
    REJECT = "reject", "rejected it"
    REQUEST_CHANGES = "request-changes", "asked for changes"


class Decision(msgspec.Struct, frozen=True):
    """Who reviewed a revision, how and when. ``interest``: what the reviewer declared, see ``Account``."""

    verdict: Verdict
    reviewer_id: int
    reviewer: str
    at: datetime
    interest: str = ""


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer decided: the verdict, the codes of its reasons and of the ticked checks, a comment."""

    verdict: Verdict
    comment: str = ""
    reasons: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a state is derived from. ``authors`` includes those of the proposals it reworks.

    ``assents`` are the approvals so far where more than one is needed; the final one is the ``decision``.
    """

    authors: frozenset[int]
    submitted: bool = False
    withdrawn: bool = False
    decision: Decision | None = None
    base_is_current: bool = True
    published: bool = False
    is_current: bool = False
    approvals_needed: int = 1
    assents: tuple[Decision, ...] = ()


class Rule(msgspec.Struct, frozen=True):
    """From which states an act is possible, with which permission, and whether by an author or by others."""

    states: frozenset[State]
    permission: Permission
    by_author: bool


# Waiting for a verdict, with the published revision as its base.
_FRESH = frozenset({State.PENDING, State.APPROVED_ONCE})
UNDECIDED = _FRESH | {State.STALE}
# A stale proposal can be withdrawn or sent back, but not approved.
RULES: dict[Act, Rule] = {
    Act.SUBMIT: Rule(frozenset({State.DRAFT}), Permission.PROPOSE, True),
    Act.WITHDRAW: Rule(UNDECIDED, Permission.PROPOSE, True),
    Act.APPROVE: Rule(_FRESH, Permission.REVIEW, False),
    Act.REJECT: Rule(UNDECIDED, Permission.REVIEW, False),
    Act.REQUEST_CHANGES: Rule(UNDECIDED, Permission.REVIEW, False),
}
_OF_VERDICT = {
    Verdict.REJECT: State.REJECTED,
    Verdict.REQUEST_CHANGES: State.CHANGES_REQUESTED,
}


def state_of(facts: Facts) -> State:
    """The state that follows from the facts; where several could, the most final one."""
    if facts.published:
        return State.PUBLISHED if facts.is_current else State.SUPERSEDED
    if facts.withdrawn:
        return State.WITHDRAWN
    if facts.decision and facts.decision.verdict in _OF_VERDICT:
        return _OF_VERDICT[facts.decision.verdict]
    if not facts.submitted:
        return State.DRAFT
    if not facts.base_is_current:
        return State.STALE
    return State.APPROVED_ONCE if facts.assents else State.PENDING


def told(judgement: Judgement) -> dict[str, Any]:
    """What the log keeps of a verdict, which its action already names."""
    data: dict[str, Any] = msgspec.to_builtins(judgement)
    del data["verdict"]
    return data


def is_enough(facts: Facts, actor_id: int) -> bool:
    """Whether this person's approval is the last one needed, so that it publishes."""
    # A set, without this person: nobody counts twice.
    other_approvers = {assent.reviewer_id for assent in facts.assents} - {actor_id}
    return len(other_approvers) + 1 >= facts.approvals_needed


def is_repeated(verdict: Verdict, facts: Facts, actor_id: int) -> bool:
    """Whether this person already gave this verdict: pressing the button twice does no harm."""
    decision = facts.decision
    if decision is not None:
        return (decision.reviewer_id, decision.verdict) == (actor_id, verdict)
    return verdict is Verdict.APPROVE and _assent_of(facts, actor_id) is not None


def _assent_of(facts: Facts, actor_id: int) -> Decision | None:
    return next((assent for assent in facts.assents if assent.reviewer_id == actor_id), None)


def is_allowed(act: Act, facts: Facts, actor_id: int, role: Role) -> bool:
    """Whether ``check`` would let the act pass; decides which buttons are shown."""
    try:
        check(act, facts, actor_id, role)
    except (Forbidden, NotNow, AlreadyDecided):
        return False
    return True


def check(act: Act, facts: Facts, actor_id: int, role: Role) -> None:
    """Raise what stands in the way of ``act``: role, authorship, an earlier decision, the state.

    Raises Forbidden, OwnWork, AlreadyDecided or NotNow. ``problems_of`` checks the verdict itself.
    """
    rule = RULES[act]
    if not may(role, rule.permission):
        raise Forbidden(f"Your role ({role}) does not let you {_words(act)} a proposal.")
    if rule.by_author and actor_id not in facts.authors:
        raise Forbidden(f"Only an author of the proposal can {_words(act)} it.")
    if not rule.by_author and actor_id in facts.authors:
        raise OwnWork(
            "You are one of the authors of this proposal: somebody else has to review it."
        )
    if decision := facts.decision:
        raise AlreadyDecided(decision.verdict.label, decision.reviewer, decision.at)
    state = state_of(facts)
    if state not in rule.states:
        raise NotNow(f"You cannot {_words(act)} this proposal: it is {state.label.lower()}.")
    assent = _assent_of(facts, actor_id) if act is Act.APPROVE else None
    if assent is not None:
        raise AlreadyDecided("approved it, the first of two,", assent.reviewer, assent.at)


def problems_of(judgement: Judgement, checklist: tuple[Check, ...]) -> list[Problem]:
    """What a verdict lacks: an approval every line of the checklist, the others a reason and a comment."""
    if judgement.verdict is Verdict.APPROVE:
        unticked = [f"“{check.label}”" for check in checklist if check.code not in judgement.checks]
        message = f"Tick this before you approve: {' '.join(unticked)}"
        return [Problem("checks", message)] if unticked else []
    problems = []
    if not judgement.reasons:
        problems.append(Problem("reasons", "Choose at least one reason."))
    elif not set(judgement.reasons) <= set(REASON_LABELS):
        problems.append(Problem("reasons", "Choose reasons from the list."))
    if not judgement.comment.strip():
        message = "Say why, so that the author knows what to do next."
        problems.append(Problem("comment", message))
    return problems


def _words(act: Act) -> str:
    return act.value.replace("-", " ") + (" to" if act is Act.REQUEST_CHANGES else "")
