"""What readers ask for: editions by feed number or instant, the feed, and a record's history."""

import re
from datetime import UTC, date, datetime

import msgspec

from legalmap import clock
from legalmap.domain.desk.revisions import Publication, Revision
from legalmap.domain.errors import BadQuery, Missing
from legalmap.domain.law import days, diff
from legalmap.domain.law.diff import Change
from legalmap.services.core.tracker import Tracker
from legalmap.services.editions.due_index import Ageing
from legalmap.services.editions.editions import Edition, Editions
from legalmap.services.reading.published_changes import seen_before
from legalmap.store.history import feed, records

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# At most nine digits: they fit into an integer column of every database.
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)


class Entry(msgspec.Struct, frozen=True):
    """One publication, its revision, and the one readers saw before; None if there was none."""

    publication: Publication
    revision: Revision
    before: Revision | None


class Stretch(msgspec.Struct, frozen=True):
    """Some entries of the feed, the ``since`` for the next ones, and the head, read in one transaction."""

    entries: list[Entry]
    next_since: int
    head: int


class Reader:
    """Answers readers' questions about one tracker. Holds the editions. Thread-safe."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self.ageing = Ageing()
        self._editions = Editions(tracker)

    def edition(self, topic: str, known_at: str | None = None) -> Edition:
        """The newest edition of a topic, or that of a feed number or instant in ``known_at``.

        Raise Missing for an unknown topic, BadQuery if ``known_at`` is neither, or in the future.
        """
        found_topic = self.tracker.topic(topic)
        if not known_at:
            return self._editions.newest(found_topic)
        return self._editions.at(found_topic, self._feed_no(known_at))

    def _feed_no(self, known_at: str) -> int:
        if not _NUMBER.fullmatch(known_at):
            with self.tracker.reading() as connection:
                return feed.head_at(connection, _instant(known_at))
        feed_no, head = int(known_at), self.head()
        if feed_no > head:
            raise BadQuery.at("known_at", f"The feed ends at {head}: give a number up to it.")
        return feed_no

    def head(self) -> int:
        """The newest feed number."""
        return self.tracker.heading.now()

    def feed(
        self, since: int, limit: int, topic: str | None = None, *, newest_first: bool = False
    ) -> list[Publication]:
        """At most ``limit`` publications after ``since``, of one topic or all."""
        if topic is not None:
            self.tracker.topic(topic)
        with self.tracker.reading() as connection:
            return feed.entries(connection, since, limit, topic=topic, newest_first=newest_first)

    def stretch(self, since: int, limit: int, topic: str | None = None) -> Stretch:
        """At most ``limit`` publications after ``since``, with the revisions before and after."""
        if topic is not None:
            self.tracker.topic(topic)
        with self.tracker.reading() as connection:
            head = feed.head(connection)
            publications = feed.entries(connection, since, limit, topic=topic)
            ids = [publication.revision_id for publication in publications]
            revisions, bases = records.with_bases(connection, ids)
        entries = [
            Entry(publication, revisions[key], seen_before(revisions[key], bases))
            for publication, key in zip(publications, ids, strict=True)
        ]
        # If it is not full there is nothing more of this topic up to the head: go on from there.
        next_since = publications[-1].feed_no if len(entries) == limit else head
        return Stretch(entries, next_since, head)

    def published_revisions(self, topic: str, code: str) -> list[Revision]:
        """The published revisions of a record, newest first; empty if there is no record."""
        with self.tracker.reading() as connection:
            record = records.find(connection, topic, code)
            revisions = records.revisions_of(connection, record.id) if record else []
        return [revision for revision in revisions if revision.published_at is not None]

    def published_revision(self, topic: str, code: str, number: int) -> Revision:
        """The published revision with that number; raise Missing, naming the others, if there is none."""
        revisions = self.published_revisions(topic, code)
        for revision in revisions:
            if revision.number == number:
                return revision
        near = [str(revision.number) for revision in revisions]
        raise Missing("revision", f"{number} of {topic}/{code}", near)

    def difference(
        self, topic: str, code: str, older: int, newer: int
    ) -> tuple[Revision, Revision, list[Change]]:
        """Two published revisions and the fields that differ; raise Missing if one was never published."""
        before = self.published_revision(topic, code, older)
        after = self.published_revision(topic, code, newer)
        return before, after, diff.shown(before.payload, after.payload)


class RequestedDay(msgspec.Struct, frozen=True):
    """The day of the law that a reader wants; ``given``: whether they named it or it is today."""

    day: date
    given: bool


def asked_day(text: str | None) -> RequestedDay:
    """Parse ``as_of``, a full ISO date; empty means today in UTC. Raise BadQuery for anything else."""
    if not text:
        return RequestedDay(clock.today(), given=False)
    wrong = BadQuery.at("as_of", f"“{text}” is not a day. Write a full date such as 2026-07-01.")
    if not _DAY.fullmatch(text):
        raise wrong
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise wrong from None
    if not EARLIEST <= day <= LATEST:
        raise BadQuery.at("as_of", f"Give a day from {EARLIEST} to {LATEST}.")
    return RequestedDay(day, given=True)


def _instant(text: str) -> datetime:
    wrong = BadQuery.at(
        "known_at",
        f"“{text}” is neither a feed number, nor a day such as 2026-11-23, by whose end one asks, "
        "nor an instant such as 2026-11-23T12:00:00Z.",
    )
    try:
        if _DAY.fullmatch(text):
            instant = days.end_of(date.fromisoformat(text))
            if instant > clock.now() >= days.start_of(instant.date(), None):
                raise BadQuery.at(
                    "known_at", "That day is not over: leave it out for what is known now."
                )
        else:
            # A plus sign that was not escaped in the query arrives as a space.
            instant = datetime.fromisoformat(text.replace(" ", "+"))
        # Without a zone UTC is meant; year 1 or 9999 may have no instant in UTC at all.
        instant = instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong from None
    if instant > clock.now():
        # The same URL would show something else later, although it was cached as final.
        raise BadQuery.at("known_at", "Give an instant that is not in the future.")
    return instant
