"""The second factor by authenticator app (RFC 6238), and the recovery codes that stand in for any."""

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
from legalmap.store.people import second_factors

ISSUER = "legalmap"
STEP_SECONDS = 30
# A clock may be one step off, either way.
DRIFT = 1
SETUP_LIFE = timedelta(minutes=15)
HOW_MANY_CODES = 10
_CODE = re.compile(r"[0-9]{6}")
# Without the letters and digits that look alike.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY = re.compile(rf"[{_ALPHABET}]{{16}}")
_SETUP = "totp-setup"


class Setup(msgspec.Struct, frozen=True):
    """A secret that counts once a code made with it was shown."""

    challenge_id: str
    secret: str
    uri: str


class Enrolled(msgspec.Struct, frozen=True):
    """The token of the session to go on in, and recovery codes if these are the first."""

    token: str
    codes: tuple[str, ...]


class Proved(msgspec.Struct, frozen=True):
    """The token of the session to go on in. ``codes_left`` is set if a recovery code was taken."""

    token: str
    codes_left: int | None = None


def begin(tracker: Tracker, session: Session) -> Setup:
    """A fresh secret to be scanned."""
    require_may_enrol(session)
    secret = pyotp.random_base32()
    return _setup(session, ask(tracker, session, _SETUP, secret, SETUP_LIFE), secret)


def ask(tracker: Tracker, session: Session, purpose: str, value: str, life: timedelta) -> str:
    """Keep what this account has to answer; gives the id under which the answer is expected."""
    challenge_id, account_id = secrets.token_urlsafe(24), session.account.id
    columns = {"id": challenge_id, "account_id": account_id, "purpose": purpose, "value": value}
    with tracker.store.writing() as connection:
        second_factors.insert_challenge(connection, clock.now(), life, **columns)
    return challenge_id


def require_may_enrol(session: Session) -> None:
    """Who has a second factor shows it before adding another: else a password would be enough."""
    if session.standing is Standing.TO_PROVE:
        raise NotProved("Show your second factor first.")


def begun(tracker: Tracker, session: Session, challenge_id: str) -> Setup | None:
    """The secret that was scanned already, after a wrong code; None if it has expired."""
    with tracker.store.reading() as connection:
        kept = second_factors.challenge_called(
            connection, challenge_id, _SETUP, clock.now(), session.account.id
        )
    return _setup(session, challenge_id, kept.value) if kept else None


def _totp(secret: str) -> pyotp.TOTP:
    """What makes the codes of a secret. Its URI carries the step, so that the app counts as we do."""
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
    """Make the scanned secret the authenticator of this account, its first code being right."""
    require_may_enrol(session)
    confirm(tracker, session, password)
    at = clock.now()
    person = session.account
    with tracker.store.writing() as connection:
        kept = second_factors.challenge_called(connection, challenge_id, _SETUP, at, person.id)
        if kept is None:
            raise Invalid.at("code", "This picture has grown old. Scan the new one below.")
        step = _step_of(kept.value, _squeezed(code), at, after=None)
        before = "An earlier one" if second_factors.totp(connection, person.id) else "None"
        second_factors.end_challenge(connection, challenge_id)
        second_factors.set_totp(connection, person.id, kept.value, step)
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
    """Ask for the password again, unless it was given just now to get as far as here."""
    if session.is_complete:
        passwords.confirm(tracker, session.account, password)


def enrolled(
    connection: Connection, session: Session, token: str, how: str, at: datetime
) -> Enrolled:
    """Go on in a fresh session, with recovery codes if there are none yet."""
    person = session.account
    codes: tuple[str, ...] = ()
    if second_factors.recovery_codes_left(connection, person.id) == 0:
        codes = _new_codes(connection, person.id)
    if not session.is_complete:
        log_own(connection, person, "sign-in", at, second_factor=how, browser=session.label)
    return Enrolled(authentication.renew(connection, session, token, at), codes)


def prove(tracker: Tracker, session: Session, token: str, code: str) -> Proved:
    """Take a code of the app, or a recovery code, each but once; raise Invalid if it is not right."""
    typed = _squeezed(code)
    if not _CODE.fullmatch(typed) and not _RECOVERY.fullmatch(typed):
        raise Invalid.at(
            "code", "Enter the six digits your app shows, or one of your recovery codes."
        )
    at = clock.now()
    person = session.account
    with tracker.store.writing() as connection:
        how, left = "authenticator", None
        if _RECOVERY.fullmatch(typed):
            how, left = "recovery code", _take_recovery_code(connection, person.id, typed, at)
        else:
            _take_code(connection, person.id, typed, at)
        log_own(connection, person, "sign-in", at, second_factor=how, browser=session.label)
        return Proved(authentication.renew(connection, session, token, at), left)


def _squeezed(code: str) -> str:
    return re.sub(r"[\s-]", "", code).lower()


def _take_code(connection: Connection, account_id: int, code: str, at: datetime) -> None:
    known = second_factors.totp(connection, account_id)
    if known is None:
        raise Invalid.at(
            "code", "You have no authenticator app set up: use your passkey or a recovery code."
        )
    step = _step_of(known.secret, code, at, after=known.step)
    if not second_factors.take_step(connection, account_id, step):
        raise _taken()


def _step_of(secret: str, code: str, at: datetime, after: int | None) -> int:
    """The step a code belongs to, if it is near now and later than the last that was taken."""
    totp = _totp(secret)
    now = int(at.timestamp()) // STEP_SECONDS
    near = [
        step
        for step in range(now - DRIFT, now + DRIFT + 1)
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
    made = ["".join(secrets.choice(_ALPHABET) for _ in range(16)) for _ in range(HOW_MANY_CODES)]
    second_factors.replace_recovery_codes(connection, account_id, map(_hashed, made))
    return tuple("-".join(re.findall("....", code)) for code in made)


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def renew_codes(tracker: Tracker, session: Session, password: str) -> tuple[str, ...]:
    """Ten new recovery codes; the old ones open nothing any more."""
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
    """Do without the authenticator app; raise NotNow if it is the last factor of who needs one."""
    person = session.account
    passwords.confirm(tracker, person, password)
    with tracker.store.writing() as connection:
        if second_factors.totp(connection, person.id) is None:
            raise NotNow("There is no authenticator app to turn off.")
        second_factors.set_totp(connection, person.id, None, None)
        require_enough(connection, session)
        log_own(connection, person, "authenticator-remove", clock.now())


def require_enough(connection: Connection, session: Session) -> None:
    """After a factor was taken away: who needs one must have another. Codes of none open nothing."""
    person = session.account
    if second_factors.has_any(connection, person.id):
        return
    if is_needed(person):
        raise NotNow("This is your only second factor, and your role needs one: add another first.")
    second_factors.replace_recovery_codes(connection, person.id, ())
