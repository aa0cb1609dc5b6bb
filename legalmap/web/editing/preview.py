"""A proposal as readers would see it: the answer, the record, and the map before and after."""

from datetime import date

import msgspec

from legalmap import clock
from legalmap.domain.law.caveats import Caveat
from legalmap.domain.law.jurisdictions import Jurisdiction, chain
from legalmap.domain.law.payload import Payload
from legalmap.domain.law.resolution import Resolution
from legalmap.services.editions import law_changes_of_place
from legalmap.services.editions.editions import Edition
from legalmap.services.places import map_shapes
from legalmap.web.drawing import map_drawing
from legalmap.web.drawing.map_drawing import DrawnMap, Wish
from legalmap.web.http.permissions import tracker
from legalmap.web.wording import sentences as plain_sentences


class Side(msgspec.Struct, frozen=True):
    """What an edition says of the place: in sentences, and on a map if one shows it."""

    resolution: Resolution
    sentences: list[str]
    beside: list[Caveat]
    shown: DrawnMap | None


class Preview(msgspec.Struct, frozen=True):
    """Before and after a proposal, on the first day on which they differ; today if they never do.

    ``touched`` are the places below with a record of their own whose answer changes with it.
    """

    place: Jurisdiction
    day: date
    is_today: bool
    payload: Payload
    before: Side
    after: Side
    touched: list[Jurisdiction]


def preview(edition: Edition, place: Jurisdiction, payload: Payload) -> Preview:
    """What readers of ``edition`` would see if the record of a place said ``payload``."""
    after = edition.imagined(place.code, payload)
    day = law_changes_of_place.telling_day(edition, after, place, clock.today())
    view = _view_showing(after, place)
    return Preview(
        place=place,
        day=day,
        is_today=day == clock.today(),
        payload=payload,
        before=_side(edition, place, day, view, "before"),
        after=_side(after, place, day, view, "after"),
        touched=_touched(edition, after, place, day),
    )


def _view_showing(edition: Edition, place: Jurisdiction) -> str | None:
    """The narrowest map that draws the place among its neighbours, else the one of its parts, if any."""
    above = [level.code for level in reversed(chain(place, tracker().place)[:-1])]
    for code in (*above, None):
        view = map_shapes.view_of(code)
        if view is not None and place.code in map_drawing.codes_of(edition, view):
            return view
    return map_shapes.view_of(place.code)


def _side(edition: Edition, place: Jurisdiction, day: date, view: str | None, name: str) -> Side:
    answer = edition.answer(place, day)
    return Side(
        answer.resolution,
        plain_sentences.sentences(answer, edition.topic),
        plain_sentences.beside(answer),
        _drawn(edition, place, day, view, name),
    )


def _drawn(
    edition: Edition, place: Jurisdiction, day: date, view: str | None, name: str
) -> DrawnMap | None:
    if view is None:
        return None
    # On the whole world one place would be a speck.
    parts = edition.researched_by_part
    box = map_drawing.box_around(view, place.code, parts) if view == "world" else None
    wish = Wish(as_of=day, box=box, apart=f"{name}-", mark=place.code)
    title = f"{edition.topic.name} {plain_sentences.in_place(place)}, {name}"
    return map_drawing.draw(tracker(), edition, view, wish, title=title)


def _touched(before: Edition, after: Edition, place: Jurisdiction, day: date) -> list[Jurisdiction]:
    below = [item.place for item in before.below(place.code)]
    return [
        place
        for place in below
        if before.glance(place, day).shown != after.glance(place, day).shown
    ]
