"""The gist of a payload: what decides the status on any day, without words and sources.

Maps and counts are made from gists: thousands of revisions share one, and all of them fit in memory.
"""

from datetime import date
from functools import lru_cache

import msgspec

from legalmap.domain.law.payload import Payload, canonical_bytes, from_bytes

KEPT_GISTS = 20_000


def gist_of(payload: Payload) -> Payload:
    """The periods with their dates, status, force and answers, and nothing else."""
    bare = tuple(
        msgspec.structs.replace(period, enacted_on=None, summary="", sources=())
        for period in payload.periods
    )
    return Payload(periods=bare)


def content_of(payload: Payload) -> str:
    """The gist as the text it is stored by: equal gists give equal texts."""
    return canonical_bytes(gist_of(payload)).decode()


@lru_cache(maxsize=KEPT_GISTS)
def read(content: str, last_verified: date | None) -> Payload:
    """The gist of a stored text as a payload, so that it resolves by the same rules."""
    return msgspec.structs.replace(from_bytes(content), last_verified=last_verified)
