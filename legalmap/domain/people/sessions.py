"""A session: one browser in which somebody signed in."""

from datetime import datetime

import msgspec

from legalmap.domain.people.accounts import Account
from legalmap.domain.people.second_factor import Standing


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Whose browser this is and what it may do. ``public_id`` tells it from others, and opens nothing."""

    account: Account
    standing: Standing
    public_id: str
    label: str
    created_at: datetime
    seen_at: datetime

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to be shown."""
        return self.standing is Standing.COMPLETE
