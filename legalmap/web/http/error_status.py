"""The HTTP status of each error of the domain, and its name, for pages and for the API."""

import msgspec

from legalmap.domain.errors import (
    AlreadyDecided,
    BadQuery,
    Forbidden,
    Invalid,
    Missing,
    NothingChanged,
    NotInstalled,
    NotNow,
    NotSignedIn,
    NotYet,
    OwnWork,
    Stale,
    UnlistedZip,
    Unusable,
)

# Seconds to wait before asking again when the database cannot be used, or a large file is being made.
RETRY_AFTER = "10"
NO_FILE = "This file cannot be made at the moment. Ask again in a little while."
OUT_OF_ORDER = "The database cannot be used at the moment. Ask again in a little while."


class Kind(msgspec.Struct, frozen=True):
    """A kind of problem; ``name`` stays the same whatever the words say."""

    status: int
    name: str
    title: str


# The first class an error is an instance of counts.
KINDS: list[tuple[type[Exception], Kind]] = [
    (UnlistedZip, Kind(404, "unlisted-zip", "This ZIP code is not in the Census list")),
    (Missing, Kind(404, "missing", "There is no such thing")),
    (BadQuery, Kind(400, "bad-query", "The address cannot be read")),
    (Invalid, Kind(422, "invalid", "Something needs mending")),
    (NotSignedIn, Kind(401, "not-signed-in", "Sign in first")),
    (OwnWork, Kind(403, "own-work", "Somebody else has to review this")),
    (Forbidden, Kind(403, "forbidden", "Not allowed")),
    (AlreadyDecided, Kind(409, "already-decided", "Already decided")),
    (Stale, Kind(409, "stale", "The record has moved on")),
    (NotNow, Kind(409, "not-now", "Not possible now")),
    (NothingChanged, Kind(409, "nothing-changed", "Nothing changed")),
    (NotInstalled, Kind(501, "not-installed", "Not installed here")),
    (NotYet, Kind(503, "not-yet", "The file is being made")),
    (Unusable, Kind(503, "unusable", "Out of order for a moment")),
]
UNFORESEEN = Kind(500, "unforeseen", "Our mistake")


def of(error: Exception) -> Kind:
    """The kind of an error; anything we did not foresee is our mistake."""
    return next((kind for known, kind in KINDS if isinstance(error, known)), UNFORESEEN)
