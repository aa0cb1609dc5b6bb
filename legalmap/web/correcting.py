"""What was wrong and was put right: a page for readers of each topic, and an Atom feed."""

import msgspec
from flask import Blueprint, Response, render_template

from legalmap.domain.roles import Permission
from legalmap.domain.topics import Topic
from legalmap.services import correcting
from legalmap.services.correcting import Correction
from legalmap.web import asking, feeds, telling
from legalmap.web.guard import needs, tracker
from legalmap.web.telling import Line

blueprint = Blueprint("correcting", __name__)


class Corrected(msgspec.Struct, frozen=True):
    """One correction for a page: where, when, by whom, and each value that was wrong."""

    topic: Topic
    correction: Correction
    headline: str
    lines: list[Line]


# Who reviewed is named here, and may leave: so it is not made once for all readers.
@blueprint.get("/<topic>/corrections")
@needs(Permission.READ)
def index(topic: str) -> str:
    """What readers saw before and what they see now, newest first."""
    codebook = tracker().topic(topic)
    before = asking.number("before", "Give a feed number.")
    page = correcting.page(tracker(), topic, before)
    return render_template(
        "correcting/index.html",
        topic=codebook,
        corrections=[_corrected(codebook, correction) for correction in page.corrections],
        older=page.older,
        is_first=before is None,
        sources=telling.sources,
    )


@blueprint.get("/<topic>/corrections.atom")
@needs(Permission.READ)
def feed(topic: str) -> Response:
    """The newest corrections as Atom."""
    corrections = correcting.page(tracker(), topic).corrections
    return feeds.atom(
        tracker().topic(topic), None, [correction.news for correction in corrections], "corrections"
    )


def newest(topic: str, limit: int) -> list[Corrected]:
    """The newest corrections of a topic, for another page."""
    page = correcting.page(tracker(), topic, limit=limit)
    return [_corrected(tracker().topic(topic), correction) for correction in page.corrections]


def _corrected(topic: Topic, correction: Correction) -> Corrected:
    news = correction.news
    lines = telling.lines(news, topic, correction.changes)
    return Corrected(topic, correction, telling.headline(news, topic), lines)
