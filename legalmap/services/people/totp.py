"""The second factor by authenticator app (TOTP, RFC 6238)."""

import re
import secrets
from datetime import datetime

import msgspec
import pyotp

from legalmap import clock
from legalmap.domain.errors import Invalid, NotNow
from legalmap.domain.people.sessions import SESSION_LIFE, Session
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import authentication, passwords, recovery_codes
from legalmap.services.people.accounts import log_own
from legalmap.services.people.second_factor import (
    ISSUER,
    Enrolled,
    Proved,
    confirm,
    enrolled,
    require_enough,
    require_may_enrol,
)
from legalmap.store.engine import Connection
from legalmap.store.people import accounts, second_factors

STEP_SECONDS = 30
# Codes of one step before and after are accepted: phone clocks drift (RFC 6238, 5.2 and 6).
DRIFT = 1
SETUP_LIFE = SESSION_LIFE
_CODE = re.compile(r"[0-9]{6}")
_SETUP = "totp-setup"


class Setup(msgspec.Struct, frozen=True):
    """A new secret, not in use until a code made with it was entered. ``uri`` is what the QR code holds."""

    challenge_id: str
    secret: str
    uri: str


def begin(tracker: Tracker, session: Session, token: str) -> Setup:
    """The secret to scan, the same for as long as the session lasts: a phone may load the page once more.

    ``token`` is the session's. Raise NotProved before the second factor was shown.
    """
    require_may_enrol(session)
    # Only who holds the token can name it: another session of the account has a key of its own.
    challenge_id = authentication.hashed(f"{_SETUP} {token}")
    at, person = clock.now(), session.account
    with tracker.store.writing() as connection:
        accounts.lock(connection, person.id)
        challenge = second_factors.challenge_called(connection, challenge_id, _SETUP, at, person.id)
        secret = challenge.value if challenge else pyotp.random_base32()
        if challenge is None:
            columns = {"id": challenge_id, "account_id": person.id, "purpose": _SETUP}
            second_factors.insert_challenge(connection, at, SETUP_LIFE, value=secret, **columns)
    return _setup(session, challenge_id, secret)


def _totp(secret: str) -> pyotp.TOTP:
    """The code generator for a secret. Its URI states the step, so that the app uses the same."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS)


def _setup(session: Session, challenge_id: str, secret: str) -> Setup:
    totp = _totp(secret)
    uri = totp.provisioning_uri(name=session.account.handle, issuer_name=ISSUER)
    return Setup(challenge_id, secret, uri)


def enrol(
    tracker: Tracker,
    session: Session,
    token: str,
    *,
    challenge_id: str,
    code: str,
    password: str = "",
) -> Enrolled:
    """Make a scanned secret this account's authenticator; raise Invalid if the first code is not right."""
    require_may_enrol(session)
    confirm(tracker, session, password)
    at = clock.now()
    person = session.account
    with tracker.store.writing() as connection:
        challenge = second_factors.challenge_called(connection, challenge_id, _SETUP, at, person.id)
        if challenge is None:
            raise Invalid.at("code", "This picture has grown old. Scan the new one below.")
        step = _step_of(challenge.value, _squeezed(code), at, after=None)
        before = "An earlier one" if second_factors.totp(connection, person.id) else "None"
        second_factors.end_challenge(connection, challenge_id)
        # With its step, so that the code just entered cannot be used again to sign in.
        second_factors.set_totp(connection, person.id, challenge.value, step)
        log_own(
            connection,
            person,
            "authenticator-add",
            at,
            authenticator="A new one",
            authenticator_before=before,
        )
        return enrolled(connection, session, token, "authenticator", at)


def prove(tracker: Tracker, session: Session, token: str, code: str) -> Proved:
    """Complete the session by a code of the app or a recovery code, each valid once; raise Invalid if wrong."""
    typed = _squeezed(code)
    if not _CODE.fullmatch(typed) and not recovery_codes.FORM.fullmatch(typed):
        raise Invalid.at(
            "code", "Enter the six digits your app shows, or one of your recovery codes."
        )
    at = clock.now()
    person = session.account
    with tracker.store.writing() as connection:
        how, codes_left = "authenticator", None
        if recovery_codes.FORM.fullmatch(typed):
            how, codes_left = "recovery code", recovery_codes.take(connection, person.id, typed, at)
        else:
            _take_code(connection, person.id, typed, at)
        log_own(connection, person, "sign-in", at, second_factor=how, browser=session.label)
        return Proved(authentication.renew(connection, session, token, at), codes_left)


def _squeezed(code: str) -> str:
    # People type codes in groups, as they are shown.
    return re.sub(r"[\s-]", "", code).lower()


def _take_code(connection: Connection, account_id: int, code: str, at: datetime) -> None:
    authenticator = second_factors.totp(connection, account_id)
    if authenticator is None:
        raise Invalid.at(
            "code", "You have no authenticator app set up: use your passkey or a recovery code."
        )
    step = _step_of(authenticator.secret, code, at, after=authenticator.step)
    if not second_factors.take_step(connection, account_id, step):
        raise _taken()


def _step_of(secret: str, code: str, at: datetime, after: int | None) -> int:
    """The time step of a code; raise Invalid if it is not right, or not ``after`` the last one used."""
    totp = _totp(secret)
    now = int(at.timestamp()) // STEP_SECONDS
    near = [
        step
        for step in range(now - DRIFT, now + DRIFT + 1)
        # In constant time, as the codes are secret.
        if secrets.compare_digest(totp.generate_otp(step).encode(), code.encode())
    ]
    if not near:
        raise Invalid.at(
            "code",
            "This code is not right. Enter the one your app shows now, and check that the clock "
            "of your phone is right.",
        )
    if after is not None and near[-1] <= after:
        raise _taken()
    return near[-1]


def _taken() -> Invalid:
    return Invalid.at(
        "code", "This code was used already. Wait for the next one, or use a recovery code."
    )


def turn_off(tracker: Tracker, session: Session, password: str) -> None:
    """Remove the authenticator; raise NotNow if it is the last second factor and the role requires one."""
    person = session.account
    passwords.confirm(tracker, person, password)
    with tracker.store.writing() as connection:
        if second_factors.totp(connection, person.id) is None:
            raise NotNow("There is no authenticator app to turn off.")
        second_factors.set_totp(connection, person.id, None, None)
        require_enough(connection, session)
        log_own(connection, person, "authenticator-remove", clock.now())
