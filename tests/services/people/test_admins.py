"""Roles and remits, changed by admins; never one's own, and never the last admin's."""

import threading

import pytest

from legalmap.domain.desk.moderation import Act, Verdict
from legalmap.domain.errors import Forbidden, LegalmapError
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Role
from legalmap.domain.people.second_factor import Standing
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import accounts, admins, authentication
from legalmap.services.reviewing import review
from legalmap.store import log
from tests.services.build import decide, person, propose
from tests.services.entering import an_admin, entered, opened, unchanged
from tests.store.build import PASSWORD, counted_queries


@pytest.fixture
def root(tracker: Tracker) -> Account:
    """An admin."""
    return an_admin(tracker)


def test_a_role_is_another_at_once_and_the_log_says_from_what(
    tracker: Tracker, root: Account
) -> None:
    _, token = entered(tracker, "ben")
    admins.change_role(tracker, root, "ben", Role.CONTRIBUTOR, ())
    now = authentication.signed_in(tracker, token)
    assert now is not None
    assert now.account.role is Role.CONTRIBUTOR
    admins.change_role(tracker, root, "ana", Role.MODERATOR, (Remit(None, "us-al"),))
    # The role needs what she has not set up yet.
    assert opened(tracker, "ana")[0].standing is Standing.TO_ENROL
    with tracker.store.reading() as connection:
        [event] = log.newest(connection, 1)
    assert event.data == {
        "role": "moderator",
        "role_before": "contributor",
        "remits": ["us-al"],
        "remits_before": [],
    }


REFUSED = [
    # What an admin tries, with whom, and why not.
    (
        "their own role",
        lambda t, r: admins.change_role(t, r, "root", Role.CONTRIBUTOR, ()),
        "own role",
    ),
    ("their own access", lambda t, r: admins.disable(t, r, "root"), "own role"),
    ("their own factors", lambda t, r: admins.reset_factors(t, r, "root"), "own role"),
    ("nobody", lambda t, r: admins.disable(t, r, "nobody"), "no account"),
    ("a name with a NUL", lambda t, r: admins.disable(t, r, "an\x00a"), "no account"),
    ("the system", lambda t, r: admins.disable(t, r, "legalmap"), "no account"),
    ("an open account", lambda t, r: admins.enable(t, r, "ana"), "not disabled"),
    ("no factors", lambda t, r: admins.reset_factors(t, r, "ana"), "no second factor"),
    (
        "remits of a contributor",
        lambda t, r: admins.change_role(t, r, "ana", Role.CONTRIBUTOR, (Remit("kratom"),)),
        "remits: Only the role of a moderator",
    ),
]


@pytest.mark.parametrize(("act", "says"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_an_admin_may_not(tracker: Tracker, root: Account, act, says: str) -> None:
    unchanged(tracker, lambda: act(tracker, root), says)


@pytest.mark.parametrize("handle", ["ana", "ben"])
def test_others_manage_nobody(tracker: Tracker, root: Account, handle: str) -> None:
    who = person(tracker, handle)
    for act in (
        lambda: admins.members(tracker, who),
        lambda: admins.member(tracker, who, "cleo"),
        lambda: admins.change_role(tracker, who, "cleo", Role.ADMIN, ()),
        lambda: admins.disable(tracker, who, "cleo"),
        lambda: admins.enable(tracker, who, "cleo"),
        lambda: admins.reset_factors(tracker, who, "cleo"),
    ):
        unchanged(tracker, act, "manage-accounts")


def test_a_disabled_person_is_out_and_in_again(tracker: Tracker, root: Account) -> None:
    _, token = entered(tracker, "ana")
    admins.disable(tracker, root, "ana")
    assert authentication.signed_in(tracker, token) is None
    unchanged(
        tracker, lambda: authentication.sign_in(tracker, "ana", PASSWORD), "name or the password"
    )
    unchanged(tracker, lambda: admins.disable(tracker, root, "ana"), "disabled already")
    admins.enable(tracker, root, "ana")
    assert opened(tracker, "ana")[0].is_complete


def test_who_lost_the_second_factor_is_helped(tracker: Tracker, root: Account) -> None:
    _, token = entered(tracker, "ben")
    admins.reset_factors(tracker, root, "ben")
    assert authentication.signed_in(tracker, token) is None
    assert opened(tracker, "ben")[0].standing is Standing.TO_ENROL


def test_the_last_admin_is_not_closed_from_the_command_line(
    tracker: Tracker, root: Account
) -> None:
    unchanged(tracker, lambda: accounts.disable(tracker, "root"), "last admin")
    an_admin(tracker, "other")
    accounts.disable(tracker, "root")


def test_two_admins_who_demote_each_other_at_once_leave_one(
    tracker: Tracker, root: Account
) -> None:
    other = an_admin(tracker, "other")
    start, refused = threading.Barrier(2), []

    def demote(actor: Account, handle: str) -> None:
        start.wait()
        try:
            admins.change_role(tracker, actor, handle, Role.CONTRIBUTOR, ())
        except LegalmapError as error:
            refused.append(error)

    threads = [
        threading.Thread(target=demote, args=(root, "other")),
        threading.Thread(target=demote, args=(other, "root")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(refused) == 1
    roles = {person(tracker, name).role for name in ("root", "other")}
    assert roles == {Role.ADMIN, Role.CONTRIBUTOR}


# Remits


@pytest.mark.parametrize(
    ("text", "remits"),
    [
        ("", ()),
        (" \n\n", ()),
        ("kratom", (Remit("kratom"),)),
        ("us-fl", (Remit(None, "us-fl"),)),
        ("US-FL kratom\r\nth", (Remit("kratom", "us-fl"), Remit(None, "th"))),
        # An alias is another name of the same place.
        ("pr", (Remit(None, "us-pr"),)),
        ("th\nth", (Remit(None, "th"),)),
    ],
)
def test_remits_are_written_a_line_each(
    tracker: Tracker, text: str, remits: tuple[Remit, ...]
) -> None:
    assert admins.remits_of(tracker, text) == remits


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("us-fl\nnowhere", "Line 2: there is no topic and no place “nowhere”"),
        ("us-fl us-al", "Line 1: write one topic, one place"),
        ("kratom 7-oh", "Line 1: write one topic, one place"),
        ("\u202eus-fl", "Line 1: there is no topic"),
        ("us-fl\x00", "Line 1: there is no topic"),
        ("x" * 5_000, "Line 1: there is no topic"),
        ("th\n" * 51, "Keep it to 50 lines"),
    ],
)
def test_a_line_that_names_nothing_is_told(tracker: Tracker, text: str, says: str) -> None:
    unchanged(tracker, lambda: admins.remits_of(tracker, text), says)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("remits", "allowed"),
    [
        ((), True),
        ((Remit("kratom"),), True),
        ((Remit(None, "us-al"),), True),
        # The country stands above the state.
        ((Remit(None, "us"),), True),
        ((Remit("kratom", "us"),), True),
        ((Remit(None, "us-fl"), Remit(None, "us-al")), True),
        ((Remit(None, "us-fl"),), False),
        ((Remit("7-oh"),), False),
        ((Remit("7-oh", "us-al"),), False),
        # A county stands below it.
        ((Remit(None, "us-al-mobile-county"),), False),
    ],
)
def test_a_moderator_decides_within_the_remit_only(
    tracker: Tracker, root: Account, remits: tuple[Remit, ...], allowed: bool
) -> None:
    admins.change_role(tracker, root, "ben", Role.MODERATOR, remits)
    waiting = propose(tracker)
    sheet = review.sheet(tracker, person(tracker, "ben"), waiting.id)
    assert (Act.APPROVE in sheet.allowed) is allowed
    if allowed:
        assert decide(tracker, waiting).published_at
        return
    unchanged(tracker, lambda: decide(tracker, waiting), "You moderate other places or topics")
    for verdict in Verdict:
        with pytest.raises(Forbidden):
            decide(tracker, waiting, verdict)


@pytest.mark.both_databases
def test_people_are_listed_by_as_many_queries_however_many_they_are(
    tracker: Tracker, root: Account
) -> None:
    with counted_queries(tracker.store) as few:
        admins.members(tracker, root)
    for number in range(20):
        credentials = accounts.add(tracker, f"person-{number}", Role.MODERATOR)
        admins.change_role(tracker, root, credentials.handle, Role.MODERATOR, (Remit("kratom"),))
    with counted_queries(tracker.store) as many:
        assert len(admins.members(tracker, root)) == 24
    assert len(many) == len(few)


def test_a_session_of_before_does_not_set_up_the_second_factor_of_a_greater_role(
    tracker: Tracker, root: Account
) -> None:
    """Else whoever found a browser open yesterday would be the moderator of today, without a password."""
    _, token = entered(tracker, "ana")
    admins.change_role(tracker, root, "ana", Role.MODERATOR, ())
    assert authentication.signed_in(tracker, token) is None
