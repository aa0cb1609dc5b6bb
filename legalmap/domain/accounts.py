"""People as the services know them."""

from datetime import datetime

import msgspec

from legalmap.domain.roles import Role

# The account that owns what shipped in data/. It has no password and can never sign in.
SYSTEM_HANDLE = "legalmap"
MIN_PASSWORD = 12


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One person, or the system. ``handle`` is shown in public beside what they did."""

    id: int
    handle: str
    role: Role
    is_demo: bool
    created_at: datetime
    disabled_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether this person can sign in and act."""
        return self.disabled_at is None and self.handle != SYSTEM_HANDLE
