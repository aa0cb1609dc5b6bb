"""Webhooks as values: where one goes, how it is signed, and when it is tried again."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

import msgspec

SECRET_PREFIX = "whsec_"  # noqa: S105 - what a secret begins with is no secret
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=6)
# A receiver that answers to nothing for so long is given up.
PATIENCE = timedelta(days=5)
# Where nobody ran the worker for days, one bad answer after that says little.
LEAST_FAILURES = 10


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """One receiver. ``delivered_feed_no`` is the last publication it took."""

    id: int
    url: str
    topic: str | None
    secret: str
    created_at: datetime
    delivered_feed_no: int
    failures: int
    failing_since: datetime | None
    last_error: str
    next_at: datetime | None
    disabled_at: datetime | None


def pause_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: four times as long each time."""
    return min(FIRST_PAUSE * 4.0 ** min(failures - 1, 10), LONGEST_PAUSE)


def is_given_up(failures: int, failing_since: datetime, at: datetime) -> bool:
    """Whether a receiver has failed for too long."""
    return failures >= LEAST_FAILURES and at - failing_since >= PATIENCE


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature of a message by Standard Webhooks, symmetric, version 1."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    made = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"
