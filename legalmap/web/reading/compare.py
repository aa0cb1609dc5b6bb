"""Places side by side: what the law says at each, and in what they differ."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from flask import Blueprint
from werkzeug.wrappers import Response

from legalmap.domain.law.dates import in_words
from legalmap.domain.law.payload import Pending
from legalmap.domain.law.resolution import OUTCOME_LABELS, Resolution
from legalmap.domain.law.topics import Variable
from legalmap.domain.people.roles import Permission
from legalmap.web.http.permissions import LAW, needs
from legalmap.web.http.query_params import View
from legalmap.web.reading import chosen_places
from legalmap.web.reading.chosen_places import Chosen
from legalmap.web.reading.search import where
from legalmap.web.wording import labels
from legalmap.web.wording.evidence import backing

blueprint = Blueprint("compare", __name__)
MOST_COMPARED = 12
NOTHING = "–"


class ComparedCell(msgspec.Struct, frozen=True):
    """One value of the comparison: words, and what else the template draws beside them."""

    text: str
    status: str | None = None
    freshness: str | None = None
    bills: tuple[tuple[str, Pending], ...] = ()


class ComparedRow(msgspec.Struct, frozen=True):
    """One question and its answer for each place. Only rows of law are marked where they differ."""

    label: str
    cells: tuple[ComparedCell, ...]
    is_law: bool

    @property
    def differs(self) -> bool:
        """Whether the places have different law here."""
        return self.is_law and len(set(self.cells)) > 1


@blueprint.get("/<topic>/compare")
@needs(Permission.READ, decided_by=(*LAW, "place", "add"))
def compare(topic: str) -> str | Response:
    """Two to twelve places side by side."""
    return chosen_places.page(topic, "compare", MOST_COMPARED, _context, once=True)


def _context(view: View, chosen: Chosen) -> dict[str, Any]:
    columns = [view.edition.resolve(place, view.as_of) for place in chosen.places]
    wheres = [where(place) for place in chosen.places]
    return {"columns": columns, "rows": _rows(view, columns), "wheres": wheres}


def _rows(view: View, columns: list[Resolution]) -> list[ComparedRow]:
    """Every question of the comparison, the law first and the evidence for it after."""
    law: list[tuple[str, Callable[[Resolution], ComparedCell]]] = [
        ("Status", lambda resolution: ComparedCell("", status=resolution.shown)),
        *((variable.label, partial(_answer, variable)) for variable in view.topic.variables),
        ("Enacted, not yet in force", partial(_coming, view)),
    ]
    evidence: list[tuple[str, Callable[[Resolution], ComparedCell]]] = [
        ("Decided by", _decider),
        ("In force since", _since),
        ("Evidence", _evidence),
        ("Confidence", partial(_confidence, view)),
        ("Sources", _sources),
        ("Bills under way", partial(_bills, view)),
    ]
    return [
        ComparedRow(label, tuple(map(cell_of, columns)), is_law)
        for questions, is_law in ((law, True), (evidence, False))
        for label, cell_of in questions
    ]


def _answer(variable: Variable, resolution: Resolution) -> ComparedCell:
    if resolution.outcome != "decided":
        return ComparedCell(OUTCOME_LABELS.get(resolution.outcome, NOTHING))
    return ComparedCell(labels.answer(resolution.answers[variable.code].value, variable))


def _coming(view: View, resolution: Resolution) -> ComparedCell:
    return ComparedCell(chosen_places.coming(resolution, view.topic) or NOTHING)


def _decider(resolution: Resolution) -> ComparedCell:
    level = resolution.deciding_level
    return ComparedCell(
        f"{level.jurisdiction.name} ({level.jurisdiction.word})" if level else NOTHING
    )


def _since(resolution: Resolution) -> ComparedCell:
    period = resolution.deciding_level.period if resolution.deciding_level else None
    if period is None:
        return ComparedCell(NOTHING)
    start = period.effective_from
    return ComparedCell(in_words(start) if start else "Before anything known")


def _evidence(resolution: Resolution) -> ComparedCell:
    level = resolution.deciding_level
    if level is None or level.freshness is None:
        return ComparedCell(NOTHING)
    words = labels.evidence(level.last_verified, level.verified_how)
    return ComparedCell(words, freshness=level.freshness)


def _confidence(view: View, resolution: Resolution) -> ComparedCell:
    behind = backing(view, resolution)
    return ComparedCell(
        (behind.payload.confidence or "not stated").capitalize() if behind else NOTHING
    )


def _sources(resolution: Resolution) -> ComparedCell:
    period = resolution.deciding_level.period if resolution.deciding_level else None
    return ComparedCell(str(len(period.sources)) if period else NOTHING)


def _bills(view: View, resolution: Resolution) -> ComparedCell:
    """The open bills of every level whose law reaches the place, each with the level it is of."""
    items = [view.edition.records.get(level.jurisdiction.code) for level in resolution.levels]
    bills = [
        (item.place.name, bill)
        for item in items
        if item
        for bill in item.payload.pending
        if bill.outcome == "open"
    ]
    return ComparedCell("" if bills else NOTHING, bills=tuple(bills))
