"""Recovery codes, each valid once in place of any second factor."""

import hashlib
import re
import secrets
from datetime import datetime

from legalmap import clock
from legalmap.domain.errors import Invalid, NotNow
from legalmap.domain.people.sessions import Session
from legalmap.services.core.tracker import Tracker
from legalmap.services.people import passwords
from legalmap.services.people.accounts import log_own
from legalmap.store.engine import Connection
from legalmap.store.people import second_factors

HOW_MANY_CODES = 10
# Without the letters and digits that look alike.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
FORM = re.compile(rf"[{_ALPHABET}]{{16}}")


def take(connection: Connection, account_id: int, code: str, at: datetime) -> int:
    """Use up a code; gives how many are left. Raise Invalid if it is not one of this account's."""
    if not second_factors.use_recovery_code(connection, account_id, _hashed(code), at):
        raise Invalid.at(
            "code", "This recovery code is not one of yours, or it was used before: take another."
        )
    return second_factors.recovery_codes_left(connection, account_id)


def make(connection: Connection, account_id: int) -> tuple[str, ...]:
    """Replace the codes of an account by new ones, stored as hashes: they are shown once."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(16)) for _ in range(HOW_MANY_CODES)]
    second_factors.replace_recovery_codes(connection, account_id, map(_hashed, codes))
    return tuple("-".join(re.findall("....", code)) for code in codes)


# No slow hash needed: sixteen letters of 31 cannot be guessed.
def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def renew(tracker: Tracker, session: Session, password: str) -> tuple[str, ...]:
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
        codes = make(connection, person.id)
        log_own(connection, person, "recovery-codes", at, codes=len(codes), codes_before=before)
    return codes
