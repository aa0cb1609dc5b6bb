"""The gist of every record at any feed number, in memory once somebody asks about the past.

Twelve bytes for each publication, and now and then a snapshot of all records: a past map is a copy of
the nearest snapshot and a short walk from there, however long the history is.
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

# Publications between two snapshots, or as many as there are records if that is more.
STRIDE = 4_000
# How many decoded gists are cached. Thousands of revisions share one.
KEPT_GISTS = 20_000
NOTHING = 0


class Courses:
    """The history of gists of every record of one topic. Thread-safe."""

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
        # Snapshots: (rows before it, gist id of each record); the first stands before all rows.
        self._stands: list[tuple[int, array[int]]] = [(0, array("I"))]
        self._gists: dict[int, Payload] = {}

    def statuses(self, feed_no: int, as_of: date) -> dict[str, str | None]:
        """The status of every record on a day, as known at a feed number."""
        with self._lock:
            # Up to the head, not only to ``feed_no``: the next question will be about another number.
            self._grow(max(feed_no, self._tracker.heading.now()))
            stood = self._stood(bisect_right(self._feed_nos, feed_no))
            gists = self._read(set(stood))
        statuses = {key: status_on(gist, as_of) for key, gist in gists.items()}
        pairs = zip(self._codes, stood, strict=False)
        return {code: statuses[gist_id] for code, gist_id in pairs if gist_id != NOTHING}

    def _grow(self, feed_no: int) -> None:
        """Load what was published since the last time."""
        if feed_no <= self._feed_no:
            return
        with self._tracker.reading(feed_no) as connection:
            for publication in gist_index.said_since(
                connection, self._topic, self._feed_no, feed_no
            ):
                self._add(publication)
        self._feed_no = feed_no

    def _add(self, publication: gist_index.Said) -> None:
        number = self._numbers.setdefault(publication.jurisdiction, len(self._codes))
        if number == len(self._codes):
            self._codes.append(publication.jurisdiction)
        self._feed_nos.append(publication.feed_no)
        self._records.append(number)
        self._gist_ids.append(publication.gist_id)
        rows = len(self._feed_nos)
        if rows - self._stands[-1][0] >= max(STRIDE, len(self._codes)):
            self._stands.append((rows, self._stood(rows)))

    def _stood(self, rows: int) -> "array[int]":
        """The gist id of each record after that many rows; NOTHING where it did not exist yet."""
        at = bisect_right(self._stands, rows, key=lambda stand: stand[0]) - 1
        begun, stood = self._stands[at]
        gist_of = stood + array("I", bytes(4 * (len(self._codes) - len(stood))))
        for number, gist_id in zip(
            self._records[begun:rows], self._gist_ids[begun:rows], strict=True
        ):
            gist_of[number] = gist_id
        return gist_of

    def _read(self, wanted: set[int]) -> dict[int, Payload]:
        """The gists with these ids, loaded in one query as far as they are not cached."""
        wanted.discard(NOTHING)
        if len(self._gists) > KEPT_GISTS:
            self._gists.clear()
        unread = wanted - self._gists.keys()
        if unread:
            with self._tracker.reading(self._feed_no) as connection:
                texts = gist_index.gists(connection, unread)
            self._gists |= {key: gists.read(text, None, None) for key, text in texts.items()}
        return {key: self._gists[key] for key in wanted}


def status_on(payload: Payload, as_of: date) -> str | None:
    """A record's own status on a day; None where no period covers it."""
    period = in_force_on(payload.periods, as_of)
    return period.status if period else None
