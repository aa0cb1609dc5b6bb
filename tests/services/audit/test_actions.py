"""An act is done by who somebody is at that moment, not by who they were when the request came in."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from legalmap.domain.desk.moderation import Verdict
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.desk.suggestions import Outcome
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.editing import drafts, proposals, suggestions
from legalmap.services.editing.proposals import Proposal
from legalmap.services.people import admins, own_account, passwords
from legalmap.services.reading.reader import Reader
from legalmap.services.reviewing import claims, remarks, review, rounds
from tests.build import a_payload, a_period
from tests.services.build import person, propose
from tests.services.entering import an_admin, entered, unchanged
from tests.store.build import PASSWORD

ELSEWHERE = (Remit(None, "th"),)
OTHER = Proposal(
    topic="kratom",
    jurisdiction="us-al",
    base_number=0,
    payload=a_payload(a_period(None, "regulated")),
    note="Another law.",
)


def _disabled(tracker: Tracker, root: Account) -> None:
    admins.disable(tracker, root, "ben")


def _demoted(tracker: Tracker, root: Account) -> None:
    admins.change_role(tracker, root, "ben", Role.CONTRIBUTOR, ())


def _sent_elsewhere(tracker: Tracker, root: Account) -> None:
    admins.change_role(tracker, root, "ben", Role.MODERATOR, ELSEWHERE)


def _gone(tracker: Tracker, _root: Account) -> None:
    own_account.leave(tracker, entered(tracker, "ben")[0], PASSWORD, sure=True)


OUT = [_disabled, _gone]


class Waiting(NamedTuple):
    """What there is to act on: a proposal of ana and one of ben, and what a reader suggested."""

    proposal: Revision
    own: Revision
    suggestion: int


def _waiting(tracker: Tracker) -> Waiting:
    own = a_payload(notes="By ben.")
    fields = {"text": "It was banned.", "url": "https://law.example/2026/5"}
    suggestion = suggestions.suggest(tracker, "kratom", "us-al", **fields)
    return Waiting(propose(tracker), propose(tracker, own, by="ben"), suggestion)


def _decided(tracker: Tracker, ben: Account, waiting: Waiting) -> None:
    review.decide(
        tracker,
        ben,
        waiting.proposal.id,
        Verdict.APPROVE,
        payload_sha256=waiting.proposal.payload_sha256,
        checks=[check.code for check in tracker.topic("kratom").review.checklist],
    )


def _taken(tracker: Tracker, ben: Account, waiting: Waiting) -> None:
    claims.take(tracker, ben, waiting.proposal.id)


def _sent(tracker: Tracker, ben: Account, _waiting: Waiting) -> None:
    proposals.submit(tracker, ben, OTHER)


def _withdrawn(tracker: Tracker, ben: Account, waiting: Waiting) -> None:
    proposals.withdraw(tracker, ben, waiting.own.id)


def _kept(tracker: Tracker, ben: Account, _waiting: Waiting) -> None:
    drafts.save(tracker, ben, "kratom", "us-al", base_number=0, form="[]")


def _said(tracker: Tracker, ben: Account, waiting: Waiting) -> None:
    remarks.say(tracker, ben, waiting.proposal.id, "One more word.")


def _suggestion_taken(tracker: Tracker, ben: Account, waiting: Waiting) -> None:
    suggestions.claim(tracker, ben, waiting.suggestion)


def _suggestion_left(tracker: Tracker, ben: Account, waiting: Waiting) -> None:
    suggestions.release(tracker, ben, waiting.suggestion)


def _suggestion_closed(tracker: Tracker, ben: Account, waiting: Waiting) -> None:
    suggestions.close(tracker, ben, waiting.suggestion, Outcome.DECLINED, "It is about Arizona.")


def _ten_taken(tracker: Tracker, ben: Account, _waiting: Waiting) -> None:
    rounds.take_ten(Reader(tracker), ben)


def _ten_given_back(tracker: Tracker, ben: Account, _waiting: Waiting) -> None:
    rounds.give_back(Reader(tracker), ben)


def _skipped(tracker: Tracker, ben: Account, _waiting: Waiting) -> None:
    rounds.skip(tracker, ben, "kratom", "us-al", "The link is dead.")


Happens = Callable[[Tracker, Account], None]
Act = Callable[[Tracker, Account, Waiting], None]
REVIEWING: list[Act] = [_decided, _taken]
WRITING: list[Act] = [
    _sent,
    _withdrawn,
    _kept,
    _said,
    _suggestion_taken,
    _suggestion_left,
    _suggestion_closed,
    _ten_taken,
    _ten_given_back,
    _skipped,
]
NO_MORE = "Your role .* does not include|You moderate other places"


@pytest.mark.parametrize("act", REVIEWING)
@pytest.mark.parametrize("happens", [*OUT, _demoted, _sent_elsewhere])
def test_who_may_no_longer_review_reviews_nothing(
    tracker: Tracker, happens: Happens, act: Act
) -> None:
    waiting, ben = _waiting(tracker), person(tracker, "ben")
    happens(tracker, an_admin(tracker))
    unchanged(tracker, lambda: act(tracker, ben, waiting), NO_MORE)


@pytest.mark.parametrize("act", WRITING)
@pytest.mark.parametrize("happens", OUT)
def test_who_is_out_writes_nothing(tracker: Tracker, happens: Happens, act: Act) -> None:
    waiting, ben = _waiting(tracker), person(tracker, "ben")
    happens(tracker, an_admin(tracker))
    unchanged(tracker, lambda: act(tracker, ben, waiting), NO_MORE)


@pytest.mark.both_databases
def test_who_left_leaves_no_address_behind(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another tab sent a moment before, its password confirmed, comes too late."""
    session, _ = entered(tracker, "ana")
    monkeypatch.setattr(passwords, "confirm", lambda *_: None)
    own_account.leave(tracker, session, "", sure=True)
    for act in (
        lambda: own_account.change_email(tracker, session, "ana@people.example", ""),
        lambda: own_account.disclose(tracker, session, "I sell tea."),
    ):
        unchanged(tracker, act, ".")
