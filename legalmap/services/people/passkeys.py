"""The second factor by passkey (WebAuthn): a key that never leaves its device and serves this host only."""

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
from legalmap.services.people.totp import (
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
MAX_ANSWER = 20_000
_ADDING, _PROVING = "passkey-add", "passkey-prove"
_OLD = "This took too long, or was sent before. Nothing was changed: try once more."
_REFUSED = "Your browser's answer could not be verified. Nothing was changed: try once more."


def _webauthn() -> Any:
    """Imported when a passkey is used first: it takes half as long as all of Flask."""
    import webauthn.helpers.exceptions  # noqa: PLC0415
    import webauthn.helpers.structs  # noqa: PLC0415

    return webauthn


class Site(msgspec.Struct, frozen=True):
    """The host a key is for, and the origin that browsers name."""

    host: str
    origin: str


class Asked(msgspec.Struct, frozen=True):
    """What the browser is asked, as JSON, and under which id its answer is expected."""

    challenge_id: str
    options: str


def begin_adding(tracker: Tracker, session: Session, site: Site) -> Asked:
    """Ask the browser to make a key."""
    require_may_enrol(session)
    person = session.account
    with tracker.store.reading() as connection:
        known = second_factors.passkeys(connection, person.id)
    challenge = secrets.token_bytes(32)
    options = _webauthn().generate_registration_options(
        rp_id=site.host,
        rp_name=ISSUER,
        user_name=person.handle,
        # It must not say who this is, and must be the same for each key of an account.
        user_id=hashlib.sha256(f"account {person.id} {person.created_at}".encode()).digest(),
        challenge=challenge,
        exclude_credentials=_descriptors(known),
    )
    return _asked(tracker, session, _ADDING, challenge, options)


def begin_proving(tracker: Tracker, session: Session, site: Site) -> Asked | None:
    """Ask the browser to show a key; None if the account has none."""
    with tracker.store.reading() as connection:
        known = second_factors.passkeys(connection, session.account.id)
    if not known:
        return None
    challenge = secrets.token_bytes(32)
    options = _webauthn().generate_authentication_options(
        rp_id=site.host, challenge=challenge, allow_credentials=_descriptors(known)
    )
    return _asked(tracker, session, _PROVING, challenge, options)


def _descriptors(known: Iterable[Passkey]) -> list[Any]:
    return [
        _webauthn().helpers.structs.PublicKeyCredentialDescriptor(
            id=_webauthn().base64url_to_bytes(key.credential_id)
        )
        for key in known
    ]


def _asked(
    tracker: Tracker, session: Session, purpose: str, challenge: bytes, options: Any
) -> Asked:
    value = _webauthn().helpers.bytes_to_base64url(challenge)
    challenge_id = ask(tracker, session, purpose, value, LIFE)
    return Asked(challenge_id, _webauthn().options_to_json(options))


def _taken(connection: Connection, challenge_id: str, purpose: str, account_id: int) -> bytes:
    """The challenge that this account was given; it is answered once."""
    kept = second_factors.challenge_called(
        connection, challenge_id, purpose, clock.now(), account_id
    )
    if kept is None or not second_factors.end_challenge(connection, challenge_id):
        raise Invalid.at("passkey", _OLD)
    value: bytes = _webauthn().base64url_to_bytes(kept.value)
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
    """Keep the key that the browser made, under a name its owner knows it by."""
    require_may_enrol(session)
    _check_name(name)
    confirm(tracker, session, password)
    at = clock.now()
    person = session.account
    with tracker.store.writing() as connection:
        challenge = _taken(connection, challenge_id, _ADDING, person.id)
        made = _verified(
            _webauthn().verify_registration_response,
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
        credential_id = _webauthn().helpers.bytes_to_base64url(made.credential_id)
        if second_factors.is_passkey_known(connection, credential_id):
            raise Invalid.at("passkey", "This passkey was added before.")
        names = [key.name for key in second_factors.passkeys(connection, person.id)]
        if len(names) >= MOST:
            raise Invalid.at("passkey", f"{MOST} passkeys are enough: remove one first.")
        second_factors.insert_passkey(
            connection,
            account_id=person.id,
            credential_id=credential_id,
            public_key=_webauthn().helpers.bytes_to_base64url(made.credential_public_key),
            sign_count=made.sign_count,
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
    """The credential as the browser sent it."""
    if len(answer) <= MAX_ANSWER:
        try:
            read = json.loads(answer)
        except (ValueError, RecursionError):
            read = None
        if isinstance(read, dict):
            return read
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
        # The answer comes from outside: whatever is wrong with it, it is refused alike.
        raise Invalid.at("passkey", _REFUSED) from error


def prove(
    tracker: Tracker, session: Session, token: str, site: Site, *, challenge_id: str, answer: str
) -> Proved:
    """Take the answer of one of the account's keys to a challenge, once."""
    at = clock.now()
    person = session.account
    with tracker.store.writing() as connection:
        challenge = _taken(connection, challenge_id, _PROVING, person.id)
        credential = _read(answer)
        known = {key.credential_id: key for key in second_factors.passkeys(connection, person.id)}
        key = known.get(str(credential.get("id")))
        if key is None:
            raise Invalid.at("passkey", "This passkey does not belong to your account.")
        shown = _verified(
            _webauthn().verify_authentication_response,
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=_webauthn().base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
        )
        second_factors.use_passkey(connection, key.id, shown.new_sign_count, at)
        log_own(connection, person, "sign-in", at, second_factor="passkey", browser=session.label)
        return Proved(authentication.renew(connection, session, token, at))


def owned(tracker: Tracker, session: Session) -> list[Passkey]:
    """The passkeys of this account, oldest first."""
    with tracker.store.reading() as connection:
        return second_factors.passkeys(connection, session.account.id)


def remove(tracker: Tracker, session: Session, passkey_id: int, password: str) -> None:
    """Forget a passkey; raise NotNow if it is the last factor of who needs one."""
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
