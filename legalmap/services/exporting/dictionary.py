"""What every column of our tables means, once: for Table Schema, JSON Schema, dictionary and checks."""

from functools import cache
from typing import Any

import msgspec

from legalmap.domain.law.evidence import FRESHNESS_LABELS, SOURCE_KINDS
from legalmap.domain.law.periods import FORCES
from legalmap.domain.law.topics import Topic, Variable
from legalmap.services import contract

PARTIAL_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"
CODES = r"^\S+( \S+)*$"
SHA256 = r"^[0-9a-f]{64}$"
INSTANT = "%Y-%m-%dT%H:%M:%S.%f%z"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One column. ``kind`` is what its cells hold: a *partial* date is a year, a month or a day."""

    name: str
    kind: str = "string"
    title: str
    description: str
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    resolve: str = ""


def _field(name: str, kind: str, description: str, *, required: bool = False) -> Field:
    title = name.replace("_", " ").capitalize()
    return Field(name=name, kind=kind, title=title, description=description, required=required)


def _choice(name: str, choices: dict[str, str], description: str, *, required: bool) -> Field:
    plain = _field(name, "choice", description, required=required)
    return msgspec.structs.replace(plain, choices=tuple(choices.items()))


def _same(codes: tuple[str, ...]) -> dict[str, str]:
    return {code: code.replace("-", " ").capitalize() for code in codes}


# Whatever identifiers the contract gives a place, the tables give too, in the same order.
PLACE = tuple(
    name for name in contract.Jurisdiction.__struct_fields__ if name not in ("code", "called")
)
_OF_PLACE = {
    "name": _field("name", "string", "The place's name in English.", required=True),
    "kind": _field("kind", "string", "Country, state, county, city and so on.", required=True),
    "parent": _field("parent", "string", "Code of the level above; empty for a country."),
    "county": _field("county", "string", "Code of the county a town lies in."),
    "iso": _field("iso", "string", "ISO 3166-1 or 3166-2 code."),
    "fips": _field("fips", "string", "US Census FIPS code (GEOID), with leading zeros."),
    "ocd": _field("ocd", "string", "Open Civic Data division id, where it is certain."),
    "lat": _field("lat", "number", "Degrees north, WGS 84."),
    "lon": _field("lon", "number", "Degrees east, WGS 84."),
}


def _of_place(name: str) -> Field:
    told = f"Identifier of the place: {name.upper()}."
    return _OF_PLACE.get(name, _field(name, "string", told))


def _status_choices(topic: Topic) -> dict[str, str]:
    return {status.code: f"{status.label}: {status.definition}" for status in topic.statuses}


def _head() -> list[Field]:
    return [
        _field("topic", "string", "Code of the topic.", required=True),
        _field("known_at", "integer", "Feed number of the edition.", required=True),
        _field("as_of", "date", "The day the file is about.", required=True),
        _field("licence", "string", "SPDX id of the licence.", required=True),
        _field("jurisdiction", "string", "Code of the place.", required=True),
    ]


def _period_number() -> Field:
    words = "Which period of the record, from 0, oldest first."
    return _field("period", "integer", words, required=True)


@cache
def period_fields(topic: Topic) -> tuple[Field, ...]:
    """The columns of the table of periods."""
    return (
        *_head(),
        *(_of_place(name) for name in PLACE),
        _field("url", "string", "Permanent address of the record on the site.", required=True),
        _field("revision", "integer", "Number of the published revision.", required=True),
        _field("feed_no", "integer", "Feed number of its publication.", required=True),
        _field("published_at", "instant", "Instant of its publication, UTC.", required=True),
        _field(
            "payload_sha256", "sha256", "Hash of the revision's canonical bytes.", required=True
        ),
        _field("resolved_outcome", "string", "How all levels together resolve.", required=True),
        _choice(
            "resolved_status",
            _status_choices(topic),
            "What holds there on the day, all levels taken together.",
            required=False,
        ),
        _field("resolved_deciding", "string", "Code of the level that decides."),
        _field("last_verified", "date", "The day to which the evidence reaches."),
        _choice(
            "verified_how",
            _same(("source-date", "checked")),
            "By the date of a source, or checked by a person.",
            required=False,
        ),
        _choice("freshness", FRESHNESS_LABELS, "Age of the evidence on the day.", required=True),
        _choice("confidence", _same(("high", "medium", "low")), "How sure we are.", required=False),
        _field("notes", "string", "Open questions and conflicts between sources."),
        _field("number_of_pending", "integer", "Bills and rules under way.", required=True),
        _period_number(),
        _field("in_force", "boolean", "Whether this period holds on the day.", required=True),
        _field("effective_from", "partial", "First day; empty: before anything known."),
        _field("effective_until", "partial", "Last day of a law that lapsed without successor."),
        _field("enacted_on", "partial", "When the law was enacted."),
        _choice("status", _status_choices(topic), "What this level itself says.", required=True),
        _choice("force", FORCES, "Whether courts let the law stand.", required=True),
        *(_of_variable(variable) for variable in topic.variables),
        _field("summary", "string", "What the law says, in plain sentences.", required=True),
        _field("number_of_sources", "integer", "How many sources the period has.", required=True),
        _field("source_urls", "codes", "Their links, with a space between two."),
    )


def _of_variable(variable: Variable) -> Field:
    return Field(
        name=variable.code,
        kind={"choices": "codes"}.get(variable.type, variable.type),
        title=variable.label,
        description=variable.help,
        choices=tuple((choice.code, choice.label) for choice in variable.choices),
        unit=variable.unit,
        minimum=variable.minimum,
        maximum=variable.maximum,
        resolve=variable.resolve,
    )


def source_fields() -> tuple[Field, ...]:
    """The columns of the table of sources."""
    return (
        *_head(),
        _period_number(),
        _field("effective_from", "partial", "First day of the period it speaks of."),
        _field("position", "integer", "Which source of the period, from 0.", required=True),
        _field("url", "string", "The link.", required=True),
        _field("title", "string", "Title of the page.", required=True),
        _field("publisher", "string", "Who publishes it.", required=True),
        _choice("kind", _same(SOURCE_KINDS), "What it is, strongest first.", required=True),
        _field("citation", "string", "How lawyers cite it."),
        _field("published_on", "partial", "When it was published."),
        _field("accessed_on", "date", "The day a person opened it."),
        _field("archived_url", "string", "A copy in an archive."),
        _choice(
            "stance",
            _same(("supports", "disputes")),
            "Whether it supports or disputes the period.",
            required=True,
        ),
    )


def dictionary_fields() -> tuple[Field, ...]:
    """The columns of the data dictionary: a row for each column and for each code it may hold."""
    return (
        _field("file", "string", "The file the column is in.", required=True),
        _field("column", "string", "Name of the column.", required=True),
        _field("type", "string", "What its cells hold.", required=True),
        _field("title", "string", "What people call it.", required=True),
        _field("description", "string", "What it means.", required=True),
        _field("required", "boolean", "Whether every row has it.", required=True),
        _field("unit", "string", "Unit of a number."),
        _field("minimum", "number", "Least value."),
        _field("maximum", "number", "Greatest value."),
        _field("resolve", "string", "How the levels' answers are combined."),
        _field("code", "string", "One of the codes the column may hold."),
        _field("label", "string", "What the code means."),
    )


# The kinds that JSON Schema calls as we do.
_PLAIN: dict[str, dict[str, Any]] = {
    kind: {"type": kind} for kind in ("integer", "number", "boolean")
}
_TABLE_TYPES: dict[str, dict[str, Any]] = {
    **_PLAIN,
    "date": {"type": "date"},
    "instant": {"type": "datetime", "format": INSTANT},
}
_PATTERNS = {"partial": PARTIAL_DATE, "codes": CODES, "sha256": SHA256}


def table_schema(fields: tuple[Field, ...], key: tuple[str, ...]) -> dict[str, Any]:
    """The Table Schema (Data Package 2.0) of a table."""
    said = {"fields": [_table_field(field) for field in fields], "missingValues": [""]}
    return {**said, **({"primaryKey": list(key)} if key else {})}


def _table_field(field: Field) -> dict[str, Any]:
    limits: dict[str, Any] = {"required": True} if field.required else {}
    if field.kind == "choice":
        limits["enum"] = [code for code, _ in field.choices]
    if field.kind in _PATTERNS:
        limits["pattern"] = _PATTERNS[field.kind]
    limits |= _bounds(field)
    said: dict[str, Any] = {"name": field.name, **_TABLE_TYPES.get(field.kind, {"type": "string"})}
    said |= {"title": field.title, "description": field.description}
    return {**said, **({"constraints": limits} if limits else {})}


def _bounds(field: Field) -> dict[str, float]:
    bounds = {"minimum": field.minimum, "maximum": field.maximum}
    return {name: bound for name, bound in bounds.items() if bound is not None}


_JSON_TYPES: dict[str, dict[str, Any]] = {
    **_PLAIN,
    "date": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
    "partial": {"type": "string", "pattern": PARTIAL_DATE},
    "sha256": {"type": "string", "pattern": SHA256},
}


def json_schema(field: Field, *, nullable: bool) -> dict[str, Any]:
    """The JSON Schema of a value of this column."""
    kind = dict(_JSON_TYPES.get(field.kind, {"type": "string"}))
    codes = [code for code, _ in field.choices]
    if field.kind == "choice":
        kind["enum"] = codes
    if field.kind == "codes":
        kind = {"type": "array", "items": {"type": "string", **({"enum": codes} if codes else {})}}
    kind |= _bounds(field)
    words = {"title": field.title, "description": field.description}
    return {**words, "anyOf": [kind, {"type": "null"}]} if nullable else {**words, **kind}
