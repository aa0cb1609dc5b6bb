"""A claim holds for half an hour, keeps others off unless they insist, and forbids nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from legalmap.domain.claims import CLAIM_LIFE, Claim, check_free
from legalmap.domain.errors import NotNow

AT = datetime(2026, 11, 3, 9, 5, tzinfo=UTC)
BEN, CLEO = 1, 2
BENS = Claim(subject_id=7, account_id=BEN, handle="ben", at=AT, expires_at=AT + CLAIM_LIFE)


@pytest.mark.parametrize(
    ("claim", "actor", "minutes", "over", "free"),
    [
        (None, CLEO, 0, False, True),  # What nobody claimed is free.
        (BENS, BEN, 10, False, True),  # One’s own claim can be made longer.
        (BENS, CLEO, 10, False, False),  # Somebody else’s keeps others off…
        (BENS, CLEO, 10, True, True),  # …unless they take it over on purpose.
        (BENS, CLEO, 30, False, True),  # It ends by itself, to the minute.
        (BENS, CLEO, 29.9, False, False),
    ],
)
def test_who_may_take_what(
    claim: Claim | None, actor: int, minutes: float, over: bool, free: bool
) -> None:
    now = AT + timedelta(minutes=minutes)
    if free:
        check_free(claim, actor, now, over=over)
        return
    with pytest.raises(NotNow, match="ben is at it until 09:35 UTC"):
        check_free(claim, actor, now, over=over)
