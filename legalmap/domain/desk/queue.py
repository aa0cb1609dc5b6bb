"""The order and the filters of what waits for review."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from legalmap.domain.desk.edit_intents import Intent

Order = Literal["risk", "age"]
Owner = Literal["", "not-mine", "free"]
# How long something waited at least, by the word of the filter.
AGES: dict[str, timedelta] = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}


class QueueFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What part of the queue somebody wants, and in which order. ``place``: with all below it.

    ``owner``: ``not-mine`` leaves out one's own work, ``free`` is what one can take up now.
    """

    topic: str | None = None
    place: str | None = None
    intent: Intent | None = None
    age: str | None = None
    risk: int | None = None
    owner: Owner = ""
    order: Order = "risk"


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A spot in the queue: what stands there comes before everything behind it in either order."""

    risk: int
    at: datetime
    revision_id: int
