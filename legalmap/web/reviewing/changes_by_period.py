"""Changes grouped by the period they belong to, with the sources of that period beside them."""

from itertools import groupby
from typing import Any

import msgspec

from legalmap.domain.errors import Problem
from legalmap.domain.law.diff import UNDATED, Change, tree_of
from legalmap.domain.law.payload import Payload


class PeriodChanges(msgspec.Struct, frozen=True):
    """Changes of one period, or of the record as a whole, and the sources that have to support them.

    ``title`` is a change of that period, for its words; None for the record as a whole.
    """

    changes: list[Change]
    sources: list[dict[str, Any]]
    title: Change | None


def grouped(changes: list[Change], before: Payload, after: Payload) -> list[PeriodChanges]:
    """The changes in their order, by period. A removed period shows the sources that it had."""
    old, new = tree_of(before)["periods"], tree_of(after)["periods"]
    groups = []
    for key, members in groupby(changes, _period):
        period = new.get(key) or old.get(key)
        in_period = list(members)
        if key is None or period is None:
            groups.append(PeriodChanges(in_period, [], None))
        else:
            title = Change(("periods", key), None, period)
            groups.append(PeriodChanges(in_period, list(period["sources"].values()), title))
    return groups


class Warned(msgspec.Struct, frozen=True):
    """A warning and the field it is about, as a change for its words."""

    where: Change
    message: str


def warned(problems: list[Problem], payload: Payload) -> list[Warned]:
    """Warnings with their fields by name: “Period from May 2016, Source 1” instead of numbers."""
    return [
        Warned(_named(problem.field.split("."), payload), problem.message) for problem in problems
    ]


def _named(parts: list[str], payload: Payload) -> Change:
    """``periods.0.sources.1.url`` as the path of a change."""
    if parts[0] == "periods" and len(parts) > 1:
        period = payload.periods[int(parts[1])]
        parts[1] = str(period.effective_from or UNDATED)
        if len(parts) > 3 and parts[2] == "sources":
            parts[2:4] = ["sources", str(int(parts[3]) + 1)]
    elif parts[0] == "pending" and len(parts) > 1:
        parts[1] = payload.pending[int(parts[1])].ref
    return Change(tuple(parts), None, None)


def _period(change: Change) -> str | None:
    return change.path[1] if change.path[0] == "periods" and len(change.path) > 1 else None
