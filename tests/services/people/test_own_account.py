"""One's own account: sessions, password, address, interest; and leaving, which keeps history."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import time_machine

from legalmap.domain.people.roles import Role
from legalmap.services.core.tracker import Tracker
from legalmap.services.notifying import mail_delivery
from legalmap.services.people import accounts, admins, authentication, own_account, totp
from legalmap.store import log
from legalmap.store.history import records
from legalmap.store.tables import account, event, metadata, outbox
from tests.services.build import decide, person, propose
from tests.services.entering import an_admin, code_of, entered, found, opened, unchanged
from tests.store.build import NOW, PASSWORD

NEW = "another horse battery staple"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


# Sessions


def test_sessions_are_listed_the_last_used_first(
    tracker: Tracker, clock: time_machine.Traveller
) -> None:
    first, _ = opened(tracker, "ana")
    clock.shift(3_600)
    second, _ = opened(tracker, "ana")
    opened(tracker, "ben")
    listed = own_account.overview(tracker, second).sessions
    assert [session.public_id for session in listed] == [second.public_id, first.public_id]
    assert listed[0].label == "Firefox on Linux"


@pytest.mark.both_databases
def test_a_session_that_is_used_is_seen(tracker: Tracker, clock: time_machine.Traveller) -> None:
    session, token = opened(tracker, "ana")
    clock.shift(3_600)
    authentication.signed_in(tracker, token)
    [listed] = own_account.overview(tracker, session).sessions
    assert (listed.seen_at - listed.created_at).total_seconds() == 3_600


@pytest.mark.both_databases
def test_one_other_session_is_ended(tracker: Tracker) -> None:
    here, token = opened(tracker, "ana")
    there, other = opened(tracker, "ana")
    own_account.end_session(tracker, here, there.public_id)
    assert authentication.signed_in(tracker, other) is None
    assert authentication.signed_in(tracker, token)
    unchanged(
        tracker, lambda: own_account.end_session(tracker, here, there.public_id), "ended already"
    )


@pytest.mark.parametrize("public_id", ["", "x", "'; DROP TABLE session", "\x00"])
def test_a_session_that_is_none_of_ours_stays(tracker: Tracker, public_id: str) -> None:
    here, _ = opened(tracker, "ana")
    _, theirs = opened(tracker, "ben")
    unchanged(tracker, lambda: own_account.end_session(tracker, here, public_id), "ended already")
    ben, _ = found(tracker, theirs)
    unchanged(
        tracker, lambda: own_account.end_session(tracker, here, ben.public_id), "ended already"
    )


def test_all_others_are_ended_and_nobody_elses(tracker: Tracker) -> None:
    here, token = opened(tracker, "ana")
    others = [opened(tracker, "ana")[1] for _ in range(3)]
    _, theirs = opened(tracker, "ben")
    assert own_account.end_other_sessions(tracker, here) == 3
    assert [authentication.signed_in(tracker, other) for other in others] == [None] * 3
    assert authentication.signed_in(tracker, token)
    assert authentication.signed_in(tracker, theirs)


# Password, address, interest


def test_another_password_ends_every_other_session(tracker: Tracker) -> None:
    here, token = entered(tracker, "ben")
    _, other = opened(tracker, "ben")
    fresh = own_account.change_password(tracker, here, token, PASSWORD, NEW)
    assert authentication.signed_in(tracker, other) is None
    assert authentication.signed_in(tracker, token) is None
    assert found(tracker, fresh)[0].is_complete
    unchanged(
        tracker, lambda: authentication.sign_in(tracker, "ben", PASSWORD), "name or the password"
    )
    assert authentication.sign_in(tracker, "ben", NEW)


@pytest.mark.parametrize(
    ("password", "new", "says"),
    [
        ("", NEW, "password: Enter your password"),
        ("wrong", NEW, "password: This is not your password"),
        (PASSWORD, "short", "new_password: Use at least 12"),
        (PASSWORD, PASSWORD, "new_password: This is the password you have"),
        (PASSWORD, "x" * 1_001, "new_password: Keep the password under"),
    ],
)
def test_a_password_that_is_not_changed(
    tracker: Tracker, password: str, new: str, says: str
) -> None:
    here, token = opened(tracker, "ana")
    unchanged(
        tracker, lambda: own_account.change_password(tracker, here, token, password, new), says
    )


def test_an_address_is_kept_and_the_log_does_not_say_it(tracker: Tracker) -> None:
    here, _ = opened(tracker, "ana")
    own_account.change_email(tracker, here, " ana@law.example ", PASSWORD)
    assert person(tracker, "ana").email == "ana@law.example"
    with tracker.store.reading() as connection:
        [event] = log.newest(connection, 1)
    assert event.data == {"mail": "Given", "mail_before": "None"}
    own_account.change_email(tracker, here, "", PASSWORD)
    assert person(tracker, "ana").email is None


@pytest.mark.parametrize(
    "email",
    ["ana", "ana@", "a@b.example, c@d.example", "a@b.example\r\nBcc: x@y.example", "a" * 300],
)
def test_what_is_no_address_is_refused(tracker: Tracker, email: str) -> None:
    here, _ = opened(tracker, "ana")
    unchanged(
        tracker, lambda: own_account.change_email(tracker, here, email, PASSWORD), "one address"
    )


def test_changing_the_address_asks_for_the_password(tracker: Tracker) -> None:
    here, _ = opened(tracker, "ana")
    unchanged(
        tracker, lambda: own_account.change_email(tracker, here, "a@b.example", "x"), "not your"
    )


def test_an_interest_is_shown_and_logged(tracker: Tracker) -> None:
    here, _ = opened(tracker, "ana")
    own_account.disclose(tracker, here, " Works for a shop ")
    assert person(tracker, "ana").interest == "Works for a shop"


@pytest.mark.parametrize(
    ("interest", "says"),
    [
        ("x" * 301, "under 300"),
        ("a\nb", "one line"),
        ("a\x07", "invisible"),
        ("a\u202eb", "invisible"),
    ],
)
def test_an_interest_is_one_plain_line(tracker: Tracker, interest: str, says: str) -> None:
    here, _ = opened(tracker, "ana")
    unchanged(tracker, lambda: own_account.disclose(tracker, here, interest), says)


# Leaving


@pytest.mark.both_databases
def test_leaving_anonymises_and_keeps_history(tracker: Tracker) -> None:
    proposed = propose(tracker, by="ana")
    decide(tracker, proposed, by="ben")
    here, token = opened(tracker, "ana")
    own_account.change_email(tracker, here, "ana@law.example", PASSWORD)
    own_account.disclose(tracker, here, "Works for a shop")
    here, token = found(tracker, token)
    setup = totp.begin(tracker, here, token)
    enrolled = totp.enrol(
        tracker,
        here,
        token,
        challenge_id=setup.challenge_id,
        code=code_of(setup.secret),
        password=PASSWORD,
    )
    here, token = found(tracker, enrolled.token)
    own_account.leave(tracker, here, PASSWORD, sure=True)

    me = here.account.id
    former = person(tracker, f"former-{me}")
    assert (former.id, former.is_active) == (me, False)
    assert (former.email, former.interest) == (None, "")
    assert authentication.signed_in(tracker, token) is None
    with tracker.store.reading() as connection:
        row = connection.execute(sa.select(account).where(account.c.id == me)).one()
        assert (row.password_hash, row.totp_secret) == (None, None)
        for name in ("session", "passkey", "recovery_code", "challenge", "draft", "notice"):
            table = metadata.tables[name]
            owner = table.c.owner_id if name == "draft" else table.c.account_id
            assert connection.execute(sa.select(table).where(owner == me)).all() == [], name
        published = records.revision_by_id(connection, proposed.id)
        assert published is not None
        assert published.author == f"former-{me}"
        assert published.published_at
        # The log keeps the name of the time.
        labels = set(
            connection.scalars(sa.select(event.c.actor_label).where(event.c.actor_id == me))
        )
        assert labels == {"ana"}
    for name in ("ana", f"former-{me}"):
        unchanged(
            tracker,
            lambda name=name: authentication.sign_in(tracker, name, PASSWORD),
            "name or the",
        )


@pytest.mark.parametrize(
    ("password", "sure", "says"),
    [
        (PASSWORD, False, "sure: Tick this"),
        ("wrong", True, "password: This is not your password"),
        ("", True, "password: Enter your password"),
    ],
)
def test_leaving_asks_twice(tracker: Tracker, password: str, sure: bool, says: str) -> None:
    here, _ = opened(tracker, "ana")
    unchanged(tracker, lambda: own_account.leave(tracker, here, password, sure=sure), says)


def test_mail_that_waits_does_not_go_to_an_address_that_was_changed(tracker: Tracker) -> None:
    tracker.store.mails = True
    here, _ = opened(tracker, "ana")
    with tracker.store.writing() as connection:
        mail_delivery.post(connection, "old@law.example", "Hello", "Text", here.account.id)
    own_account.change_email(tracker, here, "new@law.example", PASSWORD)
    with tracker.store.reading() as connection:
        [row] = connection.execute(sa.select(outbox))
    assert (row.address, row.body, row.next_at) == ("", "", None)


def test_the_last_admin_cannot_leave(tracker: Tracker) -> None:
    an_admin(tracker)
    here, _ = entered(tracker, "root")
    unchanged(tracker, lambda: own_account.leave(tracker, here, PASSWORD, sure=True), "last admin")
    an_admin(tracker, "other")
    own_account.leave(tracker, here, PASSWORD, sure=True)


def test_who_has_left_is_not_let_in_again(tracker: Tracker) -> None:
    root = an_admin(tracker)
    here, _ = opened(tracker, "ana")
    own_account.leave(tracker, here, PASSWORD, sure=True)
    former = f"former-{here.account.id}"
    unchanged(tracker, lambda: admins.enable(tracker, root, former), "not disabled")
    unchanged(
        tracker, lambda: admins.change_role(tracker, root, former, Role.ADMIN, ()), "has left"
    )
    unchanged(tracker, lambda: accounts.reset(tracker, former), "has left")
    assert former not in [member.account.handle for member in admins.members(tracker, root)]
