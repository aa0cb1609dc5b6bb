"""The second factor: who needs one, and whether a session has shown it."""

from datetime import datetime
from enum import StrEnum

import msgspec

from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, may

# What needs more than a password.
GUARDED = frozenset({Permission.REVIEW, Permission.READ_LOG, Permission.MANAGE_ACCOUNTS})


class Standing(StrEnum):
    """How far a session is authenticated: fully, or with a second factor still to be shown or set up."""

    COMPLETE = "complete"
    TO_PROVE = "to-prove"
    TO_ENROL = "to-enrol"


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey (WebAuthn credential). ``credential_id`` and ``public_key`` are base64url."""

    id: int
    account_id: int
    credential_id: str
    public_key: str
    sign_count: int
    name: str
    created_at: datetime
    used_at: datetime | None


def is_needed(account: Account) -> bool:
    """Whether this person's role requires a second factor.

    Demo accounts are exempt: their passwords are new at every start, and only a server started as
    a demo, which answers this machine alone, lets them in.
    """
    return not account.is_demo and any(may(account.role, permission) for permission in GUARDED)


def standing(account: Account, *, has_factor: bool, is_proved: bool) -> Standing:
    """The authentication state of a session. A factor that is set up has to be shown, needed or not."""
    if has_factor:
        return Standing.COMPLETE if is_proved else Standing.TO_PROVE
    return Standing.TO_ENROL if is_needed(account) else Standing.COMPLETE
