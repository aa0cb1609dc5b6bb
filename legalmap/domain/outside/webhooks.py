"""Webhooks as values: the receiver, and how messages to it are signed."""

import base64
import hashlib
import hmac
from datetime import datetime

import msgspec

SECRET_PREFIX = "whsec_"  # noqa: S105 - what a secret begins with is no secret


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """One receiver. ``delivered_feed_no`` is the last publication it took; ``topic`` None means all.

    ``next_at`` is when to try again, None at once. ``disabled_at`` is set once it was given up.
    """

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
    """The symmetric signature (v1) of a message by the Standard Webhooks specification 1.0.

    ``secret`` is base64 behind its prefix, ``timestamp`` in seconds since 1970.
    """
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
