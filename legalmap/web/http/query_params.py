"""What the address of a page asks for: topic, day and edit time, read in the same way everywhere."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import request

from legalmap import clock
from legalmap.domain.errors import BadQuery
from legalmap.domain.law import days
from legalmap.domain.law.answer import Answer
from legalmap.domain.law.caveats import Caveat
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.resolution import Resolution
from legalmap.domain.law.topics import Topic
from legalmap.services.editions.editions import Edition
from legalmap.services.reading.reader import asked_day
from legalmap.web.http.permissions import reader


class View(msgspec.Struct, frozen=True):
    """An edition, the day asked about, and the query (“?” included) that keeps both in every link.

    ``names_day``: whether the reader named the day; else it is today in ``time_zone``, by default UTC.
    """

    edition: Edition
    as_of: date
    query: str
    names_day: bool
    time_zone: str | None = None

    @property
    def is_past(self) -> bool:
        """Whether a day or an edit time was named: it may differ from what holds at present."""
        return bool(self.query)

    @property
    def feed_no(self) -> int:
        """The feed number of the edition."""
        return self.edition.feed_no

    @property
    def changed_at(self) -> datetime | None:
        """When the answer last changed. Unless a day is named, it changes with every day."""
        published = self.edition.changed_at
        if self.names_day or published is None:
            return published
        return max(published, days.start_of(self.as_of, self.time_zone))

    @property
    def today(self) -> date:
        """The present day where the reader asks about."""
        return days.today_in(clock.now(), self.time_zone)

    def at(self, *places: Jurisdiction) -> "View":
        """The same by the clocks of some places; of several time zones, by UTC."""
        zones = {place.time_zone for place in places}
        zone = zones.pop() if len(zones) == 1 else None
        there = msgspec.structs.replace(self, time_zone=zone)
        return there if self.names_day else msgspec.structs.replace(there, as_of=there.today)

    def answer(self, place: Jurisdiction) -> Answer:
        """What a person is told of a place on that day."""
        return self.edition.answer(place, self.as_of)

    def whose_day(self, resolution: Resolution) -> Caveat | None:
        """Which day was taken for today, where that may decide the answer."""
        return None if self.names_day else days.whose_day(resolution, self.time_zone)

    @property
    def head(self) -> dict[str, Any]:
        """The keys with which answers of the API begin."""
        about = {"feed_no": self.feed_no, "as_of": self.as_of}
        return {**about, "topic": self.topic.code, "scope": self.topic.scope}

    @property
    def topic(self) -> Topic:
        """The topic of the edition."""
        return self.edition.topic

    @property
    def is_future(self) -> bool:
        """Whether the day is still to come: the law may change until then."""
        return self.as_of > self.today


def view(topic: str, parameters: Mapping[str, str] | None = None) -> View:
    """The view that ``as_of`` and ``known_at`` ask for; ``parameters`` are by default those of the address.

    Raise Missing for an unknown topic, BadQuery for a parameter that cannot be read.
    """
    parameters = request.args if parameters is None else parameters
    day = asked_day(parameters.get("as_of"))
    known_at = parameters.get("known_at") or None
    edition = reader().edition(topic, known_at)
    as_of = day.day.isoformat() if day.given else None
    return View(edition, day.day, as_query(as_of=as_of, known_at=known_at), day.given)


def as_query(**parameters: object) -> str:
    """Parameters as the end of an address, “?” included; those that say nothing are left out."""
    pairs = {name: value for name, value in parameters.items() if value}
    return f"?{urlencode(pairs)}" if pairs else ""


def choice(name: str, allowed: Iterable[str]) -> str | None:
    """A filter parameter: one of ``allowed``, or None when it is absent or empty."""
    value = request.args.get(name) or None
    codes = list(allowed)
    # Never ignored: a filter that is misspelt would show everything and look right.
    if value is not None and value not in codes:
        raise BadQuery.at(name, f"“{value}” is not known. Choose from: {', '.join(codes)}.")
    return value


def as_number(text: str) -> int | None:
    """The number in ``text``; None unless it is one to nine digits, which every database can hold."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def number(name: str, message: str) -> int | None:
    """A number in the address, None if it is absent; raise BadQuery with ``message`` for anything else."""
    text = request.args.get(name)
    value = None if text is None else as_number(text)
    if text is not None and value is None:
        raise BadQuery.at(name, message)
    return value


def page(most: int) -> int:
    """The page of a long list, from 1 to ``most``; raise BadQuery for any other."""
    text = request.args.get("page") or "1"
    value = as_number(text)
    if value is None or not 1 <= value <= most:
        raise BadQuery.at(
            "page", f"There is no page “{text[:20]}”: give a number from 1 to {most}."
        )
    return value
