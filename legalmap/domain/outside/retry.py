"""How often a failed delivery is tried again, and when it is given up."""

from datetime import datetime, timedelta

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=6)
# A receiver that has failed for this long is given up.
PATIENCE = timedelta(days=5)
# But only after this many attempts: if no worker ran for days, one failure after that says little.
LEAST_FAILURES = 10


def pause_after(failures: int) -> timedelta:
    """How long to wait after that many failures in a row: four times longer each time, up to a limit."""
    # The exponent is bounded, since a timedelta is.
    return min(FIRST_PAUSE * 4.0 ** min(failures - 1, 10), LONGEST_PAUSE)


def is_given_up(failures: int, failing_since: datetime, at: datetime) -> bool:
    """Whether a receiver has failed too long and too often to be tried again."""
    return failures >= LEAST_FAILURES and at - failing_since >= PATIENCE
