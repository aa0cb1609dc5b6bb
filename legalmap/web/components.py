"""Every component of templates/parts in both colour schemes, for designers; only a demo serves it."""

import re
from typing import Any

from flask import Blueprint, current_app, render_template
from markupsafe import Markup
from msgspec.structs import replace
from werkzeug.exceptions import NotFound

from legalmap import clock
from legalmap.domain.desk.moderation import State
from legalmap.domain.law import diff
from legalmap.domain.law.dates import PartialDate
from legalmap.domain.law.freshness import FRESHNESS_LABELS
from legalmap.domain.law.payload import Payload
from legalmap.domain.people.roles import Permission
from legalmap.services.places import map_shapes, search
from legalmap.web.drawing import map_drawing, timeline
from legalmap.web.editing import preview
from legalmap.web.forms.base import ChoiceField, Fault, HouseForm, LineField, Problems, TextField
from legalmap.web.http import query_params
from legalmap.web.http.permissions import needs, tracker
from legalmap.web.http.query_params import View
from legalmap.web.reading import maps
from legalmap.web.reading.place import DisputedPeriod
from legalmap.web.reviewing.dashboard import PAGES
from legalmap.web.wording import differences, sentences

blueprint = Blueprint("components", __name__)
# A state with counties, a local rule, several periods and bills: most components have something to show.
SAMPLE = "us-fl"
# What has to differ between the two copies of a component on one page: ids, and all that points to them.
_ATTRIBUTE = re.compile(
    r'(?<=\s)(id|for|name|href|fill|aria-label|aria-labelledby|aria-describedby)="([^"]*)"'
)
_ID = re.compile(r'(?<=\sid=")[^"]+')


class SampleForm(HouseForm):
    """A field of each kind."""

    summary = TextField("Summary", default="Lawful from the age of 21.")
    url = LineField("Link")
    status = ChoiceField("Status", choices={"legal": "Legal", "banned": "Banned"}, default="banned")


@blueprint.get("/components")
@needs(Permission.READ)
def index() -> str:
    """The page of components; raise NotFound where the site is not a demo."""
    if not current_app.config["DEMO"]:
        raise NotFound
    view = query_params.view(tracker().home)
    return render_template("components/index.html", **_of_reading(view), **_of_the_desk(view))


@blueprint.app_template_filter("apart")
def apart(html: str) -> Markup:
    """A second copy of some HTML for the same page: ids, references to them and names end in “-dark”."""
    ids = set(_ID.findall(html))

    def change(match: re.Match[str]) -> str:
        attribute, value = match.groups()
        if attribute in ("name", "aria-label"):
            value += "-dark" if attribute == "name" else ", dark"
        elif attribute in ("href", "fill"):
            value = re.sub(r"#([\w-]+)", lambda m: m[0] + "-dark" * (m[1] in ids), value)
        else:
            value = " ".join(word + "-dark" * (word in ids) for word in value.split())
        return f'{attribute}="{value}"'

    # Our templates made it, and only attribute values are changed.
    return Markup(_ATTRIBUTE.sub(change, html))  # noqa: S704


def _of_reading(view: View) -> dict[str, Any]:
    """What the pages for readers show, from the real record of the sample place."""
    place = search.place(tracker(), SAMPLE)
    answer = view.answer(place)
    resolution = answer.resolution
    payload = view.edition.records[SAMPLE].payload
    period = payload.periods[-1]
    doubted = replace(period.sources[-1], stance="disputes")
    return {
        "topic": view.topic,
        "view": view,
        "past": replace(view, query="?known_at=0"),
        "place": place,
        "answer": answer,
        "resolution": resolution,
        "levels": [(level, sentences.standing(level, resolution)) for level in resolution.levels],
        "order": map_drawing.order_of(view.topic),
        "shown": maps.draw(view, map_shapes.view_of(SAMPLE) or "us", "A map of sample data"),
        "time": maps.time_context(view, None),
        "drawn": timeline.draw(view.topic, payload.periods, view.as_of, clock.today()),
        "payload": payload,
        "period": period,
        "source": period.sources[0],
        "weak": [replace(period.sources[0], kind="vendor")],
        "reading": DisputedPeriod(
            period, [period.sources[0]], [doubted], ["Sources do not agree."]
        ),
        "freshness_states": list(FRESHNESS_LABELS),
    }


def _of_the_desk(view: View) -> dict[str, Any]:
    """What the desk shows: a proposal for the sample, as differences and as readers would see it."""
    payload = view.edition.records[SAMPLE].payload
    proposed, rival = _proposed(payload), _proposed(payload, "Banned by another act.")
    comparison = diff.compare(payload, rival, proposed)
    clashes = diff.clashes(comparison)
    return {
        "desk_paths": [(path, label) for path, label, _ in PAGES],
        "states": [(state.value, state.label) for state in State],
        "changed": diff.shown(payload, proposed),
        "row": differences.rows(comparison, clashes, view.topic)[0],
        "preview": preview.preview(view.edition, search.place(tracker(), SAMPLE), proposed),
        "form": SampleForm(),
        "problems": _problems("summary", "url"),
        "others": _problems("sample", "sample"),
        "passkey": {"options": "{}", "challenge_id": "sample"},
    }


def _problems(wrong: str, doubtful: str) -> Problems:
    """One field that is wrong, and one that is worth a second look."""
    hint = Fault(doubtful, "Source 1", "This link is in no other record.")
    return Problems([Fault(wrong, "Period 1", "Say what the law says.")], hints=[hint])


def _proposed(payload: Payload, summary: str = "Sale to anybody is banned.") -> Payload:
    """The record with another summary, and a ban from the first of next year."""
    last = payload.periods[-1]
    start = PartialDate(str(clock.today().year + 1))
    ban = replace(last, status="banned", effective_from=start, summary=summary, answers={})
    return replace(payload, periods=(*payload.periods[:-1], replace(last, summary=summary), ban))
