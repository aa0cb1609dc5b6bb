"""The one cache of finished answers, in front of Flask.

An answer is kept under what decides it: the site, the path, the parameters that its view declares, and the
content coding. It holds until the feed moves or its quarter of an hour has passed, whichever comes
first: somewhere a new day begins then.
"""

from collections import OrderedDict
from typing import NamedTuple

from legalmap.web.http.answer import Answer

# All entries together; and of one entry: its bytes, and the letters of its key.
MOST_ENTRIES, MOST_BYTES = 4_000, 24_000_000
MOST_OF_ONE, MOST_KEY = 4_000_000, 1_000
# What an entry takes besides its texts: objects, slots, tuples.
_OVERHEAD = 1_500


class Key(NamedTuple):
    """What decides an answer. ``site`` is scheme and host as far as they may show in it."""

    site: str
    path: str
    query: str
    coding: str


# A key, or its four texts as they come: a plain tuple is quicker to make.
Address = Key | tuple[str, str, str, str]


class Entry(NamedTuple):
    """A finished answer. ``feed_no``: the head at which it holds, None for every one.

    ``since``, ``until``: from and to when it holds, in seconds since the epoch. ``is_ours``: whether the
    coding was made here, so that another can be made from it.
    """

    answer: Answer
    feed_no: int | None
    since: float
    until: float
    is_ours: bool


class Cache:
    """A bounded number of entries and bytes; who was not asked for longest goes first. For one thread."""

    def __init__(self, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES) -> None:
        self._most_entries, self._most_bytes = most_entries, most_bytes
        self._entries: OrderedDict[Address, Entry] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        """How many answers are kept."""
        return len(self._entries)

    def get(self, key: Address, feed_no: int, now: float) -> Entry | None:
        """The entry that holds at a feed number and instant."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if not entry.since <= now < entry.until or entry.feed_no not in (None, feed_no):
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def keep(self, key: Address, entry: Entry) -> None:
        """Keep one more, if it is of a size that is kept."""
        size = _size(key, entry)
        if size > MOST_OF_ONE or sum(map(len, key)) > MOST_KEY:
            return
        self._drop(key)
        self._entries[key] = entry
        self.bytes += size
        while self.bytes > self._most_bytes or len(self._entries) > self._most_entries:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Address) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= _size(key, entry)


def _size(key: Address, entry: Entry) -> int:
    headers = sum(len(name) + len(value) for name, value in entry.answer.headers)
    return len(entry.answer.body) + headers + sum(map(len, key)) + _OVERHEAD
