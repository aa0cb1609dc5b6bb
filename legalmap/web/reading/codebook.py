"""The page of a topic's codebook."""

from flask import Blueprint, render_template

from legalmap.domain.people.roles import Permission
from legalmap.web.drawing import map_drawing
from legalmap.web.http.permissions import needs, tracker

blueprint = Blueprint("codebook", __name__)


@blueprint.get("/<topic>/codebook")
@needs(Permission.READ, decided_by=())
def codebook(topic: str) -> str:
    """The scale, the variables and how they resolve."""
    known_topic = tracker().topic(topic)
    return render_template(
        "reading/codebook.html", topic=known_topic, order=map_drawing.order_of(known_topic)
    )
