"""The gist of a payload: what decides the status on any day, without texts and sources.

Maps and counts are made from gists: thousands of revisions share one, so all gists fit in memory.
"""

from datetime import date
from functools import lru_cache

import msgspec

from legalmap.domain.law.payload import Payload, canonical_bytes, from_bytes


def gist_of(payload: Payload) -> Payload:
    """The periods with their dates, status, force and answers, and nothing else."""
    # The day of enactment is no part of it: it decides nothing.
    bare = tuple(
        msgspec.structs.replace(period, enacted_on=None, summary="", sources=())
        for period in payload.periods
    )
    return Payload(periods=bare)


def content_of(payload: Payload) -> str:
    """The gist of a payload as stored: equal gists give equal texts."""
    return canonical_bytes(gist_of(payload)).decode()


@lru_cache(maxsize=20_000)
def read(content: str, last_verified: date | None) -> Payload:
    """A stored gist as a payload, so that it resolves by the same rules; raise Invalid if it is none."""
    return msgspec.structs.replace(from_bytes(content), last_verified=last_verified)
