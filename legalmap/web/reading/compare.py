"""Places side by side: what the law says at each, and in what they differ."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from flask import Blueprint
from werkzeug.wrappers import Response

from legalmap.domain.law.answer import Answer
from legalmap.domain.law.caveats import Code
from legalmap.domain.law.dates import in_words
from legalmap.domain.law.payload import Pending
from legalmap.domain.law.resolution import OUTCOME_LABELS
from legalmap.domain.law.topics import Topic, Variable
from legalmap.domain.people.roles import Permission
from legalmap.web.http.permissions import LAW, needs
from legalmap.web.http.query_params import View
from legalmap.web.reading import chosen_places
from legalmap.web.reading.chosen_places import Chosen
from legalmap.web.reading.search import where
from legalmap.web.wording import labels
from legalmap.web.wording.answer_rows import words_of
from legalmap.web.wording.sentences import beside, coming

blueprint = Blueprint("compare", __name__)
MOST_COMPARED = 12
NOTHING = "–"


class ComparedCell(msgspec.Struct, frozen=True):
    """One value of the comparison: words, and what else the template draws beside them."""

    text: str
    status: str | None = None
    freshness: tuple[str, str] | None = None
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
    columns = [view.answer(place) for place in chosen.places]
    wheres = [where(place) for place in chosen.places]
    return {
        "columns": columns,
        "rows": _rows(view.topic, columns),
        "wheres": wheres,
        "beside": [(answer.place, beside(answer)) for answer in columns],
    }


def _rows(topic: Topic, columns: list[Answer]) -> list[ComparedRow]:
    """Every question of the comparison, the law first and the evidence for it after."""
    law: list[tuple[str, Callable[[Answer], ComparedCell]]] = [
        ("Status", lambda answer: ComparedCell("", status=answer.resolution.shown)),
        *((variable.label, partial(_variable, topic, variable)) for variable in topic.variables),
        ("Stricter inside", _inside),
        ("Enacted, not yet in force", partial(_coming, topic)),
    ]
    evidence: list[tuple[str, Callable[[Answer], ComparedCell]]] = [
        ("Decided by", _decider),
        ("In force since", _since),
        ("Evidence", _evidence),
        ("Confidence", _confidence),
        ("Sources", _sources),
        ("Bills under way", _bills),
    ]
    return [
        ComparedRow(label, tuple(map(cell_of, columns)), is_law)
        for questions, is_law in ((law, True), (evidence, False))
        for label, cell_of in questions
    ]


def _variable(topic: Topic, variable: Variable, answer: Answer) -> ComparedCell:
    if answer.outcome != "decided":
        return ComparedCell(OUTCOME_LABELS.get(answer.outcome, NOTHING))
    return ComparedCell(words_of(variable, answer, topic))


def _inside(answer: Answer) -> ComparedCell:
    caveat = answer.caveat(Code.INSIDE)
    return ComparedCell(caveat.text if caveat else NOTHING)


def _coming(topic: Topic, answer: Answer) -> ComparedCell:
    return ComparedCell(
        " ".join(coming(answer, change, topic) for change in answer.coming) or NOTHING
    )


def _decider(answer: Answer) -> ComparedCell:
    level = answer.deciding
    return ComparedCell(
        f"{level.jurisdiction.name} ({level.jurisdiction.word})" if level else NOTHING
    )


def _since(answer: Answer) -> ComparedCell:
    since = answer.since
    if since is None:
        return ComparedCell(NOTHING)
    start = in_words(since.status) if since.status else "Before anything known"
    rules = f"; these rules since {in_words(since.rules)}" if since.has_new_rules else ""
    return ComparedCell(f"{start}{rules}")


def _evidence(answer: Answer) -> ComparedCell:
    evidence = answer.evidence
    if evidence is None:
        return ComparedCell(NOTHING)
    words = labels.evidence(evidence.newest, evidence.verified_how)
    return ComparedCell(words, freshness=labels.evidence_tag(evidence))


def _confidence(answer: Answer) -> ComparedCell:
    evidence = answer.evidence
    return ComparedCell((evidence.confidence or "not stated").capitalize() if evidence else NOTHING)


def _sources(answer: Answer) -> ComparedCell:
    return ComparedCell(str(answer.evidence.number_of_sources) if answer.evidence else NOTHING)


def _bills(answer: Answer) -> ComparedCell:
    """The open bills of every level whose law reaches the place, each with the level it is of."""
    bills = tuple((bill.level.name, bill.pending) for bill in answer.bills)
    return ComparedCell("" if bills else NOTHING, bills=bills)
