"""Invitations: made by admins, used once, in time, by whoever has the link."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from legalmap.domain.errors import LegalmapError
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.invitations import LIFE, InvitationState
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Role
from legalmap.domain.people.second_factor import Standing
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import admins, one_time_links
from legalmap.store import log
from tests.services.build import person
from tests.services.entering import an_admin, found, unchanged
from tests.store.build import NOW, PASSWORD, contents

FLORIDA = (Remit("kratom", "us-fl"),)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def root(tracker: Tracker) -> Account:
    """An admin."""
    return an_admin(tracker)


@pytest.mark.both_databases
def test_who_follows_the_link_is_in_with_role_and_remits(tracker: Tracker, root: Account) -> None:
    link = one_time_links.invite(tracker, root, Role.MODERATOR, FLORIDA, "Of the library")
    invitation = one_time_links.invitation(tracker, link)
    assert (invitation.role, invitation.inviter) == (Role.MODERATOR, "root")
    session, _ = found(tracker, one_time_links.join(tracker, link, " Nora ", PASSWORD))
    assert session.standing is Standing.TO_ENROL
    assert session.account == person(tracker, "nora")
    assert session.account.remits == FLORIDA
    [listed] = one_time_links.listed(tracker, root)
    assert listed.state(NOW) is InvitationState.USED
    assert listed.used_by == "nora"


def test_a_contributor_is_in_at_once(tracker: Tracker, root: Account) -> None:
    link = one_time_links.invite(tracker, root, Role.CONTRIBUTOR)
    assert found(tracker, one_time_links.join(tracker, link, "nora", PASSWORD))[0].is_complete


def test_inviting_and_joining_are_in_the_log(tracker: Tracker, root: Account) -> None:
    link = one_time_links.invite(tracker, root, Role.MODERATOR, FLORIDA)
    one_time_links.join(tracker, link, "nora", PASSWORD)
    with tracker.store.reading() as connection:
        joined, invited = log.newest(connection, 2)
    assert (invited.action, invited.actor_label) == ("invite", "root")
    assert (joined.action, joined.actor_label, joined.subject_label) == ("join", "nora", "nora")
    assert joined.data["remits"] == ["kratom us-fl"]
    assert joined.data["invited_by"] == "root"


def test_the_link_is_kept_nowhere(tracker: Tracker, root: Account) -> None:
    link = one_time_links.invite(tracker, root, Role.CONTRIBUTOR)
    with tracker.store.reading() as connection:
        assert link not in str(contents(connection))


def test_a_link_works_once(tracker: Tracker, root: Account) -> None:
    link = one_time_links.invite(tracker, root, Role.CONTRIBUTOR)
    one_time_links.join(tracker, link, "nora", PASSWORD)
    unchanged(tracker, lambda: one_time_links.join(tracker, link, "emil", PASSWORD), "used already")
    unchanged(tracker, lambda: one_time_links.invitation(tracker, link), "used already")


def test_two_who_follow_one_link_at_once_make_one_account(tracker: Tracker, root: Account) -> None:
    link = one_time_links.invite(tracker, root, Role.CONTRIBUTOR)
    start, refused = threading.Barrier(2), []

    def join(handle: str) -> None:
        start.wait()
        try:
            one_time_links.join(tracker, link, handle, PASSWORD)
        except LegalmapError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=join, args=(name,)) for name in ("nora", "emil")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(refused) == 1
    assert "used" in refused[0]
    names = {member.account.handle for member in admins.members(tracker, root)}
    assert len(names & {"nora", "emil"}) == 1


@pytest.mark.parametrize("after", [LIFE, LIFE * 1000])
def test_a_link_expires(
    tracker: Tracker, root: Account, clock: time_machine.Traveller, after: timedelta
) -> None:
    link = one_time_links.invite(tracker, root, Role.CONTRIBUTOR)
    clock.shift(after)
    unchanged(tracker, lambda: one_time_links.join(tracker, link, "nora", PASSWORD), "has expired")


@pytest.mark.both_databases
def test_a_link_that_was_taken_back_opens_nothing(tracker: Tracker, root: Account) -> None:
    link = one_time_links.invite(tracker, root, Role.CONTRIBUTOR)
    [listed] = one_time_links.listed(tracker, root)
    one_time_links.revoke(tracker, root, listed.id)
    unchanged(tracker, lambda: one_time_links.join(tracker, link, "nora", PASSWORD), "taken back")
    unchanged(tracker, lambda: one_time_links.revoke(tracker, root, listed.id), "taken back")


@pytest.mark.parametrize(
    "bent",
    [
        lambda t: t[:-1],
        lambda t: t + "A",
        lambda t: t.swapcase(),
        lambda t: f"{t}\x00",
        lambda _: "",
    ],
)
def test_a_link_that_was_tampered_with_is_none(tracker: Tracker, root: Account, bent) -> None:
    link = bent(one_time_links.invite(tracker, root, Role.ADMIN))
    unchanged(
        tracker, lambda: one_time_links.join(tracker, link, "nora", PASSWORD), "no invitation"
    )


def test_who_was_sent_away_leaves_no_doors_open(tracker: Tracker, root: Account) -> None:
    other = an_admin(tracker, "mallory")
    link = one_time_links.invite(tracker, other, Role.ADMIN)
    admins.change_role(tracker, root, "mallory", Role.CONTRIBUTOR, ())
    unchanged(
        tracker, lambda: one_time_links.join(tracker, link, "nora", PASSWORD), "no admin any more"
    )


@pytest.mark.parametrize(
    ("handle", "password", "says"),
    [
        ("ana", PASSWORD, "an account “ana” already"),
        ("legalmap", PASSWORD, "already"),
        ("Nora N", PASSWORD, "handle: Use 1 to 40"),
        ("", PASSWORD, "handle: Use 1 to 40"),
        ("former-7", PASSWORD, "for who has left"),
        ("nora\u202e", PASSWORD, "handle: Use 1 to 40"),
        ("nora", "short", "password: Use at least 12"),
        ("nora", "x" * 5_000_000, "password: Keep the password under"),
    ],
)
def test_a_bad_choice_leaves_the_link_open(
    tracker: Tracker, root: Account, handle: str, password: str, says: str
) -> None:
    link = one_time_links.invite(tracker, root, Role.CONTRIBUTOR)
    unchanged(tracker, lambda: one_time_links.join(tracker, link, handle, password), says)
    assert one_time_links.join(tracker, link, "nora", PASSWORD)


@pytest.mark.parametrize("handle", ["ana", "ben"])
def test_only_admins_invite(tracker: Tracker, root: Account, handle: str) -> None:
    one_time_links.invite(tracker, root, Role.CONTRIBUTOR)
    [listed] = one_time_links.listed(tracker, root)
    who = person(tracker, handle)
    unchanged(tracker, lambda: one_time_links.invite(tracker, who, Role.ADMIN), "manage-accounts")
    unchanged(tracker, lambda: one_time_links.revoke(tracker, who, listed.id), "manage-accounts")
    unchanged(tracker, lambda: one_time_links.listed(tracker, who), "manage-accounts")


def test_an_admin_who_was_demoted_a_moment_ago_invites_nobody(
    tracker: Tracker, root: Account
) -> None:
    """Their page was loaded before: the database is asked again."""
    other = an_admin(tracker, "mallory")
    admins.change_role(tracker, root, "mallory", Role.CONTRIBUTOR, ())
    unchanged(tracker, lambda: one_time_links.invite(tracker, other, Role.ADMIN), "manage-accounts")


@pytest.mark.parametrize("number", [0, 999, 2**31, 10**30])
def test_an_invitation_that_is_none_is_not_taken_back(
    tracker: Tracker, root: Account, number: int
) -> None:
    unchanged(tracker, lambda: one_time_links.revoke(tracker, root, number), "no invitation")


def test_a_note_has_a_length(tracker: Tracker, root: Account) -> None:
    unchanged(
        tracker,
        lambda: one_time_links.invite(tracker, root, Role.CONTRIBUTOR, note="x" * 301),
        "note: Keep this under 300",
    )
