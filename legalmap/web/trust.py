"""The page on which readers judge the whole: how records are made, how old, how fast, what was wrong."""

import msgspec
from flask import Blueprint, render_template

from legalmap import clock
from legalmap.domain.roles import Permission
from legalmap.domain.topics import Topic
from legalmap.services import news, trusting
from legalmap.services.news import Correction
from legalmap.web import telling
from legalmap.web.guard import needs, reader, tracker
from legalmap.web.telling import Line

blueprint = Blueprint("trust", __name__)
CORRECTIONS_SHOWN = 50
HOUR, DAY = 3_600, 86_400


class Corrected(msgspec.Struct, frozen=True):
    """One correction for the log: where, when, by whom, and each value that was wrong."""

    topic: Topic
    correction: Correction
    lines: list[Line]


@blueprint.get("/about")
@needs(Permission.READ)
def about() -> str:
    """How records are made and reviewed, how fresh they are, and what was corrected."""
    today = clock.today()
    ages = [
        (found, trusting.ages(reader().edition(code), today))
        for code, found in tracker().topics.items()
    ]
    return render_template(
        "trust/about.html",
        ages=ages,
        spans=trusting.SPANS,
        pace=trusting.pace(tracker()),
        corrections=_corrections()[:CORRECTIONS_SHOWN],
        searched=news.SEARCHED,
        wait=wait_in_words,
    )


def _corrections() -> list[Corrected]:
    """Of all topics, newest first."""
    found = [
        Corrected(topic, each, telling.lines(each.news, topic, each.changes))
        for code, topic in tracker().topics.items()
        for each in news.corrections(tracker(), code)
    ]
    return sorted(found, key=lambda each: -(each.correction.news.revision.feed_no or 0))


def wait_in_words(seconds: float) -> str:
    """A wait in whole hours or days: nobody is helped, and nobody found, by the minute."""
    if seconds < HOUR:
        return "less than an hour"
    size, word = (HOUR, "hour") if seconds < 2 * DAY else (DAY, "day")
    count = round(seconds / size)
    return f"{count} {word}{'s' if count > 1 else ''}"
