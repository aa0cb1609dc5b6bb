"""Invitations: open until they are used, taken back, or too old."""

from datetime import timedelta
from typing import Any

import pytest

from legalmap.domain.errors import NotNow
from legalmap.domain.people.invitations import LIFE, Invitation, InvitationState
from legalmap.domain.people.roles import Role
from tests.store.build import NOW


def an_invitation(**changed: Any) -> Invitation:
    fields = {
        "id": 1,
        "role": Role.MODERATOR,
        "remits": (),
        "note": "",
        "inviter_id": 2,
        "inviter": "root",
        "created_at": NOW,
        "expires_at": NOW + LIFE,
        **changed,
    }
    return Invitation(**fields)


@pytest.mark.parametrize(
    ("facts", "after", "state", "says"),
    [
        ({}, timedelta(0), InvitationState.OPEN, None),
        ({}, LIFE - timedelta(seconds=1), InvitationState.OPEN, None),
        ({}, LIFE, InvitationState.EXPIRED, "expired"),
        ({"revoked_at": NOW}, timedelta(0), InvitationState.REVOKED, "taken back"),
        ({"used_at": NOW, "used_by": "nora"}, timedelta(0), InvitationState.USED, "used already"),
        # What was used stays used, however old it grows.
        ({"used_at": NOW, "used_by": "nora"}, LIFE, InvitationState.USED, "used already"),
        ({"revoked_at": NOW}, LIFE, InvitationState.REVOKED, "taken back"),
    ],
)
def test_the_state_follows_from_facts(
    facts: dict[str, Any], after: timedelta, state: InvitationState, says: str | None
) -> None:
    invitation = an_invitation(**facts)
    assert invitation.state(NOW + after) is state
    if says is None:
        invitation.require_open(NOW + after)
    else:
        with pytest.raises(NotNow, match=says):
            invitation.require_open(NOW + after)
