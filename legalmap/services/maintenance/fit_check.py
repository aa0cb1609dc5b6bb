"""Whether what is published fits the topics and maps of this version, before anybody is served."""

import json
from collections.abc import Iterator
from functools import cache

from legalmap.domain.errors import Problem, Unusable
from legalmap.domain.law.payload import problems_of_codes
from legalmap.services.core.tracker import Tracker
from legalmap.services.places import map_shapes
from legalmap.store.connection_errors import named
from legalmap.store.derived import legal_statuses

# What a refused start names; “legalmap check” names everything.
MOST_NAMED = 10


def misfits(tracker: Tracker) -> list[str]:
    """What published records say that their codebook does not know, a line for each field."""
    return [f"{record}: {problem.field}: {problem.message}" for record, problem in _found(tracker)]


def _found(tracker: Tracker) -> Iterator[tuple[str, Problem]]:
    @cache
    def problems(topic: str, status: str, answers: str) -> tuple[Problem, ...]:
        # Thousands of periods say the same: each thing that is said is looked at once.
        codebook = tracker.topics.get(topic)
        if codebook is None:
            there = ", ".join(tracker.topics)
            return (Problem("topic", f"No topic file has the code “{topic}”. There are: {there}."),)
        return tuple(problems_of_codes(status, json.loads(answers), codebook, ""))

    with tracker.store.reading() as connection:
        for topic, code, position, status, answers in legal_statuses.said(connection):
            for problem in problems(topic, status, answers):
                # Of the period; that a topic is gone is no matter of one.
                at = f"periods.{position}" if problem.field.startswith(".") else ""
                yield f"{topic}/{code}", Problem(f"{at}{problem.field}", problem.message)


def require_fit(tracker: Tracker) -> None:
    """Raise Unusable, naming records and fields, unless the topics of this version know all that is published."""
    lines = misfits(tracker)
    if lines:
        more = len(lines) - MOST_NAMED
        shown = [*lines[:MOST_NAMED], *([f"And {more:,} more."] if more > 0 else [])]
        raise Unusable(
            f"{named(tracker.store.url)} says what the topic files do not know: put back what was "
            "taken out of them, as codes are never deleted.\n" + "\n".join(shown)
        )


def undrawable(tracker: Tracker) -> list[str]:
    """The regions of the shipped maps that the tree of places lacks, a line each."""
    regions = {
        region.code: f"{view}: the region “{region.n}” ({region.code}) is no place of the tree"
        for view in map_shapes.views()
        for region in map_shapes.shapes(view).regions
        if region.code
    }
    known = tracker.known_places(regions)
    return [
        f"{line}: run “legalmap migrate”." for code, line in regions.items() if code not in known
    ]
