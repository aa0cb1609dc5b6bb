"""A link for a new password: made by admins for others, used once, in time, and no way around a factor."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine

from legalmap.domain.errors import Forbidden, Invalid
from legalmap.domain.people.accounts import Account
from legalmap.domain.people.invitations import LIFE
from legalmap.domain.people.roles import Role
from legalmap.domain.people.second_factor import Standing
from legalmap.services.core.tracker import Tracker
from legalmap.services.notifying import notices
from legalmap.services.people import accounts, admins, authentication, one_time_links, totp
from legalmap.store import log
from tests.services.build import person
from tests.services.entering import an_admin, entered, found, opened, unchanged
from tests.store.build import NOW, PASSWORD, contents

NEW = f"{PASSWORD}, another"
CLOSED = "Ask an admin for a new one"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def root(tracker: Tracker) -> Account:
    """An admin."""
    return an_admin(tracker)


def test_who_has_the_link_sets_a_password_and_is_in(tracker: Tracker, root: Account) -> None:
    link = one_time_links.offer(tracker, root, "ana")
    assert one_time_links.recovery(tracker, link).account.handle == "ana"
    session, _ = found(tracker, one_time_links.recover(tracker, link, NEW))
    assert (session.account.handle, session.is_complete) == ("ana", True)
    assert opened(tracker, "ana", NEW)
    with pytest.raises(Invalid, match="not right"):
        authentication.sign_in(tracker, "ana", PASSWORD)


def test_a_second_factor_is_asked_for_as_after_any_password(
    tracker: Tracker, root: Account
) -> None:
    an_admin(tracker, "rita")
    link = one_time_links.offer(tracker, root, "rita")
    session, _ = found(tracker, one_time_links.recover(tracker, link, NEW))
    assert session.standing is Standing.TO_PROVE


def test_a_role_that_needs_one_sets_one_up(tracker: Tracker, root: Account) -> None:
    accounts.add(tracker, "mona", Role.MODERATOR, PASSWORD)
    link = one_time_links.offer(tracker, root, "mona")
    session, _ = found(tracker, one_time_links.recover(tracker, link, NEW))
    assert session.standing is Standing.TO_ENROL


def test_every_browser_is_signed_out_when_it_is_used_and_not_before(
    tracker: Tracker, root: Account
) -> None:
    _, token = entered(tracker, "ana")
    link = one_time_links.offer(tracker, root, "ana")
    assert authentication.signed_in(tracker, token) is not None
    one_time_links.recover(tracker, link, NEW)
    assert authentication.signed_in(tracker, token) is None


def test_it_is_in_the_log_and_its_owner_is_told(tracker: Tracker, root: Account) -> None:
    link = one_time_links.offer(tracker, root, "ana")
    ana = person(tracker, "ana")
    (notice,) = notices.of_account(tracker, ana)
    assert notice.text.startswith("root made a link by which a new password can be set")
    _, token = entered(tracker, "ana")
    one_time_links.recover(tracker, link, NEW)
    assert authentication.signed_in(tracker, token) is None
    with tracker.store.reading() as connection:
        events = [event for event in log.newest(connection, 9) if "account-" in event.action]
    offered, used = events[-1], events[-2]
    assert (offered.action, offered.actor_label, offered.subject_label) == (
        "account-link",
        "root",
        "ana",
    )
    assert (used.action, used.actor_label, used.data) == ("account-recover", "ana", {"sessions": 1})


@pytest.mark.both_databases
def test_the_link_and_the_password_are_kept_nowhere(tracker: Tracker, root: Account) -> None:
    link = one_time_links.offer(tracker, root, "ana")
    one_time_links.recover(tracker, link, NEW)
    with tracker.store.reading() as connection:
        stored = str(contents(connection))
    assert link not in stored
    assert NEW not in stored


def used(tracker: Tracker, link: str) -> None:
    one_time_links.recover(tracker, link, NEW)


def replaced(tracker: Tracker, _link: str) -> None:
    one_time_links.offer(tracker, person(tracker, "root"), "ana")


def closed(tracker: Tracker, _link: str) -> None:
    admins.disable(tracker, person(tracker, "root"), "ana")


def sent_away(tracker: Tracker, _link: str) -> None:
    admins.disable(tracker, an_admin(tracker, "rita"), "root")


def demoted(tracker: Tracker, _link: str) -> None:
    admins.change_role(tracker, an_admin(tracker, "rita"), "root", Role.MODERATOR, ())


def nothing(_tracker: Tracker, _link: str) -> None:
    """Time alone passes."""


# Why a link does not work, and how long after it was made.
WHY_NOT: list[tuple[str, Callable[[Tracker, str], None], timedelta]] = [
    ("it was used", used, timedelta()),
    ("there is a newer one", replaced, timedelta()),
    ("the account was closed meanwhile", closed, timedelta()),
    ("who made it was sent away", sent_away, timedelta()),
    ("who made it is no admin any more", demoted, timedelta()),
    ("a week is over", nothing, LIFE),
]


@pytest.mark.parametrize(
    ("meanwhile", "later"), [row[1:] for row in WHY_NOT], ids=[row[0] for row in WHY_NOT]
)
def test_a_link_that_is_void_changes_nothing(
    tracker: Tracker,
    root: Account,
    clock: time_machine.Traveller,
    meanwhile: Callable[[Tracker, str], None],
    later: timedelta,
) -> None:
    link = one_time_links.offer(tracker, root, "ana")
    meanwhile(tracker, link)
    clock.shift(later)
    unchanged(tracker, lambda: one_time_links.recovery(tracker, link), CLOSED)
    unchanged(tracker, lambda: one_time_links.recover(tracker, link, f"{NEW} once more"), CLOSED)


def test_it_works_until_the_week_is_over(
    tracker: Tracker, root: Account, clock: time_machine.Traveller
) -> None:
    link = one_time_links.offer(tracker, root, "ana")
    clock.shift(LIFE - timedelta(seconds=1))
    assert one_time_links.recover(tracker, link, NEW)


def test_what_is_not_long_enough_leaves_the_link(tracker: Tracker, root: Account) -> None:
    link = one_time_links.offer(tracker, root, "ana")
    unchanged(tracker, lambda: one_time_links.recover(tracker, link, "short"), "at least 12")
    assert one_time_links.recover(tracker, link, NEW)


def test_a_made_up_link_and_one_for_another_thing_open_nothing(
    tracker: Tracker, root: Account
) -> None:
    session, session_token = entered(tracker, "ana")
    setup = totp.begin(tracker, session, session_token)
    for made_up in ("", "x", "\x00", setup.challenge_id):
        unchanged(tracker, lambda token=made_up: one_time_links.recovery(tracker, token), CLOSED)  # type: ignore[misc]


def test_nobody_makes_one_for_themselves_nor_who_is_no_admin(
    tracker: Tracker, root: Account
) -> None:
    with pytest.raises(Forbidden):
        one_time_links.offer(tracker, root, "root")
    with pytest.raises(Forbidden):
        one_time_links.offer(tracker, person(tracker, "ben"), "ana")
    admins.disable(tracker, root, "ana")
    unchanged(
        tracker, lambda: one_time_links.offer(tracker, root, "ana"), "let them in again first"
    )
