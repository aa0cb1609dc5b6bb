"""The gist of a payload: what decides the status on any day, without texts and sources.

Maps and counts are made from gists: thousands of revisions share one, so all gists fit in memory.
"""

from functools import lru_cache

import msgspec

from legalmap.domain.law import dates
from legalmap.domain.law.payload import Payload, VerifiedHow, canonical_bytes, from_bytes


def gist_of(payload: Payload) -> Payload:
    """The periods with their dates, status, force and answers, and nothing else."""
    # The day of enactment is no part of it: it decides nothing.
    bare = tuple(
        msgspec.structs.replace(period, enacted_on=None, summary="", sources=())
        for period in payload.periods
    )
    # In the first form, so that what is stored stays as it is when a new one comes.
    return Payload(periods=bare)


def content_of(payload: Payload) -> str:
    """The gist of a payload as stored: equal gists give equal texts."""
    return canonical_bytes(gist_of(payload)).decode()


@lru_cache(maxsize=20_000)
def read(content: str, last_verified: str | None, verified_how: VerifiedHow | None) -> Payload:
    """A stored gist as a payload, so that it resolves by the same rules; raise Invalid if it is none."""
    evidence = dates.read(last_verified) if last_verified else None
    gist = from_bytes(content)
    return msgspec.structs.replace(gist, last_verified=evidence, verified_how=verified_how)
