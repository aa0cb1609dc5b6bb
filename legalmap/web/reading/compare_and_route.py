"""Places side by side, and a way from place to place: both are plain links that can be shared."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from legalmap.domain.errors import Missing
from legalmap.domain.law.dates import in_words
from legalmap.domain.law.jurisdictions import Jurisdiction
from legalmap.domain.law.payload import Pending
from legalmap.domain.law.resolving import OUTCOME_LABELS, Resolution
from legalmap.domain.law.topics import Topic, Variable
from legalmap.domain.people.roles import Permission
from legalmap.services.places import routes, search
from legalmap.web.http import query_params
from legalmap.web.http.permissions import LAW, needs, tracker
from legalmap.web.http.query_params import View
from legalmap.web.reading.search import LONGEST, Hit, hit, printable, typed, where
from legalmap.web.wording import labels, sentences
from legalmap.web.wording.evidence import backing

blueprint = Blueprint("compare_and_route", __name__)
MOST_COMPARED, MOST_LEGS = 12, 20
# Looking for near matches reads thousands of names: nobody mistypes more places than this at once.
MOST_UNKNOWN = 5
MOST_NEAR = 4


class Unknown(msgspec.Struct, frozen=True):
    """What was asked for and is no place; ``near`` are links that put another one there."""

    text: str
    near: tuple[tuple[str, str, str], ...]
    without: str


class Asked(msgspec.Struct, frozen=True):
    """The places of a page in their order, what was not found, and what was one too many."""

    path: str
    kept: tuple[tuple[str, str], ...]
    places: tuple[Jurisdiction, ...]
    unknown: tuple[Unknown, ...]
    left_out: tuple[Jurisdiction, ...]

    @property
    def codes(self) -> list[str]:
        """The codes of the places shown."""
        return [place.code for place in self.places]

    def link(self, codes: Iterable[str]) -> str:
        """This page with other places, on the same day."""
        return _link(self.path, codes, self.kept)

    def without(self, index: int) -> str:
        """This page without one of its places."""
        return self.link(self.codes[:index] + self.codes[index + 1 :])

    def moved(self, index: int, by: int) -> str | None:
        """This page with one place moved up (-1) or down (1); None at either end."""
        to = index + by
        if not 0 <= to < len(self.codes):
            return None
        codes = self.codes
        codes[index], codes[to] = codes[to], codes[index]
        return self.link(codes)


def _link(path: str, codes: Iterable[str], kept: Iterable[tuple[str, str]]) -> str:
    pairs = [*(("place", code) for code in codes), *kept]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _kept() -> tuple[tuple[str, str], ...]:
    named = ((name, request.args.get(name, "")) for name in ("as_of", "known_at"))
    return tuple((name, value) for name, value in named if value)


def _asked(path: str, most: int, *, once: bool) -> Asked:
    texts = [text for each in request.args.getlist("place") if (text := each.strip())]
    found, missing = _looked_up(texts, most)
    if once:
        found = list({place.code: place for place in found}.values())
    unknown = tuple(_unknown(path, text, texts) for text in missing[:MOST_UNKNOWN])
    return Asked(path, _kept(), tuple(found[:most]), unknown, tuple(found[most:]))


def _looked_up(texts: list[str], most: int) -> tuple[list[Jurisdiction], list[str]]:
    found: list[Jurisdiction] = []
    missing: list[str] = []
    # A few beyond the most are looked up so that the page can name what it leaves out.
    for text in texts[: 2 * most]:
        try:
            found.append(tracker().place(text.lower() if text.isprintable() else ""))
        except Missing:
            missing.append(text)
    return found, list(dict.fromkeys(missing))


def _unknown(path: str, text: str, texts: list[str]) -> Unknown:
    near = [
        (place.name, where(place), _link(path, _put(texts, text, place.code), _kept()))
        for place in search.near(tracker(), text[:LONGEST], MOST_NEAR)
    ]
    rest = _link(path, [each for each in texts if each != text], _kept())
    return Unknown(printable(text[:LONGEST]), tuple(near), rest)


def _put(texts: list[str], wrong: str, right: str) -> list[str]:
    return [right if each == wrong else each for each in texts]


class Added(msgspec.Struct, frozen=True):
    """What was typed to be added and does not name exactly one place; ``note``: what was made of it."""

    text: str
    note: str
    choices: tuple[tuple[Hit, str], ...]


def _added(asked: Asked, view: View) -> Added | str | None:
    """The address with the place typed into the box, or choices if it may be one of several."""
    text = typed("add")
    if not text:
        return None
    found = search.search(tracker(), text)
    only = found.places[0] if len(found.places) == 1 and not found.guessed else None
    if sure := found.certain or only:
        codes = [*asked.codes, *(each.text for each in asked.unknown), sure.code]
        return asked.link(codes)
    hits = [hit(view, place) for place in found.places]
    choices = tuple((each, asked.link([*asked.codes, each.place.code])) for each in hits)
    return Added(text, found.note, choices)


@blueprint.get("/<topic>/compare")
@needs(Permission.READ, decided_by=(*LAW, "place", "add"))
def compare(topic: str) -> str | Response:
    """Two to twelve places side by side."""
    view = query_params.view(topic)
    asked = _asked(f"/{topic}/compare", MOST_COMPARED, once=True)
    added = _added(asked, view)
    if isinstance(added, str):
        return redirect(added, code=303)
    columns = [view.edition.resolve(place, view.as_of) for place in asked.places]
    rows = _rows(view, columns)
    return render_template(
        "reading/compare.html",
        topic=view.topic,
        view=view,
        asked=asked,
        added=added,
        columns=columns,
        rows=rows,
        wheres=[where(place) for place in asked.places],
        most=MOST_COMPARED,
    )


class Cell(msgspec.Struct, frozen=True):
    """One value of the comparison: words, and what else the template draws beside them."""

    text: str
    status: str | None = None
    freshness: str | None = None
    bills: tuple[tuple[str, Pending], ...] = ()


class Row(msgspec.Struct, frozen=True):
    """One question and its answer for each place. Only rows of law are marked where they differ."""

    label: str
    cells: tuple[Cell, ...]
    is_law: bool = False

    @property
    def differs(self) -> bool:
        """Whether the places have different law here."""
        return self.is_law and len(set(self.cells)) > 1


def _rows(view: View, columns: list[Resolution]) -> list[Row]:
    """Every question of the comparison, the law first and the evidence for it after."""

    def row(label: str, cell: Callable[[Resolution], Cell], *, is_law: bool = False) -> Row:
        return Row(label, tuple(cell(each) for each in columns), is_law)

    topic = view.topic
    law = [
        row(variable.label, lambda each, of=variable: _answer(each, of), is_law=True)  # type: ignore[misc]
        for variable in topic.variables
    ]
    return [
        row("Status", lambda each: Cell("", status=each.shown), is_law=True),
        *law,
        row("Enacted, not yet in force", lambda each: _coming(each, topic), is_law=True),
        row("Decided by", lambda each: Cell(_decider(each))),
        row("In force since", lambda each: Cell(_since(each))),
        row("Last verified", _verified),
        row("Confidence", lambda each: Cell(_confidence(view, each))),
        row("Sources", lambda each: Cell(_sources(each))),
        row("Bills under way", lambda each: _pending(view, each)),
    ]


NOTHING = "–"


def _answer(resolution: Resolution, variable: Variable) -> Cell:
    if resolution.outcome != "decided":
        return Cell(OUTCOME_LABELS.get(resolution.outcome, NOTHING))
    return Cell(labels.answer(resolution.answers[variable.code].value, variable))


def _coming(resolution: Resolution, topic: Topic) -> Cell:
    found = [
        f"From {in_words(level.next_period.effective_from)}: "
        f"{topic.status(level.next_period.status).label.lower()} (law of {level.jurisdiction.name})"
        for level in resolution.levels
        if level.next_period
    ]
    return Cell("; ".join(found) or NOTHING)


def _decider(resolution: Resolution) -> str:
    level = resolution.deciding_level
    return f"{level.jurisdiction.name} ({level.jurisdiction.word})" if level else NOTHING


def _since(resolution: Resolution) -> str:
    period = resolution.deciding_level.period if resolution.deciding_level else None
    if period is None:
        return NOTHING
    return in_words(period.effective_from) if period.effective_from else "Before anything known"


def _verified(resolution: Resolution) -> Cell:
    level = resolution.deciding_level
    if level is None or level.freshness is None:
        return Cell(NOTHING)
    words = in_words(level.last_verified) if level.last_verified else ""
    return Cell(words, freshness=level.freshness)


def _confidence(view: View, resolution: Resolution) -> str:
    found = backing(view, resolution)
    return (found.payload.confidence or "not stated").capitalize() if found else NOTHING


def _sources(resolution: Resolution) -> str:
    period = resolution.deciding_level.period if resolution.deciding_level else None
    return str(len(period.sources)) if period else NOTHING


def _pending(view: View, resolution: Resolution) -> Cell:
    """The bills of every level whose law reaches the place, each with the level it is of."""
    items = [view.edition.records.get(level.jurisdiction.code) for level in resolution.levels]
    found = [(item.place.name, bill) for item in items if item for bill in item.payload.pending]
    return Cell("" if found else NOTHING, bills=tuple(found))


@blueprint.get("/<topic>/route")
@needs(Permission.READ)
def route(topic: str) -> str | Response:
    """A way from place to place: what holds on each leg, and what a wrong turn would meet."""
    view = query_params.view(topic)
    asked = _asked(f"/{topic}/route", MOST_LEGS, once=False)
    added = _added(asked, view)
    if isinstance(added, str):
        return redirect(added, code=303)
    way = routes.plan(tracker(), view.edition, list(asked.places), view.as_of)
    return render_template(
        "reading/route.html",
        topic=view.topic,
        view=view,
        asked=asked,
        added=added,
        way=way,
        legs=[_leg(view, asked, index, leg) for index, leg in enumerate(way.legs)],
        strictest=_strictest(way, view.topic, view.as_of),
        most=MOST_LEGS,
    )


def _leg(view: View, asked: Asked, index: int, leg: routes.Leg) -> dict[str, Any]:
    resolution = leg.resolution
    return {
        "leg": leg,
        "where": where(leg.place),
        "sentences": sentences.sentences(resolution, view.topic),
        "backing": backing(view, resolution),
        "limits": _limits(resolution, view.topic),
        "coming": _coming(resolution, view.topic).text.replace(NOTHING, ""),
        "up": asked.moved(index, -1),
        "down": asked.moved(index, 1),
        "without": asked.without(index),
        "before": asked.places[index - 1].name if index else "",
    }


def _limits(resolution: Resolution, topic: Topic) -> list[tuple[str, str]]:
    """What the law of a leg states, and nothing for what it leaves open."""
    if resolution.outcome != "decided":
        return []
    answers = [(each, resolution.answers[each.code].value) for each in topic.variables]
    return [
        (each.label, labels.answer(value, each))
        for each, value in answers
        if value not in (None, [])
    ]


def _strictest(way: routes.Way, topic: Topic, as_of: date) -> str:
    """The one sentence on top."""
    if not way.legs:
        return ""
    if not way.strictest:
        return f"No law on {topic.sentence_name} is known for any leg of this route on {in_words(as_of)}."
    names = _listed([sentences.in_place(leg.place) for leg in way.strictest])
    status = topic.status(way.strictest[0].resolution.status or "").label.lower()
    holds = f"{topic.sentence_name} is {status} {names}"
    bans = [leg for leg in way.strictest if routes.bans_possession(leg.resolution, topic)]
    rule = ", and possession is prohibited" if len(bans) == len(way.strictest) else ""
    are_alike = len(way.strictest) == len({leg.place.code for leg in way.legs})
    return f"{'Every leg is alike' if are_alike else 'The strictest on this route'}: {holds}{rule}."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
