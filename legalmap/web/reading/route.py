"""A way from place to place: what holds on each leg, and what the law beside the route is."""

from datetime import date
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from legalmap.domain.law.dates import in_words
from legalmap.domain.law.topics import Topic
from legalmap.domain.people.roles import Permission
from legalmap.services.places import routes
from legalmap.web.http.permissions import needs, tracker
from legalmap.web.http.query_params import View
from legalmap.web.reading import chosen_places
from legalmap.web.reading.chosen_places import Chosen
from legalmap.web.reading.search import where
from legalmap.web.wording import sentences
from legalmap.web.wording.answer_rows import rows

blueprint = Blueprint("route", __name__)
MOST_LEGS = 20


@blueprint.get("/<topic>/route")
@needs(Permission.READ)
def route(topic: str) -> str | Response:
    """Two to twenty places in the order in which somebody passes through them, one perhaps twice."""
    return chosen_places.page(topic, "route", MOST_LEGS, _context, once=False)


def _context(view: View, chosen: Chosen) -> dict[str, Any]:
    way = routes.plan(tracker(), view.edition, list(chosen.places), view.as_of)
    legs = [_leg(view, chosen, index, leg) for index, leg in enumerate(way.legs)]
    return {"way": way, "legs": legs, "strictest": _strictest(way, view.topic, view.as_of)}


def _leg(view: View, chosen: Chosen, index: int, leg: routes.Leg) -> dict[str, Any]:
    answer, topic = leg.answer, view.topic
    return {
        "leg": leg,
        "where": where(leg.place),
        "sentences": sentences.sentences(answer, topic),
        "beside": sentences.beside(answer),
        "limits": [(row.variable.label, row.words) for row in rows(answer, topic) if row.stated],
        "coming": [sentences.coming(answer, change, topic) for change in answer.coming],
        "up": chosen.moved(index, -1),
        "down": chosen.moved(index, 1),
        "without": chosen.without(index),
        "before": chosen.places[index - 1].name if index else "",
    }


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
