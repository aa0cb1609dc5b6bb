"""Who is at something, until when: a courtesy between people that expires by itself.

It keeps nobody from deciding; only a rework by others waits for it (domain/desk/rework.py).
"""

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from legalmap.domain.errors import NotNow
from legalmap.domain.people.accounts import Account

ClaimKind = Literal["proposal", "suggestion", "record"]
CLAIM_LIFE = timedelta(minutes=30)


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One person's claim on one thing."""

    subject_id: int
    account_id: int
    handle: str
    at: datetime
    expires_at: datetime

    def until(self, now: datetime) -> str:
        """When it ends, in words: the time of day, with the day unless that is today."""
        is_today = self.expires_at.date() == now.date()
        return f"{self.expires_at:{'%H:%M' if is_today else '%-d %B %Y at %H:%M'}} UTC"


def claimed(actor: Account, subject_id: int, now: datetime, life: timedelta) -> Claim:
    """The claim of somebody who takes something up now."""
    return Claim(
        subject_id=subject_id,
        account_id=actor.id,
        handle=actor.handle,
        at=now,
        expires_at=now + life,
    )


def check_free(claim: Claim | None, actor_id: int, now: datetime, *, over: bool) -> None:
    """Raise NotNow if somebody else is at it, unless this person takes it ``over`` on purpose."""
    if claim is None or over or claim.account_id == actor_id or now >= claim.expires_at:
        return
    raise NotNow(
        f"{claim.handle} is at it until {claim.until(now)}. Press “Take it over” if it cannot wait."
    )


def told(held: Claim | None, made: Claim) -> tuple[str, dict[str, Any]] | None:
    """What the log keeps of a claim: the act and its data. None if somebody only keeps theirs longer."""
    after = {"held_by": made.handle, "until": f"{made.expires_at:%Y-%m-%dT%H:%M:%SZ}"}
    if held is None:
        return "claim", {"after": after}
    if held.account_id == made.account_id:
        return None
    return "take-over", {"before": {"held_by": held.handle}, "after": after}
