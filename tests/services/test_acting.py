"""An act is done by who somebody is at that moment, not by who they were when the request came in."""

from collections.abc import Callable

import pytest

from legalmap.domain.accounts import Account
from legalmap.domain.moderation import Verdict
from legalmap.domain.records import Revision
from legalmap.domain.remits import Remit
from legalmap.domain.roles import Role
from legalmap.services import (
    claiming,
    discussing,
    drafting,
    editing,
    own_account,
    passwords,
    people,
    reviewing,
)
from legalmap.services.editing import Proposal
from legalmap.services.tracker import Tracker
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
    people.disable(tracker, root, "ben")


def _demoted(tracker: Tracker, root: Account) -> None:
    people.change_role(tracker, root, "ben", Role.CONTRIBUTOR, ())


def _sent_elsewhere(tracker: Tracker, root: Account) -> None:
    people.change_role(tracker, root, "ben", Role.MODERATOR, ELSEWHERE)


def _gone(tracker: Tracker, _root: Account) -> None:
    own_account.leave(tracker, entered(tracker, "ben")[0], PASSWORD, sure=True)


OUT = [_disabled, _gone]


def _decided(tracker: Tracker, ben: Account, proposal: Revision) -> None:
    reviewing.decide(
        tracker,
        ben,
        proposal.id,
        Verdict.APPROVE,
        payload_sha256=proposal.payload_sha256,
        checks=[check.code for check in tracker.topic("kratom").review.checklist],
    )


def _taken(tracker: Tracker, ben: Account, proposal: Revision) -> None:
    claiming.take(tracker, ben, proposal.id)


def _sent(tracker: Tracker, ben: Account, _proposal: Revision) -> None:
    editing.submit(tracker, ben, OTHER)


def _kept(tracker: Tracker, ben: Account, _proposal: Revision) -> None:
    drafting.save(tracker, ben, "kratom", "us-al", base_number=0, form="[]")


def _said(tracker: Tracker, ben: Account, proposal: Revision) -> None:
    discussing.say(tracker, ben, proposal.id, "One more word.")


Happens = Callable[[Tracker, Account], None]
Act = Callable[[Tracker, Account, Revision], None]
REVIEWING: list[Act] = [_decided, _taken]
WRITING: list[Act] = [_sent, _kept, _said]


@pytest.mark.parametrize("act", REVIEWING)
@pytest.mark.parametrize("happens", [*OUT, _demoted, _sent_elsewhere])
def test_who_may_no_longer_review_reviews_nothing(
    tracker: Tracker, happens: Happens, act: Act
) -> None:
    proposal, ben = propose(tracker), person(tracker, "ben")
    happens(tracker, an_admin(tracker))
    unchanged(tracker, lambda: act(tracker, ben, proposal), ".")


@pytest.mark.parametrize("act", WRITING)
@pytest.mark.parametrize("happens", OUT)
def test_who_is_out_writes_nothing(tracker: Tracker, happens: Happens, act: Act) -> None:
    proposal, ben = propose(tracker), person(tracker, "ben")
    happens(tracker, an_admin(tracker))
    unchanged(tracker, lambda: act(tracker, ben, proposal), ".")


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
