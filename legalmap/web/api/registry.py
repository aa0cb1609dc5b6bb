"""Every route of the API in one list: what it takes, what it answers, how it can fail, examples.

The OpenAPI document, the schemas and the reference page are made from it, and tests hold the routes
to it: a route, a parameter or a status that is not written here fails them.
"""

from typing import Any, get_args

import msgspec

from legalmap.domain.evidence import FRESHNESS_LABELS
from legalmap.domain.jurisdictions import Kind
from legalmap.domain.permitting import PRODUCTS
from legalmap.services import wire
from legalmap.services.feeding import LONGEST_WAIT
from legalmap.web.api.parameters import IDENTIFIERS

ROOT = "/api/v1"
PROBLEM = "application/problem+json"
MOST_ASKED, MOST_COMPARED = 1_000, 12
PROMISE = (
    "Within v1 keys are only ever added: none is removed, renamed or given another type, no address "
    "goes away, and no parameter changes its meaning. Read what you know and ignore what you do not. "
    "A status, a variable or a kind of product may be added to a codebook at any time. What has to go "
    "is marked in its answers with Deprecation and Sunset at least a year before, and goes with v2."
)

Schema = dict[str, Any]


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of a path or a query."""

    name: str
    about: str
    schema: Schema
    example: Any = None
    where: str = "query"
    required: bool = False


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One request to try: an address, and what is sent to it if it takes a body."""

    about: str
    address: str
    body: Any = None


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One address: ``part`` is the key that ``fields`` narrows, empty for the whole answer."""

    path: str
    name: str
    group: str
    about: str
    answer: type[msgspec.Struct] | None
    parameters: tuple[Parameter, ...] = ()
    examples: tuple[Example, ...] = ()
    method: str = "get"
    body: Schema | None = None
    errors: tuple[int, ...] = (400, 404)

    @property
    def takes_fields(self) -> bool:
        """Whether the answer can be narrowed."""
        return FIELDS in self.parameters


def _shape(identifier: str) -> Schema:
    """What an identifier must look like, from where requests are checked."""
    shape, _ = IDENTIFIERS[identifier]
    return {"type": "string", "pattern": f"^{shape}$"}


TEXT: Schema = {"type": "string", "minLength": 1, "pattern": r"\S"}
FEED_NO: Schema = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
CODE: Schema = {"type": "string", "pattern": "^[A-Za-z]{2}(-[A-Za-z0-9]+)*$", "maxLength": 120}


def _path(name: str, about: str, schema: Schema, example: Any) -> Parameter:
    return Parameter(
        name=name, about=about, schema=schema, example=example, where="path", required=True
    )


# The document fills in the topics and statuses of the running tracker.
TOPIC = _path("topic", "The code of a topic.", {"type": "string", "x-of": "topics"}, "kratom")
PLACE_PATH = _path(
    "code", "The code of a place, or one of its other codes.", CODE, "us-fl-sarasota-county"
)
NUMBER = _path("number", "The number of a revision.", {"type": "integer", "minimum": 0}, 0)
AS_OF = Parameter(
    name="as_of",
    about="Law time: the day asked about, from 1900-01-01 to 2100-12-31. By default today in UTC.",
    schema={"type": "string", "format": "date"},
    example="2025-07-01",
)
KNOWN_AT = Parameter(
    name="known_at",
    about="Edit time: what this site said at a feed number or an instant. By default now.",
    schema={
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": 999_999_999},
            {"type": "string", "format": "date-time"},
        ]
    },
    example=268,
)
LIMIT = Parameter(
    name="limit",
    about="How many items a page holds; 100 if it is not given.",
    schema={"type": "integer", "minimum": 1, "maximum": 500},
    example=3,
)
CURSOR = Parameter(
    name="cursor",
    about="The next_cursor of the answer before. It belongs to the query it was given for.",
    schema={"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
)
FIELDS = Parameter(
    name="fields",
    about=(
        "Only these keys of what the answer is about, with commas between them; a dot goes deeper. "
        "The edition, the day and the licence stay."
    ),
    schema=TEXT,
)
PLACE = Parameter(name="place", about="The code of a place.", schema=CODE, example="us-al-mobile")
LAT = Parameter(
    name="lat",
    about="Degrees north (WGS 84), with lon.",
    schema={"type": "number", "minimum": -90, "maximum": 90},
)
LON = Parameter(
    name="lon",
    about="Degrees east (WGS 84), with lat.",
    schema={"type": "number", "minimum": -180, "maximum": 180},
)
ZIP = Parameter(
    name="zip", about="A US ZIP code.", schema={"type": "string", "pattern": "^[0-9]{5}$"}
)
ONE_WAY = (PLACE, LAT, LON, ZIP)
TIMES = (AS_OF, KNOWN_AT)


def _choice(name: str, about: str, codes: tuple[str, ...], example: str) -> Parameter:
    return Parameter(
        name=name, about=about, schema={"type": "string", "enum": list(codes)}, example=example
    )


PARENT = Parameter(
    name="parent", about="Only what lies directly below a place.", schema=CODE, example="us-fl"
)
# Left open, because an item of another shape spoils no other: it is refused under its own index.
BATCH_ITEM: Schema = {
    "description": "An object with exactly one of: place, zip, or lat with lon, written as in a query.",
    "examples": [{"place": "us-al-mobile"}, {"zip": "34236"}, {"lat": 27.34, "lon": -82.53}],
}
BATCH_BODY: Schema = {
    "type": "object",
    "properties": {"items": {"type": "array", "maxItems": MOST_ASKED, "items": BATCH_ITEM}},
    "required": ["items"],
    "additionalProperties": False,
}

ROUTES: tuple[Route, ...] = (
    Route(
        path=f"{ROOT}/topics",
        name="topics",
        group="Topics",
        about="All topics.",
        answer=wire.TopicsAnswer,
        parameters=(FIELDS,),
        examples=(Example(about="What is tracked here", address=f"{ROOT}/topics"),),
        errors=(400,),
    ),
    Route(
        path=f"{ROOT}/topics/{{topic}}",
        name="topic",
        group="Topics",
        about="The codebook of a topic: its statuses, its variables, and the words they use.",
        answer=wire.TopicAnswer,
        parameters=(TOPIC, FIELDS),
        examples=(
            Example(about="The codebook of kratom", address=f"{ROOT}/topics/kratom"),
            Example(
                about="The scale alone",
                address=f"{ROOT}/topics/kratom?fields=statuses.code,statuses.label",
            ),
        ),
    ),
    Route(
        path=f"{ROOT}/jurisdictions",
        name="jurisdictions",
        group="Places",
        about=(
            "Places in the order of their codes, those that fit a search, or the place of an "
            "identifier. A search and an identifier have one page. An OCD division id is null where "
            "the official one is not certain: townships, towns of county subdivisions, census areas, "
            "planning regions, and names that places of a state share."
        ),
        answer=wire.JurisdictionsAnswer,
        parameters=(
            Parameter(
                name="q", about="A name, a code or a US ZIP code.", schema=TEXT, example="Mobile"
            ),
            PARENT,
            Parameter(
                name="iso",
                about="An ISO 3166-1 alpha-2 or ISO 3166-2 code.",
                schema=_shape("iso"),
                example="US-AL",
            ),
            Parameter(
                name="fips",
                about="A US FIPS code or Census GEOID, of 2, 5, 7 or 10 digits.",
                schema=_shape("fips"),
                example="12115",
            ),
            Parameter(
                name="ocd",
                about="An Open Civic Data division id.",
                schema=_shape("ocd"),
                example="ocd-division/country:us/state:fl/county:sarasota",
            ),
            LIMIT,
            CURSOR,
            FIELDS,
        ),
        examples=(
            Example(about="Search by name", address=f"{ROOT}/jurisdictions?q=Mobile&limit=3"),
            Example(
                about="Look up an OCD division",
                address=f"{ROOT}/jurisdictions?ocd=ocd-division/country:us/state:fl/county:sarasota",
            ),
        ),
        errors=(400,),
    ),
    Route(
        path=f"{ROOT}/jurisdictions/{{code}}",
        name="jurisdiction",
        group="Places",
        about="One place, its identifiers, and the levels whose law reaches it.",
        answer=wire.JurisdictionAnswer,
        parameters=(PLACE_PATH, FIELDS),
        examples=(
            Example(about="One county", address=f"{ROOT}/jurisdictions/us-fl-sarasota-county"),
        ),
    ),
    Route(
        path=f"{ROOT}/{{topic}}/records",
        name="records",
        group="Records",
        about="The records of a topic in the order of their codes, narrowed by what is asked.",
        answer=wire.RecordsAnswer,
        parameters=(
            TOPIC,
            Parameter(
                name="status",
                about="Only records whose own status on the day is this.",
                schema={"type": "string", "x-of": "statuses"},
                example="banned",
            ),
            PARENT,
            _choice("kind", "Only places of this kind.", get_args(Kind), "state"),
            _choice(
                "freshness",
                "Only records whose evidence is this fresh.",
                tuple(FRESHNESS_LABELS),
                "fresh",
            ),
            *TIMES,
            LIMIT,
            CURSOR,
            FIELDS,
        ),
        examples=(
            Example(
                about="The states that banned kratom, on a day in the past",
                address=f"{ROOT}/kratom/records?kind=state&status=banned&as_of=2017-01-01&limit=3",
            ),
            Example(
                about="Codes and statuses alone",
                address=f"{ROOT}/kratom/records?fields=jurisdiction.code,status&limit=3",
            ),
        ),
    ),
    Route(
        path=f"{ROOT}/{{topic}}/records/{{code}}",
        name="record",
        group="Records",
        about="One record: its periods of law, their sources, and when it was last verified.",
        answer=wire.RecordAnswer,
        parameters=(TOPIC, PLACE_PATH, *TIMES, FIELDS),
        examples=(Example(about="The record of Alabama", address=f"{ROOT}/kratom/records/us-al"),),
    ),
    Route(
        path=f"{ROOT}/{{topic}}/records/{{code}}/revisions",
        name="revisions",
        group="Records",
        about="The published revisions of a record, newest first.",
        answer=wire.RevisionsAnswer,
        parameters=(TOPIC, PLACE_PATH, *TIMES, LIMIT, CURSOR, FIELDS),
        examples=(
            Example(
                about="The history of Alabama's record",
                address=f"{ROOT}/kratom/records/us-al/revisions",
            ),
        ),
    ),
    Route(
        path=f"{ROOT}/{{topic}}/records/{{code}}/revisions/{{number}}",
        name="revision",
        group="Records",
        about="One published revision with the payload that its hash is of.",
        answer=wire.RevisionAnswer,
        parameters=(TOPIC, PLACE_PATH, NUMBER, *TIMES, FIELDS),
        examples=(
            Example(
                about="What was shipped first",
                address=f"{ROOT}/kratom/records/us-al/revisions/0",
            ),
        ),
    ),
    Route(
        path=f"{ROOT}/{{topic}}/resolve",
        name="resolve",
        group="What holds",
        about=(
            "What holds at a place, a point or a ZIP code once every level is taken together, with "
            "each level's own answer. Give exactly one of place, zip, or lat with lon."
        ),
        answer=wire.ResolveAnswer,
        parameters=(TOPIC, *ONE_WAY, *TIMES, FIELDS),
        examples=(
            Example(about="A city", address=f"{ROOT}/kratom/resolve?place=us-al-mobile"),
            Example(about="A point", address=f"{ROOT}/kratom/resolve?lat=27.34&lon=-82.53"),
            Example(
                about="A ZIP code in three counties",
                address=f"{ROOT}/kratom/resolve?zip=35006&fields=outcome,ask",
            ),
        ),
    ),
    Route(
        path=f"{ROOT}/{{topic}}/resolve",
        name="resolve_many",
        group="What holds",
        method="post",
        about=(
            f"The same for up to {MOST_ASKED:,} places, points or ZIP codes, in short. Each is answered "
            "or refused on its own, under its index. How often it may be called is limited."
        ),
        answer=wire.BatchAnswer,
        parameters=(TOPIC, *TIMES, FIELDS),
        body=BATCH_BODY,
        examples=(
            Example(
                about="A place, a ZIP code, a point, and a mistake",
                address=f"{ROOT}/kratom/resolve",
                body={
                    "items": [
                        {"place": "us-al-mobile"},
                        {"zip": "34236"},
                        {"lat": 27.34, "lon": -82.53},
                        {"place": "us-al-mobil"},
                    ]
                },
            ),
        ),
        errors=(400, 404, 413, 415, 422, 429),
    ),
    Route(
        path=f"{ROOT}/{{topic}}/compare",
        name="compare",
        group="What holds",
        about=f"What holds at two to {MOST_COMPARED} places, and in what they differ.",
        answer=wire.CompareAnswer,
        parameters=(
            TOPIC,
            Parameter(
                name="place",
                about="The code of a place; give it once for each place.",
                schema={
                    "type": "array",
                    "items": CODE,
                    "minItems": 2,
                    "maxItems": MOST_COMPARED,
                    "uniqueItems": True,
                },
                example=["us-al", "us-tn"],
                required=True,
            ),
            *TIMES,
            FIELDS,
        ),
        examples=(
            Example(
                about="Two neighbours",
                address=f"{ROOT}/kratom/compare?place=us-al&place=us-tn",
            ),
        ),
    ),
    Route(
        path=f"{ROOT}/{{topic}}/check",
        name="check",
        group="What holds",
        about=(
            "Whether a product may be sold to a buyer at a place: allowed, not-allowed or unclear, the "
            "rule that decides, its sources and their age. What is not given or not recorded makes the "
            "answer unclear and is named under missing; an allowance comes with caveats and conditions. "
            "A product that is a topic of its own is checked there too."
        ),
        answer=wire.CheckAnswer,
        parameters=(
            TOPIC,
            *ONE_WAY,
            Parameter(
                name="age",
                about="The buyer's age in years.",
                schema={"type": "integer", "minimum": 0, "maximum": 150},
                example=21,
            ),
            _choice("product", "The kind of product.", PRODUCTS, "leaf"),
            Parameter(
                name="seven_oh_percent",
                about="The share of 7-hydroxymitragynine in the alkaloids, in percent.",
                schema={"type": "number", "minimum": 0, "maximum": 100},
                example=1.5,
            ),
            *TIMES,
        ),
        examples=(
            Example(
                about="Leaf for an adult in Mobile, Alabama",
                address=f"{ROOT}/kratom/check?place=us-al-mobile&age=30&product=leaf&seven_oh_percent=0.5",
            ),
            Example(
                about="Not enough is said",
                address=f"{ROOT}/kratom/check?place=us-ut-provo&age=30",
            ),
        ),
    ),
    Route(
        path=f"{ROOT}/{{topic}}/diff",
        name="diff",
        group="Feed",
        about="The records of a topic that differ between two feed numbers.",
        answer=wire.DiffAnswer,
        parameters=(
            TOPIC,
            Parameter(
                name="from",
                about="The feed number you have.",
                schema=FEED_NO,
                example=260,
                required=True,
            ),
            Parameter(
                name="to", about="The later one; by default the head.", schema=FEED_NO, example=268
            ),
        ),
        examples=(
            Example(about="The last of the shipped", address=f"{ROOT}/kratom/diff?from=220&to=222"),
        ),
    ),
    Route(
        path=f"{ROOT}/changes",
        name="changes",
        group="Feed",
        about=(
            "The feed after a number, oldest first. Go on with since=next_since. With wait the answer "
            "comes as soon as there is news; with none in time, or where too many wait, it is empty."
        ),
        answer=wire.ChangesAnswer,
        parameters=(
            Parameter(
                name="since",
                about="The last feed number you have seen; 0 if it is not given.",
                schema=FEED_NO,
                example=260,
            ),
            Parameter(
                name="topic",
                about="Only this topic.",
                schema={"type": "string", "x-of": "topics"},
                example="kratom",
            ),
            Parameter(
                name="wait",
                about="How many seconds to wait for news if there is none yet; 0 if it is not given.",
                schema={"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT},
                example=30,
            ),
            LIMIT,
            FIELDS,
        ),
        examples=(
            Example(about="The newest publications", address=f"{ROOT}/changes?since=266&limit=2"),
            Example(
                about="The next publication, as soon as it is there",
                address=f"{ROOT}/changes?since=267&wait=30&fields=feed_no,url",
            ),
        ),
        errors=(400,),
    ),
    Route(
        path=f"{ROOT}/heartbeat",
        name="heartbeat",
        group="Feed",
        about=(
            "How far the feed is and when it last moved, so that silence and failure can be told apart."
        ),
        answer=wire.HeartbeatAnswer,
        parameters=(FIELDS,),
        examples=(Example(about="Whether anything is new", address=f"{ROOT}/heartbeat"),),
        errors=(400,),
    ),
    Route(
        path=f"{ROOT}/openapi.json",
        name="openapi",
        group="About the API",
        about="This API as an OpenAPI 3.1 document.",
        answer=None,
        examples=(Example(about="The document", address=f"{ROOT}/openapi.json"),),
        errors=(400,),
    ),
    Route(
        path=f"{ROOT}/schemas/{{name}}.json",
        name="schema",
        group="About the API",
        about="The JSON Schema (2020-12) of one kind of answer, whole in itself.",
        answer=None,
        parameters=(
            _path("name", "The name of a schema.", {"type": "string", "x-of": "schemas"}, "Record"),
        ),
        examples=(Example(about="The schema of a record", address=f"{ROOT}/schemas/Record.json"),),
    ),
)
