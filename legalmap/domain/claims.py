"""Who is at something, until when: a courtesy between people that expires by itself and forbids nothing."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from legalmap.domain.errors import NotNow

ClaimKind = Literal["proposal", "suggestion", "record"]
CLAIM_LIFE = timedelta(minutes=30)


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One person's claim on one thing."""

    subject_id: int
    account_id: int
    handle: str
    at: datetime
    expires_at: datetime

    def is_live(self, now: datetime) -> bool:
        """Whether it still holds."""
        return now < self.expires_at


def check_free(claim: Claim | None, actor_id: int, now: datetime, *, over: bool) -> None:
    """Raise NotNow if somebody else is at it, unless this person takes it ``over`` on purpose."""
    if claim is None or over or claim.account_id == actor_id or not claim.is_live(now):
        return
    raise NotNow(
        f"{claim.handle} is at it until {claim.expires_at:%H:%M} UTC. "
        "Press “Take it over” if it cannot wait."
    )
