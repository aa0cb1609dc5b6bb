"""The second factor by passkey (WebAuthn): a key that stays on its device and works for this host only."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec

from legalmap import clock
from legalmap.domain.errors import Invalid, NotNow
from legalmap.domain.law.payload import problems_of_text
from legalmap.domain.people.second_factor import Passkey
from legalmap.domain.people.sessions import Session
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import authentication, passwords
from legalmap.services.people.accounts import log_own
from legalmap.services.people.second_factor import (
    ISSUER,
    Enrolled,
    Proved,
    ask,
    confirm,
    enrolled,
    require_enough,
    require_may_enrol,
)
from legalmap.store.engine import Connection
from legalmap.store.people import second_factors

LIFE = timedelta(minutes=5)
MAX_NAME = 60
MOST = 20
# Characters of JSON; browsers send about a thousand.
MAX_ANSWER = 20_000
_ADDING, _PROVING = "passkey-add", "passkey-prove"
_OLD = "This took too long, or was sent before. Nothing was changed: try once more."
_REFUSED = "Your browser's answer could not be verified. Nothing was changed: try once more."


def _webauthn() -> Any:
    """The library, imported at the first use of a passkey: that takes half as long as all of Flask."""
    import webauthn.helpers.exceptions  # noqa: PLC0415
    import webauthn.helpers.structs  # noqa: PLC0415

    return webauthn


class Site(msgspec.Struct, frozen=True):
    """The host name that keys are for (relying party id), and the origin that browsers send."""

    host: str
    origin: str


class PasskeyChallenge(msgspec.Struct, frozen=True):
    """The options for the browser's WebAuthn call, as JSON, and the id to send back with the answer."""

    challenge_id: str
    options: str


def begin_adding(tracker: Tracker, session: Session, site: Site) -> PasskeyChallenge:
    """Options with which the browser makes a key; raise NotProved before the second factor was shown."""
    require_may_enrol(session)
    person = session.account
    with tracker.store.reading() as connection:
        existing_keys = second_factors.passkeys(connection, person.id)
    challenge = secrets.token_bytes(32)
    options = _webauthn().generate_registration_options(
        rp_id=site.host,
        rp_name=ISSUER,
        user_name=person.handle,
        # The user handle must not identify the person, and must be the same for each key of an account
        # (WebAuthn, 14.6.1).
        user_id=hashlib.sha256(f"account {person.id} {person.created_at}".encode()).digest(),
        challenge=challenge,
        # Browsers refuse to make a second key on a device that has one of these.
        exclude_credentials=_descriptors(existing_keys),
    )
    return _asked(tracker, session, _ADDING, challenge, options)


def begin_proving(tracker: Tracker, session: Session, site: Site) -> PasskeyChallenge | None:
    """Options with which the browser proves it has a key; None if the account has none."""
    with tracker.store.reading() as connection:
        own_keys = second_factors.passkeys(connection, session.account.id)
    if not own_keys:
        return None
    challenge = secrets.token_bytes(32)
    options = _webauthn().generate_authentication_options(
        rp_id=site.host, challenge=challenge, allow_credentials=_descriptors(own_keys)
    )
    return _asked(tracker, session, _PROVING, challenge, options)


def _descriptors(keys: Iterable[Passkey]) -> list[Any]:
    return [
        _webauthn().helpers.structs.PublicKeyCredentialDescriptor(
            id=_webauthn().base64url_to_bytes(key.credential_id)
        )
        for key in keys
    ]


def _asked(
    tracker: Tracker, session: Session, purpose: str, challenge: bytes, options: Any
) -> PasskeyChallenge:
    value = _webauthn().helpers.bytes_to_base64url(challenge)
    challenge_id = ask(tracker, session, purpose, value, LIFE)
    return PasskeyChallenge(challenge_id, _webauthn().options_to_json(options))


def _taken(connection: Connection, challenge_id: str, purpose: str, account_id: int) -> bytes:
    """The challenge given to this account, ended by this call; raise Invalid if it has expired or was used."""
    challenge = second_factors.challenge_called(
        connection, challenge_id, purpose, clock.now(), account_id
    )
    if challenge is None or not second_factors.end_challenge(connection, challenge_id):
        raise Invalid.at("passkey", _OLD)
    value: bytes = _webauthn().base64url_to_bytes(challenge.value)
    return value


def add(
    tracker: Tracker,
    session: Session,
    token: str,
    site: Site,
    *,
    challenge_id: str,
    answer: str,
    name: str,
    password: str = "",
) -> Enrolled:
    """Store the key that the browser made; raise Invalid if its answer does not verify.

    ``name`` is for its owner. ``password`` is needed if the session is complete already.
    """
    require_may_enrol(session)
    _check_name(name)
    confirm(tracker, session, password)
    at = clock.now()
    person = session.account
    with tracker.store.writing() as connection:
        challenge = _taken(connection, challenge_id, _ADDING, person.id)
        credential = _verified(
            _webauthn().verify_registration_response,
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
        credential_id = _webauthn().helpers.bytes_to_base64url(credential.credential_id)
        if second_factors.is_passkey_known(connection, credential_id):
            raise Invalid.at("passkey", "This passkey was added before.")
        names = [key.name for key in second_factors.passkeys(connection, person.id)]
        if len(names) >= MOST:
            raise Invalid.at("passkey", f"{MOST} passkeys are enough: remove one first.")
        second_factors.insert_passkey(
            connection,
            account_id=person.id,
            credential_id=credential_id,
            public_key=_webauthn().helpers.bytes_to_base64url(credential.credential_public_key),
            sign_count=credential.sign_count,
            name=name.strip(),
            created_at=at,
        )
        after = [*names, name.strip()]
        log_own(connection, person, "passkey-add", at, passkeys=after, passkeys_before=names)
        return enrolled(connection, session, token, "passkey", at)


def _check_name(name: str) -> None:
    needed = "Give the passkey a name by which you will know it, such as “Laptop”."
    Invalid.if_any(problems_of_text("name", name, MAX_NAME, needed=needed))


def _read(answer: str) -> dict[str, Any]:
    """The browser's answer as a dictionary; raise Invalid if it is not one, or too long."""
    if len(answer) <= MAX_ANSWER:
        try:
            credential = json.loads(answer)
        except (ValueError, RecursionError):
            credential = None
        if isinstance(credential, dict):
            return credential
    raise Invalid.at("passkey", _REFUSED)


def _verified(verify: Any, **expected: Any) -> Any:
    try:
        return verify(**expected)
    except (
        _webauthn().helpers.exceptions.WebAuthnException,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
    ) as error:
        # The answer is untrusted, and the library raises various errors for malformed ones: all are refused.
        raise Invalid.at("passkey", _REFUSED) from error


def prove(
    tracker: Tracker, session: Session, token: str, site: Site, *, challenge_id: str, answer: str
) -> Proved:
    """Complete the session by the answer of one of the account's keys; raise Invalid if it does not verify."""
    at = clock.now()
    person = session.account
    with tracker.store.writing() as connection:
        challenge = _taken(connection, challenge_id, _PROVING, person.id)
        credential = _read(answer)
        own_keys = {
            key.credential_id: key for key in second_factors.passkeys(connection, person.id)
        }
        key = own_keys.get(str(credential.get("id")))
        if key is None:
            raise Invalid.at("passkey", "This passkey does not belong to your account.")
        assertion = _verified(
            _webauthn().verify_authentication_response,
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=_webauthn().base64url_to_bytes(key.public_key),
            # A counter that goes backwards betrays a copied key (WebAuthn, 6.1.1).
            credential_current_sign_count=key.sign_count,
        )
        second_factors.use_passkey(connection, key.id, assertion.new_sign_count, at)
        log_own(connection, person, "sign-in", at, second_factor="passkey", browser=session.label)
        return Proved(authentication.renew(connection, session, token, at))


def owned(tracker: Tracker, session: Session) -> list[Passkey]:
    """The passkeys of this account, oldest first."""
    with tracker.store.reading() as connection:
        return second_factors.passkeys(connection, session.account.id)


def remove(tracker: Tracker, session: Session, passkey_id: int, password: str) -> None:
    """Delete a passkey; raise NotNow if it is the last second factor and the role requires one."""
    person = session.account
    passwords.confirm(tracker, person, password)
    with tracker.store.writing() as connection:
        before = {key.id: key.name for key in second_factors.passkeys(connection, person.id)}
        if passkey_id not in before:
            raise NotNow("This passkey is gone already.")
        second_factors.delete_passkey(connection, person.id, passkey_id)
        require_enough(connection, session)
        names = {"passkeys": [name for key, name in before.items() if key != passkey_id]}
        names["passkeys_before"] = list(before.values())
        log_own(connection, person, "passkey-remove", clock.now(), **names)
