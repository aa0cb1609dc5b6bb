"""What was wrong and was corrected: a page for readers of each topic, and an Atom feed."""

import msgspec
from flask import Blueprint, Response, render_template

from legalmap.domain.law.topics import Topic
from legalmap.domain.people.roles import Permission
from legalmap.services.reading import corrections as correction_pages
from legalmap.services.reading.corrections import Correction
from legalmap.web.http import query_params
from legalmap.web.http.permissions import needs, tracker
from legalmap.web.reading import feeds
from legalmap.web.wording import change_sentences
from legalmap.web.wording.change_sentences import Line

blueprint = Blueprint("corrections", __name__)


class Corrected(msgspec.Struct, frozen=True):
    """One correction for a page: where, when, by whom, and each value that was wrong."""

    topic: Topic
    correction: Correction
    headline: str
    lines: list[Line]


# Reviewers are named here and may delete their account: so it is not made once for all readers.
@blueprint.get("/<topic>/corrections")
@needs(Permission.READ)
def index(topic: str) -> str:
    """What readers saw before and what they see now, newest first."""
    codebook = tracker().topic(topic)
    before = query_params.number("before", "Give a feed number.")
    page = correction_pages.page(tracker(), topic, before)
    return render_template(
        "reading/corrections/index.html",
        topic=codebook,
        corrections=[_corrected(codebook, correction) for correction in page.corrections],
        older=page.older,
        is_first=before is None,
    )


@blueprint.get("/<topic>/corrections.atom")
@needs(Permission.READ)
def feed(topic: str) -> Response:
    """The newest corrections as Atom."""
    corrections = correction_pages.page(tracker(), topic).corrections
    return feeds.atom(
        tracker().topic(topic), None, [correction.news for correction in corrections], "corrections"
    )


def newest(topic: str, limit: int) -> list[Corrected]:
    """The newest corrections of a topic, at most ``limit``, for another page."""
    page = correction_pages.page(tracker(), topic, limit=limit)
    return [_corrected(tracker().topic(topic), correction) for correction in page.corrections]


def _corrected(topic: Topic, correction: Correction) -> Corrected:
    news = correction.news
    lines = change_sentences.lines(news, topic, correction.changes)
    return Corrected(topic, correction, change_sentences.headline(news, topic), lines)
