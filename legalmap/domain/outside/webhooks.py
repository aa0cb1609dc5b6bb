"""Webhooks as values: where one goes, and how it is signed."""

import base64
import hashlib
import hmac
from datetime import datetime

import msgspec

SECRET_PREFIX = "whsec_"  # noqa: S105 - what a secret begins with is no secret


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


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The signature of a message by Standard Webhooks, symmetric, version 1."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    made = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"
