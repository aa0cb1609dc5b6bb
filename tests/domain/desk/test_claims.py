"""A claim holds for half an hour, keeps others off unless they insist, and forbids no verdict."""

from datetime import UTC, datetime, timedelta

import pytest

from legalmap.domain.desk.claims import CLAIM_LIFE, Claim, check_free, told
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


@pytest.mark.parametrize(
    ("life", "until"),
    [
        (CLAIM_LIFE, "09:35 UTC"),
        (timedelta(hours=14, minutes=54), "23:59 UTC"),
        (timedelta(hours=14, minutes=55), "4 November 2026 at 00:00 UTC"),
        (timedelta(days=1), "4 November 2026 at 09:05 UTC"),
    ],
)
def test_the_day_is_told_unless_it_is_today(life: timedelta, until: str) -> None:
    claim = Claim(subject_id=7, account_id=BEN, handle="ben", at=AT, expires_at=AT + life)
    assert claim.until(AT) == until


def test_the_log_tells_who_had_it_before_and_nothing_if_it_only_lasts_longer() -> None:
    cleos = Claim(subject_id=7, account_id=CLEO, handle="cleo", at=AT, expires_at=AT + CLAIM_LIFE)
    after = {"held_by": "cleo", "until": "2026-11-03T09:35:00Z"}
    assert told(None, cleos) == ("claim", {"after": after})
    assert told(BENS, cleos) == ("take-over", {"before": {"held_by": "ben"}, "after": after})
    assert told(cleos, cleos) is None
