"""The page of changes: when the law changed, by year and by kind of place, and what was published here."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, render_template, request

from legalmap import clock
from legalmap.domain.errors import BadQuery
from legalmap.domain.people.roles import Permission
from legalmap.services.editions import law_changes_of_place
from legalmap.services.editions.law_changes import Turn
from legalmap.services.places import search
from legalmap.services.reading import published_changes
from legalmap.web.http import query_params
from legalmap.web.http.permissions import needs, reader, tracker
from legalmap.web.reading import table_rows
from legalmap.web.wording import change_sentences

blueprint = Blueprint("changes", __name__)
# Changes of the law on a page.
PAGE = 200
# Kinds of places that people ask about together, by the word in the address.
KINDS = {
    "country": ("country", "territory"),
    "state": ("state", "district", "community"),
    "county": ("county", "parish"),
    "town": ("city", "town", "village"),
}
KIND_LABELS = {
    "country": "Countries and territories",
    "state": "States and districts",
    "county": "Counties",
    "town": "Cities and towns",
}


class Choice(msgspec.Struct, frozen=True):
    """A link to other changes; ``count``: how many there are."""

    words: str
    link: str
    count: int
    is_chosen: bool


class Listed(msgspec.Struct, frozen=True):
    """The changes on one page: to come soonest first, in force newest first, known to the day or not."""

    coming: list[Turn]
    dated: list[Turn]
    rough: list[Turn]


@blueprint.get("/<topic>/changes")
@needs(Permission.READ, decided_by=("year", "kind", "parent", "page"))
def changes(topic: str) -> str:
    """When the law changed, and what was published, newest first; the first load is one line."""
    codebook = tracker().topic(topic)
    edition = reader().edition(topic)
    parent = request.args.get("parent") or None
    within = law_changes_of_place.turns(
        edition, search.place(tracker(), parent).code if parent else None
    )
    kind = query_params.choice("kind", KINDS)
    of_kind = [turn for turn in within if kind is None or turn.place.kind in KINDS[kind]]
    year = _year()
    shown = year or _newest_year(of_kind, clock.today())
    of_year = [turn for turn in of_kind if turn.day.year == shown]
    pages = max(-(-len(of_year) // PAGE), 1)
    page = query_params.page(pages)
    # Of all years if none was asked for: what is enacted for next year is news today.
    coming = of_year if year else of_kind
    return render_template(
        "reading/feeds/changes.html",
        topic=codebook,
        year=shown,
        years=_years(of_kind, shown),
        kind=kind,
        kinds=_kinds([turn for turn in within if turn.day.year == shown], kind),
        parent=parent,
        parents=table_rows.parents(tracker(), edition, parent),
        listed=_listed(coming, of_year, page),
        count=len(of_year),
        back=_link(page=page - 1) if page > 1 else None,
        on=_link(page=page + 1) if page < pages else None,
        entries=[
            change_sentences.entry(news, codebook)
            for news in published_changes.of_topic(tracker(), topic)
        ],
        edition=edition,
        shipped=sum(item.publication.revision_number == 0 for item in edition.records.values()),
    )


def _year() -> int | None:
    message = "Give a year of four digits, such as 2026."
    year = query_params.number("year", message) if request.args.get("year") else None
    if year is not None and not 1000 <= year <= 9999:
        raise BadQuery.at("year", message)
    return year


def _newest_year(turns: list[Turn], today: date) -> int:
    """This year, or the last one before it in which the law changed."""
    return max((turn.day.year for turn in turns if turn.day <= today), default=today.year)


def _listed(coming: Iterable[Turn], of_year: list[Turn], page: int) -> Listed:
    """Page ``page`` of the changes in force, those known to the day first; all to come on the first page."""
    today = clock.today()
    in_force = [turn for turn in reversed(of_year) if turn.day <= today]
    # Stable: within each part the newest stays first.
    in_force.sort(key=lambda turn: turn.when.precision != "day")
    part = in_force[(page - 1) * PAGE : page * PAGE]
    return Listed(
        coming=[turn for turn in coming if turn.day > today] if page == 1 else [],
        dated=[turn for turn in part if turn.when.precision == "day"],
        rough=[turn for turn in part if turn.when.precision != "day"],
    )


def _years(turns: list[Turn], shown: int) -> list[Choice]:
    counts = Counter(turn.day.year for turn in turns)
    return [
        Choice(str(year), _link(year=year), counts[year], year == shown)
        for year in sorted(counts | {shown: 0}, reverse=True)
    ]


def _kinds(turns: list[Turn], chosen: str | None) -> list[Choice]:
    every = Choice("All places", _link(kind=None), len(turns), chosen is None)
    return [
        every,
        *(
            Choice(
                KIND_LABELS[name],
                _link(kind=name),
                sum(turn.place.kind in kinds for turn in turns),
                name == chosen,
            )
            for name, kinds in KINDS.items()
        ),
    ]


def _link(**changed: object) -> str:
    """This page with some of its choices changed; another choice begins at its first page."""
    kept = {name: request.args.get(name) for name in ("year", "kind", "parent")}
    query = {name: value for name, value in {**kept, **changed}.items() if value}
    return f"{request.path}?{urlencode(query)}" if query else request.path
