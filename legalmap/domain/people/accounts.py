"""Accounts: the people who propose and review, and the system itself."""

from datetime import datetime

import msgspec

from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Role

# The account that owns what shipped in data/. It has no password and can never sign in.
SYSTEM_HANDLE = "legalmap"
# The handle of somebody who has left: this and the number of the account.
FORMER = "former-"
# In characters. NIST SP 800-63B (5.1.1.2) asks for a minimum of 8 or more and for passphrases of at least 64
# to be accepted; the upper bound keeps huge ones from being hashed.
MIN_PASSWORD, MAX_PASSWORD = 12, 1_000


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One person, or the system. ``handle`` is public, shown beside what they did.

    ``remits`` is where a moderator may review; empty means everywhere. ``left_at``: since when anonymised.
    """

    id: int
    handle: str
    role: Role
    is_demo: bool
    created_at: datetime
    disabled_at: datetime | None = None
    email: str | None = None
    # A conflict of interest (work for the trade or a cause) in their own words, shown beside reviews.
    interest: str = ""
    remits: tuple[Remit, ...] = ()
    left_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether this person can sign in and act."""
        return self.disabled_at is None and self.handle != SYSTEM_HANDLE
