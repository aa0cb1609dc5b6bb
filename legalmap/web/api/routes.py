"""Every route of the API in one list: what it takes, what it answers, how it can fail, examples.

The views read their parameters by it, and the OpenAPI document, the schemas and the reference page are
made from it. Tests hold the routes to it: a route or a status that is not written here fails them.
"""

import re
from collections.abc import Iterable
from typing import Any, get_args

import msgspec

from legalmap.domain.law.evidence import FRESHNESS_LABELS
from legalmap.domain.law.jurisdictions import Kind
from legalmap.domain.law.purchase import PRODUCTS
from legalmap.services import contract
from legalmap.services.exporting.feed import LONGEST_WAIT

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


class Parameter(msgspec.Struct, frozen=True):
    """One parameter of a path or a query."""

    name: str
    about: str
    schema: Schema
    example: Any = None
    required: bool = False
    where: str = "query"


class Example(msgspec.Struct, frozen=True):
    """One request to try: an address, and what is sent to it if it takes a body."""

    about: str
    address: str
    body: Any = None


class Route(msgspec.Struct, frozen=True):
    """One address, under the name of its view; ``query`` is what it takes behind its path."""

    name: str
    group: str
    path: str
    about: str
    answer: type[msgspec.Struct] | None
    query: tuple[Parameter, ...]
    examples: tuple[Example, ...]
    body: Schema | None = None

    @property
    def method(self) -> str:
        """What has a body is sent by POST."""
        return "post" if self.body else "get"

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All it takes: those in its path first."""
        return (*(PATH[name] for name in re.findall(r"{(\w+)}", self.path)), *self.query)

    @property
    def errors(self) -> tuple[int, ...]:
        """How it can fail: only what a path names can be missing, only a body be too large or of another kind."""
        missing = (404,) if "{" in self.path else ()
        return (400, *missing, *((413, 415, 422, 429) if self.body else ()))

    @property
    def takes_fields(self) -> bool:
        """Whether the answer can be narrowed."""
        return FIELDS in self.query


TEXT: Schema = {"type": "string", "minLength": 1, "pattern": r"\S"}
FEED_NO: Schema = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
CODE: Schema = {"type": "string", "pattern": "^[A-Za-z]{2}(-[A-Za-z0-9]+)*$", "maxLength": 120}
# The document fills in the topics, statuses and schemas of the running tracker.
TOPIC_CODE: Schema = {"type": "string", "x-of": "topics"}


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^{pattern}$"}


def _number(kind: str, least: int, most: int) -> Schema:
    return {"type": kind, "minimum": least, "maximum": most}


def _one_of(codes: Iterable[str]) -> Schema:
    return {"type": "string", "enum": list(codes)}


def _in_path(name: str, about: str, schema: Schema, example: Any) -> Parameter:
    return Parameter(name, about, schema, example, required=True, where="path")


# By their names in the path.
PATH = {
    "topic": _in_path("topic", "The code of a topic.", TOPIC_CODE, "kratom"),
    "code": _in_path(
        "code", "The code of a place, or one of its other codes.", CODE, "us-fl-sarasota-county"
    ),
    "number": _in_path("number", "The number of a revision.", {"type": "integer", "minimum": 0}, 0),
    "name": _in_path(
        "name", "The name of a schema.", {"type": "string", "x-of": "schemas"}, "Record"
    ),
}
AS_OF = Parameter(
    "as_of",
    "Law time: the day asked about, from 1900-01-01 to 2100-12-31. By default today at the "
    "place asked about; in UTC where there are several with several time zones.",
    {"type": "string", "format": "date"},
    "2025-07-01",
)
KNOWN_AT = Parameter(
    "known_at",
    "Edit time: what this site said at a feed number, at an instant, or at the end "
    "of a day (UTC). By default now.",
    {
        "anyOf": [
            FEED_NO,
            {"type": "string", "format": "date-time"},
            {"type": "string", "format": "date"},
        ]
    },
    268,
)
LIMIT = Parameter(
    "limit", "How many items a page holds; 100 if it is not given.", _number("integer", 1, 500), 3
)
CURSOR = Parameter(
    "cursor",
    "The next_cursor of the answer before. It belongs to the query it was given for.",
    _text("[A-Za-z0-9_-]+"),
)
FIELDS = Parameter(
    "fields",
    "Only these keys of what the answer is about, with commas between them; a dot goes deeper. "
    "The edition, the day and the licence stay.",
    TEXT,
)
ZIP = _text("[0-9]{5}")
ONE_WAY = (
    Parameter("place", "The code of a place.", CODE, "us-al-mobile"),
    Parameter("lat", "Degrees north (WGS 84), with lon.", _number("number", -90, 90)),
    Parameter("lon", "Degrees east (WGS 84), with lat.", _number("number", -180, 180)),
    Parameter("zip", "A US ZIP code.", ZIP),
)
IDENTIFIERS = (
    Parameter(
        "iso",
        "An ISO 3166-1 alpha-2 or ISO 3166-2 code.",
        _text("[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?"),
        "US-AL",
    ),
    Parameter(
        "fips",
        "A US FIPS code or Census GEOID, of 2, 5, 7 or 10 digits.",
        _text("([0-9]{2}|[0-9]{5}|[0-9]{7}|[0-9]{10})"),
        "12115",
    ),
    Parameter(
        "ocd",
        "An Open Civic Data division id.",
        _text(r"ocd-division/country:[a-z]{2}(/[a-z_]+:[^/\x00-\x20]+)*"),
        "ocd-division/country:us/state:fl/county:sarasota",
    ),
)
TIMES, PAGING = (AS_OF, KNOWN_AT), (LIMIT, CURSOR)
PARENT = Parameter("parent", "Only what lies directly below a place.", CODE, "us-fl")
PLACES: Schema = {
    "type": "array",
    "items": CODE,
    "minItems": 2,
    "maxItems": MOST_COMPARED,
    "uniqueItems": True,
}
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
        "topics",
        "Topics",
        f"{ROOT}/topics",
        "All topics.",
        contract.TopicsAnswer,
        (FIELDS,),
        (Example("What is tracked here", f"{ROOT}/topics"),),
    ),
    Route(
        "topic",
        "Topics",
        f"{ROOT}/topics/{{topic}}",
        "The codebook of a topic: its statuses, its variables, and the words they use.",
        contract.TopicAnswer,
        (FIELDS,),
        (
            Example("The codebook of kratom", f"{ROOT}/topics/kratom"),
            Example("The scale alone", f"{ROOT}/topics/kratom?fields=statuses.code,statuses.label"),
        ),
    ),
    Route(
        "jurisdictions",
        "Places",
        f"{ROOT}/jurisdictions",
        "Places in the order of their codes, those that fit a search, or the place of an "
        "identifier. A search and an identifier have one page. An OCD division id is null where "
        "the official one is not certain: townships, towns of county subdivisions, census areas, "
        "planning regions, and names that places of a state share.",
        contract.JurisdictionsAnswer,
        (
            Parameter("q", "A name, a code or a US ZIP code.", TEXT, "Mobile"),
            PARENT,
            *IDENTIFIERS,
            *PAGING,
            FIELDS,
        ),
        (
            Example("Search by name", f"{ROOT}/jurisdictions?q=Mobile&limit=3"),
            Example(
                "Look up an OCD division",
                f"{ROOT}/jurisdictions?ocd=ocd-division/country:us/state:fl/county:sarasota",
            ),
        ),
    ),
    Route(
        "jurisdiction",
        "Places",
        f"{ROOT}/jurisdictions/{{code}}",
        "One place, its identifiers, and the levels whose law reaches it.",
        contract.JurisdictionAnswer,
        (FIELDS,),
        (Example("One county", f"{ROOT}/jurisdictions/us-fl-sarasota-county"),),
    ),
    Route(
        "records",
        "Records",
        f"{ROOT}/{{topic}}/records",
        "The records of a topic in the order of their codes, narrowed by what is asked.",
        contract.RecordsAnswer,
        (
            Parameter(
                "status",
                "Only records whose own status on the day is this.",
                {"type": "string", "x-of": "statuses"},
                "banned",
            ),
            PARENT,
            Parameter("kind", "Only places of this kind.", _one_of(get_args(Kind)), "state"),
            Parameter(
                "freshness",
                "Only records whose evidence is this fresh.",
                _one_of(FRESHNESS_LABELS),
                "fresh",
            ),
            *TIMES,
            *PAGING,
            FIELDS,
        ),
        (
            Example(
                "The states that banned kratom, on a day in the past",
                f"{ROOT}/kratom/records?kind=state&status=banned&as_of=2017-01-01&limit=3",
            ),
            Example(
                "Codes and statuses alone",
                f"{ROOT}/kratom/records?fields=jurisdiction.code,status&limit=3",
            ),
        ),
    ),
    Route(
        "record",
        "Records",
        f"{ROOT}/{{topic}}/records/{{code}}",
        "One record: its periods of law, their sources, and when it was last verified.",
        contract.RecordAnswer,
        (*TIMES, FIELDS),
        (Example("The record of Alabama", f"{ROOT}/kratom/records/us-al"),),
    ),
    Route(
        "revisions",
        "Records",
        f"{ROOT}/{{topic}}/records/{{code}}/revisions",
        "The published revisions of a record, newest first.",
        contract.RevisionsAnswer,
        (*TIMES, *PAGING, FIELDS),
        (Example("The history of Alabama's record", f"{ROOT}/kratom/records/us-al/revisions"),),
    ),
    Route(
        "revision",
        "Records",
        f"{ROOT}/{{topic}}/records/{{code}}/revisions/{{number}}",
        "One published revision with the payload that its hash is of.",
        contract.RevisionAnswer,
        (*TIMES, FIELDS),
        (Example("What was shipped first", f"{ROOT}/kratom/records/us-al/revisions/0"),),
    ),
    Route(
        "resolve",
        "What holds",
        f"{ROOT}/{{topic}}/resolve",
        "What holds at a place, a point or a ZIP code once every level is taken together, with "
        "each level's own answer. Give exactly one of place, zip, or lat with lon.",
        contract.ResolveAnswer,
        (*ONE_WAY, *TIMES, FIELDS),
        (
            Example("A city", f"{ROOT}/kratom/resolve?place=us-al-mobile"),
            Example("A point", f"{ROOT}/kratom/resolve?lat=27.34&lon=-82.53"),
            Example(
                "A ZIP code in three counties",
                f"{ROOT}/kratom/resolve?zip=35006&fields=outcome,ask",
            ),
        ),
    ),
    Route(
        "resolve_many",
        "What holds",
        f"{ROOT}/{{topic}}/resolve",
        f"The same for up to {MOST_ASKED:,} places, points or ZIP codes, in short. Each is answered "
        "or refused on its own, under its index. How often it may be called is limited.",
        contract.BatchAnswer,
        (*TIMES, FIELDS),
        (
            Example(
                "A place, a ZIP code, a point, and a mistake",
                f"{ROOT}/kratom/resolve",
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
        body=BATCH_BODY,
    ),
    Route(
        "compare",
        "What holds",
        f"{ROOT}/{{topic}}/compare",
        f"What holds at two to {MOST_COMPARED} places, and in what they differ.",
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
        (Example("Two neighbours", f"{ROOT}/kratom/compare?place=us-al&place=us-tn"),),
    ),
    Route(
        "check",
        "What holds",
        f"{ROOT}/{{topic}}/check",
        "Whether a product may be sold to a buyer at a place: allowed, not-allowed or unclear, the "
        "rule that decides, its sources and their age. What is not given or not recorded makes the "
        "answer unclear and is named under missing; an allowance comes with caveats and conditions. "
        "A product that is a topic of its own is checked there too.",
        contract.CheckAnswer,
        (
            *ONE_WAY,
            Parameter("age", "The buyer's age in years.", _number("integer", 0, 150), 21),
            Parameter("product", "The kind of product.", _one_of(PRODUCTS), "leaf"),
            Parameter(
                "seven_oh_percent",
                "The share of 7-hydroxymitragynine in the alkaloids, in percent.",
                _number("number", 0, 100),
                1.5,
            ),
            *TIMES,
        ),
        (
            Example(
                "Leaf for an adult in Mobile, Alabama",
                f"{ROOT}/kratom/check?place=us-al-mobile&age=30&product=leaf&seven_oh_percent=0.5",
            ),
            Example("Not enough is said", f"{ROOT}/kratom/check?place=us-ut-provo&age=30"),
        ),
    ),
    Route(
        "diff",
        "Feed",
        f"{ROOT}/{{topic}}/diff",
        "The records of a topic that differ between two feed numbers.",
        contract.DiffAnswer,
        (
            Parameter("from", "The feed number you have.", FEED_NO, 260, required=True),
            Parameter("to", "The later one; by default the head.", FEED_NO, 268),
        ),
        (Example("The last of the shipped", f"{ROOT}/kratom/diff?from=220&to=222"),),
    ),
    Route(
        "changes",
        "Feed",
        f"{ROOT}/changes",
        "The feed after a number, oldest first. Go on with since=next_since. With wait the answer "
        "comes as soon as there is news; with none in time, or where too many wait, it is empty.",
        contract.ChangesAnswer,
        (
            Parameter(
                "since", "The last feed number you have seen; 0 if it is not given.", FEED_NO, 260
            ),
            Parameter("topic", "Only this topic.", TOPIC_CODE, "kratom"),
            Parameter(
                "wait",
                "How many seconds to wait for news if there is none yet; 0 if it is not given.",
                _number("integer", 0, LONGEST_WAIT),
                30,
            ),
            LIMIT,
            FIELDS,
        ),
        (
            Example("The newest publications", f"{ROOT}/changes?since=266&limit=2"),
            Example(
                "The next publication, as soon as it is there",
                f"{ROOT}/changes?since=267&wait=30&fields=feed_no,url",
            ),
        ),
    ),
    Route(
        "heartbeat",
        "Feed",
        f"{ROOT}/heartbeat",
        "How far the feed is and when it last moved, so that silence and failure can be told apart.",
        contract.HeartbeatAnswer,
        (FIELDS,),
        (Example("Whether anything is new", f"{ROOT}/heartbeat"),),
    ),
    Route(
        "openapi",
        "About the API",
        f"{ROOT}/openapi.json",
        "This API as an OpenAPI 3.1 document.",
        None,
        (),
        (Example("The document", f"{ROOT}/openapi.json"),),
    ),
    Route(
        "schema",
        "About the API",
        f"{ROOT}/schemas/{{name}}.json",
        "The JSON Schema (2020-12) of one kind of answer, whole in itself.",
        None,
        (),
        (Example("The schema of a record", f"{ROOT}/schemas/Record.json"),),
    ),
)
BY_NAME = {route.name: route for route in ROUTES}
