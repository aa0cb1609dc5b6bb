"""A session: one browser in which somebody signed in."""

from datetime import datetime, timedelta

import msgspec

from legalmap.domain.people.accounts import Account
from legalmap.domain.people.second_factor import Standing

SESSION_LIFE = timedelta(hours=12)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Whose session it is and how far it is authenticated. ``public_id`` names it without opening it."""

    account: Account
    standing: Standing
    public_id: str
    label: str
    created_at: datetime
    seen_at: datetime

    @property
    def is_complete(self) -> bool:
        """Whether no second factor is left to show or set up."""
        return self.standing is Standing.COMPLETE
