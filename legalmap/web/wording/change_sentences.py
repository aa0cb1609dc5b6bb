"""Changes as sentences: what changed, from what to what, since when it is law, by which source."""

from typing import Any

import msgspec

from legalmap.domain.law.dates import PartialDate, in_words
from legalmap.domain.law.diff import Change
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.periods import Period
from legalmap.domain.law.sources import Source, by_strength
from legalmap.domain.law.topics import Topic
from legalmap.services.reading.published_changes import News
from legalmap.web.wording import differences, labels
from legalmap.web.wording.differences import Cell

NOTHING = "nothing"
# Texts of more words than this are cut to where they differ, with so many words around it.
LONG, AROUND = 25, 6


class Line(msgspec.Struct, frozen=True):
    """One change in words. ``period`` is the period of law that it is about, if any."""

    what: str
    before: str
    after: str
    period: Period | None

    @property
    def sentence(self) -> str:
        """The whole change as one sentence."""
        if self.before == NOTHING:
            return f"{self.what} added: {_closed(self.after)}"
        if self.after == NOTHING:
            return f"{self.what} removed: {_closed(self.before)}"
        return f"{self.what}: was {self.before.rstrip('.')}; is now {_closed(self.after)}"

    @property
    def sources(self) -> list[Source]:
        """The sources of the law it is about, strongest first."""
        return by_strength(self.period.sources) if self.period else []


class Entry(msgspec.Struct, frozen=True):
    """One publication for a page or a feed: its headline and everything it changed, in words."""

    news: News
    headline: str
    lines: list[Line]


def entry(news: News, topic: Topic) -> Entry:
    """A publication in words."""
    return Entry(news, headline(news, topic), lines(news, topic))


def _closed(words: str) -> str:
    return words if words.rstrip("”").endswith((".", "!", "?")) else f"{words}."


def headline(news: News, topic: Topic) -> str:
    """The first thing to know: how the status changed, or if it did not, what kind of change it was."""
    name = news.place.name
    if news.before is None:
        return f"{name}: first record. {_last(news.revision.payload, topic)}"
    before, after = news.before.payload, news.revision.payload
    if _last(before, topic) != _last(after, topic):
        return f"{name}: {_last(after, topic)}. Before: {_last(before, topic)}"
    if news.revision.kind == "verify":
        return f"{name}: checked, nothing changed"
    if news.revision.kind == "revert":
        return f"{name}: an earlier revision was restored"
    return f"{name}: details changed, the status is the same"


def _last(payload: Payload, topic: Topic) -> str:
    """The newest law of a record: “banned from 1 July 2027”."""
    if not payload.periods:
        return "not researched"
    period = payload.periods[-1]
    return f"{topic.status(period.status).label.lower()}{_from(period.effective_from)}"


def lines(news: News, topic: Topic, changes: list[Change] | None = None) -> list[Line]:
    """Every change of a publication in words, or those of ``changes``; for a first record, its periods."""
    if news.before is None:
        periods = news.revision.payload.periods
        return [Line("Period", NOTHING, _of_period(period, topic), period) for period in periods]
    return [_line(news, change, topic) for change in (news.changes if changes is None else changes)]


def _line(news: News, change: Change, topic: Topic) -> Line:
    before, after = (_plain(cell, topic) for cell in differences.cells(change, topic))
    what = ", ".join(labels.field_words(change, topic))
    return Line(what, *_shortened(before, after), _period_of(news, change))


def _shortened(before: str, after: str) -> tuple[str, str]:
    """Two texts; if both are long, only the part in which they differ, with a few words around it."""
    old, new = before.split(), after.split()
    if min(len(old), len(new)) < LONG:
        return before, after
    # What both share is counted from either end; between them stands what differs.
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    return _stretch(old, start, end), _stretch(new, start, end)


def _shared(words: list[str], other_words: list[str]) -> int:
    """How many words two texts have in common from their beginning."""
    pairs = enumerate(zip(words, other_words, strict=False))
    return next(
        (index for index, (word, other_word) in pairs if word != other_word),
        min(len(words), len(other_words)),
    )


def _stretch(words: list[str], start: int, end: int) -> str:
    first, last = max(start - AROUND, 0), len(words) - max(end - AROUND, 0)
    middle = " ".join(words[first:last])
    return f"“{'… ' * (first > 0)}{middle}{' …' * (last < len(words))}”"


def _period_of(news: News, change: Change) -> Period | None:
    """The period that a change is about, as it is now, or as it was if it was removed."""
    if change.path[0] != "periods":
        return None
    key = change.path[1]
    payloads = [news.revision.payload, *([news.before.payload] if news.before else [])]
    for payload in payloads:
        for period in payload.periods:
            if (period.effective_from.text if period.effective_from else "start") == key:
                return period
    return None


def _of_period(period: Period, topic: Topic) -> str:
    label = topic.status(period.status).label
    return f"{label}{_from(period.effective_from)}. {period.summary}"


def _plain(cell: Cell, topic: Topic) -> str:
    """One side of a change without any markup."""
    value: Any = cell.value
    match cell.kind:
        case "nothing":
            text = NOTHING
        case "status":
            text = _status_word(value, topic)
        case "source":
            text = f"{value['title']}, {value['publisher']}, {value['url']}"
        case "bill":
            text = f"{value['ref']}: {value['what']}"
        case "list":
            text = ", ".join(value)
        case "period":
            start = value.get("effective_from")
            since = _from(PartialDate(start) if start else None)
            text = f"{_status_word(value['status'], topic)}{since}. {value['summary']}"
        case _:
            text = str(value)
    return text


def _status_word(code: str, topic: Topic) -> str:
    return next((status.label for status in topic.statuses if status.code == code), code)


def _from(start: PartialDate | None) -> str:
    return f" from {in_words(start)}" if start else ""
