"""What is due of each topic today, kept in the order of the round.

A publication moves the records it changed; all are looked at once a day only.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from heapq import merge

from legalmap.domain.desk.rounds import Due, Rank, rank
from legalmap.services.editions.editions import Edition
from legalmap.services.editions.latest import Latest
from legalmap.services.editions.past_index import status_on


class Aged:
    """The records of one topic that are due on a day. Nobody changes one: it grows into another."""

    def __init__(self, edition: Edition, day: date, codes: list[str]) -> None:
        self.edition, self.day = edition, day
        # In the order of the round.
        self.codes = codes

    @classmethod
    def whole(cls, edition: Edition, day: date) -> "Aged":
        """All records looked at, one by one."""
        nothing = cls(edition, day, [])
        found = [due for code in edition.codes if (due := nothing.due(code))]
        return cls(edition, day, [due.place.code for due in sorted(found, key=rank)])

    def due(self, code: str) -> Due | None:
        """One record; None if there is none, or its evidence is fresh."""
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
            status=status,
            severity=topic.status(status).severity if status else None,
        )

    @classmethod
    def mended(cls, edition: Edition, day: date, known: "Aged", changed: Collection[str]) -> "Aged":
        """The same from an earlier one: what was published meanwhile is put where it belongs now."""
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
    """Records of some topics in the order of the round: each is looked at only when it is reached."""

    def __init__(self, parts: list[tuple[Aged, list[str]]]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        """How many there are."""
        return sum(len(codes) for _, codes in self._parts)

    def __iter__(self) -> Iterator[Due]:
        """From the first on."""
        return merge(*(filter(None, map(aged.due, codes)) for aged, codes in self._parts), key=rank)


def _latest() -> Latest[Edition, Aged]:
    return Latest(Aged.whole, Aged.mended)


class Ageing:
    """What is due of each topic, kept between requests; safe between threads."""

    def __init__(self) -> None:
        self._now = defaultdict[str, Latest[Edition, Aged]](_latest)
        self._began = defaultdict[str, Latest[Edition, Aged]](_latest)

    def of(self, edition: Edition, day: date) -> Aged:
        """What is due of an edition, the newest of its topic, on a day."""
        return self._now[edition.topic.code].of(edition, day)

    def began(self, edition: Edition, day: date) -> frozenset[str]:
        """What was due of an edition on the first day of a month, which never changes."""
        return frozenset(self._began[edition.topic.code].of(edition, day).codes)
