"""/api/v1: the topics that are tracked, and the places whose law they are about."""

from flask import Response

from legalmap.domain.law.jurisdictions import chain
from legalmap.domain.people.roles import Permission
from legalmap.services import contract
from legalmap.services.exporting import formats
from legalmap.services.places import search
from legalmap.web.api import parameters, responses, routes
from legalmap.web.api.negotiation import ApiPart
from legalmap.web.api.parameters import BadParameter, Now, Query
from legalmap.web.api.routes import FIELDS, PAGING, PARENT, ROOT, Parameter
from legalmap.web.http.permissions import needs, reader, tracker

# ``parent`` is applied after the search, so more has to be found than is shown.
MOST_FOUND = 500

blueprint = ApiPart("api_places", "Places")


@blueprint.answers(
    "/topics",
    contract.TopicsAnswer,
    (FIELDS,),
    {"What is tracked here": "/topics"},
    group="Topics",
)
@needs(Permission.READ, decided_by=())
def topics() -> Response:
    """All topics."""
    parameters.declared()
    now = parameters.now()
    entries = tuple(
        contract.same(
            contract.TopicEntry,
            topic,
            records=len(reader().edition(topic.code, str(now.feed_no)).records),
            url=f"{ROOT}/topics/{topic.code}",
        )
        for topic in tracker().topics.values()
    )
    return responses.answered(now, contract.TopicsAnswer, topics=entries)


@blueprint.answers(
    "/topics/<topic>",
    contract.TopicAnswer,
    (FIELDS,),
    {
        "The codebook of kratom": "/topics/kratom",
        "The scale alone": "/topics/kratom?fields=statuses.code,statuses.label",
    },
    group="Topics",
)
@needs(Permission.READ, decided_by=())
def topic(topic: str) -> Response:
    """The codebook of a topic: its statuses, its variables, and the words they use."""
    codebook = contract.codebook(tracker().topic(topic))
    parameters.declared()
    return responses.answered(
        parameters.now(), contract.TopicAnswer, topic=topic, codebook=codebook
    )


@blueprint.answers(
    "/jurisdictions",
    contract.JurisdictionsAnswer,
    (
        Parameter("q", "A name, a code or a US ZIP code.", routes.TEXT, "Mobile"),
        PARENT,
        *routes.IDENTIFIERS,
        *PAGING,
        FIELDS,
    ),
    {
        "Search by name": "/jurisdictions?q=Mobile&limit=3",
        "Look up an OCD division": "/jurisdictions?ocd=ocd-division/country:us/state:fl/county:sarasota",
    },
)
@needs(Permission.READ)
def jurisdictions() -> Response:
    """Places in the order of their codes, those that fit a search, or the place of an identifier.

    A search and an identifier have one page. An OCD division id is null where the official one is not
    certain: townships, towns of county subdivisions, census areas, planning regions, and names that
    places of a state share.
    """
    query = parameters.declared()
    now = parameters.now()
    one_page = not {"q", *parameters.IDENTIFIERS}.isdisjoint(query)
    answer = _search(query, now) if one_page else _page_of_places(query, now)
    return responses.send(answer, now.changed_at)


def _search(query: Query, now: Now) -> contract.JurisdictionsAnswer:
    # Hits are ordered by how well they fit, and a cursor needs an order that never changes.
    if "cursor" in query:
        raise BadParameter("cursor", "A search has one page: leave the cursor out or raise limit.")
    limit, parent = parameters.limit(query), parameters.place_code(query, "parent")
    identifiers = parameters.identifiers(query)
    identified = search.by_identifiers(tracker(), identifiers) if identifiers else []
    result = search.Found(places=identified)
    if "q" in query:
        within = (parent,) if parent else ()
        most = MOST_FOUND if parent or identifiers else limit
        result = search.search(tracker(), query["q"], most, within=within)
    places = [
        place
        for place in result.places
        if (not parent or formats.is_directly_below(place, parent))
        and (not identifiers or place in identified)
    ]
    return parameters.answer(
        now,
        contract.JurisdictionsAnswer,
        jurisdictions=tuple(contract.jurisdiction(place) for place in places[:limit]),
        guessed=result.guessed,
        zip=result.zip_code,
        total=len(places) if parent or identifiers else result.total,
        note=result.note,
        topic_named=result.topic,
        found_by={place.code: via for place in places if (via := result.vias.get(place.code))},
        next=None,
        next_cursor=None,
    )


def _page_of_places(query: Query, now: Now) -> contract.JurisdictionsAnswer:
    limit, parent = parameters.limit(query), parameters.place_code(query, "parent")
    cursor = parameters.cursor(query)
    # One more than is shown tells whether there is a next page.
    remaining = search.page(tracker(), parent, cursor.after if cursor else "", limit + 1)
    shown, following = parameters.page(query, now, remaining, lambda place: place.code)
    return parameters.answer(
        now,
        contract.JurisdictionsAnswer,
        jurisdictions=tuple(contract.jurisdiction(place) for place in shown),
        guessed=False,
        zip=None,
        total=None,
        note="",
        topic_named=None,
        found_by={},
        **following,
    )


@blueprint.answers(
    "/jurisdictions/<code>",
    contract.JurisdictionAnswer,
    (FIELDS,),
    {"One county": "/jurisdictions/us-fl-sarasota-county"},
)
@needs(Permission.READ, decided_by=())
def jurisdiction(code: str) -> Response:
    """One place, its identifiers, and the levels whose law reaches it."""
    parameters.declared()
    place, now = search.place(tracker(), code), parameters.now()
    topics = [t for t in tracker().topics if place.code in reader().edition(t).records]
    return responses.answered(
        now,
        contract.JurisdictionAnswer,
        jurisdiction=contract.jurisdiction(place),
        counties=place.in_counties,
        county_code=place.county_code or None,
        part_of=place.part_of,
        time_zone=place.time_zone,
        levels=tuple(level.code for level in chain(place, tracker().place)),
        children=len(search.children(tracker(), place.code)),
        children_url=f"{ROOT}/jurisdictions?parent={place.code}",
        records={topic: f"{ROOT}/{topic}/records/{place.code}" for topic in topics},
        note=place.note,
    )
