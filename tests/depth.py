"""How far chance is taken: a run of all tests looks so far, “make soak” many times as far."""

import os

TIMES = int(os.environ.get("LEGALMAP_TEST_DEPTH", "1"))


def examples(count: int) -> int:
    """How many cases to make up where a run of all tests makes up ``count``."""
    return count * TIMES
