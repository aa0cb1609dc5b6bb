"""/api/v1: what holds at many places at once, side by side, and whether a sale is allowed."""

import msgspec
from flask import Response

from legalmap.domain.people.roles import Permission
from legalmap.services import contract
from legalmap.services.places import search
from legalmap.web.api import batch, negotiation, parameters, purchase, responses
from legalmap.web.api import resolutions as api_resolutions
from legalmap.web.http.permissions import needs, tracker
from legalmap.web.http.rate_limits import BATCH

# A thousand items take a tenth of it, however they are written.
MOST_BATCH_BYTES = 1_000_000
blueprint = negotiation.blueprint("decisions")


@blueprint.get("/<topic>/compare")
@needs(Permission.READ)
def compare(topic: str) -> Response:
    """What holds at several places, and in what they differ."""
    tracker().topic(topic)
    given = parameters.declared()
    view = parameters.view(topic, given)
    asked = parameters.many("place")
    found = [search.place(tracker(), code) for code in asked]
    places = {place.code: place for place in found}
    view = view.at(*found)
    resolutions = tuple(api_resolutions.resolution(view, place, ()) for place in places.values())
    differs = _differing(resolutions)
    return responses.answered(view, contract.CompareAnswer, differs=differs, places=resolutions)


def _differing(places: tuple[contract.Resolution, ...]) -> tuple[str, ...]:
    first, *others = (
        {"status": place.status, **{code: v.value for code, v in place.variables.items()}}
        for place in places
    )
    return tuple(code for code in first if any(other[code] != first[code] for other in others))


@blueprint.get("/<topic>/check")
@needs(Permission.READ)
def check(topic: str) -> Response:
    """Whether a product may be sold to a buyer at a place, by which rule, and who says so."""
    tracker().topic(topic)
    given = parameters.declared()
    view, answer = purchase.answer(parameters.view(topic, given), given)
    return responses.send(answer, view.changed_at)


@blueprint.post("/<topic>/resolve")
@needs(Permission.READ, cost=BATCH, most_bytes=MOST_BATCH_BYTES)
def resolve_many(topic: str) -> Response:
    """What holds at up to a thousand places; each is answered or refused on its own."""
    tracker().topic(topic)
    given = parameters.declared()
    view = parameters.view(topic, given)
    content = batch.content(view)
    if "fields" in given:
        content = responses.encoded(msgspec.json.decode(content, type=contract.BatchAnswer))
    response = Response(content, content_type=responses.JSON)
    # What somebody asks in a body is theirs alone.
    response.headers["Cache-Control"] = "no-store"
    return response
