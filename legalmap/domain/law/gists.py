"""The gist of a payload: what decides the status on any day, without words and sources.

Maps and counts are made from gists: thousands of revisions share one, and all of them fit in memory.
"""

from functools import lru_cache

import msgspec

from legalmap.domain.law import dates
from legalmap.domain.law.payload import Payload, VerifiedHow, canonical_bytes, from_bytes

KEPT_GISTS = 20_000


def gist_of(payload: Payload) -> Payload:
    """The periods with their dates, status, force and answers, and nothing else."""
    bare = tuple(
        msgspec.structs.replace(period, enacted_on=None, summary="", sources=())
        for period in payload.periods
    )
    # In the first form, so that what is stored stays as it is when a new one comes.
    return Payload(periods=bare)


def content_of(payload: Payload) -> str:
    """The gist as the text it is stored by: equal gists give equal texts."""
    return canonical_bytes(gist_of(payload)).decode()


@lru_cache(maxsize=KEPT_GISTS)
def read(content: str, last_verified: str | None, verified_how: VerifiedHow | None) -> Payload:
    """The gist of a stored text as a payload, so that it resolves by the same rules."""
    evidence = dates.read(last_verified) if last_verified else None
    gist = from_bytes(content)
    return msgspec.structs.replace(gist, last_verified=evidence, verified_how=verified_how)
