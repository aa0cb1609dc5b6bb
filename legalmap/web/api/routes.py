"""What is declared of a route of the API: what it takes, what it answers, how it can fail, examples.

Each view declares its own route (``ApiPart.answers``) and reads its parameters by it; the OpenAPI
document, the schemas and the reference page are made from all of them. Tests hold the routes to it: a
route or a status that is not declared fails them.
"""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

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


class Route(msgspec.Struct, frozen=True):
    """One address, under the name of its view; ``query`` is what it takes behind its path.

    ``about`` is the docstring of its view. ``examples`` are addresses to try, by what each is an
    example of; ``sample`` is what is sent to them where there is a ``body``.
    """

    name: str
    group: str
    path: str
    about: str
    answer: type[msgspec.Struct] | None
    query: tuple[Parameter, ...]
    examples: dict[str, str]
    body: Schema | None = None
    sample: Any = None

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


# In the order in which the reference page shows them.
GROUPS = ("Topics", "Places", "Records", "What holds", "Feed", "About the API")
# Filled when the modules of the views are imported.
BY_NAME: dict[str, Route] = {}


def all_routes() -> list[Route]:
    """Every route that a view has declared, group by group."""
    return sorted(BY_NAME.values(), key=lambda route: GROUPS.index(route.group))


TEXT: Schema = {"type": "string", "minLength": 1, "pattern": r"\S"}
FEED_NO: Schema = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
CODE: Schema = {"type": "string", "pattern": "^[A-Za-z]{2}(-[A-Za-z0-9]+)*$", "maxLength": 120}
# The document fills in the topics, statuses and schemas of the running tracker.
TOPIC_CODE: Schema = {"type": "string", "x-of": "topics"}
STATUS_CODE: Schema = {"type": "string", "x-of": "statuses"}


def text(pattern: str) -> Schema:
    """A text that fits a pattern as a whole."""
    return {"type": "string", "pattern": f"^{pattern}$"}


def number(kind: str, least: int, most: int) -> Schema:
    """A number within bounds; ``kind``: integer or number."""
    return {"type": kind, "minimum": least, "maximum": most}


def one_of(codes: Iterable[str]) -> Schema:
    """One of some codes."""
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
    280,
)
LIMIT = Parameter(
    "limit", "How many items a page holds; 100 if it is not given.", number("integer", 1, 500), 3
)
CURSOR = Parameter(
    "cursor",
    "The next_cursor of the answer before. It belongs to the query it was given for.",
    text("[A-Za-z0-9_-]+"),
)
FIELDS = Parameter(
    "fields",
    "Only these keys of what the answer is about, with commas between them; a dot goes deeper. "
    "The edition, the day and the licence stay.",
    TEXT,
)
ZIP = text("[0-9]{5}(-[0-9]{4})?")
ONE_WAY = (
    Parameter("place", "The code of a place.", CODE, "us-al-mobile"),
    Parameter("lat", "Degrees north (WGS 84), with lon.", number("number", -90, 90)),
    Parameter("lon", "Degrees east (WGS 84), with lat.", number("number", -180, 180)),
    Parameter("zip", "A US ZIP code.", ZIP),
)
IDENTIFIERS = (
    Parameter(
        "iso",
        "An ISO 3166-1 alpha-2 or ISO 3166-2 code.",
        text("[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?"),
        "US-AL",
    ),
    Parameter(
        "fips",
        "A US FIPS code or Census GEOID, of 2, 5, 7 or 10 digits.",
        text("([0-9]{2}|[0-9]{5}|[0-9]{7}|[0-9]{10})"),
        "12115",
    ),
    Parameter(
        "ocd",
        "An Open Civic Data division id.",
        text(r"ocd-division/country:[a-z]{2}(/[a-z_]+:[^/\x00-\x20]+)*"),
        "ocd-division/country:us/state:fl/county:sarasota",
    ),
)
TIMES, PAGING = (AS_OF, KNOWN_AT), (LIMIT, CURSOR)
PARENT = Parameter("parent", "Only what lies directly below a place.", CODE, "us-fl")
