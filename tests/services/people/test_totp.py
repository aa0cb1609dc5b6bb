"""The second factor by app and by recovery code: each code once, each refusal clear and without effect."""

from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
import time_machine

from legalmap.domain.errors import NotSignedIn
from legalmap.domain.people.roles import Role
from legalmap.domain.people.second_factor import Standing
from legalmap.domain.people.sessions import Session
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import accounts, authentication, recovery_codes, totp
from legalmap.services.people.second_factor import Enrolled
from legalmap.store.people import second_factors as kept
from tests.services.build import person
from tests.services.entering import opened, unchanged
from tests.store.build import NOW, PASSWORD, TOTP_SECRET, contents, events_of

TOTP = pyotp.TOTP(TOTP_SECRET)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """The beginning of a step of thirty seconds."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def code_at(seconds: int) -> str:
    return TOTP.at(NOW + timedelta(seconds=seconds))


# Where a session stands after the password


def test_a_contributor_without_a_factor_needs_none(tracker: Tracker) -> None:
    assert opened(tracker, "ana")[0].standing is Standing.COMPLETE


def test_a_moderator_with_a_factor_has_to_show_it(tracker: Tracker) -> None:
    assert opened(tracker, "ben")[0].standing is Standing.TO_PROVE


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
def test_who_may_do_more_and_has_no_factor_sets_one_up(tracker: Tracker, role: Role) -> None:
    credentials = accounts.add(tracker, "dora", role)
    assert opened(tracker, "dora", credentials.password)[0].standing is Standing.TO_ENROL


def test_the_people_of_a_demo_need_none(tracker: Tracker) -> None:
    for credentials in accounts.make_demo_people(tracker):
        assert opened(tracker, credentials.handle, credentials.password)[0].is_complete


def test_a_half_open_session_does_not_last(tracker: Tracker, clock: time_machine.Traveller) -> None:
    _, token = opened(tracker, "ben")
    clock.shift(authentication.UNPROVED_LIFE)
    assert authentication.signed_in(tracker, token) is None


# Codes of the app


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_code_of_this_step_or_the_next_to_it_is_right(tracker: Tracker, seconds: int) -> None:
    session, token = opened(tracker, "ben")
    proved = totp.prove(tracker, session, token, code_at(seconds))
    complete = authentication.signed_in(tracker, proved.token)
    assert complete is not None
    assert complete.is_complete


def test_the_token_is_another_afterwards(tracker: Tracker) -> None:
    session, token = opened(tracker, "ben")
    proved = totp.prove(tracker, session, token, code_at(0))
    assert proved.token != token
    assert authentication.signed_in(tracker, token) is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (code_at(-60), "not right"),
        (code_at(60), "not right"),
        ("000000", "not right"),
        ("", "Enter the six digits"),
        ("12345", "Enter the six digits"),
        ("1234567", "Enter the six digits"),
        ("١٢٣٤٥٦", "Enter the six digits"),
        ("' OR 1=1 --", "Enter the six digits"),
        ("x" * 100_000, "Enter the six digits"),
        ("abcd-efgh-jkmn-pqrs", "not one of yours"),
    ],
)
def test_a_wrong_code_changes_nothing(tracker: Tracker, typed: str, says: str) -> None:
    session, token = opened(tracker, "ben")
    unchanged(tracker, lambda: totp.prove(tracker, session, token, typed), says)
    assert authentication.signed_in(tracker, token) == session


def test_a_code_may_be_typed_with_a_gap(tracker: Tracker) -> None:
    session, token = opened(tracker, "ben")
    code = code_at(0)
    assert totp.prove(tracker, session, token, f" {code[:3]} {code[3:]}\n").token


def test_no_code_is_taken_twice(tracker: Tracker) -> None:
    session, token = opened(tracker, "ben")
    totp.prove(tracker, session, token, code_at(0))
    again, other = opened(tracker, "ben")
    unchanged(tracker, lambda: totp.prove(tracker, again, other, code_at(0)), "used already")


def test_nor_is_an_older_one_after_a_newer(tracker: Tracker) -> None:
    session, token = opened(tracker, "ben")
    totp.prove(tracker, session, token, code_at(30))
    again, other = opened(tracker, "ben")
    unchanged(tracker, lambda: totp.prove(tracker, again, other, code_at(0)), "used already")


def test_a_clock_that_was_set_back_takes_no_code_again(
    tracker: Tracker, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=1))
    session, token = opened(tracker, "ben")
    totp.prove(tracker, session, token, code_at(86_400))
    clock.shift(timedelta(days=-1))
    again, other = opened(tracker, "ben")
    unchanged(tracker, lambda: totp.prove(tracker, again, other, code_at(0)), "used already")


def test_two_browsers_cannot_take_one_code(tracker: Tracker) -> None:
    """Both passed the look at the last step; only one of them moves it."""
    with tracker.store.writing() as connection:
        ben = person(tracker, "ben").id
        assert kept.take_step(connection, ben, 5)
        assert not kept.take_step(connection, ben, 5)
        assert not kept.take_step(connection, ben, 4)


def test_a_session_that_has_ended_is_not_completed(tracker: Tracker) -> None:
    session, token = opened(tracker, "ben")
    authentication.sign_out(tracker, token)
    with pytest.raises(NotSignedIn):
        totp.prove(tracker, session, token, code_at(0))


# Setting one up


def a_moderator(tracker: Tracker) -> tuple[Session, str]:
    credentials = accounts.add(tracker, "dora", Role.MODERATOR, PASSWORD)
    return opened(tracker, "dora", credentials.password)


def first_code(setup: totp.Setup) -> str:
    return pyotp.TOTP(setup.secret).at(NOW)


def enrolled(tracker: Tracker) -> tuple[Session, Enrolled]:
    session, token = a_moderator(tracker)
    setup = totp.begin(tracker, session, token)
    result = totp.enrol(
        tracker, session, token, challenge_id=setup.challenge_id, code=first_code(setup)
    )
    complete = authentication.signed_in(tracker, result.token)
    assert complete is not None
    return complete, result


def test_a_moderator_sets_up_an_app_and_is_in(tracker: Tracker) -> None:
    session, setup_result = enrolled(tracker)
    assert session.is_complete
    assert len(set(setup_result.codes)) == 10
    with tracker.store.reading() as connection:
        acts = [event.action for event in events_of(connection, "account", session.account.id)]
    assert acts == ["account-add", "authenticator-add", "sign-in"]


def test_the_first_code_does_not_sign_in_as_well(tracker: Tracker) -> None:
    session, token = a_moderator(tracker)
    setup = totp.begin(tracker, session, token)
    code = first_code(setup)
    totp.enrol(tracker, session, token, challenge_id=setup.challenge_id, code=code)
    again, other = opened(tracker, "dora")
    unchanged(tracker, lambda: totp.prove(tracker, again, other, code), "used already")


def test_a_wrong_first_code_changes_nothing_and_the_key_stays(tracker: Tracker) -> None:
    session, token = a_moderator(tracker)
    setup = totp.begin(tracker, session, token)

    def enrol() -> object:
        return totp.enrol(tracker, session, token, challenge_id=setup.challenge_id, code="000000")

    unchanged(tracker, enrol, "not right")
    assert totp.begin(tracker, session, token) == setup


@pytest.mark.both_databases
def test_a_phone_that_loads_the_page_once_more_finds_the_key_it_scanned(tracker: Tracker) -> None:
    session, token = a_moderator(tracker)
    setup = totp.begin(tracker, session, token)
    assert totp.begin(tracker, session, token) == setup
    session, other = opened(tracker, session.account.handle)
    assert totp.begin(tracker, session, other).secret != setup.secret


def test_a_key_that_was_not_used_in_time_is_no_key(
    tracker: Tracker, clock: time_machine.Traveller
) -> None:
    session, token = a_moderator(tracker)
    setup = totp.begin(tracker, session, token)
    clock.shift(totp.SETUP_LIFE)

    def enrol() -> object:
        return totp.enrol(
            tracker, session, token, challenge_id=setup.challenge_id, code=first_code(setup)
        )

    unchanged(tracker, enrol, "grown old")


def test_a_key_that_somebody_else_scanned_is_not_taken(tracker: Tracker) -> None:
    session, token = a_moderator(tracker)
    ana, other = opened(tracker, "ana")
    setup = totp.begin(tracker, ana, other)

    def enrol() -> object:
        return totp.enrol(
            tracker, session, token, challenge_id=setup.challenge_id, code=first_code(setup)
        )

    unchanged(tracker, enrol, "grown old")


def test_who_has_a_factor_shows_it_before_adding_another(tracker: Tracker) -> None:
    session, token = opened(tracker, "ben")
    unchanged(tracker, lambda: totp.begin(tracker, session, token), "Show your second factor")


def test_a_thief_of_a_session_cannot_add_a_factor(tracker: Tracker) -> None:
    ana, token = opened(tracker, "ana")
    setup = totp.begin(tracker, ana, token)
    sent = {"challenge_id": setup.challenge_id, "code": first_code(setup)}
    unchanged(tracker, lambda: totp.enrol(tracker, ana, token, **sent), "Enter your password")
    wrong = {**sent, "password": "a wrong password"}
    unchanged(tracker, lambda: totp.enrol(tracker, ana, token, **wrong), "not your password")
    assert totp.enrol(tracker, ana, token, **sent, password=PASSWORD).codes


# Recovery codes


@pytest.mark.both_databases
def test_a_recovery_code_opens_once(tracker: Tracker) -> None:
    _, setup_result = enrolled(tracker)
    session, token = opened(tracker, "dora")
    proved = totp.prove(tracker, session, token, setup_result.codes[3].upper())
    assert proved.codes_left == 9
    again, other = opened(tracker, "dora")
    code = setup_result.codes[3]
    unchanged(tracker, lambda: totp.prove(tracker, again, other, code), "used before")


def test_a_recovery_code_of_somebody_else_opens_nothing(tracker: Tracker) -> None:
    _, setup_result = enrolled(tracker)
    ben, token = opened(tracker, "ben")
    unchanged(
        tracker, lambda: totp.prove(tracker, ben, token, setup_result.codes[0]), "not one of yours"
    )


def test_recovery_codes_are_stored_as_hashes_only(tracker: Tracker) -> None:
    _, setup_result = enrolled(tracker)
    with tracker.store.reading() as connection:
        stored = str(contents(connection))
    for code in setup_result.codes:
        assert code not in stored
        assert code.replace("-", "") not in stored


def test_new_recovery_codes_end_the_old(tracker: Tracker) -> None:
    session, setup_result = enrolled(tracker)
    unchanged(tracker, lambda: recovery_codes.renew(tracker, session, "wrong"), "not your password")
    fresh = recovery_codes.renew(tracker, session, PASSWORD)
    assert not set(fresh) & set(setup_result.codes)
    again, other = opened(tracker, "dora")
    old = setup_result.codes[0]
    unchanged(tracker, lambda: totp.prove(tracker, again, other, old), "not one of yours")
    assert totp.prove(tracker, again, other, fresh[0]).codes_left == 9


def test_there_are_no_codes_without_a_factor(tracker: Tracker) -> None:
    ana, _ = opened(tracker, "ana")
    unchanged(tracker, lambda: recovery_codes.renew(tracker, ana, PASSWORD), "first")


# Doing without


def test_a_moderator_keeps_the_last_factor(tracker: Tracker) -> None:
    session, _ = enrolled(tracker)
    unchanged(tracker, lambda: totp.turn_off(tracker, session, PASSWORD), "only second factor")


def test_a_contributor_may_do_without_again_and_the_codes_go_too(tracker: Tracker) -> None:
    ana, token = opened(tracker, "ana")
    setup = totp.begin(tracker, ana, token)
    setup_result = totp.enrol(
        tracker,
        ana,
        token,
        challenge_id=setup.challenge_id,
        code=first_code(setup),
        password=PASSWORD,
    )
    assert opened(tracker, "ana")[0].standing is Standing.TO_PROVE
    proved = authentication.signed_in(tracker, setup_result.token)
    assert proved is not None
    totp.turn_off(tracker, proved, PASSWORD)
    assert opened(tracker, "ana")[0].is_complete
    with tracker.store.reading() as connection:
        assert kept.recovery_codes_left(connection, ana.account.id) == 0


def test_the_command_line_helps_who_has_lost_everything(tracker: Tracker) -> None:
    enrolled(tracker)
    same = accounts.reset(tracker, "dora")
    assert opened(tracker, "dora", same.password)[0].standing is Standing.TO_PROVE
    bare = accounts.reset(tracker, "dora", factors_too=True)
    assert opened(tracker, "dora", bare.password)[0].standing is Standing.TO_ENROL
