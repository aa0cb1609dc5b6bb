"""The second factor by authenticator app (TOTP, RFC 6238), and recovery codes in place of any factor."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

import msgspec
import pyotp

from legalmap import clock
from legalmap.domain.errors import Invalid, NotNow, NotProved
from legalmap.domain.people.second_factor import Standing, is_needed
from legalmap.domain.people.sessions import Session
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import authentication, passwords
from legalmap.services.people.accounts import log_own
from legalmap.store.engine import Connection
from legalmap.store.people import accounts, second_factors

ISSUER = "legalmap"
STEP_SECONDS = 30
# Codes of one step before and after are accepted: phone clocks drift (RFC 6238, 5.2 and 6).
DRIFT = 1
SETUP_LIFE = authentication.SESSION_LIFE
HOW_MANY_CODES = 10
_CODE = re.compile(r"[0-9]{6}")
# Without the letters and digits that look alike.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY = re.compile(rf"[{_ALPHABET}]{{16}}")
_SETUP = "totp-setup"


class Setup(msgspec.Struct, frozen=True):
    """A new secret, not in use until a code made with it was entered. ``uri`` is what the QR code holds."""

    challenge_id: str
    secret: str
    uri: str


class Enrolled(msgspec.Struct, frozen=True):
    """The token of the new session, and the recovery codes if the account had none."""

    token: str
    codes: tuple[str, ...]


class Proved(msgspec.Struct, frozen=True):
    """The token of the new session. ``codes_left`` is set if a recovery code was used."""

    token: str
    codes_left: int | None = None


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


def ask(tracker: Tracker, session: Session, purpose: str, value: str, life: timedelta) -> str:
    """Store a challenge for this account for ``life``; gives its id."""
    challenge_id, account_id = secrets.token_urlsafe(24), session.account.id
    columns = {"id": challenge_id, "account_id": account_id, "purpose": purpose, "value": value}
    with tracker.store.writing() as connection:
        second_factors.insert_challenge(connection, clock.now(), life, **columns)
    return challenge_id


def require_may_enrol(session: Session) -> None:
    """Raise NotProved until an existing second factor was shown: else the password alone could add one."""
    if session.standing is Standing.TO_PROVE:
        raise NotProved("Show your second factor first.")


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


def confirm(tracker: Tracker, session: Session, password: str) -> None:
    """Raise Invalid unless the password is right; not needed while signing in, where it was just given."""
    if session.is_complete:
        passwords.confirm(tracker, session.account, password)


def enrolled(
    connection: Connection, session: Session, token: str, how: str, at: datetime
) -> Enrolled:
    """After adding a factor: renew the session, and make recovery codes if there are none.

    ``how`` names the factor in the log.
    """
    person = session.account
    codes: tuple[str, ...] = ()
    if second_factors.recovery_codes_left(connection, person.id) == 0:
        codes = _new_codes(connection, person.id)
    if not session.is_complete:
        log_own(connection, person, "sign-in", at, second_factor=how, browser=session.label)
    return Enrolled(authentication.renew(connection, session, token, at), codes)


def prove(tracker: Tracker, session: Session, token: str, code: str) -> Proved:
    """Complete the session by a code of the app or a recovery code, each valid once; raise Invalid if wrong."""
    typed = _squeezed(code)
    if not _CODE.fullmatch(typed) and not _RECOVERY.fullmatch(typed):
        raise Invalid.at(
            "code", "Enter the six digits your app shows, or one of your recovery codes."
        )
    at = clock.now()
    person = session.account
    with tracker.store.writing() as connection:
        how, codes_left = "authenticator", None
        if _RECOVERY.fullmatch(typed):
            how, codes_left = "recovery code", _take_recovery_code(connection, person.id, typed, at)
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


def _take_recovery_code(connection: Connection, account_id: int, code: str, at: datetime) -> int:
    if not second_factors.use_recovery_code(connection, account_id, _hashed(code), at):
        raise Invalid.at(
            "code", "This recovery code is not one of yours, or it was used before: take another."
        )
    return second_factors.recovery_codes_left(connection, account_id)


def _new_codes(connection: Connection, account_id: int) -> tuple[str, ...]:
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(16)) for _ in range(HOW_MANY_CODES)]
    second_factors.replace_recovery_codes(connection, account_id, map(_hashed, codes))
    return tuple("-".join(re.findall("....", code)) for code in codes)


# No slow hash needed: sixteen letters of 31 cannot be guessed.
def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def renew_codes(tracker: Tracker, session: Session, password: str) -> tuple[str, ...]:
    """Replace the recovery codes by new ones; raise NotNow if the account has no second factor."""
    person = session.account
    passwords.confirm(tracker, person, password)
    at = clock.now()
    with tracker.store.writing() as connection:
        if not second_factors.has_any(connection, person.id):
            raise NotNow(
                "Set up an authenticator app or a passkey first: recovery codes stand in for it."
            )
        before = second_factors.recovery_codes_left(connection, person.id)
        codes = _new_codes(connection, person.id)
        log_own(connection, person, "recovery-codes", at, codes=len(codes), codes_before=before)
    return codes


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


def require_enough(connection: Connection, session: Session) -> None:
    """After removing a factor: raise NotNow if it was the last and the role requires one.

    Without any factor the recovery codes are deleted, as they stand in for nothing.
    """
    person = session.account
    if second_factors.has_any(connection, person.id):
        return
    if is_needed(person):
        raise NotNow("This is your only second factor, and your role needs one: add another first.")
    second_factors.replace_recovery_codes(connection, person.id, ())
