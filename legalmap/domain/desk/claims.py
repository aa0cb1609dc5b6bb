"""Claims: who is working on something, until when. A courtesy between people that expires by itself.

A claim keeps nobody from deciding; only a rework by others waits for it (domain/desk/rework.py).
"""

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from legalmap.domain.errors import NotNow
from legalmap.domain.people.accounts import Account

ClaimKind = Literal["proposal", "suggestion", "record"]
CLAIM_LIFE = timedelta(minutes=30)


class Claim(msgspec.Struct, frozen=True):
    """One person's claim. ``subject_id`` is the id of a revision, suggestion or record, by its kind."""

    subject_id: int
    account_id: int
    handle: str
    at: datetime
    expires_at: datetime

    def until(self, now: datetime) -> str:
        """When it ends, in words: the time of day in UTC, with the date unless that is today's."""
        is_today = self.expires_at.date() == now.date()
        return f"{self.expires_at:{'%H:%M' if is_today else '%-d %B %Y at %H:%M'}} UTC"


def claimed(actor: Account, subject_id: int, now: datetime, life: timedelta) -> Claim:
    """A new claim of ``actor`` that begins now."""
    return Claim(subject_id, actor.id, actor.handle, now, now + life)


def check_free(claim: Claim | None, actor_id: int, now: datetime, *, over: bool) -> None:
    """Raise NotNow if somebody else has a live claim, unless ``over``: taken over on purpose."""
    if claim is None or over or claim.account_id == actor_id or now >= claim.expires_at:
        return
    raise NotNow(
        f"{claim.handle} is at it until {claim.until(now)}. Press “Take it over” if it cannot wait."
    )


def told(earlier: Claim | None, claim: Claim) -> tuple[str, dict[str, Any]] | None:
    """What the log keeps of a claim: the act and its data; None if somebody only extends their own."""
    after = {"held_by": claim.handle, "until": f"{claim.expires_at:%Y-%m-%dT%H:%M:%SZ}"}
    if earlier is None:
        return "claim", {"after": after}
    if earlier.account_id == claim.account_id:
        return None
    return "take-over", {"before": {"held_by": earlier.handle}, "after": after}
