"""The order and the filters of the review queue."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from legalmap.domain.desk.edit_intents import Intent

Order = Literal["risk", "age"]
Owner = Literal["", "not-mine", "free"]
# The choices of the age filter: how long a proposal has waited at least.
AGES: dict[str, timedelta] = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}


class QueueFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the queue to show, and in which order; None narrows nothing.

    ``place`` includes everything below it. ``age`` is a key of ``AGES``, ``risk`` an index of ``risk.LEVELS``.
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
    """The position of one proposal in the queue, in both orders: where the next page begins."""

    risk: int
    at: datetime
    revision_id: int
