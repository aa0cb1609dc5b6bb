"""The records due for verification today, kept sorted in the order of the round.

All records are examined once a day; after a publication only those that it changed.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from heapq import merge

from legalmap.domain.desk.rounds import Due, Rank, rank
from legalmap.services.editions.editions import Edition
from legalmap.services.editions.past_index import status_on
from legalmap.services.editions.per_day_cache import PerDayCache


class Aged:
    """The records of one topic that are due on a day. Immutable: ``mended`` makes a newer one."""

    def __init__(self, edition: Edition, day: date, codes: list[str]) -> None:
        self.edition, self.day = edition, day
        # In the order of the round.
        self.codes = codes

    @classmethod
    def whole(cls, edition: Edition, day: date) -> "Aged":
        """Made by examining every record of the edition."""
        empty = cls(edition, day, [])
        due_records = [due for code in edition.codes if (due := empty.due(code))]
        return cls(edition, day, [due.place.code for due in sorted(due_records, key=rank)])

    def due(self, code: str) -> Due | None:
        """The entry of one record; None if there is no record or its evidence is fresh."""
        item = self.edition.records.get(code)
        fresh = self.edition.freshness_of(item, self.day) if item else "fresh"
        if item is None or fresh == "fresh":
            return None
        status = status_on(item.gist, self.day)
        topic = self.edition.topic
        return Due(
            topic=topic.code,
            place=item.place,
            record_id=item.publication.record_id,
            freshness=fresh,
            last_verified=item.handy.last_verified,
            verified_how=item.handy.verified_how,
            status=status,
            severity=topic.status(status).severity if status else None,
        )

    @classmethod
    def mended(cls, edition: Edition, day: date, known: "Aged", changed: Collection[str]) -> "Aged":
        """Made from an earlier one: only the ``changed`` records are examined and moved."""
        later = cls(edition, day, [code for code in known.codes if code not in changed])
        for code in changed:
            if later.due(code):
                insort(later.codes, code, key=later._rank)
        return later

    def _rank(self, code: str) -> Rank:
        due = self.due(code)
        if due is None:
            raise KeyError(code)
        return rank(due)


class DueList:
    """Due records of some topics in the order of the round, each made only when iteration reaches it."""

    def __init__(self, parts: list[tuple[Aged, list[str]]]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        """How many there are."""
        return sum(len(codes) for _, codes in self._parts)

    def __iter__(self) -> Iterator[Due]:
        """The entries, most urgent first."""
        return merge(*(filter(None, map(aged.due, codes)) for aged, codes in self._parts), key=rank)


def _latest() -> PerDayCache[Edition, Aged]:
    return PerDayCache(Aged.whole, Aged.mended)


class Ageing:
    """What is due of each topic, cached between requests. Thread-safe."""

    def __init__(self) -> None:
        self._now = defaultdict[str, PerDayCache[Edition, Aged]](_latest)
        self._began = defaultdict[str, PerDayCache[Edition, Aged]](_latest)

    def of(self, edition: Edition, day: date) -> Aged:
        """What is due on a day in the newest edition of a topic."""
        return self._now[edition.topic.code].of(edition, day)

    def began(self, edition: Edition, day: date) -> frozenset[str]:
        """Codes that were due on the first day of a month, in the edition of that moment."""
        return frozenset(self._began[edition.topic.code].of(edition, day).codes)
