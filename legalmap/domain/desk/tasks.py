"""What to look up next about a record: a sentence for the desk, which no reader sees."""

from datetime import datetime

import msgspec

MAX_TEXT = 500


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to look up; ``done_at`` is when a moderator ticked it off."""

    id: int
    topic: str
    jurisdiction: str
    text: str
    created_at: datetime
    done_at: datetime | None
