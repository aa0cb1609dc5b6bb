"""/api/v1: what holds at one place or at many, places side by side, and whether a sale is allowed."""

from flask import Response

from legalmap.domain.law.purchase import PRODUCTS
from legalmap.domain.people.roles import Permission
from legalmap.services import contract
from legalmap.services.places import search
from legalmap.web.api import batch, parameters, purchase, resolutions, responses, routes
from legalmap.web.api.negotiation import ApiPart
from legalmap.web.api.routes import FIELDS, MOST_ASKED, MOST_COMPARED, TIMES, Parameter, Schema
from legalmap.web.http.permissions import needs, tracker
from legalmap.web.http.rate_limits import BATCH

# In bytes; a thousand items take a tenth of it, however they are written.
MOST_BATCH_BYTES = 1_000_000
PLACES: Schema = {
    "type": "array",
    "items": routes.CODE,
    "minItems": 2,
    "maxItems": MOST_COMPARED,
    "uniqueItems": True,
}
# Left open, because an item of another shape spoils no other: it is refused under its own index.
BATCH_ITEM: Schema = {
    "description": "An object with exactly one of: place, zip, or lat with lon, written as in a query.",
    "examples": [{"place": "us-al-mobile"}, {"zip": "34236"}, {"lat": 27.34, "lon": -82.53}],
}
blueprint = ApiPart("decisions", "What holds")


@blueprint.answers(
    "/<topic>/resolve",
    contract.ResolveAnswer,
    (*routes.ONE_WAY, *TIMES, FIELDS),
    {
        "A city": "/kratom/resolve?place=us-al-mobile",
        "A point": "/kratom/resolve?lat=27.34&lon=-82.53",
        "A ZIP code in three counties": "/kratom/resolve?zip=35006&fields=outcome,ask",
    },
)
@needs(Permission.READ)
def resolve(topic: str) -> Response:
    """What holds at a place, a point or a ZIP code once every level is taken together, with each
    level's own answer. Give exactly one of place, zip, or lat with lon.
    """
    view, query = parameters.of_topic(topic)
    there, answer = resolutions.answer(view, query)
    return responses.send(answer, there.changed_at)


@blueprint.answers(
    "/<topic>/resolve",
    contract.BatchAnswer,
    (*TIMES, FIELDS),
    {"A place, a ZIP code, a point, and a mistake": "/kratom/resolve"},
    body={
        "type": "object",
        "properties": {"items": {"type": "array", "maxItems": MOST_ASKED, "items": BATCH_ITEM}},
        "required": ["items"],
        "additionalProperties": False,
    },
    sample={
        "items": [
            {"place": "us-al-mobile"},
            {"zip": "34236"},
            {"lat": 27.34, "lon": -82.53},
            {"place": "us-al-mobil"},
        ]
    },
)
@needs(Permission.READ, cost=BATCH, most_bytes=MOST_BATCH_BYTES)
def resolve_many(topic: str) -> Response:
    """The same for up to 1,000 places, points or ZIP codes, in short. Each is answered or refused on its
    own, under its index. How often it may be called is limited.
    """
    view, query = parameters.of_topic(topic)
    content = batch.content(view)
    if "fields" in query:
        content = responses.encoded(contract.decode(content, contract.BatchAnswer))
    response = Response(content, content_type=responses.JSON)
    # No cache may keep it: the places in a body are nobody else's business.
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.answers(
    "/<topic>/compare",
    contract.CompareAnswer,
    (
        Parameter(
            "place",
            "The code of a place; give it once for each place.",
            PLACES,
            ["us-al", "us-tn"],
            required=True,
        ),
        *TIMES,
        FIELDS,
    ),
    {"Two neighbours": "/kratom/compare?place=us-al&place=us-tn"},
)
@needs(Permission.READ)
def compare(topic: str) -> Response:
    """What holds at two to 12 places, and in what they differ."""
    view, _ = parameters.of_topic(topic)
    named = [search.place(tracker(), code) for code in parameters.many("place")]
    # Two codes may name one place: an alias and its own.
    places = {place.code: place for place in named}.values()
    view = view.at(*places)
    columns = tuple(resolutions.resolution(view, place, ()) for place in places)
    return responses.answered(
        view, contract.CompareAnswer, differs=_differing(columns), places=columns
    )


def _differing(places: tuple[contract.Resolution, ...]) -> tuple[str, ...]:
    first, *others = (
        {"status": place.status, **{code: v.value for code, v in place.variables.items()}}
        for place in places
    )
    return tuple(code for code in first if any(other[code] != first[code] for other in others))


@blueprint.answers(
    "/<topic>/check",
    contract.CheckAnswer,
    (
        *routes.ONE_WAY,
        Parameter("age", "The buyer's age in years.", routes.number("integer", 0, 150), 21),
        Parameter("product", "The kind of product.", routes.one_of(PRODUCTS), "leaf"),
        Parameter(
            "seven_oh_percent",
            "The share of 7-hydroxymitragynine in the alkaloids, in percent.",
            routes.number("number", 0, 100),
            1.5,
        ),
        *TIMES,
    ),
    {
        "Leaf for an adult in Mobile, Alabama": (
            "/kratom/check?place=us-al-mobile&age=30&product=leaf&seven_oh_percent=0.5"
        ),
        "Not enough is said": "/kratom/check?place=us-ut-provo&age=30",
    },
)
@needs(Permission.READ)
def check(topic: str) -> Response:
    """Whether a product may be sold to a buyer at a place: allowed, not-allowed or unclear, the rule that
    decides, its sources and their age. What is not given or not recorded makes the answer unclear and is
    named under missing; an allowance comes with caveats and conditions. A product that is a topic of its
    own is checked there too.
    """
    view, query = parameters.of_topic(topic)
    there, answer = purchase.answer(view, query)
    return responses.send(answer, there.changed_at)
