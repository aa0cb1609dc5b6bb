"""The second factor: who needs one, and how far a session has come with it."""

from datetime import datetime
from enum import StrEnum

import msgspec

from legalmap.domain.people.accounts import Account
from legalmap.domain.people.roles import Permission, may

# What nobody does by a password alone.
GUARDED = frozenset({Permission.REVIEW, Permission.READ_LOG, Permission.MANAGE_ACCOUNTS})


class Standing(StrEnum):
    """What still stands between the password and the desk."""

    COMPLETE = "complete"
    TO_PROVE = "to-prove"
    TO_ENROL = "to-enrol"


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """A key of some device. ``credential_id`` and ``public_key`` are base64url."""

    id: int
    account_id: int
    credential_id: str
    public_key: str
    sign_count: int
    name: str
    created_at: datetime
    used_at: datetime | None


def is_needed(account: Account) -> bool:
    """Whether this person's role asks for a second factor.

    The people of a demo are exempt: their passwords are new at every start, and only a server
    that was started as a demo, which answers this machine alone, lets them in.
    """
    return not account.is_demo and any(may(account.role, permission) for permission in GUARDED)


def standing(account: Account, *, has_factor: bool, is_proved: bool) -> Standing:
    """How far a session is; whoever has a factor is asked for it, also where none is needed."""
    if has_factor:
        return Standing.COMPLETE if is_proved else Standing.TO_PROVE
    return Standing.TO_ENROL if is_needed(account) else Standing.COMPLETE
