"""Corrections: what was published wrong, since when, and what is published now."""

from datetime import datetime

import msgspec

from legalmap.domain.desk.edit_intents import Intent, intent_of
from legalmap.domain.desk.revisions import Revision
from legalmap.domain.law import diff
from legalmap.domain.law.diff import Change
from legalmap.domain.law.payload import NOT_RESEARCHED, Payload
from legalmap.services.core.tracker import Tracker
from legalmap.services.reading import published_changes
from legalmap.services.reading.published_changes import News
from legalmap.store.history import feed

PAGE = 25
CORRECTING = frozenset({Intent.CORRECTION, Intent.REVERT})
# Lengths of a path: ("periods", key of one), and with a field of it.
_PERIOD, _FIELD = 2, 3


class Correction(msgspec.Struct, frozen=True):
    """A publication that corrected something. ``wrong_since``: when readers first saw what was wrong."""

    news: News
    wrong_since: datetime | None

    @property
    def changes(self) -> list[Change]:
        """What was wrong: changes of the law itself or, if there are none, all changes."""
        changed = self.news.changes
        return [change for change in changed if _is_of_law(change)] or changed


class Page(msgspec.Struct, frozen=True):
    """A page, newest first. ``older``: the feed number to pass as ``before`` for the next; None at the end."""

    corrections: list[Correction]
    older: int | None


def page(tracker: Tracker, topic: str, before: int | None = None, limit: int = PAGE) -> Page:
    """The newest corrections published before feed number ``before``; raise Missing for an unknown topic."""
    tracker.topic(topic)
    with tracker.store.reading() as connection:
        # One more than is shown tells whether there is an older page.
        publications = feed.correcting(connection, topic, limit + 1, before)
        items = published_changes.of_revisions(
            tracker, connection, [item.revision_id for item in publications[:limit]]
        )
        corrected = [item for item in items if _corrects(item.revision, item.before)]
        courses = feed.published_payloads(
            connection, {item.revision.record_id for item in corrected}
        )
    shown = [
        Correction(item, _wrong_since(item, courses[item.revision.record_id])) for item in corrected
    ]
    return Page(shown, publications[limit - 1].feed_no if len(publications) > limit else None)


def _corrects(revised: Revision, before: Revision | None) -> bool:
    """Whether a revision is a correction, as its author said. Old revisions were not asked: by content."""
    base = before.payload if before else NOT_RESEARCHED
    return (revised.intent or intent_of(revised.kind, base, revised.payload)) in CORRECTING


def _wrong_since(corrected: News, course: list[tuple[int, datetime, Payload]]) -> datetime | None:
    """When the wrong content began: the start of the unbroken run of publications that had all of it."""
    wrong = _said(Correction(corrected, None).changes)
    since = None
    for feed_no, at, payload in reversed(course):
        if feed_no >= (corrected.revision.feed_no or 0):
            continue
        still = _said(diff.diff(payload, corrected.revision.payload))
        if any(still.get(path, _ABSENT) != value for path, value in wrong.items()):
            break
        since = at
    return since


_ABSENT = object()


def _said(changed: list[Change]) -> dict[tuple[str, ...], object]:
    """The earlier value of each change, by path."""
    return {change.path: change.before for change in changed}


def _is_of_law(change: Change) -> bool:
    """Whether a change touches what a period says. Other sources only prove the same differently."""
    path = change.path
    return path[0] == "periods" and (len(path) == _PERIOD or path[_FIELD - 1] != "sources")
