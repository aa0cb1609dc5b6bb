"""Passkeys: what a browser answers is verified, counts once and in time, and for one account and host."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine

from legalmap.domain.errors import Invalid
from legalmap.domain.people.roles import Role
from legalmap.domain.people.second_factor import Standing
from legalmap.domain.people.sessions import Session
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import accounts, authentication, passkeys
from legalmap.services.people.passkeys import Site
from legalmap.services.people.totp import Enrolled
from legalmap.store import log
from tests.services.authenticator import Authenticator
from tests.services.entering import opened, unchanged
from tests.store.build import NOW, PASSWORD

SITE = Site("law.example", "https://law.example")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def dora(tracker: Tracker) -> tuple[Session, str]:
    """A moderator who has no second factor yet."""
    accounts.add(tracker, "dora", Role.MODERATOR, PASSWORD)
    return opened(tracker, "dora")


def add(
    tracker: Tracker, who: tuple[Session, str], key: Authenticator, name: str = "Blue key"
) -> Enrolled:
    """Make a passkey of ``key``."""
    session, token = who
    challenge = passkeys.begin_adding(tracker, session, SITE)
    return passkeys.add(
        tracker,
        session,
        token,
        SITE,
        challenge_id=challenge.challenge_id,
        answer=key.make(challenge.options),
        name=name,
        password=PASSWORD,
    )


def test_a_moderator_makes_a_passkey_and_is_in(tracker: Tracker, dora: tuple[Session, str]) -> None:
    enrolled = add(tracker, dora, Authenticator())
    session = authentication.signed_in(tracker, enrolled.token)
    assert session is not None
    assert session.is_complete
    assert len(enrolled.codes) == 10
    assert [key.name for key in passkeys.owned(tracker, session)] == ["Blue key"]


@pytest.mark.both_databases
def test_it_is_asked_for_and_opens_the_next_session(
    tracker: Tracker, dora: tuple[Session, str]
) -> None:
    key = Authenticator()
    add(tracker, dora, key)
    session, token = opened(tracker, "dora")
    assert session.standing is Standing.TO_PROVE
    challenge = passkeys.begin_proving(tracker, session, SITE)
    assert challenge is not None
    proved = passkeys.prove(
        tracker,
        session,
        token,
        SITE,
        challenge_id=challenge.challenge_id,
        answer=key.show(challenge.options),
    )
    assert authentication.signed_in(tracker, token) is None
    complete = authentication.signed_in(tracker, proved.token)
    assert complete is not None
    assert complete.is_complete


def test_who_has_none_is_asked_for_none(tracker: Tracker) -> None:
    session, _ = opened(tracker, "ben")
    assert passkeys.begin_proving(tracker, session, SITE) is None


WRONG_ADDITIONS: list[tuple[str, dict[str, Any], Callable[[str], str], str]] = [
    # Made for another site that looks like ours.
    ("another origin", {"origin": "https://1aw.example"}, str, "could not be verified"),
    # Not the answer to what was asked.
    ("another challenge", {"challenge": "AAAA"}, str, "could not be verified"),
    ("an assertion instead", {"type": "webauthn.get"}, str, "could not be verified"),
    ("not JSON", {}, lambda _: "{", "could not be verified"),
    ("a list", {}, lambda _: "[]", "could not be verified"),
    ("nothing", {}, lambda _: "", "could not be verified"),
    ("nested deeply", {}, lambda _: "[" * 100_000, "could not be verified"),
    ("no response", {}, lambda text: _without(text, "response"), "could not be verified"),
    ("no id", {}, lambda text: _without(text, "id"), "could not be verified"),
    ("a long text", {}, lambda _: "x" * 5_000_000, "could not be verified"),
    ("cut off", {}, lambda text: text.replace("o2NmbXR", "o2Nmb"), "could not be verified"),
]


def _without(text: str, name: str) -> str:
    read = json.loads(text)
    del read[name]
    return json.dumps(read)


@pytest.mark.parametrize(
    ("changed", "bent", "says"),
    [row[1:] for row in WRONG_ADDITIONS],
    ids=[r[0] for r in WRONG_ADDITIONS],
)
def test_a_wrong_answer_adds_nothing(
    tracker: Tracker,
    dora: tuple[Session, str],
    changed: dict[str, Any],
    bent: Callable[[str], str],
    says: str,
) -> None:
    session, token = dora
    challenge = passkeys.begin_adding(tracker, session, SITE)
    answer = bent(Authenticator().make(challenge.options, **changed))

    def act() -> object:
        return passkeys.add(
            tracker,
            session,
            token,
            SITE,
            challenge_id=challenge.challenge_id,
            answer=answer,
            name="Key",
        )

    unchanged(tracker, act, says)


@pytest.mark.parametrize(
    ("name", "says"),
    [("", "Give the passkey a name"), ("x" * 61, "under 60"), ("a\x00b", "invisible")],
)
def test_a_passkey_has_a_name(
    tracker: Tracker, dora: tuple[Session, str], name: str, says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        add(tracker, dora, Authenticator(), name)


@pytest.fixture
def key(tracker: Tracker, dora: tuple[Session, str]) -> Authenticator:
    """The passkey of dora."""
    authenticator = Authenticator()
    add(tracker, dora, authenticator)
    return authenticator


WRONG_ANSWERS: list[tuple[str, dict[str, Any], Callable[[str], str], str]] = [
    ("another origin", {"origin": "https://1aw.example"}, str, "could not be verified"),
    ("another challenge", {"challenge": "AAAA"}, str, "could not be verified"),
    ("not JSON", {}, lambda _: "{", "could not be verified"),
    ("no signature", {}, lambda text: text.replace("signature", "sign"), "could not be verified"),
    ("another key", {}, lambda text: text.replace('"id": "', '"id": "AA'), "does not belong"),
    ("no id", {}, lambda text: _without(text, "id"), "does not belong"),
    ("a list as id", {}, lambda _: '{"id": []}', "does not belong"),
]


@pytest.mark.parametrize(
    ("changed", "bent", "says"),
    [row[1:] for row in WRONG_ANSWERS],
    ids=[r[0] for r in WRONG_ANSWERS],
)
def test_a_wrong_answer_opens_nothing(
    tracker: Tracker,
    key: Authenticator,
    changed: dict[str, Any],
    bent: Callable[[str], str],
    says: str,
) -> None:
    session, token = opened(tracker, "dora")
    challenge = passkeys.begin_proving(tracker, session, SITE)
    assert challenge is not None
    answer = bent(key.show(challenge.options, **changed))

    def act() -> object:
        return passkeys.prove(
            tracker, session, token, SITE, challenge_id=challenge.challenge_id, answer=answer
        )

    unchanged(tracker, act, says)


def test_an_answer_counts_once(tracker: Tracker, key: Authenticator) -> None:
    session, token = opened(tracker, "dora")
    challenge = passkeys.begin_proving(tracker, session, SITE)
    assert challenge is not None
    sent = {"challenge_id": challenge.challenge_id, "answer": key.show(challenge.options)}
    passkeys.prove(tracker, session, token, SITE, **sent)
    again, other = opened(tracker, "dora")
    unchanged(tracker, lambda: passkeys.prove(tracker, again, other, SITE, **sent), "sent before")


def test_an_answer_that_comes_too_late_is_refused(
    tracker: Tracker, key: Authenticator, clock: time_machine.Traveller
) -> None:
    session, token = opened(tracker, "dora")
    challenge = passkeys.begin_proving(tracker, session, SITE)
    assert challenge is not None
    sent = {"challenge_id": challenge.challenge_id, "answer": key.show(challenge.options)}
    clock.shift(passkeys.LIFE)
    unchanged(tracker, lambda: passkeys.prove(tracker, session, token, SITE, **sent), "too long")


def test_a_challenge_belongs_to_one_account_and_one_purpose(
    tracker: Tracker, key: Authenticator
) -> None:
    ana, _ = opened(tracker, "ana")
    for_ana = passkeys.begin_adding(tracker, ana, SITE)
    session, token = opened(tracker, "dora")
    for challenge_id in (for_ana.challenge_id, "", "\x00", "x" * 500):
        sent = {"challenge_id": challenge_id, "answer": key.show(for_ana.options)}
        unchanged(
            tracker,
            lambda sent=sent: passkeys.prove(tracker, session, token, SITE, **sent),
            "too long",
        )


def test_a_copy_of_a_key_is_noticed(tracker: Tracker, key: Authenticator) -> None:
    """Its counter stands where the counter of the real one has been."""
    for count, refused in ((7, False), (3, True)):
        session, token = opened(tracker, "dora")
        challenge = passkeys.begin_proving(tracker, session, SITE)
        assert challenge is not None
        key.count = count
        sent = {"challenge_id": challenge.challenge_id, "answer": key.show(challenge.options)}
        if refused:
            with pytest.raises(Invalid, match="could not be verified"):
                passkeys.prove(tracker, session, token, SITE, **sent)
        else:
            passkeys.prove(tracker, session, token, SITE, **sent)


def test_one_key_is_added_once(tracker: Tracker, key: Authenticator) -> None:
    with pytest.raises(Invalid, match="added before"):
        add(tracker, opened(tracker, "ana"), key)


def test_who_has_one_shows_it_before_adding_another(tracker: Tracker, key: Authenticator) -> None:
    session, _ = opened(tracker, "dora")
    unchanged(
        tracker, lambda: passkeys.begin_adding(tracker, session, SITE), "Show your second factor"
    )


@pytest.mark.both_databases
def test_a_moderator_keeps_the_last_and_may_remove_another(
    tracker: Tracker, dora: tuple[Session, str]
) -> None:
    enrolled = add(tracker, dora, Authenticator())
    first = authentication.signed_in(tracker, enrolled.token)
    assert first is not None
    only = passkeys.owned(tracker, first)[0].id
    unchanged(
        tracker, lambda: passkeys.remove(tracker, first, only, PASSWORD), "only second factor"
    )
    unchanged(tracker, lambda: passkeys.remove(tracker, first, 999, PASSWORD), "gone already")
    unchanged(tracker, lambda: passkeys.remove(tracker, first, only, "wrong"), "not your password")
    second = add(tracker, (first, enrolled.token), Authenticator(), "Laptop")
    assert second.codes == ()
    after = authentication.signed_in(tracker, second.token)
    assert after is not None
    passkeys.remove(tracker, after, only, PASSWORD)
    assert [key.name for key in passkeys.owned(tracker, after)] == ["Laptop"]
    with tracker.store.reading() as connection:
        acts = [event.action for event in log.newest(connection, 4)]
    assert acts[0] == "passkey-remove"
    assert "passkey-add" in acts


def test_nobody_removes_the_passkey_of_somebody_else(tracker: Tracker, key: Authenticator) -> None:
    dora, _ = opened(tracker, "dora")
    theirs = passkeys.owned(tracker, dora)[0].id
    ana, _ = opened(tracker, "ana")
    unchanged(tracker, lambda: passkeys.remove(tracker, ana, theirs, PASSWORD), "gone already")
