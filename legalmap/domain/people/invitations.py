"""Invitations: a link that makes one account, once, until it expires or is revoked."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from legalmap.domain.errors import NotNow
from legalmap.domain.people.remits import Remit
from legalmap.domain.people.roles import Role

LIFE = timedelta(days=7)
MAX_NOTE = 300


class InvitationState(StrEnum):
    """What became of an invitation. Never stored: see ``Invitation.state``."""

    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


_WHY_NOT = {
    InvitationState.USED: "This invitation was used already. Sign in with the name you chose.",
    InvitationState.REVOKED: "This invitation was taken back. Ask who sent it to you.",
    InvitationState.EXPIRED: "This invitation has expired. Ask for a new one.",
}


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """What the account to be made may do, and who invited. The token of the link is not stored."""

    id: int
    role: Role
    remits: tuple[Remit, ...]
    note: str
    inviter_id: int
    inviter: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by: str | None = None
    revoked_at: datetime | None = None

    def state(self, at: datetime) -> InvitationState:
        """The state at an instant; where several apply, the most final one."""
        if self.used_at is not None:
            return InvitationState.USED
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        return InvitationState.EXPIRED if at >= self.expires_at else InvitationState.OPEN

    def require_open(self, at: datetime) -> None:
        """Raise NotNow, saying why, unless it can still be used."""
        state = self.state(at)
        if state is not InvitationState.OPEN:
            raise NotNow(_WHY_NOT[state])
