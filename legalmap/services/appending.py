"""Appending many revisions at once: each valid by its codebook, written in batches, nothing left out."""

from collections.abc import Callable, Iterable

import msgspec

from legalmap import clock
from legalmap.domain import payload
from legalmap.domain.errors import Invalid, LegalmapError, Problem
from legalmap.domain.risks import Weight
from legalmap.services import weighing
from legalmap.services.tracker import Tracker
from legalmap.store import bulk
from legalmap.store.bulk import Entry
from legalmap.store.engine import Connection

Step = Callable[[str, int], None]


def append(connection: Connection, tracker: Tracker, entries: Iterable[Entry], step: Step) -> int:
    """Write all entries in the caller's transaction, a batch in memory at a time; gives their number.

    Raises Invalid naming entry, place and field; nothing may be committed then. ``step`` is told of
    every batch.
    """
    done = 0
    with bulk.alone(connection):
        for batch in bulk.in_batches(entries):
            bulk.append(connection, _checked(tracker, batch, done + 1), weigher(tracker), done + 1)
            done += len(batch)
            step("records", len(batch))
    return done


def weigher(tracker: Tracker) -> bulk.Weigh:
    """Weighs entries by the rules of their topics."""

    def weigh(entry: Entry, base: payload.Payload, first_edit: bool) -> Weight:
        return weighing.weigh(
            tracker,
            entry.topic,
            entry.jurisdiction,
            base,
            entry.payload,
            on=entry.at.date(),
            first_edit=first_edit,
        )

    return weigh


def _checked(tracker: Tracker, batch: list[Entry], first: int) -> list[Entry]:
    checked: list[Entry] = []
    problems: list[Problem] = []
    for number, entry in enumerate(batch, first):
        try:
            content = payload.normalised(entry.payload)
            payload.validate(content, tracker.topic(entry.topic), clock.today())
        except LegalmapError as error:
            problems += bulk.problems_of(error, number, entry)
        else:
            checked.append(msgspec.structs.replace(entry, payload=content))
    if problems:
        raise Invalid(problems)
    return checked
