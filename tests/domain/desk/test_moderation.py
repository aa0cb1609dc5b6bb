"""The states of a proposal, derived from facts, and every act in every state by everybody."""

from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legalmap.domain.desk.moderation import (
    Act,
    Decision,
    Facts,
    Judgement,
    State,
    Verdict,
    check,
    is_allowed,
    is_enough,
    is_repeated,
    problems_of,
    state_of,
)
from legalmap.domain.desk.rejection_reasons import REASON_LABELS, Reason
from legalmap.domain.errors import AlreadyDecided, Forbidden, NotNow, OwnWork
from legalmap.domain.law.topics import Check
from legalmap.domain.people.roles import Role

AT = datetime(2026, 11, 3, 9, 5, tzinfo=UTC)
AUTHORS = frozenset({1, 2})
AUTHOR, OTHER_AUTHOR, STRANGER = 1, 2, 3


def decided(verdict: Verdict) -> Decision:
    """A verdict by Ada on 3 November 2026."""
    return Decision(verdict, 9, "Ada", AT)


def the_facts(**changed: object) -> Facts:
    """A submitted proposal of two authors on the current base, changed by keyword."""
    return Facts(**{"authors": AUTHORS, "submitted": True, **changed})  # type: ignore[arg-type]


APPROVED = decided(Verdict.APPROVE)
REJECTED = decided(Verdict.REJECT)
ASKED = decided(Verdict.REQUEST_CHANGES)
# Somebody approved it where two have to: Ada, who is neither an author nor the actor of the tables.
ONCE = (APPROVED,)
IN_STATE: dict[State, Facts] = {
    State.DRAFT: the_facts(submitted=False),
    State.PENDING: the_facts(),
    State.APPROVED_ONCE: the_facts(approvals_needed=2, assents=ONCE),
    State.STALE: the_facts(base_is_current=False),
    State.WITHDRAWN: the_facts(withdrawn=True),
    State.CHANGES_REQUESTED: the_facts(decision=ASKED),
    State.REJECTED: the_facts(decision=REJECTED),
    State.PUBLISHED: the_facts(decision=APPROVED, published=True, is_current=True),
    State.SUPERSEDED: the_facts(decision=APPROVED, published=True, base_is_current=False),
}


@pytest.mark.parametrize(("state", "facts"), IN_STATE.items())
def test_the_plain_facts_of_each_state(state: State, facts: Facts) -> None:
    assert state_of(facts) is state


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        # Of something nobody submitted, decided or published nothing is assumed.
        (Facts(authors=AUTHORS), State.DRAFT),
        # A draft stays a draft when the record moves on: nothing has been asked of anybody yet.
        (the_facts(submitted=False, base_is_current=False), State.DRAFT),
        # One approval of two does not hold the record still: the base may move on all the same.
        (the_facts(approvals_needed=2, assents=ONCE, base_is_current=False), State.STALE),
        (the_facts(approvals_needed=2, assents=ONCE, withdrawn=True), State.WITHDRAWN),
        # Of two that are needed none was given yet.
        (the_facts(approvals_needed=2), State.PENDING),
        # A withdrawn proposal stays withdrawn when the record moves on.
        (the_facts(withdrawn=True, base_is_current=False), State.WITHDRAWN),
        # So do the verdicts: what was decided is not stale.
        (the_facts(decision=REJECTED, base_is_current=False), State.REJECTED),
        (the_facts(decision=ASKED, base_is_current=False), State.CHANGES_REQUESTED),
        # Revision 0 is published without a submission or a review.
        (the_facts(submitted=False, published=True, is_current=True), State.PUBLISHED),
        (the_facts(submitted=False, published=True), State.SUPERSEDED),
        # Publication is the most final fact of all.
        (the_facts(withdrawn=True, published=True, is_current=True), State.PUBLISHED),
    ],
)
def test_the_most_final_fact_decides(facts: Facts, state: State) -> None:
    assert state_of(facts) is state


MAY, OWN, NO, LATE, NOT_NOW = None, OwnWork, Forbidden, AlreadyDecided, NotNow
ACTS = (Act.SUBMIT, Act.WITHDRAW, Act.APPROVE, Act.REJECT, Act.REQUEST_CHANGES)

# Who: submit, withdraw, approve, reject, request changes.
BY_PERSON = {
    # Authors submit and withdraw their own proposals, whatever their role…
    (Role.CONTRIBUTOR, AUTHOR): (MAY, MAY, NO, NO, NO),
    # …and nobody reviews own work: no role lifts that.
    (Role.MODERATOR, AUTHOR): (MAY, MAY, OWN, OWN, OWN),
    (Role.ADMIN, AUTHOR): (MAY, MAY, OWN, OWN, OWN),
    # Who wrote a part of it is an author like the other.
    (Role.CONTRIBUTOR, OTHER_AUTHOR): (MAY, MAY, NO, NO, NO),
    (Role.MODERATOR, OTHER_AUTHOR): (MAY, MAY, OWN, OWN, OWN),
    (Role.ADMIN, OTHER_AUTHOR): (MAY, MAY, OWN, OWN, OWN),
    # Moderators and admins review the work of others, and cannot submit or withdraw it for them.
    (Role.CONTRIBUTOR, STRANGER): (NO, NO, NO, NO, NO),
    (Role.MODERATOR, STRANGER): (NO, NO, MAY, MAY, MAY),
    (Role.ADMIN, STRANGER): (NO, NO, MAY, MAY, MAY),
}
# When, for those who may: submit, withdraw, approve, reject, request changes.
BY_STATE = {
    # A draft can only be submitted.
    State.DRAFT: (MAY, NOT_NOW, NOT_NOW, NOT_NOW, NOT_NOW),
    # What waits for review can be withdrawn or decided, and not submitted twice.
    State.PENDING: (NOT_NOW, MAY, MAY, MAY, MAY),
    # What one reviewer approved waits like the rest: for the second, or for whoever sees a fault.
    State.APPROVED_ONCE: (NOT_NOW, MAY, MAY, MAY, MAY),
    # What is stale cannot be approved: it would undo what was published meanwhile.
    State.STALE: (NOT_NOW, MAY, NOT_NOW, MAY, MAY),
    # What was withdrawn is at an end.
    State.WITHDRAWN: (NOT_NOW, NOT_NOW, NOT_NOW, NOT_NOW, NOT_NOW),
    # What was decided stays decided.
    State.CHANGES_REQUESTED: (LATE, LATE, LATE, LATE, LATE),
    State.REJECTED: (LATE, LATE, LATE, LATE, LATE),
    State.PUBLISHED: (LATE, LATE, LATE, LATE, LATE),
    State.SUPERSEDED: (LATE, LATE, LATE, LATE, LATE),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(("role", "actor"), BY_PERSON)
def test_every_act_in_every_state_by_everybody(
    act: Act, state: State, role: Role, actor: int
) -> None:
    column = ACTS.index(act)
    expected = BY_PERSON[role, actor][column] or BY_STATE[state][column]
    facts = IN_STATE[state]
    assert is_allowed(act, facts, actor, role) is (expected is None)
    if expected is None:
        check(act, facts, actor, role)
        return
    with pytest.raises(expected) as refused:
        check(act, facts, actor, role)
    assert type(refused.value) is expected


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("comment", ["", " \n\t"])
def test_only_a_verdict_against_the_author_needs_a_comment(verdict: Verdict, comment: str) -> None:
    judgement = Judgement(verdict=verdict, comment=comment, reasons=("advice",))
    fields = [problem.field for problem in problems_of(judgement, ())]
    assert fields == ([] if verdict is Verdict.APPROVE else ["comment"])


@pytest.mark.parametrize(
    ("act", "facts", "message"),
    [
        # An earlier decision: who, what and when.
        (
            Act.APPROVE,
            IN_STATE[State.REJECTED],
            "Already decided: Ada rejected it on 3 November 2026 at 09:05 UTC.",
        ),
        (
            Act.REJECT,
            IN_STATE[State.PUBLISHED],
            "Already decided: Ada approved it on 3 November 2026 at 09:05 UTC.",
        ),
        (
            Act.APPROVE,
            IN_STATE[State.CHANGES_REQUESTED],
            "Already decided: Ada asked for changes on 3 November 2026 at 09:05 UTC.",
        ),
        # No decision yet: which state is in the way.
        (
            Act.REQUEST_CHANGES,
            IN_STATE[State.DRAFT],
            "You cannot request changes to this proposal: it is draft.",
        ),
        (
            Act.APPROVE,
            IN_STATE[State.STALE],
            "You cannot approve this proposal: it is stale: the record moved on.",
        ),
        # Revision 0 was never reviewed, so nobody decided it; it is published all the same.
        (
            Act.REJECT,
            the_facts(submitted=False, published=True, is_current=True),
            "You cannot reject this proposal: it is published.",
        ),
    ],
)
def test_a_refusal_says_what_is_in_the_way(act: Act, facts: Facts, message: str) -> None:
    with pytest.raises((AlreadyDecided, NotNow)) as refused:
        check(act, facts, STRANGER, Role.MODERATOR)
    assert str(refused.value) == message


def test_a_forbidden_act_is_named_with_the_reason() -> None:
    facts = IN_STATE[State.PENDING]
    with pytest.raises(Forbidden, match=r"\(contributor\) does not let you request changes to"):
        check(Act.REQUEST_CHANGES, facts, STRANGER, Role.CONTRIBUTOR)
    with pytest.raises(Forbidden, match="Only an author of the proposal can withdraw it"):
        check(Act.WITHDRAW, facts, STRANGER, Role.ADMIN)
    with pytest.raises(OwnWork, match="somebody else has to review it"):
        check(Act.APPROVE, facts, AUTHOR, Role.ADMIN)


def test_an_approval_not_yet_published_cannot_be_given_twice() -> None:
    facts = the_facts(decision=APPROVED)
    for act in (Act.APPROVE, Act.REJECT, Act.REQUEST_CHANGES):
        with pytest.raises(AlreadyDecided):
            check(act, facts, STRANGER, Role.MODERATOR)


def test_a_proposal_without_known_authors_can_be_reviewed_but_not_withdrawn() -> None:
    facts = the_facts(authors=frozenset())
    assert is_allowed(Act.APPROVE, facts, STRANGER, Role.MODERATOR)
    assert not is_allowed(Act.WITHDRAW, facts, STRANGER, Role.MODERATOR)


ADA = APPROVED.reviewer_id


@pytest.mark.parametrize("act", [Act.APPROVE, Act.REJECT, Act.REQUEST_CHANGES])
def test_who_approved_first_may_find_a_fault_later_but_not_approve_twice(act: Act) -> None:
    facts = IN_STATE[State.APPROVED_ONCE]
    assert is_allowed(act, facts, ADA, Role.MODERATOR) is (act is not Act.APPROVE)
    if act is Act.APPROVE:
        with pytest.raises(
            AlreadyDecided, match="Ada approved it, the first of two, on 3 November"
        ):
            check(act, facts, ADA, Role.MODERATOR)


@pytest.mark.parametrize(
    ("needed", "assents", "actor", "enough"),
    [
        (1, (), STRANGER, True),  # One reviewer is enough where the topic asks for no more.
        (2, (), STRANGER, False),  # The first of two only assents.
        (2, ONCE, STRANGER, True),  # The second, another person, decides.
        (2, ONCE, ADA, False),  # The same person twice is one person.
        (1, ONCE, STRANGER, True),  # More than are needed do no harm.
    ],
)
def test_whose_approval_publishes(
    needed: int, assents: tuple[Decision, ...], actor: int, enough: bool
) -> None:
    assert is_enough(the_facts(approvals_needed=needed, assents=assents), actor) is enough


@pytest.mark.parametrize(
    ("verdict", "facts", "actor", "repeated"),
    [
        (Verdict.APPROVE, IN_STATE[State.PENDING], ADA, False),  # Nobody decided anything.
        (Verdict.APPROVE, IN_STATE[State.PUBLISHED], ADA, True),  # Pressed twice.
        (Verdict.APPROVE, IN_STATE[State.PUBLISHED], STRANGER, False),  # Another person’s.
        (Verdict.REJECT, IN_STATE[State.PUBLISHED], ADA, False),  # Another verdict.
        (Verdict.REJECT, IN_STATE[State.REJECTED], ADA, True),
        (Verdict.REQUEST_CHANGES, IN_STATE[State.CHANGES_REQUESTED], ADA, True),
        (Verdict.APPROVE, IN_STATE[State.APPROVED_ONCE], ADA, True),  # The first of two, twice.
        (Verdict.APPROVE, IN_STATE[State.APPROVED_ONCE], STRANGER, False),
        (Verdict.REJECT, IN_STATE[State.APPROVED_ONCE], ADA, False),
    ],
)
def test_what_counts_as_the_same_verdict_again(
    verdict: Verdict, facts: Facts, actor: int, repeated: bool
) -> None:
    assert is_repeated(verdict, facts, actor) is repeated


CHECKLIST = (Check(code="opened", label="Opened."), Check(code="dates", label="Dates."))


@pytest.mark.parametrize(
    ("judgement", "fields"),
    [
        # Approving needs every line of the checklist, and neither a reason nor a word.
        (Judgement(verdict=Verdict.APPROVE, checks=("opened", "dates")), []),
        (Judgement(verdict=Verdict.APPROVE, checks=("dates",)), ["checks"]),
        (Judgement(verdict=Verdict.APPROVE), ["checks"]),
        # A line that the topic does not have stands for none that it has.
        (Judgement(verdict=Verdict.APPROVE, checks=("opened", "moon")), ["checks"]),
        # The verdicts against it need a reason from the list and words, and no ticks.
        (Judgement(verdict=Verdict.REJECT, reasons=("advice",), comment="No."), []),
        (Judgement(verdict=Verdict.REQUEST_CHANGES, reasons=("advice",), comment="  "), ["comment"]),
        (Judgement(verdict=Verdict.REJECT, comment="No."), ["reasons"]),
        (Judgement(verdict=Verdict.REJECT, reasons=("mood",), comment="No."), ["reasons"]),
        (Judgement(verdict=Verdict.REQUEST_CHANGES), ["reasons", "comment"]),
    ],
)  # fmt: skip
def test_what_a_verdict_lacks(judgement: Judgement, fields: list[str]) -> None:
    assert [problem.field for problem in problems_of(judgement, CHECKLIST)] == fields


def test_a_topic_without_a_checklist_asks_for_none() -> None:
    assert problems_of(Judgement(verdict=Verdict.APPROVE), ()) == []


def test_every_reason_has_its_words() -> None:
    assert set(REASON_LABELS) == set(Reason)
    assert all(REASON_LABELS.values())


FLAGS = ("submitted", "withdrawn", "base_is_current", "published", "is_current")
ANY_FACTS = st.builds(
    Facts,
    authors=st.frozensets(st.integers(1, 4)),
    decision=st.sampled_from((None, APPROVED, REJECTED, ASKED)),
    approvals_needed=st.integers(1, 2),
    assents=st.sampled_from(((), ONCE)),
    **{flag: st.booleans() for flag in FLAGS},
)


@given(ANY_FACTS, st.integers(1, 4), st.sampled_from(Role))
def test_nobody_ever_reviews_own_work(facts: Facts, actor: int, role: Role) -> None:
    allowed = [act for act in Act if is_allowed(act, facts, actor, role)]
    if actor in facts.authors:
        assert set(allowed) <= {Act.SUBMIT, Act.WITHDRAW}
    else:
        assert set(allowed) <= {Act.APPROVE, Act.REJECT, Act.REQUEST_CHANGES}


@given(ANY_FACTS, st.integers(1, 4), st.sampled_from(Role))
def test_only_an_undecided_proposal_on_the_current_base_is_approved(
    facts: Facts, actor: int, role: Role
) -> None:
    if is_allowed(Act.APPROVE, facts, actor, role):
        assert facts.submitted
        assert facts.base_is_current
        assert facts.decision is None
        assert not facts.withdrawn
        assert not facts.published
        assert role in (Role.MODERATOR, Role.ADMIN)


def test_all_combinations_of_facts_have_a_state_with_a_label() -> None:
    decisions = (None, APPROVED, REJECTED, ASKED)
    reached = set()
    for decision, assents, *values in product(decisions, ((), ONCE), *[(False, True)] * len(FLAGS)):
        flags = dict(zip(FLAGS, values, strict=True))
        facts = Facts(authors=AUTHORS, decision=decision, assents=assents, **flags)
        reached.add(state_of(facts))
    assert reached == set(State)
    assert all(word.label for word in (*State, *Verdict))
