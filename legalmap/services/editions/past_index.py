"""What stood for every place at any feed number, kept in memory once somebody asked for the past.

Eight bytes for each publication, and now and then the whole stand of all records: from the nearest
of those a past map is a copy and a short walk, however long the history is.
"""

from array import array
from bisect import bisect_right
from datetime import date
from threading import Lock

from legalmap.domain.law import gists
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import in_force_on
from legalmap.services.core.tracker import Tracker
from legalmap.store.derived import gist_index

# After how many publications the whole stand is kept once more, unless there are more records.
STRIDE = 4_000
# How many gists stay read. Thousands of revisions share one.
KEPT_GISTS = 20_000
NOTHING = 0


class Courses:
    """The course of every record of one topic. Safe between threads."""

    def __init__(self, tracker: Tracker, topic: str) -> None:
        self._tracker = tracker
        self._topic = topic
        self._lock = Lock()
        self._feed_no = 0
        # The place of each record, numbered in the order of their first publications.
        self._codes: list[str] = []
        self._numbers: dict[str, int] = {}
        # Three columns, one row a publication of the topic: feed number, record, gist.
        self._feed_nos, self._records, self._gist_ids = array("I"), array("I"), array("I")
        # (rows gone before, the gist of each record after them); the first is before everything.
        self._stands: list[tuple[int, array[int]]] = [(0, array("I"))]
        self._gists: dict[int, Payload] = {}

    def statuses(self, feed_no: int, as_of: date) -> dict[str, str | None]:
        """The status of every record on a day, as known at a feed number."""
        with self._lock:
            # Up to the head at once, so that the next question need not go back for a part.
            self._grow(max(feed_no, self._tracker.heading.now()))
            stood = self._stood(bisect_right(self._feed_nos, feed_no))
            said = self._read(set(stood))
        shown = {key: status_on(gist, as_of) for key, gist in said.items()}
        pairs = zip(self._codes, stood, strict=False)
        return {code: shown[gist_id] for code, gist_id in pairs if gist_id != NOTHING}

    def _grow(self, feed_no: int) -> None:
        """Take over what was published since the last look."""
        if feed_no <= self._feed_no:
            return
        with self._tracker.reading(feed_no) as connection:
            for said in gist_index.said_since(connection, self._topic, self._feed_no, feed_no):
                self._add(said)
        self._feed_no = feed_no

    def _add(self, said: gist_index.Said) -> None:
        number = self._numbers.setdefault(said.jurisdiction, len(self._codes))
        if number == len(self._codes):
            self._codes.append(said.jurisdiction)
        self._feed_nos.append(said.feed_no)
        self._records.append(number)
        self._gist_ids.append(said.gist_id)
        rows = len(self._feed_nos)
        if rows - self._stands[-1][0] >= max(STRIDE, len(self._codes)):
            self._stands.append((rows, self._stood(rows)))

    def _stood(self, rows: int) -> "array[int]":
        """The gist of each record after so many publications."""
        at = bisect_right(self._stands, rows, key=lambda stand: stand[0]) - 1
        begun, stood = self._stands[at]
        found = stood + array("I", bytes(4 * (len(self._codes) - len(stood))))
        for number, gist_id in zip(
            self._records[begun:rows], self._gist_ids[begun:rows], strict=True
        ):
            found[number] = gist_id
        return found

    def _read(self, wanted: set[int]) -> dict[int, Payload]:
        """What those gists say."""
        wanted.discard(NOTHING)
        if len(self._gists) > KEPT_GISTS:
            self._gists.clear()
        left = wanted - self._gists.keys()
        if left:
            with self._tracker.reading(self._feed_no) as connection:
                texts = gist_index.gists(connection, left)
            self._gists |= {key: gists.read(text, None) for key, text in texts.items()}
        return {key: self._gists[key] for key in wanted}


def status_on(payload: Payload, as_of: date) -> str | None:
    """A record's own status on a day; None where nothing is known of that day."""
    period = in_force_on(payload.periods, as_of)
    return period.status if period else None
