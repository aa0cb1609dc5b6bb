"""How often something is tried again that did not reach its receiver, and when it is given up."""

from datetime import datetime, timedelta

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=6)
# A receiver that answers to nothing for so long is given up.
PATIENCE = timedelta(days=5)
# Where nobody ran the worker for days, one bad answer after that says little.
LEAST_FAILURES = 10


def pause_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: four times as long each time."""
    return min(FIRST_PAUSE * 4.0 ** min(failures - 1, 10), LONGEST_PAUSE)


def is_given_up(failures: int, failing_since: datetime, at: datetime) -> bool:
    """Whether a receiver has failed for too long."""
    return failures >= LEAST_FAILURES and at - failing_since >= PATIENCE
