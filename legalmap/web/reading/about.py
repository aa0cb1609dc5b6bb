"""The page by which readers judge the site: how records are made, how old and how fast, what was wrong."""

from flask import Blueprint, render_template

from legalmap import clock
from legalmap.domain.people.roles import Permission
from legalmap.services.reading import trust_figures
from legalmap.web.http.permissions import needs, reader, tracker
from legalmap.web.reading import corrections
from legalmap.web.reading.corrections import Corrected

blueprint = Blueprint("about", __name__)
CORRECTIONS_SHOWN = 5
# In seconds.
HOUR, DAY = 3_600, 86_400


@blueprint.get("/about")
@needs(Permission.READ)
def about() -> str:
    """How records are made and reviewed, how fresh they are, and what was corrected."""
    today = clock.today()
    ages = [
        (topic, trust_figures.ages(reader().edition(code), today))
        for code, topic in tracker().topics.items()
    ]
    return render_template(
        "reading/about.html",
        ages=ages,
        spans=trust_figures.SPANS,
        pace=trust_figures.pace(tracker()),
        corrections=_corrections(),
        wait=wait_in_words,
    )


def _corrections() -> list[Corrected]:
    """The newest corrections of all topics together, newest first."""
    of_topics = [
        corrected
        for code in tracker().topics
        for corrected in corrections.newest(code, CORRECTIONS_SHOWN)
    ]
    newest = sorted(
        of_topics, key=lambda corrected: -(corrected.correction.news.revision.feed_no or 0)
    )
    return newest[:CORRECTIONS_SHOWN]


def wait_in_words(seconds: float) -> str:
    """A wait in whole hours or days: minutes would help nobody, and could give a reviewer away."""
    if seconds < HOUR:
        return "less than an hour"
    size, word = (HOUR, "hour") if seconds < 2 * DAY else (DAY, "day")
    count = round(seconds / size)
    return f"{count} {word}{'s' if count > 1 else ''}"
